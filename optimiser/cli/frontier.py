"""The verb frontier, and its text."""

from __future__ import annotations

from itertools import pairwise
from math import isfinite
from typing import TYPE_CHECKING

import click

from optimiser.cli.options import FIGURE, GAP, NUMBER, ROUNDS, names
from optimiser.cli.question import Question
from optimiser.cli.text import ending, held, moved, opening, unknown
from optimiser.terminal import at_most, columns, fixed, listing, page, paragraph

if TYPE_CHECKING:
    from optimiser.studies.frontier.frontier import Frontier

MARKS = {True: "yes", False: "no", None: "?"}


verb = Question(
    "frontier",
    summary="What does one aim cost in another? The nondominated designs.",
    help="""What does one aim cost in another? The designs that none beats in one aim without losing in
    another.

    \b
    Example
      optimiser frontier instances/archetype --objectives accountability,responsiveness
      optimiser frontier instances/archetype --objectives accountability,responsiveness --points 4
    """,
    options=[
        click.Option(
            ["--objectives"],
            callback=names,
            metavar="A,B[,C]",
            help="Two or three objectives.  [default: those that weigh anything]",
        ),
        click.Option(
            ["--points"],
            type=NUMBER,
            metavar="N",
            help="Only so many points, evenly spread, in place of all.",
        ),
        click.Option(
            ["--tolerance"],
            type=NUMBER,
            metavar="VALUE",
            help="Only so many that no design is better by more in all of them; each solve then goes to a "
            "quarter of it, whatever the gap.  "
            "[default: 0; for a large model 0.01, with three objectives 0.02]",
        ),
        FIGURE,
        GAP,
        *ROUNDS,
    ],
)


@verb.page
def frontier_text(found: Frontier) -> str:
    """The points, what moves from each to the next, and the trade-offs within designs."""
    sections = [[*opening(found), *_trust(found)]]
    if found.points:
        sections += [_points(found), _designs(found), _segments(found)]
    return page(sections)


def _trust(found: Frontier) -> list[str]:
    count = len(found.points)
    lines = [found.headline] if count else []
    if found.complete and not found.tolerance:
        lines += paragraph(
            f"Complete to within {at_most(found.error)}: proven that no design lies beyond these by more."
        )
    elif count and isfinite(found.error):
        lines += paragraph(
            "Proven: whatever a design reaches, one of these reaches to within "
            f"{at_most(found.error)} in each of the objectives."
        )
    return [*lines, *ending(found.unfinished, found.interrupted, found.run)]


def _points(found: Frontier) -> list[str]:
    """A line a design: what it reaches, and whether weights can find it."""
    names = list(found.objectives)
    rows = [["point", *names, "proven", "supported"]]
    for k, point in enumerate(found.points, 1):
        at = (
            fixed(None if g in found.no_data else value, 6)
            for g, value in zip(names, found.reached(point), strict=True)
        )
        rows.append([str(k), *at, MARKS[point.proven], MARKS[point.supported]])
    said = "proven: no design dominates it. supported: best for some weights; others no weighting finds"
    said += ", ? was not settled." if any(p.supported is None for p in found.points) else "."
    return [
        "THE FRONTIER",
        *columns(rows, right=range(len(names) + 1)),
        *paragraph(said),
        *unknown([g for g in names if g in found.no_data]),
    ]


def _designs(found: Frontier) -> list[str]:
    """The first design, and what moves from each to the next."""
    first, *others = (point.answer.rows for point in found.points)
    lines = ["THE DESIGN OF POINT 1"]
    for level, decisions in held(first).items():
        lines += listing(decisions, f"  {level}: ")
    if others:
        lines += ["", "WHAT MOVES FROM EACH POINT TO THE NEXT"]
    for k, (before, after) in enumerate(pairwise([first, *others]), 2):
        lines += listing(
            moved(before, after) or ["nothing: the same design, used differently"], f"  {k:>5}  "
        )
    return lines


def _segments(found: Frontier) -> list[str]:
    """What a design itself can give of one objective for another, by how it is used and monitored."""
    rows = [["point", *(f"{g} {end}" for g in found.objectives for end in ("from", "to"))]]
    for k, point in enumerate(found.points, 1):
        if len(point.segment) > 1:
            ends = zip(point.segment.min(axis=0), point.segment.max(axis=0), strict=True)
            rows.append([str(k), *(fixed(value, 6) for pair in ends for value in pair)])
    if len(rows) == 1:
        return []
    said = "The same design reaches all of this, by how its decisions are exercised and monitored."
    return ["WITHIN A DESIGN", *paragraph(said), *columns(rows, right=range(len(rows[0])))]
