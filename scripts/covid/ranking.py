"""How well scores rank what happened above what did not, and how likely that is by chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from math import comb

import numpy as np

ARRANGEMENTS = 10_000  # the most that are all looked at; beyond, as many are drawn
SEED = 20200317
Array = np.ndarray


def auc(scores: Sequence[float] | Array, happened: Sequence[bool] | Array) -> float:
    """The share of pairs, one that happened and one that did not, ranked rightly; ties count half.

    NaN where all happened, or nothing did.

    >>> auc([3, 2, 2, 1], [True, True, False, False])
    0.875
    """
    scores, happened = np.asarray(scores, float), np.asarray(happened, bool)
    apart = scores[happened][:, None] - scores[~happened]
    return float(np.mean((np.sign(apart) + 1) / 2)) if apart.size else np.nan


def between(low: Array, high: Array, happened: Array) -> tuple[float, float, int]:
    """What the AUC lies between where each score lies between two, and the pairs that are settled anyhow."""
    right = low[happened][:, None] > high[~happened]
    wrong = high[happened][:, None] < low[~happened]
    return float(right.mean()), float(1 - wrong.mean()), int((right | wrong).sum())


def chance(statistic: Callable[[Array], float], happened: Sequence[bool] | Array) -> float:
    """How likely it is that the statistic is as high or higher were it chance what happened.

    Over all ways in which as many could have happened; where these are too many, over as many draws.

    >>> chance(lambda there: auc([4, 3, 2, 1], there), [True, True, False, False])  # one way of six
    0.16666666666666666
    """
    happened = np.asarray(happened, bool)
    n, k = len(happened), int(happened.sum())
    reached = statistic(happened) - 1e-12
    if comb(n, k) <= ARRANGEMENTS:
        ways = (np.isin(np.arange(n), chosen) for chosen in combinations(range(n), k))
        return float(np.mean([statistic(way) >= reached for way in ways]))
    random = np.random.default_rng(SEED)
    as_high = sum(statistic(random.permutation(happened)) >= reached for _ in range(ARRANGEMENTS))
    return (as_high + 1) / (ARRANGEMENTS + 1)
