"""Files and folders, written whole or not at all.

Everything is made in a new folder beside the place, and then takes its place. What a process that was killed
left there is put right, or cleared away, by the next one that writes to that place.
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
    except ValueError as error:  # a name with a zero byte
        raise _refused(name, str(error)) from error


def followed(name: str | os.PathLike[str]) -> Path:
    """The place that a name leads to, every link followed.

    Raises InputError where links go round (of which Path.resolve says something else in each Python).
    """
    place = Path(os.path.realpath(name))
    if any(part.is_symlink() for part in (place, *place.parents)):
        raise _refused(name, "its links go round")
    return place


def _refused(name: str | os.PathLike[str], reason: str) -> InputError:
    return InputError([f"{os.fspath(name)!r} is not written: {reason}"])


def _checked(name: str | Path) -> Path:
    if not str(name).strip():
        raise _refused(name, "it is no name")
    target = followed(name)
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
        (trial / new.relative_to(above) / target.name).mkdir(parents=True)
        (trial / target.relative_to(above)).mkdir(parents=True)
    finally:
        shutil.rmtree(trial, ignore_errors=True)


@contextmanager
def writing(target: Path) -> Iterator[Path]:
    """Give a place at which to make a file or a folder; once it is made it stands at `target`, and alone.

    Where anything fails all is as it was. A pipe or a device is written to as it stands. Raises OSError where
    the disk fails.
    """
    target = followed(target)
    if target.exists() and not (target.is_file() or target.is_dir()):
        yield target
        return
    _recover(target)
    new, old = _aside(target)
    try:
        new.mkdir()
        with _locked(new):
            yield new / target.name
            _to_disk(new)
            _swap(new / target.name, target, old)
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, str(target)) from error  # who knows the place beside it?
    finally:
        shutil.rmtree(new, ignore_errors=True)


def write_folder(target: Path, files: Mapping[str, str]) -> None:
    """Write text files into a folder, which holds these and no others afterwards; or leave all as it was."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with writing(target) as made:
        made.mkdir()
        for name, text in files.items():
            (made / name).parent.mkdir(parents=True, exist_ok=True)  # some stand in a folder of their own
            (made / name).write_text(text, encoding="utf-8", newline="")


def _to_disk(folder: Path) -> None:
    """A full disk may be noticed here and nowhere else."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())


def _swap(new: Path, target: Path, old: Path) -> None:
    """Put `new` where `target` is. It replaces a file, but no full folder: an old one steps aside first."""
    try:
        if target.is_dir():
            target.rename(old)
        new.replace(target)
    except BaseException:  # Ctrl-C too
        if old.exists() and not target.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _aside(target: Path, mark: str = "") -> tuple[Path, Path]:
    """Names beside a place: of where the new is made, and of the old folder while it is replaced."""
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
    """Clear away what processes that were killed left beside a place; what they had set aside goes back."""
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
