"""The verb that asks what else is nearly as good."""

from __future__ import annotations

from collections import defaultdict
from math import isfinite
from typing import TYPE_CHECKING

import click

from optimiser.cli.asking import answer, asking
from optimiser.cli.options import NUMBER
from optimiser.cli.say import reading

if TYPE_CHECKING:
    from optimiser.studies.alternatives import Alternatives

SHOWN = 30  # designs printed; --json and --out have all of them
FINE = 0.02  # decisions: a distance bracketed as closely as this is simply printed


@click.command(short_help="What else is nearly as good? What must, may or never be?")
@click.option(
    "--count",
    type=NUMBER,
    metavar="K",
    help="List so many of the best designs.  [default: 10; with --within 1000]",
)
@click.option(
    "--within",
    type=NUMBER,
    metavar="LOSS",
    help="List all designs that lose at most so much value.",
)
@click.option(
    "--diverse",
    type=NUMBER,
    default=0,
    metavar="K",
    help="Also choose K of these, as different as can be.",
)
@click.option("--by-locality", is_flag=True, help="Say what must, may and never be of each locality too.")
@asking()
def alternatives(
    instance: str,
    count: int | None,
    within: float | None,
    diverse: int,
    by_locality: bool,
    weights: dict[str, float] | None,
    gap: float,
    time_limit: float | None,
    threads: int,
    out: str | None,
    as_json: bool,
) -> int:
    """What else is nearly as good? The best designs, and which decisions must, may or never sit where.

    \b
    Example
      optimiser alternatives instances/archetype --count 5
      optimiser alternatives instances/archetype --within 0.02 --diverse 3
    """  # fmt: skip
    from optimiser.studies.alternatives import alternatives as find

    return answer(
        "alternatives",
        lambda progress: find(
            reading(instance), count=count, within=within, diverse=diverse, by_locality=by_locality,
            weights=weights, gap=gap, time_limit=time_limit, threads=threads, progress=progress,
        ),
        alternatives_text,
        out,
        as_json,
    )  # fmt: skip


def alternatives_text(found: Alternatives) -> str:
    """The ranking, the most different designs, and the verdicts."""
    from optimiser.cli.text import title

    sections = [[*title(found.instance), *_trust(found)]]
    if found.designs:
        sections += [_ranking(found), _different(found), _verdicts(found), _by_locality(found)]
    return "\n\n".join("\n".join(section) for section in sections if section)


def _trust(found: Alternatives) -> list[str]:
    from optimiser.cli.text import ending, paragraph

    lines: list[str] = []
    if found.designs:
        count = len(found.designs)
        lines = [f"{count} design{'s' * (count > 1)}, every promise and objective recomputed from the tables"]
        if not isfinite(found.rest):
            lines += paragraph("There is no other design.")
        else:
            last = found.designs[-1].answer.value
            above = (found.rest - last) / max(abs(last), 1e-9)
            said = f", {100 * above:.2g} % above the last one" if above > 1e-5 else ""
            lines += paragraph(
                f"Proven: no design that is not listed is worth more than {found.rest:.6f}{said}."
            )
    return [*lines, *ending(found.unfinished, found.interrupted, found.run)]


def _ranking(found: Alternatives) -> list[str]:
    """A line a design: its value, what it loses, and what is held elsewhere than in the best."""
    from optimiser.cli.text import listing, moved

    best, lines = (
        found.designs[0].answer.value,
        ["THE BEST DESIGNS", "  rank     value       loss  held elsewhere than in the best"],
    )
    for ranked in found.designs[:SHOWN]:
        value = ranked.answer.value
        first = f"  {ranked.rank:>4}  {value:.6f}  {_loss(best - value):>9}  "
        lines += listing(moved(found.designs[0].answer.rows, ranked.answer.rows) or ["-"], first)
    more = len(found.designs) - SHOWN
    return [*lines, f"  and {more} more: --json or --out has them"] if more > 0 else lines


def _loss(loss: float) -> str:
    return f"{max(0.0, loss):.2e}" if 0 < loss < 1e-5 else f"{max(0.0, loss):.6f}"


def _different(found: Alternatives) -> list[str]:
    from optimiser.cli.text import listing, moved, paragraph

    if not found.diverse:
        return []
    said = "Each is as far as can be from those above it: so many decisions are held elsewhere"
    split = not found.instance["decisions"]["uniform"].all()
    said += ", of one that differs by locality the share of the population." if split else "."
    loose = any(d.furthest > d.distance + FINE for d in found.diverse)
    said += " At most: none is further." * loose
    head = f"  distance  {'at most  ' * loose}   value  held elsewhere than in the best"
    lines = ["THE MOST DIFFERENT", *paragraph(said), head]
    for different in found.diverse:
        most = f"{different.furthest:>7.2f}  " * loose
        first = f"  {different.distance:>8.2f}  {most}{different.answer.value:.6f}  "
        lines += listing(moved(found.designs[0].answer.rows, different.answer.rows) or ["-"], first)
    return lines


def _verdicts(found: Alternatives) -> list[str]:
    """A row a decision, a column a level."""
    from optimiser.cli.text import columns, paragraph

    levels = list(found.instance["levels"]["level"])
    cells: dict[str, list[str]] = defaultdict(list)
    for v in found.verdicts:
        if not v.organisation:
            share = f" {v.share:.0%}" if v.verdict in ("may", "undecided") else ""
            cells[v.decision].append(v.verdict + share)
    said = (
        f"Of all designs worth {found.floor:.6f} or more: must, each holds it there; never, none does; "
        "may, some do. The share is how often those listed do."
    )
    if not found.instance["decisions"]["uniform"].all():
        said += " Of a decision that differs by locality, must means everywhere and never nowhere."
    rows = [["decision", *levels], *([decision, *row] for decision, row in cells.items())]
    return ["WHAT MUST, MAY AND NEVER BE", *paragraph(said), *columns(rows)]


def _by_locality(found: Alternatives) -> list[str]:
    """What is open to whom: the localities of a decision for which the verdicts are the same, together."""
    from optimiser.cli.text import listing

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
