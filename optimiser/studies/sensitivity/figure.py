"""Where each decision sits how often, drawn: a bar a decision, a colour a level."""

from __future__ import annotations

from optimiser.studies.sensitivity.ensemble import Ensemble
from optimiser.studies.svg import COLOURS, patch, polygon, svg, text
from optimiser.terminal import counted

LEFT, WIDE, RIGHT, TOP = 260.0, 620.0, 40.0, 90.0
LINE, BAR = 26.0, 18.0
LEGEND = 130.0  # of each level
ROOM = 0.08  # of a bar, that a number needs
LONG = 32  # letters of a name
DARK = (COLOURS[0], COLOURS[2], COLOURS[5])  # on which letters are white


def figure(name: str, ensemble: Ensemble) -> str:
    """The text of an SVG file."""
    sets = ensemble.sets
    colours = [COLOURS[l % len(COLOURS)] for l in range(len(sets.levels))]
    said = f"{name}: where each decision sits in {counted(ensemble.count, 'sample')}"
    parts = [text(20, 30, said)]
    for l, level in enumerate(sets.levels):
        parts += [
            patch(LEFT + LEGEND * l, 64, colours[l]),
            text(LEFT + LEGEND * l + 24, 64, _short(level, 12)),
        ]
    for d, decision in enumerate(sets.decisions):
        y, start = TOP + LINE * d, 0.0
        parts.append(text(LEFT - 12, y + BAR - 4, _short(decision, LONG), "end"))
        for l, share in enumerate(ensemble.mean[d].tolist() if ensemble.count else ()):
            a, b = LEFT + WIDE * start, LEFT + WIDE * (start + share)
            if share:
                parts.append(polygon([(a, y), (b, y), (b, y + BAR), (a, y + BAR)], colours[l], "white"))
            if share >= ROOM:
                inside = text((a + b) / 2, y + BAR - 4, f"{100 * share:.0f} %", "middle")
                white = inside.replace("<text ", '<text fill="white" ') if colours[l] in DARK else inside
                parts.append(white)
            start += share
    return svg(LEFT + WIDE + RIGHT, TOP + LINE * len(sets.decisions) + 20, parts)


def _short(name: str, most: int) -> str:
    return name if len(name) <= most else f"{name[: most - 3]}..."
