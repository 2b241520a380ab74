"""The auditor against brute force, and against cases worked by hand."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from enumeration import Judged, brute_force, held_against, solvable
from instance_by_hand import at, localities, made
from random_instances import FEATURES, random_files, random_instance, random_solvable
from reference_model import Reference

from optimiser.audit import audit
from optimiser.instance.instance import Instance
from optimiser.record import Record

SEEDS = range(2 * len(FEATURES))
WITHIN = (
    ("workload.csv", "organisation"),
    ("instance.toml", "correlation = {"),
    ("decisions.csv", "spillover"),
)


@cache
def enumerated(seed: int) -> tuple[Instance, list[Judged]]:
    instance = random_solvable(seed, most_designs=96)
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
    reference, compared = Reference(instance), 0
    for judged in designs[:: max(1, len(designs) // 4)]:
        for _ in range(12):
            record = _astray(judged.record, instance["levels"].rows, rng)
            breach, objectives = held_against(reference, record)
            found = audit(instance, record)
            unscored = np.isnan(list(found.objectives.values())).any()  # at a level that is not allowed
            if not unscored and not record.monitored[record.held == 0].any():
                assert found.objectives == pytest.approx(objectives, abs=1e-9)
                compared += 1
            if breach < 1e-8 or breach > 1e-3:
                assert (found.broken == ()) is (breach < 1e-8), found.broken
                compared += 1
    assert compared >= 12


def _astray(record: Record, levels: int, rng: np.random.Generator) -> Record:
    names = [name for name, array in vars(record).items() if array.size and name != "drawn"]
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
        files = random_files(seed)
        tables.update(files.keys())
        tables.update(part for name, part in WITHIN if part in files.get(name, ""))
    for _, part in WITHIN:
        assert tables[part] >= len(SEEDS) / 8, part
    for table in ("organisations", "workload", "risk", "correlations", "needs", "resources", "surges",
                  "scores", "links", "rules", "partners", "current", "delays"):  # fmt: skip
        assert tables[f"{table}.csv"] >= len(SEEDS) / 6, table
    verdicts = Counter(solvable(random_instance(seed, most_designs=96)) for seed in range(40))
    assert verdicts[True] >= 20
    assert verdicts[False] >= 3


@pytest.mark.parametrize("seed", SEEDS[::30])
def test_breaking_ties_costs_no_value_and_loses_no_resilience(seed: int) -> None:
    instance, designs = enumerated(seed)
    alike = 0
    for first, judged in zip(designs, brute_force(instance, ties=True).designs, strict=True):
        assert judged.value == pytest.approx(first.value, abs=1e-7)
        if np.array_equal(judged.record.held, first.record.held):
            found = audit(instance, judged.record)
            assert found.broken == ()
            assert found.value == pytest.approx(first.value, abs=1e-7)
            assert found.objectives["resilience"] >= first.objectives["resilience"] - 1e-7
            alike += 1
    assert alike


# Cases with a known answer.


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


@pytest.mark.parametrize(
    ("share", "earned"), [(1.0, 25 - 445**0.5), (0.8, 25 - 445**0.5), (0.5, (25 - 515 / 685**0.5) / 2)]
)
def test_pooling_a_part_in_part(tmp_path: Path, share: float, earned: float) -> None:
    """Deviations 5, 10, 20 and correlations .2, .1, .3: of 26.1725 their shares are 45, 170 and 470 of 685.

    The first and the last pooled without the second save 25 - sqrt(445) = 3.904976 at the most; their parts of the
    whole pool, 5 - 45/26.1725 and 20 - 470/26.1725, are 25 - 515/26.1725 together, earned as far as they are exercised.
    """
    instance = made(
        tmp_path,
        organisations=localities(3),
        decisions="decision,type,uniform\nx,input,false",
        risk="decision,organisation,sd\nx,L0,5\nx,L1,10\nx,L2,20",
        correlations="decision,organisation_a,organisation_b,correlation\nx,L0,L1,.2\nx,L0,L2,.1\nx,L2,L1,.3",
    )
    found = audit(instance, at(instance, [[0, 1, 0]], exercised=share))
    assert 35 * found.objectives["risk_pooling"] == pytest.approx(earned, abs=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_what_the_parts_of_a_pool_save_is_never_less_than_a_pool_of_some(seed: int) -> None:
    """Euler's shares add up to what the whole pool saves, and to no less than any pool of some of its members."""
    instance = random_instance(
        seed, ["matrix", "risk", "population", "three_levels", "scenarios", "common_shock"]
    )
    reference = Reference(instance)
    for d, s, n in itertools.product(reference.decision, reference.scenario, reference.organisation):
        level, pool = reference.organisation[n]["level"], reference.under[n]
        parts = {o: reference.saved(d, o, level, s) for o in pool}
        assert sum(parts.values()) == pytest.approx(reference.could_save(d, s, tuple(pool)), abs=1e-9)
        for size in range(1, len(pool)):
            for some in itertools.combinations(pool, size):
                assert sum(parts[o] for o in some) >= reference.could_save(d, s, some) - 1e-9


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
