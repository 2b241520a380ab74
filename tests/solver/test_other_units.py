"""No answer may change because hours, money, days, people or a resource are told in other units."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from instance_by_hand import made
from other_units import rescaled, units
from paths import ARCHETYPE
from planted_conflicts import PLANTS, planted
from random_instances import random_instance

import optimiser
from optimiser import Design
from optimiser.solver.clock import Clock
from optimiser.solver.session import Session
from optimiser.tolerances import SOLVED

FACTORS = (1e-9, 1e-6, 1e-3, 1e3, 1e6, 1e9)
FULL = [
    "three_levels", "population", "stakes", "scenarios", "risk", "needs", "urgency", "monitoring", "fear",
    "staff", "fixed_hours", "burdens", "reserve", "vacancy", "willing_able", "partners", "resources", "flex",
    "aid", "surges", "max_unmet", "costs", "budget", "support", "slack", "links", "all_weights",
]  # fmt: skip


def told(design: Design) -> dict[str, Any]:
    """All that is said of a design and has no unit."""
    if not design.found:
        return {"status": design.status}
    return {
        "status": design.status, "verified": design.verified, "held": design.held.tolist(),
        "checks": design.checks, "closest": design.closest and design.closest.to,
    }  # fmt: skip


def same(there: Design, here: Design) -> None:
    assert told(there) == told(here)
    if here.found:
        assert there.value == pytest.approx(here.value, abs=2e-9)
        assert there.bound == pytest.approx(here.bound, abs=2e-9)
        for name in ("exercised", "monitored", "support"):
            one, other = (getattr(design.record, name) for design in (there, here))
            assert np.allclose(one, other, rtol=0, atol=1e-6), name


@pytest.mark.parametrize("seed", range(8))
def test_other_units_change_no_answer(seed: int) -> None:
    """Every seed has other mechanisms, and every one of them comes up (`random_instances`)."""
    instance = random_instance(2 * seed + 1, sizes=3)
    here = optimiser.solve(instance)
    for i, what in enumerate(units(instance)):
        for factor in (FACTORS[(seed + i) % 6], FACTORS[(seed + i + 3) % 6]):
            same(optimiser.solve(rescaled(instance, what, factor)), here)


@pytest.mark.parametrize("features", [FULL, [*FULL, "asymmetric"], [*FULL, "max_occupancy", "infeasible"]])
@pytest.mark.parametrize("factor", FACTORS)
def test_other_units_all_at_once(features: list[str], factor: float) -> None:
    instance = random_instance(5, features, sizes=3)
    other = instance
    for i, what in enumerate(units(instance)):
        other = rescaled(other, what, factor if i % 2 else 1 / factor)
    here = optimiser.solve(instance)
    assert here.found == ("infeasible" not in features)
    same(optimiser.solve(other), here)


def test_the_kinds_of_seeds_are_met() -> None:
    """Designs and proofs that there is none are among what is rescaled above."""
    found = [optimiser.solve(random_instance(2 * seed + 1, sizes=3)).found for seed in range(16)]
    assert 4 <= sum(found) <= 14


MASKS = {
    "toml": '[weights]\nrisk_pooling=0\naccountability=1\nresponsiveness=0\nresilience=1\n'
    '[[resources]]\nresource="masks"',
    "decisions": "decision,type\na,input",
}  # fmt: skip


@pytest.mark.parametrize("masks", [2e-9, 0.2, 2.0, 2e9, 2e18])
def test_masks_by_the_thousand_million(masks: float, tmp_path: Path, run: Any) -> None:
    """All that is at risk is unmet: (1 + 0) / 2."""
    folder, out = tmp_path / "instance", tmp_path / "out"
    folder.mkdir()
    stock = f"organisation,resource,capacity,demand\nlocal,masks,{masks},{2 * masks}"
    made(folder, resources=stock, **MASKS)
    ran = run("solve", str(folder), "--json", "--out", str(out))
    document = json.loads(ran.out)
    assert (ran.code, document["value"], document["verified"]) == (0, pytest.approx(0.5), True)
    assert document["slack"][0]["unmet"] == pytest.approx(masks, rel=1e-9)
    again = run("verify", str(folder), str(out))
    assert again.code == 0
    assert "0.000001 of the larger of its two sides" in " ".join(again.out.split())


@pytest.mark.parametrize("factor", [1e-9, 1.0, 1e9])
def test_what_must_be_shared_is_shared_in_any_unit(factor: float, tmp_path: Path) -> None:
    """5 hours of work for 4 there are: exercised to four fifths."""
    instance = made(
        tmp_path,
        decisions="decision,type,levels\na,process,local\nb,process,local",
        organisations="organisation,level,parent,staff_hours\nC,central,,\nL,local,C,5",
        workload="decision,level,hours\na,local,3\nb,local,2",
        toml='[weights]\nrisk_pooling=0\naccountability=0\nresponsiveness=1\n'
        '[[scenarios]]\nscenario="flu"\nprobability=1\nabsence=0.2',
    )  # fmt: skip
    design = optimiser.solve(rescaled(instance, "hours", factor))
    assert design.verified
    hours = np.array([3, 2]) @ design.record.exercised[:, 0, 0]
    assert hours == pytest.approx(4, rel=1e-9)


@pytest.mark.parametrize(
    ("plant", "factor"),
    [pytest.param(plant, (1e-9, 1e9)[k % 2], id=plant.name) for k, plant in enumerate(PLANTS)],
)
def test_a_conflict_is_the_same_in_any_unit(plant: Any, factor: float, tmp_path: Path) -> None:
    instance = planted(plant, tmp_path)
    here = optimiser.diagnose(instance, fix=plant.fix, at_least=plant.at_least)
    assert {one.requirement.where for one in here.conflict} == plant.conflict
    for what in ("hours", "money", *instance.resources):
        other = rescaled(instance, what, factor)
        if other.hash == instance.hash:
            continue  # it has none of these
        found = optimiser.diagnose(other, fix=plant.fix, at_least=plant.at_least)
        assert {one.requirement.where for one in found.conflict} == plant.conflict
        assert [_cells(repair) for repair in found.repairs] == [_cells(repair) for repair in here.repairs]


def test_the_kinds_of_conflicts_are_met(tmp_path: Path) -> None:
    """Hours, money and resources are each part of several of the conflicts that are rescaled above."""
    met: Counter[str] = Counter()
    for k, plant in enumerate(PLANTS):
        (tmp_path / str(k)).mkdir()
        instance = planted(plant, tmp_path / str(k))
        kinds = {"hours": "hours", "money": "money"} | dict.fromkeys(instance.resources, "resources")
        met.update(
            {kind for what, kind in kinds.items() if rescaled(instance, what, 2).hash != instance.hash}
        )
    assert min(met["hours"], met["money"], met["resources"]) >= 3, met


def _cells(repair: Any) -> list[tuple[Any, ...]]:
    return [(edit.table, edit.row, edit.column) for edit in repair.edits]


@pytest.mark.parametrize("seed", range(5))
def test_what_highs_is_given_has_no_unit(seed: int) -> None:
    """The program is the same to ten digits: no tolerance of HiGHS, nor of ours, can meet a unit."""
    instance = random_instance(seed, [*FULL, "asymmetric", "max_occupancy"], sizes=3)
    here = Session(instance).program
    for what in ("hours", "money", *instance.resources):
        there = Session(rescaled(instance, what, 1e9)).program
        for name in ("cost", "lower", "upper", "column_lower", "column_upper"):
            assert np.allclose(getattr(there, name), getattr(here, name), rtol=1e-9, atol=0), name
        assert np.allclose(there.matrix.data, here.matrix.data, rtol=1e-9, atol=0)


def test_an_update_measures_anew() -> None:
    instance = random_instance(5, FULL, sizes=3)
    session = Session(instance)
    for what in ("hours", "money", *instance.resources):
        other = rescaled(instance, what, 1e6)
        session.update(other)
        fresh = Session(other)
        assert session.units.rows.tobytes() == fresh.units.rows.tobytes()
        assert session.units.columns.tobytes() == fresh.units.columns.tobytes()


@pytest.mark.parametrize("factor", [1e-9, 1.0, 1e9])
def test_what_is_added_to_the_model_is_in_the_users_units(factor: float, tmp_path: Path) -> None:
    """4 of 14 beds are short, and bought, unless an extension says that only 1 may be."""
    instance = made(
        tmp_path,
        decisions="decision,type\na,input",
        resources="organisation,resource,capacity,demand\nlocal,beds,10,14",
        toml='[limits]\nbudget=100\n[weights]\nresilience=1\n[[resources]]\nresource="beds"\nslack_cost=2',
    )
    other = rescaled(instance, "beds", factor)
    assert optimiser.solve(other).record.added[0, 0] == pytest.approx(4 * factor, rel=1e-9)

    def few(m: Any) -> None:
        import pyomo.environ as pyo

        m.few_beds = pyo.Constraint(expr=m.added["local", "beds"] <= factor)

    assert optimiser.solve(other, extend=few).record.added[0, 0] == pytest.approx(factor, rel=1e-9)


@pytest.mark.parametrize("short", [0.0, 1e-8, 1e-7, 3e-7, 5.5e-7, 1e-6, 2e-6, 5e-6, 1e-4])
@pytest.mark.parametrize("factor", [1e-9, 1.0, 1e9])
def test_a_limit_that_is_missed_by_little_hides_no_other_design(short: float, factor: float) -> None:
    """P1 and P2 take 7 hours; where there are less, P1 alone is best, whatever the search begins from.

    What HiGHS may leave of a row (SOLVED) is not less.
    """
    here = optimiser.read("instances/archetype")
    hours = here.replace("organisations.staff_hours", set=7 * (1 - short), where={"level": "local"})
    session = Session(rescaled(hours, "hours", factor))
    for start in (None, np.zeros(6, int)):
        found = session.optimise(1e-6, Clock(), start=start)
        assert found.value == pytest.approx(0.35 if short < SOLVED else 2.9 / 9)
        assert found.bound == pytest.approx(found.value, abs=1e-6)


QUESTIONS: dict[str, Any] = {
    "explain": lambda instance: optimiser.explain(instance),
    "compare": lambda instance: optimiser.compare(instance),
    "alternatives": lambda instance: optimiser.alternatives(instance, count=4),
    "frontier": lambda instance: optimiser.frontier(instance, ("accountability", "responsiveness")),
    "map": lambda instance: optimiser.weight_map(instance),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_answers_the_same_in_any_unit(question: str) -> None:
    """Of hours, money and beds at once: each alone is what a solve is asked above."""
    instance = random_instance(5, [*FULL, "max_occupancy"], sizes=2).replace(
        "uncertainty.risk_aversion", set=0
    )
    here = QUESTIONS[question](instance)
    for factor in (1e-9, 1e9):
        other = instance
        for unit in ("hours", "money", instance.resources[0]):
            other = rescaled(other, unit, factor)
        there = QUESTIONS[question](other)
        assert there.complete == here.complete
        assert _told(there.document()) == _told(here.document())


def _told(value: Any) -> Any:
    """A document without sentences and numbers of the tables, which have units; the rest to 9 digits."""
    if isinstance(value, dict):
        return {
            key: _told(v) for key, v in value.items() if key not in ("sentence", "text", "limits", "broken")
        }
    if isinstance(value, list | tuple):
        return [_told(v) for v in value]
    return round(value, 7) + 0.0 if isinstance(value, float) else value


@pytest.mark.parametrize(
    ("path", "unit", "top"),
    [("organisations.staff_hours", "hours", 12.0), ("workload.hours", "hours", 12.0), ("limits.budget", "money", 9.0)],
)  # fmt: skip
def test_thresholds_lie_at_the_same_places_in_any_unit(path: str, unit: str, top: float) -> None:
    instance = optimiser.read(ARCHETYPE)
    if unit == "money":
        work = instance["workload"]
        dear = np.where(work["level"] == "local", work["hours"], 0.0)
        tables = {**instance.tables, "workload": work.with_column("cost", dear)}
        instance = replace(instance, tables=tables).replace("limits.budget", set=5.0)
    where = {"level": "local"} if unit == "hours" else None
    here = optimiser.thresholds(instance, path, (0, top), where=where).document()
    assert here["tips"]
    for factor in (1e-9, 1e-3, 1e9):
        other = rescaled(instance, unit, factor)
        there = optimiser.thresholds(other, path, (0, top * factor), where=where).document()
        assert [tip["moves"] for tip in there["tips"]] == [tip["moves"] for tip in here["tips"]]
        assert [tip["at"] / factor for tip in there["tips"]] == pytest.approx(
            [tip["at"] for tip in here["tips"]], rel=2e-6
        )
