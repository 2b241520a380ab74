"""Against today: the units that people know and the objectives one by one, before any sum of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from optimiser.figures.arrows import arrows, moved
from optimiser.figures.reach import compared, solved
from optimiser.labels import label, say
from optimiser.reporting.another import elsewhere, sits_alike
from optimiser.reporting.asked import other_weights
from optimiser.reporting.blocks import Figure, Part, Sentences, Table, Text
from optimiser.reporting.results import Shown
from optimiser.reporting.said import measures, worth_of_change
from optimiser.terminal import fixed, signed

Document = Mapping[str, Any]


def where(shown: Shown) -> Part | None:
    """The arrows."""
    if shown.held is None:
        return None
    how = Text(say("where.how" if shown.knows_today else "where.how_no_today"))
    return Part("where", say("where.heading"), [how, Figure(arrows(shown.names, shown.held))])


def why(shown: Shown) -> Part | None:
    """A sentence a decision; those that move open."""
    every = shown.all("explain")
    asked = {(each["decision"], each["organisation"]): each for found in every for each in found["decisions"]}
    if not asked:
        return None
    moving = set(moved(shown.names, shown.held)) if shown.held is not None else set()
    items, apart = list[tuple[str, str, str, bool]](), list[str]()
    for each in asked.values():
        name = shown.names.decision(each["decision"], each["organisation"])
        place, said = each["level"].replace(";", ", "), each["sentence"]
        if not sits_alike(shown, each):
            apart.append(name)
            there, place = place, _place(shown, each)
            said = say("why.left_out_whom" if there == place else "why.left_out", level=there)
        items.append((name, place, said, each["decision"] in moving))
    items.sort(key=lambda item: not item[3])
    other = [Text(say("why.other", n=len(apart), names=", ".join(apart)), "warning")] if apart else []
    n, of = len({decision for decision, _ in asked}), len(shown.names.decisions)
    how = say("why.how_all") if n == of else say("why.how", n=n, of=of)
    weighed = [said for found in every for said in other_weights(shown, found)]
    blocks = [Text(how), *dict.fromkeys(weighed), *other, Sentences(items)]
    return Part("why", say("why.heading"), blocks)


def _place(shown: Shown, each: Document) -> str:
    """Where the design that is shown holds a decision, for a locality where one is named."""
    assert shown.held is not None
    held = shown.held[list(shown.names.decisions).index(each["decision"])]
    if each["organisation"]:
        return shown.names.levels[held[shown.names.localities[each["organisation"]]]]
    return ", ".join(shown.sits[each["decision"]])


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
    notes = ["units_note", "units_changes"] if now else []
    notes += ["units_spend"] if document["means"]["spend"] else []
    if notes:
        yield Text(" ".join(say(f"today.{name}") for name in notes), "note")


def _objectives(shown: Shown) -> Iterator[Any]:
    found, document = shown.one("compare"), shown.one("solve", "verify")
    if found is not None and found["designs"]:
        yield from other_weights(shown, found)
        apart = _apart(shown, found)
        if apart:
            yield Text(say("today.other", n=len(apart), names=", ".join(apart)), "warning")
        left = int((shown.names.today < 0).any(axis=1).sum())
        if shown.knows_today and left:
            yield Text(say("today.open", n=left))
        yield Figure(compared(shown.names, _with_shown(shown, found)))
        yield from _designs(shown, found, apart)
    elif document is not None and document.get("objectives"):
        yield Figure(solved(shown.names, document))


def _apart(shown: Shown, found: Document) -> list[str]:
    """The decisions that the best design of the comparison holds elsewhere than the one shown."""
    best = next((each for each in found["designs"] if each["name"] == "best"), None)
    return elsewhere(shown, best["design"]) if best and best["design"] and shown.best else []


def _with_shown(shown: Shown, found: Document) -> Document:
    """The comparison with what the design shown reaches in the place of its own best."""
    rest = [each for each in found["designs"] if each["name"] != "best"]
    return {**found, "designs": [{**(shown.best or {}), "name": "best"}, *rest]} if shown.best else found


def _designs(shown: Shown, found: Document, apart: Sequence[str]) -> Iterator[Any]:
    """Every design of the comparison, and the one shown where it is none of them."""
    codes = [g for g in found["weights"] if g not in found["no_data"]]
    columns = [label("columns", "design"), *map(shown.names.objective, codes), label("objectives", "value")]
    rows = [
        (
            _named(shown, each["name"]),
            *(_number(each["objectives"].get(g)) for g in codes),
            _number(each["value"]),
        )
        for each in [*([{**shown.best, "name": "shown"}] if apart and shown.best else []), *found["designs"]]
    ]
    yield Table(say("today.designs"), columns, rows, folded=True)
    if any(each["name"].startswith("most ") for each in found["designs"]):
        yield Text(say("today.aims"), "note")
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
    caption = "today.changes_other" if _apart(shown, found) else "today.changes"
    yield Table(say(caption), columns, rows, folded=True)
    now = next((each["value"] for each in found["designs"] if each["name"] == "current"), None)
    if now is not None and shown.best and shown.best["value"] is not None and shown.weighed_as(found):
        gain = shown.best["value"] - now
        yield Text(say("today.only_now", said=worth_of_change(shown.names, weights, gain)))
