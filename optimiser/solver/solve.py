"""`solve`: the question everything else is made of."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np

from optimiser.coefficients import weights_of
from optimiser.design.design import Design
from optimiser.design.status import Status
from optimiser.design.tables import asked_of
from optimiser.errors import InputError
from optimiser.instance.instance import Instance
from optimiser.solver.answer import closest_of, current_of, evaluated, finish, neighbours_of, status_of
from optimiser.solver.call import Call, building, check_call, run_of
from optimiser.solver.clock import Clock, OutOfTime, hearing_interrupts
from optimiser.solver.extraction import design_of, fixed_of
from optimiser.solver.outcome import Ended
from optimiser.solver.search.master import Searched
from optimiser.solver.session import Session
from optimiser.tolerances import FLOOR_SLACK, GAP

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    import pyomo.environ as pyo

Array = np.ndarray
Progress = Callable[[str], None]


def solve(
    instance: Instance,
    *,
    weights: Mapping[str, float] | None = None,
    fix: Mapping[str, str] | None = None,
    lexicographic: Sequence[str] = (),
    at_least: Mapping[str, float] | None = None,
    gap: float = GAP,
    time_limit: float | None = None,
    threads: int = 1,
    extend: Callable[[pyo.ConcreteModel], Any] | None = None,
    progress: Progress | None = None,
    start: Design | str | Path | pd.DataFrame | None = None,
) -> Design:
    """Find what should sit where: the best design, its bound, and its verification.

    Parameters
    ----------
    instance : Instance
        The facts.
    weights : mapping of str to float, optional
        Objective -> weight >= 0; those not named weigh 0. Default: the instance's.
    fix : mapping of str to str, optional
        "decision" or "decision@organisation" -> level.
    lexicographic : sequence of str, optional
        Objectives in order of priority: each is made as high as those before it allow, then the value.
    at_least : mapping of str to float, optional
        Objective -> the least its expectation must reach.
    gap : float, default 1e-6
        Relative gap to prove, (bound - value) / abs(value).
    time_limit : float, optional
        Seconds for the search; what was found by then is returned, with its bound. To finish it (its best
        recourse, its neighbours, the audit) takes a few seconds more on a model of England's size.
    threads : int, default 1
        Threads of the solver.
    extend : callable, optional
        Called with the Pyomo model (see `build`) before it is compiled. It may add variables (continuous,
        integer, binary), linear constraints, blocks of these, and fix or bound the model's own variables.
        All else is refused: another objective, nonlinear rows, sets such as SOS, a changed or deactivated
        requirement. Its units are those of the tables. The model is solved whole, what was added unverified.
    progress : callable, optional
        Called with a line of text now and then.
    start : Design, str, Path or DataFrame, optional
        A design to begin from: a Design, a result folder, a result.json, or a CSV or DataFrame with the
        columns decision, organisation and level. Where it keeps every requirement nothing worth less is
        returned, whatever the time limit; where it breaks one it is repaired, if that can be done
        (`run["start"]` says which: kept, repaired or unusable).

    Returns
    -------
    Design
        Its `status` says how the search ended; infeasible and unknown are answers, not errors.

    Raises
    ------
    InputError
        For a call that is wrong.
    SolverError
        Where HiGHS fails.

    Notes
    -----
    Ctrl-C, SIGTERM or SIGHUP end the search and keep what was found (`interrupted`); a second one is a
    KeyboardInterrupt. Method: `search.master`.

    Examples
    --------
    >>> import optimiser
    >>> instance = optimiser.read("instances/archetype")
    >>> design = optimiser.solve(instance, fix={"O2": "local"})
    >>> print(design.headline)
    optimal, verified: value 0.338889, bound 0.338889, gap 0.0000 %
    >>> design.table["level"].tolist()
    ['central', 'central', 'local', 'local', 'central', 'local']
    """
    clock, tell = Clock(), progress or (lambda text: None)
    call = check_call(
        instance, weights=weights, fix=fix, lexicographic=lexicographic, at_least=at_least, gap=gap,
        time_limit=time_limit, threads=threads, functions={"extend": extend, "progress": progress},
    )  # fmt: skip
    clock.limit = call.time_limit
    held = None if start is None else _held(start, instance)
    also = ({} if start is None else {"start": start}) | ({"extend": True} if extend else {})
    with hearing_interrupts(clock):
        tell(building(instance))
        design = _answered(instance, call, clock, extend, tell, held)
    return replace(design, asked=asked_of({**call.asked, **also}))


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
    return _judged(session, found, settings, clock, fixed, floors)


def _held(start: Design | str | Path | pd.DataFrame, instance: Instance) -> Array:
    """Who holds what in the design to start from, (D, O), by the names of this instance."""
    from optimiser.design.design_rows import held_from_rows, read_design_rows

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
) -> Searched:
    """Raise the expectation of one objective after another, each a floor for the next, then the value.

    Where that ends early, what was found by then keeps what it has reached, and the bound is one of the
    value, not of the objective that was being raised.
    """
    # Floors are of expectations, whatever the aversion to risk; without an order there is none to raise.
    with session.neutral() if lexicographic else nullcontext():
        for name in lexicographic:
            g = session.c.sets.objectives.index(name)
            session.weigh(np.eye(len(session.weights))[g])
            found = session.optimise(gap, clock, fixed, floors, tell, start=start)
            start = found.design if found.found else None
            if not found.found or found.ended is not Ended.OPTIMAL:
                break
            floors[g] = max(floors.get(g, -math.inf), found.value - FLOOR_SLACK)
    if not lexicographic or found.ended is Ended.OPTIMAL:
        found = session.optimise(gap, clock, fixed, floors, tell, start=start)
        if not found.found or found.bound < math.inf:
            return found
        return replace(found, bound=session.ceiling(clock.finishing, fixed, floors))
    if not found.found:
        return replace(found, bound=-math.inf if found.ended is Ended.INFEASIBLE else math.inf)
    found = replace(found, bound=session.ceiling(clock.finishing, fixed, floors))
    floors[g] = max(floors.get(g, -math.inf), found.value - FLOOR_SLACK)
    return found


def _judged(
    session: Session,
    found: Searched,
    settings: Mapping[str, Any],
    clock: Clock,
    fixed: Mapping[int, int],
    floors: Mapping[int, float],
) -> Design:
    """Settle, audit and verify what was found. The time limit is for the search, not for this."""
    answer: dict[str, Any] = {}
    if found.found:
        finished = finish(session, found, settings["gap"], clock, fixed, floors)
        found, checked = finished.found, finished.checked
        answer = {
            "best": evaluated(session, finished.x),
            "claimed": finished.value,
            "current": current_of(session, found.design),
            "closest": closest_of(session, checked, finished.value),
            "neighbours": neighbours_of(session, checked),
        }
    return Design(
        instance=session.instance,
        status=status_of(found),
        weights=dict(zip(session.instance.objectives, session.weights.tolist(), strict=True)),
        bound=found.bound,
        extended=session.extended,
        interrupted=clock.interrupted,
        run=run_of(session.instance, clock, **settings),
        **answer,
    )
