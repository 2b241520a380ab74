"""How sure: what is nearly as good, what an aim costs, when the design tips, what would have happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from optimiser.figures.conflict import conflict
from optimiser.figures.frontier import frontier
from optimiser.figures.replay import replay
from optimiser.figures.thresholds import moves, thresholds
from optimiser.figures.verdicts import verdicts
from optimiser.labels import label, say
from optimiser.reporting.blocks import Figure, Heading, Listing, Part, Table, Text
from optimiser.reporting.results import Shown
from optimiser.terminal import fixed, percent

Document = Mapping[str, Any]


def impossible(shown: Shown) -> Part | None:
    """Why nothing is possible, and what would have to give; of a feasible instance, what binds."""
    found = shown.one("diagnose")
    if found is None:
        return None
    blocks: list[Any] = []
    if found["facts"]:
        blocks += [
            Heading(say("conflict.facts")),
            Listing([shown.names.spoken(said) for said in found["facts"]]),
        ]
    if found["conflict"] or found["limits"]:
        blocks.append(Figure(conflict(shown.names, found)))
    if found["conflict"]:
        blocks.append(Text(say("conflict.irreducible" if found["irreducible"] else "conflict.reducible")))
    if found["repairs"]:
        blocks += [Heading(say("conflict.repairs")), Listing([each["text"] for each in found["repairs"]])]
    heading = say("limits.heading" if found["feasible"] else "conflict.heading")
    return Part("impossible", heading, [*blocks, *_unfinished(found)])


def nearly(shown: Shown) -> Part | None:
    """What must, may and never be, and the designs next in rank."""
    found = shown.one("alternatives")
    if found is None or not found["verdicts"]:
        return None
    floor = "\u2013" if found["floor"] is None else fixed(found["floor"], 4)
    blocks: list[Any] = [Text(say("verdicts.how", floor=floor)), Figure(verdicts(shown.names, found))]
    if found["designs"]:
        rows = [
            (each["rank"], moves(shown.names, each["moves"]) or "\u2013", fixed(each["value"], 4))
            for each in found["designs"]
        ]
        columns = [label("columns", name) for name in ("rank", "moves", "value")]
        blocks.append(Table(say("verdicts.ranked"), columns, rows, folded=True))
    return Part("nearly", say("verdicts.heading"), [*blocks, *_unfinished(found)])


def costs(shown: Shown) -> Part | None:
    """Each frontier."""
    blocks: list[Any] = []
    for found in shown.all("frontier"):
        if found["points"]:
            blocks += [Figure(frontier(shown.names, found)), *_unfinished(found)]
    return Part("frontier", say("frontier.heading"), [Text(say("frontier.how")), *blocks]) if blocks else None


def tips(shown: Shown) -> Part | None:
    """Each input along which the design was followed."""
    blocks: list[Any] = []
    for found in shown.all("thresholds"):
        blocks.append(Figure(thresholds(shown.names, found)))
        blocks.append(Text(say("thresholds.proven" if found["proven"] else "thresholds.unproven"), "note"))
        blocks += _unfinished(found)
    return Part("tips", say("thresholds.heading"), blocks) if blocks else None


def happened(shown: Shown) -> Part | None:
    """Each series through which designs were run."""
    blocks: list[Any] = []
    for found in shown.all("replay"):
        blocks.append(Figure(replay(shown.names, found)))
        if found["delays"]:
            rows = [
                (
                    row["resource"],
                    row["level"],
                    row["days"],
                    "\u2013" if row["kept"] is None else percent(row["kept"]),
                )
                for row in found["delays"]
            ]
            columns = [label("columns", name) for name in ("resource", "level", "days", "kept")]
            blocks.append(Table(say("replay.delays"), columns, rows, folded=True))
        blocks += _unfinished(found)
    return Part("replay", say("replay.heading"), blocks) if blocks else None


def _unfinished(found: Document) -> Iterator[Text]:
    """What a command did not settle."""
    return (Text(said, "note") for said in found["unfinished"])
