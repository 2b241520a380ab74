"""The JSON Schema (2020-12) of what is declared: a column, a section, instance.toml, a result."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from optimiser.instance.reading.workbook_sheet import FREE
from optimiser.instance.schema.column import Column, TableSchema
from optimiser.instance.schema.result import STATUS, Part, Result
from optimiser.instance.schema.schema import SYSTEM_OBJECTIVES, TABLES, TOML_TABLES
from optimiser.instance.schema.study import STUDY

Schema = dict[str, Any]


def instance_schema() -> Schema:
    """Of instance.toml."""
    top = TABLES["instance"]
    found = _section(top)
    for name in TOML_TABLES[1:]:
        schema = TABLES[name]
        if schema.shape == "list":
            part: Schema = {"type": "array", "items": _section(schema)}
            if name == "levels":
                part["minItems"] = 2
        elif schema.shape == "record":
            part = _section(schema)
        else:
            rest = {column.name: column for column in schema.columns[1:]}
            value = _column(rest["weight"]) if "weight" in rest else _section(schema, skip=1)
            part = {"type": "object", "additionalProperties": value}
            part["properties"] = dict.fromkeys(SYSTEM_OBJECTIVES, value)
        found["properties"][schema.section] = {"description": schema.meaning, **part}
    return {
        "title": "instance.toml",
        "description": top.meaning,
        **found,
        "not": {"required": ["weights", "swings"]},
    }


def _section(schema: TableSchema, skip: int = 0) -> Schema:
    """One row of a table, or one section, as an object."""
    properties: Schema = {}
    for column in schema.columns[skip:]:
        if column.each:
            inner = {"type": "object", "additionalProperties": _column(column), "description": column.meaning}
            name = column.name.partition(".")[0]  # a key that holds one number for all may hold one for each
            properties[name] = {"anyOf": [properties[name], inner]} if name in properties else inner
        else:
            properties[column.name] = _column(column)
    properties |= {name: {"description": "anything; not used"} for name in FREE if name not in properties}
    required = [column.name for column in schema.columns[skip:] if column.required]
    found = {"type": "object", "properties": properties, "additionalProperties": False}
    return found | ({"required": required} if required else {})


def study_schema() -> Schema:
    """Of a study file: nothing but what is declared may stand in it."""
    return {"title": "study", **_closed(_key(STUDY))}


def _closed(schema: Schema) -> Schema:
    """The schema in which no object has other keys than those declared, or a remark."""
    found = {key: _closed(part) if isinstance(part, dict) else part for key, part in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        remarks = {name: {"description": "anything; not used"} for name in FREE}
        found |= {"properties": found["properties"] | remarks, "additionalProperties": False}
    return found


def result_schema(result: Result) -> Schema:
    """Of the document that a command prints with --json. More keys may be added."""
    where_found = set(result.found)
    found = _keys(result.keys, {*result.optional, *result.found})
    found = {"title": result.command, "description": result.meaning, **found}
    if not where_found:
        return found
    return found | {
        "if": {"properties": {"status": {"enum": list(STATUS[:2])}}},
        "then": {"required": [key.name for key in result.keys if key.name in where_found]},
        "else": {"properties": {name: {"not": {}} for name in ("value", "design")}},
    }


def _keys(keys: Iterable[Column | Part], optional: Iterable[str]) -> Schema:
    """An object with these keys; others may be added, and are where some stand for each of many names."""
    properties = {key.name: _key(key) for key in keys if not (isinstance(key, Column) and key.each)}
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


def _key(key: Column | Part) -> Schema:
    if isinstance(key, Column):
        return _column(key)
    if key.shape == "map":
        found: Schema = {"type": "object", "additionalProperties": _key(key.of[0])}
    elif key.shape == "object":
        found = _keys(key.of, key.optional)
    else:
        items = _keys(key.of, key.optional) if key.shape == "rows" else _key(key.of[0])
        found = {"type": "array", "items": items} | ({} if key.most is None else {"maxItems": key.most})
        found |= {"minItems": key.least} if key.least else {}
        found = {"anyOf": [items, found]} if key.shape == "several" else found
    said = {"description": key.meaning} if key.meaning else {}
    return said | ({"anyOf": [{"type": "null"}, found]} if key.nullable else found)


def _column(column: Column) -> Schema:
    kinds = {
        "number": "integer" if column.whole else "number",
        "flag": "boolean",
        "cell": ["string", "number", "boolean"],
    }
    found: Schema = {"type": kinds.get(column.kind, "string")}
    if column.nullable:
        found["type"] = [*([found["type"]] if isinstance(found["type"], str) else found["type"]), "null"]
    if column.kind == "number":
        if math.isfinite(column.low):
            found["exclusiveMinimum" if column.above else "minimum"] = column.low
        if math.isfinite(column.high):
            found["exclusiveMaximum" if column.below else "maximum"] = column.high
    elif column.kind == "name":
        found |= {"minLength": 1}
    if column.low == column.high:
        found = {"const": column.low}
    if column.kind == "text" and column.choices:
        found = {"enum": list(column.choices)}
    if column.default not in (None, ""):
        found["default"] = column.default
    unit = f" ({column.unit})" if column.unit else ""
    return found | ({"description": column.meaning + unit} if column.meaning else {})
