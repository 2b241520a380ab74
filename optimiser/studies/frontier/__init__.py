"""frontier: what does one aim cost in another?"""
