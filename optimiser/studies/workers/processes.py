"""Local processes, one task at a time each: when one ends, nobody but its own task is to blame."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Hashable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from optimiser.errors import InputError
from optimiser.studies.workers.crew import Result
from optimiser.studies.workers.work import Died, Do, Opening, done

READY, GONE = "ready", object()
FALSE_STARTS = 3  # workers that end before they are ready, after which there is no point in starting more
UNGUARDED = 97  # exit code of a worker that would have run the whole script again
GUARD = (
    "worker processes import the script that starts them, and would begin the study again: put what it does "
    'under `if __name__ == "__main__":`'
)


def refuse_unguarded() -> None:
    """End a worker that, importing a script without a guard, comes to where workers are started."""
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        sys.exit(UNGUARDED)


@dataclass(eq=False)
class Lane:
    """A worker, and what it is at."""

    process: BaseProcess
    connection: Connection
    ready: bool = False
    key: Hashable | None = None
    at_work: bool = False


class Processes:
    """So many worker processes; one that ends is replaced. Made by spawning: a fork of HiGHS may hang."""

    def __init__(self, opening: Opening, do: Do, workers: int) -> None:
        self._opening, self._do = opening, do
        self._context = multiprocessing.get_context("spawn")
        self._false_starts = 0
        self._lanes = [self._start() for _ in range(workers)]

    def _start(self) -> Lane:
        mine, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_serve, args=(theirs, self._opening, self._do), name="optimiser worker", daemon=True
        )
        process.start()
        theirs.close()
        return Lane(process, mine)

    @property
    def room(self) -> int:
        """Workers that are ready and have nothing to do."""
        return sum(lane.ready and not lane.at_work for lane in self._lanes)

    @property
    def busy(self) -> bool:
        """Whether anything is at work, or a worker about to be ready."""
        return any(lane.at_work or not lane.ready for lane in self._lanes)

    def begin(self, key: Hashable, task: Any) -> None:
        """Give a task to a worker that has none."""
        lane = next(lane for lane in self._lanes if lane.ready and not lane.at_work)
        lane.key, lane.at_work = key, True
        with suppress(OSError):  # it has just ended: `results` will see
            lane.connection.send(task)

    def results(self, seconds: float) -> list[Result]:
        """What workers have sent, and which have died."""
        watched: dict[Any, Lane] = {lane.connection: lane for lane in self._lanes}
        watched |= {lane.process.sentinel: lane for lane in self._lanes}
        changed = dict.fromkeys(watched[one] for one in wait(list(watched), seconds))
        return [result for lane in changed for result in self._heard(lane)]

    def _heard(self, lane: Lane) -> list[Result]:
        sent = GONE
        with suppress(EOFError, OSError):
            sent = lane.connection.recv()
        if sent is GONE:
            return self._ended(lane)
        if not lane.ready:
            lane.ready, self._false_starts = True, 0
            return []
        lane.at_work = False
        return [(lane.key, sent)]

    def _ended(self, lane: Lane) -> list[Result]:
        lane.process.join()
        lane.connection.close()
        self._lanes.remove(lane)
        if not lane.ready:
            self._false_starts += 1
            if lane.process.exitcode == UNGUARDED:
                raise InputError(GUARD)
            if self._false_starts >= FALSE_STARTS:
                raise OSError(f"worker processes end as they start (exit code {lane.process.exitcode})")
        self._lanes.append(self._start())
        return [(lane.key, Died(alone=True))] if lane.at_work else []

    def close(self) -> None:
        """End all workers; those at work are not waited for."""
        for lane in self._lanes:
            lane.connection.close()
            if lane.at_work or not lane.ready:
                lane.process.kill()
        for lane in self._lanes:
            lane.process.join()


def _serve(connection: Connection, opening: Opening, do: Do) -> None:
    """Do what comes until nothing more does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which lets this one finish
    threading.Thread(target=_follow, daemon=True).start()
    done(opening, _nothing, None)
    connection.send(READY)
    while True:
        try:
            task = connection.recv()
        except (EOFError, OSError):
            return
        connection.send(done(opening, do, task))


def _nothing(opened: Any, task: Any) -> None:
    """Open, and do no more."""


def _follow() -> None:
    """End with the parent, however that ends: nobody is left to hear the result."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(0)
