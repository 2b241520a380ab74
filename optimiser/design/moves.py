"""From one design to another: what is held elsewhere, and what the designs one move away are worth."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from optimiser.design.tables import Row
from optimiser.instance.instance import Instance
from optimiser.terminal import small


def moves(
    instance: Instance, before: np.ndarray, after: np.ndarray, known: np.ndarray | None = None
) -> list[Row]:
    """What is held elsewhere after than before: rows of decision, organisation, from, to.

    Designs are (D, O) positions of levels, as in a `Record`; `known` (D, O) bool: where there is a before.
    A decision that is held at one level everywhere, before and after, and must be, is one row.
    """
    decisions, level = instance["decisions"], instance["levels"]["level"]
    moved = (before != after) if known is None else (before != after) & known
    rows = list[Row]()
    for d in np.flatnonzero(moved.any(axis=1)):
        where = np.flatnonzero(moved[d])
        whole = decisions["uniform"][d] and len({*before[d].tolist()}) == len({*after[d].tolist()}) == 1
        for o in where[:1] if whole else where:
            rows.append({
                "decision": decisions["decision"][d],
                "organisation": "" if whole else instance.localities[o],
                "from": level[before[d, o]], "to": level[after[d, o]],
            })  # fmt: skip
    return rows


@dataclass(frozen=True)
class Closest:
    """The cheapest single move: one holding goes to another level, and nothing else moves.

    It keeps every requirement, and what was asked for (fixed holdings, floors). Of moves that cost the same
    it is the first in the order of the tables.
    """

    decision: str
    organisation: str  # '' for a uniform decision
    to: str  # the level it would move to
    cost: float  # value lost
    proven: bool = True  # False: time ran out before all others were decided, so that it costs at most that

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON document, which says `proven` only where it is not."""
        said = asdict(self)
        return said if not self.proven else {name: said[name] for name in said if name != "proven"}

    @property
    def move(self) -> str:
        """The move in words."""
        where = f" for {self.organisation}" if self.organisation else ""
        return f"moving {self.decision}{where} to {self.to}"

    @property
    def gain(self) -> str:
        """What a move that costs less than nothing brings, in words."""
        return f"{self.move} would gain {small(-self.cost)}"


@dataclass(frozen=True)
class Neighbours:
    """The designs one move away, as far as they were looked at."""

    checked: int
    total: int
    better: int
    equal: tuple[tuple[str, str, str], ...] = ()  # (decision, organisation, level): as good as the design

    @property
    def text(self) -> str:
        """How many were looked at and what came of it, in words."""
        if not self.total:
            return "There is no design one move away."
        of = f"{self.checked:,} of {self.total:,}" if self.checked < self.total else f"All {self.total:,}"
        seen = f"{of} designs one move away were" if self.total > 1 else "The one design one move away was"
        if self.total == 1 > self.checked:
            return f"{seen} not looked at."
        better, equal = (f"{n:,}" if n else "none" for n in (self.better, len(self.equal)))
        return f"{seen} looked at: {better} better, {equal} equal."
