"""Samples are what the study says: distributions, designs of experiments, groups, correlations, tables."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from paths import INSTANCES
from scipy import stats

from optimiser.errors import InputError
from optimiser.instance.instance import Instance
from optimiser.instance.read import read
from optimiser.studies.sensitivity.sampling.sampling import (
    latin_hypercube,
    salib,
    salib_problem,
    sample_table,
    unit_samples,
)
from optimiser.studies.sensitivity.study.distributions import Distribution, rounded
from optimiser.studies.sensitivity.study.study_file import read_study

STAFF = {"name": "staff", "what": "organisations.staff_hours", "how": "multiply", "range": [0.7, 1.3]}
ABSENCE = {"name": "absence", "what": "scenarios.absence", "how": "odds", "triangular": [0.5, 1, 2]}
NEED = {"name": "need", "what": "needs.need", "how": "multiply", "range": [0.5, 1.5]}
WEIGHTS = {"name": "weights", "simplex": ["risk_pooling", "accountability", "responsiveness"]}
SHARES = np.linspace(0.01, 0.99, 25)


@pytest.fixture(scope="module")
def instance() -> Instance:
    return read(INSTANCES / "three-levels")


def table(instance: Instance, *vary: dict[str, Any], **more: Any) -> pd.DataFrame:
    document = {"name": "d", "method": "latin-hypercube", "samples": 16, "vary": list(vary), **more}
    return sample_table(read_study(document, instance), instance)


DISTRIBUTIONS = [
    (Distribution("range", (0.7, 1.3), 0.7, 1.3), stats.uniform(0.7, 0.6)),
    (Distribution("triangular", (0.5, 1.0, 2.0), 0.5, 2.0), stats.triang(1 / 3, 0.5, 1.5)),
    (Distribution("triangular", (0.5, 0.5, 2.0), 0.5, 2.0), stats.triang(0, 0.5, 1.5)),
    (Distribution("triangular", (0.5, 2.0, 2.0), 0.5, 2.0), stats.triang(1, 0.5, 1.5)),
    (Distribution("normal", (1.0, 0.5), 0.2, 1.4), stats.truncnorm(-1.6, 0.8, 1, 0.5)),
    (Distribution("normal", (0.0, 1.0), 5.0, 6.0), stats.truncnorm(5, 6)),
    (Distribution("normal", (0.0, 1.0), -6.0, -5.0), stats.truncnorm(-6, -5)),
]  # fmt: skip


@pytest.mark.parametrize(("ours", "theirs"), DISTRIBUTIONS)
def test_quantiles_are_those_of_the_distribution(ours: Distribution, theirs: Any) -> None:
    assert ours.at(SHARES) == pytest.approx(theirs.ppf(SHARES), rel=1e-9)
    assert ours.at(np.array([0.0, 1.0])).tolist() == [ours.low, ours.high]
    assert ours.steps(3) == pytest.approx([ours.low, theirs.ppf(0.5), ours.high])


@pytest.mark.parametrize(("low", "high"), [(0.5, 8.0), (0.0, 8.0), (3.0, 8.0)])
def test_a_lognormal_is_cut_off_at_its_range(low: float, high: float) -> None:
    ours, whole = Distribution("lognormal", (2.0, 1.5), low, high), stats.lognorm(np.log(1.5), scale=2)
    between = whole.cdf(low) + SHARES * (whole.cdf(high) - whole.cdf(low))
    assert ours.at(SHARES) == pytest.approx(whole.ppf(between), rel=1e-9)
    assert ours.at(np.array([0.0, 1.0])) == pytest.approx([low, high])


def test_two_thirds_of_a_lognormal_lie_within_its_factor() -> None:
    values = Distribution("lognormal", (2.0, 1.5), 1e-9, 1e9).at(np.linspace(0, 1, 10_001))
    assert ((values >= 2 / 1.5) & (values <= 2 * 1.5)).mean() == pytest.approx(0.6827, abs=1e-3)


def test_whole_numbers_and_values_are_equally_likely() -> None:
    shares = (np.arange(60) + 0.5) / 60
    whole = Distribution("range", (2.0, 4.0), 2.0, 4.0, whole=True)
    assert dict(zip(*np.unique(whole.at(shares), return_counts=True), strict=True)) == {2: 20, 3: 20, 4: 20}
    assert whole.at(np.array([0.0, 1.0])).tolist() == [2, 4]
    values = Distribution("values", ("a", "b", True, 2.0))
    assert list(values.at(shares)).count("b") == 15
    assert values.steps(2) == ["a", "b", True, 2.0]


@pytest.mark.parametrize("size", [0.0, 1e-30, 3e-9, 0.123, 1.0, 54321.0, 1e13, 1e30])
def test_values_have_as_many_digits_as_tables_write(size: float) -> None:
    values = size * np.random.default_rng(0).random(200) * [[1], [-1]]
    assert rounded(values).tolist() == [[float(f"{value:.12g}") for value in row] for row in values]


@pytest.mark.parametrize("samples", [1, 7, 12, 64])
def test_a_latin_hypercube_has_one_sample_in_each_stratum(samples: int) -> None:
    points = latin_hypercube(samples, 3, seed=4)
    assert points.shape == (samples, 3)
    assert np.sort((points * samples).astype(int), axis=0).tolist() == [[k] * 3 for k in range(samples)]


def test_twice_as_many_samples_keep_those_there_are() -> None:
    few, many = latin_hypercube(6, 4, seed=1), latin_hypercube(24, 4, seed=1)
    assert (many[:6] == few).all()
    assert (latin_hypercube(6, 4, seed=2) != few).all()


def test_a_latin_hypercube_has_no_pattern_between_inputs() -> None:
    """Neither for odd numbers nor where it grew by doubling: pairwise correlations as of independent draws."""
    for samples in (125, 128, 500):
        matrix = np.corrcoef(latin_hypercube(samples, 20, seed=3).T)
        off = matrix[np.triu_indices(20, 1)]
        assert off.std() == pytest.approx(1 / np.sqrt(samples - 1), rel=0.25)
        assert abs(off.mean()) < 4 / np.sqrt(samples * len(off))


def test_the_table_has_a_row_a_sample_and_a_column_an_input(instance: Instance) -> None:
    found = table(instance, STAFF, ABSENCE, WEIGHTS)
    names = ["weights.risk_pooling", "weights.accountability", "weights.responsiveness"]
    assert list(found) == ["sample", "staff", "absence", *names]
    assert found["sample"].tolist() == list(range(16))
    assert np.sort(((found["staff"] - 0.7) / 0.6 * 16).astype(int)).tolist() == list(range(16))
    assert found[names].sum(axis=1).to_numpy() == pytest.approx(1, abs=1e-11)
    assert table(instance, STAFF, ABSENCE, WEIGHTS).equals(found)
    assert table(instance, STAFF, ABSENCE, WEIGHTS, samples=64)[:16].equals(found)


def test_every_way_to_share_out_weights_is_equally_likely(instance: Instance) -> None:
    """Of three weights each lies below x with probability 1 - (1 - x)^2, and above the others a third of the time."""
    shares = table(instance, WEIGHTS, samples=2048).filter(like="weights").to_numpy()
    for x in (0.1, 0.3, 0.7):
        assert (shares < x).mean(axis=0) == pytest.approx([1 - (1 - x) ** 2] * 3, abs=0.025)
    assert np.bincount(shares.argmax(axis=1)) / 2048 == pytest.approx([1 / 3] * 3, abs=0.03)
    assert (shares >= 0).all()


def test_a_group_moves_as_one(instance: Instance) -> None:
    found = table(instance, STAFF, ABSENCE, NEED, group=[{"name": "people", "of": ["staff", "absence"]}])
    assert (found["staff"].rank() == found["absence"].rank()).all()
    assert (found["staff"].rank() != found["need"].rank()).any()
    assert stats.triang(1 / 3, 0.5, 1.5).cdf(found["absence"]) == pytest.approx((found["staff"] - 0.7) / 0.6)


@pytest.mark.parametrize("group", [[], [{"name": "people", "of": ["staff", "absence"]}]])
def test_inputs_depend_on_each_other_as_the_study_says(instance: Instance, group: list[Any]) -> None:
    depend = [{"of": ["staff", "absence"], "rank_correlation": -0.5}]
    more = {"depend": depend, "group": group}
    found = table(instance, STAFF, ABSENCE, NEED, samples=2048, **more)
    ranks = found.drop(columns="sample").corr("spearman")
    assert ranks.loc["staff", "absence"] == pytest.approx(-0.5, abs=0.04)
    assert ranks["need"].drop("need").abs().max() < 0.06
    assert stats.kstest((found["absence"]), stats.triang(1 / 3, 0.5, 1.5).cdf).pvalue > 0.01
    assert table(instance, STAFF, ABSENCE, NEED, samples=4096, **more)[:2048].equals(found)


def test_a_group_can_depend_on_another_input(instance: Instance) -> None:
    group = [{"name": "people", "of": ["staff", "absence"]}]
    depend = [{"of": ["people", "need"], "rank_correlation": 0.8}]
    found = table(instance, STAFF, ABSENCE, NEED, samples=1024, depend=depend, group=group)
    assert (found["staff"].rank() == found["absence"].rank()).all()
    assert found["staff"].corr(found["need"], "spearman") == pytest.approx(0.8, abs=0.03)


def test_a_grid_has_every_combination(instance: Instance) -> None:
    found = table(instance, STAFF, WEIGHTS, method="grid", steps=3)
    assert len(found) == len(found.drop(columns="sample").drop_duplicates()) == 3 * 6
    assert found["staff"].unique() == pytest.approx([0.7, 1, 1.3])
    weights = found.filter(like="weights")
    assert set(np.unique(weights)) == {0, 0.5, 1}
    assert (weights.sum(axis=1) == 1).all()
    group = [{"name": "people", "of": ["staff", "absence"]}]
    assert len(table(instance, STAFF, ABSENCE, NEED, method="grid", steps=4, group=group)) == 4 * 4


def test_one_at_a_time_begins_with_the_instance_and_moves_one(instance: Instance) -> None:
    found = table(instance, STAFF, ABSENCE, WEIGHTS, method="one-at-a-time", steps=3)
    base = found.iloc[0].drop("sample")
    assert base.to_dict() == pytest.approx(
        {"staff": 1, "absence": 1, **dict.fromkeys(list(found)[3:], 1 / 3)}
    )
    moved = (found.drop(columns="sample") - base).abs() > 1e-9
    assert len(found) == 1 + 3 + 3 + 3 * 3
    assert not (moved["staff"] & moved["absence"]).any()
    assert found["staff"][1:4].tolist() == pytest.approx([0.7, 1, 1.3])
    assert found["weights.accountability"].tolist()[10:13] == pytest.approx([0, 0.5, 1])
    assert found["weights.risk_pooling"].tolist()[10:13] == pytest.approx([0.5, 0.25, 0])


def test_an_input_that_differs_from_row_to_row_is_blank_where_it_stays(instance: Instance) -> None:
    hours = {"name": "hours", "what": "organisations.staff_hours", "range": [10, 50]}
    found = table(instance, hours, ABSENCE, method="one-at-a-time", steps=2)
    assert found["hours"].isna().tolist() == [True, False, False, True, True]


def ishigami(x: np.ndarray) -> np.ndarray:
    a, b, c = (np.pi * (2 * x - 1)).T
    return np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)


def test_sobol_samples_are_such_as_salib_analyses(instance: Instance) -> None:
    """First-order and total indices of the Ishigami function, known in closed form."""
    document = {"name": "d", "method": "sobol", "samples": 1024, "vary": [STAFF, ABSENCE, NEED]}
    plan = read_study(document, instance)
    units = unit_samples(plan)
    assert units.shape == (1024 * 5, 3)
    assert len(sample_table(plan, instance)) == len(units)
    analyse = salib("SALib.analyze.sobol").analyze
    found = analyse(salib_problem(plan), ishigami(units), calc_second_order=False, seed=1)
    assert found["S1"] == pytest.approx([0.3139, 0.4424, 0], abs=0.04)
    assert found["ST"] == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.04)


def test_morris_samples_are_such_as_salib_analyses(instance: Instance) -> None:
    """Of a linear function every elementary effect is its slope; a group and a simplex are judged as one."""
    group = [{"name": "people", "of": ["staff", "absence"]}]
    vary = [STAFF, ABSENCE, NEED, WEIGHTS]
    plan = read_study({"name": "d", "method": "morris", "samples": 6, "vary": vary, "group": group}, instance)
    units = unit_samples(plan)
    problem = salib_problem(plan)
    assert problem["groups"] == ["people", "need", "weights", "weights"]
    assert units.shape == (6 * 4, 4)
    found = salib("SALib.analyze.morris").analyze(problem, units, units @ [3.0, -2.0, 0.0, 0.0], num_levels=4)
    assert dict(zip(found["names"], found["mu_star"], strict=True)) == pytest.approx(
        {"people": 3, "need": 2, "weights": 0}
    )


@pytest.mark.parametrize("method", ["sobol", "morris"])
def test_more_samples_of_salib_keep_those_there_are(instance: Instance, method: str) -> None:
    few, many = (table(instance, STAFF, ABSENCE, NEED, method=method, samples=n) for n in (8, 12))
    assert many[: len(few)].equals(few)


def test_without_salib_a_sentence_says_so(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "SALib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "SALib", None)
    with pytest.raises(InputError, match=r"pip install 'optimiser\[sensitivity\]'"):
        table(instance, STAFF, method="sobol", samples=8)


def futures(tmp_path: Path, text: str) -> dict[str, Any]:
    (tmp_path / "futures.csv").write_text(text, encoding="utf-8")
    return {"method": "table", "table": str(tmp_path / "futures.csv")}


def test_a_table_is_taken_as_it_stands(instance: Instance, tmp_path: Path) -> None:
    given = futures(tmp_path, "note,sample,need,staff\nfirst,0,0.5,1.1\nsecond,1,,0.9\n")
    any_need = {"name": "need", "what": "needs.need", "how": "multiply"}
    found = table(instance, STAFF, any_need, **given)
    assert list(found) == ["sample", "staff", "need"]
    assert found["staff"].tolist() == [1.1, 0.9]
    assert found["need"].tolist() == pytest.approx([0.5, np.nan], nan_ok=True)


def test_samples_of_one_study_are_a_table_of_another(instance: Instance, tmp_path: Path) -> None:
    drawn = table(instance, STAFF, ABSENCE, WEIGHTS)
    drawn.to_csv(tmp_path / "futures.csv", index=False, float_format="%.12g")
    again = table(instance, STAFF, ABSENCE, WEIGHTS, method="table", table=str(tmp_path / "futures.csv"))
    assert again.equals(drawn)


def test_a_table_can_hold_what_is_no_number(instance: Instance, tmp_path: Path) -> None:
    uniform = {"name": "uniform", "what": "decisions.uniform", "values": [True, False]}
    found = table(instance, uniform, **futures(tmp_path, "uniform\ntrue\n\nfalse\n"))
    assert found["uniform"].tolist() == [True, False]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("staf\n1\n", ["futures.csv:1 staf: 'staf' is not the name of an input; did you mean 'staff'?",
                       "futures.csv:1 staff: this column must be there: what organisations.staff_hours is"]),
        ("staff\n1\nx\n9\n", ["futures.csv:3 staff: 'x' is not a number (not known? leave it empty)",
                              "futures.csv:4 staff: '9' is out of its range, 0.7 to 1.3"]),
        ("staff,staff\n1,1\n", ["futures.csv:1 staff: there are two columns of this name"]),
        ("sample,staff\n1,1\n", ["futures.csv:2 sample: '1' is not 0: samples are counted from 0"]),
        ("staff\n1,2\n", ["study table: 'futures.csv' has rows longer or shorter than its header: row 2"]),
        ("staff\n", ["study table: 'futures.csv' has no rows"]),
        ("", ["study table: 'futures.csv' is empty"]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_table_is_told(
    instance: Instance, tmp_path: Path, text: str, lines: list[str]
) -> None:
    with pytest.raises(InputError) as error:
        table(instance, STAFF, **futures(tmp_path, text))
    assert list(error.value.problems) == lines


def test_a_table_that_is_not_there_is_told(instance: Instance, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"study table: 'none\.csv' cannot be read"):
        table(instance, STAFF, method="table", table=str(tmp_path / "none.csv"))
