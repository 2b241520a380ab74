"""Which requirements cannot hold together, and the fewest that would have to give."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np
from scipy import sparse

from optimiser.errors import SolverError
from optimiser.solver.highs import Solver
from optimiser.solver.outcome import Ended
from optimiser.studies.diagnose.feasibility import OutOfTimeError, Questions

Tell = Callable[[str], None]


class Conflicts:
    """Conflicts among the requirements that `questions` are asked about."""

    def __init__(self, questions: Questions, tell: Tell) -> None:
        self.questions, self.tell = questions, tell
        self._failed: set[tuple[bool, frozenset[int]]] = set()  # what is proven not to hold together
        self._solver = Solver()

    def _tell(self, what: str) -> None:
        self.tell(f"looking for {what}, {self.questions.solves} programs solved")

    def hold(self, kept: Collection[int], scored: bool = False) -> bool:
        """Whether these requirements can hold together."""
        key = (scored, frozenset(kept))
        if key in self._failed:
            return False
        if not scored and any(known[list(kept)].all() for known in self.questions.kept):
            return True
        if self.questions.point(kept, scored=scored, whole=False) is not None:
            return True
        self._failed.add(key)
        return False

    def conflict(self, among: Sequence[int], scored: bool = False) -> list[int]:
        """A conflict among requirements that cannot all hold: take out any of it, and the rest of it can.

        Of several the one that needs the first of them (QuickXplain: Junker 2004).
        """

        def explain(background: list[int], grown: bool, rest: Sequence[int]) -> list[int]:
            self._tell(f"what cannot hold together: {len(rest)} of {len(among)}")
            if grown and not self.hold(background, scored):
                return []
            if len(rest) == 1:
                return list(rest)
            first, second = rest[: len(rest) // 2], rest[len(rest) // 2 :]
            later = explain([*background, *first], True, second)
            return explain([*background, *later], bool(later), first) + later

        found = sorted(explain([], False, among))
        if self.hold(found, scored):
            raise SolverError("requirements that were shown not to hold together hold after all")
        return found

    def fewest(self, conflict: Sequence[int]) -> list[int]:
        """As few requirements as can be without which all others hold; empty: none would help.

        Whatever gives must break every conflict, so the fewest that break all known ones are tried; where the
        others cannot hold yet, there is one conflict more to know (Reiter 1987; implicit hitting sets).
        """
        known, every = [list(conflict)], range(len(self.questions.requirements))
        while True:
            out = self._hitting(known)
            self._tell(f"the fewest that would have to give: at least {len(out)}")
            rest = [i for i in every if i not in out]
            if self.hold(rest, scored=True):
                return out
            further = self.conflict(rest, scored=True)
            if not further:
                return []
            known.append(further)

    def _hitting(self, sets: Sequence[Sequence[int]]) -> list[int]:
        """The fewest requirements of which every set has one."""
        many = len(self.questions.requirements)
        columns = np.concatenate(sets)
        starts = np.cumsum([0, *map(len, sets)])
        matrix = sparse.csr_array((np.ones(len(columns)), columns, starts), shape=(len(sets), many))
        none, one = np.zeros(many), np.ones(many)
        self._solver.load(-one, matrix, np.ones(len(sets)), np.full(len(sets), np.inf), none, one, one > 0)
        outcome = self._solver.run(self.questions.clock)
        if outcome.ended is not Ended.OPTIMAL or outcome.x is None:
            raise OutOfTimeError
        return np.flatnonzero(outcome.x > 0.5).tolist()

    @property
    def smallest(self) -> list[int] | None:
        """The smallest set met so far that is proven not to hold together."""
        failed = [sorted(key) for scored, key in self._failed if not scored]
        return min(failed, key=lambda found: (len(found), found), default=None)
