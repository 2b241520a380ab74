"""Which of the inputs that differ between two instances moved each decision: Shapley values.

The whole move, from the best design of the one instance to that of the other, is divided among the inputs
by letting them change one after the other, in every order (or in orders drawn at random), and taking the
mean of what each adds (Shapley 1953). In each order, and so in the mean, the parts sum to the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np

from optimiser.coefficients import coefficients
from optimiser.design.bound import held_to
from optimiser.design.evaluated import Evaluated
from optimiser.design.status import Status
from optimiser.design.tables import plain
from optimiser.errors import InputError
from optimiser.instance.differences import Difference, exchanged
from optimiser.instance.instance import Instance
from optimiser.studies.asker import Asker
from optimiser.studies.judged import worth
from optimiser.studies.rounds import Task
from optimiser.studies.study import Study
from optimiser.tolerances import EQUAL

Array = np.ndarray
Subset = frozenset[int]  # positions of the inputs that are as the other instance has them
EXACT = 5  # with more inputs, orders are drawn
ROUND = 4  # variants that are asked about at once
DRAWN = 5  # pairs of orders, each with its reverse


@dataclass(frozen=True, eq=False)
class Attribution:
    """Parts of the whole move. Rows of `levels` and entries of `value` follow `inputs`."""

    inputs: tuple[str, ...]  # those that differ and count
    decisions: tuple[str, ...]
    levels: Array  # (inputs, D) levels up that each input moves each decision, mean over the population
    value: Array  # (inputs,) what each adds to the value of the best design
    variants: int  # instances solved, both ends among them
    orders: int
    exact: bool  # over all orders

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON document."""
        moved = np.flatnonzero(np.abs(self.levels).max(axis=0, initial=0.0) > 0)
        return {
            "inputs": list(self.inputs),
            "variants": self.variants,
            "orders": self.orders,
            "exact": self.exact,
            "value": self._by_input(self.value),
            "decisions": [
                {"decision": self.decisions[d], "levels": self._by_input(self.levels[:, d])}
                for d in moved.tolist()
            ],
        }

    def _by_input(self, parts: Array) -> dict[str, Any]:
        return {name: plain(part) for name, part in zip(self.inputs, parts, strict=True)}


class NotAttributableError(Exception):
    """The move cannot be divided; the message says why."""


def orders_of(count: int) -> list[tuple[int, ...]]:
    """All orders of so many inputs or, where they are too many, some drawn with a fixed seed."""
    if count <= EXACT:
        return list(permutations(range(count)))
    random = np.random.default_rng(1)
    drawn = [tuple(random.permutation(count).tolist()) for _ in range(DRAWN)]
    return [order for each in drawn for order in (each, each[::-1])]


def divided(orders: Iterable[Sequence[int]], found: Mapping[Subset, Array]) -> Array:
    """(inputs, ...) what each input adds, the mean over the orders; they sum to found[all] - found[none]."""
    orders = list(orders)
    parts = np.zeros((len(orders[0]), *np.shape(found[frozenset()])))
    for order in orders:
        for k, i in enumerate(order):
            parts[i] += found[frozenset(order[: k + 1])] - found[frozenset(order[:k])]
    return parts / len(orders)


