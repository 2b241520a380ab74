"""What it costs to stay with one design whatever comes, and which designs to live with.

Regret is said where a design is possible. To choose between designs, not to be possible must have a price:
such a design counts as worth nothing there, the worst that there is on every objective.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimiser.design.tables import Row
from optimiser.studies.sensitivity.findings.ensemble import Array, Ensemble, Tables
from optimiser.tolerances import size

NEAR = 0.01  # of the best value: as good as the best, for most purposes


@dataclass(frozen=True, eq=False)
class Fixed:
    """F designs that stay as they are, in the n samples that have a design.

    Attributes
    ----------
    names : list of str
        What they are called.
    held : (F, H)
        The level at which each holds each holding; below 0 where the study does not say.
    asked : (n,) bool
        The samples in which all of them were evaluated.
    best : (n,)
        What the best design is worth.
    values, regret : (n, F)
        What each is worth, and how much less than the best; NaN where it is not possible, or was not asked.
    near : (F,)
        The share of samples in which each is possible and worth nearly as much as the best.
    broken : list of (str, int)
        What each breaks first most often, and in how many samples; "" and 0 where it breaks nothing.
    """

    names: list[str]
    held: Array
    asked: Array
    best: Array
    values: Array
    regret: Array
    near: Array
    broken: list[tuple[str, int]]

    @cached_property
    def feasible(self) -> Array:
        """(F,) the share of samples in which each is possible."""
        return _share(np.isfinite(self.regret), self.asked)

    @cached_property
    def mean(self) -> Array:
        """(F,) mean regret where feasible."""
        return self._over(np.nanmean)

    @cached_property
    def worst(self) -> Array:
        """(F,) largest regret where feasible."""
        return self._over(np.nanmax)

    @cached_property
    def p95(self) -> Array:
        """(F,) the regret that is exceeded in one sample of twenty where feasible."""
        return self._over(lambda column: np.nanquantile(column, 0.95))

    def _over(self, of: Callable[[Array], float]) -> Array:
        return np.array([of(column) if np.isfinite(column).any() else np.nan for column in self.regret.T])

    @property
    def worth(self) -> Array:
        """(a, F) what each is worth in the samples that were asked: nothing where it is not possible."""
        return np.nan_to_num(self.values[self.asked], nan=0.0)

    @cached_property
    def loss(self) -> Array:
        """(a, F) how much less than the best that is, and at least what any other loses that is possible."""
        regret, best = self.regret[self.asked], self.best[self.asked]
        most = np.maximum(best, np.nan_to_num(regret).max(axis=1, initial=0.0))
        return np.where(np.isfinite(regret), regret, most[:, None])

    @property
    def least_mean(self) -> int | None:
        """The one that loses least in the mean."""
        return int(self.loss.mean(axis=0).argmin()) if self.loss.size else None

    @property
    def least_worst(self) -> int | None:
        """The one whose largest loss is least, of equal ones the one that loses least in the mean."""
        if not self.loss.size:
            return None
        return int(np.lexsort((self.loss.mean(axis=0), self.loss.max(axis=0)))[0])

    def rows(self) -> list[Row]:
        """The table `regret`, from the one that loses least in the mean."""
        order = (
            self.loss.mean(axis=0).argsort(kind="stable") if self.loss.size else np.arange(len(self.names))
        )
        return [
            {
                "design": self.names[f], "feasible": self.feasible[f], "mean": self.mean[f],
                "p95": self.p95[f], "worst": self.worst[f], "within_1pct": self.near[f],
            }
            for f in order
        ]  # fmt: skip


def fixed_of(ensemble: Ensemble, tables: Tables, named: Mapping[str, Array]) -> Fixed:
    """The table `fared` as arrays; `named` says who holds what (D, O) in designs that have a name."""
    import pandas as pd

    here = ensemble.drawn.index[ensemble.found]
    fared = tables["fared"]
    row = here.get_indexer(pd.Index(fared["sample"]))
    fared, row = fared[row >= 0], row[row >= 0]
    column, found = pd.factorize(fared["design"])
    names = [str(name) for name in found]
    asked = np.zeros((len(here), len(names)), bool)
    values, regret = np.full(asked.shape, np.nan), np.full(asked.shape, np.nan)
    asked[row, column] = True
    values[row, column], regret[row, column] = fared["value"], fared["regret"]
    limit = NEAR * np.array([size(value) for value in ensemble.value])
    broken, every = fared["broken"].fillna("").to_numpy(), np.asarray(asked.all(axis=1))
    return Fixed(
        names=names,
        held=np.array([_held(ensemble, name, named) for name in names], int).reshape(
            len(names), ensemble.held.shape[1]
        ),
        asked=every,
        best=ensemble.value,
        values=values,
        regret=regret,
        near=_share(regret <= limit[:, None], every),
        broken=[_most_often(broken[column == f].tolist()) for f in range(len(names))],
    )


def _held(ensemble: Ensemble, name: str, named: Mapping[str, Array]) -> Array:
    """(H,) who holds what in a design."""
    sets = ensemble.sets
    if name in named:
        held: Array = named[name][sets.holding_decision, sets.holding_locality]  # -1: all alike, so the last
        return held
    known = np.flatnonzero(ensemble.ids.astype(str) == name)
    return ensemble.held[known[0]] if len(known) else np.full(len(sets.holding_decision), -1)


def _share(what: Array, asked: Array) -> Array:
    """(F,) the share of the samples that were asked."""
    share: Array = what[asked].mean(axis=0) if asked.any() else np.zeros(what.shape[1])
    return share


def _most_often(broken: Iterable[str]) -> tuple[str, int]:
    """What is broken most often and how often, whatever the numbers that a sentence ends with."""
    counts = Counter(text.partition(":")[0] for text in broken if text)
    return counts.most_common(1)[0] if counts else ("", 0)
