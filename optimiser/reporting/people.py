"""Who gains and who loses, whose hours run out, and what stays unmet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from optimiser.figures.reach import hours
from optimiser.figures.tiles import MEASURES, changes, gains, sign
from optimiser.labels import label, say
from optimiser.reporting.blocks import Figure, Part, Table, Text
from optimiser.reporting.results import Shown
from optimiser.reporting.said import all_used, demands, tightest
from optimiser.terminal import amounts, fixed, percent, signed

Document = Mapping[str, Any]
FIFTHS = 5
TIGHTEST = 10


def who_gains(shown: Shown) -> Part | None:
    """Tiles by region and system, one figure an objective, and the same by fifths of need."""
    document = shown.one("solve", "verify")
    if document is None or not document.get("current_localities") or len(shown.names.localities) < 2:
        return None
    varying = [m for m in MEASURES if any(best != now for now, best in changes(document, m).values())]
    if not varying:
        return Part("gains", say("gains.heading"), [Text(say("gains.nobody"))])
    blocks: list[Any] = [Text(say("gains.how"))]
    blocks += [Figure(gains(shown.names, document, measure)) for measure in varying]
    return Part("gains", say("gains.heading"), [*blocks, *_fifths(shown, document, varying)])


def _fifths(shown: Shown, document: Document, measures: list[str]) -> Iterator[Any]:
    """The mean change in each fifth of the population by need, lowest need first."""
    need = _need(shown)
    if len(need) < 2 * FIFTHS or len(set(need.values())) < FIFTHS:
        return
    people = dict(zip(shown.instance.localities, shown.instance.population.tolist(), strict=True))
    order = sorted(need, key=lambda code: need[code])
    before = np.cumsum([0.0, *(people[code] for code in order)])
    middle = (before[:-1] + before[1:]) / 2 / before[-1]
    rows = []
    for fifth in range(FIFTHS):
        mine = [code for code, at in zip(order, middle, strict=True) if int(at * FIFTHS) == fifth]
        cells = [label("fifths", str(fifth + 1)), str(len(mine))]
        for measure in measures:
            found = changes(document, measure)
            weights = [people[code] for code in mine]
            mean = (
                np.average([found[code][1] - found[code][0] for code in mine], weights=weights)
                if mine
                else 0.0
            )
            signs = [sign(measure, *found[code]) for code in mine]
            cells += [signed(float(mean), 4), f"{signs.count(1)} / {signs.count(-1)}"]
        rows.append(cells)
    columns = [label("columns", "fifth"), label("columns", "localities")]
    for measure in measures:
        columns += [
            say("gains.change_in", measure=label("objectives", measure)),
            label("columns", "gain_lose"),
        ]
    yield Table(say("gains.fifths"), columns, rows)


def _need(shown: Shown) -> dict[str, float]:
    """Locality -> its need, whatever the decision; the mean over decisions where each has its own."""
    needs = shown.instance["needs"]
    found: dict[str, list[float]] = {}
    for code, need in zip(map(str, needs["organisation"]), needs["need"].tolist(), strict=True):
        found.setdefault(code, []).append(float(need))
    return {code: sum(values) / len(values) for code, values in found.items()}


def what_binds(shown: Shown) -> Part | None:
    """Hours used by level, who is nearest to running out, and the demand that nothing covers."""
    document = shown.one("solve", "verify")
    if document is None or not document.get("design"):
        return None
    blocks = [*_hours(shown, document), *_demands(document)]
    return Part("binds", say("binds.heading"), blocks) if blocks else None


def _hours(shown: Shown, document: Document) -> Iterator[Any]:
    found = tightest(shown.instance, document["staff"])
    if not found:
        yield Text(say("binds.no_hours"))
        return
    if document["means"] and document["means"]["hours"]:
        yield Figure(hours(document))
    yield Text(all_used(found))
    first = found[:TIGHTEST]
    used, there = (amounts([each.row[name] for each in first]) for name in ("used", "available"))
    rows = [
        (
            shown.names.organisation(each.row["organisation"]),
            each.level,
            label("scenarios", each.row["scenario"]),
            a,
            b,
            percent(each.share),
        )
        for each, a, b in zip(first, used, there, strict=True)
    ]
    columns = [
        label("columns", name) for name in ("organisation", "level", "scenario", "used", "available", "share")
    ]
    yield Table(say("binds.tightest"), columns, rows)


def _demands(document: Document) -> Iterator[Any]:
    rows = [
        (
            label("resources", each.resource),
            label("scenarios", each.scenario),
            fixed(each.demand, 0),
            fixed(each.lent, 1),
            fixed(each.unmet, 1),
            each.share,
        )
        for each in demands(document["slack"])
    ]
    if not rows:
        return
    columns = [
        label("columns", name) for name in ("resource", "scenario", "demand", "lent", "unmet", "share_unmet")
    ]
    yield Table(say("binds.resources"), columns, rows)
