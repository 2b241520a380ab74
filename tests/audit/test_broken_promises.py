"""A village that uses every mechanism: a sound record of it breaks nothing, each planted fault is named."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from instance_by_hand import at, made
from other_units import rescaled

from optimiser.audit import audit
from optimiser.errors import InputError
from optimiser.instance.instance import Instance
from optimiser.record import Record

VILLAGE = {
    "toml": """
[[levels]]
level = "centre"
mobilisation = 0.5
[[levels]]
level = "region"
mobilisation = 0.5
[[levels]]
level = "local"
mobilisation = 0.4
[limits]
budget = 100
max_changes = 1
reserve = 0.1
[[scenarios]]
scenario = "normal"
probability = 0.8
[[scenarios]]
scenario = "winter"
probability = 0.2
absence = 0.2
oversight = 0.4
surge = { beds = 0.2 }
[[resources]]
resource = "beds"
governed_by = "stock"
max_unmet = 0.2
[[resources]]
resource = "masks"
max_occupancy = 0.9
slack_cost = 2
""",
    "organisations": "organisation,level,parent,staff_hours,vacancy,absence,"
    """willingness,ability,rating,support_cost
        C,centre,,60,0,0,1,1,,
        R1,region,C,,0,0,1,1,,
        R2,region,C,,0,0,1,1,,
        A,local,R1,62.5,0.1,0.2,1,0.7,3,10
        B,local,R1,,0,0,0.9,1,1,
        E,local,R2,,0,0,1,1,,""",
    "decisions": "decision,type,levels,uniform,joint,fear,monitoring_effect,monitoring_hours,reporting_hours,"
    """min_rating,flexes,flex
        transfer,process,,false,true,0.5,0.5,2,1,,masks,0.2
        stock,input,,false,,,,,,,,
        target,outcome,centre;region,,,,,,,,,
        clinic,process,,false,,,,,,2,,""",
    "workload": """decision,level,at,organisation,hours,fixed_hours,fixed_cost,cost
        transfer,local,local,,10,0,0,1
        transfer,local,centre,,3,,,
        stock,local,local,,2,0,0,4
        stock,local,local,A,,,,5
        stock,local,centre,B,22,,,
        target,centre,centre,,5,10,20,0
        clinic,local,local,,20,5,6,0""",
    "resources": """organisation,resource,capacity,demand
        A,beds,20,10\nB,beds,10,15\nE,beds,10,8\nA,masks,10,8""",
    "rules": "if_decision,if_level,then_decision,then_level\ntransfer,local,stock,local;region",
    "partners": "organisation,partner,dependence\nA,B,0.5",
    "current": "decision,level,organisation\ntarget,centre,\nclinic,centre,\nclinic,region,E",
}
DECISIONS, PLACES = ("transfer", "stock", "target", "clinic"), ("A", "B", "E")


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    return made(tmp_path_factory.mktemp("village"), **VILLAGE)


def sound(village: Instance) -> Record:
    """A record that keeps every promise: clinic changes for A, and nothing else."""
    exercised = np.full((4, 3, 2), 0.6)
    monitored = np.zeros((4, 3, 2))
    monitored[0, 1, 0] = 0.2
    lent, borrowed, unmet = np.zeros((3, 3, 2, 2))
    lent[0, 0], borrowed[1, 0], unmet[1, 0] = (5, 4.5), (2, 1.8), (3, 6.2)
    added, support = np.zeros((3, 2)), np.zeros(6)
    added[0, 1], support[3] = 1, 0.3
    held = [[2, 2, 0], [2, 2, 1], [0, 0, 0], [2, 0, 1]]
    record = at(village, held, exercised, monitored=monitored, added=added, support=support)
    return replace(record, lent=lent, borrowed=borrowed, unmet=unmet)


def test_a_sound_record_breaks_nothing(village: Instance) -> None:
    found = audit(village, sound(village))
    assert found.broken == ()
    # 20 for the target, 6 for A's clinic, transfer 2 x 1, stock 5 for A and 4 for B, a mask 2, support 3.
    assert found.spend == pytest.approx(20 + 6 + 2 + 9 + 2 + 3)
    # A in winter: 0.8 x 5 fixed, 0.6 x (10 + 2 + 20) exercised, of 0.8 x 62.5 x 0.9 x 0.8 x 0.9.
    assert found.staff_used[3] == pytest.approx([24.2, 23.2])
    assert found.staff_available[3] == pytest.approx([40.5, 32.4])
    # The centre bears 3 hours a locality where transfer is local, 22 for B's stock, as far as they are exercised.
    assert found.staff_used[0] == pytest.approx([10 + 0.6 * (15 + 6 + 22) + 0.2 * 2, 8 + 0.6 * (15 + 6 + 22)])
    assert found.staff_used[4] == pytest.approx([0.6 * 12 + 0.2 * 1, 0.6 * 12])
    assert np.isinf(found.staff_available[1]).all()
    assert found.localities["unmet"] == pytest.approx([0, 0.8 * 3 + 0.2 * 6.2, 0])
    assert found.demand[:, 0, 1] == pytest.approx([12, 18, 9.6])
    assert found.supply[:, 1, 0] == pytest.approx([10, 0, 0])


FAULTS: list[tuple[str, dict[tuple[Any, ...], Any], str | None]] = [
    # array, {index: value}, the sentence
    ("held", {(2, ...): 2}, "target is held at level local for A, B and E: allowed are centre, region"),
    ("held", {(2, 1): 1}, "target is uniform, but held at level centre for A and at region for B"),
    ("held", {(3, 1): 2}, "clinic is held locally by B: rating 1 of 2 required"),
    ("held", {(1, 0): 0}, "rule for A: with transfer at level local, stock is at centre where local "
     "or region is meant"),
    ("held", {(1, 0): 1}, "beds in the local pool of R1 in normal: borrowed 2 of 0 that aid brings"),
    ("held", {(1, 1): 1}, "beds in the region pool of R1 in winter: borrowed 1.8 of 0 that aid brings"),
    ("held", {(2, ...): 1}, "changes: 2 of 1 at most (target, clinic)"),
    ("exercised", {(0, 0, 1): 0.8, (1, 0, 1): 1, (3, 0, 1): 0.9}, None),  # staff suffices
    ("exercised", {(0, 0, 1): 0.8, (1, 0, 1): 1, (3, 0, 1): 1},
     "staff of A in winter: 34 of 32.4 hours used"),
    ("exercised", {(1, 1, 0): 0.95}, "stock for B in normal: exercised 0.95 of 0.9 willing"),
    ("exercised", {(1, 2, 0): 1.01}, "stock for E in normal: exercised 1.01 of 1 willing"),
    ("exercised", {(0, 1, 0): 0.1}, "transfer for A in normal: exercised 0.6 of 0.55 that partners make "
     "possible"),
    ("exercised", {(1, 2, 0): -0.5}, "exercised: -0.5 where at least 0 is meant (1 in all)"),
    ("monitored", {(0, 1, 0): 1}, "transfer for B in normal: exercised 0.6 of 0.45 willing"),
    ("monitored", {(0, 1, 1): 0.5}, "transfer for B in winter: monitored 0.5 of 0.24 at most"),
    ("monitored", {(0, 1, 0): 0.61}, "transfer for B in normal: monitored 0.61 of 0.6 at most"),
    ("exercised", {(0, 1, 0): 0.15}, "transfer for B in normal: monitored 0.2 of 0.15 at most"),
    ("exercised", {(1, 0, 0): 0.4}, "beds of A in normal: lent 5 of 4 spare"),
    ("exercised", {(1, 1, 0): 0.3}, "beds of B in normal: borrowed 2 of 1.5 short"),
    ("exercised", {(1, 1, 1): 0.9, (2, ..., 1): 0.75}, None),  # 8 + 0.75 x 15 + 0.9 x 22 + 0.6 x 6 of 43.2
    ("exercised", {(1, 1, 1): 0.9, (2, ..., 1): 1}, "staff of C in winter: 46.4 of 43.2 hours used"),
    ("monitored", {(0, 2, 0): 0.1}, "transfer for E in normal: monitored 0.1 of 0 at most"),
    ("support", {(3,): 0.31}, "support of A: 0.31 of 0.3 that can be built"),
    ("support", {(4,): 0.1}, "support of B: 0.1 of 0 that can be built"),
    ("support", {(3,): -0.15}, "clinic for A in normal: exercised 0.6 of 0.55 able"),
    ("added", {(0, 0): 1}, "beds added for A: 1 of 0 that can be bought"),
    ("added", {(0, 1): -1.5}, "masks of A: demand 8 of 7.65 at the highest occupancy"),
    ("added", {(0, 1): 31}, "budget: 102 of 100 spent"),
    ("lent", {(0, 0, 0): 11}, "beds of A in normal: lent 11 of 6 spare"),
    ("lent", {(0, 1, 0): 1}, "masks of A in normal: lent 1 of 0 spare"),
    ("lent", {(0, 0, 0): 4.9}, "beds in the local pool of R1 in normal: borrowed 2 of 1.96 that aid brings"),
    ("borrowed", {(2, 0, 0): 0.5}, "beds of E in normal: borrowed 0.5 of 0 short"),
    ("unmet", {(1, 0, 0): 2.5}, "beds of B in normal: demand 15 of 14.5 covered or counted as unmet"),
    ("unmet", {(0, 0, 1): 2}, "beds in winter: 8.2 of 7.92 that may stay unmet"),
    ("unmet", {(1, 1, 1): -0.001}, "unmet: -0.001 where at least 0 is meant (1 in all)"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "cells", "sentence"), FAULTS)
def test_a_planted_fault_is_named(
    village: Instance, name: str, cells: dict[tuple[Any, ...], Any], sentence: str | None
) -> None:
    record = sound(village)
    array = getattr(record, name).copy()
    for index, value in cells.items():
        array[index] = value
    broken = audit(village, replace(record, **{name: array})).broken
    assert sentence in broken if sentence else broken == ()


def test_a_little_is_forgiven(village: Instance) -> None:
    exercised = np.full((4, 3, 2), 0.6)
    exercised[1, 1, 0] = 0.9 + 5e-7
    record = replace(sound(village), exercised=exercised)
    assert audit(village, record).broken == ()
    exercised[1, 1, 0] = 0.9 + 2e-6
    broken = audit(village, replace(record, exercised=exercised)).broken
    assert broken == ("stock for B in normal: exercised 0.900002 of 0.9 willing",)


@pytest.mark.parametrize("factor", [1e-9, 1e-6, 1e-3, 1e3, 1e6, 1e9])
@pytest.mark.parametrize("what", ["hours", "money", "people", "days", "beds", "masks"])
def test_a_fault_is_one_in_any_unit(village: Instance, what: str, factor: float) -> None:
    """The same promises are broken, by the same shares, whatever hours, money and resources are told in."""
    other = rescaled(village, what, factor)
    stock = village.resources.index(what) if what in village.resources else None
    wanted = [(sound(village), False)]
    for name, changes, sentence in FAULTS:
        record = sound(village)
        array = getattr(record, name).copy()
        for index, value in changes.items():
            array[index] = value
        wanted.append((replace(record, **{name: array}), sentence is not None))
    for record, faulty in wanted:
        arrays = {name: getattr(record, name).copy() for name in ("added", "lent", "borrowed", "unmet")}
        for array in arrays.values():
            if stock is not None:
                array[:, stock] *= factor
        there = audit(other, replace(record, **arrays)).broken
        assert faulty == bool(there)
        assert [_words(line) for line in there] == [_words(line) for line in audit(village, record).broken]


def _words(line: str) -> str:
    """A sentence without its numbers."""
    return re.sub(r"-?\b\d[\d.e+-]*", "#", line)


@pytest.mark.parametrize("factor", [1e-9, 1.0, 1e9])
def test_a_millionth_is_forgiven_of_hours_and_money_in_any_unit(village: Instance, factor: float) -> None:
    """A uses 34 hours in winter where it has 32.4, and the whole design costs 42."""
    exercised = np.full((4, 3, 2), 0.6)
    exercised[0, 0, 1], exercised[1, 0, 1], exercised[3, 0, 1] = 0.8, 1, 1
    record = replace(sound(village), exercised=exercised)
    for share, broken in ((5e-7, 0), (2e-6, 1)):
        hours = village.replace(
            "organisations.staff_hours",
            multiply=34 / 32.4 * (1 - share),
            where={"organisation": "A"},
        )
        assert len(audit(rescaled(hours, "hours", factor), record).broken) == broken
        money = village.replace("limits.budget", set=42 * (1 - share))
        assert len(audit(rescaled(money, "money", factor), sound(village)).broken) == broken


def test_staff_is_asked_before_any_scenario(village: Instance) -> None:
    poorer = village.replace("organisations.staff_hours", set=56.25, where={"organisation": "A"})
    assert audit(poorer, sound(village)).broken == ("staff of A: 37 of 36.45 hours planned",)


def test_nothing_can_be_bought_without_a_budget(tmp_path: Path, village: Instance) -> None:
    free = made(tmp_path, **VILLAGE | {"toml": VILLAGE["toml"].replace("budget = 100", "")})
    found = audit(free, sound(village))
    assert found.broken == (
        "support of A: 0.3 of 0 that can be built",
        "masks added for A: 1 of 0 that can be bought",
    )
    assert found.spend == pytest.approx(42)


def test_flexing_counts_only_locally(tmp_path: Path) -> None:
    """Masks in winter: 10 + 1 bought + 0.2 x 10 x 0.6 exercised locally; held above, only the 11."""
    busy = VILLAGE["toml"].replace("{ beds = 0.2 }", "{ beds = 0.2, masks = 0.5 }")
    tight = made(tmp_path, **VILLAGE | {"toml": busy})
    record = sound(tight)
    assert audit(tight, record).broken == ()
    held = record.held.copy()
    held[0, 0] = 1
    broken = audit(tight, replace(record, held=held)).broken
    assert broken == ("masks of A in winter: demand 12 of 11 covered or counted as unmet",)


UNREADABLE: list[tuple[dict[str, Any], str]] = [
    ({"held": np.zeros((4, 2), dtype=int)}, "held of the record: shape (4, 2) where (4, 3) is meant"),
    ({"held": np.full((4, 3), 3)}, "held of the record: level 3 where levels are 0 to 2"),
    ({"held": np.full((4, 3), -1)}, "held of the record: level -1 where levels are 0 to 2"),
    ({"held": np.zeros((4, 3))}, "held of the record: float64 is not a type of number it can have"),
    ({"unmet": np.full((3, 2, 2), np.nan)}, "unmet of the record: 12 values are no finite numbers"),
    ({"added": np.full((3, 2), np.inf)}, "added of the record: 6 values are no finite numbers"),
    ({"exercised": np.zeros((4, 3))}, "exercised of the record: shape (4, 3) where (4, 3, 2) is meant"),
    ({"support": np.array(["x"] * 6)}, "support of the record: <U1 is not a type of number it can have"),
]


@pytest.mark.parametrize(("arrays", "sentence"), UNREADABLE)
def test_what_cannot_be_read_is_said_and_not_judged(
    village: Instance, arrays: dict[str, Any], sentence: str
) -> None:
    found = audit(village, replace(sound(village), **arrays))
    assert found.broken == (sentence,)
    assert np.isnan(found.value)
    assert set(found.objectives) == set(village.objectives)


def test_weights(village: Instance) -> None:
    record = sound(village)
    even = audit(village, record)
    named = audit(village, record, weights={"risk_pooling": 2, "accountability": 2, "responsiveness": 2})
    assert named.value == pytest.approx(even.value)
    alone = audit(village, record, weights={"economy": 7})
    assert alone.value == pytest.approx(even.objectives["economy"])
    for wrong in ({"speed": 1}, {"economy": -1}, {"economy": 0}, {"economy": np.nan}):
        with pytest.raises(InputError):
            audit(village, record, weights=wrong)


def test_localities_and_scores_add_up(village: Instance) -> None:
    found = audit(village, sound(village))
    for g in ("accountability", "responsiveness"):
        assert found.localities[g].mean() == pytest.approx(found.objectives[g])
    for g, scores in found.scores.items():
        assert scores.mean() == pytest.approx(found.objectives[g])
