"""What must, may or never be so among all designs worth a floor: shown by a design, or proven by a bound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.solver.clock import Clock
from optimiser.studies.alternatives.k_best import Known, Pool
from optimiser.tolerances import EQUAL, TOLERANCE

Array = np.ndarray
ROUND = 4  # groups of places that are asked about at once


@dataclass(frozen=True)
class Verdict:
    """Of one decision (of one locality, where `organisation` names it) and one level.

    must: every design worth the floor holds it there, for every locality; never: none does, for any locality;
    may: neither; undecided: not settled. `share` is how often those listed do, by population.
    """

    decision: str
    organisation: str
    level: str
    verdict: str
    share: float


class Verdicts:
    """Cells are a holding and a level; each is shown (some known design holds it), ruled out, or open."""

    def __init__(self, pool: Pool, floor: float, by_locality: bool) -> None:
        self.pool, self.floor, self.by_locality = pool, floor, by_locality
        self.study, self.sets = pool.study, pool.study.session.c.sets
        self._of = self.sets.holding_decision
        self._never = ~self.sets.allowed[self._of]
        self._left = np.zeros_like(self._never)  # asked, and not settled

    @property
    def _shown(self) -> Array:
        """(H, L) held by a known design worth the floor."""
        shown = np.zeros_like(self._never)
        for known in self.pool.ranked:
            if known.value >= self.floor - EQUAL:
                shown[np.arange(len(known.design)), known.design] = True
        return shown

    @property
    def _open(self) -> Array:
        """(H, L) neither shown nor ruled out; one locality shows it of all, unless each is asked for."""
        shown = self._shown
        if not self.by_locality:
            for d in range(len(self.sets.decisions)):
                mine = self._of == d
                shown[mine] = shown[mine].any(axis=0)
        return ~shown & ~self._never & ~self._left

    def settle(self) -> None:
        """Try the moves from the best design, then the bounds of the relaxation, then ask one by one."""
        best = self.pool.ranked[0]
        lines = self.study.session.lines(best.design, Clock())
        moves = self.pool.around.moves(best.design, lines)
        for i in np.argsort(-moves.bound, kind="stable"):
            if moves.bound[i] < self.floor or moves.bound[i] == -np.inf or self.study.clock.out:
                break
            if self._open[moves.holding[i], moves.level[i]]:
                self.pool.look(moves.holding[i], moves.level[i], best)
        if self._open.any():
            self._never |= self._open & (self.study.session.bounds(self.study.clock) < self.floor)
        order = np.argsort(~self.sets.uniform, kind="stable")  # the others have many that are nearly as good
        every = np.ones(len(self.sets.levels), bool)
        self._ask([(self._of == d)[:, None] & every for d in order])

    def _ask(self, groups: list[Array]) -> None:
        """Ask for any that is open of each group: a design shows some, a bound rules out all; else by halves.

        A few at once, whoever answers: what is shown with one group is not asked for with the next.
        """
        while groups and not self.study.clock.out:
            asked = [group & self._open for group in groups]
            groups = [group for group in asked if group.any()]
            now, groups = groups[:ROUND], groups[ROUND:]
            if not now:
                return
            self.study.tell(f"may {self._named(now)} sit elsewhere? {sum(mine.sum() for mine in now)} places")
            rows = [self.study.row(-mine.astype(float), -1.0) for mine in now]
            left = list[Array]()
            for mine, answer in zip(now, self.pool.settle_each(rows, self.floor - EQUAL), strict=True):
                if answer.found and answer.value >= self.floor - EQUAL:
                    left.append(mine)
                elif answer.bound < self.floor + TOLERANCE:
                    self._never |= mine
                else:
                    left += self._halves(mine)
            groups = left + groups

    def _named(self, groups: list[Array]) -> str:
        return ", ".join(self.sets.decisions[self._of[np.argwhere(mine)[0, 0]]] for mine in groups)

    def _halves(self, cells: Array) -> list[Array]:
        """What cannot be settled together may be apart: level by level, then locality by locality."""
        by = 1 if cells.any(axis=0).sum() > 1 else 0
        places = np.flatnonzero(cells.any(axis=1 - by))
        if len(places) == 1:
            self._left |= cells
            return []
        parts = list[Array]()
        for part in np.array_split(places, 2):
            some = np.zeros(cells.shape[by], bool)
            some[part] = True
            parts.append(cells & (some if by else some[:, None]))
        return parts

    def rows(self, listed: list[Known]) -> list[Verdict]:
        """The verdict of every decision and level, and of every locality if asked for."""
        sets, held = self.sets, np.zeros(self._never.shape)
        for known in listed:
            held[np.arange(len(held)), known.design] += 1
        rows, shown, weight = [], self._shown, self.study.session.holding_share
        for d, decision in enumerate(sets.decisions):
            mine = np.flatnonzero(self._of == d)
            groups = [("", mine)]
            if self.by_locality and not sets.uniform[d]:
                groups += [(sets.place(int(h)), np.array([h])) for h in mine]
            for place, group in groups:
                share = (held[group[0]] if len(group) == 1 else weight[group] @ held[group]) / len(listed)
                said = _verdicts(
                    np.asarray(shown[group].any(axis=0)), np.asarray(self._never[group].all(axis=0))
                )
                rows += [
                    Verdict(decision, place, level, *pair)
                    for level, *pair in zip(sets.levels, said, share.tolist(), strict=True)
                ]
        return rows


def _verdicts(shown: Array, never: Array) -> list[str]:
    """One a level, from which levels are shown, and which are ruled out."""
    said = []
    for l in range(len(shown)):
        others = np.arange(len(shown)) != l
        if never[l]:
            said.append("never")
        elif never[others].all():
            said.append("must")
        else:
            said.append("may" if shown[l] and shown[others].any() else "undecided")
    return said
