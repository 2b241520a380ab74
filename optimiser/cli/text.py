"""Results as text for people: aligned, no wider than the page, in the order in which one would ask."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from optimiser.cli.asked import asked_lines
from optimiser.labels import label, say
from optimiser.terminal import (
    breadth,
    columns,
    counted,
    listing,
    paragraph,
    width,
)

if TYPE_CHECKING:
    import numpy as np

    from optimiser.design.design import Design
    from optimiser.design.tables import Row
    from optimiser.instance.instance import Instance
    from optimiser.studies.finding import Finding

UP, DOWN = "\u2191", "\u2193"
Array: TypeAlias = "np.ndarray"
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


def named(sentences: Iterable[tuple[str, str]]) -> list[str]:
    """Sentences about decisions, which use their names, each behind the code by which tables speak of it."""
    lines = list[str]()
    for code, sentence in sentences:
        lines += paragraph(sentence if sentence.startswith(f"{code} ") else f"{code}: {sentence}")
    return lines


def title(instance: Instance) -> list[str]:
    """What an instance is called, and from whose perspective it is decided."""
    lines = paragraph(f"{instance.name}: {instance.title}" if instance.title else instance.name, "")
    who = instance.perspective
    return lines + (paragraph(say("verdict.perspective", who=who)) if who else [])


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


def arrows(instance: Instance, now: Array, then: Array) -> dict[tuple[str, str], list[str]]:
    """Cells of a grid: who holds what then (D, O), an arrow before what is held elsewhere now (D, O).

    Before what is held nowhere now (-1) there is a plus.
    """
    levels, cells = instance["levels"]["level"], defaultdict(list)
    decisions = instance["decisions"]
    for d, (name, kind) in enumerate(zip(decisions["decision"], decisions["type"], strict=True)):
        marks = Counter[tuple[int, str]]()
        for before, after in zip(now[d].tolist(), then[d].tolist(), strict=True):
            way = UP if before > after else DOWN if before < after else " "
            marks[after, way if before >= 0 else "+"] += 1
        for (level, mark), count in sorted(marks.items()):
            part = "" if count == marks.total() else f" {count}/{marks.total()}"
            cells[levels[level], kind].append(f"{mark} {name}{part}")
    return cells


def arrows_mean() -> str:
    """What the arrows of a grid mean."""
    return f"{UP} {say('arrows.key_up')}, {DOWN} {say('arrows.key_down')}"


def headings(*names: str) -> tuple[str, ...]:
    """Headings of columns, as pages have them; in a terminal they begin small."""
    return tuple(said[:1].lower() + said[1:] for said in (label("columns", name) for name in names))


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
        return ["MEASURED AND ASSUMED", *paragraph(say("verdict.rests_unsaid"))]
    graded = defaultdict(list)
    for table, column, grade in zip(sources["table"], sources["column"], sources["grade"], strict=True):
        graded[grade].append(f"{table}.{column}")
    lines, wide = ["MEASURED AND ASSUMED"], 1 + max(len(label("grades", grade)) for grade in graded)
    for grade in GRADES:
        if graded[grade]:
            lines += listing(graded[grade], f"  {label('grades', grade):<{wide}}{len(graded[grade]):>3}  ")
    if graded["illustrative"]:
        lines += paragraph(say("verdict.illustrative"))
    return lines
