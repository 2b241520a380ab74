"""What was not settled is said as not known, never as a finding; and a page has one bound and one kind of share."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from html_page import parsed
from paths import ARCHETYPE, INSTANCES

import optimiser
from optimiser.figures.shares import shares
from optimiser.figures.thresholds import thresholds
from optimiser.figures.verdicts import verdicts
from optimiser.instance.names import Names
from optimiser.reporting.page import page
from optimiser.reporting.results import Results

Document = dict[str, Any]


@pytest.fixture(scope="module")
def archetype():
    return optimiser.read(ARCHETYPE)


@pytest.fixture(scope="module")
def three_levels():
    return optimiser.read(INSTANCES / "three-levels")


@pytest.fixture(scope="module")
def solved(archetype) -> Document:
    return optimiser.solve(archetype).to_dict()


@pytest.fixture(scope="module")
def explained(archetype) -> Document:
    return optimiser.explain(archetype).to_dict()


def said(instance, **documents: Document) -> str:
    made = page(Results(instance, {name: [each] for name, each in documents.items()}))
    return parsed(made.html).said()


def test_changes_that_an_unfinished_search_found_are_no_number_of_changes(archetype) -> None:
    names, found = Names(archetype), optimiser.thresholds(archetype, "weights.responsiveness").to_dict()
    count = len(found["tips"])
    assert f"changes {count} times between" in thresholds(names, found).said
    for part in ({"complete": False}, {"proven": False}):
        words = thresholds(names, found | {"tips": []} | part).said
        assert "is not known" in words
        assert "Found so far: 0." in words


def test_verdicts_that_are_not_settled_are_counted_before_any_that_are(archetype) -> None:
    found = optimiser.alternatives(archetype, count=2).to_dict()
    settled = [row | {"verdict": "may"} for row in found["verdicts"]]
    assert "sit at one level" in verdicts(Names(archetype), found | {"verdicts": settled}).said
    open_ = [settled[0], *(row | {"verdict": "undecided"} for row in settled[1:])]
    words = verdicts(Names(archetype), found | {"verdicts": open_}).said
    assert words.startswith(f"1 of {len(open_)} verdicts are settled, the others are not known.")


def test_shares_of_localities_are_by_population(three_levels) -> None:
    names = Names(three_levels)
    people = three_levels.population
    assert len(set(people)) > 1, "localities of one size tell nothing"
    first = next(iter(names.decisions))
    top, last = names.levels[0], names.levels[-1]
    rows = [
        {"decision": first, "organisation": o, "level": last if k else top, "share": 1.0}
        for k, o in enumerate(names.localities)
    ]
    drawn = shares(names, rows, "acceptability").rows[0]
    assert drawn[1] == f"{100 * people[0] / people.sum():.1f} %"


def test_the_verdict_counts_what_has_no_place_today_and_what_was_not_settled(
    archetype, solved, explained
) -> None:
    tables = archetype.to_tables()
    held = [{"decision": d, "level": "local"} for d in Names(archetype).decisions]
    whole, partly = (optimiser.Instance.from_tables({**tables, "current": rows}) for rows in (held, held[1:]))
    unsettled = explained | {"complete": False, "unfinished": ["Much."]}
    words = said(partly, solve=solved, explain=unsettled)
    assert "1 more has no place today and is not counted." in words
    assert "One of 1 further questions was not settled in full" in words
    assert "Of those that would move, the new place is:" in words
    settled = said(whole, solve=solved, explain=explained)
    assert "not counted" not in settled
    assert "further question" not in settled


def test_a_page_knows_one_bound_the_least_of_those_that_were_asked_the_same(
    archetype, solved, explained
) -> None:
    value = solved["value"]
    loose = {"bound": value + 0.02, "complete": False, "unfinished": [f"Up to {value + 0.02:.6f}."]}
    words = said(archetype, solve=solved | {"bound": value + 0.01}, explain=explained | loose)
    assert f"Up to {value + 0.01:.6f}." in words
    assert f"{value + 0.02:.6f}" not in words
    tight = said(
        archetype, solve=solved | {"bound": value + 0.02}, explain=explained | {"bound": value + 0.01}
    )
    assert f"No design is worth more than {value + 0.01:.3f}" in tight
    other = explained | {"bound": value + 0.01, "asked": explained["asked"] | {"weights": {"economy": 1.0}}}
    apart = said(archetype, solve=solved | {"bound": value + 0.02}, explain=other)
    assert f"No design is worth more than {value + 0.02:.3f}" in apart


def test_each_corner_of_the_map_says_what_sits_elsewhere_and_how_sure(archetype, solved) -> None:
    found = optimiser.weight_map(archetype).to_dict()
    root = parsed(page(Results(archetype, {"solve": [solved], "map": [found]})).html)
    table = next(t for t in root.all("table") if "All weight on" in [h.text for h in t.all("th")])
    rows = [[cell.text for cell in row.children] for row in table.all("tr")[1:]]
    names = Names(archetype)
    for k, (objective, elsewhere, _) in enumerate(rows):
        assert objective == names.objective(found["objectives"][k])
        best = max(found["cells"], key=lambda cell: cell["objectives"][found["objectives"][k]])
        design = next(each for each in found["designs"] if each["design_id"] == best["design_id"])["design"]
        moves = np.flatnonzero((names.held(design) != names.held(solved["design"])).any(axis=1))
        assert elsewhere.startswith(f"{len(moves)} of {len(names.decisions)}: " if len(moves) else "nothing")


def test_measured_is_told_from_proxy_and_weights_are_shares(three_levels) -> None:
    instance = three_levels
    words = said(instance, solve=optimiser.solve(instance).to_dict())
    count = [str(grade) for grade in instance["sources"]["grade"]].count("measured")
    assert "graded inputs are measured, " in words
    assert f"{count} of {instance['sources'].rows}" in words
    assert "Share of the weight" in words
    assert "Stake: how much a decision counts" in words
