"""A choice of points by the augmented epsilon-constraint method (AUGMECON2; Mavrotas & Florios 2013)."""

from __future__ import annotations

from itertools import product

import numpy as np

from optimiser.studies.frontier.border import CLOSE
from optimiser.studies.frontier.nondominated import Query, Tradeoffs
from optimiser.studies.frontier.search import ROUND, OutOfTimeError, end, short

Array = np.ndarray


def by_steps(found: Tradeoffs, points: int) -> list[str]:
    """Even steps of all objectives but the first, each with the most of the first (AUGMECON2).

    A step at which the last point would come out again is not asked. What is left unproven comes back as
    sentences.
    """
    count, said = len(found.aims), list[str]()
    ends = []
    for i in range(count):
        there, slack = end(found, [i, *(j for j in range(count) if j != i)])
        said += short(found, i, slack)
        ends.append(found.point(there))
        found.add(there, max(slack), again=True)
    low, high = np.min(ends, axis=0), np.max(ends, axis=0)
    spans = np.where(high - low > CLOSE, high - low, 1.0)
    weights = np.where(np.arange(count) == 0, 1.0, found.little * spans[0] / spans)
    each = int(max(0, points - count) ** (1 / (count - 1)) + 1e-9)
    inside = [np.linspace(low[i], high[i], each + 2)[1:-1] for i in range(1, count)]
    steps = [np.array([-np.inf, *step]) for step in product(*inside)]
    met: list[tuple[Array, Array]] = []  # floors, and the point at which they led
    weights /= weights.sum()
    missed, apart = 0, -(-len(steps) // ROUND)  # those of a round lie far apart, not to meet in a point
    for k in range(apart):
        asked = [floors for floors in steps[k::apart] if not any(_leads(floors, *one) for one in met)]
        if found.study.clock.out:
            raise OutOfTimeError(f"Time ran out after {len(found.options)} points.")
        found.study.tell(f"{len(found.options)} points known")
        with found.study.clock.within(1 / (apart - k)):
            answers = found.find_each([Query(weights, floors) for floors in asked])
        for floors, answer in zip(asked, answers, strict=True):
            if answer.found:
                met.append((floors, found.point(answer)))
                found.add(answer, found.slack(answer, weights), again=True)
            elif answer.bound > -np.inf:
                missed += 1
    return said + [f"For {missed} of {len(steps)} steps no design was found in their time."] * bool(missed)


def _leads(floors: Array, before: Array, point: Array) -> bool:
    """Whether a step leads to the point again to which the one before it led."""
    return bool((before <= floors).all() and (floors <= point).all())
