"""Folders of instance.toml and CSV tables: the only code that opens them.

Read defensively: regular files that lie inside the folder, of limited size, in UTF-8, and nothing else.
The standard library's csv reads text and guesses nothing.
"""

from __future__ import annotations

import csv
import io
import re
import stat
from pathlib import Path

from optimiser.instance import toml
from optimiser.instance.findings import Findings, Place, quote
from optimiser.instance.schema import CSV_TABLES
from optimiser.instance.sheet import Sheet, rank

MOST_BYTES = 256 * 2**20  # in one file
BESIDE = ("README.md", "LICENSE")  # may lie in an instance's folder; hidden files may, too
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)")


def sheets(folder: Path, findings: Findings) -> dict[str, Sheet]:
    """Every table in a folder, as found. What cannot be read is a problem."""
    names = [toml.FILE, *(f"{table}.csv" for table in CSV_TABLES)]
    entries = sorted(entry.name for entry in folder.iterdir())
    for name in entries:
        if name not in names and name not in BESIDE and not name.startswith("."):
            why = f"{quote(name)} is not a file of an instance{findings.hint(name, names)}"
            findings.at(Place(len(names), 0, quote(name)[1:-1]), why)
    found: dict[str, Sheet] = {}
    text = _text(folder, toml.FILE, "instance", findings)
    if text is None:
        findings.unreliable.update(
            t for t in ("instance", "levels", "objectives", "resource_types", "scenarios")
        )
    else:
        found.update(toml.parse(text, findings))
    for table in CSV_TABLES:
        name = f"{table}.csv"
        if name in entries or table == "decisions":
            text = _text(folder, name, table, findings)
            sheet = None if text is None else parse(text, table, name, findings)
            if sheet is None:
                findings.unreliable.add(table)
            else:
                found[table] = sheet
    return found


class _Unreadable(Exception):
    """Why a file's text cannot be had, and the line that shows it."""

    def __init__(self, why: str, line: int = 0) -> None:
        super().__init__(why)
        self.line = line


def _text(folder: Path, name: str, table: str, findings: Findings) -> str | None:
    """A file's text with plain line ends, or None: then what is wrong has been noted."""
    try:
        return _decoded(_bytes(folder, folder / name))
    except _Unreadable as error:
        label = f"{name}:{error.line}" if error.line else name
        findings.at(Place(rank(table), error.line, label), str(error))
        return None


def _bytes(folder: Path, path: Path) -> bytes:
    """What a regular file inside the folder holds."""
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(folder.resolve()):
            raise _Unreadable("is a link that leads out of the folder")
        status = real.stat()
        if not stat.S_ISREG(status.st_mode):
            raise _Unreadable("is not a regular file")
        if status.st_size > MOST_BYTES:
            raise _Unreadable(f"is larger than {MOST_BYTES // 2**20} MiB")
        return real.read_bytes()
    except FileNotFoundError:
        link = path.is_symlink()
        raise _Unreadable("is a link that leads nowhere" if link else "this file must be there") from None
    except (OSError, RuntimeError) as error:  # a circle of links is a RuntimeError
        raise _Unreadable(f"cannot be read: {getattr(error, 'strerror', None) or error}") from error


def _decoded(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        why = f"byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8"
        raise _Unreadable(why, line) from error
    if control := _CONTROL.search(text):
        line = text.count("\n", 0, control.start()) + 1
        raise _Unreadable(f"{quote(control[0])} is a control character", line)
    return text.replace("\r\n", "\n")


def parse(text: str, table: str, source: str, findings: Findings) -> Sheet | None:
    """A CSV text as a sheet. Rows of another width than the header are problems."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    sheet: Sheet | None = None
    start = 1
    try:
        for cells in reader:
            line, start = start, reader.line_num + 1
            if not cells:
                continue  # nothing stands there
            if sheet is None:
                sheet = Sheet(table, source, cells, header_line=line)
                findings.located[table] = sheet
                if len(cells) == 1 and (mark := re.search(r"[;\t|]", cells[0])):
                    findings.at(
                        sheet.place(None, ""), f"columns are separated by {quote(mark[0])}, not by commas"
                    )
                    return None
            elif len(cells) != len(sheet.header):
                place = Place(rank(table), line, f"{source}:{line}")
                findings.at(place, f"{_cells(len(cells))}, but the header has {len(sheet.header)}")
                width = len(sheet.header)
                sheet.spoilt |= {(len(sheet.rows), at) for at in range(width)}
                cells = (cells + [""] * width)[:width]
            if cells is not sheet.header:
                sheet.rows.append(list(cells))
                sheet.lines.append(line)
    except csv.Error as error:
        findings.at(Place(rank(table), start, f"{source}:{start}"), f"is not CSV: {error}")
        findings.unreliable.add(table)
    if sheet is None:
        findings.at(Place(rank(table), 0, source), "is empty; a header row must be there")
    return sheet


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"
