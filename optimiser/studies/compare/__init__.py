"""compare: what changes?"""
