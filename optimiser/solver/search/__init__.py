"""The search for a best design: master problem, branch and cut, neighbourhood."""
