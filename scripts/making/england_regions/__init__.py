"""England's regions in the first two waves: what is judged (TOML) and what is measured (measured.py)."""
