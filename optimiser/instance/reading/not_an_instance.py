"""What a path leads to that is no instance, in a sentence, and what was probably meant."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from optimiser.errors import InputError
from optimiser.instance.arguments import said
from optimiser.instance.checking.problems import listing, nearest, quote
from optimiser.instance.reading import toml
from optimiser.instance.schema.schema import CSV_TABLES

NOT_ONE = "; an instance is a folder with instance.toml and CSV tables, or a workbook (.xlsx)"
LOOKED_INTO = 1000  # entries of a folder in which instances are looked for
PARTS = {toml.FILE, *(f"{table}.csv" for table in CSV_TABLES)}
OTHERS = {
    ".zip": "is an archive: unpack it",
    ".gz": "is an archive: unpack it",
    ".xls": "is a workbook of the old kind: save it as .xlsx",
    ".xlsm": "is a workbook with macros: save it as .xlsx",
    ".ods": "is a workbook of another kind: save it as .xlsx",
}


def path_of(path: Any) -> Path:
    """A path; raises InputError for what is none."""
    if not isinstance(path, str | os.PathLike) or not os.fspath(path):
        raise InputError(f"path: {said(path)} is not a path")
    return Path(path)


def astray(path: Path) -> str:
    """Why a path is no instance's, in words that follow it; '' for what looks like one."""
    try:
        if path.is_dir():
            return _folder(path)
        return _file(path) if path.exists() else _missing(path)
    except (OSError, ValueError) as error:  # a name too long, no permission, a character that no name has
        return f"cannot be read: {getattr(error, 'strerror', None) or error}"


def _folder(path: Path) -> str:
    names = {entry.name for entry in path.iterdir()}
    if "result.json" in names and toml.FILE not in names:
        return f"holds a result, not an instance{NOT_ONE}"
    if names & PARTS:
        return ""
    within = [entry for entry in sorted(path.iterdir())[:LOOKED_INTO] if _is_one(entry)]
    if within:
        return f"is not an instance, but holds some{_meant(within)}"
    if not names:
        return "is an empty folder; `optimiser new` writes a first instance into it"
    return f"is not an instance: it has no {toml.FILE}"


def _file(path: Path) -> str:
    if path.is_file() and path.suffix.lower() == ".xlsx":
        return ""
    if path.name in PARTS and _is_one(path.absolute().parent):
        return f"is a part of an instance{_meant([path.parent])}"
    if path.suffix.lower() in OTHERS:
        return OTHERS[path.suffix.lower()]
    return f"is {_kind(path)}, not an instance{NOT_ONE}"


def _kind(path: Path) -> str:
    """What a file is, as far as its name and content say."""
    if not path.is_file():
        return "neither a file nor a folder"
    if path.suffix.lower() == ".toml" and path.stat().st_size < 2**20:
        try:
            document = tomllib.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            return "a file"
        return "a study" if {"vary", "method"} & document.keys() else "a file"
    if path.suffix.lower() == ".json" and path.stat().st_size < 2**28:
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            return "a file"
        return "a result" if isinstance(document, dict) and "format" in document else "a file"
    return "a file"


def _missing(path: Path) -> str:
    """A path misspelt, part by part; or without the end of its name."""
    workbook = path.with_name(f"{path.name}.xlsx")
    near = workbook if workbook.is_file() else _nearest(path)
    return f"does not exist{_meant([near]) if near is not None else NOT_ONE}"


def _nearest(path: Path) -> Path | None:
    found = Path(path.anchor)
    for part in path.parts[bool(path.anchor) :]:
        if part != ".." and not (found / part).exists():
            entries = list(found.iterdir()) if found.is_dir() else []
            part = nearest(part, [entry.name for entry in entries if entry.is_dir() or _is_one(entry)])
            if not part:
                return None
        found /= part
    return found


def _is_one(path: Path) -> bool:
    return (path / toml.FILE).is_file() or (path.suffix.lower() == ".xlsx" and path.is_file())


def _meant(paths: list[Path]) -> str:
    return f"; did you mean {listing(map(quote, _spelt(paths)), last='or')}?"


def _spelt(paths: list[Path]) -> Iterator[str]:
    """Paths as they would be typed: ./mine, so that one sees that it is one."""
    for path in paths:
        text = os.fspath(path)
        yield text if path.is_absolute() or len(path.parts) > 1 or text in (".", "..") else f".{os.sep}{text}"
