"""From a folder of tables to a verified design and back, through the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from paths import ARCHETYPE, ROOT


@pytest.fixture
def short_of_staff(tmp_path) -> Path:
    """The archetype, with 3 of its 22 hours: room for P2 and nothing else."""
    folder = tmp_path / "short"
    shutil.copytree(ARCHETYPE, folder)
    table = folder / "organisations.csv"
    table.write_text(table.read_text().replace(",22\n", ",3\n"))
    return folder


def local(document: dict) -> set[str]:
    return {row["decision"] for row in document["design"] if row["level"] == "local"}


def test_the_archetype(run):
    ran = run("solve", ARCHETYPE, "--json")
    found = json.loads(ran.out)
    assert (ran.code, ran.err, found["status"], found["verified"]) == (0, "", "optimal", True)
    assert found["value"] == pytest.approx(0.35, abs=1e-9)
    assert found["bound"] == pytest.approx(0.35, abs=1e-6)
    assert local(found) == {"P1", "P2"}


def test_the_same_question_has_the_same_answer_byte_for_byte(run, tmp_path):
    for name in ("a", "b"):
        assert run("solve", ARCHETYPE, "--out", str(tmp_path / name)).code == 0
    for path in sorted((tmp_path / "a").glob("*.csv")):
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()
    documents = [json.loads((tmp_path / name / "result.json").read_text()) for name in ("a", "b")]
    for document in documents:
        del document["run"]["seconds"]
    assert documents[0] == documents[1]


def test_options_change_the_question(run, short_of_staff):
    for options, held in {
        "--weights risk_pooling=1,accountability=1,responsiveness=8": {"P2"},
        "--fix P1=local --fix P2=central": None,
        "--fix P2=central": set(),
        "--lexicographic responsiveness": {"P2"},
        "--at-least responsiveness=0.13": {"P2"},
        "--at-least responsiveness=0.2": None,
    }.items():
        ran = run("solve", str(short_of_staff), "--json", *options.split())
        assert ran.code == (3 if held is None else 0), options
        assert held is None or local(json.loads(ran.out)) == held, options


def test_a_result_is_verified_with_its_own_weights_and_a_spoilt_one_is_not(run, tmp_path):
    folder = str(tmp_path / "result")
    assert run("solve", ARCHETYPE, "--weights", "responsiveness=1", "--out", folder).code == 0
    ran = run("verify", ARCHETYPE, folder, "--json")
    assert (ran.code, json.loads(ran.out)["verified"]) == (0, True)
    saved = tmp_path / "result" / "result.json"
    document = json.loads(saved.read_text())
    saved.write_text(json.dumps({**document, "value": document["value"] + 0.01}))
    ran = run("verify", ARCHETYPE, str(saved))
    assert ran.code == 6
    assert "the value is said to be" in ran.out


def test_a_design_made_by_hand_is_told_which_promise_it_breaks(run, short_of_staff, tmp_path):
    mine = tmp_path / "mine.csv"
    mine.write_text(
        "decision,level\n" + "".join(f"{name},local\n" for name in ("I1", "I2", "P1", "P2", "O1", "O2"))
    )
    assert run("verify", ARCHETYPE, str(mine)).code == 0
    ran = run("verify", str(short_of_staff), str(mine))
    assert ran.code == 6
    assert "NOT VERIFIED" in ran.out
    assert "locality" in ran.out


def test_no_time_is_said_with_its_code(run):
    ran = run("solve", str(ROOT / "instances" / "germany-icu"), "--time-limit", "1e-9", "--json")
    found = json.loads(ran.out)
    assert (ran.code, found["status"]) in {(4, "feasible"), (5, "unknown")}
    assert ("value" in found) == (found["status"] == "feasible")


def test_a_new_instance_can_be_solved_at_once(run, tmp_path):
    folder = str(tmp_path / "mine")
    for command in ("new", "check", "solve", "maths"):
        ran = run(command, folder)
        assert (ran.code, ran.err) == (0, ""), command
