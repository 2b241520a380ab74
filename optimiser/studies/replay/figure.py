"""A replay drawn: what each design leaves unmet day by day, and how the gain of help ages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np

from optimiser.studies.replay.half_life import FITTED, Ageing, kept_by
from optimiser.studies.replay.outcome import EVERYBODY, NOBODY, Outcome
from optimiser.studies.replay.series import Series
from optimiser.studies.svg import COLOURS, patch, svg, text, ticks

Array = np.ndarray
Scale = Callable[[Array], Array]
WIDE, NARROW, HIGH = 620.0, 300.0, 300.0
LEFT, TOP, GAP, BELOW, LINE = 90.0, 76.0, 90.0, 74.0, 24
PLAIN = {NOBODY: "black", EVERYBODY: "#b3b3b3"}
DATES = 5  # labels under the days, about so many


def figure(name: str, series: Sequence[Series], outcomes: Sequence[Outcome], ageing: Sequence[Ageing]) -> str:
    """The text of an SVG file: a row of panels for each resource."""
    parts, top = [text(LEFT, 30, f"{name}: what would have happened")], TOP
    for each in series:
        mine = [o for o in outcomes if o.series is each]
        ages = [a for a in ageing if a.series is each and a.half_lives]
        parts += _days(each, mine, top)
        if ages:
            parts += _ages(ages, top)
        lines = max(len(mine), 2 * len(ages))
        top += HIGH + BELOW + LINE * lines + TOP / 2
    return svg(LEFT + WIDE + (GAP + NARROW + LEFT if ageing else LEFT), top, parts)


def _days(series: Series, outcomes: Sequence[Outcome], top: float) -> list[str]:
    """Unmet demand over the days, a line a design; equal lines lie over each other, the first on top."""
    unmet = np.array([each.left.sum(axis=1) for each in outcomes])
    most = max(float(unmet.max()), 1e-9)
    parts = [text(LEFT, top - 14, f"{series.resource}: unmet on each day")]
    parts += _frame(LEFT, top, WIDE)
    y = _scale(0, most, top + HIGH, top)
    x = _scale(0, max(1, len(series.dates) - 1), LEFT, LEFT + WIDE)
    for value in ticks(0, most, 5):
        parts.append(text(LEFT - 8, float(y(np.array(value))) + 5, f"{value:,g}", "end"))
    for t, label in _labels(series.dates):
        parts.append(text(float(x(np.array(t))), top + HIGH + 22, label, "middle"))
    colours = _colours(outcomes)
    at = x(np.arange(len(series.dates)))
    for each, line in reversed(list(zip(outcomes, unmet, strict=True))):
        parts.append(_line(at, y(line), colours[each.design]))
    for i, each in enumerate(outcomes):
        below = top + HIGH + BELOW + LINE * i
        held = f" ({', '.join(each.levels)}{_age(each)})" if each.levels else ""
        parts += [patch(LEFT, below, colours[each.design])]
        parts += [text(LEFT + 26, below, f"{each.design}{held}: {each.unmet:,.0f} in all")]
    return parts


def _age(each: Outcome) -> str:
    return "" if each.delay is None else f", {each.delay} days old"


def _colours(outcomes: Sequence[Outcome]) -> dict[str, str]:
    """A colour a design; nobody and everybody have theirs whatever else is drawn."""
    others = [each.design for each in outcomes if each.design not in PLAIN]
    return {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(others)} | PLAIN


def _ages(ageing: Sequence[Ageing], top: float) -> list[str]:
    """What is left of the gain at each delay, as dots, and the curves that were fitted to it."""
    left = LEFT + WIDE + GAP
    x, y = _scale(0, FITTED[-1], left, left + NARROW), _scale(0, 1, top + HIGH, top)
    parts = [text(left, top - 14, "what is left of the gain (dots), and what fits")]
    parts += _frame(left, top, NARROW)
    for value in ticks(0, 1, 5):
        parts.append(text(left - 8, float(y(np.array(value))) + 5, f"{value:g}", "end"))
    for value in range(0, int(FITTED[-1]) + 1, 7):
        parts.append(text(float(x(np.array(value))), top + HIGH + 22, f"{value}", "middle"))
    parts.append(text(left + NARROW / 2, top + HIGH + 44, "age of the figures in days", "middle"))
    for i, each in reversed(list(enumerate(ageing))):
        colour = COLOURS[i % len(COLOURS)]
        kept = np.clip([each.kept(int(days)) or 0.0 for days in FITTED], 0, 1)
        for a, b in zip(x(FITTED), y(kept), strict=True):
            parts.append(f'<circle cx="{a:.2f}" cy="{b:.2f}" r="2.5" fill="{colour}"/>')
        for k, half in enumerate(each.half_lives):
            days = np.linspace(0, FITTED[-1], 113)
            parts.append(_line(x(days), y(kept_by(half, days)), colour, dashed=k > 0))
            floor = f", floor {half.floor:.3f} (dashed)" if k else ""
            half_life = "no half-life seen" if half.days is None else f"half-life {half.days:.1f} days"
            below = top + HIGH + BELOW + LINE * (2 * i + k)
            parts += [patch(left, below, colour), text(left + 26, below, f"{each.level}: {half_life}{floor}")]
    return parts


def _frame(left: float, top: float, wide: float) -> list[str]:
    return [
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{HIGH:.1f}" fill="none" '
        'stroke="black" stroke-width="0.5"/>'
    ]


def _scale(low: float, high: float, start: float, end: float) -> Scale:
    """From numbers to places on the page."""
    return lambda values: start + (end - start) * (values - low) / (high - low)


def _line(x: Array, y: Array, colour: str, *, dashed: bool = False) -> str:
    points = " ".join(f"{a:.2f},{b:.2f}" for a, b in zip(x, y, strict=True))
    dash = ' stroke-dasharray="5 4"' * dashed
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"{dash}/>'


def _labels(dates: Sequence[date]) -> list[tuple[int, str]]:
    """Which days have a label: the first of some months, or of so few days all."""
    firsts = [t for t, day in enumerate(dates) if day.day == 1]
    if len(firsts) < 2:
        step = max(1, -(-len(dates) // DATES))
        return [(t, str(dates[t])) for t in range(0, len(dates), step)]
    step = max(1, round(len(firsts) / DATES))
    return [(t, f"{dates[t]:%Y-%m}") for t in firsts[::step]]
