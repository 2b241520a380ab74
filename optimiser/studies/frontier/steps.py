"""Objectives that come in steps, as counts and rounded scores do: one search then finds and proves at once.

Where nothing holds recourse back, what a design reaches is a sum of some of finitely many numbers. If all are
whole multiples of a step, two designs are equal in it or a step apart. So the most of one objective
above a floor, the other counting for less than a step in all, is nondominated, and nothing lies between it
and what the floor was taken from: a frontier of n points takes n - 1 such searches from one end to the other
(the epsilon-constraint method; Haimes, Lasdon & Wismer 1971).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.solver.session import Session
from optimiser.studies.frontier.border import CLOSE
from optimiser.tolerances import EQUAL

Array = np.ndarray
LEAST = 20 * CLOSE  # a step that is told from none


def step_of(session: Session, g: int) -> float:
    """By how much designs differ at least in an objective, unless not at all; 0: that is not known."""
    if session.extended or not _unhindered(session):
        return 0.0
    r, p = session.recourse, session.c.value.probability
    if r.touches(g):
        mine, prices = r.scored[r.row_objective == g], np.zeros(len(r.coupling))
        prices[mine] = p[r.row_scenario[mine]]
        if (prices @ r.on_y > 0).any():  # it loses by being exercised
            return 0.0
        score = r.cuts([prices]).matrix.toarray()[0]
        score[session.compiled.columns["achieved"]] = 0.0
    else:
        score = p @ r.bare[slice(g * len(p), (g + 1) * len(p))]
    settled = score[session.placing.core]  # of columns that are 0 or 1, whatever the design
    score[session.placing.core] = 0.0
    return 0.0 if score.any() else common_step(settled[settled != 0])


def _unhindered(session: Session) -> bool:
    """Whether all that is held is exercised as far as who holds it is willing and able.

    That is so where recourse is nothing else, and is held back by hours alone that are all there: then who
    may hold it has the hours.
    """
    r, hours = session.recourse, session.compiled.rows["staff_suffice_in_scenario"]
    free = (r.coupling >= hours.start) & (r.coupling < hours.stop)
    free[r.scored] = True
    alone = len(r.e) == len(r.y) and not session.coupled
    return bool(alone and free.all() and (session.c.staffing.present == 1).all())


def common_step(numbers: Array) -> float:
    """The largest number of which all these are whole multiples, by Euclid; 0: there is none to speak of."""
    step = 0.0
    for number in np.unique(np.abs(numbers)).tolist():
        while number > EQUAL:
            step, number = number, abs(step - number * round(step / number))
    if step < LEAST:
        return 0.0
    most = float(np.abs(numbers).max())
    step = most / round(most / step)
    return step if np.abs(numbers - np.round(numbers / step) * step).max() <= EQUAL * step else 0.0


@dataclass(frozen=True)
class Question:
    """The most of the first objective above a floor under the second, which counts a `share` as much."""

    steps: tuple[float, float]
    low: float  # of the second, at the design from which on more of it is asked for
    high: float  # the most there is of it

    @property
    def share(self) -> float:
        """So little that all there is of the second is worth half a step of the first."""
        return self.steps[0] / (2 * (self.high - self.low))

    @property
    def weights(self) -> Array:
        """(2,)"""
        return np.array([1.0, self.share]) / (1 + self.share)

    @property
    def floors(self) -> Array:
        """(2,)"""
        return np.array([-np.inf, self.low + self.steps[1] / 2])

    @property
    def closely(self) -> float:
        """How closely to ask: a quarter of what a design that is better in either would be worth more."""
        return float(min(self.steps[0] / 2, self.share * self.steps[1]) / (1 + self.share) / 4)

    def settled(self, value: float, bound: float) -> bool:
        """Whether nothing dominates a design of this value, nor lies between it and the floor."""
        return bound - value < 2 * self.closely
