"""Which design to live with, what to measure next and whether there were enough samples, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from paths import ARCHETYPE
from studies_by_hand import known, plan_of, tables

import optimiser
from optimiser.cli.sensitivity_text import findings_sections
from optimiser.studies.sensitivity.findings.findings import Findings
from optimiser.studies.sensitivity.findings.sentences import sentences
from optimiser.studies.sensitivity.findings.shares import wilson
from optimiser.studies.sensitivity.sampling.sampling import sample_table
from optimiser.terminal import page

INSTANCE = optimiser.read(ARCHETYPE)
DESIGNS = [{}, {"I1": "local"}, {"I1": "local", "I2": "local"}]


def findings(worth: np.ndarray, slack: float = 0.0, **more: object) -> Findings:
    plan = plan_of(INSTANCE, samples=len(worth), **more)
    drawn = sample_table(plan, INSTANCE)
    return Findings(plan, INSTANCE, tables(INSTANCE, drawn, DESIGNS[: worth.shape[1]], worth, slack))


def test_wilsons_interval() -> None:
    low, high = wilson(np.array([0, 5, 10]), 10)
    assert low == pytest.approx([0, 0.236593, 0.722467], abs=1e-6)
    assert high == pytest.approx([0.277533, 0.763407, 1], abs=1e-6)


def test_what_the_gap_leaves_open_is_said() -> None:
    worth = np.repeat([[0.5, 0.49, 0.3]], 40, axis=0)
    worth[:10, 1] = 0.4999  # a tenth of the gap, where it holds I1 elsewhere
    worth[10:30, 1] = 0.51  # and better there
    levels = findings(worth, slack=0.001).frames()["levels"].set_index(["decision", "level"])
    assert levels.loc[("I1", "central"), "share"] == 0.5
    assert levels.loc[("I1", "central"), "unresolved"] == 0.5
    assert levels.loc[("I1", "local"), "unresolved"] == 0
    assert levels.loc[("I2", "central"), "unresolved"] == 0  # I2 is the same in both
    assert np.isnan(levels.loc[("I2", "local"), "unresolved"])
    sure = findings(worth).frames()["levels"].set_index(["decision", "level"])
    assert sure.loc[("I1", "central"), "unresolved"] == 0


def test_how_fixed_designs_fare() -> None:
    worth = np.repeat([[1.0, 0.995, 0.8]], 100, axis=0)
    worth[:20, 0] = 0.9  # the first is mostly best, and sometimes far from it
    worth[:50, 2] = np.nan
    mine = findings(worth)
    regret = mine.frames()["regret"].set_index("design")
    assert regret["feasible"].tolist() == [1, 1, 0.5]
    assert regret.index.tolist() == ["2", "1", "3"]
    assert regret.loc["1", ["mean", "worst"]].tolist() == pytest.approx([0.019, 0.095])
    assert regret.loc["2", ["mean", "p95", "worst", "within_1pct"]].tolist() == pytest.approx(
        [0.004, 0.005, 0.005, 1]
    )
    assert regret.loc["3", ["mean", "within_1pct"]].tolist() == pytest.approx([0.2, 0])
    said = " ".join(sentences(mine))
    assert "The one to live with is design 2" in said
    assert "add at most 0.0041 of value in the mean: an upper bound" in said
    assert (
        "3 designs were held against every sample. 2 are possible in all of them; where one is not, it counts"
        in said
    )


def test_mean_and_worst_may_ask_for_different_designs() -> None:
    worth = np.repeat([[1.0, 0.98]], 100, axis=0)
    worth[:5, 0] = 0.9
    said = " ".join(sentences(findings(worth)))
    assert "The one that loses least in the mean is design 1." in said
    assert "The one that loses least at worst is design 2." in said


def test_what_is_not_possible_counts_as_worth_nothing() -> None:
    """The first is best where the locality has time enough, the second possible always: which, is worth knowing."""
    plan = plan_of(INSTANCE, samples=400)
    drawn = sample_table(plan, INSTANCE)
    short = (drawn["x1"] < 0.25).to_numpy()
    worth = np.stack([np.where(short, np.nan, 0.5), np.full(400, 0.35)], axis=1)
    mine = Findings(plan, INSTANCE, tables(INSTANCE, drawn, DESIGNS[:2], worth))
    said = " ".join(sentences(mine))
    assert (
        "in the mean (all of a sample's worth where it is not possible) is design 1." in said
    )  # 0.25 x 0.35 against 0.75 x 0.15
    assert "The one that loses least at worst is design 2." in said
    assert (
        "Design 1 is possible in 75.0 % of samples and there worth 0 less than the best in the mean" in said
    )
    assert "What design 1 breaks first in 25.0 % is mostly: staff of locality (100 samples)." in said
    row = mine.frames()["knowing"].set_index("input").loc["x1"]
    assert row["low"] < 0.25 * 0.35 < row["high"]
    assert "at most 0.088 of value in the mean" in said  # nothing else is to be known


def test_what_it_is_worth_to_know_an_input() -> None:
    """Two designs, worth x1 and 0.5: knowing x1, uniform from 0 to 1, is worth 1/8, the others nothing."""
    plan = plan_of(INSTANCE, samples=600, grades=("proxy", *["measured"] * 4))
    drawn = sample_table(plan, INSTANCE)
    noise = 0.1 * drawn["x2"].to_numpy()
    worth = np.stack([drawn["x1"] + noise, 0.5 + noise], axis=1)
    mine = Findings(plan, INSTANCE, tables(INSTANCE, drawn, DESIGNS[:2], worth))
    rows = mine.frames()["knowing"].set_index("input")
    assert rows.index[0] == "x1"
    assert rows["rank"].tolist() == [1, 2, 3, 4, 5]
    assert rows.loc["x1", "low"] < 0.125 < rows.loc["x1", "high"]
    assert rows.loc["x1", "high"] - rows.loc["x1", "low"] < 0.05
    assert rows["evppi"].iloc[1:].abs().max() < 0.02
    assert rows["low"].iloc[1:].max() <= 0
    said = [
        line
        for line in sentences(mine)
        if line.startswith("To measure next") and "choosing: x1 (proxy), 0.12" in line
    ]
    assert len(said) == 1
    bound = [line for line in sentences(mine) if "an upper bound" in line]
    assert "at most 0.13 of value" in bound[0]  # 1/8 here, because x1 is all there is to know


def test_an_input_that_changes_nothing_is_not_worth_measuring() -> None:
    rng = np.random.default_rng(8)
    worth = 0.5 + 0.1 * rng.random((300, 3))
    mine = findings(worth)
    assert mine.frames()["knowing"]["low"].max() <= 0
    assert any("No input would be worth measuring on its own" in line for line in sentences(mine))


def test_more_samples_tell_more_closely() -> None:
    few, many = (
        Findings(plan, INSTANCE, known(INSTANCE, sample_table(plan, INSTANCE)))
        for plan in (plan_of(INSTANCE, samples=n) for n in (250, 1000))
    )
    wide = [mine.frames()["levels"] for mine in (few, many)]
    ratio = np.divide(*[(frame["high"] - frame["low"]).max() for frame in wide])
    assert ratio == pytest.approx(2, rel=0.1)
    said = [line for line in sentences(many) if line.startswith("1,000 samples tell shares to ")]
    assert len(said) == 1
    assert "4,000 would tell them twice as closely" in said[0]
    assert any("In the mean the same design loses least in either half." in line for line in sentences(many))


@pytest.mark.parametrize("width", [60, 100])
def test_the_page_fits_and_says_it_in_order(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    plan = plan_of(INSTANCE, samples=400)
    mine = Findings(plan, INSTANCE, known(INSTANCE, sample_table(plan, INSTANCE)))
    text = page(findings_sections(mine))
    assert max(map(len, text.splitlines())) <= width
    heads = [part.split("\n")[0].split(" (")[0] for part in text.split("\n\n") if part[0] != " "]
    assert heads == [
        "WHAT CAME OF IT", "WHERE IT ALWAYS SITS", "WHERE IT DEPENDS", "WHAT THE BEST IS WORTH",
        "WHICH DESIGN TO LIVE WITH", "WHAT TO MEASURE NEXT", "WERE THERE ENOUGH SAMPLES", "HOW TO GO ON",
    ]  # fmt: skip
    flat = " ".join(text.split())
    assert "central: I2, P1, P2, O1, O2 5 of 6 decisions sit in one place in every sample" in flat
    assert "Rule: at " in flat
    assert "2 I1 to local" in flat


def test_before_anything_was_asked_it_says_so() -> None:
    plan = plan_of(INSTANCE, samples=20)
    mine = known(INSTANCE, sample_table(plan, INSTANCE))
    none = {name: frame.iloc[:0] for name, frame in mine.items() if name != "samples"}
    nothing = Findings(plan, INSTANCE, {**mine, **none})
    assert all(frame.empty for frame in nothing.frames().values())
    assert sentences(nothing)[:2] == (
        "Of 0 samples so far 0 have a design.",
        "20 samples not asked yet: all that follows is about those that were.",
    )
    assert "WHERE IT" not in page(findings_sections(nothing))


def test_the_next_question_is_one_that_can_be_asked() -> None:
    vary = {"name": "near", "what": "scores.responsiveness", "how": "multiply", "each": "decision"}
    plan = plan_of(INSTANCE, vary=[{**vary, "range": [0.5, 1.0]}], samples=200)
    drawn = sample_table(plan, INSTANCE)
    worth = np.where(drawn[["near[P1]"]] > 0.8, [[0.5, 0.4]], [[0.4, 0.45]])
    said = sentences(Findings(plan, INSTANCE, tables(INSTANCE, drawn, DESIGNS[:2], worth)))
    asked = said[-1].split("`")[1].split()
    assert asked[:4] == ["optimiser", "thresholds", "INSTANCE", "scores.responsiveness"]
    assert asked[4:] == ["--how", "multiply", "--range", "0.5,1", "--where", "decision=P1"]
    optimiser.thresholds(INSTANCE, asked[3], range=(0.5, 1), how="multiply", where={"decision": "P1"})
    sample = next(line for line in said if "--write" in line).split("look into sample ")[1].split(",")[0]
    assert drawn.set_index("sample").loc[int(sample), "near[P1]"] <= 0.8  # the other 0.1 short, and this 0.05
