"""The auditor against brute force, against cases worked by hand, and against records with planted faults."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from generate import FEATURES, random_files, random_instance, write
from oracle import Judged, Reference, brute_force

from optimiser.audit import audit
from optimiser.design import Record
from optimiser.instance.errors import InputError
from optimiser.instance.instance import Instance
from optimiser.instance.read import read

SEEDS = range(2 * len(FEATURES))


@cache
def enumerated(seed: int) -> tuple[Instance, list[Judged]]:
    instance = random_instance(seed, most_designs=96)
    return instance, brute_force(instance).designs


@pytest.mark.parametrize("seed", SEEDS)
def test_agrees_with_brute_force_on_every_design(seed: int) -> None:
    instance, designs = enumerated(seed)
    for judged in designs:
        found = audit(instance, judged.record)
        assert found.broken == ()
        assert found.value == pytest.approx(judged.value, abs=1e-7)
        assert found.objectives == pytest.approx(judged.objectives, abs=1e-7)


@pytest.mark.parametrize("seed", SEEDS)
def test_agrees_with_the_reference_on_records_gone_astray(seed: int) -> None:
    """One cell of a good record moved: both say the same of what it breaks and what it is worth."""
    (instance, designs), rng = enumerated(seed), np.random.default_rng(seed)
    reference = Reference(instance)
    for judged in designs[:: max(1, len(designs) // 4)]:
        for _ in range(12):
            record = _astray(judged.record, instance["levels"].rows, rng)
            breach, objectives = reference.held_against(record)
            found = audit(instance, record)
            unscored = np.isnan(list(found.objectives.values())).any()  # at a level that is not allowed
            if not unscored and not record.monitored[record.held == 0].any():
                assert found.objectives == pytest.approx(objectives, abs=1e-9)
            if breach < 1e-8 or breach > 1e-3:
                assert (found.broken == ()) is (breach < 1e-8), found.broken


def _astray(record: Record, levels: int, rng: np.random.Generator) -> Record:
    names = [name for name, array in vars(record).items() if array.size]
    name = names[int(rng.integers(len(names)))]
    array = getattr(record, name).copy()
    cell = tuple(int(rng.integers(n)) for n in array.shape)
    if name == "held":
        array[cell] = rng.integers(levels)
    else:
        array[cell] = rng.choice([array[cell] * rng.uniform(0, 2), rng.uniform(0, 1), rng.uniform(0, 10)])
    return replace(record, **{name: array})


def test_the_random_instances_use_every_mechanism_and_some_are_infeasible() -> None:
    tables: Counter[str] = Counter()
    for seed in SEEDS:
        tables.update(random_files(seed).keys())
    for table in ("organisations", "workload", "risk", "correlations", "needs", "resources", "surges",
                  "scores", "links", "rules", "partners", "current"):  # fmt: skip
        assert tables[f"{table}.csv"] >= len(SEEDS) / 6, table
    verdicts = Counter(bool(enumerated(seed)[1]) for seed in range(40))
    assert verdicts[True] >= 20
    assert verdicts[False] >= 3


@pytest.mark.parametrize("seed", SEEDS[::30])
def test_breaking_ties_costs_no_value_and_loses_no_resilience(seed: int) -> None:
    instance, designs = enumerated(seed)
    for first, judged in zip(designs, brute_force(instance, ties=True).designs, strict=True):
        assert judged.value == pytest.approx(first.value, abs=1e-7)
        if np.array_equal(judged.record.held, first.record.held):
            found = audit(instance, judged.record)
            assert found.broken == ()
            assert found.value == pytest.approx(first.value, abs=1e-7)
            assert found.objectives["resilience"] >= first.objectives["resilience"] - 1e-7


# Cases with a known answer.


def made(folder: Path, **files: str) -> Instance:
    """An instance from the text of its files; `toml` is added to the instance's name."""
    toml = files.pop("toml", "")
    texts = {f"{name}.csv": text.strip().replace(" ", "") + "\n" for name, text in files.items()}
    write(folder, {"instance.toml": f'name = "by-hand"\n{toml}\n', **texts})
    return read(folder)


def at(instance: Instance, held: Any, exercised: Any = 1.0, **others: Any) -> Record:
    """A record of these levels, everything exercised alike, nothing else done."""
    held = np.array(held)
    places, stock = (*held.shape, instance["scenarios"].rows), instance["resource_types"].rows
    idle = np.zeros((held.shape[1], stock, places[2]))
    record = Record(
        held=held, exercised=np.full(places, exercised), monitored=np.zeros(places),
        support=np.zeros(instance["organisations"].rows), added=np.zeros((held.shape[1], stock)),
        lent=idle, borrowed=idle, unmet=idle,
    )  # fmt: skip
    return replace(record, **others)


