"""The folder of a result: written whole or not at all, and read back."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimiser.atomic_writing import check_place, write_folder
from optimiser.errors import InputError
from optimiser.instance.instance import Instance
from optimiser.instance.write import texts

if TYPE_CHECKING:
    import pandas as pd

    Source = str | Path | pd.DataFrame

DOCUMENT = "result.json"
INSTANCE = "instance"  # the folder beside it: what was asked about, so that a result can be read on its own
LARGEST = 256 * 2**20  # bytes; England with every decision by locality is a fiftieth of it


# Writing


def check_target(directory: str | Path, command: str) -> Path:
    """Where a result may be written: a folder that is new, empty, or holds an earlier one of this command.

    Raises InputError. Ask before a long solve: its answer should not be lost to a wrong name.
    """
    target = check_place(directory)
    entries = sorted(entry.name for entry in target.iterdir()) if target.is_dir() else []
    if not entries:
        return target
    earlier = _earlier(target)
    if earlier is None:
        raise _kept(directory, f"the folder holds {entries[0]!r}, which is no earlier result")
    tables = earlier.get("tables", [])
    theirs = {DOCUMENT, INSTANCE, *(f"{name}.csv" for name in (tables if isinstance(tables, list) else ()))}
    if strangers := [name for name in entries if name not in theirs]:
        raise _kept(directory, f"beside an earlier result the folder holds {strangers[0]!r}")
    if (other := earlier.get("command", "solve")) != command:
        raise _kept(directory, f"the folder holds a result of `{other}`, not of `{command}`")
    return target


def _kept(directory: str | Path, reason: str) -> InputError:
    return InputError([f"{str(directory)!r} is not written: {reason}; name another folder"])


def _earlier(target: Path) -> dict[str, Any] | None:
    """The document of the result that a folder holds, None where it holds none."""
    if not (target / DOCUMENT).is_file():
        return None
    document = _document(target / DOCUMENT)
    return document if document is not None and "format" in document else None


def write_result(
    directory: str | Path,
    document: Mapping[str, Any],
    tables: Mapping[str, tuple[Sequence[str], Iterable[Mapping[str, Any]]]],
    instance: Instance,
    found: bool = True,
) -> bool:
    """Write `document` as result.json, each table (columns, rows) as a CSV, and the instance beside them.

    Whole or not at all. Where nothing was `found` an earlier result is left alone: False says that nothing
    was written. Raises InputError where the folder holds anything but an earlier result of the same command,
    OSError where the disk fails.
    """
    target = check_target(directory, document.get("command", "solve"))
    if not found and _earlier(target) is not None:
        return False
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    files = {DOCUMENT: text + "\n"}
    for name, (columns, rows) in tables.items():
        sheet = io.StringIO(newline="")
        writer = csv.DictWriter(sheet, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        files[f"{name}.csv"] = sheet.getvalue()
    files |= {f"{INSTANCE}/{name}": text for name, text in texts(instance).items()}
    write_folder(target, files)
    return True


def numbers_hash(document: Mapping[str, Any]) -> str:
    """SHA-256 (hexadecimal) of every number in a document and where it stands, but for the time it took."""
    digest = hashlib.sha256(b"optimiser result 1\n")
    for where, number in _numbers("", document):
        if where != "/run/seconds":
            digest.update(f"{where}={float(number)!r}\n".encode())
    return digest.hexdigest()


def _numbers(where: str, value: Any) -> Iterator[tuple[str, float]]:
    if isinstance(value, Mapping | list):
        for key, part in sorted(value.items()) if isinstance(value, Mapping) else enumerate(value):
            yield from _numbers(f"{where}/{key}", part)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield where, value


# Reading


def read_document(source: Source) -> tuple[Path, dict[str, Any]] | None:
    """A saved result, as its result.json has it, and where that is; None for a design made by hand (a CSV).

    Raises InputError for what is neither, and for a result of a question that has no design of its own.
    """
    path = _path(source)
    if path is None or path.suffix != ".json":
        return None
    document = _document(path)
    if document is None or not isinstance(document.get("design"), list):
        raise InputError([f"{source}: holds no design{_instead(document or {})}"])
    return path, document


def read_table(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """A CSV file: its header, and its lines with their numbers. Raises InputError."""
    lines = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        header, *rest = list(lines) or [[]]
    except csv.Error as error:
        raise InputError([f"{path}:{lines.line_num}: {error}"]) from error
    for number, line in enumerate(rest, start=2):
        if line and len(line) != len(header):
            raise InputError([f"{path}:{number}: {len(line)} cells under {len(header)} column names"])
    return header, [(number, line) for number, line in enumerate(rest, start=2) if line]


def _path(source: Source) -> Path | None:
    if not isinstance(source, str | Path):
        return None
    path = Path(source)
    return path / DOCUMENT if path.is_dir() else path


def _instead(document: dict[str, Any]) -> str:
    """What a document without a design of its own has in its place, in words."""
    command, status = document.get("command", "solve"), document.get("status")
    if command in ("solve", "verify"):
        return f" (its status is {status})" if isinstance(status, str) else ""
    several = [
        str(next((row[name] for name in ("name", "rank", "design_id") if name in row), i))
        for rows in document.values()
        if isinstance(rows, list)
        for i, row in enumerate(rows, 1)
        if isinstance(row, dict) and row.get("design")
    ]
    has = f"the designs {', '.join(several[:8])}{' ...' * (len(several) > 8)}" if several else "none"
    said = f" of its own: it is a result of `{command}`, which has {has}"
    return said + ("; copy the rows of one into a CSV: decision, organisation, level" if several else "")


def _document(path: Path) -> dict[str, Any] | None:
    """The JSON object in a file, None where it is something else."""
    try:
        found = json.loads(_text(path))
    except (json.JSONDecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            raise InputError([f"{path}: no such result (a result folder, a result.json or a CSV)"])
        if path.stat().st_size > LARGEST:
            raise InputError([f"{path}: larger than {LARGEST // 2**20} MB"])
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError([f"{path}: not UTF-8 text (byte {error.start})"]) from error
