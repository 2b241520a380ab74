"""sensitivity: what if the facts are wrong?"""
