"""A decision moved to another level: the best design then, and the one that moves least else."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from optimiser.solver.answer import Answer, Best
from optimiser.studies.asker import Asker
from optimiser.studies.rounds import Task
from optimiser.tolerances import EQUAL

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Moved:
    """A best design with the move made, and one as good that has little else elsewhere."""

    answer: Answer
    design: Array | None  # (H,); None where none was found


@dataclass(frozen=True, eq=False, kw_only=True)
class Moving(Task):
    """Some holdings of a best design (H,) moved to a level, for good."""

    design: Array
    holdings: Array
    level: int

    def done(self, asker: Asker) -> Moved:
        """What is best then. Time that runs out leaves at least what moving it alone costs, if it can be."""
        alone = self.design.copy()
        alone[self.holdings] = self.level
        worth = asker.worth(alone)
        fixed = dict.fromkeys(self.holdings.tolist(), self.level)
        answer = asker.ask(fixed=fixed, start=alone if worth > -np.inf else None)
        if not answer.found and worth > -np.inf:
            answer = replace(asker.surely(alone), bound=answer.bound)
        return Moved(answer, _least_moved(asker, answer, alone, worth) if answer.found else None)


def _least_moved(asker: Asker, answer: Best, alone: Array, worth: float) -> Array:
    """A design as good as that of the answer, other decisions where they were as far as that goes."""
    enough = answer.bound - max(asker.gap * abs(answer.value), EQUAL)
    enough = min(enough, answer.value)
    if worth >= enough:
        return alone
    design, decisions = answer.design, asker.session.c.sets.holding_decision
    for e in np.unique(decisions[design != alone]).tolist():
        if asker.clock.out:
            break
        back = design.copy()
        mine = decisions == e
        back[mine] = alone[mine]
        if asker.worth(back) >= enough:
            design = back
    return design
