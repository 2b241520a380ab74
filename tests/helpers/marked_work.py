"""Work for processes that end: apart from the tests, so that a worker imports nothing else to begin it."""

from __future__ import annotations

import os
import time
from pathlib import Path

POISON, SLOW = -1, 1000


def opened(marks: str) -> Path:
    """What workers hold open: a folder to leave marks in."""
    return Path(marks)


def square(marks: Path, x: int) -> int:
    """The work, which the poison ends; a mark says that it was begun."""
    with (marks / str(x)).open("a") as file:
        file.write("x")
    if x == POISON:
        os._exit(5)
    if x >= SLOW:
        time.sleep(0.5)
    if x == 13:
        raise ValueError("unlucky")
    return x * x
