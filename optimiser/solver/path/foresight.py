"""Best paths, with foresight and without."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimiser.audit.path import PathAudit, audit_path, judged_step, states_after
from optimiser.coefficients.path import Links
from optimiser.design.status import Status
from optimiser.errors import SolverError
from optimiser.instance.instance import Instance
from optimiser.instance.period import Period, first_states, in_period
from optimiser.record import Record
from optimiser.solver.answer import settled, status_of
from optimiser.solver.clock import Clock, OutOfTime
from optimiser.solver.compile.program import Program
from optimiser.solver.cuts.cuts import Cuts
from optimiser.solver.extraction import design_of, record_of
from optimiser.solver.outcome import Ended
from optimiser.solver.path.priced import bounded
from optimiser.solver.path.shortest import Shortest
from optimiser.solver.path.whole import Whole
from optimiser.solver.search.master import (
    ROUNDS,
    STATUS,
    Candidate,
    Master,
    Progress,
    Searched,
    search,
)
from optimiser.solver.session import Session
from optimiser.tolerances import NOISE

Array = np.ndarray
Fixed = Mapping[int, Mapping[int, int]]  # period -> holding -> level
LARGE = 20_000  # columns from which the periods are first looked at one by one (England has 230,000)
Tell = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Walk:
    """A path that was found and judged; or none, and where it ended."""

    status: Status
    bound: float  # no path is worth more; without foresight none that is best period by period
    judged: PathAudit | None = None
    ended_in: int | None = None  # without foresight: the period in which no design was possible, or found

    @property
    def value(self) -> float:
        """Of the path, by the audit."""
        return -np.inf if self.judged is None else self.judged.value


def judge(instance: Instance, records: Sequence[Record], value: float, status: Status, bound: float) -> Walk:
    """What was found, audited: it keeps every promise, and is worth what the solver says."""
    judged = audit_path(instance, records)
    if judged.broken:
        raise SolverError(f"a path found breaks a promise: {judged.broken[0]}")
    if abs(judged.value - value) > 10 * NOISE * max(1.0, abs(value)):
        raise SolverError(f"a path found is worth {judged.value:.9f}, not {value:.9f} as the solver says")
    return Walk(status, max(bound, judged.value), judged)


class Myopic:
    """Period by period: each does what is best for itself with what it inherits."""

    def __init__(self, instance: Instance, links: Links, threads: int) -> None:
        self.instance, self.links, self.threads = instance, links, threads
        self._session: Session | None = None

    def walk(self, gap: float, clock: Clock, fixed: Fixed, tell: Tell) -> Walk:
        """One period after the other."""
        states, records = first_states(self.instance), list[Record]()
        designs, value, bound, proven = [self.links.current], 0.0, 0.0, True
        for t, name in enumerate(self.links.names):
            tell(f"without foresight: {name}")
            try:
                session = self._about(in_period(self.instance, t, states, before=designs[-1]), clock)
            except OutOfTime:
                return Walk(Status.UNKNOWN, np.inf, ended_in=t)
            barred = self.links.unfit(t, designs)
            rows = session.placing.row(barred.astype(float), 0.0) if barred.any() else None
            before = design_of(session, designs[-1])
            start = before if (before >= 0).all() else None  # better not to move than to move for nothing
            found = session.optimise(gap, clock, fixed.get(t), rows=rows, start=start)
            if not found.found:
                return Walk(status_of(found), found.bound, ended_in=t)
            worth, x = settled(session, found, {})
            record = record_of(session, x)
            records.append(record)
            step = judged_step(self.instance, t, self._period, record, designs)
            states = states_after(self.instance, step)
            designs.append(record.held)
            weight = float(self.links.weight[t])
            value, bound = value + weight * worth, bound + weight * found.bound
            proven = proven and found.ended is Ended.OPTIMAL
        status = Status.OPTIMAL if proven else Status.FEASIBLE
        return judge(self.instance, records, value, status, bound)

    def _about(self, period: Period, clock: Clock) -> Session:
        self._period = period
        if self._session is None:
            self._session = Session(period, None, self.threads, between=clock.check)
        else:
            self._session.update(period)
        return self._session


def planned(
    whole: Whole, gap: float, clock: Clock, fixed: Fixed, tell: Tell, start: Array | None = None
) -> Walk:
    """All periods at once; `start` (T H,) is a path to begin from."""
    progress = Progress(gap, np.inf)
    if start is not None:
        first = _candidate(whole, start)
        if first.value > -np.inf:
            better = Shortest(whole, _allowed(whole, fixed), clock, tell).climb(start, first.value)
            first = replace(first, design=better[0], value=better[1])
        progress.note(first)
    program = whole.fixed(fixed)
    if _large(whole):
        bounded(whole, program, progress, clock, tell)
        if progress.answered or clock.out:
            return finished(whole, progress.answered or progress.found(Ended.STOPPED), clock)
    return finished(whole, _searched(whole, program, whole.no_cuts(), progress, clock, tell), clock)


def another(whole: Whole, design: Array, enough: float, gap: float, clock: Clock, tell: Tell) -> bool:
    """Whether a path other than this one (T H,) may be worth `enough`. Where there is much to decide the
    question takes as long as looking for the best, and is not asked: it may."""
    if _large(whole):
        return True
    progress = Progress(gap, enough)
    found = _searched(whole, whole.program, whole.without(design), progress, clock, tell)
    return bool(found.bound >= enough)


def _searched(
    whole: Whole, program: Program, rows: Cuts, progress: Progress, clock: Clock, tell: Tell
) -> Searched:
    """The program of all periods, with these rows on who holds what, searched to the end."""

    def evaluate(x: Array) -> Candidate:
        return _candidate(whole, whole.design(x))

    def separate(x: Array, prices: Array | None) -> Cuts:
        return whole.separate(x, around=prices is None)

    every = np.ones(len(program.cost), bool)
    master = Master(program, every, np.ones(len(program.lower), bool), rows, whole.threads)
    rounds = 0 if _large(whole) else ROUNDS if any(session.pools.pools for session in whole.sessions) else 1
    return search(master, separate, evaluate, whole, progress, clock, tell, rounds)


def _candidate(whole: Whole, design: Array) -> Candidate:
    value, _ = whole.settle(design, Clock())
    return Candidate(design, value, whole.no_cuts(), spoilt=value == -np.inf)


def _large(whole: Whole) -> bool:
    return len(whole.program.cost) > LARGE


def _allowed(whole: Whole, fixed: Fixed) -> Array:
    """(T, H, L) bool: the levels that each holding may have in each period."""
    sets = whole.links.sets
    allowed = np.repeat(sets.allowed[sets.holding_decision][None], whole.shape[0], axis=0)
    for t, levels in fixed.items():
        for h, level in levels.items():
            allowed[t, h] &= np.arange(allowed.shape[2]) == level
    return allowed


def finished(whole: Whole, found: Searched, clock: Clock) -> Walk:
    """The recourse to report of the path found, and its audit; whoever interrupts waits for no tie-break."""
    if not found.found:
        return Walk(status_of(found), found.bound)
    value, x = whole.settle(found.design, Clock(), ties=not clock.interrupted)
    if x is None:
        raise SolverError("the search found a path whose recourse is infeasible")
    return judge(whole.instance, whole.records(x), value, STATUS[found.ended], found.bound)
