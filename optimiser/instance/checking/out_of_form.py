"""Where a JSON document does not have the form that a schema gives it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "boolean": (bool,), "null": (type(None),),
    "number": (int, float), "integer": (int,),
}  # fmt: skip
WORDS = {
    "object": "an object", "array": "a list", "string": "text", "boolean": "true or false", "null": "null",
    "number": "a number", "integer": "a whole number",
}  # fmt: skip


def misfits(value: Any, schema: Any, where: str) -> Iterator[str]:
    """A line for each misfit. Understood are the words of JSON Schema that our schemas of results use."""
    if "anyOf" in schema:
        found = [list(misfits(value, option, where)) for option in schema["anyOf"]]
        yield from min(found, key=lambda lines: (len(lines), lines and " is not null" in lines[0]))
        return
    if wrong := _wrong(value, schema):
        yield f"{where}: {_shown(value)} is not {wrong}"
    elif isinstance(value, dict):
        yield from _in_object(value, schema, where)
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from misfits(item, schema.get("items", {}), f"{where}[{i}]")


def _in_object(value: dict[str, Any], schema: Any, where: str) -> Iterator[str]:
    yield from (f"{where}: {name!r} is missing" for name in schema.get("required", ()) if name not in value)
    named, others = schema.get("properties", {}), schema.get("additionalProperties", {})
    for name, part in value.items():
        yield from misfits(part, named.get(name, others), f"{where}.{name}")
    if "if" in schema:
        holds = not any(misfits(value, schema["if"], where))
        yield from _in_object(value, schema["then" if holds else "else"], where)


def _wrong(value: Any, schema: Any) -> str:
    """What a value should be and is not; '' where it is."""
    if "not" in schema and not _wrong(value, schema["not"]):
        return "meant to be here"
    if "const" in schema and (type(value), value) != (type(schema["const"]), schema["const"]):
        return repr(schema["const"])
    if "enum" in schema and value not in schema["enum"]:
        return f"one of {', '.join(schema['enum'])}"
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is(value, kind) for kind in kinds):
        return " or ".join(WORDS[kind] for kind in kinds)
    if _is(value, "number"):
        low, high = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
        if not low <= value <= high:
            return (
                f"a number from {low:g} to {high:g}" if high < math.inf else f"a number of at least {low:g}"
            )
    return ""


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool) and kind != "boolean":
        return False
    return isinstance(value, KINDS[kind]) and not (isinstance(value, float) and not math.isfinite(value))


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
