"""diagnose: why is nothing feasible?"""
