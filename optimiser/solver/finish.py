"""From what a search found to what is reported: settled, its neighbours looked at, none of them better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from optimiser.design.design import SolverError
from optimiser.solver.highs import Clock, Ended
from optimiser.solver.search.master import Found
from optimiser.solver.search.neighbourhood import TOLERANCE, Checked, Neighbourhood
from optimiser.solver.session import Session

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Finished:
    """A design with its best recourse and what became of its neighbours; the bound is the search's."""

    found: Found
    value: float  # by the solver
    x: Array  # all columns of the program
    checked: Checked


def settled(session: Session, found: Found, floors: Mapping[int, float]) -> tuple[float, Array]:
    """The value of the design found, and all columns of the program with the recourse to report."""
    best = session.settle(session.point(found), Clock(), floor=session.floors(floors), ties=True)
    if best.x is None:
        raise SolverError("the search found a design whose recourse the whole model calls infeasible")
    return best.value, best.x


def finish(
    session: Session,
    found: Found,
    gap: float,
    clock: Clock,
    fixed: Mapping[int, int],
    floors: Mapping[int, float],
) -> Finished:
    """Settle the design found and look at its neighbours; where one is better, go there and on.

    On is a further search, where there is time and the last one proved nothing, else a climb: this may take
    as long as `clock.finishing` allows, whatever the time limit of the search. A design better than the bound
    is not hidden: it refutes the search.
    """
    assert found.design is not None
    around = Neighbourhood(session, fixed, floors=floors)
    while True:
        value, x = settled(session, found, floors)
        checked = around.check(found.design, value, clock.finishing)
        if not checked.better:
            return Finished(found, value, x, checked)
        design, value = checked.best(found.design)
        if found.ended is Ended.OPTIMAL or clock.out:
            design, value = around.improve(design, value, clock.finishing)
            found = replace(found, design=design, value=value, point=session.whole(design, floors))
        else:
            further = session.optimise(gap, clock, fixed, floors, start=design)
            found = replace(further, bound=min(further.bound, found.bound))
        assert found.design is not None


def beaten(
    session: Session, found: Found, clock: Clock, fixed: Mapping[int, int], floors: Mapping[int, float]
) -> Found | None:
    """Where the neighbours of a design lead that is thought to be optimal; None: none of them is better."""
    assert found.design is not None
    around = Neighbourhood(session, fixed, floors=floors)
    checked = around.check(found.design, found.value, clock.finishing)
    if not checked.better:
        return None
    design, value = checked.best(found.design)
    if found.bound < value - TOLERANCE:
        raise SolverError("a design one move away from a best one is better than the bound")
    design, value = around.improve(design, value, clock.finishing)
    return replace(
        found, design=design, value=value, bound=max(found.bound, value), point=session.whole(design, floors)
    )
