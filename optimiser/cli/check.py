"""The verb check, and its text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from optimiser.cli.options import AS_JSON, INSTANCE
from optimiser.cli.say import reading, say, say_json
from optimiser.cli.text import TYPES, sources_text, title
from optimiser.errors import InputError
from optimiser.terminal import exact, listing, page, paragraph

if TYPE_CHECKING:
    from optimiser.instance.instance import Instance


@click.command(
    "check", short_help="Is my data sound? A summary, or every error at once.", params=[INSTANCE, AS_JSON]
)
def verb(instance: str, as_json: bool) -> int:
    """Is my data sound? A summary of what was read, or every error at once.

    \b
    Example
      optimiser check instances/archetype
    """
    from optimiser.instance.checking.warnings import warnings

    try:
        found = reading(instance)
    except InputError as error:
        if not as_json:
            raise
        say_json({"format": 1, "command": "check", "sound": False, "problems": list(error.problems)})
        return 2
    suspicious = list(warnings(found))
    if as_json:
        say_json(
            {"format": 1, "command": "check", "instance": found.name, "sound": True, "problems": []}
            | {"warnings": suspicious, "rows": {name: table.rows for name, table in found.tables.items()}}
        )
    else:
        say(check_text(found, suspicious))
    return 0


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
