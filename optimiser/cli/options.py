"""Behind the options: texts made into numbers, names and pairs, and what is malformed, all of it at once.

Whether a number is in range or a name known is for the library to say, which says it to Python as well.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

PROBLEMS = "optimiser.problems"


class Number(click.ParamType):  # type: ignore[type-arg]
    """A number, or the text as it stands: the library says what is wrong with it."""

    name = "number"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ARG002
        """The number that a text is."""
        return number(value) if isinstance(value, str) else value


class Pairs(click.ParamType):  # type: ignore[type-arg]
    """NAME=NUMBER, or several with commas between, as a dict."""

    name = "pairs"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ARG002
        """The dict; what is no pair is noted."""
        option, found = param.opts[0] if param else "", dict[str, Any]()
        for part in value.split(","):
            name, equals, text = (piece.strip() for piece in part.partition("="))
            if not (name and equals):
                note(f"{option}: {part.strip()!r} is not NAME=NUMBER")
            elif name in found:
                note(f"{option}: {name!r} is given twice")
            else:
                found[name] = number(text)
        return found


class Span(click.ParamType):  # type: ignore[type-arg]
    """FROM,TO as two numbers."""

    name = "span"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ARG002
        """The two numbers; what is not two is noted."""
        ends = tuple(number(part.strip()) for part in value.split(","))
        if len(ends) != 2:
            note(f"{param.opts[0] if param else ''}: {value!r} is not FROM,TO")
        return ends


NUMBER, PAIRS, SPAN = Number(), Pairs(), Span()


def number(text: str) -> int | float | str:
    """The number that a text is; the text itself where it is none."""
    for kind in (int, float):
        try:
            return kind(text) if "_" not in text else text
        except ValueError:
            continue
    return text


def names(text: str) -> tuple[str, ...]:
    """A,B,C, one by one."""
    return tuple(name.strip() for name in text.split(","))


def named(values: tuple[str, ...], option: str) -> dict[str, str]:
    """NAME=WORD, each option one, as a dict."""
    words: dict[str, str] = {}
    for value in values:
        name, equals, word = (piece.strip() for piece in value.rpartition("="))
        if not (name and equals and word):
            note(f"{option}: {value!r} is not of the form NAME=WORD")
        elif name in words:
            note(f"{option}: {name!r} is given twice")
        words[name] = word
    return words


def merged(values: tuple[dict[str, float], ...], option: str) -> dict[str, float]:
    """NAME=NUMBER, or several with commas between, each option some, as a dict."""
    numbers: dict[str, float] = {}
    for name, least in (pair for value in values for pair in value.items()):
        if name in numbers:
            note(f"{option}: {name!r} is given twice")
        numbers[name] = least
    return numbers


def note(problem: str) -> None:
    """Remember what is malformed, until all of it is known."""
    click.get_current_context().meta.setdefault(PROBLEMS, []).append(problem)


def refuse_malformed(command: str, out: str | None = None, figure: str | None = None) -> None:
    """Raise InputError with all that can be seen to be wrong before anything is read."""
    from optimiser.design.saving import check_target
    from optimiser.errors import InputError

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
