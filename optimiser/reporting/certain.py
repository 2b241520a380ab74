"""How sure: what must, may and never be, whose weights lead where, and what else would change the answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from optimiser.figures.shares import acceptability
from optimiser.figures.triangle import colour, exactness, moves_from, triangle
from optimiser.instance.checking.problems import listing
from optimiser.labels import label, say
from optimiser.reporting.another import elsewhere
from optimiser.reporting.blocks import Figure, Part, Table, Text, Triangle
from optimiser.reporting.opinions import Opinion, agreement, lead_said, worths
from optimiser.reporting.results import Shown
from optimiser.terminal import at_most, fixed, percent, small

Document = Mapping[str, Any]


def weights(shown: Shown, opinions: Sequence[Opinion] = ()) -> Part | None:
    """The triangle, people's weights on it, and acceptability."""
    document = shown.one("map")
    if document is None or not document["cells"]:
        return None
    named = [(one.name, one.weights) for one in opinions]
    figure = Figure(triangle(shown.names, document, named, shown.best["design"] if shown.best else ()))
    blocks: list[Any] = [
        Text(say("triangle.how", error=exactness(document["error"]))),
        Text(" ".join(_weighed(shown, document))),
        Triangle(figure, _data(shown, document, opinions)),
    ]
    blocks += [Text(words) for words in _current(shown, document)]
    blocks.append(_corners(shown, document))
    if opinions:
        blocks += agreement(shown, document, opinions)
    return Part("weights", say("triangle.heading"), [*blocks, Figure(acceptability(shown.names, document))])


def _data(shown: Shown, document: Document, opinions: Sequence[Opinion]) -> dict[str, Any]:
    """What the page needs to say which design is best under any weights, what moves, and how sure."""
    objectives = document["objectives"]
    designs = {
        each["design_id"]: {
            "moves": _moves(shown, document, each),
            "share": say("answer.share", share=percent(each["area"])),
            "colour": colour(each["design_id"]),
        }
        for each in document["designs"]
    }
    words = {name: name for name in ("best", "lead", "within", "unknown", "only", "no_moves", "moves", "own")}
    words |= {} if shown.best else {"no_moves": "no_moves_first", "moves": "moves_first"}
    return {
        "objectives": [shown.names.objective(g) for g in objectives],
        "own": document["own"],
        "error": document["error"],
        "error_said": "" if document["error"] is None else at_most(document["error"]),
        "cells": [
            [cell["design_id"], *(cell["objectives"][g] for g in objectives)] for cell in document["cells"]
        ],
        "designs": designs,
        "opinions": [{"name": one.name, "weights": list(one.weights)} for one in opinions],
        "says": {name: label("answer", key) for name, key in words.items()},
    }


def _corners(shown: Shown, document: Document) -> Table:
    """At each corner, where one objective has all the weight, what sits elsewhere, and how sure that is."""
    names = [shown.names.objective(g) for g in document["objectives"]]
    corners = [Opinion(name, tuple(map(float, row))) for name, row in zip(names, np.eye(3), strict=True)]
    rows = []
    for corner, worth in zip(corners, worths(document, corners), strict=True):
        other = document["designs"][int(worth.argmax())]
        rows.append((corner.name, _elsewhere(shown, document, other), lead_said(worth, document["error"])))
    moving = "elsewhere" if shown.best else "what_moves"
    columns = [label("columns", name) for name in ("all_weight", moving, "how_sure")]
    return Table(say("triangle.corners"), columns, rows)


def _elsewhere(shown: Shown, document: Document, other: Document) -> str:
    """Which decisions a design holds elsewhere than the one that the page shows."""
    names = elsewhere(shown, other["design"], document["designs"][0]["design"])
    if not names:
        return say("triangle.no_moves")
    of = len(shown.names.decisions)
    return say("triangle.elsewhere", design=other["design_id"], n=len(names), of=of, names=", ".join(names))


def _moves(shown: Shown, document: Document, other: Document) -> list[str]:
    """What moves against the design that the page shows; against the map's first where it shows none."""
    first = (shown.best or document["designs"][0])["design"]
    said = moves_from(shown.names, first, other["design"])
    return said.split("; ") if said else []


def _weighed(shown: Shown, document: Document) -> Iterator[str]:
    """Which objectives the map moves, and what the others weigh there and elsewhere on the page."""
    moved = listing([shown.names.objective(g) for g in document["objectives"]], 3)
    given = (shown.best or {}).get("weights") or shown.instance.weights
    left = {g: w / sum(given.values()) for g, w in given.items() if g not in document["objectives"]}
    if not left:
        yield say("triangle.all_moved", names=moved)
        return
    yield say("triangle.moved", names=moved, others=listing([*map(shown.names.objective, left)], len(left)))
    heavy = [f"{shown.names.objective(g)} {percent(w)}" for g, w in left.items() if w]
    if heavy:
        yield say("triangle.others", names=listing(heavy, len(heavy)))


def _current(shown: Shown, document: Document) -> Iterator[str]:
    """Where today's design stands on the map."""
    now = document["current"]
    if now is None:
        return
    if not now["feasible"]:
        yield say(
            "triangle.current_breaks", first=shown.names.spoken(now["broken"][0]) if now["broken"] else ""
        )
    elif now["nearest"] is not None:
        yield say("triangle.current_best", share=percent(now["share"]), at=_at(document, now["nearest"]))
    elif now["least_loss"] is not None and now["least_loss_at"] is not None:
        yield say(
            "triangle.current_short", loss=small(now["least_loss"]), at=_at(document, now["least_loss_at"])
        )


def _at(document: Document, weights: Sequence[float]) -> str:
    pairs = zip(document["objectives"], weights, strict=True)
    return ", ".join(f"{label('objectives', g)} {fixed(weight, 2)}" for g, weight in pairs)
