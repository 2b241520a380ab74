"""`solve`: the question everything else is made of."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

import optimiser
from optimiser.audit import audit
from optimiser.design import Closest, Design, Neighbours, SolverError, Status
from optimiser.instance.instance import Instance
from optimiser.solver.call import building, check_call
from optimiser.solver.highs import VERSION, Clock, Ended, hearing_interrupts
from optimiser.solver.moves import Checked, Neighbourhood
from optimiser.solver.records import record_of
from optimiser.solver.risk import neutral
from optimiser.solver.search import STATUS, Found
from optimiser.solver.session import Session

if TYPE_CHECKING:
    import pyomo.environ as pyo

Array = np.ndarray
Progress = Callable[[str], None]
FLOOR_SLACK = 1e-7  # how far below its best an objective may fall for the next one's sake, of 1


def solve(
    instance: Instance,
    *,
    weights: Mapping[str, float] | None = None,
    fix: Mapping[str, str] | None = None,
    lexicographic: Sequence[str] = (),
    at_least: Mapping[str, float] | None = None,
    gap: float = 1e-6,
    time_limit: float | None = None,
    threads: int = 1,
    extend: Callable[[pyo.ConcreteModel], Any] | None = None,
    progress: Progress | None = None,
) -> Design:
    """Find what should sit where: the best design, its bound, and its verification.

    Parameters
    ----------
    weights
        Objective -> weight >= 0; those not named weigh 0. Default: the instance's.
    fix
        "decision" or "decision@organisation" -> level.
    lexicographic
        Objectives in order of priority: each is made as high as those before it allow, then the value.
    at_least
        Objective -> the least its expectation must reach.
    gap
        Relative gap to prove, (bound - value) / |value|.
    time_limit
        Seconds for the search; what was found by then is returned, with its bound.
    extend
        Called with the Pyomo model (see `build`) before it is compiled. It may add variables (continuous,
        integer, binary), linear constraints, blocks of these, and fix or bound the model's own variables.
        All else is refused: another objective, nonlinear rows, sets such as SOS, a changed or deactivated
        requirement. The model is then solved whole; what was added is not verified.
    progress
        Called with a line of text now and then.

    Returns a Design; its `status` says how the search ended. Raises InputError for a call that is wrong.
    Ctrl-C ends the search and keeps what was found (`interrupted`). Method: module `search`.
    """
    clock, tell = Clock(), progress or (lambda text: None)
    call = check_call(
        instance, weights=weights, fix=fix, lexicographic=lexicographic, at_least=at_least, gap=gap,
        time_limit=time_limit, threads=threads, functions={"extend": extend, "progress": progress},
    )  # fmt: skip
    clock.limit = call.time_limit
    with hearing_interrupts(clock):
        tell(building(instance))
        session = Session(instance, call.weights, call.threads, extend)
        fixed = fixed_of(session, call.fix)
        floors = {session.c.sets.objectives.index(g): value for g, value in call.at_least.items()}
        found = _in_order(session, call.lexicographic, call.gap, clock, fixed, floors, tell)
        design = _judged(session, found, call.gap, clock, fixed, floors, call.weights)
    return replace(design, asked=call.asked | ({"extend": True} if extend else {}))


def _in_order(
    session: Session,
    lexicographic: Sequence[str],
    gap: float,
    clock: Clock,
    fixed: Mapping[int, int],
    floors: dict[int, float],
    tell: Progress,
) -> Found:
    """Raise the expectation of one objective after another, each a floor for the next, then the value."""
    own, instance, start = session.weights.copy(), session.instance, None
    if lexicographic:
        session.update(neutral(instance))  # floors are of expectations, whatever the aversion to risk
    for name in lexicographic:
        g = session.c.sets.objectives.index(name)
        session.weigh(np.eye(len(own))[g])
        found = session.optimise(gap, clock, fixed, floors, tell, start=start)
        start = found.design
        if found.design is None or found.ended is not Ended.OPTIMAL:
            break
        floors[g] = max(floors.get(g, -math.inf), found.value - FLOOR_SLACK)
    if lexicographic:
        session.update(instance)
        session.weigh(own)
        if found.ended is not Ended.OPTIMAL:  # what was bounded is an objective, not the value
            return replace(found, bound=-math.inf if found.ended is Ended.INFEASIBLE else math.inf)
    return session.optimise(gap, clock, fixed, floors, tell, start=start)


def _judged(
    session: Session,
    found: Found,
    gap: float,
    clock: Clock,
    fixed: Mapping[int, int],
    floors: Mapping[int, float],
    weights: Mapping[str, float] | None,
) -> Design:
    """Settle, audit and verify what was found. The time limit is for the search, not for this."""
    instance = session.instance
    record = checked = closest = claimed = None
    floor = session.floors(floors)
    if found.design is not None:
        settled = session.settle(session.point(found), Clock(), floor=floor, ties=True)
        if settled.x is None:
            raise SolverError("the search found a design whose recourse the whole model calls infeasible")
        record, claimed = record_of(session, settled.x), settled.value
        checked = Neighbourhood(session, fixed, floors=floors).check(found.design, settled.value, Clock())
        closest = closest_of(session, checked, settled.value)
    audited = None if record is None else audit(instance, record, weights=weights)
    status = STATUS[found.ended]
    if status is Status.FEASIBLE and found.design is None:
        status = Status.UNKNOWN
    return Design(
        instance=instance,
        status=status,
        weights=dict(zip(instance.objectives, session.weights.tolist(), strict=True)),
        record=record,
        audit=audited,
        bound=found.bound,
        closest=closest,
        neighbours=None if checked is None else neighbours_of(session, checked),
        extended=session.extended,
        interrupted=clock.interrupted,
        claimed=claimed,
        run=run_of(instance, clock, gap=gap, threads=session.threads),
    )


def run_of(instance: Instance, clock: Clock, **settings: Any) -> dict[str, Any]:
    """What a result says of how it was found."""
    return {
        "seconds": round(time.monotonic() - clock.began, 3),
        "solver": VERSION,
        "engine": optimiser.__version__,
        "instance_hash": instance.hash,
        **settings,
    }


def _move(session: Session, checked: Checked, i: int) -> tuple[str, str, str]:
    sets, h = session.c.sets, int(checked.moves.holding[i])
    return sets.decisions[sets.holding_decision[h]], sets.place(h), sets.levels[checked.moves.level[i]]


def closest_of(session: Session, checked: Checked, value: float) -> Closest | None:
    """The cheapest move of those evaluated exactly."""
    if not np.isfinite(checked.value).any():
        return None
    i = int(np.nanargmax(checked.value))
    return Closest(*_move(session, checked, i), cost=value - float(checked.value[i]))


def neighbours_of(session: Session, checked: Checked) -> Neighbours:
    """What became of the moves, as a result has it."""
    equal = tuple(_move(session, checked, int(i)) for i in checked.equal)
    return Neighbours(checked.decided, len(checked.moves), checked.better, equal)


def fixed_of(session: Session, fix: Mapping[str, str]) -> dict[int, int]:
    """Holding -> level; a locality's own entry wins over its decision's."""
    sets, found = session.c.sets, dict[int, int]()
    for key, level in sorted(fix.items(), key=lambda item: "@" in item[0]):
        decision, _, place = key.partition("@")
        row = sets.holding[sets.decisions.index(decision)]
        for h in row[[sets.localities.index(place)]] if place else row:
            found[int(h)] = sets.levels.index(level)
    return found
