"""The shipped instances: they read, say where every number comes from, and can be made again."""

from __future__ import annotations

import csv
import importlib
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from paths import INSTANCES, ROOT

from optimiser.instance.instance import Instance
from optimiser.instance.read import read

SHIPPED = (
    "archetype",
    "decentralisation",
    "england",
    "england-path",
    "england-regions",
    "germany-icu",
    "pendulum",
    "three-levels",
)
FROM_DATA = {"england": "england", "germany-icu": "germany"}
# Columns that only say which row it is.
NAMING = {
    "correlations": {"decision", "organisation_a", "organisation_b"},
    "current": {"decision"},
    "decisions": {"decision"},
    "delays": {"decision", "level", "scenario", "note"},
    "links": {"decision_a", "decision_b"},
    "needs": {"organisation"},
    "organisations": {"organisation"},
    "partners": {"organisation", "partner"},
    "resources": {"organisation", "resource"},
    "risk": {"decision", "organisation"},
    "rules": {"if_decision", "then_decision"},
    "surges": {"scenario", "resource", "organisation"},
    "workload": {"decision", "level", "at"},
    "levels": {"level"},
    "scenarios": {"scenario"},
    "resource_types": {"resource"},
    "periods": {"period"},
}


@pytest.fixture(scope="module")
def instances() -> dict[str, Instance]:
    return {name: read(INSTANCES / name) for name in SHIPPED}


