"""What recourse can do for the aims of who holds what, as cuts.

Price cuts as in the search for a best design (`solver.recourse`), on (x, e): a row of a requirement i that
has a price p in a cut adds `- p k e_i` to it, and the cut holds where the requirement is not taken out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from optimiser.solver.clock import Clock
from optimiser.solver.cuts.cuts import VIOLATED, Cuts, join
from optimiser.solver.recourse.price_cuts import Recourse
from optimiser.studies.diagnose.elastic_program import Loosened

Array = np.ndarray
MANY = 400  # cuts that are kept


@dataclass(frozen=True, eq=False)
class Point:
    """A design, its recourse where that was asked for, and by how much each dial gave."""

    x: Array  # (columns of the program,)
    gives: Array  # (requirements,)


class RecourseCuts:
    """The recourse of a loosened program, and what is known of it."""

    def __init__(self, loosened: Loosened) -> None:
        self.loosened, theirs = loosened, loosened.theirs
        self.recourse = r = Recourse(loosened.compiled, loosened.c)
        r.follow(loosened.program, loosened.c, loosened.units)
        place = np.full(len(loosened.program.upper), -1)
        place[r.coupling] = np.arange(len(r.coupling))
        mine = np.flatnonzero((theirs.row >= 0) & (place[theirs.row] >= 0))
        self._row, self._of, self._dial = place[theirs.row[mine]], theirs.of[mine], theirs.dial[mine]
        self.inner = np.zeros(len(theirs.of), bool)  # rows of requirements that touch recourse
        self.inner[mine] = True
        self._known = Cuts(sparse.csr_array((0, len(loosened.program.cost) + loosened.count)), np.zeros(0))
        self._relies = np.zeros((0, loosened.count), bool)

        self._opening = self._were_all_free()

    def _were_all_free(self) -> Cuts:
        """What every aim could be at most in each scenario if hours, partners and slack cost nothing."""
        r, c = self.recourse, self.loosened.c
        aims = np.flatnonzero([c.sets.objectives[g] in self.loosened.aims for g in r.row_objective])
        prices = np.zeros((len(aims), len(r.coupling)))
        prices[np.arange(len(aims)), r.scored[aims]] = 1.0
        return _beside(r.cuts(list(prices)), np.zeros((len(aims), self.loosened.count)))

    def known(self, out: Array) -> Cuts:
        """Cuts of earlier questions that hold where these requirements are taken out."""
        kept = np.flatnonzero(~(self._relies & out).any(axis=1))
        return join(self._opening, Cuts(self._known.matrix[kept], self._known.upper[kept]))

    def violated(self, point: Point, out: Array, directions: list[Array], clock: Clock) -> Cuts:
        """Cuts that a point breaks, for each direction (G,) in which its recourse is asked to go."""
        r, count = self.recourse, self.loosened.count
        side = r.side - r.on_x @ point.x
        side[self._row] += np.where(out[self._of], np.inf, self._dial * point.gives[self._of])
        most = r.most(point.x)
        priced = [s.price(point.x, most, side, d, clock).prices for d in directions for s in r.scenarios]
        prices = np.array([p for p in priced if p.any()]).reshape(-1, len(side))
        prices[:, self._row[out[self._of]]] = 0.0
        prices /= np.maximum(1.0, prices.max(axis=1, initial=0.0))[:, None]  # of a limit near 0 they are vast
        mine = prices[:, self._row]
        owned = self._of[:, None] == np.arange(count)
        gives, relies = -(mine * self._dial) @ owned, (mine > 0) @ owned > 0
        found = _beside(r.cuts(list(prices)), gives)
        broken = np.flatnonzero(
            found.matrix @ np.concatenate([point.x, point.gives]) > found.upper + VIOLATED
        )
        fresh = Cuts(found.matrix[broken], found.upper[broken])
        both = join(self._known, fresh)
        self._known = Cuts(both.matrix[-MANY:], both.upper[-MANY:])
        self._relies = np.vstack([self._relies, relies[broken]])[-MANY:]
        return fresh


def _beside(cuts: Cuts, further: Array) -> Cuts:
    """The cuts with further columns (k, columns)."""
    return Cuts(sparse.hstack([cuts.matrix, sparse.csr_array(further)], format="csr"), cuts.upper)
