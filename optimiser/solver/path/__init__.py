"""Best paths: period by period, or all periods at once."""
