"""What every study shares: an open session that is asked again and again, a clock, and what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

import optimiser
from optimiser.audit import Audit, audit
from optimiser.design.design import Record, SolverError, Status, held_to
from optimiser.design.tables import Row, Rows
from optimiser.instance.instance import Instance
from optimiser.solver.call import building, check_call
from optimiser.solver.cuts.cuts import Cuts
from optimiser.solver.finish import beaten, settled
from optimiser.solver.highs import VERSION, Clock, Ended, hearing_interrupts
from optimiser.solver.records import record_of
from optimiser.solver.search.master import STATUS, Found
from optimiser.solver.search.neighbourhood import Neighbourhood
from optimiser.solver.session import Session

Array = np.ndarray
LARGE = 5000  # columns of a model, from which designs are too many to tell all apart
SLICE = 0.25  # of the time left, the most that one question should take: what is hard must not cost all else
CHECKED = 20  # one answer in so many has the designs next to it looked at


@dataclass(frozen=True, eq=False)
class Answer:
    """What one question brought: a design with its exact recourse, audited, and the bound.

    Without a design (`status` infeasible or unknown) only `bound` may be read. None is made whose value, by
    the audit, lies above its bound.
    """

    instance: Instance
    status: Status
    bound: float  # nothing asked for is worth more; -inf: infeasible
    design: Array | None = None  # (H,) position of the level of each holding (`sets.holding`)
    record: Record | None = None
    audit: Audit | None = None

    def __post_init__(self) -> None:
        if self.audit is not None:
            held_to(self.bound, self.value)

    @property
    def found(self) -> bool:
        """Is there a design?"""
        return self.design is not None

    @property
    def value(self) -> float:
        """V of the design at the weights asked with, by the audit."""
        assert self.audit is not None
        return self.audit.value

    @cached_property
    def objectives(self) -> Array:
        """(G,) expectations, in the order of `instance.objectives`, by the audit."""
        assert self.audit is not None
        return np.array([self.audit.objectives[g] for g in self.instance.objectives])

    @cached_property
    def rows(self) -> list[Row]:
        """The design as in the JSON documents: decision, organisation, level."""
        assert self.record is not None
        assert self.audit is not None
        rows = Rows(self.instance, self.record, self.audit).named("design")
        return [{name: row[name] for name in ("decision", "organisation", "level")} for row in rows]


class Study:
    """One open session for all questions of a study; new weights and new numbers build nothing anew.

    `solves` counts the searches, `clock` is the time limit of the whole study (Ctrl-C stops it too).
    """

    def __init__(
        self,
        instance: Instance,
        wrong: Iterable[str] = (),
        *,
        weights: Mapping[str, float] | None = None,
        gap: float = 1e-6,
        time_limit: float | None = None,
        threads: int = 1,
        progress: Callable[[str], None] | None = None,
    ) -> None:
        """Build the model; raises InputError for a call that is wrong; `wrong` is known already."""
        call = check_call(
            instance,
            weights=weights,
            gap=gap,
            time_limit=time_limit,
            threads=threads,
            functions={"progress": progress},
            problems=wrong,
        )
        self.gap, self.clock, self.tell = call.gap, Clock(call.time_limit), progress or (lambda text: None)
        self.tell(building(instance))
        self.session = Session(instance, call.weights, call.threads)
        self.solves = 0

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Ctrl-C within stops the clock, so that what is known is kept."""
        with hearing_interrupts(self.clock):
            yield

    @contextmanager
    def within(self, share: float) -> Iterator[None]:
        """What is asked within may take this share of the time that is left; the clock runs on afterwards."""
        whole = self.clock.limit
        if whole is not None:
            self.clock.limit = whole - max(0.0, 1 - share) * max(0.0, self.clock.left)
        try:
            yield
        finally:
            self.clock.limit = whole

    @property
    def instance(self) -> Instance:
        """What the questions are about."""
        return self.session.instance

    @property
    def weights(self) -> Array:
        """(G,) normalised weights in force."""
        return self.session.weights

    @property
    def large(self) -> bool:
        """Whether the instance has too many designs to tell all apart, so that a tolerance is the default."""
        return self.session.placing.size > LARGE

    def about(self, instance: Instance, weights: Mapping[str, float] | None = None) -> None:
        """Ask about this instance from now on."""
        self.session.update(instance, weights)

    def weigh(self, weights: Array) -> None:
        """Ask with these weights (G,) from now on; they sum to 1."""
        self.session.weigh(weights)

    def ask(
        self,
        *,
        fixed: Mapping[int, int] | None = None,
        floors: Mapping[int, float] | None = None,
        rows: Cuts | None = None,
        decide: float | None = None,
        start: Array | None = None,
        share: float = 1.0,
        gap: float | None = None,
    ) -> Answer:
        """A best design, to the gap of the study where no other is given.

        `fixed` maps holdings to levels, `floors` objectives (their position) to what their expectation must
        reach, `rows` are linear rows on who holds what (`row`, `forbid`). With `decide` the question is only
        whether a design is worth that much: the search ends as soon as it has one (value >= decide), or none
        can be (bound < decide). `start` is a design to begin from, thought to be good here;
        `share` the most of the time left that this question may take.
        """
        self.solves += 1
        gap = self.gap if gap is None else gap
        with self.within(share):
            found = self.session.optimise(
                gap, self.clock, fixed, floors, rows=rows, decide=decide, start=start
            )
        answer = self._answer(found, floors)
        if self.solves % CHECKED == 1 and answer.status is Status.OPTIMAL and rows is None:
            return self._best_around(answer, fixed or {}, floors or {})
        return answer

    def evaluate(self, design: Array, floors: Mapping[int, float] | None = None) -> Answer:
        """A design (H,), with its best recourse; infeasible where it has none, or breaks a requirement."""
        best = self.session.settle(
            self.session.placing.columns(design), Clock(), floor=self.session.floors(floors or {}), ties=True
        )
        if best.x is not None:
            answer = self._judged(Status.FEASIBLE, np.inf, design, best.x)
            if answer.audit is not None and not answer.audit.broken:
                return answer
        return Answer(self.instance, Status.INFEASIBLE, -np.inf)

    def expectations(self, design: Array, direction: Array) -> Array:
        """(G,) what a design (H,) that keeps all requirements reaches, recourse best in a direction."""
        return self.session.expectations(self.session.placing.columns(design), direction, Clock())

    def worth(self, design: Array) -> float:
        """The exact value of a design (H,) at what is asked about; -inf where it breaks a requirement."""
        if not Neighbourhood(self.session, {}).keeps(design):
            return -np.inf
        return self.session.evaluate(self.session.placing.columns(design), Clock()).value

    def row(self, coefficients: Array, upper: float) -> Cuts:
        """The row `sum coefficients[h, l] placed[h, l] <= upper`, coefficients (H, L)."""
        return self.session.placing.row(coefficients, upper)

    def forbid(self, design: Array) -> Cuts:
        """The row that this design (H,) alone breaks."""
        return self.session.placing.without(design)

    def rows(self, design: Array | None) -> list[Row]:
        """A design (H,) as in the JSON documents, one row a holding: decision, organisation, level."""
        sets = self.session.c.sets
        return [] if design is None else [
            {"decision": sets.decisions[d], "organisation": sets.place(h), "level": sets.levels[design[h]]}
            for h, d in enumerate(sets.holding_decision)
        ]  # fmt: skip

    def moves(self, before: Array | None, after: Array | None) -> list[Row]:
        """What is held elsewhere in the one than in the other: decision, organisation, from, to."""
        return [
            {
                "decision": a["decision"],
                "organisation": a["organisation"],
                "from": a["level"],
                "to": b["level"],
            }
            for a, b in zip(self.rows(before), self.rows(after), strict=False)  # none where one is None
            if a["level"] != b["level"]
        ]

    def run(self) -> dict[str, Any]:
        """What a result says of how it was found."""
        return {
            "seconds": round(time.monotonic() - self.clock.began, 3),
            "solves": self.solves,
            "gap": self.gap,
            "solver": VERSION,
            "engine": optimiser.__version__,
            "instance_hash": self.instance.hash,
        }

    def _answer(self, found: Found, floors: Mapping[int, float] | None) -> Answer:
        if found.design is None:
            status = STATUS[found.ended] if found.bound == -np.inf else Status.UNKNOWN
            return Answer(self.instance, status, found.bound)
        _, x = settled(self.session, found, floors or {})
        answer = self._judged(STATUS[found.ended], found.bound, found.design, x)
        if answer.audit is not None and answer.audit.broken:
            raise SolverError(f"a design found breaks a promise: {answer.audit.broken[0]}")
        return answer

    def _judged(self, status: Status, bound: float, design: Array, x: Array) -> Answer:
        record = record_of(self.session, x)
        weights = dict(zip(self.instance.objectives, self.weights.tolist(), strict=True))
        audited = audit(self.instance, record, weights=weights)
        return Answer(self.instance, status, bound, design, record, audited)

    def _best_around(self, answer: Answer, fixed: Mapping[int, int], floors: Mapping[int, float]) -> Answer:
        """The answer, or where a design one move away is better, where that leads to."""
        found = Found(answer.design, answer.value, answer.bound, Ended.OPTIMAL)
        better = beaten(self.session, found, self.clock, fixed, floors)
        return answer if better is None else self._answer(better, floors)
