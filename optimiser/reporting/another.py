"""Designs beside the one that the page shows: what they hold elsewhere, so that none is a mere number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from optimiser.figures.thresholds import moves
from optimiser.figures.triangle import moves_from
from optimiser.labels import label, say
from optimiser.reporting.blocks import Table
from optimiser.reporting.results import Shown

Document = Mapping[str, Any]
Rows = Sequence[Mapping[str, Any]]  # decision, organisation, level


def elsewhere(shown: Shown, design: Rows, first: Rows = ()) -> list[str]:
    """The decisions that a design holds elsewhere than the one shown; than the `first`, where none is."""
    beside = shown.names.held(first) if shown.held is None else shown.held
    differ = (beside != shown.names.held(design)).any(axis=1)
    return [name for name, moves in zip(shown.names.decisions.values(), differ, strict=True) if moves]


def sits_alike(shown: Shown, explained: Document) -> bool:
    """Whether a decision that is explained sits as in the design shown: each level for as many localities."""
    if shown.held is None:
        return True
    names, code = shown.names, explained["decision"]
    held = shown.held[list(names.decisions).index(code)]
    if explained["organisation"]:
        held = held[[names.localities[explained["organisation"]]]]
    there = np.array([explained["localities"].get(level, 0) for level in names.levels])
    here = np.array([(held == k).sum() for k in range(len(names.levels))])
    return bool(np.allclose(there / there.sum(), here / max(1, here.sum())))


def described(shown: Shown, caption: str, designs: Iterable[tuple[str, Rows]], *, folded: bool) -> Table:
    """Numbered or named designs, each with what it holds elsewhere than the one shown, or than the first."""
    every = list(designs)
    first = shown.best["design"] if shown.best else every[0][1]
    rows = [(name, moves_from(shown.names, first, design) or say("another.same")) for name, design in every]
    column = label("columns", "elsewhere" if shown.best else "what_moves")
    return Table(caption, (label("columns", "design"), column), rows, folded=folded)


def paths_described(shown: Shown, caption: str, paths: Sequence[tuple[str, Rows]], *, folded: bool) -> Table:
    """Numbered paths, each with what it holds elsewhere than the first, and when."""
    (_, first), *_ = paths
    rows = []
    for name, path in paths:
        apart = [
            {**a, "from": a["level"], "to": b["level"]}
            for a, b in zip(first, path, strict=True)
            if a["level"] != b["level"]
        ]
        rows.append((name, moves(shown.names, apart) or say("thresholds_path.first")))
    columns = (label("columns", "path"), say("thresholds_path.elsewhere"))
    return Table(caption, columns, rows, folded=folded)
