"""What every verb shares: the way to standard output and standard error, and the option --json."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, TextIO

import click

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
instance = click.argument("instance", metavar="INSTANCE")


def say(text: str) -> None:
    """Print a result."""
    _print(text, sys.stdout)


def say_json(document: Mapping[str, Any]) -> None:
    """Print one JSON document."""
    say(json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False))


def complain(*lines: str) -> None:
    """Print lines on standard error."""
    for line in lines:
        _print(line, sys.stderr)


def written(whether: bool, out: str) -> None:
    """Say what became of the folder that was to be written."""
    complain(f"written to {out}" if whether else f"nothing was found, and {out} is left as it was")


def _print(text: str, stream: TextIO) -> None:
    """A reader that has left (`| head`) is no failure of ours."""
    try:
        click.echo(text, stream)
        stream.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def progress() -> Callable[[str], None] | None:
    """Where progress goes: one line on standard error, rewritten, if that is a terminal; else nowhere."""
    if not sys.stderr.isatty():
        return None

    def show(message: str) -> None:
        click.echo(f"\r\x1b[K{message[:99]}", err=True, nl=False)

    return show


def end_progress() -> None:
    """Clear the line of progress."""
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", err=True, nl=False)
