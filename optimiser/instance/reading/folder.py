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

from optimiser.instance.checking.problems import Findings, Place, listing, nearest, quote
from optimiser.instance.reading import toml
from optimiser.instance.reading.workbook_sheet import Sheet, rank
from optimiser.instance.schema.schema import CSV_TABLES

MOST_BYTES = 256 * 2**20  # in one file
MOST_CELLS = 5_000_000  # in one table
BESIDE = "README.md"  # what is written beside an instance to explain it
_LEFT_BEHIND = (".", "~$")  # how names of files begin that systems and office programs leave behind
_NAMES = (toml.FILE, *(f"{table}.csv" for table in CSV_TABLES))
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)")


def sheets(folder: Path, findings: Findings) -> dict[str, Sheet]:
    """Every table in a folder, as found. What cannot be read is a problem."""
    entries = sorted(entry.name for entry in folder.iterdir())
    meant = _others(folder, entries, findings)
    found: dict[str, Sheet] = {}
    text = _text(folder, toml.FILE, "instance", findings, entries)
    if text is None:
        findings.unreliable.update(
            t for t in ("instance", "levels", "objectives", "resource_types", "scenarios")
        )
    else:
        found.update(toml.parse(text, findings))
    for table in CSV_TABLES:
        name = f"{table}.csv"
        if name in entries or table == "decisions":
            text = None if name in meant else _text(folder, name, table, findings, entries)
            sheet = None if text is None else parse(text, table, name, findings)
            if sheet is None:
                findings.unreliable.add(table)
            else:
                found[table] = sheet
    return found


def alone(path: Path, table: str, findings: Findings) -> Sheet | None:
    """A CSV file that stands by itself, as found; None where it cannot be read, which is a problem."""
    source = str(path)
    try:
        if not path.exists():
            beside = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
            raise _Unreadable(f"there is no such file{findings.hint(path.name, beside)}")
        real = path.resolve()
        text = _decoded(_bytes(real.parent, real))
    except _Unreadable as error:
        label = f"{source}:{error.line}" if error.line else source
        findings.at(Place(rank(table), error.line, label), str(error))
        return None
    return parse(text, table, source, findings)


def _others(folder: Path, entries: list[str], findings: Findings) -> set[str]:
    """Refuse tables that nothing knows; name what is no table in one warning, and leave it alone.

    Returns the tables that are not there and were likely meant by one that nothing knows.
    """
    strays, meant = [], set()
    for name in entries:
        if name in (*_NAMES, BESIDE) or (folder / name).is_dir():
            continue
        kind = "" if name.startswith(_LEFT_BEHIND) else Path(name).suffix.lower()
        if kind == ".csv":
            do = " (rename it, or move it to a sub-folder)"
            why = f"{quote(name)} is not a table of an instance{findings.hint(name, _NAMES[1:])}{do}"
            findings.at(Place(len(_NAMES), 0, quote(name)[1:-1]), why)
            meant |= {nearest(name, _NAMES[1:])} - set(entries)
        elif kind != ".toml":
            strays.append(quote(name))
    if strays:
        are = "is no table and was" if len(strays) == 1 else "are no tables and were"
        findings.noticed.append(f"{listing(strays, 20)} {are} left alone")
    return meant


class _Unreadable(Exception):
    """Why a file's text cannot be had, and the line that shows it."""

    def __init__(self, why: str, line: int = 0) -> None:
        super().__init__(why)
        self.line = line


def _text(folder: Path, name: str, table: str, findings: Findings, entries: list[str]) -> str | None:
    """A file's text with plain line ends, or None: then what is wrong has been noted."""
    try:
        if name not in entries:
            raise _Unreadable(f"this file must be there{_instead(name, entries)}")
        return _decoded(_bytes(folder, folder / name))
    except _Unreadable as error:
        label = f"{name}:{error.line}" if error.line else name
        findings.at(Place(rank(table), error.line, label), str(error))
        return None


def _instead(name: str, entries: list[str]) -> str:
    """What may have been meant to be the file that is not there."""
    books = [entry for entry in entries if entry.lower().endswith(".xlsx") and not entry.startswith("~$")]
    if name == toml.FILE and books:
        return f" (to read the workbook, give {quote(books[0])} in place of its folder)"
    near = nearest(name, entries)
    return f" (rename {quote(near)}?)" if near and near not in (*_NAMES, BESIDE) else ""


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
        raise _Unreadable("is a link that leads nowhere") from None
    except (OSError, RuntimeError) as error:  # a circle of links is a RuntimeError
        raise _Unreadable(f"cannot be read: {getattr(error, 'strerror', None) or error}") from error


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _Unreadable("is UTF-16 (a spreadsheet's 'Unicode text'), not UTF-8; save it as 'CSV UTF-8'", 1)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        meant = data[error.start : error.start + 1].decode("cp1252", "replace")
        perhaps = f" ({quote(meant)} of Windows?)" if meant.isprintable() and meant != "\ufffd" else ""
        why = f"byte 0x{data[error.start]:02x}{perhaps} is not UTF-8; save the file as UTF-8"
        raise _Unreadable(f"{why} ('CSV UTF-8' in a spreadsheet)", line) from error
    if control := _CONTROL.search(text):
        line = text.count("\n", 0, control.start()) + 1
        old = " (line ends of an old Mac? save the file again)" * (control[0] == "\r")
        raise _Unreadable(f"{quote(control[0])} is a control character{old}", line)
    return text.replace("\r\n", "\n")


def parse(text: str, table: str, source: str, findings: Findings) -> Sheet | None:
    """A CSV text as a sheet. Rows of another width than the header are problems."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    sheet: Sheet | None = None
    start, room = 1, MOST_CELLS
    try:
        for cells in reader:
            line, start = start, reader.line_num + 1
            if not any(cells):
                continue  # nothing stands there
            room -= len(cells)
            if room < 0:
                findings.at(Place(rank(table), line, source), f"more than {MOST_CELLS:,} cells are not read")
                findings.unreliable.add(table)
                return None
            if sheet is None:
                sheet = Sheet(table, source, cells, header_line=line)
                findings.located[table] = sheet
                if why := _no_commas(cells):
                    findings.at(sheet.place(None, ""), why)
                    return None
            elif len(cells) != len(sheet.header):
                place = Place(rank(table), line, f"{source}:{line}", source=source)
                width = len(sheet.header)
                split = len(cells) > width and re.search(r",-?0,\d*[1-9]\d*(,|$)", ",".join(cells))
                comma = " (a decimal comma? write a point)" if split else ""
                findings.at(place, f"{_cells(len(cells))}, but the header has {width}{comma}")
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


def _no_commas(header: list[str]) -> str:
    """Why a header is not one of columns separated by commas; '' if it is."""
    if header[0].lower().startswith("sep="):
        return f"leave out this line ({quote(','.join(header))}): columns are always separated by commas"
    if len(header) == 1 and (mark := re.search(r"[;\t|]", header[0])):
        why = f"columns are separated by {quote(mark[0])}, not by commas"
        return f"{why} (a spreadsheet saves so where the decimal sign is a comma; points are needed, too)"
    return ""


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"
