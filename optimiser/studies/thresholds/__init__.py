"""thresholds: when does the design tip?"""
