"""Planted faults: drop a constraint, lose a term, flip a sign, and see that no answer gets through.

A fault is caught when the answer is refused (the audit, the neighbours, the solver's own claim) or is not the
one that enumeration finds. Each is tried on small random instances that use what it spoils.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from enumeration import Answer, brute_force
from instance_by_hand import made
from random_instances import random_instance

import optimiser
from optimiser import Instance, Status
from optimiser.coefficients import MECHANISMS, Coefficients, coefficients
from optimiser.errors import SolverError
from optimiser.instance.table import Table
from optimiser.model import assemble
from optimiser.solver import problem

TRIES = 40  # instances on which a fault may show

Numbers = dict[str, np.ndarray]


def caught(instance: Instance, answer: Answer) -> bool:
    """Whether an answer under the fault is refused, or is not the best design's."""
    try:
        design = optimiser.solve(instance, time_limit=5)
    except SolverError:
        return True
    expected = Status.OPTIMAL if answer.feasible else Status.INFEASIBLE
    if design.status is not expected:
        return True
    return design.found and (not design.verified or abs(design.value - answer.best.value) > 2e-6)


def exchanged(c: Coefficients, numbers: Numbers) -> Coefficients:
    """The coefficients with some arrays, called as in the model, in place of their own."""

    def renewed(mechanism: Any) -> Any:
        parts: dict[str, Any] = {}
        for field in fields(mechanism):
            own = getattr(mechanism, field.name)
            if isinstance(own, dict):
                parts[field.name] = {g: numbers.get(f"{field.name}_{g}", array) for g, array in own.items()}
            else:
                parts[field.name] = numbers.get(field.name, own)
        return replace(mechanism, **parts)

    assert numbers.keys() <= c.arrays.keys()
    return replace(c, **{field: renewed(getattr(c, field)) for field in MECHANISMS})


@cache
def tight() -> Instance:
    """Two localities and a centre with hardly any hours, and every kind of duty to spend them on."""
    with TemporaryDirectory() as folder:
        return made(
            Path(folder),
            decisions="""
decision,type,levels,uniform,half_life_days,monitoring_effect,monitoring_hours,reporting_hours,joint
run,process,local,true,,1,3,6,true
plan,input,,false,5,0,0,0,false
check,outcome,,true,,0,0,0,false
""",
            organisations="""
organisation,level,parent,staff_hours,ability
C,central,,4,1
L1,local,C,4,0.5
L2,local,C,5,1
""",
            workload="""
decision,level,at,hours,fixed_hours
run,local,local,2,0
plan,central,central,1,1
plan,local,local,1.5,0
check,central,local,3,0
check,central,central,0.5,0
check,local,local,0.5,0
""",
            partners="organisation,partner,dependence\nL2,L1,0.9",
        )


def shows(features: str) -> bool:
    """Try instances that use these features until the fault shows; the first are short of hours."""
    relieved = tight().replace("organisations.staff_hours", set=8, where={"organisation": "C"})
    if any(caught(instance, brute_force(instance)) for instance in (tight(), relieved)):
        return True
    for seed in range(TRIES):
        instance = random_instance(seed, features.split(), most_designs=32, sizes=3)
        if caught(instance, brute_force(instance)):
            return True
    return False


# Not here: support beyond 1 - ability builds nothing, so no best design needs the row. Without `pool_could` no
# programme knows of a buffer (what it says is spoilt below). And `changed_if_moved`: who moved follows from who
# holds what, and the search repairs a design that moves too many by that, whatever the program says.
DROPPED = {
    "one_level": "asymmetric staff",
    "active_if_held": "asymmetric three_levels staff fixed_hours",
    "earned_locally": "min_rating",
    "rule_kept": "rules",
    "staff_suffice": "staff",
    "staff_suffice_in_scenario": "staff scenarios",
    "willing_and_able": "willing_able",
    "willing": "monitoring fear willing_able",
    "able": "monitoring fear willing_able",
    "overseen": "monitoring scenarios",
    "built_by_support": "budget support willing_able",
    "partners_act": "partners willing_able",
    "lent_if_spare": "resources aid surges scenarios all_weights willing_able",
    "borrowed_if_short": "resources aid surges scenarios all_weights willing_able",
    "pool_done": "asymmetric population scenarios willing_able",
    "aid_arrives": "resources aid surges scenarios all_weights",
    "demand_covered": "resources surges scenarios all_weights",
    "little_unmet": "resources surges scenarios max_unmet",
    "not_too_full": "resources max_occupancy budget slack",
    "budget_suffices": "costs budget slack resources support",
    "few_changes": "max_changes",
    "pairs_of_first": "links",
    "pairs_of_second": "links",
    "short_of_threshold": "risk_aversion scenarios",
    "scored": "scenarios",
}


