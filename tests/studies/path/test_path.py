"""Paths against enumeration, shortest paths and single solves, and what must hold of any of them."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from path_by_hand import random_path, random_walk, scored_path, with_periods
from random_instances import FEATURES, random_instance

import optimiser
from optimiser.audit.path import audit_path, weighting
from optimiser.coefficients.path import links_of
from optimiser.instance.instance import Instance
from optimiser.solver.clock import Clock
from optimiser.solver.path import foresight
from optimiser.solver.path import priced as pricing
from optimiser.solver.path.priced import Priced, bounded
from optimiser.solver.path.shortest import Shortest
from optimiser.solver.path.whole import Whole
from optimiser.solver.search.master import Candidate, Master, Progress, search

ALL = [f for f in FEATURES if f not in ("bare", "infeasible", "scores")]
TWO = ("accountability", "responsiveness")
SOLVABLE = (3, 9, 13, 18, 29)  # seeds whose paths exist, differ with foresight, or have moves
MOST = 2500  # sequences that are looked at one by one


def worths(instance: Instance) -> dict[tuple[int, ...], float]:
    """What every sequence of designs is worth, each with its best recourse."""
    links = links_of(instance)
    whole = Whole(instance, links)
    levels = [np.flatnonzero(links.sets.allowed[d]) for d in links.sets.holding_decision]
    sequences = list(product(*levels * len(links.names)))
    assert len(sequences) <= MOST
    return {each: whole.settle(np.array(each), Clock())[0] for each in sequences}


def enumerated(instance: Instance) -> float:
    """The best of all sequences of designs."""
    return max(worths(instance).values())


@pytest.mark.parametrize("seed", SOLVABLE[:4])
def test_no_sequence_of_designs_is_better(seed: int) -> None:
    instance = random_path(seed, ALL)
    found = optimiser.path(instance, foresight=["path"]).walks["path"]
    assert found.judged is not None
    assert found.value == pytest.approx(enumerated(instance), abs=1e-7)
    assert found.bound >= found.value


def priced(whole: Whole, prices: np.ndarray, progress: Progress) -> float:
    """The bound at these prices of what links the periods."""
    found = Priced(whole, whole.program, prices, progress, Clock())
    assert progress.best is not None
    master = Master(found.program, found.columns_kept, found.rows_kept, found.no_cuts(), 1)
    master.add(found.lines(whole.columns(progress.best.design)))
    search(master, found.separate, found.evaluate, found, progress, Clock(), lambda text: None)
    return progress.bound


@pytest.mark.parametrize(("seed", "tight"), [(3, True), (6, False), (29, True)])
def test_no_path_is_worth_more_than_its_links_are_paid_for(seed: int, tight: bool) -> None:
    """Whatever prices are; at those of the best path the bound is its value, or not far from it."""
    instance, rng = random_path(seed, ALL), np.random.default_rng(seed)
    whole, every = Whole(instance, links_of(instance)), worths(instance)
    best = max(every.values())
    some, value = next((each, value) for each, value in every.items() if value > -np.inf)
    first = Candidate(np.array(some), value, whole.no_cuts())
    own = whole.prices(first.design, Clock())
    assert own is not None
    for prices in (own, 0 * own, own * rng.uniform(0, 2, len(own)), rng.normal(0, 0.1, len(own))):
        assert priced(whole, prices, Progress(1e-6, np.inf, first)) >= best - 1e-7
    progress = Progress(1e-6, np.inf, first)
    bounded(whole, whole.program, progress, Clock(), lambda text: None)
    assert progress.value == pytest.approx(best, abs=1e-7)
    assert best - 1e-7 <= progress.bound <= best + (2e-6 if tight else 1e-3)


@pytest.mark.parametrize("seed", [3, 6, 29])
def test_nor_where_whole_numbers_are_out_of_reach(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where decisions differ by locality, relaxations alone bound a path, by the interior point."""
    monkeypatch.setattr(pricing, "LARGE", 0)
    instance = random_path(seed, ALL)
    whole, every = Whole(instance, links_of(instance)), worths(instance)
    some, value = next((each, value) for each, value in every.items() if value > -np.inf)
    progress = Progress(1e-6, np.inf, Candidate(np.array(some), value, whole.no_cuts()))
    told = list[str]()
    bounded(whole, whole.program, progress, Clock(), told.append)
    best, first = max(every.values()), float(told[0].split()[1].rstrip(","))
    assert value <= progress.value <= best + 1e-7
    assert best - 1e-7 <= progress.bound <= first + 1e-6


