"""The command line: one short function a verb, which parses, calls the library and prints.

Only click is imported here and in the verbs' files; what a verb needs it imports when it runs.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

import click

from optimiser import __version__
from optimiser.cli import data, solving
from optimiser.cli.alternatives import alternatives
from optimiser.cli.compare import compare
from optimiser.cli.diagnose import diagnose
from optimiser.cli.explain import explain
from optimiser.cli.frontier import frontier
from optimiser.cli.map import weight_map
from optimiser.cli.say import complain
from optimiser.cli.thresholds import thresholds
from optimiser.instance.errors import InputError


class InOrder(click.Group):
    """A group that lists its commands in the order in which one would use them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Names of the commands, as they were added."""
        return list(self.commands)


EXITS = """
\b
Exit codes
  0  done, and the result verified
  1  a bug, or the disk or the file system failed
  2  the input or the call is wrong
  3  proven infeasible
  4  a limit was reached: a design, with its bound and gap
  5  a limit was reached and there is no design
  6  the solver failed, or its answer did not pass verification
  130  interrupted; what was found is kept and said
"""


@click.group(
    cls=InOrder,
    epilog=EXITS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def app() -> None:
    """Which decisions of a health system should sit with the centre, and which with its localities?

    \b
    Example
      optimiser new mine
      optimiser check mine
      optimiser solve mine
    """


for verb in (
    data.new,
    data.check,
    data.maths,
    solving.solve,
    solving.verify,
    explain,
    diagnose,
    compare,
    alternatives,
    frontier,
    weight_map,
    thresholds,
    data.schema,
):
    app.add_command(verb)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command and leave with its exit code. Never a traceback but for a bug."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a name must not fail for want of a letter
    try:
        code = app.main(args=arguments, prog_name="optimiser", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except click.Abort:  # what click makes of Ctrl-C
        complain("interrupted")
        code = 130
    except Exception as error:
        code = _failed(error)
    sys.exit(code or 0)


def _failed(error: Exception) -> int:
    """Say what went wrong, and how to leave."""
    if isinstance(error, InputError):
        complain(*error.problems)
        return 2
    if isinstance(error, OSError):
        complain(str(error))
        return 1
    from optimiser.design import SolverError

    if isinstance(error, SolverError):
        complain(f"the solver failed: {error}")
        return 6
    complain(
        "".join(traceback.format_exception(error)).rstrip(),
        "This is a bug: please report it with the lines above.",
    )
    return 1
