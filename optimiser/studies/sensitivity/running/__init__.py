"""The run: samples are solved by workers, and what comes is kept."""
