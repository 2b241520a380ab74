"""Who gains and who loses: a tile a locality, by region and system, in one objective."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from optimiser.figures.canvas import Canvas, Point, cut
from optimiser.figures.drawing import NARROW, Drawing, drawing
from optimiser.instance.names import Names
from optimiser.labels import label, say
from optimiser.terminal import fixed

MEASURES = ("accountability", "responsiveness", "unmet")
SAME = 5e-4  # a smaller change is none: less than a thousandth of an objective says nothing
TILE, SPACE = 17.0, 5.0
Document = Mapping[str, Any]


def gains(names: Names, document: Document, measure: str) -> Drawing:
    """What each locality has of a measure under the design and today (of `solve`)."""
    found = changes(document, measure)
    places = _places(names)
    table = [
        (region, system, names.organisation(code), *(fixed(x, 3) for x in found[code]))
        for region, systems in places.items()
        for system, codes in systems.items()
        for code in codes
    ]
    signs = [sign(measure, *found[code]) for code in found]
    said = say("gains.said", up=signs.count(1), down=signs.count(-1), same=signs.count(0), of=len(signs))
    columns = tuple(label("columns", name) for name in ("region", "system", "locality", "today", "best"))
    return drawing(
        f"gains_{measure}", label("gains", f"title_{measure}"), said, columns, table,
        lambda canvas: _draw(canvas, places, {code: sign(measure, *found[code]) for code in found}),
    )  # fmt: skip


def changes(document: Document, measure: str) -> dict[str, tuple[float, float]]:
    """Locality -> today and under the design."""
    now = {row["organisation"]: row[measure] for row in document["current_localities"]}
    return {row["organisation"]: (now[row["organisation"]], row[measure]) for row in document["localities"]}


def sign(measure: str, today: float, best: float) -> int:
    """1 where a locality gains, -1 where it loses, 0 where it stays; less unmet is a gain."""
    change = (today - best) / max(1.0, today) if measure == "unmet" else best - today
    return 0 if abs(change) < SAME else 1 if change > 0 else -1


def _places(names: Names) -> dict[str, dict[str, list[str]]]:
    """Region (just below the top) -> system (just above the locality) -> localities."""
    organisations = names.instance["organisations"]
    codes, parents = (map(str, organisations[column]) for column in ("organisation", "parent"))
    parent = dict(zip(codes, parents, strict=True))
    places: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for code in names.localities:
        way = [code]
        while parent.get(way[-1]):
            way.append(parent[way[-1]])
        region = names.organisation(way[-2]) if len(way) > 2 else names.organisation(way[-1])
        places[region][names.organisation(way[1]) if len(way) > 1 else region].append(code)
    return places


def _draw(
    canvas: Canvas, places: Mapping[str, Mapping[str, Sequence[str]]], signs: Mapping[str, int]
) -> None:
    phone = canvas.width <= NARROW
    left = 0.0 if phone else 220.0
    y = canvas.key(left, 14, [(FILLS[k], say(f"gains.key_{words}")) for k, words in WORDS.items()])
    corners: dict[int, list[Point]] = {1: [], 0: [], -1: []}
    for region, systems in places.items():
        if phone:
            canvas.text(0, y + 12, cut(region, canvas.width), bold=True)
            y += 18
        else:
            canvas.text(0, y + 14, cut(region, left - 12))
        x = left
        for codes in systems.values():
            if x > left and x + TILE * len(codes) > canvas.width:
                x, y = left, y + TILE + 3
            for code in codes:
                if x + TILE > canvas.width:
                    x, y = left, y + TILE + 3
                corners[signs[code]].append((x, y))
                x += TILE
            x += SPACE
        y += TILE + 10
    for sign_, where in corners.items():
        canvas.path("".join(f"M{x:g} {y:g}h15v15h-15z" for x, y in where), y, FILLS[sign_], "mute")
        canvas.path("".join(MARKS[sign_].format(x=x, y=y) for x, y in where), y, "none", INKS[sign_])


FILLS = {1: "up", 0: "faint", -1: "c2"}
MARKS = {1: "M{x:g} {y:g}m4 7.5h7m-3.5-3.5v7", 0: "", -1: "M{x:g} {y:g}m4 7.5h7"}
INKS = {1: "paper", 0: "ink", -1: "ink"}
WORDS = {1: "up", 0: "same", -1: "down"}
