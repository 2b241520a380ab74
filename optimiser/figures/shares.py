"""Where each decision sits how often: a bar a decision, a shade a level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optimiser.figures.canvas import SHADES, Canvas, cut
from optimiser.figures.drawing import NARROW, Drawing, drawing
from optimiser.figures.so_far import so_far
from optimiser.instance.names import Names
from optimiser.labels import label, say
from optimiser.terminal import percent

ROW = 24.0
SUMMED = 1e-9  # by which shares that are all there is may fall short of 1 by being added up


def acceptability(names: Names, document: Mapping[str, Any]) -> Drawing:
    """Under which share of all weightings each decision sits at each level (a map's)."""
    whole = document["complete"], document["error"]
    return shares(names, document["acceptability"], "acceptability", *whole)


def shares(
    names: Names, rows: Sequence[Mapping[str, Any]], name: str, complete: bool, error: float | None = 0.0
) -> Drawing:
    """A figure of rows with decision, organisation, level and share: means by population."""
    periods = list(dict.fromkeys(row.get("period", "") for row in rows)) or [""]
    order = [(code, period) for code in names.decisions for period in periods]
    called = [names.decision(code, period=period) for code, period in order]
    found, levels = np.zeros((len(order), len(names.levels))), names.levels
    people = names.instance.population
    part = dict(zip(names.localities, people / people.sum(), strict=True))
    for row in rows:
        whom = part[row["organisation"]] if row["organisation"] else 1.0
        place = order.index((row["decision"], row.get("period", ""))), levels.index(row["level"])
        found[place] += row["share"] * whom
    table = [(name, *(percent(float(s)) for s in each)) for name, each in zip(called, found, strict=True)]
    said = say(
        f"{name}.said" if periods == [""] else f"{name}.said_path",
        n=int((found.max(axis=1) > 1 - SUMMED).sum()),
        of=len(order),
    )
    return drawing(
        name, say(f"{name}.title"), so_far(said, complete, error),
        (label("columns", "decision"), *levels), table,
        lambda canvas: _draw(canvas, called, levels, found),
    )  # fmt: skip


def _draw(canvas: Canvas, called: Sequence[str], levels: Sequence[str], found: np.ndarray) -> None:
    phone = canvas.width <= NARROW
    left = 0.0 if phone else 300.0
    y = canvas.key(left, 14, [(shade(k, len(levels)), level) for k, level in enumerate(levels)])
    for name, each in zip(called, found, strict=True):
        if phone:
            canvas.text(0, y + 12, cut(name, canvas.width))
            y += 16
        else:
            canvas.text(0, y + 14, cut(name, left - 12))
        x, whole = left, canvas.width - left - 2
        for k, share in enumerate(each):
            canvas.rect(x, y + 3, whole * share, 14, shade(k, found.shape[1]), "mute")
            x += whole * share
        y += ROW
    for share in (0.0, 0.5, 1.0):
        anchor = {0.0: "start", 1.0: "end"}.get(share, "middle")
        canvas.text(left + (canvas.width - left - 2) * share, y + 12, percent(share, 0), anchor, 11, "mute")


def shade(k: int, count: int) -> str:
    """The shade of a level, 0 the top: two lie well apart; of more levels than shades, some share one."""
    if count <= 2:
        return SHADES[2 * k] if count == 2 else SHADES[1]
    return SHADES[round(k * (min(count, len(SHADES)) - 1) / (count - 1))]
