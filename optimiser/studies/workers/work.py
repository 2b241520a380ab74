"""What happens in a worker: what tasks are about is opened once, then one task is done after the other."""

from __future__ import annotations

import hashlib
import pickle
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from threadpoolctl import threadpool_limits

HERE = uuid.uuid4().hex  # tells this process from all others
Do = Callable[[Any, Any], Any]  # (what is open, the task) -> the result; found by name in a worker


@dataclass(frozen=True)
class Opening:
    """What every worker opens once: a function and its arguments, pickled, under a key of their own."""

    key: str
    pickled: bytes
    home: str  # the process that it comes from

    @classmethod
    def of(cls, function: Callable[..., Any], *arguments: Any) -> Opening:
        """The opening that calls this function, which a worker must be able to import."""
        pickled = pickle.dumps((function, arguments))
        return cls(hashlib.sha256(pickled).hexdigest(), pickled, HERE)

    def open(self) -> Any:
        """What the function makes of its arguments."""
        if self.home != HERE:  # there `single_threaded` sees to it
            threadpool_limits(1)
        function, arguments = pickle.loads(self.pickled)
        return function(*arguments)


@contextmanager
def single_threaded() -> Iterator[None]:
    """Within, linear algebra keeps to one thread, as in workers: several would add up in another order."""
    with threadpool_limits(1):
        yield


@dataclass(frozen=True)
class Failed:
    """A task that ended with an error."""

    reason: str


@dataclass(frozen=True)
class Died:
    """A task whose worker ended while it was at work.

    `alone`: nothing else was at work there, so that it was this task that ended it.
    """

    alone: bool


_here = threading.local()  # what this worker, a process or a thread of one, holds open


def done(opening: Opening, do: Do, task: Any) -> Any:
    """Do one task with what is open; opened now where this worker has not yet."""
    try:
        if getattr(_here, "key", None) != opening.key:
            _here.key, _here.open = None, None  # freed before the next is made
            _here.open = opening.open()
            _here.key = opening.key
        return do(_here.open, task)
    except Exception as error:  # of whatever kind: one task must not end all others
        return Failed(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)
