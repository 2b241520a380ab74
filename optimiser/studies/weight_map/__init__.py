"""map: whose weights lead where?"""
