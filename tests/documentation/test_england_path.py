"""England's path: its facts are England's, and what it adds is what the script judges."""

from __future__ import annotations

import csv
import datetime
import tomllib
from pathlib import Path
from string import Template
from typing import Any

import pytest
from paths import INSTANCES, ROOT

ENGLAND, PATH = INSTANCES / "england", INSTANCES / "england-path"
MAKING = ROOT / "scripts" / "making" / "england"
ADDED = {"decisions": ["switch_cost"], "resources": ["reserve"]}


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def toml(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "instance.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def judged() -> dict[str, Any]:
    """path.toml, with any dates for those that are measured."""
    names = [f"{wave}_wave_{when}" for wave in ("first", "second") for when in ("from", "over")]
    text = Template((MAKING / "path.toml").read_text(encoding="utf-8"))
    return tomllib.loads(text.substitute(dict.fromkeys(names, "2020-06-01")))


def test_the_facts_are_englands() -> None:
    """Tables are the same but for sources and what a path adds; every decision is uniform."""
    for file in ENGLAND.glob("*.csv"):
        own, added = rows(PATH / file.name), ADDED.get(file.stem, [])
        if file.stem == "decisions":
            assert {row.pop("uniform") for row in own} == {"true"}
        if file.stem != "sources":
            kept = [{name: cell for name, cell in row.items() if name not in added} for row in own]
            theirs = [{name: cell for name, cell in row.items() if name in kept[0]} for row in rows(file)]
            assert kept == theirs
    of_path = toml(PATH)
    for key, value in toml(ENGLAND).items():
        if key == "resources":
            of_path[key] = [{k: v for k, v in each.items() if k != "refill"} for each in of_path[key]]
        if key not in ("name", "title", "description"):
            assert of_path[key] == value


def test_what_links_the_years_is_what_was_judged(judged: dict[str, Any]) -> None:
    kinds = {d: kind for kind, decisions in judged["moved_by"].items() for d in decisions}
    costs = {row["decision"]: float(row["switch_cost"]) for row in rows(PATH / "decisions.csv")}
    assert costs == {d: judged["switch_cost"][kind] for d, kind in kinds.items()}
    path = toml(PATH)
    assert path["path"] == judged["path"]
    assert [(p["period"], p["scenario"]) for p in path["periods"]] == [
        (p["period"], p["scenario"]) for p in judged["periods"]
    ]
    refill = {r["resource"]: r["refill"] for r in path["resources"] if "refill" in r}
    assert refill == {judged["stockpile"]["resource"]: judged["stockpile"]["refill"]}


def test_nine_periods_are_nine_years(judged: dict[str, Any]) -> None:
    """From 1 January 2016 to 31 December 2024, and the waves where they are known to have been."""
    periods = toml(PATH)["periods"]
    first: datetime.date = judged["periods"][0]["starts"]
    whole = (judged["until"] - first).days / 365.25
    assert len(periods) == 9
    assert sum(p["years"] for p in periods) == pytest.approx(whole, abs=2e-3)
    starts = {}
    now = first
    for period in periods:
        starts[period["period"]] = now
        now += datetime.timedelta(days=round(period["years"] * 365.25))
    assert datetime.date(2020, 3, 15) < starts["first_wave"] < datetime.date(2020, 4, 5)
    assert datetime.date(2020, 10, 10) < starts["second_wave"] < datetime.date(2020, 11, 10)
