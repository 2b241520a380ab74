"""Whatever stands in an instance, a result or a file of weights is text on the page, and nothing else."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from xml.etree import ElementTree

import pytest
from html_page import check_harmless, parsed, shape
from payloads import PAYLOADS
from series_by_hand import series

import optimiser
from optimiser.reporting.opinions import Opinion
from optimiser.reporting.page import page
from optimiser.reporting.results import Results
from optimiser.terminal import clean

MARKS = ("rect", "line", "polyline", "polygon", "circle", "text", "path")
MARK = "HARMLESS"
CODE = "PLAIN"
WORDS: dict[str, Any] = {
    "name": "x",
    "title": MARK,
    "description": MARK,
    "perspective": MARK,
    "levels": [{"level": f"{CODE}1", "delay_days": 9}, {"level": f"{CODE}2"}],
    "objectives": [{"objective": "own", "zero": MARK, "one": MARK}],
    "scenarios": [{"scenario": f"{CODE}s", "probability": 1}],
    "periods": [{"period": f"{CODE}p{t}", "scenario": f"{CODE}s"} for t in (1, 2)],
    "resources": [{"resource": "beds", "governed_by": f"{CODE}a"}],
}
TABLES: dict[str, Any] = {
    "decisions": [
        {"decision": f"{CODE}a", "type": "input", "label": f"x {MARK}", "half_life_days": 9, "note": MARK},
        {
            "decision": f"{CODE}b",
            "type": "process",
            "label": f"x {MARK}",
            "monitoring_hours": 1,
            "note": MARK,
        },
        {"decision": f"{CODE}c", "type": "outcome"},
    ],
    "organisations": [
        {"organisation": f"{CODE}top", "level": f"{CODE}1", "name": f"x {MARK}", "staff_hours": 90},
        *(
            {
                "organisation": f"{CODE}{o}",
                "level": f"{CODE}2",
                "parent": f"{CODE}top",
                "name": f"x {MARK}" * (o < 2),
            }
            | {"population": 9 + o, "staff_hours": 9, "note": MARK}
            for o in range(3)
        ),
    ],
    "current": [{"decision": f"{CODE}{d}", "level": f"{CODE}{l}"} for d, l in ("a2", "b1", "c1")],
    "sources": [
        {"table": "decisions", "column": "label", "grade": "illustrative", "source": MARK, "note": MARK},
        {"table": "weights", "column": "economy", "grade": "elicited", "source": MARK, "note": MARK},
    ],
    "resources": [
        {"organisation": f"{CODE}{o}", "resource": "beds", "capacity": 9, "demand": 8 + 2 * o}
        for o in range(3)
    ],
}


SERIES = series({f"{CODE}{o}": [8 + 2 * o, 6 + 4 * o, 8] for o in range(3)})


def batch(instance: optimiser.Instance) -> Any:
    """A small study, its inputs called by marks."""
    hours = {"name": CODE, "what": "organisations.staff_hours", "how": "multiply", "range": [0.1, 1.5]}
    hours |= {"each": "organisation"}
    study = {"name": "x", "method": "latin-hypercube", "samples": 12, "vary": [hours]}
    with ThreadPoolExecutor(1) as threads:
        return optimiser.sensitivity(instance, study, executor=threads).run()


@pytest.fixture(scope="module")
def documents() -> Results:
    """Results of an instance each text of which is a mark."""
    instance = optimiser.Instance.from_tables(TABLES, **WORDS)
    names = ("solve", "compare", "explain", "alternatives", "weight_map")
    found = [getattr(optimiser, name)(instance) for name in names]
    found += [optimiser.frontier(instance, ("accountability", "responsiveness"))]
    found += [optimiser.thresholds(instance, "weights.responsiveness"), optimiser.diagnose(instance)]
    found += [optimiser.path(instance), optimiser.replay(instance, SERIES, delays=[0, 1, 2]), batch(instance)]
    by_command: dict[str, list[dict[str, Any]]] = {}
    for each in found:
        document = each.to_dict()
        by_command.setdefault(document["command"], []).append(document)
    return Results(instance, by_command)


@pytest.fixture(scope="module")
def harmless(documents) -> set[tuple[str, frozenset[str]]]:
    """Which elements there are on the page of harmless texts."""
    return shape(parsed(page(documents, [Opinion(MARK, (0.2, 0.3, 0.5))]).html))


def with_text(results: Results, text: str, code: str) -> Results:
    """The same with a text in place of every mark, and another before every code."""

    def put(value: Any) -> Any:
        if isinstance(value, str):
            return value.replace(MARK, text).replace(CODE, code)
        if isinstance(value, dict):
            return {put(name): put(inner) for name, inner in value.items()}
        return [put(inner) for inner in value] if isinstance(value, list) else value

    instance = optimiser.Instance.from_tables(put(TABLES), **put(WORDS))
    return Results(instance, {name: put(list(found)) for name, found in results.documents.items()})


def hostile(results: Results, payload: str) -> Results:
    """With a payload wherever an instance can hold it: in codes, too, if it can."""
    try:
        return with_text(results, payload, f"x{payload}")
    except optimiser.InputError:
        return with_text(results, payload, "x")


def test_there_are_fifty_and_the_page_has_every_part_in_which_texts_stand(documents):
    assert len(set(PAYLOADS)) >= 50
    made = page(documents, [Opinion(MARK, (0.2, 0.3, 0.5))])
    names = [section.attributes["id"] for section in parsed(made.html).all("section")]
    parts = "where why today gains nearly weights frontier tips samples replay path evidence"
    assert set(parts.split()) <= set(names)
    assert made.html.count(MARK) > 80


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_text_stays_a_text(documents, harmless, payload):
    made = page(hostile(documents, payload), [Opinion(payload, (0.2, 0.3, 0.5))])
    root = parsed(made.html)
    check_harmless(root)
    assert shape(root) <= harmless
    data = json.loads(next(s.text for s in root.all("script") if s.attributes))
    assert data["opinions"][0]["name"] == payload
    assert clean(payload)[:20] in root.said()  # what was put in is there to be read
    for drawing in made.drawings:
        tags = {each.tag.rpartition("}")[2] for each in ElementTree.fromstring(drawing.svg()).iter()}
        assert tags <= {"svg", "title", "desc", "g", *MARKS}
