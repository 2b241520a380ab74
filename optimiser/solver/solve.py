"""`solve`: the question everything else is made of."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np

import optimiser
from optimiser.audit import audit
from optimiser.coefficients import weights_of
from optimiser.design.design import Design, Status
from optimiser.design.neighbours import Closest, Neighbours
from optimiser.design.tables import spelt
from optimiser.errors import InputError
from optimiser.instance.fixed import fixed_levels
from optimiser.instance.instance import Instance
from optimiser.solver.call import Call, building, check_call
from optimiser.solver.finish import finish
from optimiser.solver.highs import VERSION, Clock, Ended, OutOfTime, hearing_interrupts
from optimiser.solver.records import design_of, record_of
from optimiser.solver.search.master import STATUS, Found
from optimiser.solver.search.neighbourhood import Checked
from optimiser.solver.session import Session

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
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
    start: Design | str | Path | pd.DataFrame | None = None,
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
        Seconds for the search; what was found by then is returned, with its bound. To finish it (its best
        recourse, its neighbours, the audit) takes a few seconds more on a model of England's size.
    extend
        Called with the Pyomo model (see `build`) before it is compiled. It may add variables (continuous,
        integer, binary), linear constraints, blocks of these, and fix or bound the model's own variables.
        All else is refused: another objective, nonlinear rows, sets such as SOS, a changed or deactivated
        requirement. Its units are those of the tables. The model is solved whole, what was added unverified.
    progress
        Called with a line of text now and then.
    start
        A design to begin from: a Design, a result folder, a result.json, or a CSV or DataFrame with the
        columns decision, organisation and level. Where it keeps every requirement nothing worth less is
        returned, whatever the time limit; where it breaks one it is repaired, if that can be done
        (`run["start"]` says which: kept, repaired or unusable).

    Returns a Design; its `status` says how the search ended. Raises InputError for a call that is wrong.
    Ctrl-C, SIGTERM or SIGHUP end the search and keep what was found (`interrupted`); a second one is a
    KeyboardInterrupt. Method: `search.master`.
    """
    clock, tell = Clock(), progress or (lambda text: None)
    call = check_call(
        instance, weights=weights, fix=fix, lexicographic=lexicographic, at_least=at_least, gap=gap,
        time_limit=time_limit, threads=threads, functions={"extend": extend, "progress": progress},
    )  # fmt: skip
    clock.limit = call.time_limit
    held = None if start is None else _held(start, instance)
    asked = call.asked if start is None else {**call.asked, "start": spelt(start)}
    with hearing_interrupts(clock):
        tell(building(instance))
        design = _answered(instance, call, clock, extend, tell, held)
    return replace(design, asked=asked | ({"extend": True} if extend else {}))


def _answered(
    instance: Instance,
    call: Call,
    clock: Clock,
    extend: Callable[[pyo.ConcreteModel], Any] | None,
    tell: Progress,
    held: Array | None,
) -> Design:
    """Build, search, finish; from who holds what in `held`, (D, O), if that is given."""
    settings: dict[str, Any] = {"gap": call.gap, "threads": call.threads}
    heed = clock.check if held is None else clock.heed  # a start is evaluated whatever the time
    try:
        session = Session(instance, call.weights, call.threads, extend, heed)
    except OutOfTime:
        return _nothing(instance, clock, call.weights, settings)
    fixed, begin = fixed_of(session, call.fix), None
    floors = {session.c.sets.objectives.index(g): value for g, value in call.at_least.items()}
    if held is not None:
        begin, settings["start"] = session.begin(design_of(session, held), clock, fixed, floors)
    found = _in_order(session, call.lexicographic, call.gap, clock, fixed, floors, tell, begin)
    return _judged(session, found, settings, clock, fixed, floors, call.weights)


