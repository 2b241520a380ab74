"""Which decisions of a health system should sit with the centre, and which with its localities."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimiser.design.design import Design, InfeasibleError, NoDesignError, SolverError, Status
    from optimiser.errors import InputError
    from optimiser.instance.instance import Instance
    from optimiser.instance.read import read
    from optimiser.model import build
    from optimiser.solver.solve import solve
    from optimiser.solver.verify import verify
    from optimiser.studies.alternatives.alternatives import alternatives
    from optimiser.studies.compare.compare import compare
    from optimiser.studies.diagnose.diagnose import diagnose
    from optimiser.studies.explain.explain import explain
    from optimiser.studies.frontier.frontier import frontier
    from optimiser.studies.thresholds.thresholds import thresholds
    from optimiser.studies.weight_map.weight_map import weight_map

__version__ = "0.1.0"
__all__ = [
    "Design", "InfeasibleError", "InputError", "Instance", "NoDesignError", "SolverError", "Status",
    "__version__", "alternatives", "build", "compare", "diagnose", "explain", "frontier", "read", "solve",
    "thresholds", "verify", "weight_map",
]  # fmt: skip

_HOMES = {
    "Design": "optimiser.design.design",
    "InfeasibleError": "optimiser.design.design",
    "InputError": "optimiser.errors",
    "Instance": "optimiser.instance.instance",
    "NoDesignError": "optimiser.design.design",
    "SolverError": "optimiser.design.design",
    "Status": "optimiser.design.design",
    "alternatives": "optimiser.studies.alternatives.alternatives",
    "build": "optimiser.model",
    "compare": "optimiser.studies.compare.compare",
    "diagnose": "optimiser.studies.diagnose.diagnose",
    "explain": "optimiser.studies.explain.explain",
    "frontier": "optimiser.studies.frontier.frontier",
    "read": "optimiser.instance.read",
    "solve": "optimiser.solver.solve",
    "thresholds": "optimiser.studies.thresholds.thresholds",
    "verify": "optimiser.solver.verify",
    "weight_map": "optimiser.studies.weight_map.weight_map",
}


def __getattr__(name: str) -> object:
    """Import a public name where it lives when it is first asked for: the command starts without the rest."""
    if name not in _HOMES:
        raise AttributeError(f"module 'optimiser' has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
