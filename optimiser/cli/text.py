"""Results as text for people: aligned, no wider than the page, in the order in which one would ask."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from math import inf, isfinite
from typing import TYPE_CHECKING, Any

from optimiser.cli.asked import asked_lines
from optimiser.page import (
    amounts,
    breadth,
    columns,
    counted,
    exact,
    fixed,
    listing,
    money,
    page,
    paragraph,
    percent,
    small,
    width,
)

if TYPE_CHECKING:
    from optimiser.design.design import Design
    from optimiser.design.tables import Row
    from optimiser.instance.instance import Instance
    from optimiser.studies.finding import Finding

TYPES = ("input", "process", "outcome")
EXERCISE = (
    "Exercised: how much of it the holder uses, as far as hours, will, ability and partners go. "
    "Monitored: how much of it the centre watches; - for what it holds itself."
)
GRADES = ("measured", "proxy", "elicited", "illustrative")
STARTED = {
    "kept": "The search began from the design given.",
    "repaired": "The design given to begin from breaks what is required: the search began from it repaired.",
    "unusable": "The design given to begin from breaks what is required and could not be repaired: not used.",
}


def design_text(design: Design) -> str:
    """Everything worth saying about what was found, and how far it can be trusted."""
    if not design.found:
        return page([[*opening(design), design.headline]])
    if not isfinite(design.value):  # what could not be judged has no numbers worth showing
        return page([[*opening(design), *_worth(design)]])
    sections = [
        [*opening(design), *_worth(design)],
        _holdings(design),
        _objectives(design),
        _closest(design),
        _exercise(design),
        _staff(design),
        _unmet(design),
        sources_text(design.instance),
    ]
    return page(sections)


def ending(open_: Sequence[str], interrupted: bool, run: Mapping[str, Any]) -> list[str]:
    """What a question left open, a sentence each, and what it took."""
    lines = [line for said in open_ for line in paragraph(said)]
    lines += ["  Interrupted: this is what was known."] * interrupted
    return [*lines, *took(run)]


def took(run: Mapping[str, Any]) -> list[str]:
    """What it took to find."""
    solves = counted(run["solves"], "solve")
    return paragraph(f"in {run['seconds']:.1f} s and {solves} with {run['solver']}")


def moved(before: Sequence[Row], after: Sequence[Row]) -> list[str]:
    """From one design to another in words, the moves of one decision to the same level together."""
    places: dict[tuple[str, str], list[str]] = defaultdict(list)
    for a, b in zip(before, after, strict=True):
        if a["level"] != b["level"]:
            places[b["decision"], b["level"]].append(b["organisation"])
    of = Counter(row["decision"] for row in after)
    said = []
    for (decision, level), there in places.items():
        whom = there[0] if len(there) == 1 else f"{len(there)} of {of[decision]}"
        said.append(f"{decision} to {level}" + (f" for {whom}" if whom else ""))
    return said


def held(rows: Sequence[Row]) -> dict[str, list[str]]:
    """Level -> the decisions that a design holds there, with how many localities where not all are meant."""
    of = Counter(row["decision"] for row in rows)
    there = Counter((row["level"], row["decision"]) for row in rows)
    levels: dict[str, list[str]] = defaultdict(list)
    for (level, decision), count in there.items():
        levels[level].append(decision if count == of[decision] else f"{decision} {count}/{of[decision]}")
    return levels


def title(instance: Instance) -> list[str]:
    """What an instance is called, and from whose perspective it is decided."""
    lines = paragraph(f"{instance.name}: {instance.title}" if instance.title else instance.name, "")
    return lines + (paragraph(f"decided by: {instance.perspective}") if instance.perspective else [])


def opening(found: Design | Finding) -> list[str]:
    """What a result is about, and under it what was asked, but for what is asked by default."""
    return title(found.instance) + asked_lines(found)


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


def grid(levels: Sequence[str], cells: Mapping[tuple[str, str], list[str]]) -> list[str]:
    """Levels down, types across; a cell is (level, type), and holds names."""
    rows: list[tuple[str, ...]] = [("", *TYPES)]
    for level in levels:
        stacks = [cells.get((level, kind), []) or ["-"] for kind in TYPES]
        height = max(map(len, stacks))
        stacks = [[level], *stacks]
        rows += zip(*(stack + [""] * (height - len(stack)) for stack in stacks), strict=True)
    if _natural(rows) <= width():
        return columns(rows)
    lines = list[str]()  # names too long for a grid: one level under the other
    for level in levels:
        lines.append(f"  {level}")
        for kind in TYPES:
            names = [name.strip() for name in cells.get((level, kind), ["-"])]
            lines += listing(names, f"    {kind:<9}")
    return lines


def _natural(rows: Sequence[Sequence[str]]) -> int:
    """How wide a table is whose cells are not folded."""
    return sum(2 + max(map(breadth, column)) for column in zip(*rows, strict=True))


def _objectives(design: Design) -> list[str]:
    weights, values = design.weights, design.expectations
    rows = [("objective", "weight", "value")]
    rows += [
        (name, fixed(weights[name], 4), fixed(None if name in design.no_data else value, 4))
        for name, value in values.items()
    ]
    lines = ["WHAT IT IS WORTH (0 worst, 1 best)", *columns(rows, right=(1, 2)), *unknown(design.no_data)]
    return [*lines, f"  spending: {money(design.spend)} a year"] if design.spend else lines


def unknown(no_data: Sequence[str]) -> list[str]:
    """What the dash of an objective means."""
    return paragraph("-: the instance says nothing about it.") if no_data else []


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


def sources_text(instance: Instance) -> list[str]:
    """What was measured and what assumed, from sources.csv."""
    sources = instance["sources"]
    if not sources.rows:
        said = "This instance has no sources.csv: what was measured and what assumed is not said."
        return ["MEASURED AND ASSUMED", *paragraph(said)]
    graded = defaultdict(list)
    for table, column, grade in zip(sources["table"], sources["column"], sources["grade"], strict=True):
        graded[grade].append(f"{table}.{column}")
    lines = ["MEASURED AND ASSUMED"]
    for grade in GRADES:
        if graded[grade]:
            lines += listing(graded[grade], f"  {grade:<13}{len(graded[grade]):>3}  ")
    if graded["illustrative"]:
        lines += paragraph(
            "Illustrative numbers illustrate: the design says what follows from them, not what is best."
        )
    return lines


def check_text(instance: Instance, warnings: Sequence[str]) -> str:
    """What was read, for people to compare with what they meant, and what looks odd in it."""
    tables = instance.tables
    decisions, scenarios = tables["decisions"], tables["scenarios"]
    kinds, levels = Counter(decisions["type"]), Counter(tables["organisations"]["level"])
    split = int((~decisions["uniform"]).sum())
    chances = zip(scenarios["scenario"], scenarios["probability"], strict=True)
    limits = {
        name: limit
        for name, limit in instance.limits.items()
        if limit is not None and (limit or name != "reserve")  # a budget of 0 is a limit, no reserve is none
    }
    facts = {
        "decisions": [f"{kinds[kind]} {kind}" for kind in TYPES]
        + [f"{split} may differ by locality"] * (split > 0),
        "levels": [f"{level} {levels[level]}" for level in tables["levels"]["level"]],
        "scenarios": [f"{name} {exact(chance)}" for name, chance in chances],
        "resources": list(tables["resource_types"]["resource"]),
        "weights": [f"{name} {exact(weight)}" for name, weight in instance.weights.items() if weight],
        "limits": [f"{name} {exact(limit)}" for name, limit in limits.items()],
        "averse": [f"{name} {exact(number)}" for name, number in instance.uncertainty.items()],
        "rows": [f"{name} {table.rows:,}" for name, table in tables.items() if table.rows],
    }
    if not instance.uncertainty.get("risk_aversion"):
        del facts["averse"]
    lines = [*title(instance), "sound: everything was read and checked"]
    for name, items in facts.items():
        lines += listing(items or ["none"], f"  {name:<11}")
    doubts = [line for said in warnings for line in paragraph(said, "  - ")]
    again = ["ALLOWED, BUT LOOK AGAIN", *doubts] if doubts else []
    return page([lines, again, sources_text(instance)])
