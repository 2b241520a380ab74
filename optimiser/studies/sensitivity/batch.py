"""Batch: a study that is run as far as it is asked, and what it says by then."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from optimiser.design.tables import plain
from optimiser.errors import InputError
from optimiser.instance.arguments import raise_any, whole, wrong_number
from optimiser.instance.instance import Instance
from optimiser.introduction import Cells, Introduced
from optimiser.solver.call import run_of
from optimiser.solver.clock import Clock, OutOfTime, hearing_interrupts
from optimiser.studies.sensitivity.outcome import FAILED, Outcome
from optimiser.studies.sensitivity.running.answering import (
    Anchor,
    Tried,
    clock_of,
    packed,
    unpacked,
)
from optimiser.studies.sensitivity.running.excerpt import Excerpt
from optimiser.studies.sensitivity.running.export import export
from optimiser.studies.sensitivity.running.path_answering import anchor_of, answering_of
from optimiser.studies.sensitivity.running.rehearsal import Rehearsal
from optimiser.studies.sensitivity.running.running import Run, answer
from optimiser.studies.sensitivity.running.store import Store
from optimiser.studies.sensitivity.running.tables import Tables, result_row
from optimiser.studies.sensitivity.sampling.keyed_samples import Samples
from optimiser.studies.sensitivity.study.applying import Refused, apply_sample
from optimiser.studies.sensitivity.study.plan import StudyPlan
from optimiser.studies.workers.crew import Crew
from optimiser.studies.workers.work import Opening, single_threaded
from optimiser.terminal import counted

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray
RENEWED = 60.0  # seconds after which the tables of a run that goes on are written anew, at the earliest
TRIALS = 10  # samples that are tried out to see how long they take
SHARE = 0.02  # of the time of a run, the most that this takes


@dataclass(frozen=True)
class Settings:
    """How a batch is run: nothing of it changes an answer."""

    gather: Callable[[Opening, Any, int], Crew]  # (what workers open, what they do, how many tasks there are)
    limit: int | None
    format: str
    asked: Mapping[str, Any]


class Batch(Introduced):
    """A study and what came of it by now. Iterating over it, or asking it for a table, runs what is left.

    Attributes
    ----------
    instance : Instance
        The one whose doubts these are.
    plan : StudyPlan
        The study, every default in its place.
    """

    def __init__(
        self,
        instance: Instance,
        plan: StudyPlan,
        samples: Samples,
        store: Store,
        given: Mapping[str, Array],
        settings: Settings,
        progress: Callable[[str], None] | None = None,
    ) -> None:
        """`given` are the designs (D, O) that the study names; of `best` only the name is known so far."""
        self.instance, self.plan = instance, plan
        self._samples, self._store, self._given, self._settings = samples, store, given, settings
        self._tell = progress or (lambda text: None)
        self._clock, self._broken = Clock(), False
        self._outcome: Outcome | None = None

    def __len__(self) -> int:
        """How many samples there are."""
        return len(self._samples.keys)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Run what is left; yields the rows of `results` of samples as they are kept.

        But for `design_id`: which design is the first is known once all samples are. A sample comes again
        where the designs next to its best one were only looked at because that was needed elsewhere.
        """
        for kept in self._run():
            for key in kept:
                one = self._store.answer(key)
                yield from (result_row(self.instance, n, one) for n in self._samples.numbers[key])

    def run(self) -> Outcome:
        """Run what is left, as far as the call's limit goes: what is known then."""
        if self._outcome is None:
            for _ in self._run():
                pass
            self._outcome = self._found()
            self._write(self._outcome)
        return self._outcome

    def frame(self, name: str) -> pd.DataFrame:
        """One of the tables as a DataFrame: samples, results, designs, fared, levels, drivers, rules, regret
        or knowing."""
        return self.run().frame(name)

    def to_dict(self) -> dict[str, Any]:
        """The JSON document that the command prints with --json."""
        return self.run().to_dict()

    def rehearse(self) -> Rehearsal:
        """What running it would be: the inputs and their ranges, and how long samples take that lie all over
        the table. Nothing is kept."""
        every, tried = self._samples.distinct, list[tuple[bytes, Tried]]()
        spread = np.unique(np.linspace(0, len(every) - 1, TRIALS).round().astype(int))
        self._clock = Clock()
        with hearing_interrupts(self._clock), single_threaded():
            if self._anchored(needed=True):
                run = Run(self._samples, self._store, self._gather, self._clock, self._tell)
                try:
                    for came in run.try_out([every[i] for i in spread]):
                        tried += came
                finally:
                    run.close()
        return Rehearsal(
            instance=self.instance,
            complete=not self._clock.interrupted,
            interrupted=self._clock.interrupted,
            asked=self._settings.asked,
            run={**run_of(self.instance, self._clock), "gap": self.plan.gap},
            plan=self.plan,
            samples=self._samples.frame,
            tried=tuple(sorted((self._samples.numbers[key][0], one) for key, one in tried)),
        )

    def write(self, sample: int, folder: str | Path) -> Excerpt:
        """Write the instance of one sample, to look into it.

        Raises InputError where there is no such sample, a rule refuses it, or the folder exists already.
        """
        raise_any(wrong_number("write: sample", sample, whole(0, len(self) - 1)))
        values = {name: plain(value) for name, value in self._samples.row(self._samples.keys[sample]).items()}
        try:
            apply_sample(self.plan, self.instance, values).write(folder)
        except Refused as error:
            raise InputError(f"write: sample {sample} is refused: {error.reason}") from error
        return Excerpt(
            instance=self.instance, complete=True, asked=self._settings.asked,
            run=run_of(self.instance, Clock()), sample=sample, values=values, folder=str(folder),
        )  # fmt: skip

    def close(self) -> None:
        """Let another program have the folder."""
        self._store.close()

    # Running

    def _run(self) -> Iterator[list[bytes]]:
        """Solve what is left, look at neighbours where that turns out to be needed, see how designs fare."""
        self._clock, self._broken = Clock(), False
        known = self._store.statuses()
        left = [key for key in self._samples.distinct if key not in known][: self._settings.limit]
        written, took = time.monotonic(), 0.0
        with hearing_interrupts(self._clock), single_threaded():
            if not self._anchored(needed=bool(left)):
                return
            run = Run(self._samples, self._store, self._gather, self._clock, self._tell)
            try:
                for phase in (run.solve(left), run.check_all(), self._fared(run)):
                    for kept in phase:
                        yield kept
                        now = time.monotonic()
                        if now - written > max(RENEWED, took / SHARE):
                            self._write(self._found(running=True))
                            written, took = time.monotonic(), time.monotonic() - now
            finally:
                self._broken = bool(getattr(run.crew, "broken", False))
                run.close()

    def _fared(self, run: Run) -> Iterator[list[bytes]]:
        """See how fixed designs fare, which adds nothing to what is known of samples: yields none of them.

        Without foresight no design is the best, so that there is nothing to fall short of.
        """
        if self.plan.foresight != "none":
            for _ in run.fare([*self._named().values()]):
                yield []

    def _gather(self, tasks: int) -> Crew:
        return self._settings.gather(
            Opening.of(answering_of, self.plan, self.instance, self._anchor), answer, tasks
        )

    @property
    def _anchor(self) -> Anchor | None:
        found = self._store.about("anchor")
        return Anchor(*found) if found else None

    def _anchored(self, *, needed: bool) -> bool:
        """Whether samples have where to start: found now, and once for the whole study."""
        if not needed or self._store.about("anchor") is not None:
            return True
        self._tell("the instance as it is, from which all samples start")
        clock = clock_of(self.plan)
        try:
            with hearing_interrupts(clock):
                anchor = anchor_of(self.plan, self.instance, clock)
        except OutOfTime:
            anchor = None
        self._clock.interrupted = clock.interrupted
        if not clock.interrupted:
            self._store.say(anchor=() if anchor is None else (anchor.held, anchor.prices))
        return not clock.interrupted

    @property
    def _periods(self) -> int:
        """Of the paths that are asked for; 1: designs are."""
        return self.instance["periods"].rows if self.plan.foresight else 1

    def _named(self) -> dict[str, bytes]:
        """The designs that the study names, what is not given of one as in the best."""
        anchor, found = self._anchor, {}
        for name in self.plan.designs:
            held, periods = self._given.get(name, np.array(-1)), self._periods
            if anchor is not None and held.ndim:  # on a path it stays as it begins, where it is not given
                begins = anchor.held[: len(held)]
                held = np.tile(np.where(held >= 0, held, begins), (periods, 1))
            elif anchor is not None:
                held = anchor.held
            if held.ndim and (held >= 0).all():
                found[name] = packed(held)
        return found

    # What is known

    def _found(self, *, running: bool = False) -> Outcome:
        named = self._named()
        frames = Tables(self.plan, self.instance, self._samples, self._store, named).frames()
        open_ = self._open_sentences(frames, running=running)
        return Outcome(
            instance=self.instance,
            plan=self.plan,
            frames=frames,
            named={name: unpacked(held, self.instance) for name, held in named.items()},
            complete=not open_ and not frames["results"]["status"].isin(("feasible", *FAILED)).any(),
            interrupted=self._clock.interrupted,
            unfinished=tuple(open_),
            asked=self._settings.asked,
            run={**run_of(self.instance, self._clock), "gap": self.plan.gap},
        )

    def _open_sentences(self, frames: Mapping[str, pd.DataFrame], *, running: bool) -> list[str]:
        """What is left to do."""
        left = len(self) - len(frames["results"])
        said = [f"{counted(left, 'sample')} of {len(self):,} are not solved yet."] * bool(left)
        said += ["The executor broke down: give another, and go on."] * self._broken
        return said + ["It is being run: these are the tables of what is known by now."] * running

    def _write(self, outcome: Outcome) -> None:
        """Renew the tables in its folder."""
        if self._store.folder is not None:
            document = outcome.head(list(outcome.every))
            study, format_ = self.plan.resolved(), self._settings.format
            export(self._store.folder, outcome.every, document, outcome.instance, study, format_)

    # How it introduces itself

    @property
    def headline(self) -> str:
        """How much of it is known."""
        known = self._store.statuses()
        return f"{sum(key in known for key in self._samples.keys):,} of {counted(len(self), 'sample')} solved"

    def _name(self) -> str:
        return f"{self.plan.name} of {self.instance.name}"

    def _summary(self) -> Cells:
        return []

    def _further(self) -> str:
        return "Iterating over it, .run() or .frame(NAME) run what is left"
