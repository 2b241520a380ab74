"""The verb compare, and its text: designs side by side, as columns; what moves between them, as arrows."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

import click

from optimiser.cli.options import DESIGNS, READ, WEIGHED_ROUNDS, by_their_paths
from optimiser.cli.question import Question
from optimiser.cli.text import DOWN, UP, arrows, arrows_mean, grid, opening, took, unknown
from optimiser.terminal import at_most, columns, counted, fixed, listing, page, paragraph, signed, small

if TYPE_CHECKING:
    from optimiser.design.tables import Row
    from optimiser.studies.compare.compare import Comparison
    from optimiser.studies.compare.transition import Shift
    from optimiser.studies.compare.two_instances import Other
    from optimiser.studies.judged import Judged
    from optimiser.studies.payoff import Range

BRACKETS = (
    "In brackets: infeasible; what it would be worth with the hours and the money that it takes, and without "
    "whatever else it breaks."
)
LITTLE = 5e-3  # levels, of which less is not shown


verb = Question(
    "compare",
    summary="What changes? Designs side by side, and what moves.",
    help="""What changes? The best design beside the current one, all-central, all-local, and others.

    \b
    Example
      optimiser compare instances/archetype
      optimiser compare instances/germany-icu --no-reach --out results/germany
    """,
    options=[
        DESIGNS,
        click.Option(
            ["--with", "others"],
            type=READ,
            multiple=True,
            metavar="OTHER_INSTANCE",
            help="Where does the best design move, and which inputs move it? Repeatable.",
        ),
        click.Option(
            ["--reach/--no-reach"],
            default=True,
            help="How far can each objective reach? On a large instance this takes the longest.",
        ),
        *WEIGHED_ROUNDS,
    ],
    arguments=by_their_paths,
)


@verb.page
def compare_text(found: Comparison) -> str:
    """The comparison for people: the designs, their objectives, the moves, and what made them."""
    sections = [
        opening(found) + _ending(found),
        _designs(found),
        _ranges(found),
        *(_shift(shift) for shift in found.shifts),
        *(_other(found.designs[0], other) for other in found.others),
    ]
    if not found.shifts:
        sections.append(_no_shift(found))
    return page(sections)


def _ending(found: Comparison) -> list[str]:
    best = found.designs[0]
    if best.value is None:
        return paragraph(found.headline, "")
    lines = [found.headline]
    lines += [line for left in found.unfinished for line in paragraph(left)]
    return lines + took(found.run)


def _designs(found: Comparison) -> list[str]:
    """Designs as columns; of one that breaks something, what it would be worth all the same in brackets."""
    designs, unsaid = found.designs, found.no_data
    rows = [("", "weight", *(each.name for each in designs))]
    rows.append(("value", "", *(each.said("value") for each in designs)))
    for g in found.instance.objectives:
        cells = (each.said(g) if g not in unsaid else "-" for each in designs)
        rows.append((g, fixed(found.weights[g], 4), *cells))
    lines = ["DESIGNS SIDE BY SIDE (objectives 0 worst, 1 best)"]
    lines += [*columns(rows, right=range(1, len(designs) + 2)), *unknown(unsaid)]
    if any(each.lifted is not None for each in designs):
        lines += paragraph(BRACKETS)
    for each in designs:
        lines += paragraph(f"{each.name}: {each.note}.") if each.name != "best" else []
        lines += _broken(each)
    return lines


def _broken(design: Judged) -> list[str]:
    if design.feasible is None:
        return ["    None was found in time."]
    if design.feasible:
        return []
    first, *others = design.broken
    more = f" And {counted(len(others), 'more requirement')}." if others else ""
    return paragraph(f"Infeasible. It breaks: {first.rstrip('.')}.{more}", "    ")


def _ranges(found: Comparison) -> list[str]:
    if not found.ranges:
        return []
    best = found.designs[0]
    rows = [("objective", "worst", "in best", "best attainable", "reached by")]
    for each in found.ranges:
        most = fixed(each.best, 4)
        if not each.proven or most != fixed(each.bound, 4):
            most += f" to {fixed(each.bound, 4)}" if isfinite(each.bound) else " or more"
        here = fixed(best.objectives.get(each.objective), 4)
        by = each.design.name if each.design else "-"
        known = (fixed(each.worst, 4), here, most, by)
        rows.append((each.objective, *(("-",) * 4 if each.objective in found.no_data else known)))
    said = (
        "Best attainable: nothing else asked for; from what is reached to what is proven to be out of reach. "
        "Worst: the lowest among the designs that reach most of one objective or another (an estimate, the "
        "nadir of the payoff table; lower is possible)."
    )
    less = [e.objective for e in found.ranges if _shows_less(e)]
    if less:
        said += f" For most {', '.join(less)} the design named must aim at it; as valued, it reaches less."
    lines = ["WHAT EACH OBJECTIVE CAN REACH", *columns(rows, right=(1, 2, 3)), *unknown(found.no_data)]
    return lines + paragraph(said)


def _shows_less(each: Range) -> bool:
    """Whether the design that can reach most of an objective is shown with less of it."""
    shown = each.design.objectives[each.objective] if each.design else None
    return shown is not None and each.best is not None and shown < each.best - 5e-5


def _no_shift(found: Comparison) -> list[str]:
    best = found.designs[0]
    if best.held is None:
        return []
    cells = {(row["level"], row["type"]): row["decisions"] for row in found.grid()}
    said = "Nothing to move from: no current.csv, no --design and no --with."
    levels = list(best.instance["levels"]["level"])
    return ["WHO HOLDS WHAT IN THE BEST DESIGN", *grid(levels, cells), *paragraph(said)]


def _shift(shift: Shift) -> list[str]:
    """The Arrows grid at the end of the way, the moves, and what each brings."""
    from optimiser.figures.arrows import arrows_said
    from optimiser.instance.names import Names

    lines = [f"FROM {shift.start.name} TO {shift.end.name} ({arrows_mean()})"]
    lines += paragraph(arrows_said(Names(shift.instance), shift.after, shift.now))
    lines += grid(list(shift.instance["levels"]["level"]), arrows(shift.instance, shift.now, shift.after))
    net = [f"{row['type']} {_net(row)}" for row in shift.net if row["decisions"]]
    lines += listing(net, "  net movement in levels, summed over decisions: ")
    if not shift.known.all():
        new = shift.instance["decisions"]["decision"][~shift.known.any(axis=1)]
        lines += listing(list(new), "  + not held anywhere at the start: ") if len(new) else []
    return [*lines, "", *_moves(shift)] if shift.arrows else lines


def _net(row: Row) -> str:
    both = min(row["up"], row["down"]) >= LITTLE
    return _arrow(row["net"]) + (f" ({row['up']:.2f} up, {row['down']:.2f} down)" if both else "")


def _arrow(levels: float) -> str:
    if abs(levels) < LITTLE:
        return "0"
    return f"{UP if levels > 0 else DOWN} {abs(levels):.2f}"


def _moves(shift: Shift) -> list[str]:
    """An arrow for each decision that moves, then objective by objective what that changes."""
    rows = [("", "decision", "from", "to", "for", "staying costs")]
    for arrow in shift.arrows:
        lost = shift.staying[arrow.decision]
        part = "all" if arrow.localities == arrow.of else f"{arrow.localities:,} of {arrow.of:,}"
        said = "" if rows[-1][1] == arrow.decision else "impossible" if lost is None else small(lost)
        rows.append((arrow.sign, arrow.decision, arrow.start, arrow.end, part, said))
    lines = columns(rows, right=(4, 5))
    said = "Staying costs: the value lost if this decision alone stays where it was."
    if any(lost is not None and lost <= _uncertain(shift) for lost in shift.staying.values()):
        said += f" Up to {at_most(_uncertain(shift))} it may be nothing: that is within the gap."
    return [*lines, *paragraph(said), *_changes(shift)]


def _uncertain(shift: Shift) -> float:
    """How much better than the end of the way another design may be."""
    return 0.0 if shift.end.value is None else max(0.0, shift.end.bound - shift.end.value)


def _changes(shift: Shift) -> list[str]:
    """What moves, and what does not, adds to each objective that changes."""
    every = shift.changes
    if not every:
        return []
    parts = {
        **{row["decision"]: [row["objectives"]] for row in every if row["decision"] in shift.staying},
        "all else": [row["objectives"] for row in every if row["decision"] not in shift.staying],
        "together": [row["objectives"] for row in every],
    }
    sums = {
        name: {g: sum(each[g] for each in rows) for g in shift.instance.objectives}
        for name, rows in parts.items()
    }
    shown = [g for g in shift.instance.objectives if any(abs(row[g]) >= 5e-5 for row in sums.values())]
    if not shown:
        return ["", "  No objective changes."]
    rows = [("adds to", *shown)]
    rows += [(name, *(signed(row[g], 4) for g in shown)) for name, row in sums.items()]
    return ["", *columns(rows, right=range(1, len(shown) + 1))]


def _other(best: Judged, other: Other) -> list[str]:
    """Which of the inputs that differ made each decision move."""
    name = other.best.instance.name
    lines = [f"WHAT MOVES THE BEST DESIGN IN {name}"]
    if other.kept is not None and other.best.value is not None:
        kept = f"is worth {fixed(other.kept.value, 6)}" if other.kept.value is not None else "is not feasible"
        lines += paragraph(
            f"There the best design of {best.instance.name} {kept}, "
            f"the best one {fixed(other.best.value, 6)}."
        )
    if other.reason:
        lines += paragraph(f"No attribution: {other.reason}.")
    found = other.attribution
    if found is None:
        return lines
    if not found.inputs:
        return [*lines, "  No input that counts differs."]
    said = "One input differs: the whole move is its own. In levels, mean over the population:"
    if len(found.inputs) > 1:
        which = f"all {found.orders}" if found.exact else f"{found.orders} randomly drawn"
        said = (
            f"{len(found.inputs):,} inputs differ. What each of them moves, in levels, mean over the "
            f"population; the parts sum to the whole (Shapley values: the mean over {which} orders in which "
            f"the inputs can change; {counted(found.variants, 'instance')} solved)."
        )
    lines += paragraph(said)
    document = found.to_dict()
    for each in document["decisions"]:
        parts = [
            f"{which} {_arrow(levels)}" for which, levels in each["levels"].items() if abs(levels) >= LITTLE
        ]
        whole = _arrow(sum(each["levels"].values()))
        lines += listing(parts or ["little"], f"    {each['decision']} {whole}: ")
    value = [f"{which} {signed(worth, 5)}" for which, worth in document["value"].items()]
    return [*lines, *listing(value, f"    value {signed(sum(document['value'].values()), 5)}: ")]
