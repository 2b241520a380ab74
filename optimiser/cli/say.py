"""What every verb shares: the way to standard output and standard error."""

from __future__ import annotations

import json
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

import click

from optimiser.terminal import breadth, clean, width

if TYPE_CHECKING:
    from optimiser.instance.instance import Instance

EVERY = 60.0  # seconds between two lines of progress in a file


@dataclass
class Printed:
    """What has become of what this command had to print."""

    document: bool = False  # a JSON document is out: there must be no second
    lost: str = ""  # why a result could not be printed


printed = Printed()


def say(text: str) -> None:
    """Print a result."""
    _print(text, sys.stdout)


def say_json(document: Mapping[str, Any]) -> None:
    """Print one JSON document."""
    printed.document = True
    say(json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False))


def complain(*lines: str) -> None:
    """Print lines on standard error; where that is gone, nobody wants to know."""
    for line in (line for each in lines for line in each.split("\n")):
        _print(clean(line), sys.stderr)


def written(whether: bool, out: str) -> None:
    """Say what became of the folder that was to be written."""
    complain(f"written to {out}" if whether else f"nothing was found, and {out} is left as it was")


def why() -> str:
    """The call that says why nothing is feasible, to be typed as it is: never folded."""
    from optimiser.instance.checking.problems import number_text

    given = click.get_current_context().params
    words = ["optimiser", "diagnose", given["instance"]]
    for option, name in (("--fix", "fix"), ("--at-least", "at_least")):
        for key, value in given.get(name, {}).items():
            words += [option, f"{key}={number_text(value)}"]
    return shlex.join(words)


def _print(text: str, stream: TextIO | None) -> None:
    """Print a line. A reader that has left (`| head`) is no failure of ours; a full disk is one."""
    if stream is not None:
        with _written(stream):
            click.echo(text, stream)
            stream.flush()
    elif stream is sys.stdout:
        printed.lost = "it is closed"


@contextmanager
def _written(stream: TextIO) -> Iterator[None]:
    """Note what fails within, and send what would still come nowhere."""
    try:
        yield
    except OSError as error:
        if stream is sys.stdout and not isinstance(error, BrokenPipeError):
            printed.lost = error.strerror or str(error)
        with suppress(OSError, ValueError):  # no file, as in tests
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def begin() -> None:
    """Before anything is printed. Where standard streams are closed, no file of ours may take their place."""
    printed.document, printed.lost = False, ""
    while (spare := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(spare)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a name must not fail for want of a letter


def end(code: int) -> int:
    """Print what lies in buffers; the exit code, which is 1 where a result could not be printed."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        with _written(stream):
            stream.flush()
    if sys.stdout is None and code == 0:
        printed.lost = "it is closed"
    if printed.lost:
        complain(f"standard output: {printed.lost}; not all could be printed")
        return 1
    return code


def reading(path: str) -> Instance:
    """Read an instance, and say so where progress goes: a large one takes its time."""
    from optimiser.instance.read import read

    if tell := progress():
        tell(f"reading {path}")
    try:
        return read(path)
    finally:
        end_progress()


def progress() -> Callable[[str], None] | None:
    """Where progress goes: one line on standard error, rewritten; into a file, a line a minute."""
    if sys.stderr is None:
        return None
    return _rewriting() if sys.stderr.isatty() else _now_and_then()


def _now_and_then() -> Callable[[str], None]:
    """What takes less than a minute says nothing."""
    said = time.monotonic()

    def show(message: str) -> None:
        nonlocal said
        if time.monotonic() >= said + EVERY:
            complain(f"{time.strftime('%H:%M:%S')}  {message}")
            said = time.monotonic()

    return show


def _rewriting() -> Callable[[str], None]:
    def show(message: str) -> None:
        line = clean(message)
        while breadth(line) >= width():
            line = line[:-1]
        click.echo(f"\r\x1b[K{line}", err=True, nl=False)

    return show


def end_progress() -> None:
    """Clear the line of progress."""
    if sys.stderr is not None and sys.stderr.isatty():
        click.echo("\r\x1b[K", err=True, nl=False)
