"""What is left once decisions are placed: its worth, its prices, its best choice."""
