"""Rounds: tasks that do not depend on each other, done here or by worker processes, with the same answers.

What comes of a task follows from the task, and from where its round begins: the instance and the weights that
are asked about, the design and the prices that were found last. Of what else was asked before, and of who did
it, nothing is left when a task begins. So a study that asks in rounds has the same answer, byte for byte,
however many workers there are, as long as no clock stops it.
"""

from __future__ import annotations

import io
import pickle
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optimiser.instance.instance import Instance
from optimiser.solver.answer import Answer
from optimiser.solver.clock import Clock
from optimiser.solver.cuts.cuts import Cuts
from optimiser.solver.session import Session, State
from optimiser.studies.asker import Asker

Array = np.ndarray


@dataclass(frozen=True, eq=False, kw_only=True)
class Task(ABC):
    """One of a round; it may be about another instance, and put the asker to others, which are its own."""

    instance: Instance | None = None

    @abstractmethod
    def done(self, asker: Asker) -> Any:
        """What comes of it."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Search(Task):
    """A best design, as `Asker.ask` finds it; at other weights (G,) or for another instance where given."""

    weights: Array | None = None
    fixed: Mapping[int, int] | None = None
    floors: Mapping[int, float] | None = None
    rows: Cuts | None = None
    decide: float | None = None
    start: Array | None = None
    gap: float | None = None

    def done(self, asker: Asker) -> Answer:
        """What was found."""
        if self.weights is not None:
            asker.weigh(self.weights)
        return asker.ask(
            fixed=self.fixed, floors=self.floors, rows=self.rows, decide=self.decide, start=self.start,
            gap=self.gap,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Beginning:
    """Where every task of a round begins."""

    instance: Instance
    weights: Array  # (G,)
    state: State
    solves: int  # asked before this task


@dataclass(frozen=True, eq=False)
class Done:
    """What came of a task, how many searches it took, and where it ended: None, about another instance."""

    result: Any
    solves: int
    state: State | None


def do(asker: Asker, task: Task, beginning: Beginning) -> Done:
    """Do a task, with nothing in the session but where it begins."""
    if task.instance is not None and task.instance is not beginning.instance:
        asker.about(task.instance)
    else:
        if asker.instance is not beginning.instance:
            asker.about(beginning.instance)
        if not np.array_equal(asker.weights, beginning.weights):
            asker.weigh(beginning.weights)
        asker.session.stand(beginning.state)
    asker.solves = beginning.solves
    result = task.done(asker)
    same = asker.instance is beginning.instance
    return Done(result, asker.solves - beginning.solves, asker.session.state if same else None)


# In a worker


class Bench:
    """What a worker holds open: a session of its own."""

    def __init__(self, instance: Instance, weights: Mapping[str, float] | None, threads: int, gap: float):
        self.instance = instance
        self.asker = Asker(Session(instance, weights, threads), gap, Clock())


@dataclass(frozen=True)
class Order:
    """A task on its way to a worker: pickled, but for the instance that the worker has."""

    pickled: bytes
    seconds: float | None  # that it may take


def at_bench(bench: Bench, order: Order) -> bytes:
    """Do what is ordered."""
    task, beginning = unpacked(order.pickled, (bench.instance,))
    bench.asker.clock = Clock(order.seconds)
    return packed(do(bench.asker, task, beginning), known_to(bench.instance, task, beginning))


def known_to(instance: Instance, task: Task, beginning: Beginning) -> list[Instance | None]:
    """The instances that both sides have when a result comes back."""
    return [instance, task.instance, beginning.instance]


def packed(what: Any, known: Sequence[Instance | None]) -> bytes:
    """It as bytes, without the instances that are known to whoever opens it."""
    numbers = {id(instance): k for k, instance in reversed(list(enumerate(known))) if instance is not None}

    class Packing(pickle.Pickler):
        def persistent_id(self, obj: Any) -> int | None:
            return numbers.get(id(obj))

    file = io.BytesIO()
    Packing(file, pickle.HIGHEST_PROTOCOL).dump(what)
    return file.getvalue()


def unpacked(what: bytes, known: Sequence[Instance | None]) -> Any:
    """The same again."""

    class Unpacking(pickle.Unpickler):
        def persistent_load(self, number: int) -> Any:
            return known[number]

    return Unpacking(io.BytesIO(what)).load()


def beginnings(beginning: Beginning, tasks: Sequence[Task]) -> list[Beginning]:
    """One a task: of which search the neighbours are looked at goes by the place in the round."""
    return [replace(beginning, solves=beginning.solves + k) for k in range(len(tasks))]