def localities(count: int, columns: str = "", **values: Any) -> str:
    rows = [f"L{i},local,C" for i in range(count)]
    return "\n".join(["organisation,level,parent" + columns, "C,central,", *rows])


@pytest.mark.parametrize("rho", [0, 0.3, 1])
def test_pooling_equal_sites(tmp_path: Path, rho: float) -> None:
    """Eppen 1979: the central buffer is sqrt((1 + (n-1) rho) / n) of the local ones."""
    instance = made(
        tmp_path, organisations=localities(4), decisions=f"decision,type,correlation\nx,input,{rho}"
    )
    pooled = audit(instance, at(instance, [[0] * 4])).objectives["risk_pooling"]
    assert pooled == pytest.approx(1 - np.sqrt((1 + 3 * rho) / 4))
    assert audit(instance, at(instance, [[1] * 4])).objectives["risk_pooling"] == pytest.approx(0)


def test_pooling_unequal_sites(tmp_path: Path) -> None:
    instance = made(
        tmp_path,
        organisations=localities(3),
        decisions="decision,type,uniform\nx,input,false",
        risk="decision,organisation,sd\nx,L0,5\nx,L1,10\nx,L2,20",
        correlations="decision,organisation_a,organisation_b,correlation\nx,L0,L1,.2\nx,L0,L2,.1\nx,L2,L1,.3",
        toml='[[scenarios]]\nscenario="normal"\nprobability=0.5\n'
        '[[scenarios]]\nscenario="shock"\nprobability=0.5\ncorrelation=1',
    )
    by_scenario = audit(instance, at(instance, [[0] * 3]), weights={"risk_pooling": 1}).values
    assert by_scenario == pytest.approx([1 - 26.1725 / 35, 0], abs=1e-6)
    # Two of them together: sqrt(25 + 400 + 2 * .1 * 5 * 20) beside 10.
    part = audit(instance, at(instance, [[0, 1, 0]]), weights={"risk_pooling": 1}).values[0]
    assert part == pytest.approx(1 - (np.sqrt(445) + 10) / 35)


def test_heterogeneity(tmp_path: Path) -> None:
    """Needs 1, 2, 3, 6: at the centre 1 - 0.1 (4, 1, 0, 9)."""
    instance = made(
        tmp_path,
        organisations=localities(4),
        decisions="decision,type,heterogeneity\nx,process,0.1",
        needs="organisation,need\nL0,1\nL1,2\nL2,3\nL3,6",
    )
    central = audit(instance, at(instance, [[0] * 4]))
    assert central.objectives["responsiveness"] == pytest.approx(0.65)
    assert central.localities["responsiveness"] == pytest.approx([0.6, 0.9, 1, 0.1])
    assert audit(instance, at(instance, [[1] * 4])).objectives["responsiveness"] == pytest.approx(1)


@pytest.mark.parametrize(
    ("weight", "best"), [(0.3824, 2), (0.3826, 1), (0.5, 1), (0.75408, 1), (0.75409, 0), (0.9, 0)]
)
def test_an_intermediate_level_can_win(tmp_path: Path, weight: float, best: int) -> None:
    """42 regions of 26.9 localities' worth: one in 27 has a smaller sd, so that each has cv 0.192808."""
    smaller = (52 - np.sqrt(52**2 - 4 * 25.9 * 23.4)) / 51.8
    rows = [f"L{r}-{i},local,R{r}" for r in range(42) for i in range(27)]
    regions = [f"R{r},regional,C" for r in range(42)]
    risk = [f"x,L{r}-{i},{1 if i else smaller}" for r in range(42) for i in range(27)]
    instance = made(
        tmp_path,
        toml="\n".join(f'[[levels]]\nlevel="{name}"' for name in ("central", "regional", "local")),
        organisations="\n".join(["organisation,level,parent", "C,central,", *regions, *rows]),
        decisions="decision,type\nx,input",
        risk="\n".join(["decision,organisation,sd", *risk]),
        scores="decision,level,responsiveness\nx,central,0\nx,regional,.5\nx,local,1",
    )
    weights = {"risk_pooling": weight, "responsiveness": 1 - weight}
    found = [audit(instance, at(instance, [[level] * 1134]), weights=weights) for level in range(3)]
    cv = [1 - each.objectives["risk_pooling"] for each in found]
    assert cv == pytest.approx([0.0297509, 0.192808, 1], abs=1e-6)
    assert int(np.argmax([each.value for each in found])) == best


