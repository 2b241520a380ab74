"""A page: its parts and their order, what it may do, and that nothing on it is told by looks alone."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import chain, pairwise
from pathlib import Path

import pytest
from html_page import check_harmless, parsed
from paths import INSTANCES

import optimiser
from optimiser.reporting.blocks import Table
from optimiser.reporting.page import Page

THREE = ("accountability", "responsiveness", "economy")
ORDER = ["verdict", "words", "where", "why", "today", "gains", "binds", "weights", "evidence", "method"]


@pytest.fixture(scope="module")
def page() -> Page:
    instance = optimiser.read(INSTANCES / "three-levels")
    return optimiser.report(
        optimiser.solve(instance),
        optimiser.compare(instance, reach=False),
        optimiser.explain(instance, ["supplies"]),
        optimiser.weight_map(instance, THREE, tolerance=0.03),
    )


def test_parts_stand_in_the_order_in_which_one_would_ask(page):
    sections = parsed(page.html).all("section")
    assert [section.attributes["id"] for section in sections] == ORDER
    assert [section.all("h2")[0].text for section in sections] == [
        link.text for link in parsed(page.html).all("nav")[0].all("a")
    ]


def test_nothing_is_fetched_and_nothing_runs_but_what_the_policy_names(page):
    check_harmless(parsed(page.html))


def test_every_figure_is_said_in_words_and_has_its_numbers_behind_it(page):
    root = parsed(page.html)
    figures = root.all("figure")
    assert len(figures) == len(page.drawings) > 6
    for figure in figures:
        drawings = figure.all("svg")
        assert [each.attributes["class"] for each in drawings] == ["wide", "narrow"]
        for each in drawings:
            assert each.attributes["role"] == "img"
            assert len(each.attributes["aria-label"]) > 40
    behind = [d for d in root.all("details") if "numbers behind it" in d.all("summary")[0].text]
    assert len(behind) == len(figures)
    assert all(len(each.all("tr")) > 1 for each in behind)


def test_it_is_put_together_as_readers_of_screens_need_it(page):
    root = parsed(page.html)
    assert root.all("html")[0].attributes["lang"] == "en"
    ids = [each.attributes["id"] for each in root.all() if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    levels = [int(each.tag[1]) for each in root.all() if each.tag in ("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    for table in root.all("table"):
        assert all(head.attributes["scope"] in ("col", "row") for head in table.all("th"))
        assert all(head.text.strip() for head in table.all("th"))
    for region in (each for each in root.all() if each.attributes.get("role") == "region"):
        assert region.attributes["tabindex"] == "0"
        assert region.attributes["aria-label"]


def test_the_verdict_says_what_moves_and_how_sure_that_is(page):
    verdict = parsed(page.html).all("section")[0].said()
    assert "2 of 5 decisions would move: 2 towards the centre." in verdict
    assert "0.370" in verdict
    assert "0.455" in verdict
    assert "proven" in verdict
    assert "Illustrative numbers illustrate" in verdict


def test_paper_is_white_and_shows_nothing_that_only_a_screen_can(page):
    style = parsed(page.html).all("style")[0].text
    assert (
        style.count("prefers-color-scheme:dark")
        == style.count("@media screen and (prefers-color-scheme:dark)")
        > 0
    )
    printed = style[style.index("@media print") :]
    for only_on_screen in ("nav", "#answer", ".pin", "details.behind:not([open])"):
        assert f"{only_on_screen}," in printed or f"{only_on_screen}{{display:none}}" in printed
    script = next(s.text for s in parsed(page.html).all("script") if not s.attributes)
    assert '"s-ink pin"' in script


def test_all_can_be_read_where_no_script_runs(page):
    root = parsed(page.html)
    answer = next(each for each in root.all("div") if each.attributes.get("id") == "answer")
    assert "hidden" in answer.attributes
    assert not answer.children
    assert "Buying protective equipment to" in root.said()  # what moves between the map's designs


def test_the_triangle_carries_what_it_needs_to_answer(page):
    data = json.loads(next(s.text for s in parsed(page.html).all("script") if s.attributes))
    assert data["objectives"] == ["Accountability", "Responsiveness", "Economy"]
    assert {str(cell[0]) for cell in data["cells"]} == set(data["designs"])
    assert 0 < data["error"] <= 0.05


def test_folders_make_the_same_page_as_results_and_twice_the_same_bytes(tmp_path, run):
    archetype = INSTANCES / "archetype"
    for verb in ("solve", "map"):
        assert run(verb, str(archetype), "--out", str(tmp_path / verb)).code == 0
    pages = []
    for name in ("a.html", "b.html"):
        ran = run("report", str(tmp_path / "solve"), str(tmp_path / "map"), "--out", str(tmp_path / name))
        assert (ran.code, ran.err) == (0, "")
        pages.append((tmp_path / name).read_bytes())
    assert pages[0] == pages[1]
    assert len(pages[0]) < 100_000
    check_harmless(parsed(pages[0].decode()))


def test_figures_are_files_that_stand_alone(tmp_path, page):
    page = replace(page, drawings=page.drawings[:1])
    unwritten = page.save_figures(tmp_path / "figures")
    kinds = [kind for kind in (".svg", ".png", ".pdf") if not any(kind in each for each in unwritten)]
    for drawing in page.drawings:
        assert (tmp_path / "figures" / f"{drawing.name}.csv").read_text().count("\n") == len(drawing.rows) + 1
        for kind in kinds:
            for width in ("", "-narrow"):
                assert (tmp_path / "figures" / f"{drawing.name}{width}{kind}").stat().st_size > 500
    svg = Path(tmp_path / "figures" / "arrows.svg").read_text()
    assert 'width="180mm"' in svg
    assert "<desc>2 of 5 decisions would move" in svg


def test_reasons_for_another_design_than_the_one_shown_say_so():
    instance = optimiser.read(INSTANCES / "archetype")
    explained = optimiser.explain(instance)
    same = optimiser.report(optimiser.solve(instance), explained).html
    other = optimiser.report(optimiser.solve(instance, fix={"O2": "local", "P1": "central"}), explained).html
    assert "another design" not in same
    assert "2 decisions sit elsewhere in it, and have no reason here: Redeploying staff, Setting" in other
    entries = {
        entry.all("strong")[0].text: entry for entry in parsed(other).all("details") if entry.all("strong")
    }
    for name, place, there in (("Setting targets", "local", "central"),
                               ("Redeploying staff", "central", "local")):  # fmt: skip
        assert entries[name].all("span")[0].text == place
        assert entries[name].all("p")[0].text.startswith("No reason is given")
        assert f"it sits at {there}" in entries[name].all("p")[0].text
    told = [entry.all("p")[0].text for entry in entries.values()]
    assert sum(said.startswith("No reason is given") for said in told) == 2
    assert sum("sits at" in said and "It is worth" in said for said in told) == 4


def test_a_comparison_of_another_design_is_no_finding_about_the_one_shown():
    instance = optimiser.read(INSTANCES / "three-levels")
    compared = optimiser.compare(instance, reach=False)
    shown = optimiser.solve(instance, fix={"discharge": "hospital"})
    words = parsed(optimiser.report(shown, compared).html).said()
    assert "One decision sits elsewhere in it: Arranging discharge." in words
    assert "from today to the best design that was compared" in words
    assert "from today to this design" not in words
    objectives = next(d for d in optimiser.report(shown, compared).drawings if d.name == "objectives")
    best = {row[0]: row[3] for row in objectives.rows}
    assert best["Accountability"] == f"{shown.objectives['accountability']:.4f}"
    assert best["Accountability"] != f"{compared.designs[0].objectives['accountability']:.4f}"
    assert (
        "another than the one"
        not in parsed(optimiser.report(optimiser.solve(instance), compared).html).said()
    )


def test_columns_of_numbers_stand_to_the_right():
    rows = [
        ("a", "1,234", "-0.5 points", "12 / 3", "north", "3 of 4"),
        ("b", "\u2013", "> 99.9 %", "-", "2", "1"),
    ]
    assert Table("x", list("abcdef"), rows).numbers == {1, 2, 3}


def test_what_is_said_of_several_inputs_alike_stands_once(page):
    root = parsed(page.html)
    table = next(d for d in root.all("details") if "graded inputs" in d.all("summary")[0].text).all("tbody")[
        0
    ]
    inputs = [row.all("th")[0].text.split(", ") for row in table.all("tr")]
    sources = optimiser.read(INSTANCES / "three-levels")["sources"]
    assert sorted(chain.from_iterable(inputs)) == sorted(
        f"{t}.{c}" for t, c in zip(sources["table"], sources["column"], strict=True)
    )
    said = [tuple(cell.text for cell in row.all("td")) for row in table.all("tr")]
    assert len(said) == len(set(said))


def test_what_rows_share_is_said_once_for_all_of_them():
    rows = [
        ("n", "a", "x", 1),
        ("n", "a", "y", 2),
        ("n", "b", "y", 3),
        ("s", "b", "y", 3),
        ("s", "b", "y", 4),
    ]
    cells = list(Table("x", list("abcd"), rows).cells)
    assert cells == [
        [(0, "n", 3), (1, "a", 2), (2, "x", 1), (3, 1, 1)],
        [(2, "y", 1), (3, 2, 1)],
        [(1, "b", 1), (2, "y", 1), (3, 3, 1)],
        [(0, "s", 2), (1, "b", 2), (2, "y", 2), (3, 3, 1)],
        [(3, 4, 1)],
    ]


def test_every_row_of_a_table_has_all_its_columns(page):
    for table in parsed(page.html).all("table"):
        rows = table.all("tr")
        width, left = len(rows[0].all("th")), list[int]()
        for row in rows[1:]:
            here = [int(cell.attributes.get("rowspan", 1)) for cell in [*row.all("th"), *row.all("td")]]
            left = [span - 1 for span in left if span > 1] + here
            assert len(left) == width


def test_the_style_has_every_colour_of_its_figures(page):
    root = parsed(page.html)
    style = root.all("style")[0].text
    marks = [
        mark
        for drawing in root.all("svg")
        for tag in ("rect", "path", "text", "line")
        for mark in drawing.all(tag)
    ]
    assert len(marks) > 100
    for mark in marks:
        for name in mark.attributes.get("class", "").split():
            assert f".{name}{{" in style.partition("@media")[0]
            assert {"f": "fill", "s": "stroke"}.get(name[0]) not in mark.attributes
