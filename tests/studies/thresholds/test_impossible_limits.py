"""Limits that become impossible, and inputs that only relax them."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from instance_by_hand import made
from random_instances import random_instance
from tipping import CLOSE, LIMITED, agrees

import optimiser
from optimiser import Instance
from optimiser.errors import InputError
from optimiser.studies.inputs import input_of, variant

IMPOSSIBLE = [  # what, range, where, whether the low end is the impossible one
    ("resources.demand", (1, 20), {}, False),
    ("resources.capacity", (1, 20), {}, True),
    ("resources.beds.max_occupancy", (0.05, 1), {}, True),
    ("resources.beds.max_unmet", (0, 1), {}, True),
    ("limits.budget", (0, 9), {}, True),
    ("limits.max_changes", (0, 3), {}, True),
    ("workload.hours", (0, 9), {"level": "central"}, False),
    ("workload.cost", (0, 9), {"level": "central"}, False),
    ("organisations.staff_hours", (0, 9), {"level": "central"}, True),
    ("decisions.min_rating", (0, 4), {"decision": "b"}, False),
    ("organisations.rating", (0, 4), {"level": "local"}, True),
    ("scenarios.normal.surge.beds", (0, 3), {}, False),
]


@pytest.mark.parametrize(("what", "span", "where", "below"), IMPOSSIBLE)
def test_a_limit_that_nothing_can_keep_is_a_stretch_without_a_design(
    tmp_path: Path, what: str, span: Any, where: Any, below: bool
) -> None:
    tight = {"max_occupancy": 0.9, "max_unmet": 0.2}
    if what.endswith(("max_unmet", "surge.beds")):
        tight["max_occupancy"] = 1.0
    resource = "".join(f"{name} = {value}\n" for name, value in tight.items())
    limits = "[limits]\nbudget = 5\n" + "max_changes = 1\n" * ("max_changes" in what)
    demand = 9 if what.endswith("max_unmet") else 5
    surge = "surge = { beds = 0.9 }\n" if what.endswith("max_unmet") else ""
    scenarios = f'[[scenarios]]\nscenario = "normal"\nprobability = 1\n{surge}'
    instance = made(
        tmp_path,
        toml=f'{limits}{scenarios}[[resources]]\nresource = "beds"\n{resource}',
        decisions="decision,type,levels,min_rating\na,input,central,\nb,process,local,2",
        organisations="organisation,level,parent,staff_hours,rating\nC,central,,6,\nL,local,C,,3",
        workload="decision,level,hours,cost\na,central,4,4",
        resources=f"organisation,resource,capacity,demand\nL,beds,10,{demand}",
        current="decision,level\na,local\nb,central"
        if "max_changes" in what
        else "decision,level\na,central",
    )
    found = optimiser.thresholds(instance, what, span, where=where)
    assert found.complete
    assert [bool(part.design) for part in found.intervals] == ([False, True] if below else [True, False])
    agrees(found, instance, [0.0, 0.1, 0.4, 0.6, 0.9, 1.0])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("what", ["organisations.staff_hours", "limits.budget", "limits.max_changes"])
def test_more_of_a_limit_never_shows_less_value(what: str, seed: int) -> None:
    instance = drawn(100 * seed, LIMITED)
    span, how = ((0.0, 3.0), "set") if what == "limits.max_changes" else ((0.0, 1.5), "multiply")
    found = optimiser.thresholds(instance, what, span, how=how, tolerance=1e-3, gap=0.02)
    values = [value for part in found.intervals for value in part.values]
    assert len(values) > 1
    assert all(b >= a - 1e-9 for a, b in pairwise(values))


ANY = [
    ("workload.cost", "multiply", (0.2, 3.0)), ("workload.hours", "add", (0.0, 3.0)),
    ("organisations.ability", "multiply", (0.1, 1.0)), ("organisations.staff_hours", "set", (1.0, 60.0)),
    ("decisions.correlation", "set", (0.0, 1.0)), ("levels.delay_days", "add", (0.0, 30.0)),
    ("resources.demand", "multiply", (0.5, 2.5)), ("decisions.half_life_days", "set", (1.0, 60.0)),
    ("scores.accountability", "multiply", (0.0, 1.0)), ("decisions.heterogeneity", "set", (0.0, 0.8)),
]  # fmt: skip


@pytest.mark.parametrize(("what", "how", "span"), ANY)
def test_any_input_agrees_with_fresh_solves(what: str, how: str, span: tuple[float, float]) -> None:
    """At every point that was asked, and everywhere within stretches that are proven."""
    features = [*LIMITED, "scores", "risk", "means", "needs", "correlation", "population"]
    instance = drawn(7 * len(what), features, what, how, span)
    found = optimiser.thresholds(instance, what, span, how=how, tolerance=1e-4)
    assert found.complete
    met: Counter[str] = Counter()
    for part in found.intervals:
        for share in (0.0, 0.31, 0.77, 1.0) if part.proven else ():
            x = part.low + share * (part.high - part.low)
            if not any(tip.low - 1e-9 <= x <= tip.high + 1e-9 for tip in found.tips):
                fresh = optimiser.solve(variant(instance, found.inputs, (x,)))
                assert fresh.found == bool(part.design)
                met["within"] += 1
        for x, value in ((part.low, part.values[0]), (part.high, part.values[1])):
            inside = not any(tip.low - 1e-9 <= x <= tip.high + 1e-9 for tip in found.tips)
            if inside:  # at a tip either side's design will do
                fresh = optimiser.solve(variant(instance, found.inputs, (x,)))
                assert (fresh.value if fresh.found else -np.inf) == pytest.approx(value, abs=CLOSE)
                met["at an end"] += fresh.found
    assert met["at an end"], met


def drawn(
    seed: int, features: list[str], what: str = "", how: str = "set", span: tuple[float, float] = (0, 1)
) -> Instance:
    """The first random instance from a seed on that has a design, and takes the input over the range."""
    for i in range(seed, seed + 500):
        instance = random_instance(i, features, most_designs=32, sizes=3)
        try:
            if what:
                given = input_of(instance, what, span, how)
                for x in span:
                    variant(instance, [given], (x,))
        except InputError:
            continue
        if optimiser.solve(instance).found:
            return instance
    raise AssertionError