def _held(start: Design | str | Path | pd.DataFrame, instance: Instance) -> Array:
    """Who holds what in the design to start from, (D, O), by the names of this instance."""
    from optimiser.design.saving import held_from_rows, read_design_rows

    if not isinstance(start, Design | str | PurePath) and not hasattr(start, "columns"):
        raise InputError(["start: a Design, a path or a DataFrame is needed, not " + type(start).__name__])
    if isinstance(start, Design):
        if not start.found:
            raise InputError([f"start: there is no design to begin from: the solve ended {start.status}"])
        start = start.table
    return held_from_rows(instance, read_design_rows(start, instance))


def _nothing(
    instance: Instance, clock: Clock, weights: Mapping[str, float] | None, settings: Mapping[str, Any]
) -> Design:
    """The answer where time ran out, or someone interrupted, while the model was built."""
    return Design(
        instance=instance,
        status=Status.UNKNOWN,
        weights=dict(zip(instance.objectives, weights_of(instance, weights).tolist(), strict=True)),
        interrupted=clock.interrupted,
        run=run_of(instance, clock, **settings),
    )


def _in_order(
    session: Session,
    lexicographic: Sequence[str],
    gap: float,
    clock: Clock,
    fixed: Mapping[int, int],
    floors: dict[int, float],
    tell: Progress,
    start: Array | None,
) -> Found:
    """Raise the expectation of one objective after another, each a floor for the next, then the value.

    Where that ends early, what was found by then keeps what it has reached, and the bound is one of the
    value, not of the objective that was being raised.
    """
    with session.neutral():  # floors are of expectations, whatever the aversion to risk
        for name in lexicographic:
            g = session.c.sets.objectives.index(name)
            session.weigh(np.eye(len(session.weights))[g])
            found = session.optimise(gap, clock, fixed, floors, tell, start=start)
            start = found.design
            if found.ended is not Ended.OPTIMAL:
                break
            floors[g] = max(floors.get(g, -math.inf), found.value - FLOOR_SLACK)
    if not lexicographic or found.ended is Ended.OPTIMAL:
        found = session.optimise(gap, clock, fixed, floors, tell, start=start)
        if found.design is None or found.bound < math.inf:
            return found
        return replace(found, bound=session.ceiling(clock.finishing, fixed, floors))
    if found.design is None:
        return replace(found, bound=-math.inf if found.ended is Ended.INFEASIBLE else math.inf)
    found = replace(found, bound=session.ceiling(clock.finishing, fixed, floors))
    floors[g] = max(floors.get(g, -math.inf), found.value - FLOOR_SLACK)
    return found


def _judged(
    session: Session,
    found: Found,
    settings: Mapping[str, Any],
    clock: Clock,
    fixed: Mapping[int, int],
    floors: Mapping[int, float],
    weights: Mapping[str, float] | None,
) -> Design:
    """Settle, audit and verify what was found. The time limit is for the search, not for this."""
    instance = session.instance
    record = checked = closest = claimed = audited = None
    if found.design is not None:
        finished = finish(session, found, settings["gap"], clock, fixed, floors)
        found, checked, claimed = finished.found, finished.checked, finished.value
        record, closest = record_of(session, finished.x), closest_of(session, checked, claimed)
        audited = audit(instance, record, weights=weights)
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
        run=run_of(instance, clock, **settings),
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
    """The cheapest move, as far as that is known."""
    if checked.cheapest is None:
        return None
    cost = value - float(checked.value[checked.cheapest])
    if checked.cheapest in checked.equal:
        cost = max(0.0, cost)
    return Closest(*_move(session, checked, checked.cheapest), cost=cost, proven=checked.proven)


def neighbours_of(session: Session, checked: Checked) -> Neighbours:
    """What became of the moves, as a result has it."""
    equal = tuple(_move(session, checked, int(i)) for i in checked.equal)
    return Neighbours(checked.decided, len(checked.moves), checked.better, equal)


def fixed_of(session: Session, fix: Mapping[str, str]) -> dict[int, int]:
    """Holding -> level."""
    holding = session.c.sets.holding
    return {int(holding[site]): level for site, level in fixed_levels(fix, session.instance).items()}
