"""What was not settled is said as not known, never as a finding; and a page has one bound and one kind of share."""

from __future__ import annotations

import shutil
from typing import Any

import numpy as np
import pytest
from html_page import parsed
from paths import ARCHETYPE, INSTANCES
from series_by_hand import series, two

import optimiser
from optimiser.design.bound import how_sure
from optimiser.figures.shares import acceptability, shares
from optimiser.figures.thresholds import thresholds
from optimiser.figures.triangle import moves_from
from optimiser.figures.verdicts import verdicts
from optimiser.instance.names import Names
from optimiser.reporting.page import page
from optimiser.reporting.results import Results
from optimiser.terminal import ceiling

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
        assert words.startswith("As far as the search came: The best design changes 0 times")
    error = thresholds(names, found | {"error": 0.0115}).said
    assert error.startswith(f"As far as the search came (error 0.012): The best design changes {count} times")
    assert thresholds(names, found | {"error": None}).said.startswith(
        "As far as the search came (error not known): "
    )


def test_verdicts_that_are_not_settled_are_counted_before_any_that_are(archetype) -> None:
    found = optimiser.alternatives(archetype, count=2).to_dict()
    settled = [row | {"verdict": "may"} for row in found["verdicts"]]
    assert "sit at one level" in verdicts(Names(archetype), found | {"verdicts": settled}).said
    open_ = [settled[0], *(row | {"verdict": "undecided"} for row in settled[1:])]
    words = verdicts(Names(archetype), found | {"verdicts": open_}).said
    assert words.startswith(
        f"1 of {len(open_)} verdicts are settled, the others are not known. As far as the"
    )


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
    drawn = shares(names, rows, "acceptability", complete=True).rows[0]
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
    said_of = how_sure(value, value + 0.02)
    loose = {"bound": value + 0.02, "complete": False, "unfinished": [f"What is explained: {said_of}."]}
    words = said(archetype, solve=solved | {"bound": value + 0.01}, explain=explained | loose)
    assert f"What is explained: {how_sure(value, value + 0.01)}." in words
    assert ceiling(value + 0.02, 6) not in words
    tight = said(
        archetype, solve=solved | {"bound": value + 0.02}, explain=explained | {"bound": value + 0.01}
    )
    assert f"No design is worth more than {ceiling(value + 0.01, 6)}" in tight
    other = explained | {"bound": value + 0.01, "asked": explained["asked"] | {"weights": {"economy": 1.0}}}
    apart = said(archetype, solve=solved | {"bound": value + 0.02}, explain=other)
    assert f"No design is worth more than {ceiling(value + 0.02, 6)}" in apart


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
        said = f"design {best['design_id']}, {len(moves)} of {len(names.decisions)}: "
        assert elsewhere.startswith(said if len(moves) else "nothing")


def test_measured_is_told_from_proxy_and_weights_are_shares(three_levels) -> None:
    instance = three_levels
    words = said(instance, solve=optimiser.solve(instance).to_dict())
    count = [str(grade) for grade in instance["sources"]["grade"]].count("measured")
    assert "graded inputs are measured, " in words
    assert f"{count} of {instance['sources'].rows}" in words
    assert "Share of the weight" in words


def test_what_a_map_found_in_part_is_no_finding(archetype, solved) -> None:
    found = optimiser.weight_map(archetype).to_dict()
    whole = said(archetype, solve=solved, map=found)
    sitting = acceptability(Names(archetype), found).said
    assert sitting.endswith("of 6 decisions sit at one level whatever the weights of the three objectives.")
    assert sitting in whole
    assert "As far as the search came" not in whole
    start, count = "As far as the search came", len(found["designs"])
    for part, words in (
        ({"error": 0.0565}, f"{start} (error 0.057): {sitting}"),
        ({"error": None}, f"{start} (error not known): {sitting}"),
        ({"complete": False}, f"{start}: {count} designs are best somewhere"),
    ):
        assert words in said(archetype, solve=solved, map=found | part)


