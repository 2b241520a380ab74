"""The instances that ship: at the root of a checkout, in an installed package beside its code."""

from __future__ import annotations

from pathlib import Path

from optimiser.errors import InputError
from optimiser.instance.checking.problems import nearest, quote
from optimiser.instance.reading import toml


def names() -> tuple[str, ...]:
    """What they are called."""
    return tuple(sorted(path.parent.name for path in _home().glob(f"*/{toml.FILE}")))


def unknown(name: str) -> list[str]:
    """What is wrong with a name: nothing, or a line with those that there are and the nearest of them."""
    if name in names():
        return []
    near = nearest(name, names())
    hint = f"; did you mean {quote(near)}?" if near else ""
    return [f"{quote(name)} is none that ships ({', '.join(names())}){hint}"]


def texts(name: str) -> dict[str, str]:
    """The files of one, sub-folders too, as they are; raises InputError where there is none of this name."""
    if problems := unknown(name):
        raise InputError(f"example: {problem}" for problem in problems)
    home = _home() / name
    files = sorted(path for path in home.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(home).as_posix(): path.read_bytes().decode() for path in files}


def _home() -> Path:
    inside = Path(__file__).resolve().parents[1]
    installed = inside / "examples"
    return installed if installed.is_dir() else inside.parent / "instances"
