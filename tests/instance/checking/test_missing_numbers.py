"""Holes that defaults fill, names that look alike, numbers that lie far apart: each is said, and nothing else."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest
from paths import INSTANCES

from optimiser.instance.checking.check import warnings
from optimiser.instance.instance import Instance
from optimiser.instance.read import read
from optimiser.instance.schema.column import Column
from optimiser.instance.schema.schema import TABLES
from optimiser.instance.template import write_template

Rows = list[dict[str, Any]]
PLACES = ("A", "B", "C")
DOCUMENT: dict[str, Any] = {
    "name": "whole",
    "levels": [{"level": "nation", "delay_days": 20, "accountability": 1, "mobilisation": 0.6},
               {"level": "region", "delay_days": 5, "accountability": 0.7, "mobilisation": 0.8},
               {"level": "trust", "delay_days": 1, "accountability": 0.1, "mobilisation": 0.1}],
    "scenarios": [{"scenario": "normal", "probability": 0.5}, {"scenario": "winter", "probability": 0.5}],
    "resources": [{"resource": "beds"}],
}  # fmt: skip
NUMBERED = [c for c in TABLES["decisions"].columns if c.kind == "number" and not c.each]
QUIET = {"half_life_days", "min_rating", "flex", "correlation"}


def decision(name: str) -> dict[str, Any]:
    row: dict[str, Any] = {"decision": name, "type": "input", "uniform": False, "flexes": "beds"}
    row |= {c.name: 0.2 for c in NUMBERED}
    return row | {
        f"stake_{o}": 0.5
        for o in ("risk_pooling", "accountability", "responsiveness", "economy", "solidarity")
    }


def organisation(name: str, level: str, parent: str, **more: Any) -> dict[str, Any]:
    row = {"organisation": name, "level": level, "parent": parent, "staff_hours": 40, "vacancy": 0.1, "absence": 0.1,
           "willingness": 0.9, "ability": 0.8, "support_cost": 10}  # fmt: skip
    return row | more


def whole() -> dict[str, Rows]:
    """Tables in which nothing is missing."""
    localities = [organisation(o, "trust", "R", population=430_336, rating=2) for o in PLACES]
    return {
        "decisions": [decision("d"), decision("e")],
        "organisations": [organisation("N", "nation", ""), organisation("R", "region", "N"), *localities],
        "workload": [
            {"decision": d, "level": l, "hours": 4, "fixed_hours": 1, "cost": 2, "fixed_cost": 3}
            for d in "de" for l in ("nation", "region", "trust")
        ],
        "delays": [{"decision": d, "level": l, "days": 3} for d in "de" for l in ("nation", "region", "trust")],
        "risk": [{"decision": d, "organisation": o, "sd": s, "mean": 1} for d in "de" for o, s in zip(PLACES, (5, 30, 7), strict=True)],
        "correlations": [
            {"decision": d, "organisation_a": a, "organisation_b": b, "correlation": 0.3}
            for d in "de" for a, b in (("A", "B"), ("A", "C"), ("B", "C"))
        ],
        "needs": [{"organisation": o, "need": 2, "decision": d} for d in "de" for o in PLACES],
        "resources": [{"organisation": o, "resource": "beds", "capacity": 9, "demand": 8} for o in PLACES],
        "surges": [{"scenario": "winter", "resource": "beds", "organisation": o, "surge": 0.4, "loss": 0.1} for o in PLACES],
        "current": [{"decision": d, "level": "trust", "organisation": o} for d in "de" for o in PLACES],
    }  # fmt: skip


def said(tables: dict[str, Rows], document: dict[str, Any] | None = None) -> list[str]:
    """What is warned of beyond what the whole instance is."""
    quiet = set(warnings(Instance.from_tables(whole(), **DOCUMENT)))
    return [
        line
        for line in warnings(Instance.from_tables(tables, **{**DOCUMENT, **(document or {})}))
        if line not in quiet
    ]


def test_of_whole_tables_nothing_is_said() -> None:
    assert not [line for line in warnings(Instance.from_tables(whole(), **DOCUMENT)) if " for " in line]


@pytest.mark.parametrize(
    ("table", "row", "column", "line"),
    [
        ("risk", 2, "sd", "risk.csv has the sd of d for 2 of 3 trusts: C gets the square root of its population, 656, "
         "where the others have 5 to 30"),
        ("risk", 2, "", "risk.csv has the sd of d for 2 of 3 trusts: C gets the square root of its population, 656, "
         "where the others have 5 to 30"),
        ("risk", 0, "mean", "risk.csv has the mean of d for 2 of 3 trusts: A counts for nothing in solidarity, where the others have 1"),
        ("correlations", 1, "", "correlations.csv has d for 2 of 3 pairs: A with C gets the decision's own, 0.2, where the others have 0.3"),
        ("needs", 0, "", "needs.csv has the need for d for 2 of 3 trusts: A is taken to fit any policy, where the others have 2"),
        ("resources", 2, "", "resources.csv has beds for 2 of 3 trusts: C has and needs none, where the others have 9"),
        ("surges", 1, "surge", "surges.csv has the surge of beds in winter for 2 of 3 trusts: B gets the scenario's, 0, where the others have 0.4"),
        ("surges", 1, "loss", "surges.csv has the loss of beds in winter for 2 of 3 trusts: B gets the scenario's, 0, where the others have 0.1"),
        ("surges", 1, "", "surges.csv has the surge of beds in winter for 2 of 3 trusts: B gets the scenario's, 0, where the others have 0.4"),
        ("current", 4, "", "current.csv has e for 2 of 3 trusts: B cannot count as changed"),
        ("workload", 1, "hours", "workload.csv has hours of d for level nation and trust: region takes 0, where the others have 4"),
        ("workload", 1, "fixed_hours", "workload.csv has fixed_hours of d for level nation and trust: region takes 0, where the others have 1"),
        ("workload", 1, "cost", "workload.csv has cost of d for level nation and trust: region takes 0, where the others have 2"),
        ("workload", 1, "fixed_cost", "workload.csv has fixed_cost of d for level nation and trust: region takes 0, where the others have 3"),
        ("workload", 1, "", "workload.csv has hours of d for level nation and trust: region takes 0, where the others have 4"),
        ("delays", 1, "", "delays.csv has d for level nation and trust: region gets the level's, 5, where the others have 3"),
        ("organisations", 3, "staff_hours", "organisations.csv has staff_hours for 2 of 3 trusts: B is not limited, where the others have 40"),
        ("organisations", 3, "rating", "organisations.csv has rating for 2 of 3 trusts: B passes every bar, where the others have 2"),
        ("organisations", 3, "support_cost", "organisations.csv has support_cost for 2 of 3 trusts: B can buy no support, where the others have 10"),
        ("organisations", 3, "willingness", "organisations.csv has willingness for 2 of 3 trusts: B gets 1, where the others have 0.9"),
        ("organisations", 3, "ability", "organisations.csv has ability for 2 of 3 trusts: B gets 1, where the others have 0.8"),
        ("organisations", 3, "vacancy", "organisations.csv has vacancy for 2 of 3 trusts: B gets 0, where the others have 0.1"),
        ("organisations", 3, "absence", "organisations.csv has absence for 2 of 3 trusts: B gets 0, where the others have 0.1"),
    ],
)  # fmt: skip
def test_a_hole_is_said_with_what_fills_it(table: str, row: int, column: str, line: str) -> None:
    tables = whole()
    if column:
        del tables[table][row][column]
    else:
        del tables[table][row]
    assert line in said(tables)


@pytest.mark.parametrize("column", [c for c in NUMBERED if c.name not in QUIET], ids=lambda c: c.name)
def test_a_decision_without_a_number_that_others_have_is_said(column: Column) -> None:
    tables = whole()
    del tables["decisions"][1][column.name]
    assert (
        f"decisions.csv has {column.name} for 1 of 2 decisions: e gets 0, where the others have 0.2"
        in said(tables)
    )


def test_a_stake_that_one_decision_lacks_is_said() -> None:
    tables = whole()
    del tables["decisions"][0]["stake_economy"]
    assert (
        "decisions.csv has stake_economy for 1 of 2 decisions: d gets 1, where the others have 0.5"
        in said(tables)
    )


@pytest.mark.parametrize("column", sorted(QUIET))
def test_a_blank_that_says_something_is_no_hole(column: str) -> None:
    tables = whole()
    del tables["decisions"][0][column]
    assert not [line for line in said(tables) if column in line and " for " in line]


def test_a_level_between_that_others_speak_for_is_said() -> None:
    for name, default in (("delay_days", 0), ("accountability", 0.5), ("mobilisation", 1)):
        levels = [dict(row) for row in DOCUMENT["levels"]]
        del levels[1][name]
        lines = said(whole(), {"levels": levels})
        assert any(
            line.startswith(f"instance.toml gives {name} for 2 of 3 levels: region gets {default},")
            for line in lines
        )


def test_zeros_that_are_given_are_no_holes() -> None:
    tables = whole()
    for table, column in (
        ("workload", "hours"),
        ("organisations", "vacancy"),
        ("decisions", "fear"),
        ("surges", "surge"),
    ):
        tables[table][-1][column] = 0
    assert not [line for line in said(tables) if " for " in line]


def test_hours_do_not_matter_where_nobody_is_limited() -> None:
    tables = whole()
    del tables["organisations"][0]["staff_hours"]  # the nation's
    for row in (0, 3):
        del tables["workload"][row]["hours"]
    assert not [line for line in said(tables) if "hours" in line]


def test_holes_of_one_kind_are_one_line() -> None:
    tables = whole()
    tables["risk"] = [row for row in tables["risk"] if row["organisation"] != "C"]
    lines = [line for line in said(tables) if line.startswith("risk.csv has the sd")]
    assert len(lines) == 1
    assert lines[0].startswith("risk.csv has the sd of d and e for 2 of 3 trusts: C gets")


def test_delays_count_at_levels_where_a_decision_may_be_held_in_any_scenario() -> None:
    tables = whole()
    tables["decisions"][0]["levels"] = "nation;trust"
    del tables["delays"][1]
    tables["delays"][4]["scenario"] = "winter"
    assert not [line for line in said(tables) if line.startswith("delays.csv has")]


def test_localities_without_the_work_that_others_have_are_said() -> None:
    tables = whole()
    own = [{"decision": "d", "level": "trust", "at": "nation", "organisation": "B", "hours": 2}]
    assert (
        "workload.csv has hours of d held at trust, falling at nation for 1 of 3 trusts: A and C take 0, where the others have 2"
        in said(tables | {"workload": [*tables["workload"], *own]})
    )
    every = [{**own[0], "organisation": o, "hours": h} for o, h in zip(PLACES, (2, 3, 4), strict=True)]
    assert not [
        line for line in said(tables | {"workload": [*tables["workload"], *every]}) if " hours of " in line
    ]


def test_a_decision_that_the_workload_leaves_out_is_said() -> None:
    tables = whole()
    tables["workload"] = tables["workload"][:3]
    assert "workload.csv has rows for 1 of 2 decisions: e takes nothing" in said(tables)


@pytest.mark.parametrize(
    "name", ["archetype", "decentralisation", "england", "england-regions", "germany-icu"]
)
def test_what_ships_has_no_holes(name: str) -> None:
    assert warnings(read(INSTANCES / name)) == ()


def test_the_template_is_whole(tmp_path: Path) -> None:
    write_template(tmp_path / "new")
    assert warnings(read(tmp_path / "new")) == ()


# Names that look alike.

ALIKE = {
    "case": ("beds", "Beds"),
    "accents": (unicodedata.normalize("NFC", "Évaluation"), unicodedata.normalize("NFD", "Évaluation")),
    "cyrillic": ("case", "c\u0430se"),
    "greek": ("bed", "b\u03b5d"),
    "wide": ("beds", "\uff42eds"),
    "spaces": ("ga beds", "ga  beds"),
    "underscores": ("ga_beds", "ga beds"),
    "hyphens": ("ga-beds", "ga_beds"),
}
NOUN = {"decisions": "decisions", "organisations": "organisations", "levels": "levels", "scenarios": "scenarios",
        "resources": "resources"}  # fmt: skip


@pytest.mark.parametrize("kind", ALIKE)
@pytest.mark.parametrize("table", NOUN)
def test_names_that_look_alike_are_said(table: str, kind: str) -> None:
    a, b = ALIKE[kind]
    document: dict[str, Any] = {"name": "x"}
    tables: dict[str, Rows] = {"decisions": [{"decision": "d", "type": "input"}]}
    if table == "decisions":
        tables["decisions"] = [{"decision": name, "type": "input"} for name in (a, b)]
    elif table == "organisations":
        tables["organisations"] = [{"organisation": "top", "level": "central", "parent": ""}] + [
            {"organisation": name, "level": "local", "parent": "top"} for name in (a, b)
        ]
    elif table == "levels":
        document["levels"] = [{"level": name} for name in (a, b)]
    elif table == "scenarios":
        document["scenarios"] = [{"scenario": name, "probability": 0.5} for name in (a, b)]
    else:
        document["resources"] = [{"resource": name} for name in (a, b)]
    lines = [line for line in warnings(Instance.from_tables(tables, **document)) if "look alike" in line]
    noun = f" look alike, and are 2 different {NOUN[table]}"
    assert any(line.endswith(noun) and a in line and b in line for line in lines)


def test_objectives_that_look_alike_are_said() -> None:
    document = {"name": "x", "objectives": [{"objective": "Economy"}]}
    lines = warnings(Instance.from_tables({"decisions": [{"decision": "d", "type": "input"}]}, **document))
    assert (
        "instance.toml objectives: 'economy' and 'Economy' look alike, and are 2 different objectives"
        in lines
    )


def test_names_that_differ_are_not_said() -> None:
    names = ["R1A", "R1B", "1-11", "11-1", "Evaluation", "Évaluation", "ga", "gabeds"]
    lines = warnings(
        Instance.from_tables({"decisions": [{"decision": n, "type": "input"} for n in names]}, name="x")
    )
    assert not any("look alike" in line for line in lines)


# Numbers of one column that lie far apart.


@pytest.mark.parametrize(
    ("table", "column"),
    [("organisations", "population"), ("organisations", "staff_hours"), ("organisations", "support_cost"),
     ("workload", "hours"), ("workload", "cost"), ("risk", "sd"), ("risk", "mean"), ("resources", "capacity"),
     ("resources", "demand"), ("needs", "need"), ("decisions", "monitoring_hours"), ("decisions", "half_life_days")],
)  # fmt: skip
def test_numbers_a_million_times_apart_are_said(table: str, column: str) -> None:
    tables = whole()
    last, before = (row for row in tables[table][:-3:-1])
    before[column], last[column] = 2, 2_000_001
    lines = [line for line in said(tables) if "in the same unit?" in line]
    assert [line for line in lines if line.startswith(f"{table}.csv {column}: 2000001 (")]
    last[column] = 1_900_000
    for row in tables[table]:
        row[column] = row.get(column) and max(row[column], 2)
    assert not [line for line in said(tables) if line.startswith(f"{table}.csv {column}")]


def test_resources_have_units_of_their_own() -> None:
    document = {"name": "x", "resources": [{"resource": "beds"}, {"resource": "masks"}]}
    rows = [
        {"organisation": "local", "resource": r, "capacity": c, "demand": c}
        for r, c in (("beds", 3), ("masks", 9e6))
    ]
    lines = warnings(
        Instance.from_tables(
            {"decisions": [{"decision": "d", "type": "input"}], "resources": rows}, **document
        )
    )
    assert not [line for line in lines if "unit" in line]
