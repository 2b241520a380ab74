"""What goes in and what comes out: every table and column, once."""