def test_scores_are_not_scaled_within_the_set(tmp_path: Path) -> None:
    """D2 is local, with D3 beside it or without."""
    scores = """decision,level,risk_pooling,responsiveness
        D1,central,.30,0\nD1,local,0,.20\nD2,central,.10,0\nD2,local,0,.25"""
    weights = {"risk_pooling": 1, "responsiveness": 1}
    for more in (False, True):
        folder = tmp_path / str(more)
        folder.mkdir()
        instance = made(
            folder,
            decisions="decision,type\nD1,input\nD2,process" + "\nD3,outcome" * more,
            scores=scores + "\nD3,central,.30,0\nD3,local,0,1.0" * more,
        )
        count = 2 + more
        central, local = (
            audit(instance, at(instance, [[0], [d2], [1]][:count]), weights=weights).value for d2 in (0, 1)
        )
        assert (local - central) * 2 * count == pytest.approx(0.15)


@pytest.mark.parametrize(
    ("hours", "held", "weights", "value", "kept"),
    [
        (22, "001100", (1, 1, 1), 2.1 / 6, True),
        (3, "000100", (1, 1, 1), 1.9 / 6, True),
        (3, "001000", (1, 1, 1), 1.9 / 6 + 0.1 / 6 - 0.1 / 6, False),
        (0, "000000", (1, 1, 1), 1.73333333 / 6, True),
        (22, "111111", (0.1, 0.1, 0.8), 2.56 / 6, True),
        (3, "000100", (0.1, 0.1, 0.8), 1.13 / 6, True),
        (21, "111111", (0.1, 0.1, 0.8), 2.56 / 6, False),
    ],
)
def test_archetype(
    tmp_path: Path, hours: float, held: str, weights: tuple[float, ...], value: float, kept: bool
) -> None:
    table = {"I1": (0.9, 0.5, 0.4, 6), "I2": (0.8, 0.7, 0.3, 5), "P1": (0.1, 0.2, 0.9, 4),
             "P2": (0.2, 0.1, 0.8, 3), "O1": (0.1, 0.9, 0.3, 2), "O2": (0.1, 0.6, 0.5, 2)}  # fmt: skip
    types = {"I": "input", "P": "process", "O": "outcome"}
    instance = made(
        tmp_path,
        organisations=f"organisation,level,parent,staff_hours\nC,central,,\nL,local,C,{hours}",
        decisions="decision,type\n" + "\n".join(f"{d},{types[d[0]]}" for d in table),
        workload="decision,level,hours\n" + "\n".join(f"{d},local,{row[3]}" for d, row in table.items()),
        scores="decision,level,risk_pooling,accountability,responsiveness\n"
        + "\n".join(f"{d},central,{p},{a},0\n{d},local,0,0,{r}" for d, (p, a, r, _) in table.items()),
    )
    goals = ("risk_pooling", "accountability", "responsiveness")
    found = audit(
        instance, at(instance, [[int(c)] for c in held]), weights=dict(zip(goals, weights, strict=True))
    )
    assert (found.broken == ()) is kept
    if kept:
        assert found.value == pytest.approx(value, abs=1e-8)


def test_tail_counts_a_scenario_at_its_edge_in_part(tmp_path: Path) -> None:
    """Values 1, 0.5 and 0.25 with probabilities .5, .3, .2: the worst half is (.2 x .25 + .3 x .5) / .5."""
    toml = "[uncertainty]\nrisk_aversion = 0.6\nbeta = {}\n"
    for name, probability in (("a", 0.5), ("b", 0.3), ("c", 0.2)):
        toml += f'[[scenarios]]\nscenario="{name}"\nprobability={probability}\n'
    for beta, tail in ((0.5, 0.4), (0.9, 0.25), (0.6, (0.2 * 0.25 + 0.2 * 0.5) / 0.4), (0, 0.7)):
        folder = tmp_path / str(beta)
        folder.mkdir()
        instance = made(folder, toml=toml.format(beta), decisions="decision,type\nx,process")
        record = at(instance, [[1]], exercised=np.array([1, 0.5, 0.25]))
        found = audit(instance, record, weights={"responsiveness": 2})
        assert found.values == pytest.approx([1, 0.5, 0.25])
        assert found.value == pytest.approx(0.4 * 0.7 + 0.6 * tail)


