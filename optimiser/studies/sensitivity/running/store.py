"""The store of a study: what came of each sample, on disk before it is counted, whatever ends the program.

A SQLite database with one writer, which holds a lock that ends with it. Samples and designs are known by
their content, so that nothing is kept twice, and an enlarged study finds what is there.
"""

from __future__ import annotations

import hashlib
import json
import pickle
import sqlite3
import struct
import weakref
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from optimiser.errors import InputError
from optimiser.studies.sensitivity.running.answering import Answer, Fared

STORE, LOCK = "study.sqlite", "study.lock"
BESIDE = (STORE, f"{STORE}-wal", f"{STORE}-shm", LOCK)  # all that a store is on disk
BLAMED = 2  # times that a sample ends its worker before it is set aside
NETWORK = frozenset(
    "afs beegfs ceph cifs fuse.glusterfs fuse.sshfs gpfs lustre ncpfs nfs nfs4 smb3 smbfs".split()
)
MOUNTS = Path("/proc/self/mounts")
TABLES = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS designs (design BLOB PRIMARY KEY, held BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answers (
    sample BLOB PRIMARY KEY, status TEXT, reason TEXT, value REAL, bound REAL, objectives BLOB, design BLOB,
    verified INTEGER, neighbours INTEGER, better INTEGER
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS deaths (sample BLOB PRIMARY KEY, sure INTEGER, perhaps INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS fared (
    sample BLOB, design BLOB, value REAL, broken TEXT, PRIMARY KEY (sample, design)
) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Kept:
    """An answer as it is kept: of the design its key."""

    status: str
    reason: str
    value: float | None
    bound: float | None
    objectives: tuple[float, ...] | None
    design: bytes | None
    verified: bool | None
    neighbours: bool | None
    better: bool


def sample_key(row: Mapping[str, Any]) -> bytes:
    """What tells a sample from others: its values, to the last bit."""
    said = json.dumps({name: _bits(value) for name, value in row.items()}, sort_keys=True)
    return hashlib.sha256(said.encode()).digest()[:16]


def _bits(value: Any) -> Any:
    return float(value).hex() if isinstance(value, float | np.floating) else repr(value)


def design_key(held: bytes) -> bytes:
    """What tells a design from others."""
    return hashlib.sha256(held).digest()[:16]


class Store:
    """An open store; without a folder it is kept in memory and lost with the program."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._lock: FileLock | None = None
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(folder)
        with ExitStack() as opened:
            opened.callback(self._release)
            with self._heeding_disk():
                self._base = sqlite3.connect(":memory:" if folder is None else folder / STORE)
                opened.callback(_closed, self._base)
                for pragma in ("journal_mode = WAL", "synchronous = FULL"):
                    self._base.execute(f"PRAGMA {pragma}")
                self._base.executescript(TABLES)
            opened.pop_all()
        weakref.finalize(self, _closed, self._base)  # one that its user forgets

    def close(self) -> None:
        """Let another run have it."""
        _closed(self._base)
        self._release()

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()

    @contextmanager
    def _heeding_disk(self) -> Iterator[None]:
        """Say what a disk that fails means."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            where = "" if self.folder is None else f"{self.folder}: "
            if isinstance(error, sqlite3.OperationalError):
                raise OSError(
                    f"{where}{error}; what was found before is kept, and once there is room the same command "
                    "goes on"
                ) from error
            raise InputError(
                f"{where}{STORE} is no store of a study ({error}); name another folder"
            ) from error

    # What it is about

    def about(self, name: str) -> Any:
        """Something that was said of the whole study; None: nothing was."""
        with self._heeding_disk():
            found = self._base.execute("SELECT value FROM about WHERE name = ?", [name]).fetchone()
        return None if found is None else pickle.loads(found[0])

    def say(self, **said: Any) -> None:
        """Keep something of the whole study."""
        with self._heeding_disk(), self._base:
            self._base.executemany(
                "INSERT OR REPLACE INTO about VALUES (?, ?)",
                [(name, pickle.dumps(value)) for name, value in said.items()],
            )

    # What came of samples

    def keep(self, answers: Iterable[tuple[bytes, Answer]]) -> None:
        """Keep what came of samples, all or nothing; it is on disk afterwards."""
        rows, designs = [], {}
        for sample, a in answers:
            key = None if a.held is None else design_key(a.held)
            if key is not None and a.held is not None:
                designs[key] = zlib.compress(a.held)
            objectives = (
                None if a.objectives is None else struct.pack(f"<{len(a.objectives)}d", *a.objectives)
            )
            ended = sample, a.status, a.reason, a.value, a.bound
            rows.append((*ended, objectives, key, a.verified, a.neighbours, a.better))
        with self._heeding_disk(), self._base:
            self._base.executemany("INSERT OR IGNORE INTO designs VALUES (?, ?)", designs.items())
            self._base.executemany(f"INSERT OR REPLACE INTO answers VALUES ({_marks(10)})", rows)

    def blame(self, sample: bytes, sure: bool) -> int:
        """Note that a worker ended over a sample, for sure or perhaps; how often it was for sure."""
        with self._heeding_disk(), self._base:
            self._base.execute(
                "INSERT INTO deaths VALUES (?, ?, ?) ON CONFLICT (sample) DO UPDATE "
                "SET sure = sure + excluded.sure, perhaps = perhaps + excluded.perhaps",
                [sample, int(sure), int(not sure)],
            )
            (times,) = self._base.execute("SELECT sure FROM deaths WHERE sample = ?", [sample]).fetchone()
        return int(times)

    def forgive(self, samples: Sequence[bytes]) -> None:
        """Forget what came of samples, to ask them again."""
        with self._heeding_disk(), self._base:
            for table in ("answers", "deaths"):
                self._base.executemany(f"DELETE FROM {table} WHERE sample = ?", [[s] for s in samples])

    def suspects(self) -> set[bytes]:
        """Samples that may have ended a worker: nothing else should be at work beside them."""
        with self._heeding_disk():
            return {key for (key,) in self._base.execute("SELECT sample FROM deaths WHERE perhaps > 0")}

    def answers(self) -> dict[bytes, Kept]:
        """What is known of each sample."""
        with self._heeding_disk():
            return {key: _kept(rest) for key, *rest in self._base.execute("SELECT * FROM answers")}

    def answer(self, sample: bytes) -> Kept:
        """What is known of a sample that is kept."""
        with self._heeding_disk():
            row = self._base.execute("SELECT * FROM answers WHERE sample = ?", [sample]).fetchone()
        return _kept(row[1:])

    def statuses(self) -> dict[bytes, str]:
        """How each sample ended that did."""
        with self._heeding_disk():
            return dict(self._base.execute("SELECT sample, status FROM answers"))

    def held(self, design: bytes) -> bytes:
        """Who holds what in a design, (D, O) as int8."""
        with self._heeding_disk():
            (found,) = self._base.execute("SELECT held FROM designs WHERE design = ?", [design]).fetchone()
        return zlib.decompress(found)

    # How other designs fare

    def keep_fared(self, rows: Iterable[tuple[bytes, bytes, Fared]]) -> None:
        """Keep what designs are worth in samples."""
        with self._heeding_disk(), self._base:
            self._base.executemany(
                f"INSERT OR REPLACE INTO fared VALUES ({_marks(4)})",
                [(sample, design, one.value, one.broken) for sample, design, one in rows],
            )

    def fared(self, design: bytes) -> dict[bytes, Fared]:
        """What a design is worth, by sample."""
        with self._heeding_disk():
            rows = self._base.execute("SELECT sample, value, broken FROM fared WHERE design = ?", [design])
            return {sample: Fared(value, broken) for sample, value, broken in rows}


def _marks(count: int) -> str:
    return ", ".join("?" * count)


def _kept(row: Sequence[Any]) -> Kept:
    status, reason, value, bound, objectives, design, verified, neighbours, better = row
    numbers = None if objectives is None else struct.unpack(f"<{len(objectives) // 8}d", objectives)
    verified, neighbours = (None if flag is None else bool(flag) for flag in (verified, neighbours))
    return Kept(status, reason, value, bound, numbers, design, verified, neighbours, bool(better))


def _locked(folder: Path) -> FileLock:
    if (kind := file_system(folder, MOUNTS)) in NETWORK:
        raise InputError(
            f"{str(folder)!r} is on a network drive ({kind}), where a run that is killed may leave the store "
            "damaged or locked: name a folder on a disk of this machine, and copy the tables afterwards"
        )
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise InputError(
            f"{str(folder)!r}: another run is at work on this study; wait for it, or end it"
        ) from None
    return lock


def _closed(base: sqlite3.Connection) -> None:
    with suppress(sqlite3.Error):
        base.close()


def file_system(folder: Path, mounts: Path) -> str:
    """The kind of file system that a folder is on; empty where the system does not say."""
    if not mounts.is_file():
        return ""
    kinds = {
        line.split()[1].replace("\\040", " "): line.split()[2] for line in mounts.read_text().splitlines()
    }
    folder = folder.resolve()
    return next((kinds[str(above)] for above in (folder, *folder.parents) if str(above) in kinds), "")


def emptied(folder: Path) -> None:
    """Begin anew: remove the store that is there, once nobody is at work on it."""
    if (folder / STORE).exists():
        lock = _locked(folder)
        try:
            for name in BESIDE[:3]:
                (folder / name).unlink(missing_ok=True)
        finally:
            lock.release()
