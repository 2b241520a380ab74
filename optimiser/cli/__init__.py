"""The command line: a file a verb, which says what it takes and how what was found looks on a page.

A verb that asks something of an instance is a Question, and all else follows from that. Only click is
imported here and in the verbs' files; what a verb needs is imported when it runs.
"""

from __future__ import annotations

import atexit
import signal
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

import click

from optimiser import QUESTIONS
from optimiser.cli.exit_codes import EXITS
from optimiser.cli.say import begin, complain, end, printed, say_json
from optimiser.errors import InputError, SolverError
from optimiser.signals import deafen, hearing
from optimiser.version import VERSION


class InOrder(click.Group):
    """A group that lists its commands in the order in which one would use them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Names of the commands, as they were added."""
        return list(self.commands)


@click.group(
    cls=InOrder,
    epilog=EXITS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(VERSION, message="%(prog)s %(version)s")
def app() -> None:
    """Which decisions of a health system should sit with the centre, and which with its localities?

    \b
    Example
      optimiser new mine
      optimiser check mine
      optimiser solve mine
    """


for name in ("new", "check", "maths", *QUESTIONS, "report", "schema"):
    app.add_command(import_module(f"optimiser.cli.{name}").verb)

INTERRUPTED = "interrupted before there was an answer"


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command and leave with its exit code. Never a traceback but for a bug."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    begin()
    atexit.register(deafen)
    problems: tuple[str, ...] = ()
    with hearing(signal.default_int_handler):  # whatever asks to end does as Ctrl-C
        try:
            code = app.main(args=given, prog_name="optimiser", standalone_mode=False) or 0
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            code = error.exit_code
        except click.ClickException as error:
            code, problems = error.exit_code, (_call(error),)
        except (click.Abort, KeyboardInterrupt):  # click makes the one of the other
            code, problems = 130, (INTERRUPTED,)
        except Exception as error:
            code, problems = (130, (INTERRUPTED,)) if _was_interrupted(error) else _failed(error, given)
        complain(*problems)
        if problems and "--json" in given and not printed.document:
            say_json({"format": 1, "command": _verb(given), "problems": problems})
        sys.exit(end(code))


def _was_interrupted(error: BaseException | None) -> bool:
    """Whether an error comes of an interruption: a module that is just loaded calls it a failed import."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__
    return error is not None


def _verb(given: Sequence[str]) -> str:
    """The command that was called, '' where there is none of this name."""
    return next((word for word in given if word in app.commands), "")


def _call(error: click.ClickException) -> str:
    """What is wrong with a call, in a line."""
    said = " ".join(error.format_message().split())
    path = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "optimiser"
    return f"{said} (see {path} --help)"


def _failed(error: Exception, given: Sequence[str]) -> tuple[int, tuple[str, ...]]:
    """How to leave, and what went wrong."""
    if isinstance(error, InputError):
        return 2, tuple(_as_typed(problem, _verb(given)) for problem in error.problems)
    if isinstance(error, OSError):
        return 1, (str(error),)
    if isinstance(error, SolverError):
        return 6, (f"the solver failed: {error}",)
    where = "".join(traceback.format_exception(error)).rstrip()
    return 1, (where, "This is a bug: please report it with the lines above.")


def _as_typed(problem: str, verb: str) -> str:
    """A problem of an argument as one of the option that it came from: --time-limit for time_limit."""
    name, colon, rest = problem.partition(": ")
    for option in app.commands[verb].params if verb else ():
        if isinstance(option, click.Option) and option.name == name:
            return f"{option.opts[0]}{colon}{rest}"
    return problem
