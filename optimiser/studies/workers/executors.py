"""Whatever executor of `concurrent.futures` a user has: threads, processes, a cluster's."""

from __future__ import annotations

from collections.abc import Hashable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from typing import Any

from optimiser.studies.workers.crew import Result
from optimiser.studies.workers.work import Died, Do, Opening, done


class Executed:
    """An executor, with so many tasks in it at once; it stays the caller's to shut down."""

    def __init__(self, executor: Executor, opening: Opening, do: Do, at_once: int) -> None:
        self._executor, self._opening, self._do, self._at_once = executor, opening, do, at_once
        self._futures: dict[Future[Any], Hashable] = {}
        self.broken = False

    @property
    def room(self) -> int:
        """Tasks that would be begun at once; none where the executor is broken."""
        return 0 if self.broken else self._at_once - len(self._futures)

    @property
    def busy(self) -> bool:
        """Whether anything is at work."""
        return bool(self._futures)

    def begin(self, key: Hashable, task: Any) -> None:
        """Give a task to the executor."""
        try:
            future = self._executor.submit(done, self._opening, self._do, task)
        except BrokenExecutor as error:
            future = Future()
            future.set_exception(error)
        self._futures[future] = key

    def results(self, seconds: float) -> list[Result]:
        """What is done; where the executor broke, whatever was in it has died."""
        over, _ = wait(self._futures, seconds, FIRST_COMPLETED)
        alone = len(self._futures) == 1
        return [(self._futures.pop(future), self._came_of(future, alone)) for future in over]

    def _came_of(self, future: Future[Any], alone: bool) -> Any:
        error = future.exception()
        if error is None:
            return future.result()
        self.broken = self.broken or isinstance(error, BrokenExecutor)
        return Died(alone)

    def close(self) -> None:
        """Take back what has not begun; what has is not waited for."""
        for future in self._futures:
            future.cancel()
        self._futures.clear()
