"""The best designs: those known with their exact values, and a bound on all that are not known."""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimiser.solver.answer import Answer, Best
from optimiser.solver.clock import Clock
from optimiser.solver.cuts.cuts import Cuts, join
from optimiser.solver.search.neighbourhood import Neighbourhood
from optimiser.studies.rounds import Search
from optimiser.studies.study import SLICE, Study
from optimiser.tolerances import EQUAL, SOLVED

Array = np.ndarray
EXACT = 1e-7  # relative gap of a question that the gap asked for might leave open


@dataclass(frozen=True, eq=False)
class Known:
    """A design (H,) and its exact value; -inf where it breaks a requirement."""

    design: Array
    value: float


class Pool:
    """Designs known, and `rest`: no design is worth more that is not among them.

    Two ways lead to further designs: moves of one holding from those known, evaluated exactly as long as
    their bounds promise enough, and the solver, which leaves out by name what is known already (no-good cuts;
    Balas & Jeroslow 1972). Only the solver's bound says that there are no others.
    """

    def __init__(self, study: Study, best: Best, count: int, floor: float) -> None:
        self.study, self.count, self.floor = study, count, floor
        self.rest = best.bound
        self.ranked: list[Known] = []  # those worth the floor, the best first, then in the order of levels
        self._met: set[bytes] = set()
        self._looked: set[bytes] = set()
        self.around = Neighbourhood(study.session, {})
        self.add(best.design, best.value)

    def add(self, design: Array, value: float) -> None:
        """Keep a design, unless it is known."""
        name = design.tobytes()
        if name not in self._met:
            self._met.add(name)
            if value >= self.floor - EQUAL and value > -np.inf:
                insort(self.ranked, Known(design, value), key=_rank)

    @property
    def full(self) -> bool:
        """Whether as many are known as were asked for."""
        return len(self.ranked) >= self.count

    @property
    def bar(self) -> float:
        """What a further design must be worth to matter."""
        return self.ranked[self.count - 1].value + SOLVED if self.full else self.floor - EQUAL

    @property
    def closed(self) -> bool:
        """Whether nothing that is not known can matter, or only by less than the gap."""
        gap = self.study.gap * abs(self.bar) if self.full else 0.0
        return self.rest == -np.inf or self.rest < self.bar + gap

    def fill(self) -> None:
        """Find the `count` best designs worth the floor, or all of them if there are fewer."""
        while not self.study.clock.out:
            self.spread()
            if self.closed or self.study.clock.out:
                return
            bar = self.bar
            self.study.tell(f"{len(self.ranked)} known, looking for one worth {bar:.6f} or more")
            answer = self.ask(self._others(), bar)
            self.rest = min(self.rest, answer.bound)
            if not answer.found or answer.value < bar:
                return

    def ask(self, rows: Cuts, worth: float, gap: float | None = None, share: float = 1.0) -> Answer:
        """A design that keeps the rows and is worth so much (-inf: the best), or that there is none."""
        decide = worth if np.isfinite(worth) else None
        answer = self.study.ask(rows=rows, decide=decide, gap=gap, share=share)
        if answer.found:
            self.add(answer.design, answer.value)
        return answer

    def settle(self, rows: Cuts, worth: float) -> Answer:
        """Whether a design that keeps the rows is worth so much: settled in time, whatever the gap."""
        return self.ask(rows, worth, min(EXACT, self.study.gap), SLICE)

    def settle_each(self, rows: Sequence[Cuts], worth: float) -> list[Answer]:
        """The same of several at once, which do not know of each other."""
        decide = worth if np.isfinite(worth) else None
        gap = min(EXACT, self.study.gap)
        searches = [Search(rows=each, decide=decide, gap=gap) for each in rows]
        answers: list[Answer] = self.study.each(searches, SLICE)
        for answer in answers:
            if answer.found:
                self.add(answer.design, answer.value)
        return answers

    def look(self, holding: int, level: int, start: Known) -> None:
        """Evaluate the design that is one move from `start`."""
        there = start.design.copy()
        there[holding] = level
        if there.tobytes() not in self._met:
            session = self.study.session
            self.add(there, session.evaluate(session.placing.columns(there), Clock()).value)

    def _others(self) -> Cuts:
        return join(*(self.study.forbid(known.design) for known in self.ranked))

    def spread(self) -> None:
        """Go from the best design to the next, and on, as long as one of their moves may matter."""
        while not self.study.clock.out and not (
            self.closed and self.ranked[0].design.tobytes() in self._looked
        ):
            unseen = (k for k in self.ranked[: self.count] if k.design.tobytes() not in self._looked)
            start = next(unseen, None)
            if start is None:
                return
            self._looked.add(start.design.tobytes())
            self.study.tell(f"{len(self.ranked)} known, the last worth {self.ranked[-1].value:.6f}")
            moves = self.around.moves(start.design, self.study.session.lines(start.design, Clock()))
            for i in np.argsort(-moves.bound, kind="stable"):
                if moves.bound[i] < self.bar or moves.bound[i] == -np.inf or self.study.clock.out:
                    break
                self.look(moves.holding[i], moves.level[i], start)


def _rank(known: Known) -> tuple[float, bytes]:
    return -round(known.value, 9), known.design.tobytes()
