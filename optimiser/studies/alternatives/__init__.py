"""alternatives: what else is nearly as good?"""
