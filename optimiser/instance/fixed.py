"""What is held fixed in a call (`fix`, --fix): a decision, or one of it for a locality, to a level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from optimiser.instance.instance import Instance


def site(key: str) -> tuple[str, str | None]:
    """The decision of DECISION or DECISION@ORGANISATION, and the locality if there is one."""
    decision, at, locality = key.partition("@")
    return decision, locality if at else None


def governed(key: str, fix: Mapping[str, str], localities: Sequence[str]) -> list[int]:
    """For which localities an entry speaks: its own, else all but those that have one of their own."""
    decision, locality = site(key)
    if locality is not None:
        return [localities.index(locality)]
    return [o for o, name in enumerate(localities) if f"{decision}@{name}" not in fix]


def fixed_levels(fix: Mapping[str, str], instance: Instance) -> dict[tuple[int, int], int]:
    """(decision, locality) -> level, by their positions."""
    decisions, levels = list(instance["decisions"]["decision"]), list(instance["levels"]["level"])
    return {
        (decisions.index(site(key)[0]), o): levels.index(level)
        for key, level in fix.items()
        for o in governed(key, fix, instance.localities)
    }