# Planted faults.

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
    "workload": """decision,level,at,hours,fixed_hours,fixed_cost,cost
        transfer,local,local,10,0,0,1
        transfer,local,centre,3,,,
        stock,local,local,2,0,0,4
        target,centre,centre,5,10,20,0
        clinic,local,local,20,5,6,0""",
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
    lent[0, 0], borrowed[1, 0], unmet[1, 0] = (5, 5), (2, 2), (3, 6)
    added, support = np.zeros((3, 2)), np.zeros(6)
    added[0, 1], support[3] = 1, 0.3
    held = [[2, 2, 0], [2, 2, 1], [0, 0, 0], [2, 0, 1]]
    record = at(village, held, exercised, monitored=monitored, added=added, support=support)
    return replace(record, lent=lent, borrowed=borrowed, unmet=unmet)


def test_a_sound_record_breaks_nothing(village: Instance) -> None:
    found = audit(village, sound(village))
    assert found.broken == ()
    # 20 for the target, 6 for A's clinic, transfer 2 x 1, stock 2 x 4, a mask 2, support 3.
    assert found.spend == pytest.approx(20 + 6 + 2 + 8 + 2 + 3)
    # A in winter: 0.8 x 5 fixed, 0.6 x (10 + 2 + 20) exercised, of 0.8 x 62.5 x 0.9 x 0.8 x 0.9.
    assert found.staff_used[3] == pytest.approx([24.2, 23.2])
    assert found.staff_available[3] == pytest.approx([40.5, 32.4])
    # The centre bears 3 hours a locality where transfer is local: all of them, then 0.8 x 0.4.
    assert found.staff_used[0] == pytest.approx([10 + 0.6 * 15 + 6 + 0.2 * 2, 8 + 0.6 * 15 + 0.32 * 6])
    assert found.staff_used[4] == pytest.approx([0.6 * 12 + 0.2 * 1, 0.6 * 12])
    assert np.isinf(found.staff_available[1]).all()
    assert found.localities["unmet"] == pytest.approx([0, 0.8 * 3 + 0.2 * 6, 0])
    assert found.demand[:, 0, 1] == pytest.approx([12, 18, 9.6])
    assert found.supply[:, 1, 0] == pytest.approx([10, 0, 0])


FAULTS: list[tuple[str, dict[tuple[Any, ...], Any], str | None]] = [
    # array, {index: value}, the sentence
    ("held", {(2, ...): 2}, "target is held at level local for A, B, E: allowed are centre, region"),
    ("held", {(2, 1): 1}, "target is uniform, but held at level centre for A and at region for B"),
    ("held", {(3, 1): 2}, "clinic is held locally by B: rating 1 of 2 required"),
    ("held", {(1, 0): 0}, "rule for A: with transfer at level local, stock is at centre where local "
     "or region is meant"),
    ("held", {(1, 0): 1}, "beds in the local pool of R1 in normal: borrowed 2 of 0 that aid brings"),
    ("held", {(1, 1): 1}, "beds in the region pool of R1 in winter: borrowed 2 of 0 that aid brings"),
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
    ("monitored", {(0, 1, 1): 0.5}, "transfer for B in winter: monitored 0.5 of 0.4 at most"),
    ("monitored", {(0, 2, 0): 0.1}, "transfer for E in normal: monitored 0.1 of 0 at most"),
    ("support", {(3,): 0.31}, "support of A: 0.31 of 0.3 that can be built"),
    ("support", {(4,): 0.1}, "support of B: 0.1 of 0 that can be built"),
    ("support", {(3,): -0.15}, "clinic for A in normal: exercised 0.6 of 0.55 able"),
    ("added", {(0, 0): 1}, "beds added for A: 1 of 0 that can be bought"),
    ("added", {(0, 1): -1.5}, "masks of A: demand 8 of 7.65 at the highest occupancy"),
    ("added", {(0, 1): 31}, "budget: 101 of 100 spent"),
    ("lent", {(0, 0, 0): 11}, "beds of A in normal: lent 11 of 10 spare"),
    ("lent", {(0, 1, 0): 1}, "masks of A in normal: lent 1 of 0 spare"),
    ("lent", {(0, 0, 0): 4.9}, "beds in the local pool of R1 in normal: borrowed 2 of 1.96 that aid brings"),
    ("borrowed", {(2, 0, 0): 0.5}, "beds of E in normal: borrowed 0.5 of 0 short"),
    ("unmet", {(1, 0, 0): 2.5}, "beds of B in normal: demand 15 of 14.5 covered or counted as unmet"),
    ("unmet", {(0, 0, 1): 2}, "beds in winter: 8 of 7.92 that may stay unmet"),
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
    assert audit(village, record, tolerance=1e-8).broken == (
        "stock for B in normal: exercised 0.9000005 of 0.9 willing",
    )


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
    assert found.spend == pytest.approx(41)


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
