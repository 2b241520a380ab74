"""Results as text for people: aligned, no wider than the page, in the order in which one would ask."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from optimiser.cli.asked import asked_lines
from optimiser.terminal import (
    breadth,
    columns,
    counted,
    listing,
    paragraph,
    width,
)

if TYPE_CHECKING:
    from optimiser.design.design import Design
    from optimiser.design.tables import Row
    from optimiser.instance.instance import Instance
    from optimiser.studies.finding import Finding

TYPES = ("input", "process", "outcome")
GRADES = ("measured", "proxy", "elicited", "illustrative")


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


def unknown(no_data: Sequence[str]) -> list[str]:
    """What the dash of an objective means."""
    return paragraph("-: the instance says nothing about it.") if no_data else []


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
