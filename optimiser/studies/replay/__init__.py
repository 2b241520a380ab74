"""replay: designs run through a real series of demand, day by day."""