@pytest.fixture
def making(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The package that the scripts share; imported as they do, from their folder."""
    monkeypatch.setattr(sys, "path", [str(ROOT / "scripts"), *sys.path])
    names = ("ageing", "forecast", "judgement", "legal", "tables", "volatility")
    yield type("Making", (), {name: importlib.import_module(f"making.{name}") for name in names})
    for name in [name for name in sys.modules if name.split(".")[0] == "making"]:
        del sys.modules[name]


def rows(instance: str, table: str) -> list[dict[str, str]]:
    with (INSTANCES / instance / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def filled_columns(instance: Instance) -> set[tuple[str, str]]:
    """Columns given in the files or, for the lists of instance.toml, in which something varies or is set."""
    given = {
        (path.stem, column)
        for path in (INSTANCES / instance.name).glob("*.csv")
        if path.stem != "sources"
        for column in rows(instance.name, path.stem)[0]
        if column not in NAMING[path.stem]
    }
    toml = (INSTANCES / instance.name / "instance.toml").read_text(encoding="utf-8")
    for table in ("levels", "scenarios", "resource_types", "periods"):
        section = table.removesuffix("_types") + ("s" if table == "resource_types" else "")
        for part in toml.split(f"[[{section}]]")[1:]:
            lines = part.split("\n[")[0].strip().splitlines()
            keys = {line.split("=")[0].strip() for line in lines if "=" in line}
            given |= {(table, key) for key in keys - NAMING[table]}
    return given


@pytest.mark.parametrize("name", SHIPPED)
def test_reads_and_introduces_itself(instances: dict[str, Instance], name: str) -> None:
    instance = instances[name]
    assert instance.name == name
    assert all((instance.title, instance.description, instance.perspective, instance.licence))


@pytest.mark.parametrize("name", ["archetype", "decentralisation"])
def test_the_small_ones_are_a_screenful(name: str) -> None:
    for file in ("instance.toml", "decisions.csv", "organisations.csv"):
        assert len((INSTANCES / name / file).read_text(encoding="utf-8").splitlines()) <= 40


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("england", {"centre": 1, "region": 7, "system": 42, "trust": 120}),
        ("england-regions", {"centre": 1, "region": 7}),
        ("germany-icu", {"federation": 1, "cluster": 5, "state": 16}),
    ],
)
def test_organisations(instances: dict[str, Instance], name: str, counts: dict[str, int]) -> None:
    levels, found = np.unique(instances[name]["organisations"]["level"].astype(str), return_counts=True)
    assert dict(zip(levels.tolist(), found.tolist(), strict=True)) == counts


@pytest.mark.parametrize("name", [*FROM_DATA, "england-path", "england-regions"])
def test_every_column_says_where_it_comes_from(instances: dict[str, Instance], name: str) -> None:
    graded = {(row["table"], row["column"]) for row in rows(name, "sources")}
    assert not filled_columns(instances[name]) - graded, "filled without a grade"
    assert len(graded) == len(rows(name, "sources")), "graded twice"
    assert all(row["source"] and row["note"] for row in rows(name, "sources"))


@pytest.mark.parametrize("name", FROM_DATA)
def test_licences_are_named(instances: dict[str, Instance], name: str) -> None:
    said = "Open Government Licence v3.0" if name == "england" else "Robert Koch-Institut"
    assert said in instances[name].licence
    assert said in instances[name].description


def test_englands_decisions(instances: dict[str, Instance]) -> None:
    decisions = instances["england"]["decisions"]
    assert decisions.rows >= 24
    assert set(decisions["type"]) == {"input", "process", "outcome"}
    asymmetric = decisions["type"][~decisions["uniform"]]
    assert 6 <= len(asymmetric) <= 8
    assert not decisions["spillover"].any()  # elicited for none, so given to none
    assert set(asymmetric) == {"process"}


def test_englands_measurements(instances: dict[str, Instance]) -> None:
    england = instances["england"]
    organisations = england["organisations"].frame().set_index("organisation")
    assert organisations["population"]["RVJ"] == 478_094  # RA7's catchment, divided by admissions
    assert organisations["population"]["RA7"] == 652_843
    trusts = organisations[organisations["level"] == "trust"]
    for score in ("willingness", "ability"):
        assert trusts[score].max() == 1
        assert trusts[score].min() == pytest.approx(0.8)
    beds = england["resources"].frame()
    beds = beds.set_index(["resource", "organisation"])
    critical = beds["capacity"]["critical_care_beds"]
    assert set(critical.index[critical == 0]) == {"RBS", "RCU", "RQ3"}
    needs = england["needs"]["need"]
    assert np.average(needs, weights=trusts["population"]) == pytest.approx(0, abs=1e-3)


def test_partners_share_a_parent(instances: dict[str, Instance]) -> None:
    for name in FROM_DATA:
        parent = instances[name]["organisations"].frame().set_index("organisation")["parent"]
        partners = instances[name]["partners"].frame()
        assert (partners["organisation"].map(parent) == partners["partner"].map(parent)).all()
        assert partners.groupby("organisation")["dependence"].sum().max() < 1


@pytest.mark.parametrize("name", FROM_DATA)
def test_the_arrangement_of_2019_can_be_staffed(instances: dict[str, Instance], name: str) -> None:
    instance = instances[name]
    organisations = instance["organisations"].frame().set_index("organisation")
    free = organisations["staff_hours"] * (1 - organisations["vacancy"]) * (1 - organisations["absence"])
    under = pd.Series(0, index=organisations.index)
    for locality in organisations.index[organisations["level"] == instance["levels"]["level"][-1]]:
        while locality:
            under[locality] += 1
            locality = organisations["parent"][locality]
    held = set(zip(instance["current"]["decision"], instance["current"]["level"], strict=True))
    needed = pd.Series(0.0, index=organisations.index)
    for row in instance["workload"].frame().fillna(0).itertuples():
        if (row.decision, row.level) in held:
            there = organisations["level"] == row.at
            needed[there] += row.fixed_hours + row.hours * under[there]
    assert (needed <= free * (1 - instance.limits["reserve"])).all()


@pytest.mark.parametrize(("name", "folder"), FROM_DATA.items())
def test_judgements_are_those_of_the_scripts(making: Any, tmp_path: Path, name: str, folder: str) -> None:
    judgement = making.judgement
    judged = judgement.load(ROOT / "scripts" / "making" / folder / "judged.toml")
    correlations, half_lives = (
        {row["decision"]: float(row[column] or "nan") for row in rows(name, "decisions")}
        for column in ("correlation", "half_life_days")
    )
    tables = {
        "decisions": judgement.decision_rows(judged, correlations, half_lives),
        "workload": judgement.workload_rows(judged),
        "links": judged["links"],
        "rules": judged["rules"],
        "current": judgement.current_rows(judged),
    }
    if "delays" in judged:
        toml = tomllib.loads((INSTANCES / name / "instance.toml").read_text(encoding="utf-8"))
        tables["delays"] = judgement.delay_rows(judged, toml["levels"])
    making.tables.write_instance(tmp_path, "", tables)
    for table in tables:
        assert (tmp_path / f"{table}.csv").read_bytes() == (INSTANCES / name / f"{table}.csv").read_bytes()


@pytest.mark.parametrize("name", SHIPPED)
def test_every_end_of_a_plausible_range_is_legal_alone(
    making: Any, instances: dict[str, Instance], name: str
) -> None:
    ranges = [row for row in rows(name, "sources") if row.get("low")]
    wrong = [
        f"{row['table']}.{row['column']} x {row[end]}"
        for row in ranges
        for end in ("low", "high")
        if not making.legal.allows(instances[name], row["table"], row["column"], float(row[end]))
    ]
    assert not wrong
    assert all(float(row["low"]) <= 1 <= float(row["high"]) for row in ranges)


def test_an_end_goes_as_far_as_it_may(making: Any) -> None:
    end = making.legal.legal_end
    assert end(lambda times: True, 2.0) == 2
    assert end(lambda times: times * 0.6 <= 1, 2.0) == 1.666
    assert end(lambda times: times >= 0.75, 0.5) == 0.75
    assert end(lambda times: times == 1, 1.5) == 1


@pytest.mark.parametrize("name", FROM_DATA)
def test_nothing_is_left_to_fill_in(name: str) -> None:
    texts = [
        (INSTANCES / name / file).read_text(encoding="utf-8") for file in ("sources.csv", "instance.toml")
    ]
    assert not any(re.search(r"\{[a-z_0-9]+\}", text) for text in texts)


def test_the_half_life_of_a_known_decay(making: Any) -> None:
    """Need moves to another place each day with a chance of 1 - 2^(-1/10), so half the gain is left in ten."""
    random = np.random.default_rng(1)
    stay = 2 ** (-1 / 10)
    place, places = 0, []
    for _ in range(20_000):
        places.append(place)
        place = place if random.random() < stay else int(random.integers(100))
    demand = np.full((len(places), 100), 9.0)
    demand[np.arange(len(places)), places] = 11
    days = pd.date_range("1900-01-01", periods=len(places))
    aged = making.ageing.aged(pd.DataFrame(demand, index=days), pd.Series(np.full(100, 10.0)))
    assert aged.days == pytest.approx(10, rel=0.1)
    assert aged.floored.floor < 0.05


def test_what_stays_unknown_is_what_no_forecast_has(making: Any) -> None:
    """Growth that goes on is foreseen; of what is not, half is common."""
    random = np.random.default_rng(2)
    days, places = 200, 8
    index = pd.date_range("2020-01-01", periods=days)
    own = random.normal(size=(days, places)) + random.normal(size=(days, 1))
    walk = 0.03 * np.arange(days)[:, None] + 0.01 * np.cumsum(own, axis=0)
    found = making.forecast.unknown(pd.DataFrame(np.exp(8 + walk), index=index), index[120], 2)
    assert found.damping == 1
    assert found.correlation == pytest.approx(0.5, abs=0.2)


@pytest.mark.parametrize(("name", "allocating"), [("england", 2), ("germany-icu", 1)])
def test_what_governs_a_resource_ages_as_measured(
    making: Any, instances: dict[str, Instance], name: str, allocating: int
) -> None:
    judged = making.judgement.load(ROOT / "scripts" / "making" / FROM_DATA[name] / "judged.toml")
    measured = {d["decision"] for d in judged["decisions"] if "half_life_days" not in d}
    assert measured == set(instances[name]["resource_types"]["governed_by"])
    assert len(measured) == allocating


def test_volatility_of_a_known_series(making: Any) -> None:
    """Noise of 5 % with a season, a trend, a common factor and a reporting jump: 5 % and 0.5 are found."""
    random = np.random.default_rng(1)
    months, places = 240, 40
    noise = 0.05 * np.sqrt(0.5) * (random.normal(size=(months, 1)) + random.normal(size=(months, places)))
    index = pd.date_range("2000-01-01", periods=months, freq="MS")
    season = 0.1 * np.sin(2 * np.pi * index.month.to_numpy() / 12)[:, None]
    levels = pd.DataFrame(np.exp(7 + 0.002 * np.arange(months)[:, None] + season + noise), index=index)
    levels.iloc[100:, 0] *= 3
    changes, observations = making.volatility.irregular(levels)
    assert observations == months - 1 - 12
    cv = making.volatility.coefficients_of_variation(changes, observations)
    assert cv.mean() == pytest.approx(0.05, rel=0.05)
    assert cv[0] == pytest.approx(0.05, rel=0.15)
    matrix, weight = making.volatility.shrunk_correlation(changes)
    assert making.volatility.mean_correlation(matrix) == pytest.approx(0.5, abs=0.05)
    assert 0 < weight <= 1


def test_a_singular_matrix_is_shrunk_to_a_definite_one(making: Any) -> None:
    changes = pd.DataFrame(np.random.default_rng(2).normal(size=(20, 60)))
    matrix, weight = making.volatility.shrunk_correlation(changes)
    assert np.linalg.eigvalsh(changes.corr())[0] == pytest.approx(0, abs=1e-9)
    assert np.linalg.eigvalsh(matrix)[0] > 0.1
    assert weight > 0.5
    assert (np.diag(matrix) == 1).all()
    assert (matrix == matrix.T).all()


def test_ranks_and_standard_scores(making: Any) -> None:
    values = pd.Series([50.0, 55.0, 60.0])
    assert making.volatility.ranked(values, 0.2).tolist() == pytest.approx([0.8, 0.9, 1])
    assert making.volatility.ranked(values, 0.2, best_is_high=False).tolist() == pytest.approx([1, 0.9, 0.8])
    scores = making.volatility.standardised(values, pd.Series([1.0, 1.0, 2.0]))
    assert np.average(scores, weights=[1, 1, 2]) == pytest.approx(0)
    assert np.average(scores**2, weights=[1, 1, 2]) == pytest.approx(1)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234567.0, "1234600"),
        (0.000012345678, "0.000012346"),
        (1.0, "1"),
        (float("nan"), ""),
        (-0.05, "-0.05"),
    ],
)
def test_numbers_are_written_for_people(making: Any, value: float, text: str) -> None:
    assert making.tables.number(value) == text
