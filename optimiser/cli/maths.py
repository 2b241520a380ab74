"""The verb maths: the equations, from the built model."""

from __future__ import annotations

import click

from optimiser.cli.options import AS_JSON, INSTANCE
from optimiser.cli.say import complain, reading, say, say_json


@click.command(
    "maths",
    short_help="What is being solved? The numbered formulation.",
    params=[
        INSTANCE,
        click.Option(["--lp"], metavar="FILE", help="Also write the model, numbers and all, as an LP file."),
        AS_JSON,
    ],
)
def verb(instance: str, lp: str | None, as_json: bool) -> int:
    """What is being solved? The numbered formulation, from the built model.

    \b
    Example
      optimiser maths instances/archetype
      optimiser maths instances/archetype --lp archetype.lp
    """
    from optimiser.model.formulation import maths, write_lp

    found = reading(instance)
    text = maths(found)
    if as_json:
        say_json({"format": 1, "command": "maths", "instance": found.name, "maths": text})
    else:
        say(text)
    if lp is not None:
        write_lp(found, lp)
        complain(f"written to {lp}")
    return 0
