"""What samples say, held against what is known: the indicator of two inputs among three that idle."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from paths import ARCHETYPE, INSTANCES
from studies_by_hand import NAMES, indicator, known, plan_of, tables

import optimiser
from optimiser.studies.sensitivity.findings.findings import Findings
from optimiser.studies.sensitivity.findings.sentences import sentences
from optimiser.studies.sensitivity.findings.shares import wilson
from optimiser.studies.sensitivity.findings.variance import first_order
from optimiser.studies.sensitivity.sampling.sampling import sample_table
from optimiser.studies.sensitivity.schema import FINDINGS

TRUE = {"x1": 0.3182, "x2": 0.2045, "i1": 0.0, "i2": 0.0, "i3": 0.0}  # first-order
TOTAL = {"x1": 0.7955, "x2": 0.6818, "i1": 0.0, "i2": 0.0, "i3": 0.0}
GRADES = ("illustrative", "proxy", "measured", "measured", "measured")
SAMPLED = ("samples", "results", "fared")  # tables of which a row is about one sample
INSTANCE = optimiser.read(ARCHETYPE)


@cache
def found(method: str, **more: Any) -> Findings:
    plan = plan_of(INSTANCE, grades=GRADES, method=method, **more)
    return Findings(plan, INSTANCE, known(INSTANCE, sample_table(plan, INSTANCE)))


def drivers(findings: Findings, method: str, of: str = "I1", level: str = "local") -> pd.DataFrame:
    rows = findings.frames()["drivers"]
    return rows[(rows["of"] == of) & (rows["level"] == level) & (rows["method"] == method)].set_index("input")


@pytest.mark.parametrize(
    ("method", "samples", "index", "true"),
    [
        ("latin-hypercube", 1000, "first-order", TRUE),
        ("sobol", 1024, "sobol first-order", TRUE),
        ("sobol", 1024, "sobol total", TOTAL),
    ],
)
def test_the_indicator_is_known_by_each_method(
    method: str, samples: int, index: str, true: dict[str, float]
) -> None:
    rows = drivers(found(method, samples=samples), index).loc[[*NAMES]]
    assert (rows["low"] <= pd.Series(true) + 1e-3).all()
    assert (rows["high"] >= pd.Series(true) - 1e-3).all()
    assert (rows["high"] - rows["low"]).max() < 0.25
    assert rows["index"].loc[["i1", "i2", "i3"]].abs().max() < 0.03
    again = drivers(found(method, samples=samples), index, level="central").loc[[*NAMES]]
    assert again["index"].tolist() == rows["index"].tolist()  # where it is not local, it is central


@pytest.mark.filterwarnings("error")
def test_an_outcome_that_sobol_sees_no_variance_in_has_no_index() -> None:
    """Of few samples: it is local in some in which one input is exchanged, and in none of those that are compared."""
    seen = 0
    for seed in range(8):
        findings = found("sobol", samples=4, seed=seed)
        local = findings.ensemble.sits[:, 0, -1].reshape(4, 7)
        if np.ptp(local[:, [0, -1]]) == 0 and np.ptp(local) > 0:
            seen += 1
            assert drivers(findings, "sobol first-order").empty
    assert seen


def test_the_other_methods_say_it_in_their_own_way() -> None:
    effects = drivers(found("morris", samples=200), "morris")["index"]
    steps = drivers(found("one-at-a-time", steps=11), "one-at-a-time")
    assert effects["x1"] > 0.2
    assert effects["x2"] > 0.2
    assert (effects[["i1", "i2", "i3"]] == 0).all()
    assert steps["index"][[*NAMES]].tolist() == [0, 0.4, 0, 0, 0]
    assert steps.loc[""].set_index("grade")["index"].to_dict() == {
        "measured": 0,
        "proxy": 0.4,
        "illustrative": 0,
    }
    said = " ".join(sentences(found("one-at-a-time", steps=11)))
    assert (
        "in the mean of their steps: x2 (proxy) 40 %. By grade of evidence: measured never, proxy 40 %"
        in said
    )
    grid = drivers(found("grid", steps=5), "first-order")
    y = np.arange(5)
    x1, x2 = np.meshgrid(y / 4 > 0.7, y / 4 < 0.4)
    joint = (x1 & x2).astype(float)
    assert grid.loc["x1", "index"] == pytest.approx(joint.mean(axis=0).var() / joint.var())
    assert grid.loc["x1", "low"] == grid.loc["x1", "high"]
    assert grid.loc["i1", "index"] == pytest.approx(0)


def test_intervals_cover_the_truth() -> None:
    rng, inside, idle = np.random.default_rng(5), 0, list[float]()
    for _ in range(100):
        x = rng.random((300, 3))
        y = (x[:, :1] > 0.7) & (x[:, 1:2] < 0.4)
        for k, true in enumerate((TRUE["x1"], TRUE["x2"], 0.0)):
            index, influence, _ = first_order(x[:, k : k + 1], y)
            inside += abs(index[0] - true) <= 1.96 * np.sqrt((influence**2).mean() / len(x))
            idle += [index[0]] * (k == 2)
    assert inside >= 0.92 * 300
    assert abs(np.mean(idle)) < 3 * np.std(idle) / 10


def test_grades_of_evidence_are_judged_together() -> None:
    rows = found("latin-hypercube", samples=1000).frames()["drivers"]
    grades = rows[(rows["of"] == "I1") & (rows["level"] == "local") & (rows["input"] == "")].set_index(
        "grade"
    )
    one = drivers(found("latin-hypercube", samples=1000), "first-order")
    assert grades.loc["illustrative", "index"] == one.loc["x1", "index"]
    assert grades.loc["measured", ["index", "low"]].tolist() == [0, 0]
    assert grades.loc["measured", "high"] == one.loc[["i1", "i2", "i3"], "high"].max()
    said = " ".join(sentences(found("latin-hypercube", samples=1000)))
    assert (
        "are seen to move, at whichever level: measured none, proxy 1 (Buying supplies), illustrative 1 (Buying supplies)."
        in said
    )
    assert "measured none that can be seen (each at most" in said


def test_what_has_no_design_enters_no_index_in_silence() -> None:
    for method, samples, block in (("latin-hypercube", 400, 1), ("sobol", 64, 7)):
        plan = plan_of(INSTANCE, method=method, samples=samples)
        mine = known(INSTANCE, drawn := sample_table(plan, INSTANCE))
        lost = np.arange(len(drawn)) % 50 == 0
        mine["results"].loc[lost, ["status", "reason", "value", "bound", "design_id"]] = (
            ["failed", "the solver failed", np.nan, np.nan, np.nan]
        )  # fmt: skip
        findings = Findings(plan, INSTANCE, mine)
        rows = findings.frames()["drivers"]
        whole = ~lost.reshape(-1, block).any(axis=1)
        assert set(rows["samples_used"]) == {whole.sum() * block}
        said = " ".join(sentences(findings))
        assert f"{lost.sum()} samples without an answer" in said
        assert "the solver failed" in said
        if block == 1:  # as if they had never been
            rest = {name: mine[name][~mine[name]["sample"].isin(drawn["sample"][lost])] for name in SAMPLED}
            assert Findings(plan, INSTANCE, {**mine, **rest}).frames()["drivers"].equals(rows)
        else:
            assert f"The indices rest on {whole.sum() * block:,} samples" in said


def test_what_makes_it_infeasible_is_said() -> None:
    plan = plan_of(INSTANCE, samples=400)
    drawn = sample_table(plan, INSTANCE)
    worth = np.where(drawn[["i1"]] > 0.8, np.nan, [[0.5, 0.4]])
    findings = Findings(plan, INSTANCE, tables(INSTANCE, drawn, [{}, {"I1": "local"}], worth))
    rows = findings.frames()["drivers"]
    assert set(rows["of"]) == {"feasible"}  # nothing else varies, and what does not has no index
    assert rows.set_index("input").loc["i1", "index"] > 0.95
    assert "In 80 no design keeps every requirement." in sentences(findings)


def test_tables_are_as_declared_and_the_same_every_time() -> None:
    first = found("latin-hypercube", samples=1000).frames()
    plan = plan_of(INSTANCE, grades=GRADES, method="latin-hypercube", samples=1000)
    second = Findings(plan, INSTANCE, known(INSTANCE, sample_table(plan, INSTANCE))).frames()
    for part in FINDINGS:
        assert list(first[part.name].columns) == list(part.header({"paths": ()}))
        assert len(first[part.name])
        pd.testing.assert_frame_equal(first[part.name], second[part.name], check_exact=True)


def test_rules_are_found_where_they_are_right_and_nowhere_else() -> None:
    plan = plan_of(INSTANCE, samples=1000)
    drawn = sample_table(plan, INSTANCE)
    y, coin = indicator(drawn), np.random.default_rng(3).random(1000) < 0.1
    worth = np.where(np.arange(4) == (2 * coin + y)[:, None], 0.5, 0.4)
    designs = [{}, {"I1": "local"}, {"I2": "local"}, {"I1": "local", "I2": "local"}]
    rules = (
        Findings(plan, INSTANCE, tables(INSTANCE, drawn, designs, worth)).frames()["rules"].set_index("level")
    )
    assert set(rules["decision"]) == {"I1"}  # where the coin decides, nothing tells
    rule = rules.loc["local", "rule"].split(" and ")
    assert [part.split()[:2] for part in rule] == [["x1", ">"], ["x2", "<="]]
    assert [float(part.split()[2]) for part in rule] == pytest.approx([0.7, 0.4], abs=0.01)
    assert " or " in rules.loc["central", "rule"]
    assert rules["balanced_accuracy"].min() > 0.97


def test_inputs_that_move_as_one_are_judged_as_one() -> None:
    weights = {"name": "weights", "simplex": ["risk_pooling", "accountability", "responsiveness"]}
    idle = {"name": "staff", "what": "organisations.staff_hours", "how": "multiply", "range": [0.5, 1.5]}
    more = {"name": "idle", "what": "scores.accountability", "how": "multiply", "range": [0.5, 1.0]}
    plan = plan_of(
        INSTANCE, vary=[weights, idle, more], samples=900, group=[{"name": "both", "of": ["staff", "idle"]}]
    )
    drawn = sample_table(plan, INSTANCE)
    risk, upward = drawn["weights.risk_pooling"], drawn["weights.accountability"]
    y = ((risk > upward) & (risk > 1 - risk - upward)).to_numpy()
    mine = tables(INSTANCE, drawn, [{}, {"I1": "local"}], np.where(y[:, None] == [[1, 0]], 0.4, 0.5))
    rows = drivers(Findings(plan, INSTANCE, mine), "first-order")
    assert [*rows.index][:2] == ["weights", "both"]
    assert rows.loc["weights", "index"] > 0.8  # all of it, but for what a bin holds of both
    assert abs(rows.loc["both", "index"]) < 0.05


def test_localities_count_by_their_people() -> None:
    instance = optimiser.read(INSTANCES / "three-levels")
    plan = plan_of(instance, names=("x1",), samples=100)
    drawn = sample_table(plan, instance)
    mine = tables(instance, drawn, [{}, {}], np.where((drawn[["x1"]] > 0.5).to_numpy() == [[1, 0]], 0.4, 0.5))
    held = mine["designs"]
    rota = held[(held["design_id"] == 2) & (held["decision"] == "rota")]
    held.loc[rota.index[0], "level"] = "hospital"  # alder alone
    findings = Findings(plan, instance, mine)
    levels = findings.frames()["levels"].set_index(["decision", "organisation", "level"])["share"]
    assert levels["rota", rota["organisation"].iloc[0], "hospital"] == 0.5
    assert levels["rota", rota["organisation"].iloc[1], "hospital"] == 0
    places, people = instance["organisations"]["organisation"], instance["organisations"]["population"]
    share = people[places == rota["organisation"].iloc[0]].sum() / np.nansum(people)
    d, l = findings.ensemble.sets.decisions.index("rota"), findings.ensemble.sets.levels.index("hospital")
    assert findings.ensemble.mean[d, l] == pytest.approx(share / 2)
    assert any(
        said.startswith("Moving staff between wards sits") and "by population" in said
        for said in sentences(findings)
    )


def test_samples_that_hang_together_count_as_one() -> None:
    morris = found("morris", samples=50)
    levels = morris.frames()["levels"].set_index(["decision", "level"]).loc[("I1", "local")]
    low, high = wilson(np.array(levels["share"] * 50), 50)  # trajectories, of six samples each
    assert levels[["low", "high"]].tolist() == pytest.approx([float(low), float(high)])
    knowing = morris.frames()["knowing"].set_index("input")["low"]
    assert knowing[["i1", "i2", "i3"]].max() <= 0
    folds = morris.ensemble.folds(5).reshape(50, 6)
    assert (folds == folds[:, :1]).all()


def test_what_is_no_sample_says_nothing_of_how_likely_anything_is() -> None:
    steps = found("one-at-a-time", steps=21)
    frames = steps.frames()
    assert frames["levels"][["low", "high"]].isna().all(axis=None)
    assert frames["rules"].empty
    assert frames["knowing"].empty
    said = " ".join(sentences(steps))
    assert "Grids and single steps are no samples" in said
    assert "confidence" not in said


def test_among_many_idle_inputs_none_is_seen_to_move_what_is_rare() -> None:
    rng, seen = np.random.default_rng(11), 0
    y = np.arange(300)[:, None] < 12
    for _ in range(500):
        _, _, chance = first_order(rng.random((300, 1)), y)
        seen += chance[0] < 0.05 / 500
    assert seen == 0
