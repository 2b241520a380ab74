"""What is held and exercised in full is worth what the first edition of the model said, but for resilience.

`goldens/first_edition.json` has 60 small instances, as the text of their files, and what the first edition's engine
said of their best design and of others: who holds what (levels by decision and locality), V and every objective but
resilience. They were drawn by `random_files` of that engine's tests (seeds 0 to 67, at most 3 decisions and 3
localities; those without a design left out), without what keeps a decision from being exercised in full: staff,
partners, willingness, ability, fear. Absence, oversight and the weight of resilience were struck out. Each design
was judged by `verify`, which exercised everything in full. They are never drawn again: the first edition is gone.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from paths import GOLDENS
from random_instances import write

import optimiser
from optimiser import Instance

CASES: list[dict[str, Any]] = json.loads((GOLDENS / "first_edition.json").read_text(encoding="utf-8"))


def rows(instance: Instance, held: list[list[int]]) -> pd.DataFrame:
    """Who holds what, as a person would write it."""
    table, levels = instance["decisions"], instance["levels"]["level"]
    return pd.DataFrame(
        {"decision": decision, "organisation": "" if uniform else o, "level": levels[at]}
        for decision, uniform, places in zip(table["decision"], table["uniform"], held, strict=True)
        for o, at in list(zip(instance.localities, places, strict=True))[: 1 if uniform else None]
    )


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_what_is_exercised_in_full_is_worth_what_it_was(case: dict[str, Any], tmp_path: Path) -> None:
    write(tmp_path, case["files"])
    instance = optimiser.read(tmp_path)
    for design in case["designs"]:
        found = optimiser.verify(instance, rows(instance, design["held"]))
        assert found.verified, found.problems
        assert found.record.exercised.min() >= 1 - 1e-9
        assert found.value == pytest.approx(design["value"], abs=1e-9)
        expectations = {g: found.expectations[g] for g in design["objectives"]}
        assert expectations == pytest.approx(design["objectives"], abs=1e-9)
    best, *_ = case["designs"]
    assert optimiser.solve(instance).value == pytest.approx(best["value"], abs=2e-6)


def test_there_are_many_and_various() -> None:
    assert len(CASES) == 60
    assert sum(len(case["designs"]) for case in CASES) > 120
    files = [name for case in CASES for name in case["files"]]
    for table in ("risk", "correlations", "needs", "scores", "links", "rules", "workload", "surges"):
        assert files.count(f"{table}.csv") >= 10, table
