"""The directions in which samples spread: an input, a group that moves as one, the weights of a simplex."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import comb
from typing import Any

import numpy as np

from optimiser.studies.sensitivity.study.distributions import rounded
from optimiser.studies.sensitivity.study.plan import StudyPlan, Varied

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Axis:
    """What moves as one. `judged` is what it is judged as: its own name, or that of its group."""

    name: str
    judged: str
    varied: tuple[Varied, ...]

    @property
    def simplex(self) -> bool:
        """Whether these are weights that share out what they weigh together."""
        return self.varied[0].total is not None

    @property
    def width(self) -> int:
        """How many numbers from 0 to 1 say where it stands."""
        return len(self.varied) - 1 if self.simplex else 1

    def at(self, shares: Array) -> list[Array]:
        """(n, width) numbers from 0 to 1 as (n,) values of each input.

        Of a simplex each weight in turn is broken off what is left, with the distribution that makes all ways
        to share out equally likely (Devroye 1986, Non-uniform random variate generation, chapter 5).
        """
        if not self.simplex:
            return [v.distribution.at(shares[:, 0]) for v in self.varied if v.distribution is not None]
        left, found = np.ones(len(shares)), []
        for k in range(self.width):
            weight = rounded(left * (1 - (1 - shares[:, k]) ** (1 / (self.width - k))))
            found.append(weight)
            left = np.maximum(left - weight, 0)
        return [*found, rounded(left)]

    def points(self, steps: int) -> int:
        """How many places a grid has along it."""
        if self.simplex:
            return comb(steps - 1 + self.width, self.width)
        return len(self.single.steps(steps)) if len(self.varied) == 1 else steps

    def grid(self, steps: int) -> Iterator[tuple[Any, ...]]:
        """The places of a grid along it: values of each input."""
        if self.simplex:  # every way to share out so many equal pieces, by where the dividers stand
            pieces = steps - 1
            for bars in combinations(range(pieces + self.width), self.width):
                ends = (-1, *bars, pieces + self.width)
                yield tuple((b - a - 1) / pieces for a, b in pairwise(ends))
        elif len(self.varied) == 1:
            yield from ((value,) for value in self.single.steps(steps))
        else:
            columns = self.at(np.linspace(0, 1, steps)[:, None])
            yield from zip(*(column.tolist() for column in columns), strict=True)

    def line(self, steps: int, base: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
        """The places to which it moves alone: each weight of a simplex from none to all, others in step."""
        if not self.simplex:
            yield from self.grid(steps)
            return
        now = np.array([base[v.name] for v in self.varied])
        for k in range(len(now)):
            others = np.where(np.arange(len(now)) == k, 0.0, now if now[k] < 1 else 1.0)
            for weight in np.linspace(0, 1, steps):
                values = (1 - weight) * others / others.sum()
                values[k] = weight
                yield tuple(rounded(values).tolist())

    @property
    def single(self) -> Any:
        """The distribution of the one input that it is."""
        return self.varied[0].distribution


def axes_of(plan: StudyPlan) -> list[Axis]:
    """The axes of a study, in the order of their first input.

    A group moves as one, unless the study says how its members depend on each other: then it is judged so.
    """
    loose = {
        name
        for name, columns in plan.groups.items()
        if any(set(pair) <= set(columns) for pair in plan.depends)
    }
    group = {column: name for name, columns in plan.groups.items() for column in columns}
    found: dict[str, list[Varied]] = {}
    for varied in plan.varied:
        judged = group.get(varied.name, varied.name)
        found.setdefault(varied.name if judged in loose else judged, []).append(varied)
    return [Axis(name, group.get(members[0].name, name), tuple(members)) for name, members in found.items()]
