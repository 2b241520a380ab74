"""The options that verbs share, and what their texts become: numbers, names and pairs.

What is malformed is noted, and said all at once. Whether a number is in range or a name known is for the
library to say, which says it to Python as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Any

import click

from optimiser import tolerances
from optimiser.errors import InputError

PROBLEMS = "optimiser.problems"


class Number(click.ParamType):  # type: ignore[type-arg]
    """A number, or the text as it stands: the library says what is wrong with it."""

    name = "number"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ARG002
        """The number that a text is."""
        return number(value) if isinstance(value, str) else value


class Span(click.ParamType):  # type: ignore[type-arg]
    """FROM,TO as two numbers."""

    name = "span"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ARG002
        """The two numbers; what is not two is noted."""
        ends = tuple(number(part.strip()) for part in value.split(","))
        if len(ends) != 2:
            note(f"{param.opts[0] if param else ''}: {value!r} is not FROM,TO")
        return ends


class Read(click.ParamType):  # type: ignore[type-arg]
    """The path of an instance. The question reads it, once nothing is malformed."""

    name = "instance"


NUMBER, SPAN, READ = Number(), Span(), Read()


def number(text: str) -> int | float | str:
    """The number that a text is; the text itself where it is none."""
    for kind in (int, float):
        try:
            return kind(text) if "_" not in text else text
        except ValueError:
            continue
    return text


# What options become: callbacks


def names(ctx: Any, param: click.Parameter, text: str | None) -> tuple[str, ...] | None:  # noqa: ARG001
    """A,B,C, one by one."""
    return None if text is None else tuple(name.strip() for name in text.split(","))


def amounts(ctx: Any, param: click.Parameter, text: str | None) -> tuple[Any, ...] | None:
    """1,2,3, each a number."""
    return None if text is None else tuple(number(part) for part in names(ctx, param, text) or ())


def words(ctx: Any, param: click.Parameter, texts: Sequence[str]) -> dict[str, str]:  # noqa: ARG001
    """NAME=WORD, each option one, as a dict."""
    found = dict[str, str]()
    for text in texts:
        name, _, word = (side.strip() for side in text.rpartition("="))
        if not (name and word):
            note(f"{param.opts[0]}: {text!r} is not of the form NAME=WORD")
        else:
            _add(found, name, word, param)
    return found


def numbers(ctx: Any, param: click.Parameter, texts: str | Sequence[str] | None) -> dict[str, Any] | None:  # noqa: ARG001
    """NAME=NUMBER, or several with commas between, as a dict."""
    if texts is None:
        return None
    found = dict[str, Any]()
    for part in (part for text in ([texts] if isinstance(texts, str) else texts) for part in text.split(",")):
        name, equals, value = (side.strip() for side in part.partition("="))
        if not (name and equals):
            note(f"{param.opts[0]}: {part.strip()!r} is not NAME=NUMBER")
        else:
            _add(found, name, number(value), param)
    return found


def _add(found: dict[str, Any], name: str, value: Any, param: click.Parameter) -> None:
    if name in found:
        note(f"{param.opts[0]}: {name!r} is given twice")
    found[name] = value


def by_their_paths(given: dict[str, Any]) -> dict[str, Any]:
    """Designs by the last part of their paths; by the whole where that is not enough."""
    files = given["designs"]
    short = [PurePath(path).name for path in files]
    designs = {
        name if short.count(name) == 1 else path: path for name, path in zip(short, files, strict=True)
    }
    return {**given, "designs": designs}


# The options

INSTANCE = click.Argument(["instance"], type=READ, metavar="INSTANCE")
WEIGHTS = click.Option(
    ["--weights"], callback=numbers, metavar="A=2,B=1", help="Weights; those not named are 0."
)
FIX = click.Option(
    ["--fix"], multiple=True, callback=words, metavar="DECISION[@ORGANISATION]=LEVEL",
    help="Hold it there. Repeatable.",
)  # fmt: skip
AT_LEAST = click.Option(
    ["--at-least"], multiple=True, callback=numbers, metavar="OBJECTIVE=VALUE",
    help="Reach this. Repeatable.",
)  # fmt: skip


def gap(text: str) -> click.Option:
    """How close to the bound is close enough."""
    return click.Option(
        ["--gap"], type=NUMBER, default=tolerances.GAP, metavar="SHARE", show_default=True, help=text
    )


def time_limit(text: str) -> click.Option:
    """When to stop."""
    return click.Option(["--time-limit"], type=NUMBER, metavar="SECONDS", help=text)


GAP = gap("Stop each solve when the bound is this close to the value.")
TIME_LIMIT = time_limit("Stop by then, with what is known.")
THREADS = click.Option(
    ["--threads"], type=NUMBER, default=1, metavar="N", show_default=True, help="Threads of the solver."
)


def workers(text: str, default: str | int = 1) -> click.Option:
    """How many processes solve."""
    return click.Option(
        ["--workers"], type=NUMBER, default=default, show_default=True, metavar="N",
        help=f"{text}, each with a core of its own; auto: one a core.",
    )  # fmt: skip


WORKERS = workers("Processes that search")
OUT = click.Option(["--out"], metavar="DIR", help="Also write result.json and CSV tables into this folder.")
AS_JSON = click.Option(["--json", "as_json"], is_flag=True, help="Print one JSON document and nothing else.")
DESIGNS = click.Option(
    ["--design", "designs"], multiple=True, metavar="FILE",
    help="A design to set beside: a result, or a CSV decision,organisation,level. Repeatable.",
)  # fmt: skip
STUDY = (TIME_LIMIT, THREADS, OUT, AS_JSON)  # what every study has
ROUNDS = (TIME_LIMIT, THREADS, WORKERS, OUT, AS_JSON)  # what those have that ask in rounds
WEIGHED_STUDY, WEIGHED_ROUNDS = (WEIGHTS, GAP, *STUDY), (WEIGHTS, GAP, *ROUNDS)
FIGURE = click.Option(["--figure"], metavar="FILE.svg", help="Also draw it.")


# What is malformed


def note(problem: str) -> None:
    """Remember what is malformed, until all of it is known."""
    click.get_current_context().meta.setdefault(PROBLEMS, []).append(problem)


def refuse_malformed(command: str, out: str | None, figure: str | None) -> None:
    """Raise InputError with all that can be seen to be wrong before anything is read."""
    from optimiser.design.result_folder import check_target

    problems = list(click.get_current_context().meta.get(PROBLEMS, ()))
    if figure is not None and Path(figure).suffix.lower() != ".svg":
        problems.append(f"--figure: {figure!r} is not the name of an .svg file")
    if figure is not None and not Path(figure).parent.is_dir():
        problems.append(f"--figure: there is no folder {str(Path(figure).parent)!r}")
    if out is not None:
        try:
            check_target(out, command)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
