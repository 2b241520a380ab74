"""Asker: an open session that is asked again and again, here or in a worker process."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager

import numpy as np

from optimiser.errors import SolverError
from optimiser.instance.instance import Instance
from optimiser.solver.answer import Answer, Best, answered, beaten, judged
from optimiser.solver.clock import Clock
from optimiser.solver.cuts.cuts import Cuts
from optimiser.solver.outcome import Ended
from optimiser.solver.search.neighbourhood import Neighbourhood
from optimiser.solver.session import Session

Array = np.ndarray
LARGE = 5000  # columns of a model, from which designs are too many to tell all apart
CHECKED = 20  # one answer in so many has the designs next to it looked at


class Asker:
    """One open session; new weights and new numbers build nothing anew.

    `solves` counts the searches, `clock` is the time that they may take.
    """

    def __init__(self, session: Session, gap: float, clock: Clock) -> None:
        self.session, self.gap, self.clock = session, gap, clock
        self.solves = 0

    def restored(self) -> AbstractContextManager[None]:
        """Afterwards it is about the instance and the weights from before, whatever was asked within."""
        return self.session.restored()

    @property
    def instance(self) -> Instance:
        """What the questions are about."""
        return self.session.instance

    @property
    def weights(self) -> Array:
        """(G,) normalised weights in force."""
        return self.session.weights

    @property
    def large(self) -> bool:
        """Whether the instance has too many designs to tell all apart, so that a tolerance is the default."""
        return self.session.placing.size > LARGE

    def about(self, instance: Instance, weights: Mapping[str, float] | None = None) -> None:
        """Ask about this instance from now on."""
        self.session.update(instance, weights)

    def weigh(self, weights: Array) -> None:
        """Ask with these weights (G,) from now on; they sum to 1."""
        self.session.weigh(weights)

    def ask(
        self,
        *,
        fixed: Mapping[int, int] | None = None,
        floors: Mapping[int, float] | None = None,
        rows: Cuts | None = None,
        decide: float | None = None,
        start: Array | None = None,
        share: float = 1.0,
        gap: float | None = None,
    ) -> Answer:
        """A best design, to the gap of the study where no other is given.

        `fixed` maps holdings to levels, `floors` objectives (their position) to what their expectation must
        reach, `rows` are linear rows on who holds what (`row`, `forbid`). With `decide` the question is only
        whether a design is worth that much: the search ends as soon as it has one (value >= decide), or none
        can be (bound < decide). `start` is a design to begin from, thought to be good here;
        `share` the most of the time left that this question may take.
        """
        self.solves += 1
        gap = self.gap if gap is None else gap
        self.session.recourse.forget()  # else the last digit depends on what was asked before
        with self.clock.within(share):
            found = self.session.optimise(
                gap, self.clock, fixed, floors, rows=rows, decide=decide, start=start
            )
        if self.solves % CHECKED == 1 and found.found and found.ended is Ended.OPTIMAL and rows is None:
            found = beaten(self.session, found, self.clock, fixed or {}, floors or {}) or found
        answer = answered(self.session, found, floors or {})
        self.session.recourse.forget()
        return answer

    def evaluate(self, design: Array, floors: Mapping[int, float] | None = None) -> Answer:
        """A design (H,), with its best recourse; infeasible where it has none, or breaks a requirement."""
        return judged(self.session, design, floors or {})

    def surely(self, design: Array, floors: Mapping[int, float] | None = None) -> Best:
        """A design (H,) that is known to keep every requirement, with its best recourse."""
        answer = self.evaluate(design, floors)
        if not answer.found:
            raise SolverError("a design that keeps every requirement was found to break one")
        return answer

    def expectations(self, design: Array, direction: Array) -> Array:
        """(G,) what a design (H,) that keeps all requirements reaches, recourse best in a direction."""
        return self.session.expectations(self.session.placing.columns(design), direction, Clock())

    def worth(self, design: Array) -> float:
        """The exact value of a design (H,) at what is asked about; -inf where it breaks a requirement."""
        if not Neighbourhood(self.session, {}).keeps(design):
            return -np.inf
        return self.session.evaluate(self.session.placing.columns(design), Clock()).value

    def row(self, coefficients: Array, upper: float) -> Cuts:
        """The row `sum coefficients[h, l] placed[h, l] <= upper`, coefficients (H, L)."""
        return self.session.placing.row(coefficients, upper)

    def forbid(self, design: Array) -> Cuts:
        """The row that this design (H,) alone breaks."""
        return self.session.placing.without(design)
