"""A crew of workers, whatever they are, and the one loop that keeps it busy."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import Any, Protocol

PATIENCE = 0.5  # seconds after which it is asked again whether to stop

Result = tuple[Any, Any]  # key of the task; what it came to, Failed or Died


class Crew(Protocol):
    """Workers that are given tasks, no more at once than they begin."""

    @property
    def room(self) -> int:
        """How many tasks would be begun at once."""

    @property
    def busy(self) -> bool:
        """Whether anything is at work, or about to be."""

    def begin(self, key: Hashable, task: Any) -> None:
        """Give a task, of which its key tells the result."""

    def results(self, seconds: float) -> list[Result]:
        """What has come by then; none: time is up, or only the crew itself has changed."""

    def close(self) -> None:
        """Send everyone home, whatever they are doing."""


def finished(
    crew: Crew, give: Callable[[], tuple[Hashable, Any] | None], stop: Callable[[], bool]
) -> Iterator[list[Result]]:
    """Results as they come, of tasks that are given (None: none for now) as long as nobody says `stop`.

    Now and then these are none, so that whoever asks hears of time. Whoever has finished has the next task
    before results are looked at.
    """

    def fill() -> None:
        while not stop() and crew.room and (latest := give()) is not None:
            crew.begin(*latest)

    fill()
    while crew.busy:
        latest = crew.results(PATIENCE)
        fill()
        yield latest
        fill()  # what was given up may be given again
