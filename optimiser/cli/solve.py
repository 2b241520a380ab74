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
from optimiser.cli.text import grid, opening, sources_text, unknown
from optimiser.terminal import amounts, columns, fixed, listing, money, page, paragraph, percent, small

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimiser.audit.everyday_units import Means
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
    lines = [design.headline]
    if design.status == "feasible" and isfinite(design.bound) and not design.interrupted:
        lines += paragraph("A limit was reached: this is the best design so far.")
    for check in design.checks:
        lines += paragraph(check)
    if "start" in design.run:
        lines += paragraph(STARTED[design.run["start"]])
    seconds, solver = design.run.get("seconds"), design.run.get("solver")
    took = [f"in {seconds:.1f} s"] if seconds is not None else []
    return lines + paragraph(" ".join([*took, f"with {solver}"])) if solver else lines


def _holdings(design: Design) -> list[str]:
    """The grid levels x types; a decision held differently by locality stands at each of its levels."""
    ladder = list(design.instance["levels"]["level"])
    places = _places(design.rows("design"))
    cells: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (decision, kind), levels in places.items():
        total = levels.total()
        for level, count in levels.items():
            cells[level, kind].append(decision if count == total else f"{decision} {count}/{total}")
    lines = ["WHO HOLDS WHAT", *grid(ladder, cells)]
    split = {decision: levels for (decision, _), levels in places.items() if len(levels) > 1}
    if split:
        lines += ["", "  Held differently by locality:"]
    for decision, levels in split.items():
        counts = [f"{levels[level]} {level}" for level in reversed(ladder) if levels[level]]
        lines += listing(counts, f"    {decision}: ")
    return lines


def _places(rows: list[Row]) -> dict[tuple[str, str], Counter[str]]:
    """(decision, type) -> how many rows (localities, or one for a uniform decision) sit at each level."""
    places: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in rows:
        places[row["decision"], row["type"]][row["level"]] += 1
    return places


def _in_units(design: Design) -> list[str]:
    """What it means in units that people know, beside today where a current design is known."""
    today = design.current.audit.means if design.current else None
    if design.means is None:
        return []
    best, now = _measures(design.means), _measures(today) if today else {}
    if not now:
        alone = [("", "this design"), *((name, shown(value)) for name, (value, shown) in best.items())]
        return ["WHAT IT MEANS", *columns(alone, right=(1,))]
    rows = [("", "today", "this design", "change")]
    for name, (value, shown) in best.items():
        before = now[name][0]
        change = shown(value - before).replace("%", "points")
        same = not any(c in "123456789" for c in change)
        change = "-" if same else change if change.startswith("-") else f"+{change}"
        rows.append((name, shown(before), shown(value), change))
    lines = ["WHAT IT MEANS", *columns(rows, right=(1, 2, 3))]
    if isfinite(design.value) and design.current is not None:
        lines += paragraph(_worth_of_change(design, design.value - design.current.value))
    return lines


def _measures(means: Means) -> dict[str, tuple[float, Callable[[float], str]]]:
    """Name of each measure -> its value, and how such a value is shown."""
    measures: dict[str, tuple[float, Callable[[float], str]]] = {
        "days from decision to practice": (means.days_to_practice, lambda x: fixed(x, 1)),
        "the centre answers for": (means.answered_for, lambda x: percent(x, 1)),
    }
    if means.volatility_pooled is not None:
        measures["volatility pooled away"] = means.volatility_pooled, lambda x: percent(x, 1)
    for resource, units in means.unmet.items():
        measures[f"{resource} unmet, expected"] = units, lambda x: fixed(x, 1)
    for hours in means.hours:
        used = hours.used / hours.available if hours.available else 0.0
        measures[f"hours used at level {hours.level}"] = used, lambda x: percent(x, 1)
    if means.spend:
        measures["spending a year"] = means.spend, money
    return measures


def _worth_of_change(design: Design, gain: float) -> str:
    """A difference in value, which has no unit, as so many decisions moved from worst to best."""
    objective, weight = max(design.weights.items(), key=lambda item: item[1])
    moved = abs(gain) * design.instance["decisions"].rows / weight
    verb = "more" if gain >= 0 else "less"
    return (
        f"By the weights this design is worth {small(abs(gain))} {verb} than today's: as much as moving "
        f"{fixed(moved, 1)} decisions of full stake from worst to best on {objective}."
    )


def _objectives(design: Design) -> list[str]:
    weights, values = design.weights, design.expectations
    rows = [("objective", "weight", "value")]
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
    organisations = design.instance["organisations"]
    levels = dict(zip(organisations["organisation"], organisations["level"], strict=True))
    tightest: dict[str, tuple[float, Row]] = {}
    for row in design.rows("staff"):
        if row["available"] is not None:
            share = row["used"] / row["available"] if row["available"] else 1.0
            if row["organisation"] not in tightest or share > tightest[row["organisation"]][0]:
                tightest[row["organisation"]] = (share, row)
    if not tightest:
        return []
    full = Counter(levels[name] for name, (share, _) in tightest.items() if share > 0.995)
    shown = [row for _, row in sorted(tightest.values(), key=lambda found: -found[0])[:most]]
    used, available = (amounts([row[name] for row in shown]) for name in ("used", "available"))
    rows = [("organisation", "level", "hours used", "of", "scenario")]
    for row, hours, of in zip(shown, used, available, strict=True):
        rows.append((row["organisation"], levels[row["organisation"]], hours, of, row["scenario"]))
    lines = ["WHO BINDS (staff hours nearest to running out, in each one's worst scenario)"]
    lines += columns(rows, right=(2, 3))
    if full:
        counts = ", ".join(f"{count} at level {level}" for level, count in full.items())
        lines += paragraph(f"All hours used: {counts}, of {len(tightest):,} with a limit.")
    return lines


def _unmet(design: Design) -> list[str]:
    demand: Counter[tuple[str, str]] = Counter()
    unmet: Counter[tuple[str, str]] = Counter()
    for row in design.rows("slack"):
        demand[row["resource"], row["scenario"]] += row["demand"]
        unmet[row["resource"], row["scenario"]] += row["unmet"]
    if not demand:
        return []
    asked, short = list(demand.values()), [unmet[key] for key in demand]
    rows = [("resource", "scenario", "demand", "unmet", "share")]
    for key, units, missing, a, b in zip(demand, amounts(asked), amounts(short), asked, short, strict=True):
        rows.append((*key, units, missing, percent(b / a if a else 0.0, 2)))
    return ["DEMAND THAT NOTHING COVERS", *columns(rows, right=(2, 3, 4))]
