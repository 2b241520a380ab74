"""The solver's side: compile once, search, settle, judge. Only `highs` meets HiGHS."""

import pyomo.environ  # noqa: F401  # before scipy, which Pyomo would load whole where it finds it loaded
from pyomo.common import dependencies

# Importing a part of scipy would make Pyomo import scipy.stats as well, which it only needs when asked for
# statistics: more than half the time that the command takes to start. It still loads it when it needs it.
getattr(dependencies.DeferredImportCallbackFinder, "_callbacks", {}).pop("scipy", None)
