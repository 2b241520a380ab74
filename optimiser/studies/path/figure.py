"""A path drawn: levels as rails, a line a decision; skill, morale and reserves beneath."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from optimiser.audit.path import PathAudit
from optimiser.instance.instance import Instance
from optimiser.instance.period import reserves
from optimiser.studies.path.labels import Turns
from optimiser.studies.svg import COLOURS, patch, svg, text

Array = np.ndarray
LEFT, RIGHT, TOP, LINE, BETWEEN = 150.0, 190.0, 90.0, 16.0, 14.0
APART = 90.0  # from one period to the next
HIGH, BENEATH = 80.0, 48.0  # of a panel, and above it
KINDS = dict(zip(("input", "process", "outcome"), COLOURS, strict=False))


def figure(instance: Instance, sight: str, turns: Sequence[Turns], judged: PathAudit) -> str:
    """The text of an SVG file of one path."""
    names = list(instance["periods"]["period"])
    width = LEFT + APART * len(names) + RIGHT
    parts = [text(LEFT, 30, f"{instance.name}: who holds what over the periods, {sight}")]
    for i, (kind, colour) in enumerate(KINDS.items()):
        parts += [patch(LEFT + 110 * i, 58, colour), text(LEFT + 110 * i + 24, 58, kind)]
    rails, top = _rails(instance, turns)
    parts += rails
    for t, name in enumerate(names):
        parts.append(text(_x(t), top + 18, name, "middle"))
    top += 36
    for title, lines in _beneath(instance, judged).items():
        parts += _panel(title, lines, top + BENEATH, len(names))
        top += BENEATH + HIGH
    return svg(width, top + TOP / 2, parts)


def _x(t: float) -> float:
    return LEFT + APART * (t + 0.5)


def _rails(instance: Instance, turns: Sequence[Turns]) -> tuple[list[str], float]:
    """The levels, each as high as most is held there, and a line for every decision through them."""
    levels, decisions = instance["levels"]["level"], instance["decisions"]
    held = np.array([each.held for each in turns])  # (D, T)
    most = [max(1, int((held == l).sum(axis=0).max())) for l in range(len(levels))]
    tops = TOP + np.cumsum([0.0, *(LINE * count + BETWEEN for count in most)])
    parts = []
    for name, top, count in zip(levels, tops, most, strict=False):
        parts.append(
            f'<rect x="{LEFT:.1f}" y="{top:.1f}" width="{APART * held.shape[1]:.1f}" '
            f'height="{LINE * count:.1f}" fill="#f2f2f2"/>'
        )
        parts.append(text(LEFT - 10, top + LINE * count / 2 + 5, name, "end"))
    for d, (name, kind) in enumerate(zip(decisions["decision"], decisions["type"], strict=True)):
        place = [(held[:d, t] == held[d, t]).sum() for t in range(held.shape[1])]
        y = tops[held[d]] + LINE * (np.array(place) + 0.5)
        points = [
            f"{_x(t + side * 0.32):.1f},{at:.1f}" for t, at in enumerate(y.tolist()) for side in (-1, 1)
        ]
        colour = KINDS[kind]
        parts.append(
            f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="2"/>'
        )
        parts.append(text(LEFT + APART * held.shape[1] + 6, float(y[-1]) + 5, name))
    return parts, float(tops[-1])


def _beneath(instance: Instance, judged: PathAudit) -> dict[str, dict[str, Array]]:
    """What is drawn beneath: a panel a state that something moves, a line a level or a resource."""
    at, levels = instance["organisations"]["level"], instance["levels"]["level"]
    found: dict[str, dict[str, Array]] = {}
    for state in ("skill", "morale"):
        values = np.array([getattr(step.period.inherited, state) for step in judged.steps])  # (T, N)
        if (values != values[0]).any():
            found[f"{state}, mean by level"] = {l: values[:, at == l].mean(axis=1) for l in levels}
    aside = reserves(instance).sum(axis=0)
    left = np.array([step.period.inherited.stock.sum(axis=0) for step in judged.steps])  # (T, R)
    if aside.any():
        found["share of the reserve that is left"] = {
            name: left[:, r] / aside[r] for r, name in enumerate(instance.resources) if aside[r]
        }
    return found


def _panel(title: str, lines: Mapping[str, Array], top: float, periods: int) -> list[str]:
    """Shares over the periods, a line each, named at its end."""
    parts = [
        text(LEFT, top - 10, title),
        f'<rect x="{LEFT:.1f}" y="{top:.1f}" width="{APART * periods:.1f}" height="{HIGH:.1f}" fill="none" '
        'stroke="black" stroke-width="0.5"/>',
        text(LEFT - 8, top + 5, "1", "end"),
        text(LEFT - 8, top + HIGH + 5, "0", "end"),
    ]
    last = -np.inf
    for i, (name, values) in enumerate(sorted(lines.items(), key=lambda line: -line[1][-1])):
        colour = COLOURS[(i + len(KINDS)) % len(COLOURS)]
        y = top + HIGH * (1 - np.clip(values, 0, 1))
        points = " ".join(f"{_x(t):.1f},{at:.1f}" for t, at in enumerate(y.tolist()))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        last = max(float(y[-1]), last + LINE)  # names of equal lines stand under each other
        parts += [patch(LEFT + APART * periods + 6, last + 5, colour)]
        parts.append(text(LEFT + APART * periods + 28, last + 5, name))
    return parts
