"""What `explain` found: each decision with what it contributes, what moving it costs, and its weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from optimiser.design.status import Status
from optimiser.design.tables import Row, plain
from optimiser.instance.schema.result import Part
from optimiser.introduction import Cells
from optimiser.studies.explain.contributions import Limit
from optimiser.studies.explain.schema import ALSO, CONTRIBUTIONS, DECISIONS, LIMITS, MOVING, RESULT, SPANS
from optimiser.studies.finding import Finding
from optimiser.terminal import fixed, small

Span = tuple[float, float]
SITE = ("decision", "organisation")


@dataclass(frozen=True)
class Move:
    """A decision held elsewhere, everything else as is best then.

    `cost` is the value lost; None where it cannot be there (`status` infeasible), or where time ran out
    before any such design was found (unknown). The true cost lies between `least` and `most`.
    """

    to: str
    cost: float | None
    least: float
    most: float
    status: Status  # optimal: to the gap; feasible: time ran out, least and most say how far it is known
    contributions: Mapping[str, float]  # of this decision there; empty where it cannot be there
    also: tuple[Row, ...] = ()  # which others move with it: decision, organisation, from, to
    limits: tuple[Limit, ...] = ()  # that moving it alone would break

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON document."""
        return {
            "to": self.to, "cost": plain(self.cost), "least": plain(self.least), "most": plain(self.most),
            "status": self.status.value, "also": list(self.also),
            "contributions": {g: plain(value) for g, value in self.contributions.items()},
        }  # fmt: skip


@dataclass(frozen=True)
class Explained:
    """One decision (for one locality, where `organisation` says so)."""

    decision: str
    organisation: str
    type: str
    level: str  # where it sits; several, separated by ';', where localities differ
    counts: Mapping[str, int]  # how many localities (1 for a uniform decision) at each level
    contributions: Mapping[str, float]  # of the whole decision; they sum to the objective
    weights: Mapping[str, Span | None]  # the share of all weights between which it stays; None: not known
    limits: tuple[Limit, ...]  # that bind it where it sits, and that moving it alone would break
    moves: tuple[Move, ...]
    sentence: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON document."""
        spans = {g: [] if span is None else list(map(plain, span)) for g, span in self.weights.items()}
        return {
            "decision": self.decision, "organisation": self.organisation, "level": self.level,
            "localities": dict(self.counts),
            "contributions": {g: plain(value) for g, value in self.contributions.items()},
            "weights": spans,
            "limits": [limit.to_dict() for limit in self.limits],
            "moves": [move.to_dict() for move in self.moves], "sentence": self.sentence,
        }  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Explanation(Finding):
    """Why each decision sits where it does in the best design.

    Attributes
    ----------
    value : float or None
        Of the best design; None where time ran out before there was one.
    bound : float
        No design is worth more than this.
    weights : mapping of str to float
        Of every objective, normalised to sum to 1.
    decisions : tuple of Explained
        Each decision's place, sentence, contributions, moves, limits, and weights between which it stays.
    errors : mapping of str to float
        Objective -> by how much the best value on its line of weights may pass what is known.
    averse : bool
        Risk aversion leaves ranges of weights without a meaning.
    """

    says = RESULT
    value: float | None
    bound: float
    weights: Mapping[str, float]
    decisions: tuple[Explained, ...]
    errors: Mapping[str, float]
    averse: bool

    @property
    def empty(self) -> bool:
        """Whether no design was found in time."""
        return self.value is None

    @property
    def headline(self) -> str:
        """What the best design is worth."""
        if self.value is None:
            return self._nothing
        bound = f", bound {fixed(self.bound, 6)}" if isfinite(self.bound) else ""
        return f"{self._open}the best design is worth {fixed(self.value, 6)}{bound}"

    def _summary(self) -> Cells:
        rows = [("decision", "sits at", "to move it costs")]
        for one in self.decisions:
            name = f"{one.decision} for {one.organisation}" if one.organisation else one.decision
            costs = [(move.cost, move.to) for move in one.moves if move.cost is not None]
            cost, to = min(costs, default=(None, ""))
            rows.append((name, one.level, "-" if cost is None else f"{small(cost)} to {to}"))
        return rows if self.decisions else []

    def document(self) -> dict[str, Any]:
        """The keys of the JSON document."""
        return {
            "value": plain(self.value), "bound": plain(self.bound), "risk_averse": self.averse,
            "weights": dict(self.weights), "errors": {g: plain(e) for g, e in self.errors.items()},
            "decisions": [one.to_dict() for one in self.decisions],
        }  # fmt: skip

    def rows(self) -> dict[Part, Iterable[Row]]:
        """Of each table."""
        found: dict[Part, list[Row]] = {part: [] for part in RESULT.tables}
        for one in self.decisions:
            site = {"decision": one.decision, "organisation": one.organisation}
            found[DECISIONS].append(site | {"type": one.type, "level": one.level, "sentence": one.sentence})
            found[LIMITS] += [site | limit.to_dict() for limit in one.limits]
            places = [("", one.contributions), *((m.to, m.contributions) for m in one.moves)]
            found[CONTRIBUTIONS] += [
                site | {"to": to, "objective": g, "contribution": value}
                for to, values in places
                for g, value in values.items()
            ]
            found[SPANS] += [
                site | {"objective": g, "from": span[0], "to": span[1]}
                for g, span in one.weights.items()
                if span is not None
            ]
            for move in one.moves:
                found[MOVING].append(site | move.to_dict())
                for row in move.also:
                    other = {f"also_{name}" if name in SITE else name: row[name] for name in row}
                    found[ALSO].append(site | {"at": move.to} | other)
        return {**found}
