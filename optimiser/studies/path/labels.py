"""What becomes of a decision over a path: whether it swings, ratchets, is inert, follows or stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Array = np.ndarray
UNKNOWN = -1


def level_of_most(held: Array, share: Array) -> Array:
    """(D,) the level of most of the population in a design (D, O), the higher one of equals; where nothing is
    known of any locality, UNKNOWN."""
    found = np.full(len(held), UNKNOWN)
    for d, levels in enumerate(held):
        known = levels[levels >= 0]
        if known.size:
            found[d] = np.argmax(np.bincount(known, share[levels >= 0] + 1e-12))
    return found


@dataclass(frozen=True)
class Turns:
    """A decision from today (UNKNOWN: nobody knows) through the periods, beside each period's own best."""

    today: int
    held: tuple[int, ...]
    own: tuple[int, ...]  # UNKNOWN where a period has none

    @property
    def moves(self) -> list[tuple[int, int, int]]:
        """(period, from, to) of every move."""
        before = (self.today, *self.held[:-1])
        pairs = enumerate(zip(before, self.held, strict=True))
        return [(t, a, b) for t, (a, b) in pairs if a != b and a != UNKNOWN]

    @property
    def up(self) -> int:
        """Moves towards the centre."""
        return sum(b < a for _, a, b in self.moves)

    @property
    def down(self) -> int:
        """Moves towards the localities."""
        return len(self.moves) - self.up

    @property
    def against(self) -> list[int]:
        """Periods whose own best is elsewhere."""
        return [t for t, (a, b) in enumerate(zip(self.held, self.own, strict=True)) if b not in (a, UNKNOWN)]

    @property
    def regretted(self) -> list[int]:
        """Periods in which it stays though their own best is where it last came from."""
        found, came_from, moved_in = [], UNKNOWN, {t: a for t, a, _ in self.moves}
        for t, own in enumerate(self.own):
            if t in moved_in:
                came_from = moved_in[t]
            elif came_from not in (UNKNOWN, self.held[t]) and own == came_from:
                found.append(t)
        return found

    @property
    def returns(self) -> bool:
        """Whether it comes back to a level that it left."""
        left: set[int] = set()
        for _, a, b in self.moves:
            left.add(a)
            if b in left:
                return True
        return False

    @property
    def label(self) -> str:
        """The first that fits."""
        if self.returns:
            return "swings"
        if self.regretted:
            return "ratchets"
        if not self.moves:
            return "inert" if self.against else "stays"
        return "follows" if self.held == self.own else "stays"


def turns(today: Array, designs: Sequence[Array], own: Sequence[Array | None]) -> list[Turns]:
    """Of every decision, from (D,) levels today, in each period, and in each period's own best."""
    unknown = np.full(len(today), UNKNOWN)
    best = np.array([unknown if levels is None else levels for levels in own])
    return [
        Turns(int(today[d]), tuple(int(each[d]) for each in designs), tuple(best[:, d].tolist()))
        for d in range(len(today))
    ]
