"""A study whose samples ask for paths: known shares and regrets, every sample against `path`, what is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from path_by_hand import random_path, scored_path
from random_instances import FEATURES

import optimiser
from optimiser import Instance
from optimiser.errors import InputError
from optimiser.solver.clock import Clock
from optimiser.studies.sensitivity.outcome import Outcome
from optimiser.studies.sensitivity.running.answering import Fare, Solve
from optimiser.studies.sensitivity.running.path_answering import PathAnswering, anchor_of, answering_of
from optimiser.studies.sensitivity.study.applying import apply_sample
from optimiser.studies.sensitivity.study.study_file import read_study

TWO = ("accountability", "responsiveness")
ALL = [f for f in FEATURES if f not in ("bare", "infeasible", "scores")]
SWITCH = {"name": "switch", "what": "decisions.switch_cost", "values": [0.1, 0.5, 0.7, 1.0]}


def turning(**tables: Any) -> Instance:
    """One decision, today at l0: worth 1 there in the first year, 0.6 at l1 in the second."""
    worth = [{TWO[0]: 1.0, TWO[1]: 0.0}, {TWO[0]: 0.0, TWO[1]: 0.6}]
    return scored_path(TWO, worth, switch=0.1, now=0)


def study(*vary: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "doubts", "method": "grid", "vary": [*vary], **more}


def outcome(instance: Instance, document: Mapping[str, Any]) -> Outcome:
    with ThreadPoolExecutor(1) as threads:
        return optimiser.sensitivity(instance, document, executor=threads).run()


def test_shares_and_regrets_of_a_move_that_pays_or_not() -> None:
    """It moves in the second year where that costs less than 0.6; to stay is then worth less by the rest."""
    found = outcome(turning(), study(SWITCH, designs=["current", "best"]))
    assert found.complete
    assert found.plan.foresight == "path"
    levels = found.frame("levels").set_index(["period", "decision", "level"])["share"]
    assert [levels["p0", "a", "l0"], levels["p1", "a", "l0"], levels["p1", "a", "l1"]] == [1.0, 0.5, 0.5]
    best = [(1 + max(0.0, 0.6 - cost)) / 2 for cost in SWITCH["values"]]
    assert found.frame("results")["value"].tolist() == pytest.approx(best, abs=1e-9)
    fared = found.frame("fared").pivot(index="sample", columns="design", values="value")
    assert fared["current"].tolist() == pytest.approx([0.5] * 4)
    assert fared["best"].tolist() == pytest.approx([(1.6 - cost) / 2 for cost in SWITCH["values"]])
    regret = found.frame("regret").set_index("design")["mean"]
    assert regret["current"] == pytest.approx(np.mean([0.25, 0.05, 0, 0]))
    assert regret["best"] == pytest.approx(np.mean([0, 0, 0.05, 0.2]))
    rows = found.frame("designs")
    assert rows.columns.tolist() == ["design_id", "period", "decision", "organisation", "level"]
    assert rows[rows["design_id"] == 1]["level"].tolist() == ["l0", "l1"]
    drivers = found.frame("drivers")
    assert set(drivers[drivers["of"] == "a"]["period"]) <= {"p1"}
    assert set(drivers[drivers["of"] == "value"]["period"]) <= {""}


def test_without_foresight_nothing_is_held_against_it() -> None:
    found = outcome(turning(), study(SWITCH, foresight="none"))
    assert found.frame("levels")["unresolved"].isna().all()
    assert not len(found.frame("fared"))
    assert not len(found.frame("regret"))
    assert any("not told without foresight" in said for said in found.document()["sentences"])
    assert any("without foresight" in said for said in found.document()["sentences"])


@pytest.mark.parametrize("foresight", ["path", "none"])
def test_samples_are_paths_of_their_variants_in_any_order(foresight: str) -> None:
    instance = random_path(9, ALL)
    rates = [{"name": name, "what": f"path.{name}", "range": [0.1, 0.9]} for name in ("learn", "heal")]
    costs = {"name": "cost", "what": "decisions.switch_cost", "range": [0, 0.5]}
    document = study(*rates, costs, method="latin-hypercube", samples=3, foresight=foresight, gap=1e-6)
    plan = read_study(document, instance)
    rows = [{"learn": 0.2, "heal": 0.9, "cost": 0.3}, {"learn": 0.8, "heal": 0.3, "cost": 0.05}]
    anchor = anchor_of(plan, instance, Clock())
    one = answering_of(plan, instance, anchor)
    assert isinstance(one, PathAnswering)
    answers = [one.answer(Solve(row, check=False)) for row in rows]
    for row, answer in zip(rows, answers, strict=True):
        walk = optimiser.path(apply_sample(plan, instance, row), foresight=[foresight]).walks[foresight]
        assert (answer.status, answer.verified) == ("optimal", True)
        assert answer.value == pytest.approx(walk.value, abs=2e-6)
        assert answer.bound >= answer.value
    again = answering_of(plan, instance, anchor)
    assert [again.answer(Solve(row, check=False)) for row in reversed(rows)] == answers[::-1]
    (fared,) = one.answer(Fare(rows[0], (answers[0].held,)))
    assert foresight == "none" or fared.value == pytest.approx(answers[0].value, abs=1e-7)


def test_a_path_that_is_not_possible_says_what_it_breaks_and_when() -> None:
    limits = {"name": "changes", "what": "limits.max_changes", "values": [0, 1]}
    instance = turning().replace("limits.max_changes", set=1)
    found = outcome(instance, study(limits, designs=["best"], foresight="path"))
    fared = found.frame("fared")
    broken = fared[fared["status"] == "infeasible"]
    assert broken["sample"].tolist() == [0]
    assert broken["broken"].tolist()[0].startswith("p1: ")


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (study(SWITCH, foresight="both"), "study foresight: 'both' is not one of none, path"),
        (
            study(SWITCH, foresight="none", designs=["current"]),
            "study designs: without foresight no path is the best, so that how others fare beside it is not asked",
        ),
        (
            study(SWITCH, {"name": "w", "simplex": list(TWO)}),
            "study vary[2] simplex: every period has weights of its own",
        ),
        (
            study(SWITCH, {"name": "w", "what": "weights.economy", "range": [0, 1]}),
            "study vary[2] what: every period has weights of its own",
        ),
    ],
)
def test_wrong_studies(document: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as error:
        read_study(document, turning())
    assert list(error.value.problems) == [said]


def test_without_periods_no_sample_is_a_path() -> None:
    instance = optimiser.read("instances/archetype")
    vary = {"name": "hours", "what": "organisations.staff_hours", "how": "multiply", "range": [0.5, 1]}
    none = "the instance has no periods ([[periods]] in instance.toml)"
    with pytest.raises(InputError) as error:
        read_study(study(SWITCH, vary, foresight="path"), instance)
    assert sorted(error.value.problems) == [
        f"study foresight: {none}", f"study vary[1] what: only a path reads it, and {none}",
    ]  # fmt: skip


def test_what_is_printed_and_drawn(run: Callable[..., Any], tmp_path: Any) -> None:
    turning().write(tmp_path / "turning")
    lines = [
        'name = "doubts"',
        'method = "grid"',
        "[[vary]]",
        'name = "switch"',
        'what = "decisions.switch_cost"',
        "values = [0.1, 1]",
    ]
    (tmp_path / "study.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    ran = run(
        "sensitivity", tmp_path / "turning", tmp_path / "study.toml", "--workers", "1", "--out", tmp_path / "out",
        "--figure", tmp_path / "drawn.svg",
    )  # fmt: skip
    assert ran.code == 0
    assert "Each asks for the path over 2 periods, with foresight" in ran.out
    assert "a@p1" in ran.out
    assert "a in p1" in (tmp_path / "drawn.svg").read_text(encoding="utf-8")
    assert run("report", tmp_path / "out", "--out", tmp_path / "page.html").code == 0
