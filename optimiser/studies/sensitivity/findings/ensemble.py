"""The samples of a study as arrays: what was put in, and the best design and value that came out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import rankdata

from optimiser.coefficients.population import shares
from optimiser.coefficients.sets import Sets, sets_of
from optimiser.instance.instance import Instance
from optimiser.instance.names import Names
from optimiser.studies.sensitivity.study.plan import StudyPlan, Varied
from optimiser.tolerances import EQUAL

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray
Tables = Mapping[str, "pd.DataFrame"]
WIDEST = 3  # dimensions of a group in which it is looked at: there are never samples for more
GRADES = ("measured", "proxy", "elicited", "illustrative")  # from the best known to the least


@dataclass(frozen=True)
class Input:
    """What is judged as one: an input, or a group of them."""

    name: str
    grade: str
    columns: tuple[str, ...]
    fact: bool  # and not a value: weights are not measured


def inputs_of(plan: StudyPlan) -> list[Input]:
    """The inputs as they are judged, a group in the place of the first that belongs to it."""
    group = {member: name for name, members in plan.groups.items() for member in members}
    found: dict[str, list[Varied]] = {}
    for each in plan.varied:
        found.setdefault(group.get(each.name, each.name), []).append(each)
    return [
        Input(
            name,
            max((each.grade for each in members), key=("", *GRADES).index),
            tuple(each.name for each in members),
            not all(each.what.startswith("weights.") for each in members),
        )
        for name, members in found.items()
    ]


@dataclass(frozen=True, eq=False)
class Ensemble:
    """All samples of a study, N of them, of which n have a design.

    Attributes
    ----------
    inputs : list of Input
        What varies.
    drawn : DataFrame
        N rows: the inputs.
    status : (N,) text
        How each ended; empty where it was not asked yet.
    found : (N,) bool
        Whether it has a design.
    value, bound : (n,)
        Of the best design.
    design : (n,)
        Which of the designs that is.
    ids : (J,)
        The numbers of the designs.
    held : (J, H)
        The level at which each holds each holding.

    Where samples ask for paths, each decision stands once for every period, as DECISION@PERIOD.
    """

    plan: StudyPlan
    instance: Instance
    inputs: list[Input]
    drawn: pd.DataFrame
    status: Array
    found: Array
    value: Array
    bound: Array
    design: Array
    ids: Array
    held: Array

    @cached_property
    def sets(self) -> Sets:
        """Decisions, levels and localities."""
        sets = sets_of(self.instance)
        return by_period(sets, self.instance) if self.plan.paths else sets

    @cached_property
    def sites(self) -> dict[str, tuple[str, str]]:
        """DECISION@PERIOD -> decision and period; none where samples ask for designs."""
        decisions, periods = sets_of(self.instance).decisions, self.instance["periods"]["period"].tolist()
        every = [(decision, period) for period in periods for decision in decisions]
        return dict(zip(self.sets.decisions, every, strict=True)) if self.plan.paths else {}

    @cached_property
    def names(self) -> Names:
        """What people call decisions and inputs."""
        names = Names(self.instance)
        for site, (decision, period) in self.sites.items():
            names.decisions[site] = names.decision(decision, period=period)
        return names

    @property
    def answer(self) -> str:
        """What each sample asks for."""
        return "path" if self.plan.paths else "design"

    @cached_property
    def people(self) -> Array:
        """(H,) the share of the population that each holding concerns."""
        locality = self.sets.holding_locality
        return np.where(locality < 0, 1.0, shares(self.instance, self.sets)[locality])

    @property
    def count(self) -> int:
        """How many samples have a design."""
        return len(self.value)

    @property
    def random(self) -> bool:
        """Whether samples are drawn so that shares of them are shares of all that the ranges allow."""
        return self.plan.method not in ("grid", "one-at-a-time")

    @property
    def block(self) -> int:
        """So many samples in a row differ from each other in little more than one input."""
        return {"sobol": len(self.inputs) + 2, "morris": len(self.inputs) + 1}.get(self.plan.method, 1)

    @property
    def independent(self) -> float:
        """So many samples drawn independently would tell shares as closely: one a block, two of Sobol's."""
        return self.count / self.block * (2 if self.plan.method == "sobol" else 1)

    @cached_property
    def blocks(self) -> Array:
        """(n,) the block of each sample that has a design."""
        return np.flatnonzero(self.found) // self.block

    def folds(self, count: int) -> Array:
        """(n,) samples in so many parts at random, of which none knows another: blocks stay whole."""
        order = np.random.default_rng(self.plan.seed).permutation(len(self.found) // self.block + 1)
        return order[self.blocks] % count

    @property
    def endings(self) -> Counter[str]:
        """How many samples ended how."""
        return Counter(self.status.tolist())

    @cached_property
    def numbers(self) -> pd.DataFrame:
        """N rows: the inputs as numbers; of texts their place in the alphabet, of blanks less than any."""
        from pandas.api.types import is_numeric_dtype

        numbers = self.drawn.apply(lambda x: x if is_numeric_dtype(x) else x.rank(method="dense")).astype(
            float
        )
        return numbers.fillna(numbers.min() - 1)

    def standing(self, input_: Input, among: Array) -> Array:
        """(n, k) where an input stands in some of the samples, as ranks from 0 to 1.

        There are k columns, none of which follows from the others.
        """
        columns = [self.numbers[name].to_numpy()[among] for name in input_.columns]
        if len(columns) > 1 and np.ptp(np.sum(columns, axis=0)) < EQUAL:  # of a simplex one follows
            del columns[-1]
        kept = list[Array]()
        for column in columns:
            if not any(_follows(column, other) for other in kept):
                kept.append(column)
        return np.stack([(rankdata(column) - 0.5) / len(column) for column in kept[:WIDEST]], axis=1)

    @cached_property
    def varies(self) -> Array:
        """(D,) whether a decision sits elsewhere in some sample than in another, for any locality."""
        moved = (self.held != self.held[:1]).any(axis=0)
        return np.bincount(self.sets.holding_decision, moved, len(self.sets.decisions)) > 0

    @cached_property
    def sits(self) -> Array:
        """(n, D, L) the share of the population for which a decision is held at a level."""
        share = np.zeros((len(self.ids), *self.sets.allowed.shape))
        for h, d in enumerate(self.sets.holding_decision):
            share[np.arange(len(share)), d, self.held[:, h]] += self.people[h]
        return share[self.design]

    @cached_property
    def mean(self) -> Array:
        """(D, L) the mean of the same over the samples."""
        share: Array = self.sits.mean(axis=0)
        return share


def _follows(column: Array, other: Array) -> bool:
    """Whether a column rises wherever another does: they were drawn as one."""
    return bool((np.diff(column[np.lexsort((column, other))]) >= 0).all())


def by_period(sets: Sets, instance: Instance) -> Sets:
    """The sets with each decision once for every period, those of a period together."""
    periods, count = instance["periods"]["period"].tolist(), len(sets.decisions)
    shifts = range(len(periods))
    return replace(
        sets,
        decisions=[f"{decision}@{period}" for period in periods for decision in sets.decisions],
        uniform=np.tile(sets.uniform, len(periods)),
        allowed=np.tile(sets.allowed, (len(periods), 1)),
        holding_decision=np.concatenate([sets.holding_decision + t * count for t in shifts]),
        holding_locality=np.tile(sets.holding_locality, len(periods)),
        holding=np.concatenate([sets.holding + t * len(sets.holding_decision) for t in shifts]),
    )


def ensemble_of(plan: StudyPlan, instance: Instance, tables: Tables) -> Ensemble:
    """The tables `samples`, `results` and `designs` as arrays."""
    drawn = tables["samples"].set_index("sample")
    results = tables["results"].set_index("sample").reindex(drawn.index)
    found = (results["design_id"].notna() & results["value"].notna()).to_numpy()
    have = results[found]
    ids, design = np.unique(have["design_id"].to_numpy(int), return_inverse=True)
    levels = {level: l for l, level in enumerate(instance["levels"]["level"])}
    who = tables["designs"].sort_values("design_id", kind="stable")
    who = who[who["design_id"].isin(ids)]
    periods = instance["periods"].rows if plan.paths else 1
    holdings = periods * len(sets_of(instance).holding_decision)
    return Ensemble(
        plan=plan,
        instance=instance,
        inputs=inputs_of(plan),
        drawn=drawn,
        status=results["status"].fillna("").to_numpy(str),
        found=found,
        value=have["value"].to_numpy(float),
        bound=have["bound"].to_numpy(float),
        design=design,
        ids=ids,
        held=who["level"].map(levels).to_numpy(np.int8).reshape(len(ids), holdings),
    )
