"""alternatives: the best designs against enumeration, verdicts and distances too."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from enumeration import Judged, brute_force
from instance_by_hand import made
from paths import ARCHETYPE
from random_instances import random_solvable
from schema_misfits import misfits

import optimiser
from optimiser import InputError, Instance
from optimiser.cli.alternatives import alternatives_text
from optimiser.studies.alternatives.alternatives import Alternatives
from optimiser.studies.schemas import json_schema

CLOSE = 3e-6  # of value: the gap proven, and the rounding of two solvers
SEEDS = [0, 1, 6, 7, 9, 11, 712, 719, 720]


def shares(instance: Instance) -> np.ndarray:
    """(O,) of the population."""
    table = instance["organisations"]
    of = dict(zip(table["organisation"], table["population"], strict=True))
    people = np.array([of[o] for o in instance.localities])
    return np.full(len(people), 1 / len(people)) if np.isnan(people).all() else people / people.sum()


def apart(instance: Instance, a: np.ndarray, b: np.ndarray) -> float:
    """Decisions held elsewhere, (D, O) against (D, O); an asymmetric one by population."""
    return float(((a != b) @ shares(instance)).sum())


def same_values(found: Alternatives, expected: list[Judged]) -> None:
    values = [ranked.answer.value for ranked in found.designs]
    assert values == pytest.approx([judged.value for judged in expected], abs=CLOSE)
    held = {ranked.answer.record.held.tobytes() for ranked in found.designs}
    assert len(held) == len(values)  # no design twice


@pytest.mark.parametrize("seed", SEEDS)
def test_the_best_designs_are_those_of_the_enumeration(seed: int) -> None:
    instance = random_solvable(seed, most_designs=64, sizes=3)
    answer = brute_force(instance)
    found = optimiser.alternatives(instance, count=6)
    same_values(found, answer.designs[:6])
    assert found.complete, found.unfinished
    for ranked, judged in zip(found.designs, answer.designs, strict=False):
        assert ranked.bound >= judged.value - CLOSE
    if len(answer.designs) > 6:
        assert found.rest >= answer.designs[6].value - CLOSE
    verdicts_hold(instance, found, answer.designs, found.floor)


@pytest.mark.parametrize("seed", SEEDS)
def test_all_designs_within_a_tolerance(seed: int) -> None:
    width, draw = 0.0, seed
    while width < 4 * CLOSE:
        instance = random_solvable(draw, most_designs=64, sizes=3)
        answer = brute_force(instance)
        losses = [answer.best.value - judged.value for judged in answer.designs]
        few = losses[min(3, len(losses) - 2) : 12] if len(losses) > 1 else losses
        gaps = [(b - a, (a + b) / 2) for a, b in pairwise(few)] or [(1, 0.01)]
        width, within = max(gaps)  # between two losses, where no rounding decides
        draw += 100
    inside = [judged for judged in answer.designs if answer.best.value - judged.value <= within]
    found = optimiser.alternatives(instance, within=within, diverse=3, by_locality=True)
    same_values(found, inside)
    assert found.complete, found.unfinished
    verdicts_hold(instance, found, inside, found.floor)
    different_as_can_be(instance, found, inside)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("gap", [0.01, 0.1])
def test_with_a_wide_gap_what_is_said_still_holds(seed: int, gap: float) -> None:
    """A verdict is settled though value and bound of the best lie on either side of what it asks for."""
    instance = random_solvable(seed, most_designs=64, sizes=3)
    answer = brute_force(instance)
    found = optimiser.alternatives(instance, count=3, gap=gap, by_locality=True)
    listed = {ranked.answer.record.held.tobytes() for ranked in found.designs}
    others = [j.value for j in answer.designs if j.record.held.tobytes() not in listed]
    last = found.designs[-1].answer.value
    assert found.complete, found.unfinished
    assert max(others, default=-np.inf) <= found.rest + CLOSE
    assert found.rest <= last + gap * abs(last) + CLOSE
    assert found.floor <= found.designs[0].answer.value * (1 - gap) + 1e-12
    verdicts_hold(instance, found, answer.designs, found.floor)


def verdicts_hold(instance: Instance, found: Alternatives, designs: list[Judged], floor: float) -> None:
    """Against the designs worth the floor, but for those that rounding may put on either side of it."""
    certain = [judged.record.held for judged in designs if judged.value >= floor + CLOSE]
    possible = [judged.record.held for judged in designs if judged.value >= floor - CLOSE]
    decisions, levels = list(instance["decisions"]["decision"]), list(instance["levels"]["level"])
    listed = np.mean(
        [ranked.answer.record.held[..., None] == np.arange(len(levels)) for ranked in found.designs], axis=0
    )
    for verdict in found.verdicts:
        d, level = decisions.index(verdict.decision), levels.index(verdict.level)
        where = [instance.localities.index(verdict.organisation)] if verdict.organisation else slice(None)
        at = [np.array([held[d, where] == level for held in some]) for some in (certain, possible)]
        assert verdict.verdict in {"must" if a.all() else "may" if a.any() else "never" for a in at if a.size}
        share = listed[d, where, level] @ (shares(instance) if where == slice(None) else [1])
        assert verdict.share == pytest.approx(share, abs=1e-9)


def different_as_can_be(instance: Instance, found: Alternatives, inside: list[Judged]) -> None:
    chosen = [different.answer.record.held for different in found.diverse]
    step = 1e-9 if instance["decisions"]["uniform"].all() else 0.011
    for k, different in enumerate(found.diverse[1:], 1):
        reach = [min(apart(instance, judged.record.held, c) for c in chosen[:k]) for judged in inside]
        near = min(apart(instance, chosen[k], c) for c in chosen[:k])
        assert different.distance == pytest.approx(near, abs=1e-9)
        assert max(reach) - step <= near
        assert different.furthest >= max(reach) - 1e-9
    if len(chosen) < 3:
        assert max(min(apart(instance, j.record.held, c) for c in chosen) for j in inside) <= step


def archetype(**options: object) -> Alternatives:
    return optimiser.alternatives(optimiser.read(ARCHETYPE), **options)


def verdicts(found: Alternatives) -> dict[tuple[str, str], str]:
    return {(v.decision, v.level): v.verdict for v in found.verdicts if not v.organisation}


def test_the_archetype_by_hand() -> None:
    """2.1/6; O2 local costs (.1 + .6 - .5)/18, P2 central (.8 - .3)/18, P1 central (.9 - .3)/18."""
    found = archetype(within=0.03)
    losses = [found.designs[0].answer.value - ranked.answer.value for ranked in found.designs]
    assert losses == pytest.approx([0, 0.2 / 18, 0.5 / 18], abs=1e-9)
    assert [[m["decision"] for m in ranked.moves] for ranked in found.designs] == [[], ["O2"], ["P2"]]
    assert verdicts(found)["P1", "local"] == "must"
    assert verdicts(found)["P1", "central"] == "never"
    assert verdicts(found)["P2", "central"] == verdicts(found)["P2", "local"] == "may"
    assert next(v.share for v in found.verdicts if (v.decision, v.level) == ("P2", "local")) == pytest.approx(
        2 / 3
    )


def test_all_designs_there_are() -> None:
    found = archetype(count=65)  # 2 ^ 6, all within the 22 hours
    assert len(found.designs) == 64
    assert found.complete
    assert found.rest == -np.inf
    assert found.document()["rest"] is None
    assert set(verdicts(found).values()) == {"may"}


def test_what_is_cut_off_by_the_count_is_said() -> None:
    found = archetype(within=0.1, count=4)
    assert len(found.designs) == 4
    assert not found.complete
    assert found.rest >= 0.3111  # the fifth
    assert "within the tolerance may be missing" in found.unfinished[0]


def test_a_distance_that_is_not_proven_is_printed_with_its_bound() -> None:
    found = archetype(within=0.02, diverse=2)
    assert "at most" not in alternatives_text(found)
    loose = tuple(replace(one, furthest=one.distance + 0.5) for one in found.diverse)
    lines = alternatives_text(replace(found, diverse=loose)).splitlines()
    assert "  distance  at most     value  held elsewhere than in the best" in lines
    assert "      1.00     1.50  0.338889  O2 to local" in lines


def test_a_decision_without_choice(tmp_path: Path) -> None:
    instance = made(tmp_path, decisions="decision,type,levels\nd,input,central")
    found = optimiser.alternatives(instance, diverse=2)
    assert (len(found.designs), len(found.diverse), found.complete) == (1, 1, True)
    assert verdicts(found) == {("d", "central"): "must", ("d", "local"): "never"}


def test_equal_designs_are_all_listed(tmp_path: Path) -> None:
    instance = made(tmp_path, decisions="decision,type\na,input\nb,input", scores=(
        "decision,level,accountability,risk_pooling,responsiveness\n"
        "a,central,.5,.5,.5\na,local,.5,.5,.5\nb,central,.5,.5,.5\nb,local,.2,.5,.5"))  # fmt: skip
    found = optimiser.alternatives(instance, within=0.0)
    assert len(found.designs) == 2
    assert found.complete
    assert verdicts(found) == {("a", "central"): "may", ("a", "local"): "may",
                               ("b", "central"): "must", ("b", "local"): "never"}  # fmt: skip


def test_a_wrong_call_names_everything_at_once() -> None:
    with pytest.raises(InputError) as wrong:
        archetype(count=0, within=-1.0, diverse=-2)
    assert len(wrong.value.problems) == 3
    with pytest.raises(InputError, match="accountability"):
        archetype(weights={"acountability": 1})


def test_no_time_says_so(run: Any) -> None:
    ran = run("alternatives", ARCHETYPE, "--time-limit", "1e-9", "--json")
    document = json.loads(ran.out)
    assert (ran.code, document["designs"], document["complete"]) == (5, [], False)
    assert document["unfinished"]


def test_what_the_command_prints_and_writes(run: Any, tmp_path: Path) -> None:
    call = ("alternatives", ARCHETYPE, "--within", "0.03", "--diverse", "2")
    ran = run(*call, "--json", "--out", str(tmp_path / "out"))
    document = json.loads(ran.out)
    assert ran.code == 0
    assert misfits(document, json_schema()["$defs"]["alternatives"]) == []
    assert json.loads((tmp_path / "out" / "result.json").read_text()) == document
    with (tmp_path / "out" / "ranking.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["rank"] for row in rows] == ["1", "2", "3"]
    text = run(*call).out
    assert "     2  0.338889   0.011111  O2 to local\n" in text
    assert "  P2        may 33%  may 67%\n" in text
    assert max(map(len, text.splitlines())) <= 100


def test_infeasible_leaves_with_3(run: Any, tmp_path: Path) -> None:
    made(
        tmp_path,
        decisions="decision,type,levels\na,input,local",
        organisations="organisation,level,parent,staff_hours\nC,central,,\nL,local,C,1",
        workload="decision,level,hours\na,local,2",
    )
    assert run("alternatives", str(tmp_path)).code == 3
