"""When the design tips: the best value along one input and where it changes, or patches of two inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from optimiser.figures.canvas import SERIES, Canvas, cut, extent
from optimiser.figures.drawing import NARROW, Drawing, drawing
from optimiser.figures.frame import Frame
from optimiser.figures.so_far import so_far
from optimiser.instance.names import Names
from optimiser.labels import label, say
from optimiser.terminal import exact, fixed

Document = Mapping[str, Any]
SEVERAL, NONE = "faint", "paper"
PATCH = 10.0  # units that a patch is wide and high at least to have its number on it


def thresholds(names: Names, document: Document) -> Drawing:
    """The answer of `thresholds`, of one input or of two."""
    if "patches" in document:
        return _of_two(names, document)
    words, sight = _words(document)
    what = asked_input(names, document)
    title = say(f"{words}.title", what=what, foresight=sight)
    rows = [(number(tip["at"]), moves(names, tip["moves"])) for tip in document["tips"]]
    low, high = map(exact, document["range"])
    said = _known(say(f"{words}.said", n=len(rows), low=low, high=high), document)
    columns = (what, label("columns", "moves"))
    return drawing(
        "thresholds", title, said, columns, rows, lambda canvas: _draw(canvas, names, document, what)
    )


def asked_input(names: Names, asked: Document) -> str:
    """An input as it was followed: in which rows, and whether its values are set, multiplied or added to."""
    what = names.input(asked["what"])
    rows = [_row(names, column, str(value)) for column, value in asked["where"].items()]
    what = say("thresholds.where", what=what, where=", ".join(rows)) if rows else what
    return what if asked["how"] == "set" else say(f"thresholds.{asked['how']}", what=what)


def _row(names: Names, column: str, value: str) -> str:
    called = {"decision": names.decision, "organisation": names.organisation}.get(column)
    return called(value) if called else f"{column.replace('_', ' ')} {value}"


def _known(said: str, document: Document) -> str:
    """What was found, held against how far it was searched, and how closely."""
    return so_far(said, document["complete"] and document["proven"], document["error"])


def _words(document: Document) -> tuple[str, str]:
    """The section of words, of designs or of paths, and what these know of later periods."""
    sight = document.get("foresight")
    return ("thresholds_path", label("foresights", sight)) if sight else ("thresholds", "")


def number(value: float) -> str:
    """A place along an input, to six digits."""
    return exact(float(f"{value:.6g}"))


def moves(names: Names, rows: Any) -> str:
    """Who goes from where to where, in words; localities of a decision together, and periods of a path."""
    when: dict[tuple[str, str, str, str], list[str]] = {}
    for row in rows:
        those = when.setdefault((row["decision"], row["from"], row["to"], row["organisation"]), [])
        those += [row["period"]] if "period" in row else []
    ways: dict[tuple[str, str, str, str], list[str]] = {}
    for (code, start, end, place), those in when.items():
        ways.setdefault((code, start, end, names.periods(those)), []).append(place)
    said = []
    for (code, start, end, periods), places in ways.items():
        whom = (
            ""
            if places == [""]
            else f" ({names.organisation(places[0])})"
            if len(places) == 1
            else f" ({say('counts.localities', n=len(places))})"
        )
        key = "thresholds_path.move" if periods else "thresholds.move"
        said.append(say(key, decision=names.decision(code), start=start, end=end, periods=periods) + whom)
    return "; ".join(said)


def _draw(canvas: Canvas, names: Names, document: Document, what: str) -> None:
    found = document["intervals"]
    values = [value for each in found for value in each["values"] if value is not None] or [0.0]
    low, high = min(values), max(values)
    room = 0.1 * (high - low or 1.0)
    x0, x1 = document["range"]
    frame = Frame(canvas, 56, 26, canvas.width - 70, 190, (x0, x1), (low - room, high + room))
    for k, each in enumerate(found):
        a, b = frame.at(each["from"], frame.y[1]), frame.at(each["to"], frame.y[0])
        canvas.rect(
            a[0],
            a[1],
            b[0] - a[0],
            b[1] - a[1],
            ("faint" if k % 2 else "paper") if each["feasible"] else "c4",
        )
    value = say(f"{_words(document)[0]}.value")
    end = frame.axes(what, value, shown=lambda x: fixed(x, 3))
    for each in found:
        if None not in each["values"]:
            ends = zip((each["from"], each["to"]), each["values"], strict=True)
            canvas.polyline(frame.places(ends), "up", 2.2)
    for k, tip in enumerate(document["tips"], 1):
        x = frame.at(tip["at"], 0)[0]
        canvas.line((x, frame.top), (x, frame.top + frame.height), "ink", 1.2, "4 3")
        near = x + 3 + extent(str(k), 12) > frame.left + frame.width
        y = frame.top + 13 * (1 + (k - 1) % 3)
        canvas.text(x - 3 if near else x + 3, y, str(k), "end" if near else "start", 12, bold=True)
    now = document["now"]
    inside = now is not None and x0 <= now <= x1
    if inside:
        x = frame.at(now, 0)[0]
        canvas.line((x, frame.top), (x, frame.top + frame.height), "down", 2)
    y, listed = end + 18, document["tips"][: 6 if canvas.width <= NARROW else 12]
    for k, tip in enumerate(listed, 1):
        words = f"{k}: {number(tip['at'])}, {moves(names, tip['moves'])}"
        y = canvas.paragraph(0, y, cut(words, 3 * canvas.width, 12), canvas.width - 8, 12)
    if rest := len(document["tips"]) - len(listed):
        y = canvas.paragraph(0, y, say("thresholds.rest", n=rest), canvas.width - 8, 12)
    if inside:
        canvas.line((0, y - 4), (18, y - 4), "down", 2)
    if now is not None:
        words = say("thresholds.now" if inside else "thresholds.now_outside", now=number(now))
        canvas.text(26 if inside else 0, y, words, size=12)


def _of_two(names: Names, document: Document) -> Drawing:
    whats = tuple(asked_input(names, each) for each in (document, document["and"]))
    words, sight = _words(document)
    title = say(f"{words}.title_two", what=whats[0], other=whats[1], foresight=sight)
    rows = [
        (*(_span(each[name]) for name in ("x", "y")), ", ".join(str(one) for one in each["design_ids"]))
        for each in document["patches"]
    ]
    said = _known(say(f"{words}.said_two", n=len(document["designs"]), patches=len(rows)), document)
    columns = (*whats, label("columns", "design"))
    return drawing("thresholds", title, said, columns, rows, lambda canvas: _patches(canvas, document, whats))


def _span(ends: Any) -> str:
    return say("thresholds.span", low=number(ends[0]), high=number(ends[1]))


def _patches(canvas: Canvas, document: Document, whats: Sequence[str]) -> None:
    other = document["and"]
    side = min(canvas.width - 80, 420.0)
    frame = Frame(canvas, 60, 26, side, side * 0.8, tuple(document["range"]), tuple(other["range"]))
    for each in document["patches"]:
        (x0, y1), (x1, y0) = frame.at(each["x"][0], each["y"][0]), frame.at(each["x"][1], each["y"][1])
        canvas.rect(x0, y0, x1 - x0, y1 - y0, _colour(each["design_ids"]), "paper")
    _numbers(canvas, frame, document["patches"])
    end = frame.axes(whats[0], whats[1])
    words, _ = _words(document)
    seen = sorted({one for each in document["patches"] for one in each["design_ids"]})
    key = [
        (_colour([one]), say(f"{words}.design", design=one) if one else say("thresholds.impossible"))
        for one in seen
    ]
    several = any(len(set(each["design_ids"])) > 1 for each in document["patches"])
    y = canvas.key(0, end + 22, [*key, *[(SEVERAL, say("thresholds.several"))] * several])
    now = document["now"], other["now"]
    if None not in now:
        ends = zip(now, (frame.x, frame.y), strict=True)
        if all(low <= at <= high for at, (low, high) in ends):
            canvas.circle(frame.at(*now), 6, "none", "ink", 2)
            canvas.circle((6, y - 4), 6, "none", "ink", 2)
            canvas.text(18, y, say("thresholds.now_two"), size=12)


def _numbers(canvas: Canvas, frame: Frame, patches: Sequence[Document]) -> None:
    """Each design's number on the largest patch that is its alone, for those who see no colours."""
    largest: dict[int, tuple[float, tuple[float, float]]] = {}
    for each in patches:
        if len(set(each["design_ids"])) == 1 and each["design_ids"][0]:
            (x0, y1), (x1, y0) = frame.at(each["x"][0], each["y"][0]), frame.at(each["x"][1], each["y"][1])
            if min(x1 - x0, y1 - y0) > PATCH:
                found = (x1 - x0) * (y1 - y0), ((x0 + x1) / 2, (y0 + y1) / 2)
                largest[each["design_ids"][0]] = max(largest.get(each["design_ids"][0], found), found)
    for design, (_, (x, y)) in largest.items():
        canvas.circle((x, y), 7, "paper")
        canvas.text(x, y + 4, str(design), "middle", 11)


def _colour(designs: Any) -> str:
    if len(set(designs)) > 1:
        return SEVERAL
    return SERIES[(designs[0] - 1) % len(SERIES)] if designs[0] else NONE
