"""Several people's weights: what is wrong with a file of them is said, and what follows from it is right."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from figure_marks import words
from html_page import parsed
from paths import ARCHETYPE

import optimiser
from optimiser.errors import InputError
from optimiser.reporting.opinions import read_opinions

THREE = ("risk_pooling", "accountability", "responsiveness")


@pytest.fixture(scope="module")
def archetype():
    return optimiser.read(ARCHETYPE)


@pytest.fixture(scope="module")
def found(archetype):
    return optimiser.weight_map(archetype)


def test_weights_are_read_and_made_to_sum_to_1(tmp_path: Path, archetype) -> None:
    file = tmp_path / "w.csv"
    file.write_text("name,responsiveness,risk_pooling,economy,note\nAnn,1,3,0,hers\n\nBob,,2,,\n")
    ann, bob = read_opinions(file, THREE, archetype)
    assert (ann.name, ann.weights) == ("Ann", (0.75, 0.0, 0.25))
    assert (bob.name, bob.weights) == ("Bob", (1.0, 0.0, 0.0))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("risk_pooling\n1\n", ["w.csv: no column 'name'"]),
        ("name,risk\nAnn,1\n", ["w.csv: column 'risk' is no objective", "w.csv: no column for any objective of the map"]),
        ("name,risk_pooling,risk_pooling\nAnn,1,2\n", ["stands twice"] * 2),
        ("name,risk_pooling\n", ["nobody's weights"]),
        ("", ["w.csv: its first line names no columns: name, risk_pooling"]),
        ("\ufeff\n\n", ["w.csv: its first line names no columns"]),
        ("name;risk_pooling\nAnn;1\n", ["w.csv: its columns are parted by ';': save it with commas"]),
        ("name\trisk_pooling\nAnn\t1\n", ["w.csv: its columns are parted by '\\t'"]),
        ("name,risk_pooling,accountability\nAnn,1e308,1e308\n", ["w.csv:2: the weights are too large"]),
        ("name,risk_pooling\nAnn,-1\nAnn,x\n,1\n", [
            "w.csv:2 risk_pooling: '-1' is not a weight", "w.csv:2: all weights", "w.csv:3 risk_pooling: 'x'",
            "w.csv:3: all weights", "'Ann' stands already in line 2", "w.csv:4 name: is blank",
        ]),
        ("name,risk_pooling,economy\nAnn,1,2\n", ["w.csv:2 economy: the map is of"]),
        ("name,risk_pooling\nAnn,1,2\n", ["w.csv:2: 3 cells under 2 column names"]),
        ("name,risk_pooling\nAnn,nan\n", ["'nan' is not a weight", "all weights"]),
    ],
)  # fmt: skip
def test_all_that_is_wrong_is_said_at_once(tmp_path: Path, archetype, text: str, said: list[str]) -> None:
    file = tmp_path / "w.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_opinions(file, THREE, archetype)
    assert len(error.value.problems) == len(said)
    assert all(part in line for part, line in zip(said, error.value.problems, strict=True))


def test_names_with_odd_letters_and_as_many_people_as_come_are_shown(tmp_path: Path, found) -> None:
    odd = ["\u00c9lise \u201cO\u2019Brien\u201d <b>", "Smith, John", "=cmd()", "\u674e\u660e"]
    people = odd + [f"person {k}" for k in range(24)]
    rows = "".join(f'"{name}",{k + 1},2,3\r\n' for k, name in enumerate(people))
    (tmp_path / "w.csv").write_text(f"\ufeffname,{','.join(THREE)}\r\n{rows}", encoding="utf-8")
    page = optimiser.report(found, weights_of=tmp_path / "w.csv")
    table = next(
        t for t in parsed(page.html).all("table") if any(h.text == "Whose weights" for h in t.all("th"))
    )
    assert [row.children[0].text for row in table.all("tr")[1:]] == people
    drawn = next(each for each in page.drawings if each.name == "triangle")
    letters = [each for each in words(drawn.svg()) if len(each) <= 2 and each[:1].isupper()]
    assert sorted(letters) == sorted(2 * [*map(chr, range(65, 91)), "A2", "B2"])  # a dot and a line each


def test_what_is_no_file_is_said(tmp_path: Path, archetype, found) -> None:
    with pytest.raises(InputError, match="no such file"):
        optimiser.report(found, weights_of=tmp_path / "none.csv")
    (tmp_path / "w.csv").write_text("name,risk_pooling\nAnn,1\n")
    with pytest.raises(InputError, match="give a result of `map` as well"):
        optimiser.report(optimiser.solve(archetype), weights_of=tmp_path / "w.csv")


def test_the_design_that_the_worst_off_regrets_least_is_that_of_plain_loops(tmp_path: Path, found) -> None:
    (tmp_path / "w.csv").write_text("name,risk_pooling,accountability,responsiveness\nAnn,8,1,1\nBob,1,1,8\n")
    document = found.to_dict()
    worth: dict[int, list[float]] = {}
    for who, weights in enumerate(((0.8, 0.1, 0.1), (0.1, 0.1, 0.8))):
        for cell in document["cells"]:
            value = sum(w * cell["objectives"][g] for w, g in zip(weights, THREE, strict=True))
            mine = worth.setdefault(cell["design_id"], [-1.0, -1.0])
            mine[who] = max(mine[who], value)
    best = [max(both[who] for both in worth.values()) for who in range(2)]
    regrets = {design: max(best[who] - both[who] for who in range(2)) for design, both in worth.items()}
    least = min(regrets, key=lambda design: (regrets[design], design))
    page = optimiser.report(found, weights_of=tmp_path / "w.csv")
    said = parsed(page.html).said()
    assert f"Design {least} leaves the worst-off least to regret" in said
    assert f"by more than {regrets[least]:.3g}".rstrip("0") in said
    own = [max(worth, key=lambda design, who=who: worth[design][who]) for who in range(2)]
    table = next(
        t for t in parsed(page.html).all("table") if any(h.text == "Whose weights" for h in t.all("th"))
    )
    rows = [[cell.text for cell in row.children] for row in table.all("tr")[1:]]
    assert [(row[0], row[4]) for row in rows] == [("Ann", str(own[0])), ("Bob", str(own[1]))]
    data = json.loads(next(s.text for s in parsed(page.html).all("script") if s.attributes))
    assert np.allclose([one["weights"] for one in data["opinions"]], [(0.8, 0.1, 0.1), (0.1, 0.1, 0.8)])