@pytest.mark.parametrize("constraint", DROPPED)
def test_a_dropped_constraint_is_caught(constraint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def without(c: Any, name: str, *between: Any) -> Any:
        model = assemble(c, name, *between)
        if model.component(constraint) is not None:
            model.component(constraint).deactivate()
        return model

    monkeypatch.setattr(problem, "assemble", without)
    assert shows(DROPPED[constraint])


def halved(*names: str) -> Callable[[Numbers], Numbers]:
    return lambda numbers: {name: numbers[name] / 2 for name in names}


def zero(*names: str) -> Callable[[Numbers], Numbers]:
    return lambda numbers: {name: np.zeros_like(numbers[name]) for name in names}


def one(*names: str) -> Callable[[Numbers], Numbers]:
    return lambda numbers: {name: np.ones_like(numbers[name]) for name in names}


SPOILT: dict[str, tuple[str, Callable[[Numbers], Numbers]]] = {
    "hours halved": ("staff", halved("hours")),
    "fixed hours lost": ("staff fixed_hours", zero("fixed_hours")),
    "burdens lost": ("staff burdens", lambda n: {"hours": n["hours"] * np.eye(n["hours"].shape[1])}),
    "absence in a scenario lost": ("staff scenarios", one("present")),
    "monitoring hours lost": ("staff monitoring", zero("monitoring_hours")),
    "reporting hours lost": ("staff monitoring", zero("reporting_hours")),
    "oversight always full": ("monitoring scenarios", one("oversight")),
    "fear lost": ("monitoring fear willing_able", zero("fear")),
    "ability lost": (
        "willing_able",
        lambda n: {"ability": 1 * n["willingness"], "capable": 1 * n["willingness"]},
    ),
    "dependence lost": ("partners willing_able", lambda n: zero("dependence")(n) | one("independent")(n)),
    "mobilisation lost": ("resources aid surges scenarios all_weights", one("mobilisation")),
    "spare and short swapped": (
        "resources aid surges scenarios all_weights",
        lambda n: {"spare": n["shortage"], "shortage": n["spare"]},
    ),
    "flexing lost": ("resources flex surges scenarios all_weights", zero("flex")),
    "loss of supply lost": (
        "resources surges scenarios all_weights",
        lambda n: {"supply": n["supply"] * 1.1},
    ),
    "links are gains": ("links", lambda n: {"loss": -n["loss"]}),
    "stakes lost": ("stakes", one("stake_accountability")),
    "costs lost": ("costs budget slack resources", zero("cost")),
    "accountability lost": ("bare", zero("earned_accountability")),
    "monitoring wins back nothing": ("monitoring", zero("regained")),
    "urgency the wrong way": (
        "urgency scenarios",
        lambda n: {"earned_responsiveness": n["earned_responsiveness"][..., ::-1]},
    ),
    "pools worth nothing": ("population", zero("earned_risk_pooling")),
    "what parts of a pool save doubled": (
        "asymmetric population scenarios willing_able",
        lambda n: {"earned_risk_pooling": 2 * n["earned_risk_pooling"]},
    ),
    "what pools could save doubled": (
        "asymmetric population correlation scenarios",
        lambda n: {"deviation": 2 * n["deviation"]},
    ),
    "solidarity upside down": ("means all_weights", lambda n: {"earned_solidarity": -n["earned_solidarity"]}),
    "economy lost": ("costs all_weights", zero("economy_held")),
    "unmet demand does not count": ("resources surges scenarios all_weights", zero("unmet_weight")),
    "the tail is the mean": ("risk_aversion scenarios monitoring", one("tail_scale")),
    "risk aversion lost": ("risk_aversion scenarios urgency", zero("risk_aversion")),
    "scenarios equally likely": ("scenarios urgency", lambda n: {"probability": 0 * n["probability"] + 0.5}),
}


@pytest.mark.parametrize("fault", SPOILT)
def test_a_spoilt_number_is_caught(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    features, spoil = SPOILT[fault]

    def spoilt(*arguments: Any) -> Any:
        c = coefficients(*arguments)
        return exchanged(c, spoil(c.arrays))

    monkeypatch.setattr(problem, "coefficients", spoilt)
    assert shows(features)


def blanked(table: str, column: str, value: float) -> Callable[[Instance], Instance]:
    """The instance with this in all columns so called, the name of a resource or decision aside."""

    def changed(instance: Instance) -> Instance:
        rows = instance[table]
        for name in rows:
            if name == column or name.startswith(f"{column}."):
                rows = rows.with_column(name, np.full(rows.rows, value))
        return replace(instance, tables=dict(instance.tables) | {table: rows})

    return changed


def without(table: str, column: str) -> Callable[[Instance], Instance]:
    """The instance without the rows that say something in a column."""

    def changed(instance: Instance) -> Instance:
        rows = instance[table]
        kept = Table({name: cells[rows[column] == ""] for name, cells in rows.items()})
        return replace(instance, tables=dict(instance.tables) | {table: kept})

    return changed


FORGOTTEN: dict[str, tuple[str, Callable[[Instance], Instance]]] = {
    "delays of decisions": ("delays", without("delays", "decision")),
    "delays in one scenario": ("scenario_delays", without("delays", "scenario")),
    "spillovers": ("spillover", blanked("decisions", "spillover", 0.0)),
    "correlations of a scenario": ("common_shock population", blanked("scenarios", "correlation", np.nan)),
    "correlations of single decisions": (
        "shock_by_decision population",
        blanked("scenarios", "correlation", np.nan),
    ),
    "hours of one locality": ("local_hours scenarios burdens", without("workload", "organisation")),
    "costs of one locality": ("local_costs all_weights", without("workload", "organisation")),
    "absence": ("staff scenarios", blanked("scenarios", "absence", 0.0)),
}


@pytest.mark.parametrize("fault", FORGOTTEN)
def test_an_input_that_is_forgotten_is_caught(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    features, forget = FORGOTTEN[fault]
    monkeypatch.setattr(
        problem, "coefficients", lambda instance, *others: coefficients(forget(instance), *others)
    )
    assert shows(features)


def test_without_a_fault_nothing_is_caught() -> None:
    """The net catches faults, not fish: the same instances pass when nothing is planted."""
    assert not caught(tight(), brute_force(tight()))
    told = {*DROPPED.values(), *(features for features, _ in [*SPOILT.values(), *FORGOTTEN.values()])}
    for seed, features in enumerate(sorted(told)):
        instance = random_instance(seed, features.split(), most_designs=32, sizes=3)
        assert not caught(instance, brute_force(instance))


def test_a_cut_that_is_too_tight_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    from optimiser.solver.recourse.price_cuts import Recourse

    honest = Recourse.cuts
    monkeypatch.setattr(
        Recourse, "cuts", lambda self, prices: replace(cuts := honest(self, prices), upper=cuts.upper - 0.02)
    )
    assert shows("staff scenarios asymmetric monitoring")


def test_a_pool_that_is_too_large_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    from optimiser.solver.cuts.pool_cuts import Stacked

    honest = Stacked.sums
    monkeypatch.setattr(Stacked, "sums", lambda self, entries: 1.2 * honest(self, entries))
    assert shows("asymmetric population")
