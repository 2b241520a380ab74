"""A Dask cluster, at its scheduler's address: each of its workers has one task at a time, and a name.

Dask itself blames every task that was queued on a worker that ended. Here none is queued: whoever ended its
worker is known.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Hashable
from typing import Any

from optimiser.errors import InputError
from optimiser.studies.workers.crew import Result
from optimiser.studies.workers.work import Died, Do, Opening, done

LOOKED = 1.0  # seconds after which the scheduler is asked again which workers there are
WAITED = 30  # seconds for the scheduler to answer


def client_of(address: str) -> Any:
    """A client of the cluster whose scheduler listens there; raises InputError where none does."""
    try:
        from distributed import Client
    except ImportError as error:
        raise InputError(
            "scheduler: needs distributed, which is not installed: pip install 'optimiser[dask]'"
        ) from error
    try:
        return Client(address, timeout=WAITED, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(f"scheduler: no Dask scheduler answers at {address!r} ({error})") from error


class Cluster:
    """The workers of a cluster, also those that join later; the client is closed with it."""

    def __init__(self, client: Any, opening: Opening, do: Do) -> None:
        self._client, self._opening, self._do = client, opening, do
        self._at: dict[str, tuple[Hashable, Any]] = {}  # address of a worker -> its task's key, and future
        self._over: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._workers, self._looked = set[str](), -LOOKED
        self._look()

    def _look(self) -> None:
        if time.monotonic() - self._looked >= LOOKED:
            self._workers = set(self._client.scheduler_info(n_workers=-1)["workers"])
            self._looked = time.monotonic()

    @property
    def room(self) -> int:
        """Workers that have nothing to do."""
        return len(self._workers - self._at.keys())

    @property
    def busy(self) -> bool:
        """Whether anything is at work, or there is no worker yet to be."""
        return bool(self._at) or not self._workers

    def begin(self, key: Hashable, task: Any) -> None:
        """Give a task to a worker that has none."""
        address = min(self._workers - self._at.keys())
        future = self._client.submit(
            done, self._opening, self._do, task, workers=[address], pure=False, retries=0
        )
        self._at[address] = key, future
        future.add_done_callback(lambda over: self._over.put((address, over)))

    def results(self, seconds: float) -> list[Result]:
        """What workers have finished, and who is there no longer."""
        try:
            over = [self._over.get(timeout=seconds)]
        except queue.Empty:
            over = []
        while not self._over.empty():
            over.append(self._over.get())
        mine = (address for address, future in over if self._at.get(address, ("", None))[1] is future)
        found = [self._came_of(address) for address in mine]
        self._look()
        return found + [self._lost(address) for address in self._at.keys() - self._workers]

    def _came_of(self, address: str) -> Result:
        key, future = self._at.pop(address)
        if future.status == "finished":
            return key, future.result()
        return key, Died(alone=True)

    def _lost(self, address: str) -> Result:
        key, future = self._at.pop(address)
        future.cancel(force=True)
        return key, Died(alone=True)

    def close(self) -> None:
        """Take back what is at work, and leave the cluster as it was."""
        for _, future in self._at.values():
            future.cancel(force=True)
        self._client.close()
