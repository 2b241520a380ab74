"""Rows that tighten a master problem."""
