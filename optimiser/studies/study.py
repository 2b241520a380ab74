"""What every study shares: an open session, workers that have one too, a clock, and what came of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from optimiser.errors import SolverError
from optimiser.instance.instance import Instance
from optimiser.solver.call import building, check_call, run_of
from optimiser.solver.clock import Clock, hearing_interrupts
from optimiser.solver.session import Session
from optimiser.studies.asker import Asker
from optimiser.studies.rounds import (
    Beginning,
    Bench,
    Done,
    Order,
    Task,
    at_bench,
    beginnings,
    do,
    known_to,
    packed,
    unpacked,
)
from optimiser.studies.workers.crew import finished
from optimiser.studies.workers.how_many import number_of, wrong_workers
from optimiser.studies.workers.processes import Processes, refuse_unguarded
from optimiser.studies.workers.work import Died, Failed, Opening, single_threaded
from optimiser.tolerances import GAP

SLICE = 0.25  # of the time left, the most that one question should take: what is hard must not cost all else
LOST = "a worker process ended twice over the same task"


class Study(Asker):
    """One open session for all questions of a study, and as many workers with one of their own.

    `clock` is the time limit of the whole study (Ctrl-C stops it too).
    """

    def __init__(
        self,
        instance: Instance,
        wrong: Iterable[str] = (),
        *,
        weights: Mapping[str, float] | None = None,
        gap: float = GAP,
        time_limit: float | None = None,
        threads: int = 1,
        workers: int | str = 1,
        progress: Callable[[str], None] | None = None,
    ) -> None:
        """Build the model; raises InputError for a call that is wrong; `wrong` is known already."""
        refuse_unguarded()
        call = check_call(
            instance,
            weights=weights,
            gap=gap,
            time_limit=time_limit,
            threads=threads,
            functions={"progress": progress},
            problems=[*wrong, *wrong_workers(workers)],
        )
        self.tell = progress or (lambda text: None)
        self.tell(building(instance))
        clock = Clock(call.time_limit)
        super().__init__(Session(instance, call.weights, call.threads), call.gap, clock)
        self._opened, self._given, self._workers = instance, call.weights, number_of(workers)
        self._crew: Processes | None = None

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Ctrl-C within stops the clock, so that what is known is kept; workers are there, and gone after."""
        with hearing_interrupts(self.clock), single_threaded():
            if self._workers > 1:
                opening = Opening.of(Bench, self._opened, self._given, self.session.threads, self.gap)
                self._crew = Processes(opening, at_bench, self._workers)
            try:
                yield
            finally:
                self._dismiss()

    def each(self, tasks: Sequence[Task], share: float = 1.0, what: str = "") -> list[Any]:
        """What comes of each of these tasks, in their order, whoever does them and in whatever order.

        `share` is the most of the time left that one of them may take; `what` they are is told with how many
        are done. What there is no time for is done here: with the clock out it says what little it can.
        """
        beginning = Beginning(self.instance, self.weights.copy(), self.session.state, self.solves)
        begins = beginnings(beginning, tasks)
        done = self._elsewhere(tasks, begins, share, what) if self._crew and len(tasks) > 1 else {}
        with self.restored():
            for k, (task, begin) in enumerate(zip(tasks, begins, strict=True)):
                if k not in done:
                    with self.clock.within(share):
                        done[k] = do(self, task, begin)
                    if what:
                        self.tell(f"{k + 1} of {len(tasks)} {what}")
        ends = [beginning.state, *(one.state for _, one in sorted(done.items()) if one.state is not None)]
        self.session.stand(ends[-1])
        self.solves = beginning.solves + sum(one.solves for one in done.values())
        return [done[k].result for k in range(len(tasks))]

    def _elsewhere(
        self, tasks: Sequence[Task], begins: Sequence[Beginning], share: float, what: str
    ) -> dict[int, Done]:
        """What workers had time for."""
        assert self._crew is not None
        left, done, lost = deque(range(len(tasks))), dict[int, Done](), set[int]()

        def give() -> tuple[int, Order] | None:
            if not left:
                return None
            k = left.popleft()
            part = min(1.0, share * self._workers) * self.clock.left
            sent = packed((tasks[k], begins[k]), (self._opened,))
            return k, Order(sent, part if np.isfinite(part) else None)

        for came in finished(self._crew, give, lambda: self.clock.out):
            for k, result in came:
                if isinstance(result, Died) and k not in lost:
                    lost.add(k)
                    left.appendleft(k)
                elif isinstance(result, Died | Failed):
                    raise SolverError(LOST if isinstance(result, Died) else result.reason)
                else:
                    done[k] = unpacked(result, known_to(self._opened, tasks[k], begins[k]))
            if came and what:
                self.tell(f"{len(done)} of {len(tasks)} {what}")
            at_work = len(left) + len(done) < len(tasks)
            if self.clock.interrupted:
                self._dismiss()
            if self.clock.interrupted or (self.clock.out and not at_work):
                break
        return done

    def _dismiss(self) -> None:
        if self._crew is not None:
            self._crew.close()
            self._crew = None

    def run(self, instance: Instance) -> dict[str, Any]:
        """What a result about this instance says of how it was found."""
        return run_of(instance, self.clock, {"solves": self.solves, "gap": self.gap})
