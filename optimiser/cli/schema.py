"""The verb schema: what goes in and what comes out, for programs."""

from __future__ import annotations

import click

from optimiser.cli.say import say_json


@click.command("schema", short_help="The JSON Schema of what goes in and comes out.")
@click.option("--json", is_flag=True, expose_value=False, help="The same: a schema is JSON anyway.")
def verb() -> int:
    """The JSON Schema of what goes in and what comes out.

    \b
    Example
      optimiser schema
    """
    from optimiser.studies.schemas import json_schema

    say_json(json_schema())
    return 0
