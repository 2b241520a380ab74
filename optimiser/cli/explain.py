"""The verb explain, and its text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from optimiser.cli.options import WEIGHED_ROUNDS
from optimiser.cli.question import Question
from optimiser.cli.text import named, opening, took, unknown
from optimiser.terminal import at_most, columns, fixed, page, paragraph

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimiser.studies.explain.explanation import Explained, Explanation, Move


verb = Question(
    "explain",
    summary="Why does each decision sit where it does?",
    help="""Why does each decision sit where it does? What it contributes, what moving it would cost and what
    would follow, the limits that it meets, and the weights between which it stays.

    \b
    Example
      optimiser explain instances/archetype
      optimiser explain instances/archetype --decision O2
    """,
    options=[
        *WEIGHED_ROUNDS,
        click.Option(
            ["--decision", "decisions"], multiple=True, metavar="NAME", help="Only this one. Repeatable."
        ),
        click.Option(
            ["--locality"],
            metavar="NAME",
            help="What moving a decision for this one alone would cost, where they may differ.",
        ),
    ],
)


@verb.page
def explain_text(found: Explanation) -> str:
    """Why each decision sits where it does, what moving it would cost, what it contributes, its weights."""
    sections = [[*opening(found), *_head(found)]]
    if found.decisions:
        sections += [_why(found), _costs(found), _contributions(found), _limits(found), _weights(found)]
    return page(sections)


def _head(found: Explanation) -> list[str]:
    lines = [found.headline]
    if found.value is None:
        return lines
    if not found.complete:
        lines += [line for said in found.unfinished for line in paragraph(said)]
        lines += paragraph("What is not proven is marked ?, and costs are given as what they lie between.")
    lines += paragraph(
        "A cost is the value lost with the decision held elsewhere and all else as is best then, solved anew."
    )
    return lines + took(found.run)


def _why(found: Explanation) -> list[str]:
    return ["WHY", *named([(one.decision, one.sentence) for one in found.decisions])]


def _name(one: Explained) -> str:
    return f"{one.decision} for {one.organisation}" if one.organisation else one.decision


def _costs(found: Explanation) -> list[str]:
    levels = list(found.instance["levels"]["level"])
    rows = [("decision", "sits at", *(f"at {level}" for level in levels))]
    for one in found.decisions:
        moves = {move.to: move for move in one.moves}
        rows.append((_name(one), _seats(one), *(_cost(one, level, moves.get(level)) for level in levels)))
    lines = ["WHAT MOVING IT WOULD COST", *columns(rows, right=range(2, 2 + len(levels)))]
    return [
        *lines,
        *paragraph("here: where it is. x: not allowed. no: no design keeps every requirement then."),
    ]


def _seats(one: Explained) -> str:
    if len(one.counts) == 1:
        return one.level
    return " ".join(f"{level} {count}" for level, count in one.counts.items())


def _cost(one: Explained, level: str, move: Move | None) -> str:
    if move is None:
        return "here" if level in one.counts else "x"
    if move.cost is None:
        return "no" if move.status == "infeasible" else "?"
    if move.status != "optimal":
        return f"{fixed(move.least, 4)}-{fixed(move.most, 4)}?"
    return fixed(move.cost, 6)


def _contributions(found: Explanation) -> list[str]:
    """Here, and at each level where it could be, for the objectives that weigh anything."""
    weigh = [g for g in found.decisions[0].contributions if found.weights[g] > 0]
    unsaid = [g for g in weigh if g in found.no_data]

    def cell(contributions: Mapping[str, float], g: str) -> str:
        return fixed(None if g in unsaid else contributions[g], 4)

    rows: list[tuple[str, ...]] = [("decision", "held at", *weigh)]
    for one in found.decisions:
        rows.append((_name(one), f"{_seats(one)} (now)", *(cell(one.contributions, g) for g in weigh)))
        rows += [
            ("", move.to, *(cell(move.contributions, g) for g in weigh))
            for move in one.moves
            if move.contributions
        ]
    lines = ["WHAT IT CONTRIBUTES (over all decisions these add up to the objective)"]
    return [*lines, *columns(rows, right=range(2, 2 + len(weigh))), *unknown(unsaid)] if weigh else []


def _limits(found: Explanation, most: int = 3) -> list[str]:
    lines = []
    for one in found.decisions:
        for to in ("", *(move.to for move in one.moves)):
            texts = [limit.text for limit in one.limits if limit.to == to]
            where = f"{_name(one)}, were it alone moved to {to}: " if to else f"{_name(one)}, where it sits: "
            more = f"; and {len(texts) - most} more" if len(texts) > most else ""
            if texts:
                lines += paragraph(f"{where}{'; '.join(texts[:most])}{more}")
    return ["THE LIMITS THAT IT MEETS", *lines] if lines else []


def _weights(found: Explanation) -> list[str]:
    if found.averse:
        said = "Ranges of weights are left out: with risk aversion the value is not linear in the weights."
        return ["THE WEIGHTS BETWEEN WHICH IT STAYS", *paragraph(said)]
    known = {g for one in found.decisions for g, span in one.weights.items() if span is not None}
    if not known:
        said = "Not known: there was no time to search the weights."
        return ["THE WEIGHTS BETWEEN WHICH IT STAYS", *paragraph(said)] if found.errors else []
    lines = ["THE WEIGHTS BETWEEN WHICH IT STAYS (share of all, the others in proportion)"]
    rows: list[tuple[str, ...]] = [("decision", *(_heading(found, g) for g in found.weights))]
    rows.append(("now", *(fixed(weight, 4) for weight in found.weights.values())))
    rows += [(_name(one), *(_span(one, g) for g in found.weights)) for one in found.decisions]
    lines += columns(rows, right=range(1, len(found.weights) + 1))
    doubtful = [g for g, error in found.errors.items() if g in known and error > found.run["gap"]]
    if doubtful:
        worst = max(found.errors[g] for g in doubtful)
        lines += paragraph(
            f"?: not all of the line was searched; nothing on it is better by more than {at_most(worst)}."
        )
    return lines


def _heading(found: Explanation, g: str) -> str:
    return g + ("?" if found.errors.get(g, 0.0) > found.run["gap"] else "")


def _span(one: Explained, g: str) -> str:
    span = one.weights[g]
    if span is None:
        return "-"
    return "any" if span == (0.0, 1.0) else f"{span[0]:.3f}-{span[1]:.3f}"
