"""What a worker does with a sample: a best design of the variant, and what other designs are worth there.

Every search starts from the anchor, the best design of the instance itself and the prices that prove it, and
from nothing that was solved before: what comes of a sample follows from the instance, the study and the
sample alone.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optimiser.audit import audit, past_mending
from optimiser.design.bound import held_to
from optimiser.errors import SolverError
from optimiser.instance.instance import Instance
from optimiser.record import Record
from optimiser.solver.answer import answered, beaten
from optimiser.solver.clock import Clock
from optimiser.solver.extraction import design_of, idle_record
from optimiser.solver.outcome import Ended
from optimiser.solver.search.master import Found, Searched
from optimiser.solver.session import Session
from optimiser.studies.sensitivity.study.applying import Refused, apply_sample
from optimiser.studies.sensitivity.study.plan import StudyPlan

Array = np.ndarray
NO_DESIGN = "no design keeps every requirement"
TOO_SOON = "a limit was reached before there was a design"


class Refuted(SolverError):
    """A design next to the one that was called the best is better than the bound."""


@dataclass(frozen=True, eq=False)
class Anchor:
    """Where every sample starts: who holds what, (D, O) or of a path (T D, O), and of a design the prices of
    the rows that recourse has part in."""

    held: Array
    prices: tuple[Array, ...]


@dataclass(frozen=True)
class Answer:
    """What came of a sample; `reason` says why there is no design, or none that can be trusted."""

    status: str  # optimal, feasible, infeasible, refused, unknown, failed
    reason: str = ""
    value: float | None = None
    bound: float | None = None
    objectives: tuple[float, ...] | None = None
    held: bytes | None = None  # (D, O) positions of levels, int8
    verified: bool | None = None
    neighbours: bool | None = None  # whether the designs one move away were looked at
    better: bool = False  # whether one of them was better than what the search had called the best


@dataclass(frozen=True)
class Fared:
    """What a design that was made for other numbers is worth in a sample."""

    value: float | None  # None: it is not possible there
    broken: str = ""  # the first requirement that it breaks


@dataclass(frozen=True)
class Solve:
    """A sample to be solved; `check`: and the designs one move away to be looked at."""

    row: Mapping[str, Any]
    check: bool


@dataclass(frozen=True)
class Check:
    """A sample with its answer, of which the designs one move away are still to be looked at."""

    row: Mapping[str, Any]
    held: bytes
    bound: float
    optimal: bool


@dataclass(frozen=True)
class Try:
    """A sample of which is asked how long it takes."""

    row: Mapping[str, Any]


@dataclass(frozen=True, order=True)
class Tried:
    """How long a sample took, how it ended, and why the model was built anew (empty: it was not)."""

    seconds: float
    status: str
    rebuilt: str


@dataclass(frozen=True)
class Fare:
    """A sample, and designs (D, O) whose worth there is asked."""

    row: Mapping[str, Any]
    held: tuple[bytes, ...]


class Answering:
    """An open session that answers one sample after another."""

    def __init__(self, plan: StudyPlan, instance: Instance, anchor: Anchor | None) -> None:
        self.plan, self.instance, self.anchor = plan, instance, anchor
        self.session = Session(instance)
        self._layout = self.session.c.layout
        self._apart = ""  # where the last sample's model has other columns, rows or terms

    def answer(self, task: Solve | Check | Try | Fare) -> Answer | Tried | tuple[Fared, ...]:
        """What comes of a task."""
        if isinstance(task, Fare):
            return self._fared(task)
        if isinstance(task, Try):
            began = time.monotonic()
            status = self._answered(Solve(task.row, check=False)).status
            return Tried(time.monotonic() - began, status, self._apart)
        return self._answered(task)

    def _answered(self, task: Solve | Check) -> Answer:
        try:
            self._put(task.row)
            return self._looked(task) if isinstance(task, Check) else self._solved(task.check)
        except Refused as error:
            return Answer("refused", error.reason)
        except SolverError as error:
            return Answer("failed", f"the solver failed: {error}", better=isinstance(error, Refuted))

    def _put(self, row: Mapping[str, Any]) -> None:
        """Make the session about a sample, with nothing left in it but the anchor."""
        self._apart = ""
        self.session.update(apply_sample(self.plan, self.instance, row))
        layout = self.session.c.layout
        self._apart = ", ".join(name for name in layout if layout[name] != self._layout.get(name))
        if self.anchor is not None and not self._apart:
            self.session.known.extend(self.anchor.prices)

    def _solved(self, check: bool) -> Answer:
        session, clock = self.session, clock_of(self.plan)
        start = None if self.anchor is None else design_of(session, self.anchor.held)
        found = session.optimise(self.plan.gap, clock, start=start)
        if found.found and found.bound == np.inf:
            found = replace(found, bound=session.ceiling(clock.finishing, {}, {}))
        found, better = self._checked(found, clock) if check else (found, False)
        return self._told(found, better, check)

    def _looked(self, task: Check) -> Answer:
        """An answer again, or what is better next to it."""
        session, clock = self.session, clock_of(self.plan)
        design = design_of(session, unpacked(task.held, self.instance))
        point = session.whole(design, {})
        value = session.evaluate(point, Clock()).value
        held_to(task.bound, value)
        ended = Ended.OPTIMAL if task.optimal else Ended.STOPPED
        known = Found(design, value, max(task.bound, value), ended, point)
        return self._told(*self._checked(known, clock))

    def _told(self, found: Searched, better: bool, check: bool = True) -> Answer:
        """What came of a search as an answer, with every number recomputed."""
        best = answered(self.session, found, {})
        if not found.found or not best.found:
            infeasible = found.ended is Ended.INFEASIBLE
            return Answer("infeasible", NO_DESIGN) if infeasible else Answer("unknown", TOO_SOON)
        return Answer(
            best.status.value,
            value=best.value,
            bound=best.bound,
            objectives=tuple(best.audit.objectives[g] for g in self.instance.objectives),
            held=packed(best.held),
            verified=True,
            neighbours=check,
            better=better,
        )

    def _checked(self, found: Searched, clock: Clock) -> tuple[Searched, bool]:
        """What was found or, where a design one move away is better, what that leads to."""
        if not found.found:
            return found, False
        try:
            better: Found | None = beaten(self.session, found, clock, {}, {})
        except SolverError as error:
            raise Refuted(*error.args) from error
        return (found, False) if better is None else (better, True)

    def _fared(self, task: Fare) -> tuple[Fared, ...]:
        self._put(task.row)
        return tuple(self._worth(unpacked(held, self.instance)) for held in task.held)

    def _worth(self, held: Array) -> Fared:
        session, instance = self.session, self.session.instance
        design = design_of(session, held)
        idle = replace(idle_record(session, design), held=held)
        if not past_mending(instance, idle):
            session.recourse.forget()  # else the last digit depends on the design before
            value = session.evaluate(session.placing.columns(design), Clock()).value
            if np.isfinite(value):
                return Fared(float(value))
        return Fared(None, _first_broken(instance, idle))


def _first_broken(instance: Instance, idle: Record) -> str:
    broken = audit(instance, idle).broken
    return broken[0] if broken else "no recourse keeps every requirement"


def clock_of(plan: StudyPlan) -> Clock:
    """The limits of one sample."""
    return Clock(plan.time_limit, nodes=plan.node_limit)


def anchored(plan: StudyPlan, instance: Instance, clock: Clock) -> Anchor | None:
    """The best design of the instance itself; None where it has none, or none was found in time."""
    session = Session(instance, between=clock.heed)
    found = session.optimise(plan.gap, clock)
    return Anchor(found.design[session.c.sets.holding], tuple(session.known)) if found.found else None


def packed(held: Array) -> bytes:
    """Who holds what, (D, O), of a path (T D, O), as bytes."""
    return held.astype(np.int8).tobytes()


def unpacked(held: bytes, instance: Instance) -> Array:
    """The same again."""
    return np.frombuffer(held, np.int8).astype(int).reshape(-1, len(instance.localities))