@pytest.mark.parametrize(("word", "known"), [("building all periods", False), ("relaxation", True)])
def test_an_interruption_keeps_the_path_so_far(
    word: str, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before all periods are put together there is the path without foresight, from then on one with it."""
    monkeypatch.setattr(foresight, "LARGE", 0)
    told = list[str]()

    def stop(text: str) -> None:
        if text.startswith(word) and not told:
            told.append(text)
            os.kill(os.getpid(), signal.SIGINT)

    found = optimiser.path(random_path(3, ALL), progress=stop)
    none, path = found.walks["none"], found.walks["path"]
    assert found.interrupted
    assert not found.complete
    assert none.status == "optimal"
    assert (path.judged is not None, str(path.status)) == (
        (True, "feasible") if known else (False, "unknown")
    )
    if known:
        assert none.value - 1e-7 <= path.value < path.bound


@pytest.mark.parametrize("seed", range(40, 46))
def test_foresight_is_never_worth_less(seed: int) -> None:
    found = random_walk(seed, ALL, periods=3)
    none, path = found.walks["none"], found.walks["path"]
    assert path.judged is not None
    assert path.value >= none.value - 1e-7
    assert (none.judged is None) is (none.ended_in is not None)


@pytest.mark.parametrize("seed", [1, 9, 14])
def test_a_path_of_one_period_is_a_solve(seed: int) -> None:
    drawn = random_path(seed, [f for f in ALL if f != "max_changes"], periods=1, linked=False)
    found = optimiser.path(drawn)
    tables, scenario = drawn.to_tables(), drawn["periods"]["scenario"][0]
    for name in {"scenarios", "delays", "surges"} & set(tables):
        if "scenario" in tables[name]:
            here = tables[name]["scenario"].isin(["", scenario])
            tables[name] = tables[name][here]
    tables["scenarios"] = tables["scenarios"].assign(probability=1.0)
    tables["uncertainty"]["risk_aversion"] = 0.0
    del tables["periods"]
    alone = Instance.from_tables(tables)
    own = {g: drawn["periods"][f"weights.{g}"][0] for g in drawn.objectives}
    weights = {g: weight for g, weight in own.items() if weight == weight} or None
    solved = optimiser.solve(alone, weights=weights)
    for walk in found.walks.values():
        assert walk.value == pytest.approx(solved.value, abs=1e-7)


@pytest.mark.parametrize("seed", [0, 1, 4, 9, 13])
def test_without_links_foresight_is_worth_nothing(seed: int) -> None:
    found = optimiser.path(random_path(seed, ALL, periods=3, linked=False))
    assert found.walks["none"].value == pytest.approx(found.walks["path"].value, abs=1e-7)
    best = sum(w * own.value for w, own in zip(weighting(found.instance), found.own, strict=True))
    assert best / weighting(found.instance).sum() == pytest.approx(found.walks["path"].value, abs=1e-7)


@pytest.mark.parametrize("seed", [3, 9])
def test_a_further_period_never_lowers_the_sum(seed: int) -> None:
    longer = random_walk(seed, ALL, periods=3)
    tables = longer.instance.to_tables()
    years = tables["periods"]["years"] if "years" in tables["periods"] else np.ones(3)
    rows = tables["periods"].to_dict("records")[:2]
    settings = {**dict(longer.instance.path), "discount": 0.0}
    shorter = optimiser.path(with_periods(longer.instance, rows, **settings), foresight=["path"])
    undiscounted = longer.instance.replace("path.discount", set=0)
    whole = optimiser.path(undiscounted, foresight=["path"]).walks["path"].value * sum(years)
    assert whole >= shorter.walks["path"].value * sum(years[:2]) - 1e-6


@pytest.mark.parametrize("seed", range(3))
def test_where_nothing_couples_a_path_is_a_shortest_path(seed: int) -> None:
    rng = np.random.default_rng(seed)
    periods, levels, switch = 5, 3, float(rng.uniform(0, 1))
    weights = [TWO[i] for i in rng.integers(0, 2, periods)]
    worth = [{g: float(rng.random()) for g in TWO} for _ in range(levels)]
    now = int(rng.integers(levels))
    value = np.where(np.arange(levels) == now, 0.0, -switch)  # of the best path that ends at each level
    for t, g in enumerate(weights):
        gained = np.array([each[g] for each in worth])
        if t:
            value = (value[:, None] - switch * (1 - np.eye(levels))).max(axis=0)
        value = value + gained
    found = optimiser.path(scored_path(weights, worth, switch=switch, now=now), foresight=["path"])
    assert found.walks["path"].value == pytest.approx(value.max() / periods, abs=1e-7)


def test_dearer_moves_are_never_more() -> None:
    worth = [{TWO[0]: 1.0, TWO[1]: 0.0}, {TWO[0]: 0.8, TWO[1]: 0.7}, {TWO[0]: 0.0, TWO[1]: 1.0}]
    weights = [TWO[t % 2] for t in range(4)]
    moves = [
        len(found.turns("path")[0].moves)
        for switch in (0.0, 0.7, 1.2)
        for found in [optimiser.path(scored_path(weights, worth, switch=switch, now=0), foresight=["path"])]
    ]
    assert moves == sorted(moves, reverse=True)
    assert moves[0] > moves[1] > moves[2]


def test_what_is_fixed_is_held() -> None:
    instance = scored_path(["accountability"] * 3, [{"accountability": 1.0, "responsiveness": 0.0}] * 2)
    found = optimiser.path(instance, fix={"a": "l1", "a@p1": "l0"})
    for name in found.walks:
        held = [row["level"] for row in found.frame("design").to_dict("records") if row["foresight"] == name]
        assert held == ["l1", "l0", "l1"]


def test_a_record_that_claims_too_much_is_found_out() -> None:
    instance = random_path(29, ALL)
    walk = optimiser.path(instance, foresight=["path"]).walks["path"]
    assert walk.judged is not None
    records = [step.record for step in walk.judged.steps]
    assert not audit_path(instance, records).broken
    eager = [replace(r, exercised=np.ones_like(r.exercised)) for r in records]
    assert any("able" in line or "willing" in line for line in audit_path(instance, eager).broken)


def test_a_lag_is_heard_by_the_audit() -> None:
    base = random_instance(0, ["bare"])
    rows = [{"period": name, "scenario": base["scenarios"]["scenario"][0]} for name in ("one", "two")]
    a, b = "first", "second"
    tables = {
        "decisions": [{"decision": name, "type": "input"} for name in (a, b)],
        "scores": [
            {"decision": name, "level": level, "responsiveness": float(level == "local")}
            for name in (a, b)
            for level in ("central", "local")
        ],
        "rules": [
            {"if_decision": a, "if_level": "local", "then_decision": b, "then_level": "central", "lag": 1}
        ],
        "periods": [{**row, "scenario": "normal"} for row in rows],
    }
    instance = Instance.from_tables(tables, name="lagged", weights={"responsiveness": 1, "accountability": 0})
    found = optimiser.path(instance, foresight=["path"])
    judged = found.walks["path"].judged
    assert judged is not None
    records = [step.record for step in judged.steps]
    assert not audit_path(instance, records).broken
    held = np.array([[1], [1]])
    wrong = audit_path(instance, [replace(records[0], held=held), replace(records[1], held=held)]).broken
    assert any("1 period before" in line for line in wrong)


@pytest.mark.parametrize("seed", [3, 13])
def test_a_large_path_is_found_as_a_small_one_is(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    instance = random_path(seed, ALL)
    small = optimiser.path(instance, foresight=["path"]).walks["path"]
    monkeypatch.setattr(foresight, "LARGE", 0)
    large = optimiser.path(instance, foresight=["path"]).walks["path"]
    assert (large.status, large.value) == (small.status, pytest.approx(small.value, abs=1e-7))
    assert large.bound >= small.value - 1e-9


def test_shortest_paths_lead_where_no_single_period_goes() -> None:
    worth = [{TWO[0]: 1.0, TWO[1]: 0.0}, {TWO[0]: 0.0, TWO[1]: 0.6}]
    instance = scored_path([TWO[0]] * 4 + [TWO[1]] * 3, worth, switch=1.5, now=1)
    whole = Whole(instance, links_of(instance))
    stay = np.ones(7, int)
    value, _ = whole.settle(stay, Clock())
    climbing = Shortest(whole, np.ones((7, 1, 2), bool), Clock(), lambda text: None)
    design, best = climbing.climb(stay, value)
    assert (value, best) == (pytest.approx(1.8 / 7), pytest.approx(0.4))
    assert design.tolist() == [0, 0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize("seed", [13, 29])
def test_a_climb_is_never_worse_and_never_above_the_best(seed: int) -> None:
    instance = random_path(seed, ALL)
    whole = Whole(instance, links_of(instance))
    sets = whole.links.sets
    allowed = np.repeat(sets.allowed[sets.holding_decision][None], 2, axis=0)
    none = optimiser.path(instance, foresight=["none"]).walks["none"]
    assert none.judged is not None
    start = whole.design_of([step.record.held for step in none.judged.steps])
    value, _ = whole.settle(start, Clock())
    _, best = Shortest(whole, allowed, Clock(), lambda text: None).climb(start, value)
    assert value <= best <= enumerated(instance) + 1e-7
