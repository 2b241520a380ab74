"""The verb diagnose, and its text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimiser.cli.options import AT_LEAST, FIX, STUDY
from optimiser.cli.question import Question
from optimiser.cli.text import opening
from optimiser.labels import say
from optimiser.terminal import counted, listing, page, paragraph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimiser.studies.diagnose.diagnose import Diagnosis


SHORT = 12  # requirements that are shown in full where there may be fewer


verb = Question(
    "diagnose",
    summary="Why is nothing feasible? What cannot hold together, and the least to give.",
    help="""Why is nothing feasible? What cannot hold together, and the least that would have to give.

    What arithmetic alone shows comes first. Then requirements, in the terms of your tables, that cannot all
    hold, though without any one of them the others can. Then repairs: what to write where so that there is a
    design. With --fix and --at-least, why a solve with these found nothing.

    \b
    Example
      optimiser diagnose instances/archetype --at-least responsiveness=0.5 --fix P1=central
      optimiser diagnose instances/archetype --at-least responsiveness=0.7
    """,
    options=[*STUDY, FIX, AT_LEAST],
)


@verb.page
def diagnosis_text(found: Diagnosis) -> str:
    """What is wrong, from what anyone can add up to what would have to give."""
    sections = [
        [*opening(found), *paragraph(found.headline, ""), *_took(found)],
        _section(say("conflict.facts").upper(), (paragraph(fact, "  - ") for fact in found.facts)),
        _conflict(found),
        _repairs(found),
        _section("WHAT ITS LIMITS LEAVE", (paragraph(limit.text, "  - ") for limit in found.limits)),
    ]
    return page(sections)


def _took(found: Diagnosis) -> list[str]:
    run = found.run
    left = [line for said in found.unfinished for line in paragraph(said)]
    programs = counted(run["solves"], "program")
    return left + paragraph(f"{programs} solved in {run['seconds']:.1f} s with {run['solver']}")


def _conflict(found: Diagnosis) -> list[str]:
    if not found.conflict:
        return []
    if len(found.conflict) == 1:
        lines = ["WHAT CANNOT HOLD", "  By itself:"]
    elif found.irreducible:
        lines = ["WHAT CANNOT HOLD TOGETHER", "  Without any one of these the others could:"]
    else:
        lines = ["WHAT CANNOT HOLD TOGETHER", "  There may be less of it: not all could be tried in time."]
    if not found.irreducible and len(found.conflict) > SHORT:
        return lines + _by_cell(found)
    for requirement in found.conflict:
        lines += [f"  - {requirement.requirement.where}", *paragraph(requirement.text, "      ")]
    return lines


def _by_cell(found: Diagnosis) -> list[str]:
    """A long list in short: the rows of each table and column."""
    rows: dict[str, list[str]] = {}
    for one in found.conflict:
        r = one.requirement
        rows.setdefault(f"{r.table} {r.column}".strip(), []).append(str(r.row))
    return [line for cell, names in rows.items() for line in listing(names, f"  - {cell}: ")]


def _repairs(found: Diagnosis) -> list[str]:
    lines: list[list[str]] = []
    for k, repair in enumerate(found.repairs, 1):
        edits = (line for edit in repair.edits for line in paragraph(str(edit), "       "))
        lines.append([*paragraph(f"{repair.title}:", f"  {k}. "), *edits])
    return _section("THE LEAST THAT WOULD HAVE TO GIVE (any one of these is enough)", lines)


def _section(heading: str, parts: Iterator[list[str]] | list[list[str]]) -> list[str]:
    lines = [line for part in parts for line in part]
    return [heading, *lines] if lines else []
