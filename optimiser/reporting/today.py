"""Against today: the units that people know and the objectives one by one, before any sum of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from optimiser.figures.arrows import arrows, moved
from optimiser.figures.reach import compared, solved
from optimiser.labels import label, say
from optimiser.reporting.blocks import Figure, Part, Sentences, Table, Text
from optimiser.reporting.results import Shown
from optimiser.reporting.said import measures, worth_of_change
from optimiser.terminal import fixed, signed

Document = Mapping[str, Any]


def where(shown: Shown) -> Part | None:
    """The arrows."""
    if shown.held is None:
        return None
    return Part(
        "where", say("where.heading"), [Text(say("where.how")), Figure(arrows(shown.names, shown.held))]
    )


def why(shown: Shown) -> Part | None:
    """A sentence a decision; those that move open."""
    found = shown.one("explain")
    if found is None or not found["decisions"]:
        return None
    moving = set(moved(shown.names, shown.held)) if shown.held is not None else set()
    items = [
        (
            shown.names.decision(each["decision"], each["organisation"]),
            each["level"].replace(";", ", "),
            each["sentence"],
            each["decision"] in moving,
        )
        for each in found["decisions"]
    ]
    items.sort(key=lambda item: not item[3])
    return Part("why", say("why.heading"), [Text(say("why.how")), *_another(shown, found), Sentences(items)])


def _another(shown: Shown, found: Document) -> Iterator[Text]:
    """That reasons are given for another design than the one that is shown, where they are."""
    places = {code: set(levels) for code, levels in shown.sits.items()}
    names = [
        shown.names.decision(each["decision"])
        for each in found["decisions"]
        if not each["organisation"]
        and places.get(each["decision"]) not in (None, set(each["level"].split(";")))
    ]
    if names:
        yield Text(say("why.other", n=len(names), names=", ".join(names)), "warning")


def against(shown: Shown) -> Part | None:
    """Units first, then each objective, and last what they come to."""
    blocks = [*_units(shown), *_objectives(shown), *_changes(shown)]
    heading = say("today.heading" if shown.knows_today else "today.heading_alone")
    return Part("today", heading, blocks) if blocks else None


def _units(shown: Shown) -> Iterator[Any]:
    document = shown.one("solve", "verify")
    if document is None or not document.get("means"):
        return
    now = document["current_means"]
    found = measures(document["means"], now)
    rows = [row if now else (row.name, row.best) for row in found]
    columns = ("measure", "today", "best", "change") if now else ("measure", "best")
    yield Table(say("today.units"), [label("columns", name) for name in columns], rows)


def _objectives(shown: Shown) -> Iterator[Any]:
    found, document = shown.one("compare"), shown.one("solve", "verify")
    if found is not None and found["designs"]:
        yield Figure(compared(shown.names, found))
        yield from _designs(shown, found)
    elif document is not None and document.get("objectives"):
        yield Figure(solved(shown.names, document))


def _designs(shown: Shown, found: Document) -> Iterator[Any]:
    codes = [g for g in found["weights"] if g not in found["no_data"]]
    columns = [label("columns", "design"), *map(shown.names.objective, codes), label("objectives", "value")]
    rows = [
        (
            _named(shown, each["name"]),
            *(_number(each["objectives"].get(g)) for g in codes),
            _number(each["value"]),
        )
        for each in found["designs"]
    ]
    yield Table(say("today.designs"), columns, rows, folded=True)
    broken = [each for each in found["designs"] if each["feasible"] is False]
    for each in broken:
        first = shown.names.spoken(each["broken"][0]) if each["broken"] else ""
        yield Text(
            say("today.breaks", n=len(each["broken"]), design=_named(shown, each["name"]), first=first),
            "note",
        )


def _named(shown: Shown, name: str) -> str:
    start, _, objective = name.partition(" ")
    if start == "most" and objective in shown.instance.objectives:
        return say("designs.most", objective=shown.names.objective(objective))
    return label("designs", name)


def _number(value: float | None) -> str:
    return fixed(value, 3)


def _changes(shown: Shown) -> Iterator[Any]:
    """What each move adds to each objective, and the sum last."""
    found = shown.one("compare")
    way = next((each for each in found["shifts"] if each["start"] == "current"), None) if found else None
    if found is None or way is None:
        return
    weights = found["weights"]
    codes = [g for g in weights if g not in found["no_data"]]
    columns = [label("columns", "decision"), *map(shown.names.objective, codes), label("columns", "net")]
    rows = []
    for each in way["changes"]:
        added = [each["objectives"][g] for g in codes]
        net = sum(weights[g] * each["objectives"][g] for g in weights)
        if each["moved"] or not each["decision"] or any(abs(x) > 5e-5 for x in added):
            name = shown.names.decision(each["decision"]) if each["decision"] else say("today.shared")
            rows.append((name, *(signed(x, 4) for x in added), signed(net, 4)))
    yield Table(say("today.changes"), columns, rows, folded=True)
    designs = {each["name"]: each["value"] for each in found["designs"]}
    if designs.get("current") is not None and designs.get("best") is not None:
        gain = designs["best"] - designs["current"]
        yield Text(say("today.only_now", said=worth_of_change(shown.names, weights, gain)))