def test_a_map_says_which_weights_it_moves_and_where_the_others_stay(archetype, three_levels, solved) -> None:
    every = three_levels.objectives
    three = ("accountability", "responsiveness", "economy")
    found = optimiser.weight_map(three_levels, three, tolerance=0.05).to_dict()
    words = said(three_levels, solve=optimiser.solve(three_levels).to_dict(), map=found)
    assert (
        "moves the weights of Accountability, Responsiveness and Economy. The others stay at weight 0"
        in words
    )
    weights = three_levels.weights
    left = [g for g in every if g not in three and weights[g]]
    for g in left:
        assert f"{Names(three_levels).objective(g)} {100 * weights[g] / sum(weights.values()):.1f} %" in words
    assert "nowhere on the map" in words
    own = said(archetype, solve=solved, map=optimiser.weight_map(archetype).to_dict())
    assert "stay at weight 0 everywhere on it: Economy, Solidarity and Resilience." in own
    assert "nowhere on the map" not in own


@pytest.mark.parametrize("bound", [0.4292911, 0.42929149999999, 0.5, 1e-9, 0.0, -0.1234569, 1234.0000001])
def test_what_no_design_is_worth_more_than_is_never_rounded_down(bound: float) -> None:
    shown = float(ceiling(bound, 6).replace(",", ""))
    assert bound <= shown < bound + 1.0001e-6


def test_how_sure_is_said_in_one_way(archetype, solved, explained) -> None:
    value = solved["value"]
    bound = {"bound": value * 1.0195}
    sure = how_sure(value, value * 1.0195)
    unsettled = {"complete": False, "unfinished": [f"The design that is explained: {sure}."]}
    words = said(
        archetype, solve=solved | bound | {"status": "feasible"}, explain=explained | bound | unsettled
    )
    assert (
        sure == f"within 2 % of the best possible (no design is worth more than {ceiling(value * 1.0195, 6)})"
    )
    assert words.count(sure) == 2
    assert f"No design is worth more than {ceiling(value * 1.0195, 6)}: this one is within 2 %" in words
    compared = optimiser.compare(archetype, reach=False).to_dict()
    compared["designs"][0] |= bound
    compared |= {"complete": False, "unfinished": [f"best: {sure}."]}
    tighter = how_sure(value, value * 1.0095)
    words = said(archetype, solve=solved | {"bound": value * 1.0095}, compare=compared)
    assert f"best: {tighter}." in words
    assert sure not in words
    proven = said(archetype, solve=solved, explain=explained | bound | unsettled)
    assert "proven best, verified" in proven
    assert "not proven" not in proven
    assert "within 2 %" not in proven


def test_every_design_that_has_a_number_is_described(archetype, solved) -> None:
    area = optimiser.thresholds(
        archetype, "organisations.staff_hours", (0, 22), tolerance=0.5,
        also={"what": "weights.responsiveness", "range": (0, 1)},
    )  # fmt: skip
    root = parsed(page(Results(archetype, {
        "solve": [solved], "thresholds": [area.to_dict()],
        "frontier": [optimiser.frontier(archetype, ("accountability", "responsiveness")).to_dict()],
    })).html)  # fmt: skip
    tables = [d for d in root.all("details") if "by their numbers" in d.all("summary")[0].text]
    assert [len(t.all("tr")) - 1 for t in tables] == [
        len(optimiser.frontier(archetype, ("accountability", "responsiveness")).points), len(area.designs)
    ]  # fmt: skip


def test_words_are_explained_before_they_come_up_and_only_those(archetype, solved, explained) -> None:
    def words(**documents: Document) -> list[str]:
        root = parsed(page(Results(archetype, {name: [each] for name, each in documents.items()})).html)
        section = next(s for s in root.all("section") if s.attributes["id"] == "words")
        return [item.text.partition(":")[0] for item in section.all("li")]

    alone = words(solve=solved)
    assert "Weight" in alone
    assert "Regret" not in alone
    assert "Responsiveness" in words(solve=solved, explain=explained)
    found = optimiser.weight_map(archetype).to_dict()
    assert "Error" not in words(solve=solved, map=found)
    assert "Error" in words(solve=solved, map=found | {"error": 0.1})


