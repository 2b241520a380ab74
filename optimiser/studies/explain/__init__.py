"""explain: why does each decision sit where it does?"""
