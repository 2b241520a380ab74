"""What must hold, what is suspicious, and how problems are said."""
