"""What designs reach, on a line a row from worst to best: today as a ring, the design as a dot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optimiser.figures.canvas import Canvas, cut
from optimiser.figures.drawing import NARROW, Drawing, drawing
from optimiser.instance.names import Names
from optimiser.labels import label, say
from optimiser.terminal import fixed, percent

ROW = 28.0
Document = Mapping[str, Any]


@dataclass(frozen=True)
class Reached:
    """A row: shares of what could be, none where it is not known."""

    name: str
    today: float | None
    best: float | None
    low: float | None = None  # the range that designs can reach
    high: float | None = None
    note: str = ""


def compared(names: Names, document: Document) -> Drawing:
    """The objectives of `compare`: today's and the best design on the range that is attainable."""
    designs = {each["name"]: each for each in document["designs"]}
    ranges = {each["objective"]: each for each in document["ranges"]}
    found = []
    for code in document["weights"]:
        if code in document["no_data"]:
            continue
        between = ranges.get(code, {})
        found.append(
            Reached(
                names.objective(code),
                designs.get("current", {}).get("objectives", {}).get(code),
                designs.get("best", {}).get("objectives", {}).get(code),
                between.get("worst"),
                between.get("best"),
                say("reach.weight", share=percent(document["weights"][code], 0)),
            )
        )
    return objectives(found)


def solved(names: Names, document: Document) -> Drawing:
    """The objectives of a design alone."""
    return objectives(
        [
            Reached(
                names.objective(g),
                None,
                reached,
                note=say("reach.weight", share=percent(document["weights"][g], 0)),
            )
            for g, reached in document["objectives"].items()
            if g not in document["no_data"]
        ]
    )


def objectives(rows: Sequence[Reached]) -> Drawing:
    """Objectives from 0, worst, to 1, best."""
    table = [(r.name, r.note, *(fixed(x, 4) for x in (r.today, r.best, r.low, r.high))) for r in rows]
    columns = ("objective", "weight", "today", "best", "lowest", "highest")
    return drawing(
        "objectives", say("reach.title"), _said(rows), tuple(label("columns", c) for c in columns), table,
        lambda canvas: _draw(canvas, rows, lambda x: fixed(x, 1)),
    )  # fmt: skip


def hours(document: Document) -> Drawing:
    """Which share of the staff hours of each level is used, in the normal scenario (of `solve`)."""
    now = {each["level"]: each for each in (document["current_means"] or {}).get("hours", ())}
    rows = [
        Reached(each["level"], _used(now.get(each["level"])), _used(each))
        for each in (document["means"] or {}).get("hours", ())
    ]
    table = [(r.name, *("-" if x is None else percent(x) for x in (r.today, r.best))) for r in rows]
    columns = tuple(label("columns", name) for name in ("level", "today", "best"))
    return drawing(
        "hours", say("hours.title"), _used_said(rows), columns, table,
        lambda canvas: _draw(canvas, rows, lambda x: percent(x, 0)),
    )  # fmt: skip


def _used_said(rows: Sequence[Reached]) -> str:
    said = []
    for row in rows:
        if row.best is not None:
            key = "hours.said" if row.today is None else "hours.said_today"
            said.append(say(key, level=row.name, best=percent(row.best), today=percent(row.today or 0.0)))
    return "; ".join(said) + "."


def _used(row: Mapping[str, float] | None) -> float | None:
    return row["used"] / row["available"] if row and row["available"] else None


def _said(rows: Sequence[Reached]) -> str:
    known = [row for row in rows if row.today is not None and row.best is not None]
    if not known:
        return say("reach.said_alone", n=len(rows))
    better = sum((row.best or 0) > (row.today or 0) + 1e-9 for row in known)
    worse = sum((row.best or 0) < (row.today or 0) - 1e-9 for row in known)
    return say("reach.said", better=better, worse=worse, of=len(known))


def _draw(canvas: Canvas, rows: Sequence[Reached], shown: Any) -> None:
    phone = canvas.width <= NARROW
    left, right = (8.0, canvas.width - 14) if phone else (230.0, canvas.width - 20)
    values = [x for r in rows for x in (r.today, r.best, r.low, r.high) if x is not None]
    low, high = min([0.0, *values]), max([1.0, *values])

    def at(value: float) -> float:
        return left + (right - left) * (value - low) / (high - low)

    y = _key(canvas, left, any(r.low is not None for r in rows), any(r.today is not None for r in rows))
    for row in rows:
        words = f"{row.name} ({row.note})" if row.note else row.name
        if phone:
            canvas.text(0, y + 12, cut(words, canvas.width))
            y += 16
        else:
            canvas.text(0, y + 17, cut(words, left - 14))
        middle = y + 13
        canvas.line((left, middle), (right, middle), "faint", 1)
        if row.low is not None and row.high is not None:
            canvas.line((at(row.low), middle), (at(row.high), middle), "rule", 7)
        if row.today is not None and row.best is not None and abs(at(row.best) - at(row.today)) > 16:
            towards = 1 if row.best > row.today else -1
            canvas.arrow(
                (at(row.today) + towards * 7, middle), (at(row.best) - towards * 6, middle), "ink", 1.4
            )
        if row.today is not None:
            canvas.circle((at(row.today), middle), 6.5, "paper", "ink", 1.4)
        if row.best is not None:
            canvas.circle((at(row.best), middle), 4.5, "ink")
        y += ROW
    for mark in (low, (low + high) / 2, high):
        anchor = "start" if mark == low else "end" if mark == high else "middle"
        canvas.text(at(mark), y + 10, shown(mark), anchor, 11, "mute")


def _key(canvas: Canvas, x: float, ranges: bool, today: bool) -> float:
    y = 14.0
    if today:
        canvas.circle((x + 7, y - 4), 6.5, "paper", "ink", 1.4)
        canvas.text(x + 18, y, say("arrows.key_today"), size=12)
        x += 80
    canvas.circle((x + 7, y - 4), 4.5, "ink")
    canvas.text(x + 18, y, say("reach.key_best"), size=12)
    if ranges:
        x, y = (x + 110, y) if canvas.width > NARROW else (8.0, y + 18)
        canvas.line((x, y - 4), (x + 26, y - 4), "rule", 7)
        canvas.text(x + 34, y, say("reach.key_range"), size=12)
    return y + 12
