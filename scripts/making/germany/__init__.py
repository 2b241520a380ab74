"""Germany's intensive care: what is measured (measured.py) and what is judged (TOML)."""
