"""The verb solve, and the page of a design."""

from __future__ import annotations

from collections import Counter, defaultdict
from math import inf, isfinite
from typing import TYPE_CHECKING

import click

from optimiser.cli.options import (
    AS_JSON,
    AT_LEAST,
    FIX,
    OUT,
    THREADS,
    WEIGHTS,
    gap,
    names,
    time_limit,
)  # fmt: skip
from optimiser.cli.question import Question
from optimiser.cli.say import why
from optimiser.cli.text import arrows, arrows_mean, grid, headings, opening, sources_text, unknown
from optimiser.labels import say
from optimiser.terminal import amounts, columns, fixed, listing, page, paragraph, small

if TYPE_CHECKING:
    from optimiser.design.design import Design
    from optimiser.design.tables import Row

EXERCISE = (
    "Exercised: how much of it the holder uses, as far as hours, will, ability and partners go. "
    "Monitored: how much of it the centre watches; - for what it holds itself."
)
STARTED = {
    "kept": "The search began from the design given.",
    "repaired": "The design given to begin from breaks what is required: the search began from it repaired.",
    "unusable": "The design given to begin from breaks what is required and could not be repaired: not used.",
}


verb = Question(
    "solve",
    summary="What should sit where? The best design, verified.",
    help="""What should sit where? The best design, proven and verified.

    \b
    Example
      optimiser solve instances/archetype --weights accountability=1,responsiveness=2
      optimiser solve instances/archetype --fix P1=central --out results/p1
      optimiser solve instances/archetype --start results/p1
    """,
    options=[
        WEIGHTS,
        FIX,
        click.Option(
            ["--lexicographic"],
            callback=names,
            metavar="A,B,C",
            help="Objectives one after the other, the first to its best.",
        ),
        AT_LEAST,
        gap("Stop when the bound is this close to the value."),
        time_limit("Stop by then, with the best so far; to finish that takes a few seconds more."),
        THREADS,
        click.Option(
            ["--start"],
            metavar="DESIGN",
            help="Begin from this: a result folder, a result.json or a CSV by hand.",
        ),
        OUT,
        AS_JSON,
    ],
)


@verb.page
def solve_text(design: Design) -> str:
    """The page of a design; where there can be none, how to ask why."""
    said = f"\n\nWhat cannot hold together is said by\n  {why()}" if design.status == "infeasible" else ""
    return design_text(design) + said


def design_text(design: Design) -> str:
    """Everything worth saying about what was found, and how far it can be trusted."""
    if not design.found:
        return page([[*opening(design), design.headline]])
    if not isfinite(design.value):  # what could not be judged has no numbers worth showing
        return page([[*opening(design), *_worth(design)]])
    sections = [
        [*opening(design), *_worth(design)],
        _holdings(design),
        _in_units(design),
        _objectives(design),
        _closest(design),
        _exercise(design),
        _staff(design),
        _unmet(design),
        sources_text(design.instance),
    ]
    return page(sections)


def _worth(design: Design) -> list[str]:
    lines = [design.headline, *(paragraph(_verdict(design)) if isfinite(design.value) else [])]
    if design.status == "feasible" and isfinite(design.bound) and not design.interrupted:
        lines += paragraph("A limit was reached: this is the best design so far.")
    for check in design.checks:
        lines += paragraph(check)
    if "start" in design.run:
        lines += paragraph(STARTED[design.run["start"]])
    seconds, solver = design.run.get("seconds"), design.run.get("solver")
    took = [f"in {seconds:.1f} s"] if seconds is not None else []
    return lines + paragraph(" ".join([*took, f"with {solver}"])) if solver else lines


def _verdict(design: Design) -> str:
    """The verdict of a page: how many decisions would move where."""
    from optimiser.figures.arrows import arrows_said
    from optimiser.instance.names import Names

    return arrows_said(Names(design.instance), design.held)


def _holdings(design: Design) -> list[str]:
    """The grid levels x types; a decision held differently by locality stands at each of its levels."""
    from optimiser.instance.names import Names

    ladder, today = list(design.instance["levels"]["level"]), Names(design.instance).today
    places, known = _places(design.rows("design")), bool((today >= 0).any())
    cells = arrows(design.instance, today if known else design.held, design.held)
    lines = [f"WHO HOLDS WHAT ({arrows_mean()})" if known else "WHO HOLDS WHAT"]
    lines += grid(ladder, cells if known else _unmarked(cells))
    split = {decision: levels for (decision, _), levels in places.items() if len(levels) > 1}
    if split:
        lines += ["", "  Held differently by locality:"]
    for decision, levels in split.items():
        counts = [f"{levels[level]} {level}" for level in reversed(ladder) if levels[level]]
        lines += listing(counts, f"    {decision}: ")
    return lines


