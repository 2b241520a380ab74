"""Designs nearly as good that differ as much as can be: greedily, each as far as possible from all before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.solver.cuts.cuts import Cuts, join
from optimiser.studies.alternatives.k_best import Known, Pool
from optimiser.tolerances import EQUAL, TOLERANCE

Array = np.ndarray
STEP = 0.01  # decisions: how closely the largest distance is bracketed where localities differ


@dataclass(frozen=True, eq=False)
class Distant:
    """A design, its distance to the nearest before it, and a bound: none is further from all of them."""

    known: Known
    distance: float  # decisions held elsewhere; an asymmetric one counts by the share of population
    furthest: float


class Diverse:
    """Greedy max-min distance (Hamming) among the designs worth a floor; `proven`: as far as can be."""

    def __init__(self, pool: Pool, floor: float) -> None:
        self.pool, self.floor, self.proven = pool, floor, True
        sets = pool.study.session.c.sets
        self.weight = pool.study.session.holding_share
        self._whole = bool(sets.uniform.all())  # then every distance is a whole number
        self._step = 1.0 if self._whole else STEP
        self._most = float(len(sets.decisions))

    def choose(self, count: int) -> list[Distant]:
        """The best design, then one after another what is furthest from those chosen, as far as there are."""
        chosen = [Distant(self.pool.ranked[0], 0.0, 0.0)]
        while len(chosen) < count:
            latest = self._furthest([distant.known.design for distant in chosen])
            if latest is None:
                break
            chosen.append(latest)
        return chosen

    def _furthest(self, chosen: list[Array]) -> Distant | None:
        """Halve the bracket of the largest distance: some design is so far from all, or none can be."""
        low, high, best = 0.0, self._most, None
        while True:
            best, low = self._known_furthest(chosen, best, low)
            if high - low <= (EQUAL if self._whole else STEP + EQUAL):
                break
            aim = low + max(self._step, (high - low) / 2)
            aim = np.ceil(aim) if self._whole else aim
            if not self._none_beyond(chosen, aim):
                if self._known_furthest(chosen, best, low)[1] > low:
                    continue
                self.proven = False
                break
            high = aim - 1 if self._whole else aim
        return None if best is None else Distant(best, low, max(low, float(high)))

    def _known_furthest(
        self, chosen: list[Array], best: Known | None, low: float
    ) -> tuple[Known | None, float]:
        """Of the designs known, the one furthest from all chosen."""
        for known in self.pool.ranked:
            near = min(float(self.weight[known.design != other].sum()) for other in chosen)
            if known.value >= self.floor - EQUAL and near > low + EQUAL:
                best, low = known, near
        return best, low

    def _none_beyond(self, chosen: list[Array], aim: float) -> bool:
        """Whether no design worth the floor is so far from all; one that is becomes known."""
        study = self.pool.study
        study.tell(f"a design {aim:.2f} decisions away from the {len(chosen)} chosen?")
        answer = self.pool.settle(join(*(self._apart(other, aim) for other in chosen)), self.floor - EQUAL)
        return answer.bound < self.floor + TOLERANCE

    def _apart(self, other: Array, aim: float) -> Cuts:
        """The row that keeps designs so far from another."""
        same = np.zeros(self.pool.study.session.placing.placed.shape)
        same[np.arange(len(other)), other] = self.weight
        return self.pool.study.row(same, self.weight.sum() - aim)
