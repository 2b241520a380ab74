"""Renew the outputs shown in README.md by running the commands that they are said to come from.

`python scripts/readme.py [WORD]`: with a word, only the commands that contain it. Standing in README.md:

    <!-- output of: scripts/optimiser check instances/archetype -->
    (replaced)
    <!-- end of output -->
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(r"<!-- output of: (?P<command>.+?) -->\n(?P<shown>.*?)<!-- end of output -->\n", re.DOTALL)


def output(command: str) -> str:
    """What a command prints, as a block of Markdown."""
    first, *rest = shlex.split(command)
    program = [sys.executable, "-m", "optimiser"] if first == "scripts/optimiser" else [first]
    page = os.environ | {"COLUMNS": "100"}  # whoever runs it, and where
    ran = subprocess.run([*program, *rest], cwd=ROOT, env=page, capture_output=True, text=True, check=True)
    return f"```\n$ {command}\n{ran.stdout}```\n"


def blocks(text: str) -> dict[str, str]:
    """The commands in a text, and what it shows of each."""
    return {found["command"]: found["shown"] for found in BLOCK.finditer(text)}


def timeless(text: str) -> str:
    """A text without what differs from run to run."""
    return re.sub(r"in \d+\.\d s.* with HiGHS.*", "in a moment", text)


def main(word: str = "") -> None:
    """Run the commands and write what they print into README.md."""

    def renewed(found: re.Match[str]) -> str:
        command, shown = found["command"], found["shown"]
        if word in command:
            print(command)
            fresh = output(command)
            shown = fresh if timeless(fresh) != timeless(shown) else shown
        return f"<!-- output of: {command} -->\n{shown}<!-- end of output -->\n"

    README.write_text(BLOCK.sub(renewed, README.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:2])
