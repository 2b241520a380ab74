"""From what a search found to a judged answer: settled, audited, its neighbours looked at, none better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from optimiser.audit import audit
from optimiser.coefficients.sets import current_levels
from optimiser.design.bound import held_to
from optimiser.design.evaluated import Evaluated
from optimiser.design.moves import Closest, Neighbours
from optimiser.design.status import Status
from optimiser.errors import SolverError
from optimiser.solver.clock import Clock
from optimiser.solver.extraction import design_of, record_of
from optimiser.solver.outcome import Ended
from optimiser.solver.search.master import STATUS, Found, Searched
from optimiser.solver.search.neighbourhood import Checked, Neighbourhood
from optimiser.solver.session import Session
from optimiser.tolerances import TOLERANCE

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Best(Evaluated):
    """A design that was found, and the bound: by the audit its value does not lie above it."""

    status: Status
    bound: float  # nothing asked for is worth more
    found: Literal[True] = True

    def __post_init__(self) -> None:
        held_to(self.bound, self.value)


@dataclass(frozen=True, eq=False)
class Unfound:
    """No design: there is none (`infeasible`), or there was no time to find one (`unknown`)."""

    status: Status
    bound: float  # -inf: infeasible
    found: Literal[False] = False


Answer = Best | Unfound


def evaluated(session: Session, x: Array) -> Evaluated:
    """The design in all columns of the program, at the weights in force."""
    record = record_of(session, x)
    weights = dict(zip(session.instance.objectives, session.weights.tolist(), strict=True))
    return Evaluated(session.instance, record, audit(session.instance, record, weights=weights))


def judged(session: Session, design: Array, floors: Mapping[int, float]) -> Answer:
    """A design (H,) with its best recourse; infeasible where it has none, or breaks a requirement."""
    columns = session.placing.columns(design)
    best = session.settle(columns, Clock(), floor=session.floors(floors), ties=True)
    if best.x is not None:
        there = evaluated(session, best.x)
        if not there.audit.broken:
            return Best(there.instance, there.record, there.audit, Status.FEASIBLE, np.inf)
    return Unfound(Status.INFEASIBLE, -np.inf)


def answered(session: Session, found: Searched, floors: Mapping[int, float]) -> Answer:
    """What a search found, settled and audited."""
    if not found.found:
        return Unfound(status_of(found), found.bound)
    _, x = settled(session, found, floors)
    best = evaluated(session, x)
    if best.audit.broken:
        raise SolverError(f"a design found breaks a promise: {best.audit.broken[0]}")
    return Best(best.instance, best.record, best.audit, STATUS[found.ended], found.bound)


def current_of(session: Session, design: Array) -> Evaluated | None:
    """The current design, what is not known of it held as in this one (H,); None: it is not given, or not
    possible."""
    sets = session.c.sets
    now = current_levels(sets)  # (D, O)
    if session.extended or not (now >= 0).any():
        return None
    held = np.where(now >= 0, now, design[sets.holding])
    whole = design_of(session, held)
    allowed = sets.allowed[sets.holding_decision, whole].all()
    if not allowed or (whole[sets.holding] != held).any():
        return None
    found = judged(session, whole, {})
    return found if found.found else None


def status_of(found: Searched) -> Status:
    """How a search ended; one that a limit ended before there was a design is `unknown`."""
    if found.found or found.ended is Ended.INFEASIBLE:
        return STATUS[found.ended]
    return Status.UNKNOWN


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
    around = Neighbourhood(session, fixed, floors=floors)
    while True:
        value, x = settled(session, found, floors)
        checked = around.check(found.design, value, clock.finishing)
        if (better := checked.improved(found.design)) is None:
            return Finished(found, value, x, checked)
        proven = found.ended is Ended.OPTIMAL or clock.out
        further = None if proven else session.optimise(gap, clock, fixed, floors, start=better[0])
        if further is not None and further.found:
            found = replace(further, bound=min(further.bound, found.bound))
        else:
            design, value = around.improve(*better, clock.finishing)
            found = replace(found, design=design, value=value, point=session.whole(design, floors))


def beaten(
    session: Session, found: Found, clock: Clock, fixed: Mapping[int, int], floors: Mapping[int, float]
) -> Found | None:
    """Where the neighbours of a design lead that is thought to be optimal; None: none of them is better."""
    around = Neighbourhood(session, fixed, floors=floors)
    better = around.check(found.design, found.value, clock.finishing).improved(found.design)
    if better is None:
        return None
    if found.bound < better[1] - TOLERANCE:
        raise SolverError("a design one move away from a best one is better than the bound")
    design, value = around.improve(*better, clock.finishing)
    return replace(
        found, design=design, value=value, bound=max(found.bound, value), point=session.whole(design, floors)
    )


def closest_of(session: Session, checked: Checked, value: float) -> Closest | None:
    """The cheapest move, as far as that is known."""
    if checked.cheapest is None:
        return None
    cost = value - float(checked.value[checked.cheapest])
    if checked.cheapest in checked.equal:
        cost = max(0.0, cost)
    return Closest(*_move(session, checked, checked.cheapest), cost=cost, proven=checked.proven)


def neighbours_of(session: Session, checked: Checked) -> Neighbours:
    """What became of the designs one move away, as a result has it."""
    equal = tuple(_move(session, checked, int(i)) for i in checked.equal)
    return Neighbours(checked.decided, len(checked.moves), checked.better, equal)


def _move(session: Session, checked: Checked, i: int) -> tuple[str, str, str]:
    sets, h = session.c.sets, int(checked.moves.holding[i])
    return sets.decisions[sets.holding_decision[h]], sets.place(h), sets.levels[checked.moves.level[i]]
