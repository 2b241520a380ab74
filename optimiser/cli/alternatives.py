"""The verb alternatives, and its text."""

from __future__ import annotations

from collections import defaultdict
from math import isfinite
from typing import TYPE_CHECKING

import click

from optimiser.cli.options import NUMBER, WEIGHED_ROUNDS
from optimiser.cli.question import Question
from optimiser.cli.text import ending, moved, opening
from optimiser.labels import say
from optimiser.terminal import columns, entries, fixed, listing, page, paragraph, percent, small
from optimiser.tolerances import size

if TYPE_CHECKING:
    from optimiser.studies.alternatives.alternatives import Alternatives

SHOWN = 30  # designs printed; --json and --out have all of them
FINE = 0.02  # decisions: a distance bracketed as closely as this is simply printed


verb = Question(
    "alternatives",
    summary="What else is nearly as good? What must, may or never be?",
    help="""What else is nearly as good? The best designs, and which decisions must, may or never sit where.

    \b
    Example
      optimiser alternatives instances/archetype --count 5
      optimiser alternatives instances/archetype --within 0.02 --diverse 3
    """,
    options=[
        click.Option(
            ["--count"],
            type=NUMBER,
            metavar="K",
            help="List so many of the best designs.  [default: 10; with --within 1000]",
        ),
        click.Option(
            ["--within"],
            type=NUMBER,
            metavar="LOSS",
            help="List all designs that lose at most so much value.",
        ),
        click.Option(
            ["--diverse"],
            type=NUMBER,
            default=0,
            metavar="K",
            help="Also choose K of these, as different as can be.",
        ),
        click.Option(
            ["--by-locality"], is_flag=True, help="Say what must, may and never be of each locality too."
        ),
        *WEIGHED_ROUNDS,
    ],
)


@verb.page
def alternatives_text(found: Alternatives) -> str:
    """The ranking, the most different designs, and the verdicts."""
    sections = [[*opening(found), *_trust(found)]]
    if found.designs:
        sections += [_ranking(found), _different(found), _verdicts(found), _by_locality(found)]
    return page(sections)


def _trust(found: Alternatives) -> list[str]:
    lines: list[str] = []
    if found.designs:
        lines = [found.headline]
        if not isfinite(found.rest):
            lines += paragraph("There is no other design.")
        else:
            last = found.designs[-1].answer.value
            above = found.rest - last
            said = f", {small(above)} above the last one" if above > 1e-5 * size(last) else ""
            lines += paragraph(
                f"Proven: no design that is not listed is worth more than {fixed(found.rest, 6)}{said}."
            )
    return [*lines, *ending(found.unfinished, found.interrupted, found.run)]


def _ranking(found: Alternatives) -> list[str]:
    """A line a design: its value, what it loses, and what is held elsewhere than in the best."""
    best = found.designs[0].answer
    rows = [("rank", "value", "loss", "held elsewhere than in the best")]
    for ranked in found.designs[:SHOWN]:
        value, moves = ranked.answer.value, moved(best.rows, ranked.answer.rows)
        rows.append((str(ranked.rank), fixed(value, 6), _loss(best.value - value), ", ".join(moves) or "-"))
    more = len(found.designs) - SHOWN
    lines = ["THE BEST DESIGNS", *entries(rows, right=(0, 1, 2))]
    return [*lines, f"  and {more:,} more: --json or --out has them"] if more > 0 else lines


def _loss(loss: float) -> str:
    said = small(loss, 2) if 1e-9 < loss < 1e-5 else fixed(max(0.0, loss), 6)
    return said.rjust(9)


def _different(found: Alternatives) -> list[str]:
    if not found.diverse:
        return []
    said = "Each is as far as can be from those above it: so many decisions are held elsewhere"
    split = not found.instance["decisions"]["uniform"].all()
    said += ", of one that differs by locality the share of the population." if split else "."
    loose = any(d.furthest > d.distance + FINE for d in found.diverse)
    said += " At most: none is further." * loose
    rows = [("distance", *["at most"] * loose, "value", "held elsewhere than in the best")]
    for each in found.diverse:
        most = [fixed(each.furthest, 2)] * loose
        moves = ", ".join(moved(found.designs[0].answer.rows, each.answer.rows)) or "-"
        rows.append((fixed(each.distance, 2), *most, fixed(each.answer.value, 6), moves))
    return ["THE MOST DIFFERENT", *paragraph(said), *entries(rows, right=range(2 + loose))]


def _verdicts(found: Alternatives) -> list[str]:
    """A row a decision, a column a level."""
    levels = list(found.instance["levels"]["level"])
    cells: dict[str, list[str]] = defaultdict(list)
    for v in found.verdicts:
        if not v.organisation:
            share = f" {percent(v.share, 0).replace(' ', '')}" if v.verdict in ("may", "undecided") else ""
            cells[v.decision].append(v.verdict + share)
    said = (
        f"Of all designs worth {fixed(found.floor, 6)} or more: must, each holds it there; never, none does; "
        "may, some do. The share is how often those listed do."
    )
    if not found.instance["decisions"]["uniform"].all():
        said += " Of a decision that differs by locality, must means everywhere and never nowhere."
    rows = [["decision", *levels], *([decision, *row] for decision, row in cells.items())]
    return [say("verdicts.heading").upper(), *paragraph(said), *columns(rows)]


def _by_locality(found: Alternatives) -> list[str]:
    """What is open to whom: the localities of a decision for which the verdicts are the same, together."""
    ways: dict[tuple[str, str], list[str]] = defaultdict(list)
    for v in found.verdicts:
        if v.organisation and v.verdict != "never":
            ways[v.decision, v.organisation].append(f"{v.verdict} {v.level}")
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (decision, place), said in ways.items():
        groups[decision, ", ".join(said)].append(place)
    lines = ["BY LOCALITY (what is not named is never so)"] if groups else []
    for (decision, way), there in groups.items():
        every = len(there) == len(found.instance.localities)
        lines += [f"  {decision}: {way}", *listing(["every locality"] if every else there, "    ")]
    return lines
