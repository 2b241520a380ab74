"""The verb map, and its text."""

from __future__ import annotations

from math import inf, isfinite
from typing import TYPE_CHECKING

import click

from optimiser.cli.options import FIGURE, NUMBER, ROUNDS, names
from optimiser.cli.question import Question
from optimiser.cli.text import held, moved, opening, sources_text, took
from optimiser.terminal import columns, counted, entries, fixed, page, paragraph, percent, small

if TYPE_CHECKING:
    from optimiser.studies.weight_map.weight_map import WeightMap

SHOWN = 12  # designs printed; --json and --out have all of them


verb = Question(
    "map",
    function="weight_map",
    summary="Whose weights lead where? Every weighting, and what is best.",
    help="""Whose weights lead where? Every weighting of three objectives, and the design that is best there.

    \b
    Example
      optimiser map instances/archetype
      optimiser map instances/archetype --objectives accountability,responsiveness,economy
    """,
    options=[
        *ROUNDS,
        click.Option(
            ["--objectives"],
            callback=names,
            default="risk_pooling,accountability,responsiveness",
            show_default=True,
            metavar="A,B,C",
            help="Three objectives; the others weigh 0.",
        ),
        click.Option(
            ["--tolerance"],
            type=NUMBER,
            metavar="VALUE",
            help="Stop when nothing can be better by more, anywhere.  [default: 0; 0.003 for a large model]",
        ),
        FIGURE,
    ],
)


@verb.page
def map_text(found: WeightMap) -> str:
    """How exact the map is, the designs by their share, and where each decision sits how often."""
    if found.empty:
        return page([[*opening(found), found.headline]])
    sections = [
        [*opening(found), *_trust(found)],
        _designs(found),
        _sites(found),
        _current(found),
        sources_text(found.instance),
    ]
    return page(sections)


def _trust(found: WeightMap) -> list[str]:
    from optimiser.figures.triangle import exactness

    said = exactness(found.error if isfinite(found.error) else None)
    more = "" if not 1e-6 <= found.error < inf else " Shares are those of the designs found."
    return [found.headline, *paragraph(f"{said[0].upper()}{said[1:]}.{more}"), *took(found.run)]


def _designs(found: WeightMap) -> list[str]:
    """The designs that are best under most weightings, where that is, and what moves from the first."""
    from optimiser.instance.checking.problems import listing  # reads numpy, and `--help` must not

    legend = f"weights of {', '.join(found.objectives)}"
    lines = [
        "BEST UNDER WHICH SHARE OF ALL WEIGHTINGS",
        *paragraph(f"at: {legend} amid its largest cell; then what moves from the first"),
    ]
    first = found.designs[0].rows
    whole = "; ".join(f"{level}: {', '.join(names)}" for level, names in held(first).items())
    rows = list[tuple[str, ...]]()
    for design in found.designs[:SHOWN]:
        middle = " ".join(fixed(weight, 2) for weight in found.middle(design.design_id))
        said = ", ".join(moved(first, design.rows)) or whole
        rows.append((f"{design.design_id:>3}", f"{percent(design.area):>7}", f"at {middle}", said))
    lines += entries(rows, right=(0, 1))
    rest = found.designs[SHOWN:]
    if rest:
        lines.append(f"  and {len(rest):,} more, {percent(sum(d.area for d in rest))} together")
    own = " ".join(fixed(weight, 2) for weight in found.own)
    said = f"The instance itself weighs them {own}: there design {found.here} is best."
    left = [g for g, weight in found.instance.weights.items() if weight and g not in found.objectives]
    said += f" It weighs {listing(left)} as well, at 0 on this map." * bool(left)
    return [*lines, *paragraph(said)]


def _sites(found: WeightMap) -> list[str]:
    """Acceptability: decisions and types down, levels across."""
    levels = list(found.instance["levels"]["level"])
    shares = {(row["decision"], row["level"]): row["share"] for row in found.by_decision}
    kinds = {row["decision"]: row["type"] for row in found.by_decision}
    rows: list[tuple[str, ...]] = [("decision", "type", *levels)]
    for decision, kind in kinds.items():
        cells = (shares.get((decision, level)) for level in levels)
        rows.append((decision, kind, *("-" if share is None else percent(share) for share in cells)))
    by_type = {(row["type"], row["level"]): row["share"] for row in found.by_type}
    rows += [
        (f"all {kind}", "", *(percent(by_type[kind, level]) for level in levels))
        for kind in dict.fromkeys(kinds.values())
    ]
    title = "SHARE OF ALL WEIGHTINGS UNDER WHICH EACH DECISION SITS AT A LEVEL (its acceptability)"
    return [title, *columns(rows, right=range(2, 2 + len(levels)))]


def _current(found: WeightMap) -> list[str]:
    current = found.current
    if current is None:
        if not found.instance["current"].rows:
            return []
        said = "current.csv does not say where every decision sits: it has no place on the map."
        return ["THE CURRENT DESIGN", *paragraph(said)]
    if not current.feasible:
        said = f"It breaks {counted(len(current.broken), 'requirement')}, the first:"
        return ["THE CURRENT DESIGN", *paragraph(said), *paragraph(current.broken[0], "    ")]
    if current.loss is None or current.loss_at is None:
        return []
    if current.nearest is None:
        at = ", ".join(f"{g} {fixed(w, 3)}" for g, w in zip(found.objectives, current.loss_at, strict=True))
        said = f"It is best under no weights. It falls short least, by {small(current.loss, 4)}, at {at}."
    else:
        at = ", ".join(f"{g} {fixed(w, 3)}" for g, w in zip(found.objectives, current.nearest, strict=True))
        said = f"It is best under {percent(current.share)} of all weightings"
        said += (
            f"; the nearest to the weights of the instance is {at} (distance {fixed(current.distance, 3)})."
        )
    if found.error >= 1e-6:
        said += " So far as the designs found say."
    return ["THE CURRENT DESIGN", *paragraph(said)]
