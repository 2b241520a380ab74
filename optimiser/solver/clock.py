"""The time that a solve may take, and who interrupts it."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from types import FrameType

import numpy as np

from optimiser.signals import hearing

FINISHING = 5.0  # seconds to make the best of what was found, once time is out


@dataclass
class Clock:
    """Limits of time and of nodes, and interruption, of a whole solve, which may be many runs."""

    limit: float | None = None
    began: float = field(default_factory=time.monotonic)
    interrupted: bool = False
    nodes: int | None = None  # of branching that are left; None: not limited

    @property
    def left(self) -> float:
        """Seconds left; infinite without a limit."""
        return np.inf if self.limit is None else self.limit - (time.monotonic() - self.began)

    @property
    def out(self) -> bool:
        """Whether to stop now."""
        return self.interrupted or self.left <= 0 or self.nodes == 0

    def branched(self, nodes: int) -> None:
        """Count nodes that were looked at."""
        if self.nodes is not None:
            self.nodes = max(0, self.nodes - nodes)

    @cached_property
    def finishing(self) -> Clock:
        """The clock by which what was found is finished: repaired, improved, and its neighbours looked at."""
        return Finishing(search=self)

    @contextmanager
    def within(self, share: float) -> Iterator[None]:
        """What is done within may take this share of the time that is left; the clock runs on afterwards."""
        whole = self.limit
        if whole is not None:
            self.limit = whole - max(0.0, 1 - share) * max(0.0, self.left)
        try:
            yield
        finally:
            self.limit = whole

    def check(self) -> None:
        """Raise `OutOfTime` once it is out: for work that is worth nothing until it is done."""
        if self.out:
            raise OutOfTime

    def heed(self) -> None:
        """The same once someone interrupted, whatever the time."""
        if self.interrupted:
            raise OutOfTime


@dataclass
class Finishing(Clock):
    """It runs while a search does, and FINISHING seconds after time or someone ended that.

    They count from when this is first asked: a run that ended late takes nothing from them. After a limit of
    nodes alone it runs on: what then comes of a search must not depend on how fast a machine is.
    """

    search: Clock = field(default_factory=Clock)
    _since: float | None = None

    @property
    def left(self) -> float:
        """Seconds left."""
        if not self.search.interrupted and self.search.left > 0:
            self._since = None
            return self.search.left + FINISHING
        if self._since is None:
            self._since = time.monotonic()
        return FINISHING - (time.monotonic() - self._since)


class OutOfTime(Exception):
    """Time ran out, or someone interrupted, before there was anything to keep."""


@contextmanager
def hearing_interrupts(clock: Clock) -> Iterator[None]:
    """Ctrl-C (or SIGTERM, SIGHUP) stops the clock in place of the program, so that what was found is kept.

    A second one is a KeyboardInterrupt.
    """

    def note(number: int, frame: FrameType | None) -> None:
        if clock.interrupted:
            signal.default_int_handler(number, frame)
        clock.interrupted = True

    with hearing(note):
        yield
