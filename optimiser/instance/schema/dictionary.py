"""The schema for people and for tools: the data dictionary in Markdown, and the JSON Schema."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from optimiser.instance.reading.folder import BESIDE
from optimiser.instance.reading.sheet import FREE
from optimiser.instance.schema.column import Column, TableSchema
from optimiser.instance.schema.result_schemas import RESULTS, STUDY
from optimiser.instance.schema.schema import SYSTEM_OBJECTIVES, TABLES, TOML_TABLES

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


def _heading(name: str, schema: TableSchema) -> str:
    if schema.shape == "csv":
        return f"`{name}.csv`"
    brackets = "[[{}]]" if schema.shape == "list" else "[{}]"
    return f"`instance.toml` `{brackets.format(schema.section)}`" if schema.section else "`instance.toml`"


def _rows(schema: TableSchema) -> Iterator[str]:
    yield "| column | meaning | unit | values | default |"
    yield "|---|---|---|---|---|"
    for column in schema.columns:
        name = column.name.replace("{}", "OBJECTIVE" if column.each == "objectives" else "RESOURCE")
        meaning = column.meaning
        if column.each == "objectives":
            meaning += "; one column for each objective but resilience"
        cells = (f"`{name}`", meaning, column.unit, _values(column), column.shown_default)
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _values(column: Column) -> str:
    """What a cell may hold."""
    if column.kind in ("flag", "text") or column.choices or column.of:
        text = {"flag": "true, false", "text": "text"}.get(column.kind) or ", ".join(column.choices)
        return text or column.expected + (", several separated by `;`" if column.several else "")
    return column.expected.removeprefix("a ")


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of instance.toml, of a study and of each command's result."""
    parts = {"instance": _instance_schema(), "study": STUDY, **RESULTS}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "optimiser",
        "description": "What goes in (instance.toml, a study) and what comes out (one document a command).",
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in parts],
        "$defs": parts,
    }


def _instance_schema() -> dict[str, Any]:
    top = TABLES["instance"]
    found = _object(top)
    for name in TOML_TABLES[1:]:
        schema = TABLES[name]
        if schema.shape == "list":
            part: dict[str, Any] = {"type": "array", "items": _object(schema)}
            if name == "levels":
                part["minItems"] = 2
        elif schema.shape == "record":
            part = _object(schema)
        else:
            rest = {column.name: column for column in schema.columns[1:]}
            value = _column(rest["weight"]) if "weight" in rest else _object(schema, skip=1)
            part = {"type": "object", "additionalProperties": value}
            part["properties"] = dict.fromkeys(SYSTEM_OBJECTIVES, value)
        found["properties"][schema.section] = {"description": schema.meaning, **part}
    return {
        "title": "instance.toml",
        "description": top.meaning,
        **found,
        "not": {"required": ["weights", "swings"]},
    }


def _object(schema: TableSchema, skip: int = 0) -> dict[str, Any]:
    """One row of a table, or one section, as an object."""
    properties: dict[str, Any] = {}
    for column in schema.columns[skip:]:
        if column.each:
            inner = {"type": "object", "additionalProperties": _column(column), "description": column.meaning}
            properties[column.name.partition(".")[0]] = inner
        else:
            properties[column.name] = _column(column)
    properties |= {name: {"description": "anything; not used"} for name in FREE if name not in properties}
    required = [column.name for column in schema.columns[skip:] if column.required]
    found = {"type": "object", "properties": properties, "additionalProperties": False}
    return found | ({"required": required} if required else {})


def _column(column: Column) -> dict[str, Any]:
    kinds = {"number": "integer" if column.whole else "number", "flag": "boolean"}
    found: dict[str, Any] = {"type": kinds.get(column.kind, "string")}
    if column.kind == "number":
        if math.isfinite(column.low):
            found["exclusiveMinimum" if column.above else "minimum"] = column.low
        if math.isfinite(column.high):
            found["exclusiveMaximum" if column.below else "maximum"] = column.high
    elif column.kind == "name":
        found |= {"minLength": 1}
    if column.default not in (None, ""):
        found["default"] = column.default
    unit = f" ({column.unit})" if column.unit else ""
    return found | {"description": column.meaning + unit}
