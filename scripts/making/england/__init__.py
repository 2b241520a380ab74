"""England's acute trusts: what is measured (modules) and what is judged (TOML)."""
