"""Instances from DataFrames and as DataFrames: checked as files are, and the same when they come back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from optimiser.errors import InputError
from optimiser.instance.arguments import hint, pairs, plain, raise_any, said
from optimiser.instance.assemble import assemble
from optimiser.instance.checking.problems import Findings
from optimiser.instance.content import C, Content
from optimiser.instance.reading import toml
from optimiser.instance.reading.workbook_sheet import Absent, Cell, Sheet
from optimiser.instance.schema.schema import HELD_TABLES, TABLES

if TYPE_CHECKING:
    import pandas as pd


def from_tables(kind: type[C], tables: Mapping[str, Any], document: Mapping[str, Any]) -> C:
    """See Instance.from_tables; `document` is what instance.toml would hold."""
    problems = list[str]()
    given = pairs("tables", tables, "names to tables", problems)
    problems += [f"{name!r} is not a table{hint(name, TABLES)}" for name in given if name not in TABLES]
    findings = Findings({table: Absent(table) for table in TABLES})
    sheets = dict[str, Sheet]()
    for name in filter(TABLES.__contains__, given):
        try:
            sheet = _sheet(name, *rows_of(name, given[name]))
        except InputError as error:
            problems += error.problems
            continue
        if sheet.header:
            sheets[name] = findings.located[name] = sheet
    raise_any(problems)
    keys = {key: _as_toml_has_it(key, value) for key, value in document.items()}
    sections = toml.sections(keys, findings, "instance")
    sheets |= {name: _over(sheets.get(name), section) for name, section in sections.items()}
    findings.located |= sheets
    return assemble(kind, sheets, findings)


def to_tables(instance: Content) -> dict[str, pd.DataFrame]:
    """See Instance.to_tables."""
    import pandas as pd

    words = {column.name: getattr(instance, column.name) for column in TABLES["instance"].columns}
    settings = {name: dict(numbers) for name, numbers in instance.settings.items() if name != "weights"}
    found = {
        name: pd.DataFrame([{key: value for key, value in given.items() if value not in (None, "")}])
        for name, given in {"instance": words, **settings}.items()
    }
    found["weights"] = pd.DataFrame(list(instance.weights.items()), columns=["objective", "weight"])
    for name in HELD_TABLES:
        if instance[name].rows:
            found[name] = instance[name].frame()[list(instance.given(name))]
    return found


def rows_of(name: str, given: Any) -> tuple[list[str], list[list[Cell]]]:
    """Header and rows of a DataFrame, or of a list of rows that are mappings of column to value."""
    if hasattr(given, "columns") and hasattr(given, "itertuples"):
        blank = given.astype(object).where(given.notna(), None)
        rows = [[plain(value) for value in row] for row in blank.itertuples(index=False, name=None)]
        return [str(column) for column in given.columns], rows
    many = [] if isinstance(given, str | Mapping) or not isinstance(given, Iterable) else list(given)
    if isinstance(given, str | Mapping) or not isinstance(given, Iterable):
        raise InputError(f"{name}: {said(given)} is not a DataFrame or a list of rows")
    wrong = [f"{name}:{k} {said(row)} is not a mapping of columns to values" for k, row in enumerate(many, 1)
             if not isinstance(row, Mapping)]  # fmt: skip
    raise_any(wrong)
    header = list(dict.fromkeys(str(key) for row in many for key in row))
    named = [{str(key): plain(value) for key, value in row.items()} for row in many]
    return header, [[None if (cell := row.get(key)) != cell else cell for key in header] for row in named]


def _sheet(name: str, header: list[str], rows: list[list[Cell]]) -> Sheet:
    """A table as it was given. Columns of blanks are as good as none; a section may be key and value."""
    if TABLES[name].shape == "record" and header == ["key", "value"]:
        header, rows = [str(key) for key, _ in rows], [[value for _, value in rows]]
    known = {**TABLES[name].guess(header), **TABLES[name].by_name}
    kept = [
        at for at, column in enumerate(header)
        if column not in known or known[column].required or any(row[at] not in (None, "") for row in rows)
    ]  # fmt: skip
    rows = [[row[at] for at in kept] for row in rows]
    header = [header[at] for at in kept] if rows else []
    return Sheet(name, name, header, rows, list(range(1, len(rows) + 1)), 0)


def _over(table: Sheet | None, section: Sheet) -> Sheet:
    """A section given by keys: in place of the table, but for single keys, which replace the table's."""
    if table is None or TABLES[section.table].shape != "record":
        return section
    cells = dict(zip(table.header, table.rows[0], strict=True))
    said_again = zip(section.header, section.rows[0], strict=True)
    cells |= {key: cell for key, cell in said_again if cell is not None}
    return Sheet(table.table, table.source, list(cells), [list(cells.values())], [1], 0)


def _as_toml_has_it(name: str, given: Any) -> Any:
    """Mappings as dicts, tuples as lists, numbers as Python's own; a DataFrame as a list of its rows."""
    if hasattr(given, "columns") and hasattr(given, "itertuples"):
        header, rows = rows_of(name, given)
        return [{key: c for key, c in zip(header, row, strict=True) if c not in (None, "")} for row in rows]
    if isinstance(given, Mapping) or hasattr(given, "to_dict"):
        return {str(key): _as_toml_has_it(name, value) for key, value in given.items()}
    if isinstance(given, list | tuple):
        return [_as_toml_has_it(name, value) for value in given]
    return plain(given)
