"""What was found: the design, its tables, its place on disk."""
