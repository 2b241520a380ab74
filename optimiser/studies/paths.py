"""Best paths of variants of an instance: found, and held beside others, as designs are elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from optimiser.audit.path import PathAudit, audit_path, weighting
from optimiser.coefficients.path import links_of
from optimiser.coefficients.sets import sets_of
from optimiser.design.evaluated import Evaluated
from optimiser.design.moves import moves
from optimiser.design.status import Status
from optimiser.design.tables import Row
from optimiser.instance.instance import Instance
from optimiser.record import Record
from optimiser.solver.answer import Unfound
from optimiser.solver.call import check_call, run_of
from optimiser.solver.clock import Clock, OutOfTime, hearing_interrupts
from optimiser.solver.extraction import idle_record
from optimiser.solver.path.foresight import Myopic, Walk, another, judge, planned
from optimiser.solver.path.whole import Whole
from optimiser.tolerances import GAP

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class BestPath:
    """A path that was found and judged, read as a design is (`Best`): all its periods together."""

    instance: Instance
    judged: PathAudit
    status: Status
    bound: float  # no path is worth more; without foresight none that is best period by period
    found: Literal[True] = True

    @property
    def value(self) -> float:
        """A mean over the years, less what moves cost."""
        return self.judged.value

    @cached_property
    def record(self) -> tuple[Record, ...]:
        """What is done, period by period."""
        return tuple(step.record for step in self.judged.steps)

    @property
    def objectives(self) -> dict[str, float]:
        """Of each the mean over the years, discounted as the value is."""
        counts = weighting(self.instance) / weighting(self.instance).sum()
        return {
            g: float(counts @ [step.audit.objectives[g] for step in self.judged.steps])
            for g in self.instance.objectives
        }

    @cached_property
    def periods(self) -> tuple[Evaluated, ...]:
        """The design of each period."""
        return tuple(Evaluated(self.instance, step.record, step.audit) for step in self.judged.steps)

    @cached_property
    def design(self) -> Array:
        """(T H,) who holds what."""
        return np.concatenate([each.design for each in self.periods])

    @cached_property
    def rows(self) -> list[Row]:
        """The same as in the JSON documents: period, decision, organisation, level."""
        names = self.instance["periods"]["period"]
        return [
            {"period": name, **row}
            for name, each in zip(names, self.periods, strict=True)
            for row in each.rows
        ]

    def moves_to(self, other: BestPath) -> list[Row]:
        """What is held elsewhere there: period, decision, organisation, from, to."""
        parts = zip(self.instance["periods"]["period"], self.record, other.record, strict=True)
        return [
            {"period": name, **row} for name, a, b in parts for row in moves(self.instance, a.held, b.held)
        ]


Answer = BestPath | Unfound


def placed(instance: Instance, held: Array) -> Array:
    """(T H,) from who holds what in each period, (T, D, O)."""
    sets = sets_of(instance)
    found: Array = held[:, sets.holding_decision, np.maximum(sets.holding_locality, 0)]
    return found.ravel()


class PathStudy:
    """Looks for best paths through the periods of variants of an instance, each a program of its own.

    `foresight` is "path" (all periods at once) or "none" (each does what is best for itself). `solves` counts
    the searches, `clock` is the time limit of the whole study (Ctrl-C stops it too).
    """

    def __init__(
        self,
        instance: Instance,
        foresight: str,
        wrong: Iterable[str] = (),
        *,
        weights: Mapping[str, float] | None = None,
        gap: float = GAP,
        time_limit: float | None = None,
        threads: int = 1,
        progress: Callable[[str], None] | None = None,
    ) -> None:
        """Raises InputError for a call that is wrong; `wrong` is known already."""
        call = check_call(
            instance, weights=weights, gap=gap, time_limit=time_limit, threads=threads,
            functions={"progress": progress}, problems=wrong,
        )  # fmt: skip
        self.instance, self.foresight, self.gap, self.threads = instance, foresight, call.gap, call.threads
        self.clock, self.tell, self.solves = Clock(call.time_limit), progress or (lambda text: None), 0
        self._whole: Whole | None = None

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Ctrl-C within stops the clock, so that what is known is kept."""
        with hearing_interrupts(self.clock):
            yield

    def ask(self, instance: Instance, start: Array | None = None, share: float = 1.0) -> Answer:
        """A best path; with foresight the search begins at `start` (T H,), else at the path of short sight.

        `share` is the most of the time left that this may take.
        """
        with self.clock.within(share):
            if self.foresight == "none":
                return _answer(instance, self._myopic(instance))
            whole = self._about(instance)
            if whole is None:
                return Unfound(Status.UNKNOWN, np.inf)
            if start is None or whole.settle(start, Clock())[1] is None:
                judged = self._myopic(instance).judged
                start = None if judged is None else whole.design_of([s.record.held for s in judged.steps])
            self.solves += 1
            return _answer(instance, planned(whole, self.gap, self.clock, {}, self.tell, start))

    def worth(self, instance: Instance, design: Array) -> float:
        """What the designs of a path (T H,) are worth; -inf where they are not possible, or time is out."""
        whole = self._about(instance)
        return -np.inf if whole is None else whole.settle(design, Clock())[0]

    def evaluate(self, instance: Instance, design: Array) -> Answer:
        """The designs of a path (T H,) with their best recourse."""
        whole = self._about(instance)
        value, x = (-np.inf, None) if whole is None else whole.settle(design, Clock(), ties=True)
        if whole is None or x is None:
            return Unfound(Status.UNKNOWN if whole is None else Status.INFEASIBLE, np.inf)
        return _answer(instance, judge(instance, whole.records(x), value, Status.FEASIBLE, np.inf))

    def broken(self, instance: Instance, held: Array) -> str:
        """The first promise that who holds what (T, D, O) breaks, as far as doing nothing tells."""
        whole = self._about(instance)
        if whole is None:
            return ""
        designs = whole.design_of(list(held)).reshape(whole.shape)
        idle = [
            replace(idle_record(session, design), held=there)
            for session, design, there in zip(whole.sessions, designs, held, strict=True)
        ]
        broken = audit_path(instance, idle).broken
        return broken[0] if broken else "no recourse keeps every requirement"

    def another(self, instance: Instance, design: Array, enough: float) -> bool:
        """Whether a path of other designs than these (T H,) may be worth `enough`."""
        whole = self._about(instance)
        if whole is None:
            return True
        self.solves += 1
        return another(whole, design, enough, self.gap, self.clock, self.tell)

    def _myopic(self, instance: Instance) -> Walk:
        self.solves += instance["periods"].rows
        return Myopic(instance, links_of(instance), self.threads).walk(self.gap, self.clock, {}, self.tell)

    def _about(self, instance: Instance) -> Whole | None:
        """The program of an instance, built anew where it was last about another; None: time is out."""
        if self._whole is None or self._whole.instance is not instance:
            sessions = [] if self._whole is None else self._whole.sessions
            self._whole = None  # its sessions go on to the next
            try:
                self._whole = Whole(instance, links_of(instance), self.threads, self.clock.check, sessions)
            except OutOfTime:
                return None
        return self._whole

    def run(self, instance: Instance) -> dict[str, Any]:
        """What a result about this instance says of how it was found."""
        return run_of(instance, self.clock, {"solves": self.solves, "gap": self.gap})


def _answer(instance: Instance, walk: Walk) -> Answer:
    if walk.judged is None:
        return Unfound(walk.status, walk.bound)
    return BestPath(instance, walk.judged, walk.status, walk.bound)
