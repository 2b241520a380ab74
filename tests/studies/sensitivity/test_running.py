"""What comes of a sample follows from the instance, the study and the sample: whoever solves it, and when."""

from __future__ import annotations

import json
import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import optimiser
from optimiser.cli.exit_codes import exit_code
from optimiser.errors import SolverError
from optimiser.instance.instance import Instance
from optimiser.solver.session import Session
from optimiser.studies.sensitivity import batch as batches
from optimiser.studies.sensitivity.outcome import Outcome
from optimiser.studies.sensitivity.running import answering, running
from optimiser.studies.sensitivity.running.running import is_checked
from optimiser.studies.sensitivity.study.study_file import read_study
from optimiser.studies.workers.work import Died, done

WEIGHTS = {"name": "weights", "simplex": ["risk_pooling", "accountability", "responsiveness"]}
STAFF = {"name": "staff", "what": "organisations.staff_hours", "how": "multiply", "range": [0.2, 1.2]}
DOUBTS = {
    "name": "doubts", "method": "latin-hypercube", "samples": 24, "designs": ["best"],
    "vary": [STAFF, WEIGHTS],
}  # fmt: skip


URGENCY = {"name": "urgency", "what": "scenarios.urgency", "how": "multiply", "range": [0.5, 2]}
SHORT = {"name": "short", "method": "latin-hypercube", "samples": 3, "gap": 0, "vary": [URGENCY]}
HOURS = {"name": "hours", "what": "workload.hours", "how": "multiply", "range": [0.5, 3]}


@pytest.fixture(scope="module")
def archetype() -> Instance:
    return optimiser.read("instances/archetype")


@pytest.fixture(scope="module")
def three_levels() -> Instance:
    return optimiser.read("instances/three-levels")


def ran(instance: Instance, study: dict[str, Any] | Path = DOUBTS, threads: int = 1, **how: Any) -> Outcome:
    """What a study says that threads of this process run."""
    with ThreadPoolExecutor(threads) as executor:
        batch = optimiser.sensitivity(instance, study, executor=executor, **how)
        try:
            return batch.run()
        finally:
            batch.close()


class Shuffled(batches.Run):
    """A run in another order."""

    def solve(self, wanted: Any) -> Any:
        return super().solve(np.random.default_rng(3).permutation(np.array(wanted, object)).tolist())


def assert_same(one: Outcome, other: Outcome) -> None:
    for name, table in one.every.items():
        pd.testing.assert_frame_equal(table, other.frame(name), check_exact=True)


@pytest.fixture(scope="module")
def alone(archetype: Instance) -> Outcome:
    return ran(archetype)


def test_every_sample_has_the_answer_of_a_solve(archetype: Instance, alone: Outcome) -> None:
    samples, results = alone.frame("samples"), alone.frame("results").set_index("sample")
    for i in (0, 7, 19):
        row = samples.loc[i]
        weights = {g: row[f"weights.{g}"] for g in WEIGHTS["simplex"]}
        variant = archetype.replace("organisations.staff_hours", multiply=row["staff"])
        design = optimiser.solve(variant, weights=weights)
        assert results.loc[i, "status"] == "optimal"
        assert results.loc[i, "value"] == pytest.approx(design.value, rel=1e-9)
        assert results.loc[i, "bound"] == pytest.approx(design.bound, rel=1e-4)
        for g in archetype.objectives:
            assert results.loc[i, g] == pytest.approx(design.objectives[g], abs=1e-9)


