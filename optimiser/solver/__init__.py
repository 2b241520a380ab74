"""The solver's side: compile once, search, settle, judge. Only `highs` meets HiGHS."""
