"""From the Pyomo model to arrays, and which columns mean what."""
