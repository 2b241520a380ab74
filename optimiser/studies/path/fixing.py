"""What a call holds fixed on a path: DECISION, at ORGANISATION, in PERIOD."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimiser.instance.arguments import pairs, unknown
from optimiser.instance.checking.problems import quote
from optimiser.instance.instance import Instance

Cell = tuple[int, int, int]  # decision, locality, period


def fixed_cells(instance: Instance, fix: Any, problems: list[str]) -> dict[Cell, int]:
    """(decision, locality, period) -> level, from what a call holds fixed; problems: what is wrong.

    What names an organisation or a period wins over what names neither, and what names both over all.
    """
    given: Mapping[str, Any] = pairs("fix", fix, "decisions to levels", problems)
    found: dict[Cell, tuple[int, str]] = {}
    levels = instance["levels"]["level"].tolist()
    read = [(key, level, *_site(instance, key, problems)) for key, level in given.items()]
    for key, level, decision, places, periods in sorted(read, key=lambda one: one[0].count("@")):
        wrong = unknown(f"fix: {key}", level, levels, "a level", listed=True)
        problems += wrong
        if wrong or decision < 0:
            continue
        for cell in ((decision, o, t) for o in places for t in periods):
            before = found.get(cell)
            if before and before[1].count("@") == key.count("@") and before[0] != levels.index(level):
                problems.append(f"fix: {before[1]} and {key} hold one decision at two levels")
                break
            found[cell] = levels.index(level), key
    return {cell: level for cell, (level, _) in found.items()}


def _site(instance: Instance, key: str, problems: list[str]) -> tuple[int, list[int], list[int]]:
    """Decision (-1: there is none of that name), localities and periods that a key means."""
    name, *rest = key.split("@")
    decisions, localities = instance["decisions"]["decision"].tolist(), list(instance.localities)
    periods = instance["periods"]["period"].tolist()
    wrong = unknown("fix", name, decisions, "a decision")
    place, period = _told_apart(rest, key, localities, periods, wrong)
    if not wrong and place and instance["decisions"]["uniform"][decisions.index(name)]:
        wrong.append(f"fix: {key}: {name} is uniform, it has one level for every locality")
    problems += wrong
    return (
        -1 if wrong else decisions.index(name),
        [localities.index(place)] if place and not wrong else list(range(len(localities))),
        [periods.index(period)] if period and not wrong else list(range(len(periods))),
    )


def _told_apart(
    rest: list[str], key: str, localities: list[str], periods: list[str], wrong: list[str]
) -> tuple[str, str]:
    """The locality and the period of what stands behind @, empty where none does."""
    if len(rest) > 2:
        wrong.append(f"fix: {quote(key)} is not of the form DECISION[@ORGANISATION][@PERIOD]")
        return "", ""
    if len(rest) == 2:
        wrong += unknown(f"fix: {key}", rest[0], localities, "a locality")
        wrong += unknown(f"fix: {key}", rest[1], periods, "a period")
        return rest[0], rest[1]
    if not rest:
        return "", ""
    name, known = rest[0], (rest[0] in localities, rest[0] in periods)
    if all(known):
        wrong.append(f"fix: {key}: {quote(name)} is a locality and a period; name both: {key}@PERIOD")
    elif not any(known):
        wrong += unknown(f"fix: {key}", name, [*localities, *periods], "a locality or a period")
    return (name, "") if known[0] else ("", name)
