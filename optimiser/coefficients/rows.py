"""Where the rows of the tables belong: names become positions, once for all variants of an instance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimiser.instance.instance import Instance

Array = np.ndarray
Columns = tuple[Array, ...]  # one array of positions a column, to index an array of numbers with
EVERY = -1  # the position of an empty cell


def positions(names: Array | Sequence[str]) -> dict[str, int]:
    """Position of each name in its table."""
    return {name: i for i, name in enumerate(names)}


@dataclass(frozen=True, eq=False)
class Rows:
    """The positions that the rows of each table name; `EVERY` where a cell that may be empty is so."""

    workload: Columns  # decision, level at which it is held, level at which hours fall, locality or EVERY
    delays: Columns  # decision, level, scenario or EVERY
    risk: Columns  # decision, locality
    correlations: Columns  # decision, two localities
    needs: Columns  # decision or EVERY, locality
    resources: Columns  # locality, resource
    surges: Columns  # locality, resource, scenario
    scores: Columns  # decision, locality or EVERY, level
    current: Columns  # decision, locality or EVERY, level
    links: Columns  # two decisions, objective, two levels or EVERY
    partners: Columns  # locality, the one it depends on


def rows_of(
    instance: Instance, decisions: Sequence[str], levels: Sequence[str], localities: Sequence[str]
) -> Rows:
    """Look every name up."""
    d, l, o = positions(decisions), positions(levels), positions(localities)
    s, r = (positions(instance[t][c]) for t, c in (("scenarios", "scenario"), ("resource_types", "resource")))
    g = positions(list(instance.objectives))

    def found(table: str, **columns: Mapping[str, int]) -> Columns:
        return tuple(
            np.array([at[name] if name else EVERY for name in instance[table][column]], int)
            for column, at in columns.items()
        )

    return Rows(
        workload=found("workload", decision=d, level=l, at=l, organisation=o),
        delays=found("delays", decision=d, level=l, scenario=s),
        risk=found("risk", decision=d, organisation=o),
        correlations=found("correlations", decision=d, organisation_a=o, organisation_b=o),
        needs=found("needs", decision=d, organisation=o),
        resources=found("resources", organisation=o, resource=r),
        surges=found("surges", organisation=o, resource=r, scenario=s),
        scores=found("scores", decision=d, organisation=o, level=l),
        current=found("current", decision=d, organisation=o, level=l),
        links=found("links", decision_a=d, decision_b=d, objective=g, level_a=l, level_b=l),
        partners=found("partners", organisation=o, partner=o),
    )
