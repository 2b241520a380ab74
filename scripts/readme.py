"""Renew the outputs shown in the READMEs by running what they are said to come from.

`python scripts/readme.py`: all that take a moment, and what takes minutes where its instance has changed.
`python scripts/readme.py WORD`: those with the word in command or instance, long ones too. They stand so:

    <!-- output of: scripts/optimiser check instances/archetype -->
    (replaced)
    <!-- end of output -->

Where a command takes too long for the tests to run it, its instance and the beginning of its hash follow,
`(instances/england 1a2b3c4d5e6f)`: the tests see whether it is still the one that was asked. What Python
prints stands under its code, between `what it prints` and `end of output`.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

import optimiser

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    ROOT / "README.md",
    *sorted(
        page for room in ("instances", "optimiser", "scripts") for page in (ROOT / room).rglob("README.md")
    ),
]
OUTPUT = re.compile(
    r"<!-- output of: (?P<command>.+?)(?: \((?P<instance>instances/\S+) (?P<hash>\w+)\))? -->\n"
    r"(?P<shown>.*?)<!-- end of output -->\n",
    re.DOTALL,
)
PRINTED = re.compile(
    r"```python\n(?P<code>[^`]*)```\n\n<!-- what it prints -->\n(?P<shown>.*?)<!-- end of output -->\n",
    re.DOTALL,
)


class Shown(NamedTuple):
    """What a page shows of a command; the instance that was asked and its hash, where it takes minutes."""

    command: str
    instance: str | None
    hash: str | None
    shown: str


def outputs(page: Path) -> list[Shown]:
    """The commands of a page, and what it shows of each."""
    return [
        Shown(*found.group("command", "instance", "hash", "shown")) for found in OUTPUT.finditer(_text(page))
    ]


def pieces(page: Path) -> list[tuple[str, str]]:
    """The Python of a page, and what it shows of what that prints."""
    return [(found["code"], found["shown"]) for found in PRINTED.finditer(_text(page))]


def output(command: str) -> str:
    """What a command prints where there are the instances and nothing else, as a block of Markdown."""
    program = command.replace("scripts/optimiser", f"{shlex.quote(sys.executable)} -m optimiser")
    program = re.sub(r"^python ", f"{shlex.quote(sys.executable)} ", program)
    printed, code = _ran(["bash", "-c", program])
    printed = re.sub(r"^\d\d:\d\d:\d\d  .*\n", "", printed, flags=re.MULTILINE)  # progress
    ending = f"$ echo $?\n{code}\n" if code else ""
    return f"```\n$ {command}\n{printed}{ending}```\n"


def printed(code: str) -> str:
    """What a piece of Python prints, as a block of Markdown."""
    said, failed = _ran([sys.executable, "-c", code])
    assert not failed, said
    return f"```\n{said}```\n"


@cache
def current_hash(instance: str) -> str:
    """The beginning of an instance's hash as it is now."""
    return optimiser.read(ROOT / instance).hash[:12]


def timeless(text: str) -> str:
    """A text without what differs from run to run."""
    return re.sub(r"in \d+\.\d s(; nothing was solved|.* with HiGHS.*)", "in a moment", text)


def renewed(text: str, word: str = "") -> str:
    """A page with its outputs as they are now."""

    def run(found: re.Match[str]) -> str:
        command, instance, stamp, shown = found.group("command", "instance", "hash", "shown")
        now = current_hash(instance) if instance else None
        if (word in f"{command} {instance}") if word else (now is None or now != stamp):
            print(command)
            shown = _kept(shown, output(command))
        asked = f" ({instance} {now})" if instance else ""
        return f"<!-- output of: {command}{asked} -->\n{shown}<!-- end of output -->\n"

    def execute(found: re.Match[str]) -> str:
        code, shown = found.group("code", "shown")
        shown = shown if word else _kept(shown, printed(code))
        return f"```python\n{code}```\n\n<!-- what it prints -->\n{shown}<!-- end of output -->\n"

    return PRINTED.sub(execute, OUTPUT.sub(run, text))


def _ran(program: list[str]) -> tuple[str, int]:
    page = os.environ | {"COLUMNS": "100", "PYTHONPATH": str(ROOT)}  # whoever runs it, and where
    with tempfile.TemporaryDirectory() as folder:
        for name in ("instances", "scripts"):
            (Path(folder) / name).symlink_to(ROOT / name)
        ran = subprocess.run(
            program,
            cwd=folder,
            env=page,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    return ran.stdout, ran.returncode


def _kept(shown: str, fresh: str) -> str:
    """What is shown, unless more than its times is otherwise now."""
    return fresh if timeless(fresh) != timeless(shown) else shown


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


if __name__ == "__main__":
    for path in PAGES:
        path.write_text(renewed(_text(path), *sys.argv[1:2]), encoding="utf-8")
