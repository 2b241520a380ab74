"""Results on disk: written whole or not at all, and read back, also when a person wrote them by hand."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from optimiser.errors import InputError
from optimiser.files import check_place, write_folder
from optimiser.instance.arguments import said
from optimiser.instance.instance import Instance

if TYPE_CHECKING:
    import pandas as pd

    Source = str | Path | pd.DataFrame

DOCUMENT = "result.json"
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
    theirs = {DOCUMENT, *(f"{name}.csv" for name in (tables if isinstance(tables, list) else ()))}
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
    found: bool = True,
) -> bool:
    """Write `document` as result.json and each table (columns, rows) as a CSV, whole or not at all.

    Where nothing was `found` an earlier result is left alone: False says that nothing was written.
    Raises InputError where the folder holds anything but an earlier result of the same command, OSError where
    the disk fails.
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


def read_design_rows(source: Source, instance: Instance) -> list[tuple[str, str, str]]:
    """Read who holds what: a list of (decision, organisation, level), organisation '' for every locality.

    `source` is a result folder, a result.json, a CSV file or a DataFrame with the columns decision, level
    and, where it differs by locality, organisation. Raises InputError with everything that is wrong:
    unknown names (and the nearest known), duplicates, decisions and localities left out.
    """
    where, rows = _rows(source)
    problems = _strangers(rows, instance)
    if not problems:
        problems = _gaps(where, rows, instance)
    if problems:
        raise InputError(problems)
    return [(row["decision"], row["organisation"], row["level"]) for _, row in rows]


def held_from_rows(instance: Instance, rows: Iterable[tuple[str, str, str]]) -> np.ndarray:
    """The level held, as a Record has it, (D, O) int, from rows that `read_design_rows` has passed.

    A locality's own row wins over the row of its decision for every locality.
    """
    decisions = {name: d for d, name in enumerate(instance["decisions"]["decision"])}
    levels = {name: level for level, name in enumerate(instance["levels"]["level"])}
    places = {name: o for o, name in enumerate(instance.localities)}
    held = np.full((len(decisions), len(places)), -1)
    for decision, organisation, level in sorted(rows, key=lambda row: row[1] != ""):
        where = places[organisation] if organisation else slice(None)
        held[decisions[decision], where] = levels[level]
    return held


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


_Rows = list[tuple[str, dict[str, str]]]  # (where it stands, the row)


def _path(source: Source) -> Path | None:
    if not isinstance(source, str | Path):
        return None
    path = Path(source)
    return path / DOCUMENT if path.is_dir() else path


def _rows(source: Source) -> tuple[str, _Rows]:
    """The source's name and its rows with the columns decision, organisation and level, as text."""
    path = _path(source)
    if path is None:
        if not hasattr(source, "notna"):
            raise InputError(f"{said(source)} is neither a Design, a path nor a DataFrame")
        frame = source.astype(object).where(source.notna(), "")  # type: ignore[union-attr]
        raw = [(f"table row {i}", row) for i, row in enumerate(frame.to_dict("records"))]
        return "table", _checked("table", list(frame.columns), raw)
    where, saved = str(source), read_document(source)
    if saved is not None:
        raw = [(f"{where} design[{i}]", row) for i, row in enumerate(saved[1]["design"])]
        if not all(isinstance(row, dict) for _, row in raw):
            raise InputError([f"{where}: design is a list of objects with decision, organisation and level"])
        return where, _checked(where, list(dict.fromkeys(key for _, row in raw for key in row)), raw)
    header, lines = read_table(path)
    raw = [(f"{where}:{n}", dict(zip(header, line, strict=True))) for n, line in lines]
    return where, _checked(where, header, raw)


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


def _checked(where: str, columns: list[Any], raw: list[tuple[str, dict[Any, Any]]]) -> _Rows:
    known, needed = ("decision", "organisation", "level", "type"), ("decision", "level")
    problems = [f"{where}: no column {name!r}" for name in needed if name not in columns]
    problems += [
        f"{where}: column {name!r} is not one of {', '.join(known)}" for name in columns if name not in known
    ]
    problems += [f"{where}: column {name!r} stands twice" for name in known if columns.count(name) > 1]
    if problems:
        raise InputError(problems)
    return [(at, {name: str(row.get(name, "")).strip() for name in known[:3]}) for at, row in raw]


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


def _strangers(rows: _Rows, instance: Instance) -> list[str]:
    """Names that the instance does not know."""
    known = {
        "decision": list(instance["decisions"]["decision"]),
        "organisation": ["", *instance.localities],
        "level": list(instance["levels"]["level"]),
    }
    kinds = {"decision": "a decision", "organisation": "a locality", "level": "a level"}
    problems = []
    for at, row in rows:
        for column, name in row.items():
            if name not in known[column]:
                near = get_close_matches(name, known[column], 1)
                hint = f"; did you mean {near[0]!r}?" if near and near[0] else ""
                problems.append(f"{at} {column}: {name!r} is not {kinds[column]} of this instance{hint}")
    return problems


def _gaps(where: str, rows: _Rows, instance: Instance) -> list[str]:
    """Rows that say a thing twice, and what no row says."""
    decisions = instance["decisions"]
    uniform = dict(zip(decisions["decision"], decisions["uniform"], strict=True))
    problems, seen = [], dict[tuple[str, str], str]()
    for at, row in rows:
        key = (row["decision"], row["organisation"])
        if key in seen:
            problems.append(f"{at}: {' at '.join(filter(None, key))} stands already at {seen[key]}")
        elif row["organisation"] and uniform[row["decision"]]:
            problems.append(f"{at} organisation: {row['decision']} is uniform: leave the organisation empty")
        seen.setdefault(key, at)
    for decision in uniform:
        if (decision, "") in seen:
            continue
        missing = [name for name in instance.localities if (decision, name) not in seen]
        if uniform[decision] or len(missing) == len(instance.localities):
            problems.append(f"{where}: decision {decision!r} has no row")
        elif missing:
            others = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
            problems.append(f"{where}: decision {decision!r} has no row for {', '.join(missing[:3])}{others}")
    return problems
