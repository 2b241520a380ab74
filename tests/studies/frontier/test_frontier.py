"""frontier: against published answers, and against brute force that looks for whatever dominates or is missing."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import stone_1977
from archetype_scores import SCORES
from frontier_reach import CLOSE, FLOOR, PAIR, THREE, points_of, reaches, same
from instance_by_hand import made
from paths import ARCHETYPE
from random_instances import random_instance, random_solvable
from schema_misfits import misfits

import optimiser
from optimiser import InputError, Instance, Status
from optimiser.cli.frontier import frontier_text
from optimiser.solver.answer import Answer
from optimiser.studies.frontier.border import border, standing_out
from optimiser.studies.frontier.frontier import Frontier
from optimiser.studies.schemas import json_schema
from optimiser.studies.study import Study

Array = np.ndarray


def holds(instance: Instance, found: Frontier, step: float = 0.0) -> None:
    """Every point listed can be reached and is dominated by nothing; all that can be reached is covered."""
    names = found.objectives
    every = reaches(instance, names)
    one = np.ones(len(names))
    listed = [next(reach for reach in every if same(reach, p)) for p in found.points]
    for p, mine in zip(found.points, listed, strict=True):
        at = np.array(found.reached(p))
        for end in (at, *p.segment):
            assert mine.most(one, end - CLOSE) is not None
        best = np.maximum(at, mine.most(one, at - FLOOR))  # where its own trade-off is steep, that is more
        for reach in every:
            better = reach.most(one, at - FLOOR)
            assert better is None or (better - best).max() <= 2 * CLOSE
    points = np.array([found.reached(p) for p in found.points])
    for k, at in enumerate(points):
        others = np.delete(points, k, axis=0)
        assert not (others >= at - FLOOR).all(axis=1).any(), "weakly dominated by another that is listed"
    for reach in every:
        for point in points_of(reach):
            assert any(mine.most(one, point - CLOSE - step) is not None for mine in listed), (
                reach.held,
                point,
            )


def marks_hold(instance: Instance, found: Frontier) -> None:
    """Two objectives: supported where some weights, of all at which the best can change, find a part of it."""
    corners = [np.array(points_of(reach)) for reach in reaches(instance, found.objectives)]
    every = np.concatenate([*corners, *(p.segment for p in found.points)])
    gaps = every[:, None, :] - every[None, :, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        turns = (gaps[..., 1] / (gaps[..., 1] - gaps[..., 0])).ravel()
    turns = np.unique(np.concatenate([[0, 1], turns[(turns > 0) & (turns < 1)]]))
    tries = np.concatenate([turns, (turns[:-1] + turns[1:]) / 2])
    weights = np.stack([tries, 1 - tries])
    best = (every @ weights).max(axis=0)
    for p in found.points:
        loss = (best - (p.segment @ weights).max(axis=0)).min()
        assert loss <= CLOSE if p.supported else loss > 1e-7


def test_stone(tmp_path: Path) -> None:
    found = optimiser.frontier(stone_1977.two_sites(tmp_path), ("own_cost", "split_cost"))
    points = {stone_1977.costs(p.answer.audit.objectives): p.supported for p in found.points}
    assert points == {pair: pair != (23, 29) for pair in stone_1977.PARETO}
    assert len(found.points) == 4
    assert found.complete


def test_the_objectives_that_weigh_are_the_default(tmp_path: Path) -> None:
    found = optimiser.frontier(stone_1977.two_sites(tmp_path), points=2)
    assert found.objectives == ("own_cost", "split_cost")
    assert [stone_1977.costs(p.answer.audit.objectives) for p in found.points] == [(31, 10), (20, 38)]
    assert not found.complete


def test_the_archetype_in_three_objectives() -> None:
    """Of 2 ^ 6 points: at the centre pooling and accountability, locally responsiveness."""
    found = optimiser.frontier(optimiser.read(ARCHETYPE))
    assert (found.objectives, found.complete) == (THREE, True)
    local = np.array(list(product([0, 1], repeat=6)))
    each = np.array(list(SCORES.values()))
    points = np.stack([(1 - local) @ each[:, 0], (1 - local) @ each[:, 1], local @ each[:, 2]], axis=1) / 6
    better = (points[None] >= points[:, None] - 1e-9).all(axis=2) & (
        points[None] > points[:, None] + 1e-9
    ).any(axis=2)
    expected = np.unique(points[~better.any(axis=1)].round(6), axis=0)
    assert np.array([found.reached(p) for p in found.points]) == pytest.approx(expected, abs=CLOSE)


@pytest.mark.parametrize("seed", [3, 6, 9, 20, 107, 6180])
def test_two_objectives_against_brute_force(seed: int) -> None:
    instance = random_solvable(seed, most_designs=24, sizes=3)
    found = optimiser.frontier(instance, PAIR)
    assert found.complete, found.unfinished
    holds(instance, found)
    marks_hold(instance, found)


@pytest.mark.parametrize("seed", [7, 30])
def test_three_objectives_against_brute_force(seed: int) -> None:
    instance = random_instance(
        seed, {"scores", "links", "asymmetric", "level_links", "costs"}, most_designs=32
    )
    found = optimiser.frontier(instance, ("accountability", "risk_pooling", "economy"))
    assert found.complete, found.unfinished
    holds(instance, found)


@pytest.mark.parametrize("seed", [5, 20])
def test_some_points_are_nondominated_and_spread(seed: int) -> None:
    instance = random_instance(seed, most_designs=24, sizes=3)
    every, found = optimiser.frontier(instance, PAIR), optimiser.frontier(instance, PAIR, points=4)
    assert 1 <= len(found.points) <= 4
    assert not found.complete
    one = np.ones(2)
    for reach in reaches(instance, PAIR):
        for p in found.points:
            better = reach.most(one, np.array(found.reached(p)) - FLOOR)
            assert better is None or (better - found.reached(p)).max() <= 2 * CLOSE
    ends = [np.concatenate([p.segment for p in some.points]) for some in (every, found)]
    assert ends[0].max(axis=0) == pytest.approx(ends[1].max(axis=0), abs=CLOSE)
    marks = {p.answer.record.held.tobytes(): p.supported for p in every.points}
    for p in found.points:
        assert p.supported in (None, marks.get(p.answer.record.held.tobytes(), p.supported))


@pytest.mark.parametrize("options", [{}, {"points": 4}])
@pytest.mark.parametrize(("seed", "gap"), [(1, 0.1), (20, 0.3)])
def test_a_wide_gap_claims_nothing_that_is_not_so(seed: int, gap: float, options: dict[str, int]) -> None:
    """Seed 1 in steps at a gap of 0.1 finds a point that is beaten by 0.02: it must not be called proven."""
    instance = random_instance(seed, most_designs=24, sizes=3)
    found, one, beaten = optimiser.frontier(instance, PAIR, gap=gap, **options), np.ones(2), 0
    for p in found.points:
        at = np.array(found.reached(p))
        better = [reach.most(one, at - FLOOR) for reach in reaches(instance, PAIR)]
        most = max((b - at).max() for b in better if b is not None)
        beaten += most > 2 * CLOSE
        assert most <= 2 * CLOSE or not p.proven
    if found.complete:
        holds(instance, found)
    assert not beaten or any("not proven nondominated" in said for said in found.unfinished)


def test_time_that_runs_out_after_a_point_is_not_said_to_have_found_none(monkeypatch: Any) -> None:
    """The clock stops during the second end: what is listed is not called proven, and nothing contradicts it."""
    asked, ask = [], Study.ask

    def cut_short(study: Study, **options: Any) -> Answer:
        asked.append(study)
        answer = ask(study, **options)
        if len(asked) == 2:
            study.clock.interrupted = True
            return replace(answer, bound=np.inf, status=Status.FEASIBLE)
        return answer

    monkeypatch.setattr(Study, "ask", cut_short)
    found = optimiser.frontier(optimiser.read(ARCHETYPE), PAIR, points=4)
    assert [p.proven for p in found.points] == [False]
    assert found.points[0].supported  # for it was proven to have most of the first, before time ran out
    assert not any("No design" in said for said in found.unfinished)
    assert any("ends of the frontier" in said for said in found.unfinished)
    assert any("not proven nondominated" in said for said in found.unfinished)
    assert "1 point, none proven nondominated" in frontier_text(found)


def test_the_border_of_chains_by_hand() -> None:
    """A falls from (0, 4) by (2, 3) to (3, 0); B is (1, 3.8) to (2.5, 2): it stands above A between."""
    a, b = np.array([[0.0, 4], [2, 3], [3, 0]]), np.array([[1.0, 3.8], [2.5, 2]])
    pieces = [(p.left, p.right, p.high, p.low) for p in border([a, b])]
    assert (pieces[0][0], pieces[-1][1]) == (0, 3)
    for left, right, high, low in pieces:
        for share in (0.25, 0.75):
            x = left + share * (right - left)
            mine = max(
                np.interp(x, a[:, 0], a[:, 1]), 3.8 if x <= 1 else np.interp(x, b[:, 0], b[:, 1], right=-9)
            )
            assert high + share * (low - high) == pytest.approx(mine, abs=1e-5)
    assert len(standing_out(b, [a])[0])
    assert not len(standing_out(np.array([[1.0, 3.4], [2.0, 2.9]]), [a])[0])
    assert not len(standing_out(np.array([[1.0, 2.0]]), [np.array([[2.0, 2.0]])])[0])  # weakly dominated


def test_a_trade_off_is_cut_to_the_part_that_stands_out() -> None:
    """Of (0, 4) by (2, 3) to (3, 0), what is below 2 is beaten by (4, 2), and what is left of 1 by (1, 4.5)."""
    a, c, d = np.array([[0.0, 4], [2, 3], [3, 0]]), np.array([[4.0, 2.0]]), np.array([[1.0, 4.5]])
    points, part = standing_out(a, [c, d])
    assert part == pytest.approx(np.array([[1, 3.5], [2, 3], [7 / 3, 2]]))
    assert (points > [1, 2]).all()


def test_one_design_and_objectives_that_do_not_vary(tmp_path: Path) -> None:
    instance = made(tmp_path, decisions="decision,type,levels\nd,input,central")
    for names in (("accountability", "economy"), THREE):
        found = optimiser.frontier(instance, names)
        assert (len(found.points), found.complete, found.points[0].supported) == (1, True, True)
        assert len(optimiser.frontier(instance, names, points=5).points) == 1


def test_a_wrong_call_names_everything_at_once() -> None:
    instance = optimiser.read(ARCHETYPE)
    for names, said in (
        (("acountability", "economy"), "did you mean 'accountability'"),
        (("economy",), "two or three"),
        (("economy", "economy"), "stands twice"),
    ):
        with pytest.raises(InputError, match=said):
            optimiser.frontier(instance, names)
    with pytest.raises(InputError) as wrong:
        optimiser.frontier(instance, ("economy",), points=1, gap=-1)
    assert len(wrong.value.problems) == 3


def test_no_time_says_so(run: Any) -> None:
    ran = run("frontier", ARCHETYPE, "--time-limit", "1e-9", "--json")
    document = json.loads(ran.out)
    assert (ran.code, document["points"], document["complete"]) == (5, [], False)
    assert document["unfinished"]


def test_what_the_command_prints_and_writes(run: Any, tmp_path: Path) -> None:
    call = ("frontier", ARCHETYPE, "--objectives", ",".join(PAIR))
    ran = run(*call, "--json", "--out", str(tmp_path / "out"))
    document = json.loads(ran.out)
    assert ran.code == 0
    assert misfits(document, json_schema()["$defs"]["frontier"]) == []
    assert [p["supported"] for p in document["points"]] == [True] * 4 + [False, True, False, True, True]
    assert json.loads((tmp_path / "out" / "result.json").read_text()) == document
    with (tmp_path / "out" / "points.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 9
    text = run(*call).out
    assert "      5        0.366667        0.350000  yes     no\n" in text
    assert "      2  O1 to central\n" in text
    assert max(map(len, text.splitlines())) <= 100
