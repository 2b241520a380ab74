"""The signals that ask a program to end, heard in one way: Ctrl-C, and what batch systems send."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

Handler = Callable[[int, FrameType | None], object]


@contextmanager
def hearing(handler: Handler) -> Iterator[None]:
    """Have SIGINT, SIGTERM and, where there is one, SIGHUP call this in place of ending the program.

    Signals reach the main thread only; in any other this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {one: signal.signal(one, handler) for one in _heard()}
    try:
        yield
    finally:
        for one, was in before.items():
            signal.signal(one, signal.SIG_DFL if was is None else was)


def _heard() -> list[signal.Signals]:
    """Those that whoever started the program had it ignore stay ignored, as SIGHUP under `nohup`."""
    named = (getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP"))
    others = [one for one in named if one is not None and signal.getsignal(one) != signal.SIG_IGN]
    return [signal.SIGINT, *others]


def deafen() -> None:
    """Ignore them from here on: all is said and done, and the program ends with the code that it has."""
    for one in _heard():
        signal.signal(one, signal.SIG_IGN)


@contextmanager
def unbroken() -> Iterator[None]:
    """Do to the end what is within, which is short: only a second signal breaks it off."""
    heard = 0

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal heard
        heard += 1
        if heard > 1:
            signal.default_int_handler(number, frame)

    with hearing(note):
        yield
