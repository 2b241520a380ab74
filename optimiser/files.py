"""Folders of files, written whole or not at all.

Everything is written into a new folder beside the place, which then takes its place. What a process that was
killed left there is put right, or cleared away, by the next one that writes to that place.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from optimiser.errors import InputError

try:
    import fcntl
except ImportError:  # Windows: what a killed process leaves is then left alone
    fcntl = None  # type: ignore[assignment]

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EIO)  # the disk's fault, not the name's
BESIDE = ".{name}.{mark}.{stage}"  # stage: new, not yet whole; old, about to go


def check_place(name: str | Path) -> Path:
    """Where a folder can be written, or written anew: tried out, so that it fails now and not after the work.

    Raises InputError with one line that says why not, OSError where the disk is full.
    """
    try:
        return _checked(name)
    except InputError:
        raise
    except OSError as error:
        if error.errno in FULL:
            raise
        reason = "the name is too long" if error.errno == errno.ENAMETOOLONG else error.strerror
        where = f" ({error.filename})" if error.errno == errno.EACCES and error.filename else ""
        raise _refused(name, f"{reason}{where}") from error
    except (ValueError, RuntimeError) as error:  # a name with a zero byte; links that go round
        raise _refused(name, str(error)) from error


def _refused(name: str | Path, reason: str) -> InputError:
    return InputError([f"{str(name)!r} is not written: {reason}"])


def _checked(name: str | Path) -> Path:
    if not str(name).strip():
        raise _refused(name, "it is no name")
    target = Path(name).resolve()
    if target == Path.cwd():
        raise _refused(name, "it is the folder you are in; name a folder inside it")
    if os.path.ismount(target):
        raise _refused(name, "it is a disk of its own; name a folder inside it")
    above = target.parent
    while not above.exists():
        above = above.parent
    if not above.is_dir():
        raise _refused(name, f"{above} is a file, not a folder")
    if target.exists() and not target.is_dir():
        raise _refused(name, "it is a file")
    if target.is_dir() and not os.access(target, os.R_OK | os.W_OK | os.X_OK):
        raise _refused(name, "what is there may not be changed")
    _recover(target)
    _rehearse(target, above)
    return target


def _rehearse(target: Path, above: Path) -> None:
    """Make what will be made, inside a folder that goes again."""
    new, _ = _aside(target)
    trial = above / f".{secrets.token_hex(4)}.trial"
    trial.mkdir()
    try:
        (trial / new.relative_to(above)).mkdir(parents=True)
        (trial / target.relative_to(above)).mkdir(parents=True)
    finally:
        shutil.rmtree(trial, ignore_errors=True)


def write_folder(target: Path, files: Mapping[str, str]) -> None:
    """Write text files into a folder, which holds these and no others afterwards; or leave all as it was.

    `target` is what `check_place` returned. Raises OSError where the disk fails.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    _recover(target)
    new, old = _aside(target)
    try:
        new.mkdir()
        with _locked(new):
            for name, text in files.items():
                with (new / name).open("w", encoding="utf-8", newline="") as file:
                    file.write(text)
                    file.flush()
                    os.fsync(file.fileno())  # a full disk may be noticed here and nowhere else
            _swap(new, target, old)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _swap(new: Path, target: Path, old: Path) -> None:
    """Put `new` where `target` is. A rename replaces no full folder: the old one steps aside first."""
    try:
        if target.exists():
            target.rename(old)
        new.rename(target)
    except BaseException:  # Ctrl-C too
        if old.exists() and not target.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _aside(target: Path, mark: str = "") -> tuple[Path, Path]:
    """Names beside a folder: of the new one while it is written, of the old one while it is replaced."""
    mark = mark or secrets.token_hex(4)
    new, old = (target.with_name(BESIDE.format(name=target.name, mark=mark, stage=s)) for s in ("new", "old"))
    return new, old


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Lock a folder until the process ends, whatever becomes of it; False: another process has."""
    if fcntl is None:
        yield False
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        yield False
    else:
        yield True
    finally:
        os.close(handle)


def _recover(target: Path) -> None:
    """Clear away what processes that were killed left beside a folder; what they had set aside goes back."""
    with suppress(OSError):  # no more than a courtesy
        for left in target.parent.glob(BESIDE.format(name=_literal(target.name), mark="*", stage="*")):
            new, old = _aside(target, left.name.split(".")[-2])
            if new.exists():
                with _locked(new) as free:
                    if not free:
                        continue
            if old.exists() and not target.exists():
                old.rename(target)
            for gone in (new, old):
                shutil.rmtree(gone, ignore_errors=True)


def _literal(name: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)
