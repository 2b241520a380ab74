"""From one design to another: which decisions move, along which arrows, and what each brings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from optimiser.design.moves import moves
from optimiser.design.tables import Row, plain
from optimiser.instance.instance import Instance
from optimiser.studies.judged import Judged, worth
from optimiser.studies.study import Study

Array = np.ndarray
TYPES = ("input", "process", "outcome")


@dataclass(frozen=True)
class Arrow:
    """A decision that moves from one level to another, for some or all of its localities."""

    decision: str
    type: str
    start: str  # level
    end: str
    steps: int  # levels up; negative: down
    localities: int
    of: int  # localities in all
    share: float  # of the population

    @property
    def sign(self) -> str:
        """Up is to the centre, as in the Arrows framework."""
        return "↑" if self.steps > 0 else "↓"

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON document."""
        return {
            "decision": self.decision, "type": self.type, "from": self.start, "to": self.end,
            "direction": "up" if self.steps > 0 else "down", "steps": abs(self.steps),
            "localities": self.localities, "of": self.of, "share": self.share,
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class Shift:
    """The way from one design to another in one instance. Moves count where both say who holds."""

    start: Judged
    end: Judged
    before: Array  # (D, O) position of the level at which each is held at the start, and at the end
    after: Array
    known: Array  # (D, O) bool: where the start says who holds
    staying: Mapping[str, float | None] = field(default_factory=dict)
    # decision -> value lost if it alone stays where it was, None: it cannot

    @classmethod
    def between(
        cls, study: Study, start: Judged, end: Judged, before: Array | None, known: Array
    ) -> Shift | None:
        """The way between designs of the instance that the study is about; None where one is missing."""
        if before is None or end.held is None:
            return None
        shift = cls(start, end, before, end.held, known)
        staying: dict[str, float | None] = {}
        for d in shift.moved:
            held = end.held.copy()
            held[d] = np.where(known[d], before[d], held[d])
            there = worth(study, held)
            lost = None if there is None or end.value is None else end.value - there
            staying[study.instance["decisions"]["decision"][d]] = lost
        return replace(shift, staying=staying)

    @property
    def instance(self) -> Instance:
        """In which both are judged."""
        return self.end.instance

    @cached_property
    def share(self) -> Array:
        """(O,) population shares."""
        people = self.instance.population
        return people / people.sum()

    @property
    def now(self) -> Array:
        """(D, O) position of the level at which each is held at the start; -1 where that is not known."""
        return np.where(self.known, self.before, -1)

    @cached_property
    def steps(self) -> Array:
        """(D, O) levels up; negative: down."""
        return np.where(self.known, self.before - self.after, 0)

    @property
    def moved(self) -> Array:
        """Positions of the decisions that move anywhere."""
        return np.flatnonzero(self.steps.any(axis=1))

    @property
    def moves(self) -> list[Row]:
        """A row for each decision that moves, or for each locality for which it does."""
        return moves(self.instance, self.before, self.after, self.known)

    @cached_property
    def arrows(self) -> list[Arrow]:
        """One for each decision and pair of levels along which it moves."""
        return [arrow for d in self.moved for arrow in self._arrows(d)]

    def _arrows(self, d: int) -> Iterator[Arrow]:
        decisions, level = self.instance["decisions"], self.instance["levels"]["level"]
        pairs = np.stack([self.before[d], self.after[d]])[:, self.steps[d] != 0]
        for before, after in np.unique(pairs, axis=1).T.tolist():
            mine = (self.before[d] == before) & (self.after[d] == after) & self.known[d]
            yield Arrow(
                decisions["decision"][d], decisions["type"][d], level[before], level[after], before - after,
                int(mine.sum()), len(mine), float(self.share[mine].sum()),
            )  # fmt: skip

    @property
    def net(self) -> list[dict[str, Any]]:
        """Of each type: its decisions whose start is known, and how many levels they move up and down."""
        rows, kinds = [], self.instance["decisions"]["type"]
        up, down = (np.maximum(0, sign * self.steps) @ self.share for sign in (1, -1))
        for kind in TYPES:
            mine = (kinds == kind) & self.known.any(axis=1)
            rows.append({
                "type": kind, "decisions": int(mine.sum()), "up": float(up[mine].sum()),
                "down": float(down[mine].sum()), "net": float((up - down)[mine].sum()),
            })  # fmt: skip
        return rows

    @cached_property
    def changes(self) -> list[Row]:
        """What each decision adds to each objective, moved or not; the sum of all rows is the whole change.

        The last row, without a decision, has what belongs to no decision alone: links and resilience. Empty
        where the start is infeasible.
        """
        start, end = self.start.evaluated, self.end.evaluated
        if start is None or end is None:
            return []
        before, after = start.audit, end.audit
        decisions = self.instance["decisions"]
        count = decisions.rows
        parts = {
            g: decisions[f"stake_{g}"] * (after.scores[g] - before.scores[g]) / count for g in after.scores
        }
        rows = [
            self._change(name, {g: float(parts[g][d]) if g in parts else 0.0 for g in after.objectives})
            for d, name in enumerate(decisions["decision"])
        ]
        rest = {
            g: after.objectives[g] - before.objectives[g] - (float(parts[g].sum()) if g in parts else 0.0)
            for g in after.objectives
        }
        for row, less, more in zip(rows, start.monitored, end.monitored, strict=True):
            row["monitored"] = plain(more - less)
        return [*rows, self._change("", rest)]

    def _change(self, decision: str, by: dict[str, float]) -> Row:
        return {
            "decision": decision,
            "moved": decision in self.staying,
            "staying": plain(self.staying.get(decision)),
            "monitored": None,
            "objectives": {g: plain(value) for g, value in by.items()},
        }

    def grid(self) -> list[Row]:
        """Levels x types at the end of the way: who holds what there."""
        decisions, rows = self.instance["decisions"], []
        for i, level in enumerate(self.instance["levels"]["level"]):
            for kind in TYPES:
                here = (self.after == i) @ self.share * (decisions["type"] == kind)
                there = ((self.after == i).any(axis=1)) & (decisions["type"] == kind)
                rows.append({
                    "level": level, "type": kind, "decisions": decisions["decision"][there].tolist(),
                    "shares": here[there].astype(float).tolist(),
                })  # fmt: skip
        return rows

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON document."""
        return {
            "start": self.start.name,
            "end": self.end.name,
            "instance": self.instance.name,
            "moves": self.moves,
            "arrows": [arrow.to_dict() for arrow in self.arrows],
            "net": self.net,
            "changes": self.changes,
        }
