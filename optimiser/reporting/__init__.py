"""The report: results of any commands as one page, for people who have never heard of an optimiser."""
