"""The results that a page is of: what cannot stand on one page is refused in a line each, and nothing is written."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from html_page import check_harmless, parsed
from paths import ARCHETYPE

import optimiser
from optimiser.errors import InputError


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> Path:
    """A solved instance and a variant of it, saved."""
    place = tmp_path_factory.mktemp("results")
    instance = optimiser.read(ARCHETYPE)
    optimiser.solve(instance).save(place / "solve")
    optimiser.solve(instance.replace("organisations.staff_hours", set=9, where={"level": "local"})).save(
        place / "other"
    )
    return place


def refused(run, tmp_path: Path, *results: Path) -> list[str]:
    ran = run("report", *map(str, results), "--out", str(tmp_path / "page.html"))
    assert (ran.code, ran.out) == (2, "")
    assert not (tmp_path / "page.html").exists()
    return ran.err.splitlines()


def changed(folders: Path, tmp_path: Path, change) -> Path:
    shutil.copytree(folders / "solve", tmp_path / "solve")
    path = tmp_path / "solve" / "result.json"
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))
    return tmp_path / "solve"


def test_what_is_no_result_is_refused_all_at_once(run, folders, tmp_path):
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "result.json").write_text("[1]")
    said = refused(run, tmp_path, tmp_path / "none", tmp_path / "text", folders / "solve")
    assert len(said) == 2
    assert "no result (a folder with result.json" in said[0]
    assert "not a JSON document" in said[1]


def test_results_of_two_instances_and_two_of_a_question_are_refused(run, folders, tmp_path):
    said = refused(run, tmp_path, folders / "solve", folders / "other")
    assert len(said) == 2
    assert "about another instance, or another state of it" in said[0]
    assert "a second result of `solve`" in said[1]


def test_a_result_of_another_form_is_refused(run, folders, tmp_path):
    folder = changed(folders, tmp_path, lambda document: document.update(value="<b>much</b>"))
    said = refused(run, tmp_path, folder)
    assert len(said) == 1
    assert "is not a number" in said[0]


def test_a_result_of_what_its_instance_does_not_know_is_refused(run, folders, tmp_path):
    folder = changed(folders, tmp_path, lambda document: document["design"][0].update(decision="I9"))
    assert "'I9' is no decision of its instance" in refused(run, tmp_path, folder)[0]


def test_an_instance_that_is_not_the_one_asked_about_is_refused(run, folders, tmp_path):
    folder = changed(folders, tmp_path, lambda document: document["run"].update(instance_hash="0" * 64))
    assert "it has another hash" in refused(run, tmp_path, folder)[0]
    shutil.rmtree(folder / "instance")
    assert "holds no copy of its instance" in refused(run, tmp_path, folder)[0]


def test_places_that_cannot_be_written_are_said_with_the_rest(run, folders, tmp_path):
    (tmp_path / "file").write_text("")
    ran = run(
        "report",
        str(tmp_path / "none"),
        "--out",
        str(tmp_path / "x" / "page.txt"),
        "--figures",
        str(tmp_path / "file"),
    )
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 4
    assert run("report", str(folders / "solve"), "--out", str(tmp_path / "p.html"), "--json").code == 0


def test_figures_of_an_earlier_page_are_left_and_named(run, folders, tmp_path):
    pages = ["--out", str(tmp_path / "p.html"), "--figures", str(tmp_path / "figures")]
    assert run("report", str(folders / "solve"), *pages).err == ""
    assert run("report", str(folders / "solve"), *pages).err == ""
    (tmp_path / "figures" / "triangle-narrow.svg").write_text("mine")
    (tmp_path / "figures" / "note.txt").write_text("mine")
    said = run("report", str(folders / "solve"), *pages)
    assert (said.code, said.err) == (
        0, "--figures: not of this page, and left there: note.txt and triangle-narrow.svg\n",
    )  # fmt: skip
    assert (tmp_path / "figures" / "note.txt").read_text() == "mine"


def test_what_is_no_result_from_python_is_refused():
    with pytest.raises(InputError, match="neither a result nor the folder of one"):
        optimiser.report(3)
    with pytest.raises(InputError, match="name at least one"):
        optimiser.report()


def test_a_page_of_what_is_impossible_says_so_first():
    instance = optimiser.read(ARCHETYPE)
    asked = {"at_least": {"responsiveness": 0.9}}
    page = optimiser.report(optimiser.solve(instance, **asked), optimiser.diagnose(instance, **asked))
    root = parsed(page.html)
    check_harmless(root)
    assert "No design keeps every requirement" in root.all("section")[0].said()
    assert "impossible" in [section.attributes["id"] for section in root.all("section")]