def test_samples_that_were_drawn_are_not_yet_solved(archetype, solved) -> None:
    study = {"name": "s", "method": "latin-hypercube", "samples": 3, "vary": [
        {"name": "staff", "what": "organisations.staff_hours", "how": "multiply", "range": [0.9, 1.1]}]}  # fmt: skip
    found = optimiser.sensitivity(archetype, study).to_dict()
    assert "varied together, in 3 samples, each solved anew" in said(
        archetype, solve=solved, sensitivity=found
    )
    part = found | {"results": found["results"][:2], "complete": False}
    words = said(archetype, solve=solved, sensitivity=part)
    assert "Of 3 samples 2 were solved so far" in words
    doubted = "would keep every requirement in 50.0 % of the 3 samples"
    assert doubted not in words
    short = [found["regret"][0] | {"design": "best", "feasible": 0.5}]
    fared = [{**found["fared"][0], "design": "best", "sample": n} for n in range(3)]
    assert doubted in said(archetype, solve=solved, sensitivity=found | {"regret": short, "fared": fared})
    alone = found | {"drivers": [{"of": "value", "level": "", "input": "staff", "index": 1.0, "seen": True}]}
    moved = "How much each input moves decisions"
    assert moved not in said(archetype, solve=solved, sensitivity=alone)


def test_localities_that_move_are_named_where_they_or_the_others_are_few(three_levels) -> None:
    names = Names(three_levels)
    code, top, last = next(iter(names.decisions)), names.levels[0], names.levels[-1]
    first = [{"decision": code, "organisation": "", "level": top}]
    one, two, three, *_ = names.localities
    called = names.organisation
    for moving, whom in (((one,), called(one)), ((one, two), f"{called(one)}, {called(two)}"),
                         ((one, two, three), f"all but {called(list(names.localities)[3])}")):  # fmt: skip
        rows = [{"decision": code, "organisation": o, "level": last} for o in moving]
        assert moves_from(names, first, first + rows) == f"{names.decision(code)} to {last} ({whom})"


def test_one_organisation_with_a_limit_is_not_many(archetype, solved) -> None:
    assert "the only organisation with a limit does not use all" in said(archetype, solve=solved)
    row = next(row for row in solved["staff"] if row["available"] is not None)
    full = solved | {"staff": [row | {"used": row["available"]}]}
    words = said(archetype, solve=full)
    assert "All hours are used by the only organisation with a limit, in its worst scenario." in words
    assert "1 organisations" not in words


def test_a_place_that_a_design_found_has_is_not_said_to_be_wholly_open(archetype) -> None:
    found = optimiser.alternatives(archetype, count=1).to_dict()
    open_ = [row | {"verdict": "undecided"} for row in found["verdicts"]]
    drawn = verdicts(Names(archetype), found | {"verdicts": open_})
    told = {
        (row[0], level): cell
        for row in drawn.rows
        for level, cell in zip(drawn.columns[1:], row[1:], strict=True)
    }
    held = {row["decision"]: row["level"] for row in found["designs"][0]["design"]}
    names = Names(archetype)
    assert {key for key, cell in told.items() if cell == "may, perhaps must"} == {
        (names.decision(code), level) for code, level in held.items()
    }
    assert set(told.values()) == {"may, perhaps must", "not settled"}
    apart = [{**open_[0], "verdict": verdict, "share": 0.0} for verdict in ("never", "undecided")]
    assert verdicts(names, found | {"verdicts": apart}).rows[0][1] == "not settled"


def test_what_todays_design_leaves_open_is_said_to_be_placed(tmp_path) -> None:
    shutil.copytree(INSTANCES / "three-levels", tmp_path / "i")
    (tmp_path / "i" / "current.csv").write_text("decision,level\nsupplies,hospital\ntargets,ministry\n")
    instance = optimiser.read(tmp_path / "i")
    words = said(instance, compare=optimiser.compare(instance, reach=False).to_dict())
    assert "3 decisions have no place today" in words
    whole = optimiser.read(INSTANCES / "three-levels")
    words = said(whole, compare=optimiser.compare(whole).to_dict())
    assert "no place today: in what" not in words
    assert "A design called “most …” reaches the most of that objective" in words


def test_a_replay_says_which_days_and_how_short_they_were(tmp_path) -> None:
    instance = two(tmp_path)
    found = optimiser.replay(instance, series({"A": [14, 13, 15], "B": [7, 8, 4]})).to_dict()
    first, last = found["series"][0]["from"], found["series"][0]["to"]
    assert (
        f"Beds: 3 days from {first} to {last}, 2 localities. Added up over days and localities 61 would be "
        "needed, and 12 of that stay unmet if nobody helped." in said(instance, replay=found)
    )