def test_neither_the_number_of_workers_nor_the_order_moves_a_byte(
    archetype: Instance, alone: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_same(alone, ran(archetype, threads=3))
    monkeypatch.setattr(batches, "Run", Shuffled)
    assert_same(alone, ran(archetype))


def test_processes_and_what_is_resumed_come_to_the_same(
    archetype: Instance, alone: Outcome, tmp_path: Path
) -> None:
    first = optimiser.sensitivity(archetype, DOUBTS, out=tmp_path, workers=2, limit=9)
    assert not first.run().complete
    assert len(first.frame("results")) == 9
    first.close()
    told = optimiser.sensitivity(archetype, DOUBTS, out=tmp_path, limit=0)
    pd.testing.assert_frame_equal(told.frame("levels"), first.frame("levels"))
    assert len(told.frame("results")) == 9
    told.close()
    assert_same(alone, ran(archetype, out=tmp_path))


def test_it_runs_as_far_as_one_looks(archetype: Instance) -> None:
    with ThreadPoolExecutor(1) as executor:
        batch = optimiser.sensitivity(archetype, DOUBTS, executor=executor)
        assert batch.headline == "0 of 24 samples solved"
        rows = iter(batch)
        seen = [next(rows), next(rows)]
        rows.close()
        assert {row["status"] for row in seen} == {"optimal"}
        assert 2 <= int(batch.headline.split()[0]) < 24
        assert len(batch.frame("results")) == 24


def test_iterating_tells_each_sample_once(archetype: Instance, alone: Outcome) -> None:
    """Also where designs are then held against all of them."""
    with ThreadPoolExecutor(1) as executor:
        batch = optimiser.sensitivity(archetype, DOUBTS, executor=executor)
        told = pd.DataFrame(list(batch))
    assert len(alone.frame("fared"))
    results = alone.frame("results").drop(columns="design_id")
    same = told.sort_values("sample", ignore_index=True)[list(results)]
    pd.testing.assert_frame_equal(same, results, check_dtype=False)


def test_how_fixed_designs_fare_is_what_they_are_worth(archetype: Instance, alone: Outcome) -> None:
    fared, samples = alone.frame("fared"), alone.frame("samples")
    held = alone.frame("designs").set_index("design_id")
    assert {"feasible", "infeasible"} <= set(fared["status"])
    for _, row in fared[fared["design"] != "best"].iloc[::29].iterrows():
        values = samples.loc[row["sample"]]
        variant = archetype.replace("organisations.staff_hours", multiply=values["staff"])
        for g in WEIGHTS["simplex"]:
            variant = variant.replace(f"weights.{g}", set=values[f"weights.{g}"])
        design = optimiser.verify(variant, held.loc[int(row["design"])].reset_index(drop=True))
        if row["status"] == "infeasible":
            assert design.audit.broken[0] == row["broken"]
        else:
            assert design.value == pytest.approx(row["value"], rel=1e-9)
    best = fared.groupby("sample")["regret"].min()
    assert (best == 0).all()


def test_infeasible_and_refused_samples_are_answers(three_levels: Instance) -> None:
    vary = [
        {"name": "hours", "what": "workload.hours", "how": "multiply", "values": [1, 100]},
        {"name": "absence", "what": "organisations.absence", "how": "set", "values": [0, 0.2]},
        {"name": "able", "what": "organisations.ability", "how": "multiply", "values": [1, 40]},
    ]
    found = ran(three_levels, {"name": "hard", "method": "grid", "vary": vary})
    statuses = found.frame("results")["status"].value_counts()
    assert set(statuses.index) <= {"optimal", "infeasible", "refused"}
    assert statuses["refused"] == 4
    assert found.complete
    assert found.failed == 0
    reasons = found.frame("results").set_index("status")["reason"]
    assert "ability" in reasons["refused"].iloc[0]


@dataclass
class Crew:
    """Workers that die over some samples, others beside them."""

    opening: Any
    do: Any
    poison: set[bytes]
    at: list[tuple[Any, Any]] = field(default_factory=list)
    deaths: list[bytes] = field(default_factory=list)
    beside: dict[bytes, int] = field(default_factory=dict)  # key -> how many tasks there were with it
    begun: list[bytes] = field(default_factory=list)
    closed: bool = False

    @property
    def room(self) -> int:
        return 2 - len(self.at)

    @property
    def busy(self) -> bool:
        return bool(self.at)

    def begin(self, key: Any, task: Any) -> None:
        self.at.append((key, task))
        self.begun.append(key)
        for each, _ in self.at:
            self.beside[each] = max(self.beside.get(each, 0), len(self.at))

    def results(self, seconds: float) -> list[tuple[Any, Any]]:
        key, task = self.at.pop(0)
        if key in self.poison:
            self.deaths.append(key)
            return [(key, Died(alone=True))]
        return [(key, done(self.opening, self.do, task))]

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("times", [1, 2])
def test_interrupted_once_it_finishes_what_is_at_work_and_twice_it_stops(
    archetype: Instance, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    with ThreadPoolExecutor(1) as executor:
        batch = optimiser.sensitivity(archetype, DOUBTS, executor=executor)
    crews: list[Crew] = []

    class Interrupted(Crew):
        def results(self, seconds: float) -> list[tuple[Any, Any]]:
            if len(self.begun) == 4 and not self.deaths:
                self.deaths.append(b"")  # once
                for _ in range(times):
                    signal.raise_signal(signal.SIGINT)
            return super().results(seconds)

    def gather(opening: Any, do: Any, tasks: int) -> Crew:
        crews.append(Interrupted(opening, do, set()))
        return crews[-1]

    object.__setattr__(batch._settings, "gather", gather)
    if times == 1:
        found = batch.run()
        assert found.interrupted
        assert exit_code(found) == 130
    else:
        with pytest.raises(KeyboardInterrupt):
            batch.run()
    assert crews[0].closed
    kept = batch._store.answers()
    assert set(kept) == set(crews[0].begun[: 4 if times == 1 else 2])


def test_a_sample_that_ends_its_worker_twice_is_set_aside_and_no_other(
    archetype: Instance, alone: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ThreadPoolExecutor(1) as executor:
        batch = optimiser.sensitivity(archetype, DOUBTS, executor=executor)
    poisoned = batch._samples.keys[5]
    crews: list[Crew] = []

    def gather(opening: Any, do: Any, tasks: int) -> Crew:
        crews.append(Crew(opening, do, {poisoned}))
        return crews[-1]

    object.__setattr__(batch._settings, "gather", gather)
    found = batch.run()
    assert crews[0].deaths == [poisoned, poisoned]
    results, others = found.frame("results"), alone.frame("results")
    assert results["status"].tolist()[5] == "failed"
    assert "2 times" in results["reason"].tolist()[5]
    assert found.failed == 1
    kept = results["sample"] != 5
    pd.testing.assert_series_equal(results[kept]["value"], others[kept]["value"], check_exact=True)


def test_one_in_twenty_is_checked_by_its_own_key() -> None:
    keys = [np.random.default_rng(i).bytes(16) for i in range(4000)]
    assert 150 < sum(map(is_checked, keys)) < 250


def test_where_a_neighbour_is_better_all_samples_are_checked(
    archetype: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "CHECKED", 5)
    assert 0 < ran(archetype).frame("results")["neighbours"].sum() < 24

    def suspicious(self: Any, found: Any, clock: Any) -> Any:
        return found, True

    monkeypatch.setattr(answering.Answering, "_checked", suspicious)
    found = ran(archetype)
    assert found.frame("results")["neighbours"].all()


def test_neighbours_are_looked_at_without_solving_again(
    archetype: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = read_study(DOUBTS, archetype)
    here = answering.Answering(plan, archetype, None)
    row = {"staff": 1.0} | {f"weights.{objective}": 1 / 3 for objective in WEIGHTS["simplex"]}
    best = here.answer(answering.Solve(row, check=True))
    monkeypatch.setattr(Session, "optimise", None)
    again = here.answer(answering.Check(row, best.held, best.bound, optimal=True))
    assert again == best
    worst = np.zeros_like(answering.unpacked(best.held, archetype))
    better = here.answer(answering.Check(row, answering.packed(worst), best.bound, optimal=False))
    assert (better.status, better.better) == ("feasible", True)
    assert better.value <= best.value
    refuted = here.answer(answering.Check(row, best.held, best.value - 0.01, optimal=True))
    assert refuted.status == "failed"


def test_where_decisions_differ_by_locality_history_moves_no_byte_either(
    three_levels: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = SHORT | {"samples": 6, "gap": 1e-4, "vary": [URGENCY, HOURS]}
    one = ran(three_levels, study)
    monkeypatch.setattr(batches, "Run", Shuffled)
    assert_same(one, ran(three_levels, study, threads=2))
    samples, results = one.frame("samples"), one.frame("results")
    assert len(one.frame("designs")["design_id"].unique()) > 1
    for i in range(2):
        urgent = three_levels.replace("scenarios.urgency", multiply=samples["urgency"][i])
        design = optimiser.solve(urgent.replace("workload.hours", multiply=samples["hours"][i]), gap=1e-4)
        assert results["value"][i] <= design.bound + 1e-9
        assert design.value <= results["bound"][i] + 1e-9
        assert results["gap"][i] <= 1e-4


def test_tables_can_be_read_while_it_runs(
    archetype: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "RENEWED", 0.0)
    monkeypatch.setattr(batches, "SHARE", np.inf)
    with ThreadPoolExecutor(1) as executor:
        batch = optimiser.sensitivity(archetype, DOUBTS | {"samples": 3}, out=tmp_path, executor=executor)
        rows = iter(batch)
        next(rows)
        next(rows)
        document = json.loads((tmp_path / "result.json").read_text())
        rows.close()
        batch.close()
    assert not document["complete"]
    assert any("being run" in said for said in document["unfinished"])
    assert len(document["results"]) == len(pd.read_csv(tmp_path / "results.csv")) == 1


def test_a_bound_that_a_neighbour_refutes_fails_its_sample_and_has_all_others_checked(
    archetype: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = list[int]()

    def refuted(*arguments: Any) -> None:
        if not wrong:
            wrong.append(1)
            raise SolverError("a design one move away from a best one is better than the bound")

    monkeypatch.setattr(answering, "beaten", refuted)
    monkeypatch.setattr(running, "CHECKED", 5)
    results = ran(archetype).frame("results")
    assert results["status"].tolist().count("failed") == 1
    assert results[results["status"] == "optimal"]["neighbours"].all()


def test_a_limit_of_nodes_leaves_a_design_and_its_bound_and_can_be_reproduced(three_levels: Instance) -> None:
    one, other = (ran(three_levels, SHORT | {"node_limit": 1}, threads=n) for n in (1, 2))
    assert_same(one, other)
    results = one.frame("results").set_index("status")
    assert {"feasible", "optimal"} == set(results.index)
    assert results.loc[["feasible"], "gap"].min() > 1e-7  # what lacks but a rounding is optimal
    assert exit_code(one) == 4
    whole = ran(three_levels, SHORT | {"node_limit": 1000})
    assert (whole.frame("results")["status"] == "optimal").all()
    assert (whole.frame("results")["value"] >= one.frame("results")["value"] - 1e-9).all()
    assert (whole.frame("results")["value"] <= one.frame("results")["bound"] + 1e-9).all()
    assert exit_code(whole) == 0


def test_samples_that_end_before_there_is_a_design_have_failed(archetype: Instance) -> None:
    found = ran(archetype, DOUBTS | {"samples": 2, "time_limit": 1e-9, "designs": []})
    results = found.frame("results")
    assert results["status"].tolist() == ["unknown", "unknown"]
    assert results["reason"].str.contains("limit").all()
    assert results["value"].isna().all()
    assert (found.failed, exit_code(found)) == (2, 7)


def test_what_was_at_work_when_an_executor_broke_is_tried_alone(archetype: Instance, tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as executor:
        batch = optimiser.sensitivity(archetype, DOUBTS, executor=executor, out=tmp_path)
    suspects = batch._samples.keys[3:5]
    for key in suspects:
        assert batch._store.blame(key, sure=False) == 0
    crews: list[Crew] = []

    def gather(opening: Any, do: Any, tasks: int) -> Crew:
        crews.append(Crew(opening, do, {suspects[0]}))
        return crews[-1]

    object.__setattr__(batch._settings, "gather", gather)
    found = batch.run()
    batch.close()
    assert crews[0].beside[suspects[0]] == crews[0].beside[suspects[1]] == 1
    assert max(crews[0].beside.values()) == 2
    assert found.frame("results")["status"].tolist().count("failed") == 1
