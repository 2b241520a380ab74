"""The verbs about what goes in: new, check, maths, schema."""

from __future__ import annotations

import click

from optimiser.cli.say import as_json, complain, instance, reading, say, say_json
from optimiser.errors import InputError


@click.command(short_help="Where do I start? A small commented instance.")
@click.argument("directory", metavar="[DIR]", required=False)
@click.option("--excel", is_flag=True, help="A workbook (.xlsx) in place of a folder.")
@click.option(
    "--example",
    is_flag=False,
    flag_value="",
    metavar="[NAME]",
    help="A copy of an instance that ships; without a name, which there are.",
)
@click.option("--workshop", is_flag=True, help="One to be scored by hand, with blanks that `check` lists.")
@as_json
def new(directory: str | None, excel: bool, example: str | None, workshop: bool, as_json: bool) -> int:
    """Where do I start? Writes a small commented instance into a new folder.

    \b
    Example
      optimiser new mine
      optimiser new mine --excel
      optimiser new workshop --workshop
      optimiser new --example england mine
    """  # fmt: skip
    from optimiser.instance import examples
    from optimiser.instance.template import write_template

    if directory is None and example == "":
        names = examples.names()
        if as_json:
            say_json({"format": 1, "command": "new", "examples": list(names)})
        else:
            say("\n".join(names))
        return 0
    problems = [f"--example: say which ({', '.join(examples.names())})"] if example == "" else []
    if directory is None:
        problems.append("DIR: say into which new folder")
    if example:
        problems += [f"--example: {problem}" for problem in examples.unknown(example)]
    if example is not None and workshop:
        problems.append("--workshop and --example: an example is scored already; give one of the two")
    if problems:
        raise InputError(problems)
    assert directory is not None
    written = [
        str(path) for path in write_template(directory, workshop=workshop, example=example, excel=excel)
    ]
    if as_json:
        say_json({"format": 1, "command": "new", "written": written})
    else:
        say(
            "\n".join(
                [*written, "", f"Next: optimiser check {written[0] if len(written) == 1 else directory}"]
            )
        )
    return 0


@click.command(short_help="Is my data sound? A summary, or every error at once.")
@instance
@as_json
def check(instance: str, as_json: bool) -> int:
    """Is my data sound? A summary of what was read, or every error at once.

    \b
    Example
      optimiser check instances/archetype
    """
    from optimiser.cli.text import check_text
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


@click.command(short_help="What is being solved? The numbered formulation.")
@instance
@click.option("--lp", metavar="FILE", help="Also write the model, numbers and all, as an LP file.")
@as_json
def maths(instance: str, lp: str | None, as_json: bool) -> int:
    """What is being solved? The numbered formulation, from the built model.

    \b
    Example
      optimiser maths instances/archetype
      optimiser maths instances/archetype --lp archetype.lp
    """
    from optimiser.model.formulation import maths as formulation
    from optimiser.model.formulation import write_lp

    found = reading(instance)
    text = formulation(found)
    if as_json:
        say_json({"format": 1, "command": "maths", "instance": found.name, "maths": text})
    else:
        say(text)
    if lp is not None:
        write_lp(found, lp)
        complain(f"written to {lp}")
    return 0


@click.command(short_help="The JSON Schema of what goes in and comes out.")
@click.option("--json", is_flag=True, expose_value=False, help="The same: a schema is JSON anyway.")
def schema() -> int:
    """The JSON Schema of what goes in and what comes out.

    \b
    Example
      optimiser schema
    """
    from optimiser.instance.schema.dictionary import json_schema

    say_json(json_schema())
    return 0
