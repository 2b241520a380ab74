"""The covid record: its form, how far its readers agree, and how a ranking is held against it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from covid import solves
from covid.agreement import interval, kappa, share
from covid.gains import gain, questions, scored
from covid.intensity import changes, counts
from covid.ranking import auc, between, chance
from covid.record import CODES, LEVELS, MOVED, NEW, WAVES, Coding, agreed, decisions, readings, sheet
from covid.solves import Done, Question, Worth, certain, doing, values
from covid_ranked import can_move, elsewhere, levels_of
from instance_by_hand import made

import optimiser

UP = Coding("up", "trust", "centre", "a letter", 3)
STAYED = replace(UP, code="stayed", to_level="trust")
MADE = replace(UP, code="created", from_level="")


@pytest.mark.parametrize("reader", [1, 2])
def test_a_sheet_has_every_decision_and_wave_and_keeps_to_the_codebook(reader):
    coded = sheet(reader)
    assert list(coded) == [(row["decision"], wave) for row in decisions() for wave in WAVES]
    for coding in coded.values():
        start, end = coding.from_level, coding.to_level
        assert coding.code in CODES
        assert {start, end} <= {*LEVELS, ""}
        assert coding.evidence
        assert coding.confidence in (1, 2, 3)
        assert (start == "") == (coding.code in NEW)
        if coding.code == "suspended":
            assert end == ""
        elif coding.code in MOVED:
            assert (LEVELS.index(end) < LEVELS.index(start)) == (coding.code == "up")
        elif coding.code not in (*NEW, "unattainable"):
            assert start == end


def test_what_is_coded_are_the_decisions_of_the_instance():
    england = optimiser.read("instances/england")["decisions"]
    types = {row["decision"]: row["type"] for row in decisions()}
    assert types == dict(zip(england["decision"], england["type"], strict=True))


def test_what_the_readers_agree_on_and_what_they_dispute():
    one = {("a", "first"): UP, ("b", "first"): STAYED, ("c", "first"): MADE, ("d", "first"): UP}
    other = {**one, ("b", "first"): UP, ("d", "first"): replace(UP, to_level="region")}
    same, disputed = agreed(one, other, lambda coding: coding.moved_up)
    assert same == {("a", "first"): True, ("d", "first"): True}  # c is new: the question does not arise
    assert disputed == [("b", "first")]
    assert agreed(one, other, lambda coding: coding.to_level)[1] == [("b", "first"), ("d", "first")]


def test_kappa_by_hand():
    # Cohen's own kind of table: 20 both yes, 5 and 10 apart, 15 both no; (0.7 - 0.5) / 0.5.
    one, other = list("y" * 25 + "n" * 25), list("y" * 20 + "n" * 5 + "y" * 10 + "n" * 15)
    assert share(one, other) == 0.7
    assert kappa(one, other) == pytest.approx(0.4)
    assert np.isnan(kappa(["y", "y"], ["y", "y"]))


def test_the_interval_draws_decisions_and_not_rows():
    one, other = list("ynynyyynny"), list("ynynyyynyy")
    apart = interval(one, other, [str(i) for i in range(10)])
    assert apart[0] < kappa(one, other) <= apart[1] == 1
    twice = interval([*one, *one], [*other, *other], [str(i) for i in range(10)] * 2)
    assert twice == apart  # a second wave like the first makes nothing surer


def test_auc_by_hand():
    happened = [True, False, True, False, False]
    # Of 2 x 3 pairs: 5 beats 4, 1 and 3; 3 ties with 3, beats 1, loses to 4.
    assert auc([5, 4, 3, 1, 3], happened) == pytest.approx(4.5 / 6)
    assert auc([0] * 5, happened) == 0.5
    assert np.isnan(auc([1, 2], [True, True]))


def test_what_the_gaps_hide_is_said():
    low, high = np.array([3.0, 1.0, 0.0]), np.array([4.0, 2.0, 2.5])
    assert between(low, high, np.array([True, True, False])) == (0.5, 1.0, 1)


def test_chance_counts_all_ways_or_draws_many():
    first_two = [True, True, False, False, False, False]
    assert chance(lambda way: auc([6, 5, 4, 3, 2, 1], way), first_two) == pytest.approx(1 / 15)
    assert chance(lambda way: 0.5, first_two) == 1
    many = np.arange(40) < 20
    scores = np.arange(40) % 2
    drawn = chance(lambda way: auc(scores, way), many)
    assert 0.5 < drawn < 0.7
    assert drawn == chance(lambda way: auc(scores, way), many)


def test_what_a_move_up_is_worth_and_between_what_it_lies():
    nowhere = Worth(-np.inf, -np.inf, "")
    known = {
        Question("normal", "d", "trust", False): Worth(0.30, 0.31, "trust"),
        Question("normal", "d", "trust", True): Worth(0.35, 0.38, "system"),
        Question("wave", "d", "trust", False): Worth(0.2, 0.2, "trust"),
        Question("wave", "d", "trust", True): Worth(0.25, 0.25, "centre"),
        Question("normal", "e", "trust", False): nowhere,
        Question("normal", "e", "trust", True): Worth(0.35, 0.35, "centre"),
        Question("wave", "e", "trust", False): Worth(0.2, 0.2, "trust"),
        Question("wave", "e", "trust", True): nowhere,
    }
    normal = gain(known, "normal", "d", "trust")
    assert (normal.level, normal.value) == ("system", pytest.approx(0.05))
    assert (normal.low, normal.high) == (pytest.approx(0.04), pytest.approx(0.08))
    (found,), impossible = scored(known, "wave", {"d": "trust", "e": "trust"})
    assert (found.decision, impossible) == ("d", ["e"])
    assert (found.score.value, found.score.level) == (pytest.approx(0.0), "centre")
    assert (found.score.low, found.score.high) == (pytest.approx(-0.03), pytest.approx(0.01))


def test_only_what_has_a_level_above_it_is_asked():
    levels = {"a": ["centre", "trust"], "b": ["centre", "trust"], "c": ["region", "system", "trust"]}
    current = {"a": "trust", "b": "centre", "c": "system", "gone": "trust"}
    starts = can_move(current, levels)
    assert starts == {"a": "trust", "c": "system"}
    assert questions(["normal"], {"c": "system"}) == [
        ("normal", "c", "system", False),
        ("normal", "c", "system", True),
    ]


def test_the_levels_of_2019_that_differ_are_named():
    assert elsewhere({"a": "system", "b": "trust"}, {"a": "trust", "b": "trust", "c": "trust"}) == [
        "a (system, readers trust)"
    ]


def test_the_record_is_read_as_agreed_and_by_each_reader():
    one = {("a", "first"): UP, ("b", "first"): STAYED, ("c", "first"): MADE}
    other = {**one, ("b", "first"): replace(UP, from_level="system")}
    both, first, second = readings(one, other)
    assert (both.moved_up, both.starts) == ({("a", "first"): True}, {"a": "trust"})
    assert first.moved_up == {("a", "first"): True, ("b", "first"): False}
    assert second.starts == {"a": "trust", "b": "system"}


@pytest.fixture
def two_levels(tmp_path):
    """One decision, worth all its accountability at the centre, where it is late by its half-life."""
    folder = tmp_path / "instance"
    folder.mkdir()
    return made(
        folder,
        decisions="decision,type,half_life_days\nd,input,10",
        toml="""
            weights = { accountability = 1, responsiveness = 1, risk_pooling = 0 }
            levels = [
                { level = "central", delay_days = 10, accountability = 1 },
                { level = "local", delay_days = 0, accountability = 0 },
            ]
            scenarios = [
                { scenario = "normal", probability = 0.9 },
                { scenario = "wave", probability = 0.1, urgency = 2, absence = 0.2 },
            ]
        """,
    )


def test_values_are_solved_once_and_kept(two_levels, tmp_path, monkeypatch):
    assert levels_of(two_levels) == {"d": ["central", "local"]}
    asked = questions(["normal", "wave"], {"d": "local"})
    said: list[str] = []
    known = values(two_levels, asked[:3], tmp_path / "values.csv", 1e-6, None, said.append)
    assert said[-1].startswith("wave, d at local: 0.5")
    known = values(two_levels, asked, tmp_path / "values.csv", 1e-6, None, said.append)
    assert said[-1].startswith("wave, d above local: 0.625")
    (found,), _ = scored(known, "wave", {"d": "local"})
    # Up: 1/2 (1 + 1/2) - 1/2 in normal times, 1/2 (1 + 1/4) - 1/2 where urgency doubles.
    assert (found.normal.value, found.wave.value) == (pytest.approx(0.25), pytest.approx(0.125))
    monkeypatch.setattr(solves, "Study", None)  # nothing is left to solve
    assert values(two_levels, asked, tmp_path / "values.csv", 1e-6, None, said.append) == known


@pytest.mark.parametrize("scenario", ["normal", "epidemic"])
def test_a_scenario_alone_is_worth_what_it_is_worth_for_certain(scenario):
    instance = optimiser.read("instances/three-levels")
    surely = instance.replace(f"scenarios.{scenario}.probability", set=1)
    alone = certain(instance, scenario)
    assert list(alone["scenarios"]["scenario"]) == [scenario]
    assert optimiser.solve(alone).value == pytest.approx(optimiser.solve(surely).value, rel=1e-6)


def test_what_is_known_of_another_instance_is_forgotten(two_levels, tmp_path):
    path = tmp_path / "values.csv"
    asked = questions(["normal"], {"d": "local"})
    values(two_levels, asked, path, 1e-6, None, lambda text: None)
    other = two_levels.replace("decisions.half_life_days", set=5)
    assert values(other, asked, path, 1e-6, None, lambda text: None)[asked[1]].value == pytest.approx(0.625)
    assert {row.split(",")[0] for row in path.read_text().splitlines()} == {"instance", other.hash[:12]}


def test_what_the_best_design_does_is_kept(two_levels, tmp_path, monkeypatch):
    found = doing(two_levels, tmp_path / "doing.csv", 1e-6, lambda text: None)
    assert found == {("normal", "d"): Done(1, 0, 0), ("wave", "d"): Done(1, 0, 0)}
    monkeypatch.setattr(solves, "Study", None)
    assert doing(two_levels, tmp_path / "doing.csv", 1e-6, lambda text: None) == found


def test_signs_are_counted_beside_chance():
    done = {
        ("normal", "a"): Done(0.5, 0.5, 1), ("wave", "a"): Done(0.9, 0.3, 1),
        ("normal", "b"): Done(1, 0, 0), ("wave", "b"): Done(0.999, 0, 0),
    }  # fmt: skip
    found = changes(done, "wave")
    assert found == {"a": (pytest.approx(0.4), pytest.approx(-0.2)), "b": (pytest.approx(-0.001), None)}
    record = {"a": True, "b": False, "c": False}
    change = {"a": 0.4, "b": -0.001, "c": 0.2}
    # One of three right. With the rise elsewhere: b, none right but a's; c, one right too.
    assert counts("by", change, record) == ("by", "1 of 3", "1", "1", "0.667")
