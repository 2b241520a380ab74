"""instance.toml as tables: one sheet for each section."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from optimiser.instance.checking.problems import Findings, Place
from optimiser.instance.reading.workbook_sheet import Section
from optimiser.instance.schema.schema import TABLES, TOML_TABLES

FILE = "instance.toml"
_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]*?)\s*\]")
_KEY = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([\w-]+))\s*[=.]""")
_BY_SECTION = {TABLES[name].section: name for name in TOML_TABLES if TABLES[name].section}


def parse(text: str, findings: Findings) -> dict[str, Section]:
    """The sections of an instance.toml; what is wrong with it goes to findings."""
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        found = re.fullmatch(r"(.*?) \(at line (\d+), column (\d+)\)", str(error))
        line, why = (int(found[2]), found[1]) if found else (0, str(error))
        why = "nested too deeply" if isinstance(error, RecursionError) else why
        findings.at(Place(0, line, f"{FILE}:{line}" if line else FILE), f"is not TOML: {why}")
        findings.unreliable.update(TOML_TABLES)
        return {}
    return sections(document, findings, FILE, key_lines(text))


def sections(
    document: Mapping[str, Any],
    findings: Findings,
    source: str,
    lines: dict[tuple[str, int, str], int] | None = None,
) -> dict[str, Section]:
    """A document of instance.toml's shape as sheets. A section that is no table or list is a problem."""
    lines = lines or {}
    top = {key: value for key, value in document.items() if key not in _BY_SECTION}
    found = {"instance": _section("instance", [top], findings, source, lines)}
    for section, table in _BY_SECTION.items():
        if section in document:
            rows = _rows(table, document[section])
            if rows is None:
                shape = f"a list: [[{section}]]" if TABLES[table].shape == "list" else f"a table: [{section}]"
                line = lines.get(("", 0, section), 0) or lines.get((section, 0, ""), 0)
                where = f"{source}:{line}" if line else source
                findings.at(Place(0, line, f"{where} {section}"), f"is not {shape}")
                findings.unreliable.add(table)
            else:
                found[table] = _section(table, rows, findings, source, lines)
    return found


def _rows(table: str, value: Any) -> list[dict[str, Any]] | None:
    """The rows of a section; None where it does not have the shape that it should."""
    schema = TABLES[table]
    if schema.shape == "list":
        good = isinstance(value, list) and all(isinstance(row, dict) for row in value)
        return value if good else None
    if not isinstance(value, dict):
        return None
    if schema.shape == "record":
        return [value]
    name, *rest = (column.name for column in schema.columns)
    if len(rest) == 1:
        return [{name: key, rest[0]: cell} for key, cell in value.items()]
    if not all(isinstance(row, dict) for row in value.values()):
        return None
    return [{name: key, **row} for key, row in value.items()]


def _section(
    table: str,
    rows: list[dict[str, Any]],
    findings: Findings,
    source: str,
    lines: dict[tuple[str, int, str], int],
) -> Section:
    """Rows of keys and values as a sheet; what is inside `surge` and `loss` becomes columns of its own."""
    schema = TABLES[table]
    nested = {column.name.split(".")[0] for column in schema.columns if column.each}
    flat: list[dict[str, Any]] = []
    for row in rows:
        flat.append({})
        for key, value in row.items():
            if key in nested and isinstance(value, dict):
                flat[-1].update({f"{key}.{inner}": cell for inner, cell in value.items()})
            else:
                flat[-1][key] = value
    header = list(
        dict.fromkeys([c.name for c in schema.columns if c.required] + [k for r in flat for k in r])
    )
    cells = [[row.get(key) for key in header] for row in flat]
    sheet = Section(table, source, header, cells, [0] * len(rows), 0, keys=lines)
    findings.located[table] = sheet
    return sheet


def key_lines(text: str) -> dict[tuple[str, int, str], int]:
    """(section, how many of that name before, key): line. A key '' stands for the section's header.

    Only for pointing at problems, so it reads TOML as people write it, not all that TOML allows.
    """
    found: dict[tuple[str, int, str], int] = {}
    counts: dict[str, int] = {}
    section, index, inside = "", 0, ""
    for number, line in enumerate(text.split("\n"), start=1):
        if not inside:
            if header := _HEADER.match(line):
                section = header[2].strip("\"'")
                index = counts.get(section, 0) if header[1] == "[[" else 0
                counts[section] = index + 1
                found[section, index, ""] = number
            elif key := _KEY.match(line):
                found.setdefault((section, index, key[1] or key[2] or key[3]), number)
        for mark in ('"""', "'''"):
            if inside in ("", mark) and line.count(mark) % 2:
                inside = "" if inside else mark
                break
    return found
