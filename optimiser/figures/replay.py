"""A replay drawn: what each design leaves unmet day by day, and how the gain of help ages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from optimiser.figures.canvas import DASHES, SERIES, Canvas
from optimiser.figures.drawing import NARROW, Drawing, drawing
from optimiser.figures.frame import Frame
from optimiser.instance.checking.problems import listing
from optimiser.instance.names import Names
from optimiser.labels import label, say
from optimiser.terminal import fixed, percent

Document = Mapping[str, Any]
NOBODY, EVERYBODY = "nobody", "everybody at once"
LINES = {
    "best": (SERIES[0], DASHES[0]),
    "current": (SERIES[1], DASHES[1]),
    "all-central": (SERIES[2], DASHES[2]),
    "all-local": (SERIES[3], DASHES[3]),
    NOBODY: ("ink", DASHES[4]),
    EVERYBODY: ("c11", None),
}  # the same whatever else is drawn
DATES = 4  # labels under the days, about so many
MOST = 400  # points of a line: more cannot be told apart


def replay(names: Names, document: Document) -> Drawing:  # noqa: ARG001 (every figure is asked in the same way)
    """What `replay` found, a panel a resource, and beneath it how help ages."""
    rows = [
        (label("resources", row["resource"]), label("designs", row["design"]), row["level"], *_units(row))
        for row in document["summary"]
    ]
    columns = tuple(
        label("columns", c) for c in ("resource", "design", "level", "demand", "unmet", "removed")
    )
    return drawing(
        "replay", say("replay.title"), _said(document), columns, rows, lambda canvas: _draw(canvas, document)
    )


def _units(row: Mapping[str, Any]) -> tuple[str, str, str]:
    removed = "\u2013" if row["removed"] is None else percent(row["removed"])
    return fixed(row["demand"], 0), fixed(row["unmet"], 0), removed


def _said(document: Document) -> str:
    return " ".join(
        say("replay.said", resource=label("resources", row["resource"]), removed=percent(row["removed"]))
        for row in document["summary"]
        if row["design"] == "best" and row["removed"] is not None
    ) or say("replay.said_plain")


def _draw(canvas: Canvas, document: Document) -> None:
    y = 30.0
    for resource, rows in _by_resource(document["days"]):
        y = _days(canvas, document, resource, rows, y) + 34
        delays = [
            row for row in document["delays"] if row["resource"] == resource and row["kept"] is not None
        ]
        if delays:
            y = _ages(canvas, document, resource, delays, y) + 34


def _by_resource(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    names = dict.fromkeys(row["resource"] for row in rows)
    return ((name, [row for row in rows if row["resource"] == name]) for name in names)


def _days(
    canvas: Canvas, document: Document, resource: str, rows: Sequence[Mapping[str, Any]], top: float
) -> float:
    """Unmet demand over the days, a line a design; designs of which no day differs share one."""
    dates = [date.fromisoformat(day) for day in dict.fromkeys(row["date"] for row in rows)]
    lines = _lines(rows)
    most = max(1e-9, *map(max, lines.values()))
    frame = Frame(canvas, 56, top, canvas.width - 66, 190, (0, max(1, len(dates) - 1)), (0, most))
    end = frame.axes(
        beside=say("replay.unmet", resource=label("resources", resource)), labels=_labels(dates, canvas)
    )
    step = max(1, -(-len(dates) // MOST))
    looks, together = _looks(lines), _together(lines)
    for name in reversed(together):
        peaks = [(t, max(lines[name][t : t + step])) for t in range(0, len(lines[name]), step)]
        colour, dash = looks[name]
        canvas.polyline(frame.places(peaks), colour, 1.5, dash)
    total = {row["design"]: row for row in document["summary"] if row["resource"] == resource}
    key = [
        (
            *looks[name],
            say(
                "replay.entry",
                designs=listing([label("designs", each) for each in alike], len(alike)),
                unmet=fixed(total[name]["unmet"], 0),
            ),
        )
        for name, alike in together.items()
    ]
    return canvas.line_key(0, end + 16, key)


def _lines(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[float]]:
    lines: dict[str, list[float]] = {}
    for row in rows:
        lines.setdefault(row["design"], []).append(row["unmet"])
    return lines


def _together(lines: Mapping[str, list[float]]) -> dict[str, list[str]]:
    """Designs of which no day differs, under the one in whose line they are drawn: what nobody's or
    everybody's help comes to, or else the first."""
    alike = dict[tuple[float, ...], list[str]]()
    for name, values in lines.items():
        alike.setdefault(tuple(values), []).append(name)
    return {min(names, key=lambda name: name not in (NOBODY, EVERYBODY)): names for names in alike.values()}


def _looks(names: Mapping[str, Any]) -> dict[str, tuple[str, str | None]]:
    """Colour and dash of each design; those that a reader brought have what is left."""
    others = [name for name in names if name not in LINES]
    left = SERIES[4:10]
    return LINES | {name: (left[k % len(left)], DASHES[k % len(DASHES)]) for k, name in enumerate(others)}


def _ages(
    canvas: Canvas, document: Document, resource: str, delays: Sequence[Mapping[str, Any]], top: float
) -> float:
    """What is left of the gain at each delay, as dots, and the curves that were fitted to it."""
    last = max(row["days"] for row in delays)
    frame = Frame(canvas, 56, top, min(canvas.width - 66, 420), 150, (0, max(1, last)), (0, 1))
    end = frame.axes(say("replay.age"), say("replay.kept"))
    levels = list(dict.fromkeys(row["level"] for row in delays))
    key = list[tuple[str, str]]()
    for k, level in enumerate(levels):
        for row in delays:
            if row["level"] == level:
                canvas.circle(frame.at(row["days"], row["kept"]), 3, SERIES[k % len(SERIES)])
        fits = [h for h in document["half_lives"] if (h["resource"], h["level"]) == (resource, level)]
        for number, fit in enumerate(fits):
            if fit["days"] is not None:
                days = np.linspace(0, last, 57)
                kept = fit["floor"] + (1 - fit["floor"]) * 0.5 ** (days / fit["days"])
                dash = "5 4" if number else None
                canvas.polyline(
                    frame.places(zip(days, kept, strict=True)), SERIES[k % len(SERIES)], 1.6, dash
                )
        fitted = [
            say(f"replay.fit_{line}", days=fixed(h["days"], 1), floor=fixed(h["floor"], 2))
            for line, h in zip(("solid", "dashed"), fits, strict=False)
            if h["days"]
        ]
        key.append((SERIES[k % len(SERIES)], f"{level}: {'; '.join(fitted)}" if fitted else level))
    y = end + 16
    for colour, words in key:
        canvas.rect(0, y - 10, 12, 12, colour, "mute")
        y = canvas.paragraph(18, y, words, canvas.width - 24, 12)
    return y


def _labels(dates: Sequence[date], canvas: Canvas) -> list[tuple[float, str]]:
    """Which days have a label: the first of some months, or of so few days some."""
    about = DATES if canvas.width > NARROW else DATES - 1
    firsts = [t for t, day in enumerate(dates) if day.day == 1]
    if len(firsts) < 2:
        step = max(1, -(-len(dates) // about))
        return [(t, str(dates[t])) for t in range(0, len(dates), step)]
    step = max(1, -(-len(firsts) // about))
    return [(t, f"{dates[t]:%Y-%m}") for t in firsts[::step]]
