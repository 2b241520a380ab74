"""What was asked is said: of the design shown, and of each of two answers to questions of one kind."""

from __future__ import annotations

from typing import Any

import pytest
from html_page import parsed
from paths import ARCHETYPE

import optimiser
from optimiser.errors import InputError
from optimiser.reporting.page import page
from optimiser.reporting.results import Results

Document = dict[str, Any]


@pytest.fixture(scope="module")
def archetype():
    return optimiser.read(ARCHETYPE)


@pytest.fixture(scope="module")
def solved(archetype):
    return optimiser.solve(archetype)


def test_answers_of_one_kind_are_told_apart_and_the_contents_lead_to_each(archetype, solved) -> None:
    weight = "weights.responsiveness"
    root = parsed(
        optimiser.report(
            solved,
            optimiser.frontier(archetype, ("accountability", "responsiveness"), points=3),
            optimiser.frontier(archetype, ("risk_pooling", "responsiveness"), points=3),
            optimiser.frontier(archetype, ("risk_pooling", "responsiveness"), points=4, time_limit=60),
            optimiser.thresholds(archetype, weight),
            optimiser.thresholds(archetype, weight, weights={"economy": 1, "responsiveness": 3}),
        ).html
    )
    figures = {each.attributes["id"]: each.all("strong")[0].text for each in root.all("figure")}
    links = [each for each in root.all("nav")[0].all("a") if "#figure-" in each.attributes["href"]]
    said = {link.attributes["href"][1:]: link.text for link in links}
    costs, along = (
        "What one aim costs in another",
        "Where the best design changes along weight of Responsiveness",
    )
    assert said == {
        "figure-frontier": f"{costs}: Accountability, Responsiveness",
        "figure-frontier-2": f"{costs}: Risk pooling, Responsiveness (points: 3)",
        "figure-frontier-3": f"{costs}: Risk pooling, Responsiveness (points: 4)",
        "figure-thresholds": f"{along} (weights: Risk pooling 33.3 %, Accountability 33.3 %, Responsiveness 33.3 %)",
        "figure-thresholds-2": f"{along} (weights: Economy 25.0 %, Responsiveness 75.0 %)",
    }
    assert all(figures[place] == f"{title}." for place, title in said.items())
    behind = [each.text for each in root.all("summary") if "behind it" in each.text]
    assert len(behind) == len(set(behind))
    other = "Asked with other weights than the design that this page shows: Economy 25.0 %, Responsiveness 75.0 %."
    assert root.said().count(other) == 1


def test_reasons_that_were_asked_for_one_by_one_stand_together(archetype, solved) -> None:
    explained = [optimiser.explain(archetype, [code]) for code in ("I1", "O1", "I1")]
    with pytest.raises(InputError, match="a second result of `explain`, asked the same as"):
        optimiser.report(solved, *explained)

    def why(*results: Any) -> Any:
        sections = parsed(optimiser.report(solved, *results).html).all("section")
        return next(each for each in sections if each.attributes["id"] == "why")

    two = why(*explained[:2])
    assert [each.text for each in two.all("strong")] == ["Buying supplies", "Inspecting"]
    assert "One entry for each of the 2 decisions of 6 about which it was asked" in two.said()
    assert "One entry, for the only decision of 6" in why(explained[0]).said()
    assert "One entry a decision" in why(optimiser.explain(archetype)).said()


def test_one_answer_of_a_kind_is_not_told_apart(archetype, solved) -> None:
    found = optimiser.frontier(archetype, ("accountability", "responsiveness"), points=3)
    root = parsed(optimiser.report(solved, found).html)
    assert not [each for each in root.all("nav")[0].all("a") if "#figure-" in each.attributes["href"]]
    assert "(points" not in root.said()
    with pytest.raises(InputError, match="asked the same as Frontier; a page shows one"):
        optimiser.report(solved, found, found)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"fix": {"O2": "local"}}, "Held where it was told to be: Setting targets (local)."),
        ({"at_least": {"responsiveness": 0.3}}, "Told to reach at least: Responsiveness 0.3."),
        (
            {"lexicographic": ["responsiveness", "economy"]},
            "Asked in an order: Responsiveness and Economy, each as far as those before it allow",
        ),
    ],
)
def test_no_better_design_is_said_of_those_that_keep_to_what_was_asked(archetype, asked, said) -> None:
    words = verdict(archetype, solve=optimiser.solve(archetype, **asked).to_dict())
    assert said in words
    assert "No design that keeps to what was asked is worth more under these facts" in words
    assert "No design is worth more" not in words


def test_a_design_that_is_as_good_is_not_passed_over(archetype, solved) -> None:
    document = solved.to_dict()
    near = {"decision": "O2", "organisation": "", "to": "local", "cost": 0.0}
    words = verdict(archetype, solve=document | {"closest": near})
    assert (
        "Worth as much would be the same design with one decision elsewhere: Setting targets at local."
        in words
    )
    assert document["closest"]["cost"] > 0
    assert "Worth as much" not in verdict(archetype, solve=document)


def test_weights_that_are_not_the_instances_are_said(archetype, solved) -> None:
    other = optimiser.solve(archetype, weights={"economy": 1, "responsiveness": 1}).to_dict()
    words = verdict(archetype, solve=other)
    said = "Asked with weights that are not the instance's own: Responsiveness 50.0 %, Economy 50.0 %."
    assert said in words
    assert "No design is worth more under these facts" in words
    own = verdict(archetype, solve=solved.to_dict())
    assert "Asked with" not in own
    assert "told to" not in own


def test_what_is_impossible_only_as_it_was_asked_is_not_impossible_as_it_stands(archetype) -> None:
    found = optimiser.solve(archetype, at_least={"responsiveness": 0.9}).to_dict()
    words = verdict(archetype, solve=found)
    assert "No design keeps every requirement and what was asked as well" in words
    assert "as the instance stands" not in words
    assert "Told to reach at least: Responsiveness 0.9." in words


def test_a_map_alone_speaks_of_no_design_that_the_page_shows(archetype) -> None:
    alone = page(Results(archetype, {"map": [optimiser.weight_map(archetype).to_dict()]})).html
    assert "the design that this page shows" not in alone


def verdict(instance, **documents: Document) -> str:
    made = page(Results(instance, {name: [each] for name, each in documents.items()}))
    return parsed(made.html).all("section")[0].said()