class Variants:
    """The instances between two, each with its best design, through one session.

    `inputs` are those that change anything in the equations.

    Where the best design of the first instance, or else that of the second, is worth what was proven to be
    possible, to within the gap, it is taken: a difference smaller than the gap is no difference.
    """

    def __init__(
        self,
        study: Study,
        a: Instance,
        b: Instance,
        inputs: Sequence[Difference],
        weights: Mapping[str, float] | None,
    ) -> None:
        self.study, self.a, self.b, self.weights = study, a, b, weights
        mine = coefficients(a, weights)
        self.inputs: list[Difference] = []
        self.structural = set[int]()  # inputs with which the model must be compiled anew
        for each in inputs:
            try:
                theirs = coefficients(exchanged(a, b, [each]), weights)
            except InputError:  # no sound instance on its own, which is said when it is needed
                self.inputs.append(each)
                continue
            if theirs.layout != mine.layout:
                self.structural.add(len(self.inputs))
            if not theirs.same(mine):
                self.inputs.append(each)

    def in_order(self, subsets: Iterable[Subset]) -> list[Subset]:
        """Those most like the second instance first, so that few models are compiled."""

        def like_it(subset: Subset) -> tuple[list[bool], int, list[int]]:
            return [i not in subset for i in sorted(self.structural)], -len(subset), sorted(subset)

        return sorted(subsets, key=like_it)

    def instance(self, subset: Subset) -> Instance:
        """The first instance with these inputs as the second has them."""
        inputs = [self.inputs[i] for i in sorted(subset)]
        try:
            return exchanged(self.a, self.b, inputs)
        except InputError as error:
            raise NotAttributableError(f"{self._with(inputs)} it is not sound: {error}") from error

    def _with(self, inputs: Sequence[Difference]) -> str:
        return f"with {', '.join(each.name for each in inputs)} alone as in {self.b.name},"

    def task(self, subset: Subset, candidates: Sequence[Array]) -> Variant:
        """To be asked for the best design of one variant."""
        weights, held = self.weights, tuple(candidates)
        return Variant(instance=self.instance(subset), weights=weights, candidates=held)

    def best(self, subset: Subset, found: BestThere) -> tuple[Array, float] | None:
        """The best design of one variant and its value; None where time ran out before it was proven."""
        if found.status is Status.INFEASIBLE:
            inputs = [self.inputs[i] for i in sorted(subset)]
            raise NotAttributableError(f"{self._with(inputs)} no design keeps every requirement")
        if found.held is None or found.status is not Status.OPTIMAL:
            return None
        return found.held, found.value


@dataclass(frozen=True, eq=False)
class BestThere:
    """How a search ended, and the best design (D, O) of a variant with its value."""

    status: Status
    held: Array | None = None
    value: float = -np.inf


@dataclass(frozen=True, eq=False, kw_only=True)
class Variant(Task):
    """The best design of an instance, or the first of some candidates (D, O) that is as good."""

    weights: Mapping[str, float] | None
    candidates: tuple[Array, ...]

    def done(self, asker: Asker) -> BestThere:
        """What is best there."""
        assert self.instance is not None
        asker.about(self.instance, self.weights)
        answer = asker.ask()
        if not answer.found or answer.status is not Status.OPTIMAL:
            return BestThere(answer.status)
        for candidate in self.candidates:
            there = worth(asker, candidate)
            held_to(answer.bound, -np.inf if there is None else there)
            if there is not None and (
                there >= answer.value - EQUAL or answer.bound - there <= asker.gap * abs(there)
            ):
                return BestThere(answer.status, candidate, there)
        return BestThere(answer.status, answer.held, answer.value)


def attribute(
    variants: Variants, base: Evaluated, other: Evaluated, tell: Callable[[str], None]
) -> Attribution | None:
    """Divide the move from `base`, the best of the first instance, to `other`, the best of the second.

    None where time ran out. Raises NotAttributableError where a variant between them has no best design.
    """
    study, count = variants.study, len(variants.inputs)
    orders = orders_of(count)
    found = {frozenset[int](): (base.held, base.value), frozenset(range(count)): (other.held, other.value)}
    needed = {frozenset(order[:k]) for order in orders for k in range(count + 1)}
    waiting = variants.in_order(needed - set(found))
    for i in range(0, len(waiting), ROUND):
        now = waiting[i : i + ROUND]
        tell(f"variants {i + 1} to {i + len(now)} of {len(waiting)}")
        tasks = [variants.task(subset, (base.held, other.held)) for subset in now]
        for subset, there in zip(now, study.each(tasks, 1 / (len(waiting) - i)), strict=True):
            best = variants.best(subset, there)
            if best is None:
                return None
            found[subset] = best
    share = base.instance.population / base.instance.population.sum()
    levels = {subset: -(held @ share) for subset, (held, _) in found.items()}
    value = {subset: np.array(value) for subset, (_, value) in found.items()}
    return Attribution(
        inputs=tuple(each.name for each in variants.inputs),
        decisions=tuple(base.instance["decisions"]["decision"]),
        levels=divided(orders, levels),
        value=divided(orders, value),
        variants=len(found),
        orders=len(orders),
        exact=count <= EXACT,
    )
