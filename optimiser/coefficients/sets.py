"""The sets of model/README.md and how they hang together: everything here is structure, no number."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from optimiser.coefficients.rows import EVERY, Rows, positions, rows_of
from optimiser.instance.instance import Instance

Array = np.ndarray
_KNOWN: deque[tuple[list[Array], Sets]] = deque(maxlen=4)  # the last sets, and the columns they were read off


def given(value: float | None) -> Array:
    """(1,) a number that need not be given: NaN where it is not."""
    return np.array([np.nan if value is None else value])


@dataclass(frozen=True, eq=False)
class Sets:
    """Names and how they hang together; everything here is structure."""

    decisions: list[str]
    levels: list[str]
    organisations: list[str]
    localities: list[str]
    scenarios: list[str]
    resources: list[str]
    objectives: list[str]
    uniform: Array  # (D,) bool
    allowed: Array  # (D, L) bool
    node: Array  # (O, L) organisation n(o, l)
    level_of: Array  # (N,)
    under: list[Array]  # N arrays: the localities O(n)
    holding_decision: Array  # (H,)
    holding_locality: Array  # (H,) locality, -1 for a uniform decision
    holding: Array  # (D, O) the holding of d that concerns o
    rows: Rows  # what the rows of the tables name
    working_decision: Array  # (W,) decisions, each once, or once a locality where these have their own work
    working_locality: Array  # (W,) locality, -1 for all
    working: Array  # (D, O) which of these concerns d at o

    @property
    def layout(self) -> dict[str, Any]:
        """All that the sets follow from, to compare."""
        lists = ("decisions", "levels", "organisations", "scenarios", "resources", "objectives")
        return {name: getattr(self, name) for name in (*lists, "uniform", "allowed", "node", "working")}

    @property
    def local(self) -> int:
        """Index of the local level, K."""
        return len(self.levels) - 1

    @property
    def shared(self) -> Array:
        """(D, L) whether an organisation may hold d at l for some of its localities and not for others."""
        several = [l for l, under in zip(self.level_of, self.under, strict=True) if len(under) > 1]
        return self.allowed & ~self.uniform[:, None] & np.isin(np.arange(len(self.levels)), several)

    @cached_property
    def together(self) -> Array:
        """(L, O, O) bool: whether two localities have one organisation at a level."""
        node = self.node.T
        return node[:, :, None] == node[:, None, :]

    @property
    def single(self) -> Array:
        """(D,) whether localities have work of their own with a decision."""
        own: Array = self.working_locality[self.working[:, 0]] >= 0
        return own

    def place(self, h: int) -> str:
        """The organisation of a holding as users see it: empty for a uniform decision."""
        o = self.holding_locality[h]
        return "" if o < 0 else self.localities[o]

    def members(self, h: int) -> Array:
        """Localities that a holding covers."""
        o = self.holding_locality[h]
        return np.arange(len(self.localities)) if o < 0 else np.array([o])


def sets_of(instance: Instance) -> Sets:
    """The sets of an instance: one object for all variants that differ in numbers alone."""
    names = [
        column for table in instance.tables.values() for column in table.values() if column.dtype.kind != "f"
    ]
    for known, sets in tuple(_KNOWN):
        if len(known) == len(names) and all(a is b for a, b in zip(known, names, strict=True)):
            return sets
    sets = _read(instance)
    _KNOWN.appendleft((names, sets))
    return sets


def _read(instance: Instance) -> Sets:
    """Read the sets of model/README.md off the tables."""
    decisions, organisations = instance["decisions"], instance["organisations"]
    levels = list(instance["levels"]["level"])
    at = positions(levels)
    names = list(organisations["organisation"])
    where = positions(names)
    level_of = np.array([at[level] for level in organisations["level"]])
    localities = np.flatnonzero(level_of == len(levels) - 1)
    parent = np.array([where.get(p, -1) for p in organisations["parent"]])
    node = np.empty((len(localities), len(levels)), int)
    node[:, -1] = localities
    for level in range(len(levels) - 2, -1, -1):
        node[:, level] = parent[node[:, level + 1]]
    allowed = np.ones((decisions.rows, len(levels)), bool)
    for d, text in enumerate(decisions["levels"]):
        if text:
            allowed[d] = np.isin(levels, [part.strip() for part in text.split(";")])
    uniform = decisions["uniform"].astype(bool)
    places = [names[n] for n in localities]
    work = instance["workload"]
    alike = ~np.isin(decisions["decision"], work["decision"][work["organisation"] != ""])
    holding_decision, holding_locality, holding = _once_or_each(uniform, len(localities))
    working_decision, working_locality, working = _once_or_each(alike, len(localities))
    return Sets(
        decisions=list(decisions["decision"]),
        levels=levels,
        organisations=names,
        localities=places,
        scenarios=list(instance["scenarios"]["scenario"]),
        resources=list(instance["resource_types"]["resource"]),
        objectives=list(instance.objectives),
        uniform=uniform,
        allowed=allowed,
        node=node,
        level_of=level_of,
        under=[np.flatnonzero(node[:, level_of[n]] == n) for n in range(len(names))],
        holding_decision=holding_decision,
        holding_locality=holding_locality,
        holding=holding,
        rows=rows_of(instance, list(decisions["decision"]), levels, places),
        working_decision=working_decision,
        working_locality=working_locality,
        working=working,
    )


def _once_or_each(once: Array, localities: int) -> tuple[Array, Array, Array]:
    """Of each decision one entry where it needs but `once`, else one a locality.

    Decision and locality (-1: all) of each entry, and (D, O) the entry that concerns each.
    """
    pairs = [(d, o) for d, alone in enumerate(once) for o in ((-1,) if alone else range(localities))]
    decision, locality = (np.array(column, int) for column in zip(*pairs, strict=True))
    entry = np.empty((len(once), localities), int)
    for i, (d, o) in enumerate(pairs):
        entry[d, slice(None) if o < 0 else o] = i
    return decision, locality, entry


def current_levels(sets: Sets) -> Array:
    """(D, O) level at which each decision is held now, -1 where the table of the current design is silent."""
    now = np.full((len(sets.decisions), len(sets.localities)), -1)
    d, o, level = sets.rows.current
    everywhere = o == EVERY  # a locality's own row wins
    now[d[everywhere]] = level[everywhere, None]
    now[d[~everywhere], o[~everywhere]] = level[~everywhere]
    return now
