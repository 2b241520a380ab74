"""Figures: what each command's result looks like, drawn from its document and the instance it is about.

`.plot()` of a result, `--figure`, and a page draw with these and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from optimiser.figures.arrows import arrows
from optimiser.figures.conflict import conflict
from optimiser.figures.contributions import contributions
from optimiser.figures.drawing import Drawing
from optimiser.figures.frontier import frontier
from optimiser.figures.path import path
from optimiser.figures.reach import compared, solved
from optimiser.figures.replay import replay
from optimiser.figures.sensitivity import sensitivity
from optimiser.figures.thresholds import thresholds
from optimiser.figures.triangle import triangle
from optimiser.figures.verdicts import verdicts
from optimiser.instance.instance import Instance
from optimiser.instance.names import Names

Document = Mapping[str, Any]


def _solved(names: Names, document: Document) -> Drawing:
    if not document.get("design"):
        return solved(names, document)
    return arrows(names, names.held(document["design"]))


PLOTS: dict[str, Callable[[Names, Document], Drawing]] = {
    "solve": _solved,
    "verify": _solved,
    "explain": contributions,
    "diagnose": conflict,
    "compare": compared,
    "alternatives": verdicts,
    "frontier": frontier,
    "map": triangle,
    "thresholds": thresholds,
    "path": path,
    "sensitivity": sensitivity,
    "replay": replay,
}


def plot(document: Document, instance: Instance) -> Drawing:
    """The figure that shows most of a result."""
    return PLOTS[document["command"]](Names(instance), document)