def _unmarked(cells: dict[tuple[str, str], list[str]]) -> dict[tuple[str, str], list[str]]:
    return {place: [name.strip() for name in names] for place, names in cells.items()}


def _places(rows: list[Row]) -> dict[tuple[str, str], Counter[str]]:
    """(decision, type) -> how many rows (localities, or one for a uniform decision) sit at each level."""
    places: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in rows:
        places[row["decision"], row["type"]][row["level"]] += 1
    return places


def _in_units(design: Design) -> list[str]:
    """What it means in units that people know, beside today where a current design is known."""
    from optimiser.instance.names import Names
    from optimiser.reporting.said import measures, worth_of_change

    if design.means is None:
        return []
    current = design.current if design.current and design.current.audit.means else None
    today = current.audit.means.to_dict() if current and current.audit.means else None
    found = measures(design.means.to_dict(), today)
    heading = say("today.heading_alone").upper()
    if current is None:
        rows = [("", *headings("best")), *((row.name, row.best) for row in found)]
        return [heading, *columns(rows, right=(1,))]
    lines = [heading, *columns([("", *headings("today", "best", "change")), *found], right=(1, 2, 3))]
    if isfinite(design.value):
        gain = design.value - current.value
        lines += paragraph(worth_of_change(Names(design.instance), design.weights, gain))
    return lines


def _objectives(design: Design) -> list[str]:
    weights, values = design.weights, design.expectations
    rows = [headings("objective", "weight", "value")]
    rows += [
        (name, fixed(weights[name], 4), fixed(None if name in design.no_data else value, 4))
        for name, value in values.items()
    ]
    return ["WHAT IT IS WORTH (0 worst, 1 best)", *columns(rows, right=(1, 2)), *unknown(design.no_data)]


def _closest(design: Design) -> list[str]:
    closest = design.closest
    if closest is None:
        return []
    move = closest.move[0].upper() + closest.move[1:]
    said = f"{move} would {'cost' if closest.cost >= 0 else 'gain'} {small(abs(closest.cost))} of value."
    if not closest.proven:
        said += " The cheapest move costs at most that: a limit cut the check short."
    if 0 < closest.cost <= design.bound - design.value < inf:
        said += " That is within the gap: it may be as good."
    said += " `optimiser explain` lets other decisions move along, which may cost less."
    return ["THE CLOSEST CALL (the cheapest single move, nothing else moving)", *paragraph(said)]


def _exercise(design: Design) -> list[str]:
    """Where decisions are held, beside how far they are used there: the one says little without the other."""
    scenarios = list(design.instance["scenarios"]["scenario"])
    scenario = "normal" if "normal" in scenarios else scenarios[0]
    used, watched = (_means(design.rows(name), scenario, name) for name in ("exercised", "monitored"))
    rows = [("decision", "held at", "exercised", "monitored")]
    for (decision, _), levels in _places(design.rows("design")).items():
        held = " ".join(level for level in design.instance["levels"]["level"] if levels[level])
        rows.append((decision, held, fixed(used[decision], 2), fixed(watched.get(decision), 2)))
    heading = f"HELD AND EXERCISED (share of the decision space, mean over localities, scenario {scenario})"
    return [heading, *columns(rows, right=(2, 3)), *paragraph(EXERCISE)]


def _means(rows: list[Row], scenario: str, column: str) -> dict[str, float]:
    shares: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        if row["scenario"] == scenario:
            shares[row["decision"]].append(row[column])
    return {decision: sum(found) / len(found) for decision, found in shares.items()}


def _staff(design: Design, most: int = 5) -> list[str]:
    """Whose hours are nearest to running out: one small organisation can limit every uniform decision."""
    from optimiser.reporting.said import all_used, tightest

    found = tightest(design.instance, design.rows("staff"))
    if not found:
        return []
    first = [each.row for each in found[:most]]
    used, available = (amounts([row[name] for row in first]) for name in ("used", "available"))
    rows = [headings("organisation", "level", "used", "available", "scenario")]
    for each, hours, of in zip(found, used, available, strict=False):
        rows.append((each.row["organisation"], each.level, hours, of, each.row["scenario"]))
    return [say("binds.tightest").upper(), *columns(rows, right=(2, 3)), *paragraph(all_used(found))]


def _unmet(design: Design) -> list[str]:
    from optimiser.reporting.said import demands

    found = demands(design.rows("slack"))
    if not found:
        return []
    asked, unmet = (amounts([getattr(each, name) for each in found]) for name in ("demand", "unmet"))
    rows = [headings("resource", "scenario", "demand", "unmet", "share_unmet")]
    for each, units, missing in zip(found, asked, unmet, strict=True):
        rows.append((each.resource, each.scenario, units, missing, each.share))
    return [say("binds.resources").upper(), *columns(rows, right=(2, 3, 4))]
