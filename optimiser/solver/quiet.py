"""Silence for code that prints through C, past Python, as HiGHS does when it is made and now and then later.

What C prints goes to its variable `stdout`. Where that may be set (glibc, macOS) it points nowhere meanwhile,
and what Python prints, in whatever thread, is not touched. Elsewhere the file descriptor is redirected, with
C's buffer emptied before and after: what lay in it would come out later.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache

_turn = threading.Lock()
_inside = 0  # how many threads are within `quiet`
_kept: int | None = None  # where C printed before, or the descriptor


@contextmanager
def quiet() -> Iterator[None]:
    """Keep what C prints within to ourselves. Threads may be within at once: the last one out ends it."""
    global _inside, _kept
    with _turn:
        if _inside == 0:
            _kept = _silence()
        _inside += 1
    try:
        yield
    finally:
        with _turn:
            _inside -= 1
            if _inside == 0 and _kept is not None:
                _restore(_kept)


def _silence() -> int | None:
    """Begin; what is to be restored afterwards, or None where nothing can print."""
    variable = _variable()
    if variable is not None:
        kept, variable.value = variable.value, _nowhere()
        return kept
    _library().fflush(None)
    with suppress(OSError):  # closed: nothing is printed
        kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)
        return kept
    return None


def _restore(kept: int) -> None:
    variable = _variable()
    if variable is not None:
        variable.value = kept
        return
    _library().fflush(None)
    os.dup2(kept, 1)
    os.close(kept)


@cache
def _library() -> ctypes.CDLL:
    """The library of C that everything in this process shares."""
    return ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None)


@cache
def _variable() -> ctypes.c_void_p | None:
    """C's `stdout`, where it is a variable; other libraries keep it where nobody may write."""
    if sys.platform == "darwin":
        return ctypes.c_void_p.in_dll(_library(), "__stdoutp")
    if sys.platform == "linux" and hasattr(_library(), "gnu_get_libc_version"):
        return ctypes.c_void_p.in_dll(_library(), "stdout")
    return None


@cache
def _nowhere() -> int:
    """A stream of C that leads nowhere."""
    fopen = _library().fopen
    fopen.restype = ctypes.c_void_p
    return int(fopen(os.devnull.encode(), b"w"))
