"""A run over what is left of a study: samples are given to a crew, and what comes is kept, then counted."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from optimiser.design.status import Status
from optimiser.solver.clock import Clock
from optimiser.studies.sensitivity.running.answering import Answer, Answering, Check, Fare, Solve, Tried, Try
from optimiser.studies.sensitivity.running.store import BLAMED, Kept, Store, design_key
from optimiser.studies.sensitivity.sampling.keyed_samples import Samples
from optimiser.studies.workers.crew import Crew, finished
from optimiser.studies.workers.work import Died, Failed
from optimiser.terminal import counted, duration

CHECKED = 20  # one sample in so many, chosen by its own key, has the designs next to its best one looked at
MOST_MET = 50  # designs, those met most often, of which is asked how they fare everywhere
SET_ASIDE = f"it ended its worker {BLAMED} times, and is set aside"


def answer(answering: Answering, task: Solve | Check | Try | Fare) -> Any:
    """Do a task in a worker."""
    return answering.answer(task)


def is_checked(sample: bytes) -> bool:
    """Whether the designs next to the best one of a sample are looked at."""
    return int.from_bytes(sample[:4], "big") % CHECKED == 0


def most_met(samples: Samples, answers: dict[bytes, Kept]) -> list[bytes]:
    """The designs that are best most often, the first to be met first where that is as often."""
    met = Counter[bytes]()
    for key in samples.keys:
        if key in answers and (design := answers[key].design) is not None:
            met[design] += 1
    return [design for design, _ in met.most_common(MOST_MET)]  # equal ones in the order in which they came


class Run:
    """One run, with one crew, begun when there is something to do; interrupted, it ends what is at work."""

    def __init__(
        self,
        samples: Samples,
        store: Store,
        gather: Callable[[int], Crew],
        clock: Clock,
        tell: Callable[[str], None],
    ) -> None:
        """`gather` makes a crew for so many tasks."""
        self.samples, self.store, self.clock, self.tell = samples, store, clock, tell
        self._gather = gather
        self.crew: Crew | None = None

    def close(self) -> None:
        """Send the crew home; whoever is still at work, at once."""
        if self.crew is not None:
            self.crew.close()

    def solve(self, wanted: Sequence[bytes]) -> Iterator[list[bytes]]:
        """Have samples solved; yields those that are kept, as they come."""

        def task(sample: bytes) -> Solve:
            return Solve(self.samples.row(sample), is_checked(sample))

        yield from self._kept(self._each(wanted, task, "samples"))

    def check_all(self) -> Iterator[list[bytes]]:
        """Where a design next to one that was called the best is better, look at those of all samples."""
        answers = self.store.answers()
        mine = {key: answers[key] for key in self.samples.distinct if key in answers}
        if not any(one.better for one in mine.values()):
            return
        left = {key: one for key, one in mine.items() if one.design is not None and not one.neighbours}

        def task(sample: bytes) -> Check:
            one = left[sample]
            assert one.design is not None
            assert one.bound is not None
            held, optimal = self.store.held(one.design), one.status == Status.OPTIMAL
            return Check(self.samples.row(sample), held, one.bound, optimal)

        yield from self._kept(self._each(list(left), task, "samples' neighbours"))

    def _kept(self, results: Iterator[list[tuple[bytes, Any]]]) -> Iterator[list[bytes]]:
        """Keep what came of samples; yields which."""
        for came in results:
            answers = [(key, _answer(what)) for key, what in came]
            self.store.keep(answers)
            yield [key for key, _ in answers]

    def fare(self, named: Sequence[bytes]) -> Iterator[list[bytes]]:
        """Have the named designs, and those met most often, evaluated in each sample that has a design."""
        answers = self.store.answers()
        met = most_met(self.samples, answers)
        held = {design_key(one): one for one in named} | {key: self.store.held(key) for key in met}
        known = {key: self.store.fared(key).keys() for key in held}
        wanted = {}
        for sample in self.samples.distinct:
            if (one := answers.get(sample)) is not None and one.design is not None:
                left = tuple(key for key in held if key != one.design and sample not in known[key])
                if left:
                    wanted[sample] = left

        def task(sample: bytes) -> Fare:
            return Fare(self.samples.row(sample), tuple(held[key] for key in wanted[sample]))

        for came in self._each(list(wanted), task, f"samples, {counted(len(held), 'design')} in each"):
            worth = {key: what for key, what in came if not isinstance(what, Failed)}
            self.store.keep_fared(
                (sample, design, one)
                for sample, each in worth.items()
                for design, one in zip(wanted[sample], each, strict=True)
            )
            yield list(worth)

    def try_out(self, wanted: Sequence[bytes]) -> Iterator[list[tuple[bytes, Tried]]]:
        """See how long samples take; nothing is kept."""
        for came in self._each(wanted, lambda sample: Try(self.samples.row(sample)), "trials"):
            yield [(key, what if isinstance(what, Tried) else Tried(0.0, "failed", "")) for key, what in came]

    def _each(
        self, wanted: Sequence[bytes], task: Callable[[bytes], Any], what: str
    ) -> Iterator[list[tuple[bytes, Any]]]:
        """What comes of a task for each sample; one that ended its worker is tried again, then given up."""
        if not wanted or self.clock.interrupted:
            return
        crew = self.crew = self.crew or self._gather(len(wanted))
        suspects = self.store.suspects()
        queue = deque(sorted(wanted, key=lambda key: key not in suspects))
        at_work, done = set[bytes](), 0
        first: tuple[int, float] | None = None  # how many were done when, once workers were at work

        def give() -> tuple[bytes, Any] | None:
            if not queue or (crew.busy and (queue[0] in suspects or at_work & suspects)):
                return None
            at_work.add(sample := queue.popleft())
            return sample, task(sample)

        for results in finished(crew, give, lambda: self.clock.interrupted):
            came = list[tuple[bytes, Any]]()
            for sample, result in results:
                at_work.discard(sample)
                if not isinstance(result, Died):
                    came.append((sample, result))
                elif self.store.blame(sample, result.alone) >= BLAMED:
                    came.append((sample, Failed(SET_ASIDE)))
                elif result.alone:
                    queue.appendleft(sample)
            if came:
                yield came
                done += len(came)
                first = first or (done, time.monotonic())
                self._say(done, len(wanted), first, what)

    def _say(self, done: int, of: int, first: tuple[int, float], what: str) -> None:
        """How far it is, how fast, and how long it will take."""
        seconds, said = time.monotonic() - first[1], f"{done:,} of {of:,} {what}"
        if self.clock.interrupted:
            said += "; finishing what is at work (Ctrl-C again: stop at once)"
        elif done > first[0] and seconds > 0:
            rate = (done - first[0]) / seconds
            said += f", {pace(rate)}, {duration((of - done) / rate)} left"
        self.tell(said)


def _answer(what: Any) -> Answer:
    return Answer("failed", what.reason) if isinstance(what, Failed) else what


def pace(rate: float) -> str:
    """So many a second, or a minute, or an hour."""
    for unit, seconds in (("second", 1), ("minute", 60)):
        if rate * seconds >= 1:
            return f"{rate * seconds:.3g} a {unit}"
    return f"{rate * 3600:.3g} an hour"
