"""Problems of the literature: the optima that others found, and what makes instances of them."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from making.published import convert
from paths import INSTANCES

import optimiser

LIBRARY = INSTANCES / "published"
PROBLEMS = list(csv.DictReader((LIBRARY / "problems.csv").open(encoding="utf-8")))
SHIPPED = {row["problem"]: row for row in PROBLEMS if row["ships"] == "true"}
SMALL = {
    # Two agents with 3 hours each, three tasks: the cheap agent of the first two has no hours for both.
    "gap": ("2 3  1 1 8  4 9 2  2 2 1  2 3 1  3 3", 1 - (4 + 1 + 2) / (3 * 9)),
    # Three items, a bag of 5 and one of 3: the second and third do not fit together.
    "knapsack": ("2 3  6 10 9  2 3 4  1 2 2  5 3", 16 / (3 * 10)),
    # The same with a second profit: the first two are worth 16 and 5, the third, which fits beside none, 9 and 8.
    "knapsack2": ("1 3  6 10 9  4 1 8  2 3 4  5", (16 + 5) / 2 / (3 * 10)),
    # A line of three places; what has most to do with each other, 5 and 3, stands side by side.
    "qap": ("3  0 5 1 5 0 3 1 3 0  0 1 2 1 0 1 2 1 0", -2 * (5 + 3 + 2) / (3 * 2 * 5 * 2)),
    # Two sites: the first has no hours for both customers, so either both open, or the dear one alone.
    "location": ("2 2  3 4 9 7  2 3  1 1  5 4", 1 - (7 + 5 + 4) / (4 * 7)),
    # Two warehouses, fixed costs 7 and 3: the second alone serves both customers for 6 + 5 + 3.
    "ufl": ("2 2  99 7 99 3  1 4 6  1 9 5", 1 - (6 + 5 + 3) / (2 * 9 + 7)),
}


def test_what_ships_is_what_the_table_says() -> None:
    assert sorted(SHIPPED) == sorted(path.parent.name for path in LIBRARY.glob("*/instance.toml"))
    for name in SHIPPED:
        assert "licence" in optimiser.read(LIBRARY / name).licence


@pytest.mark.parametrize("name", [name for name, row in SHIPPED.items() if row["value"]])
def test_it_finds_the_published_optimum(name: str) -> None:
    """Of gap_b05200 the best designs leave none of some agents' hours: what rounds those loses them."""
    design = optimiser.solve(optimiser.read(LIBRARY / name))
    assert (design.status, design.verified) == ("optimal", True)
    assert design.value == pytest.approx(float(SHIPPED[name]["value"]), rel=1e-6)


def test_two_objectives_reach_as_far_as_published() -> None:
    """The ends of the frontier of 2kp50."""
    instance = optimiser.read(LIBRARY / "kp_2kp50")
    for order, most in ((("f1", "f2"), (2103, 1529)), (("f2", "f1"), (1547, 2020))):
        reached = optimiser.solve(instance, lexicographic=order).objectives[["f1", "f2"]]
        assert np.round(reached * 50 * 100, 4).tolist() == list(most)


@pytest.mark.parametrize("kind", SMALL)
def test_a_problem_becomes_an_instance(kind: str, tmp_path: Path) -> None:
    text, value = SMALL[kind]
    convert(kind, text, tmp_path / "small")
    design = optimiser.solve(optimiser.read(tmp_path / "small"))
    assert design.verified
    assert design.value == pytest.approx(value)


def test_what_a_thing_has_to_do_with_itself_is_not_dropped(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="with itself"):
        convert("qap", "2  1 2 2 0  0 1 1 0", tmp_path / "small")
