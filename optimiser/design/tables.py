"""What was found, as rows: the tables of a design, by the keys of its JSON document."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import numpy as np

from optimiser.audit import Audit
from optimiser.design.schema import ALONE, ARRAYS
from optimiser.instance.instance import Instance
from optimiser.record import Record

DIGITS = 12  # significant: more is the noise of adding up
# What a result has already, and what changes no answer.
UNASKED = ("instance", "threads", "workers", "progress")
Row = dict[str, Any]  # column to str, float, or None where there is no number

MOVE = ("decision", "organisation", "level")  # what says where one decision sits, or would sit
COLUMNS = {part.name: part.header() for part in ARRAYS}
BESIDE = {part.name: part.header() for part in ALONE}


def plain(value: Any) -> Any:
    """A number as results have it: 12 significant digits, None for what is not finite, no negative zero."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") + 0.0 if math.isfinite(value) else None
    return value


def asked_of(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What a result repeats of its call: every argument that may change the answer, as JSON has it."""
    return {name: _spelt(value) for name, value in arguments.items() if name not in UNASKED}


def rounded(value: Any) -> Any:
    """The same of all numbers in a document."""
    if isinstance(value, Mapping):
        return {name: rounded(inner) for name, inner in value.items()}
    return [rounded(inner) for inner in value] if isinstance(value, list) else plain(value)


def _spelt(argument: Any) -> Any:
    """An argument of a call as JSON has it; what is no number, text or collection by what it calls itself."""
    if isinstance(argument, Mapping):
        return {str(name): _spelt(value) for name, value in argument.items()}
    if isinstance(argument, list | tuple):
        return [_spelt(value) for value in argument]
    argument = plain(argument)
    if argument is None or isinstance(argument, str | bool | int | float):
        return argument
    if isinstance(argument, Instance):
        return argument.name
    return str(argument) if isinstance(argument, PurePath) else f"a {type(argument).__name__}"


def design_rows(instance: Instance, held: np.ndarray) -> list[Row]:
    """Who holds what, (D, O), one row a holding: decision, organisation (empty: everywhere), level."""
    decisions, levels, rows = instance["decisions"], instance["levels"]["level"].tolist(), list[Row]()
    for decision, uniform, there in zip(
        decisions["decision"].tolist(), decisions["uniform"], held.tolist(), strict=True
    ):
        places = [("", there[0])] if uniform else zip(instance.localities, there, strict=True)
        rows += [dict(zip(MOVE, (decision, place, levels[level]), strict=True)) for place, level in places]
    return rows


class Rows:
    """The tables of one design. Shares and hours come from its record, what they add up to from its audit."""

    def __init__(self, instance: Instance, record: Record, audit: Audit) -> None:
        self.instance, self.record, self.audit = instance, record, audit
        self.levels = list(instance["levels"]["level"])
        self.scenarios = list(instance["scenarios"]["scenario"])
        self.localities = instance.localities

    def named(self, name: str) -> list[Row]:
        """The rows of one table of results, by its key in the JSON document."""
        return [dict(zip(COLUMNS[name], row, strict=True)) for row in getattr(self, f"_{name}_rows")()]

    def _design_rows(self) -> list[tuple[Any, ...]]:
        kinds = dict(zip(*(self.instance["decisions"][name] for name in ("decision", "type")), strict=True))
        rows = design_rows(self.instance, self.record.held)
        return [(row["decision"], kinds[row["decision"]], row["organisation"], row["level"]) for row in rows]

    def by_locality(self) -> list[Row]:
        """Every decision for every locality, with labels and population."""
        decisions, organisations = self.instance["decisions"], self.instance["organisations"]
        local = organisations["level"] == self.levels[-1]
        what = zip(*(decisions[name] for name in ("decision", "label", "type")), strict=True)
        who = [organisations[name][local] for name in ("organisation", "name", "population")]
        rows = [
            (*named, place, name, plain(people), self.levels[level])
            for named, held in zip(what, self.record.held, strict=True)
            for place, name, people, level in zip(*who, held, strict=True)
        ]
        return [dict(zip(BESIDE["design_by_locality"], row, strict=True)) for row in rows]

    def _localities_rows(self) -> list[tuple[Any, ...]]:
        own = self.audit.localities
        columns = (own[name] for name in ("accountability", "responsiveness", "unmet"))
        return [(name, *map(plain, row)) for name, *row in zip(self.localities, *columns, strict=True)]

    def _exercised_rows(self) -> list[tuple[Any, ...]]:
        return self._recourse_rows(self.record.exercised, highest=0)

    def _monitored_rows(self) -> list[tuple[Any, ...]]:
        return self._recourse_rows(self.record.monitored, highest=1)  # nothing monitors the centre

    def _recourse_rows(self, share: np.ndarray, highest: int) -> list[tuple[Any, ...]]:
        held, shares = self.record.held.tolist(), share.tolist()
        return [
            (decision, locality, self.levels[held[d][o]], scenario, plain(shares[d][o][s]))
            for d, decision in enumerate(self.instance["decisions"]["decision"])
            for o, locality in enumerate(self.localities)
            if held[d][o] >= highest
            for s, scenario in enumerate(self.scenarios)
        ]

    def _slack_rows(self) -> list[tuple[Any, ...]]:
        found, audit = self.record, self.audit
        each = (audit.demand, audit.supply, found.lent, found.borrowed, found.unmet)
        return [
            (locality, resource, scenario, demand, supply, plain(found.added[o, r]), lent, borrowed, unmet)
            for o, locality in enumerate(self.localities)
            for r, resource in enumerate(self.instance["resource_types"]["resource"])
            for s, scenario in enumerate(self.scenarios)
            for demand, supply, lent, borrowed, unmet in [[plain(amount[o, r, s]) for amount in each]]
        ]

    def _staff_rows(self) -> list[tuple[Any, ...]]:
        available, used = self.audit.staff_available, self.audit.staff_used
        return [
            (name, scenario, plain(available[n, s]), plain(used[n, s]))
            for n, name in enumerate(self.instance["organisations"]["organisation"])
            for s, scenario in enumerate(self.scenarios)
        ]

    def _support_rows(self) -> list[tuple[Any, ...]]:
        names = self.instance["organisations"]["organisation"]
        return [(name, plain(built)) for name, built in zip(names, self.record.support, strict=True)]
