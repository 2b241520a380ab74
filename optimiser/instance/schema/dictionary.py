"""The schema for people: the data dictionary and the dictionary of results, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from optimiser.instance.reading.folder import BESIDE
from optimiser.instance.schema.column import Column, TableSchema
from optimiser.instance.schema.result import SHARED, Part, Result
from optimiser.instance.schema.schema import TABLES
from optimiser.instance.schema.study import SECTIONS, STUDY

_HEADER = ("| key | meaning | unit | values | default |", "|---|---|---|---|---|")
_INTRODUCTION = f"""\
An instance is a folder of `instance.toml` and CSV tables (UTF-8, comma, header row, decimal point). Only
`instance.toml` and `decisions.csv` must be there; a column or table that is left out has its defaults, and
an empty cell is a value not given. Columns called `note` or `remark` may hold anything. Files that are no
CSV (`{BESIDE}`, notes, licences), studies, other `*.toml` and sub-folders may lie beside them; a `.csv` of
another name is refused.

An Excel workbook (`.xlsx`) holds the same on sheets: one for each table, named as the file without `.csv`,
and one for each section of `instance.toml`. The sheets `instance`, `limits` and `uncertainty` have two
columns, `key` and `value`; `weights` has `objective` and `weight`; `scenarios` has a column
`surge.RESOURCE` and `loss.RESOURCE` for each resource. The list `[[resources]]` of `instance.toml` is the
sheet `resource_types`, because the sheet `resources` is `resources.csv`. What is shown is what is read: a
cell merged over rows counts in each of them, codes keep the zeros of their format, and what is hidden
counts. Other sheets are left alone.

Names (of decisions, organisations, levels ...) are taken as they stand, capitals and all; they hold no `;`,
`=` or `@` and do not begin with `+` or `-`; labels begin with none of the four (spreadsheets take them for
formulas). Flags are `true` or `false`. Hours are per week, money per year, delays in days, resources in their
own unit; any others will do if used throughout.
"""


def data_dictionary() -> str:
    """Every table and column: meaning, unit, range and default, as Markdown."""
    parts = [_INTRODUCTION]
    for name, schema in TABLES.items():
        parts += ["", f"### {_heading(name, schema)}", "", schema.meaning, "", *_rows(schema)]
    return "\n".join(parts) + "\n"


def study_dictionary() -> str:
    """Every key of a study file: meaning, unit, values and default, as Markdown."""
    parts = [*_HEADER, *(line for key in STUDY.of if key not in SECTIONS for line in _of_input(key, STUDY))]
    for section in SECTIONS:
        parts += ["", f"`[[{section.name}]]`: {section.meaning}.", "", *_HEADER]
        parts += [line for key in section.of for line in _of_input(key, section)]
    return "\n".join(parts) + "\n"


def _of_input(key: Column | Part, among: Part) -> Iterator[str]:
    """The line of one key of a study file."""
    default = "none" if key.name in among.optional else "**required**"
    if isinstance(key, Column):
        default = default if key.default in (None, "") else f"{key.default}"
        yield _row(f"`{key.name}`", key.meaning, key.unit, _values(key), default)
        return
    (one,) = key.of
    kinds = {"number": "numbers", "cell": "values"}
    kind = kinds.get(one.kind, "names") if isinstance(one, Column) else ""
    many = f"{key.least} {kind}" if key.least == key.most else f"a list of {kind}"
    yield _row(f"`{key.name}`", key.meaning, "", "a table" if key.shape == "map" else many, default)


def _heading(name: str, schema: TableSchema) -> str:
    if schema.shape == "csv":
        return f"`{name}.csv`"
    brackets = "[[{}]]" if schema.shape == "list" else "[{}]"
    return f"`instance.toml` `{brackets.format(schema.section)}`" if schema.section else "`instance.toml`"


def _rows(schema: TableSchema) -> Iterator[str]:
    yield from ("| column | meaning | unit | values | default |", _HEADER[1])
    for column in schema.columns:
        name = column.name.replace("{}", column.each.removesuffix("s").upper())
        meaning = column.meaning
        if column.each == "objectives":
            meaning += "; one column for each objective but resilience"
        yield _row(f"`{name}`", meaning, column.unit, _values(column), column.shown_default)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _values(column: Column) -> str:
    """What a cell may hold."""
    if column.choices:
        return ", ".join(column.choices)
    if column.kind in ("flag", "text") or column.of:
        text = {"flag": "true, false", "text": "text"}.get(column.kind)
        return text or column.expected + (", several separated by `;`" if column.several else "")
    return column.expected.removeprefix("a ")


def results_dictionary(results: Iterable[Result]) -> str:
    """Every key of every document and every column of every table: meaning, unit and values, as Markdown."""
    parts = ["### Every question", "", *_HEAD, *(line for key in SHARED for line in _of_key(key, key.name))]
    for result in results:
        own = [key for key in result.keys if key not in SHARED and key.name != "command"]
        parts += ["", f"### `{result.command}`", "", result.meaning, "", *_HEAD]
        for key in own:
            same = _row(f"`{key.name}`", f"{key.meaning}: as `{key.name}.csv`", "", "rows")
            parts += [same] if key in result.tables else _of_key(key, key.name)
        for table in result.tables:
            parts.append(_row(f"**`{table.name}.csv`**", f"**{table.meaning}**", "", ""))
            parts += [line for column in table.of for line in _of_key(column, column.name)]
    return "\n".join(parts) + "\n"


_MANY = {  # names for which a column stands one each, as its meaning says it
    "objectives": "; a column an objective",
    "asked": "; a column an objective asked for",
    "varied": "; a column an input",
}
_HEAD = ("| key, or column of a table | meaning | unit | values |", "|---|---|---|---|")


def _of_key(key: Column | Part, path: str) -> Iterator[str]:
    """A line for the key, and for those within it."""
    if isinstance(key, Column):
        name = path.replace("{}", "INPUT" if key.each == "varied" else "OBJECTIVE")
        yield _row(f"`{name}`", key.meaning + _MANY.get(key.each, ""), key.unit, _result_values(key))
        return
    if key.shape in ("list", "map"):
        (one,) = key.of
        path += "[]" if key.shape == "list" else f".{one.name}"
        yield from _of_key(replace(one, meaning=key.meaning), path)
        return
    yield _row(f"`{path}`", key.meaning, "", "rows" if key.shape == "rows" else "keys")
    for inner in key.of:
        yield from _of_key(inner, f"{path}{'[]' if key.shape == 'rows' else ''}.{inner.name}")


def _result_values(column: Column) -> str:
    """What stands there in a result."""
    values = "text, number or flag" if column.kind == "cell" else _values(column)
    values = f"{column.low:g}" if column.low == column.high else values
    return f"{values}, or none" if column.nullable else values
