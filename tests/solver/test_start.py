"""To begin from a design: nothing worth less comes back, and what is broken is repaired."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from enumeration import brute_force
from kinds import KINDS, holds_up
from random_instances import random_instance
from rows_by_hand import rows

import optimiser
from optimiser import InputError, Status


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_found_is_never_worth_less_than_the_start(kind: str) -> None:
    tried = 0
    for seed in range(3):
        instance = random_instance(seed, KINDS[kind].split(), most_designs=32, sizes=3)
        for judged in brute_force(instance).designs[::9]:
            for limit in (None, 1e-9):
                design = optimiser.solve(instance, start=rows(instance, judged.record.held), time_limit=limit)
                assert design.run["start"] == "kept"
                assert design.verified
                assert design.value >= judged.value - 1e-7
                assert design.status is (Status.OPTIMAL if limit is None else Status.FEASIBLE) or limit
                tried += 1
    assert tried > 8


@pytest.mark.parametrize("kind", KINDS)
def test_a_start_that_breaks_something_is_repaired_or_left(kind: str) -> None:
    """Whatever it says, the answer is the same as without."""
    said = set()
    for seed in range(4):
        instance = random_instance(seed, KINDS[kind].split(), most_designs=32, sizes=3)
        best, levels = optimiser.solve(instance), instance["levels"].rows
        size = len(instance["decisions"]["decision"]), len(instance.localities)
        for level in range(levels):
            for limit in (None, 1e-9):
                held = np.full(size, level)
                design = optimiser.solve(instance, start=rows(instance, held), time_limit=limit)
                said.add(design.run["start"])
                if limit is None:
                    assert design.status is best.status
                    assert not best.found or design.value == pytest.approx(best.value, abs=2e-6)
                else:
                    assert design.found or design.run["start"] == "unusable"
                    holds_up(design, best)
    assert len(said) > 1 or kind == "averse"


def test_a_start_keeps_to_what_is_asked(tmp_path: Path) -> None:
    instance = optimiser.read("instances/archetype")
    first = optimiser.solve(instance)
    again = optimiser.solve(instance, start=first, fix={"P1": "central"}, time_limit=1e-9)
    assert again.run["start"] == "repaired"
    assert again.table.set_index("decision").level["P1"] == "central"
    first.save(tmp_path / "first")
    first.table.to_csv(tmp_path / "hand.csv", index=False)
    for start in (tmp_path / "first", tmp_path / "first" / "result.json", str(tmp_path / "hand.csv"), first):
        found = optimiser.solve(instance, start=start, time_limit=1e-9)
        assert found.value == pytest.approx(first.value, abs=1e-12)
        assert found.asked["start"]


def test_a_start_that_cannot_be_read_is_refused(tmp_path: Path, run: Any) -> None:
    (tmp_path / "hand.csv").write_text("decision,organisation,level\nP1,,centrel\n")
    ran = run("solve", "instances/archetype", "--start", str(tmp_path / "hand.csv"))
    assert ran.code == 2
    assert "did you mean 'central'?" in ran.err
    ran = run("solve", "instances/archetype", "--start", str(tmp_path / "nowhere"))
    assert (ran.code, ran.out) == (2, "")
    instance = optimiser.read("instances/archetype")
    nothing = optimiser.solve(instance, time_limit=1e-9)
    with pytest.raises(InputError, match="no design to begin from"):
        optimiser.solve(instance, start=nothing)
    with pytest.raises(InputError, match="start: "):
        optimiser.solve(instance, start=5)  # type: ignore[arg-type]
