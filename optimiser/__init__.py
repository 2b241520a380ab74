"""Which decisions of a health system should sit with the centre, and which with its localities."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from optimiser.version import VERSION as __version__  # noqa: F401 (__all__ is made below)

if TYPE_CHECKING:  # the same names, for those who read types
    from optimiser.design.design import Design as Design
    from optimiser.design.status import Status as Status
    from optimiser.errors import InfeasibleError as InfeasibleError
    from optimiser.errors import InputError as InputError
    from optimiser.errors import NoDesignError as NoDesignError
    from optimiser.errors import SolverError as SolverError
    from optimiser.instance.instance import Instance as Instance
    from optimiser.instance.read import read as read
    from optimiser.model import build as build
    from optimiser.reporting.report import report as report
    from optimiser.solver.solve import solve as solve
    from optimiser.solver.verify import verify as verify
    from optimiser.studies.alternatives.alternatives import alternatives as alternatives
    from optimiser.studies.compare.compare import compare as compare
    from optimiser.studies.diagnose.diagnose import diagnose as diagnose
    from optimiser.studies.explain.explain import explain as explain
    from optimiser.studies.frontier.frontier import frontier as frontier
    from optimiser.studies.path.path import path as path
    from optimiser.studies.replay.replay import replay as replay
    from optimiser.studies.sensitivity.sensitivity import sensitivity as sensitivity
    from optimiser.studies.thresholds.thresholds import thresholds as thresholds
    from optimiser.studies.weight_map.weight_map import weight_map as weight_map

# Each is a function here and a verb of the command, with a file of its name in cli/; in the order of help.
QUESTIONS = {
    "solve": "optimiser.solver.solve",
    "verify": "optimiser.solver.verify",
    "explain": "optimiser.studies.explain.explain",
    "diagnose": "optimiser.studies.diagnose.diagnose",
    "compare": "optimiser.studies.compare.compare",
    "alternatives": "optimiser.studies.alternatives.alternatives",
    "frontier": "optimiser.studies.frontier.frontier",
    "weight_map": "optimiser.studies.weight_map.weight_map",
    "thresholds": "optimiser.studies.thresholds.thresholds",
    "path": "optimiser.studies.path.path",
    "replay": "optimiser.studies.replay.replay",
    "sensitivity": "optimiser.studies.sensitivity.sensitivity",
}
_HOMES = {
    "Design": "optimiser.design.design",
    "InfeasibleError": "optimiser.errors",
    "InputError": "optimiser.errors",
    "Instance": "optimiser.instance.instance",
    "NoDesignError": "optimiser.errors",
    "SolverError": "optimiser.errors",
    "Status": "optimiser.design.status",
    "build": "optimiser.model",
    "read": "optimiser.instance.read",
    "report": "optimiser.reporting.report",
    **QUESTIONS,
}
__all__ = sorted(["__version__", *_HOMES])


def __getattr__(name: str) -> object:
    """Import a public name where it lives when it is first asked for: the command starts without the rest."""
    if name not in _HOMES:
        raise AttributeError(f"module 'optimiser' has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return found


def __dir__() -> list[str]:
    return __all__
