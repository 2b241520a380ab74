"""What must be true of paths whatever the numbers: what links periods, and what does not."""

from __future__ import annotations

import csv
import io
from itertools import pairwise
from pathlib import Path

import path_cases
import pytest
from path_facts import PathFacts
from random_draft import as_csv
from random_instances import write
from random_paths import OnePeriod, UnlinkedDraft, random_path_files

import optimiser
from optimiser import Instance
from optimiser.studies.path.path import Path as Found


def reading(folder: Path, files: dict[str, str]) -> Instance:
    folder.mkdir(exist_ok=True)
    write(folder, files)
    return optimiser.read(folder)


def moves(found: Found) -> int:
    """Of the path with foresight."""
    return sum(
        row["moves"] for row in found.frame("periods").to_dict("records") if row["foresight"] == "path"
    )


def only(files: dict[str, str], scenario: str) -> dict[str, str]:
    """The files of the instance in which a scenario is certain and there are no others, nor periods."""
    toml = files["instance.toml"].split("[path]")[0]
    head, *blocks = toml.split("[[scenarios]]\n")
    kept = [block for block in blocks if block.startswith(f'scenario = "{scenario}"')]
    rest = (
        "[[resources]]" + blocks[-1].split("[[resources]]", 1)[1]
        if blocks and "[[resources]]" in blocks[-1]
        else ""
    )
    for block in kept:
        lines = block.split("[[resources]]")[0].splitlines()
        lines = ["probability = 1" if line.startswith("probability") else line for line in lines]
        head += "\n".join(["[[scenarios]]", *lines, ""])
    only = {"instance.toml": head.replace("risk_aversion = ", "risk_aversion = 0 # ") + rest}
    for name in ("delays.csv", "surges.csv"):
        if name in files:
            rows = [r for r in csv.DictReader(io.StringIO(files[name])) if r["scenario"] in ("", scenario)]
            only[name] = as_csv(rows) if rows else files[name].splitlines()[0] + "\n"
    return files | only


@pytest.mark.parametrize("seed", range(4))
def test_a_path_of_one_period_is_a_design(tmp_path: Path, seed: int) -> None:
    """With that scenario alone and that period's weights; its states are as they start, its moves free."""
    files = random_path_files(seed, draft=OnePeriod)
    (period,) = PathFacts(files).periods
    found = optimiser.path(reading(tmp_path / "path", files))
    design = optimiser.solve(
        reading(tmp_path / "one", only(files, period["scenario"])), weights=period["weights"]
    )
    for walk in found.walks.values():
        assert walk.value == pytest.approx(design.value, abs=2e-6)


@pytest.mark.parametrize("seed", [3, 5])
def test_where_nothing_links_periods_foresight_is_worth_nothing(tmp_path: Path, seed: int) -> None:
    files = random_path_files(
        seed, {"staff", "fixed_hours", "monitoring", "links", "asymmetric"}, draft=UnlinkedDraft
    )
    found = optimiser.path(reading(tmp_path, files))
    assert found.walks["path"].value == pytest.approx(found.walks["none"].value, abs=2e-6)


def test_dearer_moves_are_never_more(tmp_path: Path) -> None:
    instance = reading(tmp_path, path_cases.pendulum(0.6))
    costs = (0, 0.5, 1.7, 1.9, 5)
    counted = [moves(optimiser.path(instance.replace("decisions.switch_cost", set=cost))) for cost in costs]
    assert counted[0] == 2
    assert counted[-1] == 0
    assert all(more >= fewer for more, fewer in pairwise(counted))


def test_a_further_period_never_lowers_the_sum(tmp_path: Path) -> None:
    sums = [
        years * optimiser.path(reading(tmp_path / str(years), path_cases.lock_in(years))).walks["path"].value
        for years in (1, 2, 5, 6)
    ]
    assert all(later > sooner for sooner, later in pairwise(sums))
