"""Writing an instance as a folder or a workbook: what is read back is the same instance.

Columns that hold nothing but their default are left out. What is written appears whole or not at all.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterator
from typing import Any

from optimiser.atomic_writing import write_folder, writing
from optimiser.errors import InputError
from optimiser.instance.checking.problems import number_text, quote
from optimiser.instance.content import Content
from optimiser.instance.reading.not_an_instance import path_of
from optimiser.instance.reading.workbook import MOST_ROWS
from optimiser.instance.schema.schema import CSV_TABLES, TABLES
from optimiser.instance.write_workbook import SheetRows, book_cell, write_book


def write(instance: Content, path: str | os.PathLike[str]) -> None:
    """Write to a folder or, where the name ends in .xlsx, a workbook. See Instance.write."""
    target = path_of(path)
    book = target.suffix.lower() == ".xlsx"
    if target.exists() and (book or not target.is_dir() or any(target.iterdir())):
        raise InputError(f"{quote(os.fspath(path))} exists already; nothing was written")
    if not target.parent.is_dir():
        raise InputError(f"{quote(os.fspath(target.parent))} is not a folder to write to")
    if book:
        _check_room(instance)
        with writing(target) as made:
            write_book(_sheets(instance), made)
    else:
        write_folder(target, texts(instance))


def texts(instance: Content) -> dict[str, str]:
    """File name to content: instance.toml, and a CSV for each table that has rows."""
    found = {"instance.toml": _toml(instance)}
    for table in CSV_TABLES:
        if instance[table].rows:
            found[f"{table}.csv"] = _csv(instance, table)
    return found


def _cell(value: Any) -> str:
    """A cell's text, exact when read again."""
    return value if isinstance(value, str) else "" if value != value else number_text(value)


def _csv(instance: Content, table: str) -> str:
    columns = instance.given(table)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(
        zip(*([_cell(v) for v in instance[table][name].tolist()] for name in columns), strict=True)
    )
    return text.getvalue()


def _toml(instance: Content) -> str:
    lines = [
        f"{key} = {toml_value(getattr(instance, key))}"
        for key in (column.name for column in TABLES["instance"].columns)
        if getattr(instance, key)
    ]
    for table in ("levels", "objectives", "resource_types", "scenarios", "periods"):
        columns = instance.given(table)
        for row in range(instance[table].rows):
            lines += ["", f"[[{TABLES[table].section}]]"]
            cells = {name: instance[table][name][row] for name, column in columns.items()}
            said = {name: cell for name, cell in cells.items() if columns[name].says(cell)}
            lines += [f"{name} = {toml_value(cell)}" for name, cell in said.items() if not columns[name].each]
            for start in (c.name.partition(".")[0] for c in TABLES[table].columns if c.each):
                pairs = {name[len(start) + 1 :]: said[name] for name in said if name.startswith(f"{start}.")}
                if pairs:
                    inner = ", ".join(
                        f"{toml_key(name)} = {toml_value(cell)}" for name, cell in pairs.items()
                    )
                    lines.append(f"{start} = {{ {inner} }}")
    for name, numbers in instance.settings.items():
        settings = {key: value for key, value in numbers.items() if value is not None}
        lines += [
            "",
            f"[{name}]",
            *(f"{toml_key(key)} = {toml_value(value)}" for key, value in settings.items()),
        ]
    return "\n".join(lines) + "\n"


def toml_key(name: str) -> str:
    """A key of TOML, quoted where it must be."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else toml_value(name)


def toml_value(value: Any) -> str:
    """A TOML value; JSON's strings are TOML's, as instances hold no control characters but line ends."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else number_text(value)


def _check_room(instance: Content) -> None:
    """A workbook silently cuts what is too long for it, so that is refused."""
    for name, table in instance.tables.items():
        if table.rows >= MOST_ROWS:
            raise InputError(f"{name}: {table.rows} rows are more than a workbook can hold; write a folder")


def _sheets(instance: Content) -> Iterator[SheetRows]:
    """Sheet name and rows, the header first; sections of instance.toml as pairs of key and value."""
    words = {column.name: getattr(instance, column.name) for column in TABLES["instance"].columns}
    records = {name: numbers for name, numbers in instance.settings.items() if name != "weights"}
    for name, pairs in {"instance": words, **records}.items():
        rows = [[key, book_cell(value)] for key, value in pairs.items() if value not in (None, "")]
        yield name, iter([["key", "value"], *rows])
    weights = [[name, book_cell(weight)] for name, weight in instance.weights.items()]
    yield "weights", iter([["objective", "weight"], *weights])
    for name, table in instance.tables.items():
        if table.rows:
            columns = list(instance.given(name))
            cells = zip(*(map(book_cell, table[column].tolist()) for column in columns), strict=True)
            yield name, iter([columns, *map(list, cells)])
