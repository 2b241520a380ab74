"""The verb new: a first instance, or a copy of one that ships."""

from __future__ import annotations

import click

from optimiser.cli.options import AS_JSON
from optimiser.cli.say import say, say_json
from optimiser.errors import InputError


@click.command(
    "new",
    short_help="Where do I start? A small commented instance.",
    params=[
        click.Argument(["directory"], metavar="[DIR]", required=False),
        click.Option(["--excel"], is_flag=True, help="A workbook (.xlsx) in place of a folder."),
        click.Option(
            ["--example"],
            is_flag=False,
            flag_value="",
            metavar="[NAME]",
            help="A copy of an instance that ships; without a name, which there are.",
        ),
        click.Option(
            ["--workshop"], is_flag=True, help="One to be scored by hand, with blanks that `check` lists."
        ),
        AS_JSON,
    ],
)
def verb(directory: str | None, excel: bool, example: str | None, workshop: bool, as_json: bool) -> int:
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
