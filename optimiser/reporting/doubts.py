"""How sure: what is nearly as good, what an aim costs, when the design tips, what would have happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from optimiser.figures.conflict import conflict
from optimiser.figures.frontier import frontier
from optimiser.figures.replay import NOBODY, replay
from optimiser.figures.thresholds import thresholds
from optimiser.figures.verdicts import verdicts
from optimiser.labels import label, say
from optimiser.reporting.another import described, paths_described
from optimiser.reporting.asked import other_weights, told_apart
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
    return Part("impossible", heading, [*blocks, *_unfinished(shown, found)])


def nearly(shown: Shown) -> Part | None:
    """What must, may and never be, and the designs next in rank."""
    found = shown.one("alternatives")
    if found is None or not found["verdicts"]:
        return None
    floor = "\u2013" if found["floor"] is None else fixed(found["floor"], 4)
    blocks: list[Any] = [Text(say("verdicts.how", floor=floor)), *other_weights(shown, found)]
    blocks.append(Figure(verdicts(shown.names, found)))
    if found["designs"]:
        ranked = [(say("verdicts.rank", rank=each["rank"], value=fixed(each["value"], 4)), each["design"])
                  for each in found["designs"]]  # fmt: skip
        blocks.append(described(shown, say("verdicts.ranked"), ranked, folded=True))
    return Part("nearly", say("verdicts.heading"), [*blocks, *_unfinished(shown, found)])


def costs(shown: Shown) -> Part | None:
    """Each frontier."""
    blocks: list[Any] = []
    every = [found for found in shown.all("frontier") if found["points"]]
    for found, drawn in told_apart(shown, every, [frontier(shown.names, found) for found in every]):
        points = [(str(k), point["design"]) for k, point in enumerate(found["points"], 1)]
        blocks += [
            Figure(drawn),
            described(shown, say("another.designs", figure=drawn.title), points, folded=True),
            *_unfinished(shown, found),
        ]
    return Part("frontier", say("frontier.heading"), [Text(say("frontier.how")), *blocks]) if blocks else None


def tips(shown: Shown) -> Part | None:
    """Each input along which the design was followed."""
    blocks: list[Any] = []
    every = shown.all("thresholds")
    for found, drawn in told_apart(shown, every, [thresholds(shown.names, found) for found in every]):
        blocks += [*other_weights(shown, found), Figure(drawn)]
        if "patches" in found and found["designs"]:
            named = [(str(each["design_id"]), each["design"]) for each in found["designs"]]
            if "foresight" in found:
                caption = say("thresholds_path.designs", figure=drawn.title)
                blocks.append(paths_described(shown, caption, named, folded=True))
            else:
                caption = say("another.designs", figure=drawn.title)
                blocks.append(described(shown, caption, named, folded=True))
        blocks.append(Text(say("thresholds.proven" if found["proven"] else "thresholds.unproven"), "note"))
        blocks += _unfinished(shown, found)
    return Part("tips", say("thresholds.heading"), blocks) if blocks else None


def happened(shown: Shown) -> Part | None:
    """Each series through which designs were run."""
    blocks: list[Any] = [Text(say("replay.how"))]
    every = shown.all("replay")
    for found, drawn in told_apart(shown, every, [replay(shown.names, found) for found in every]):
        blocks += [*other_weights(shown, found), *_spans(found), Figure(drawn)]
        if found["delays"]:
            rows = [
                (
                    label("resources", row["resource"]),
                    row["level"],
                    row["days"],
                    "\u2013" if row["kept"] is None else percent(row["kept"]),
                )
                for row in found["delays"]
            ]
            columns = [label("columns", name) for name in ("resource", "level", "days", "kept")]
            caption = say("replay.delays", figure=drawn.title)
            blocks.append(Table(caption, columns, rows, folded=True))
        blocks += _unfinished(shown, found)
    if any(row["design"] == "best" for found in every for row in found["summary"]):
        names = say("replay.names", best=label("designs", "best"), current=label("designs", "current"))
        blocks.append(Text(names, "note"))
    return Part("replay", say("replay.heading"), blocks) if every else None


def _spans(found: Document) -> Iterator[Text]:
    """Which days of which resource were replayed, and how short it was."""
    nobody = {row["resource"]: row for row in found["summary"] if row["design"] == NOBODY}
    for series in found["series"]:
        row = nobody[series["resource"]]
        told = {"demand": fixed(row["demand"], 0), "unmet": fixed(row["unmet"], 0)}
        told |= {name: str(series[name]) for name in ("from", "to", "days")}
        resource = label("resources", series["resource"]).capitalize()
        yield Text(say("replay.span", resource=resource, places=str(series["localities"]), **told))


def _unfinished(shown: Shown, found: Document) -> Iterator[Text]:
    """What a command did not settle."""
    return (Text(said, "note") for said in shown.unfinished(found))
