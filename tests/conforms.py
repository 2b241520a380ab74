"""Whether a document conforms to a JSON Schema, as far as the schemas here go (no package for it is needed)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

TYPES = {
    "object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int,
    "number": (int, float),
}  # fmt: skip
KNOWN = {
    "title", "description", "type", "const", "enum", "anyOf", "properties", "required", "additionalProperties",
    "items", "minimum", "maximum", "minItems", "maxItems",
}  # fmt: skip


def faults(document: Any, schema: dict[str, Any], at: str = "$") -> Iterator[str]:
    """A line for each part of the document that does not conform."""
    assert set(schema) <= KNOWN, f"keywords that are not understood here: {set(schema) - KNOWN}"
    if "const" in schema and document != schema["const"]:
        yield f"{at}: {document!r} is not {schema['const']!r}"
    if "enum" in schema and document not in schema["enum"]:
        yield f"{at}: {document!r} is not among {schema['enum']}"
    if "anyOf" in schema and all(any(faults(document, one, at)) for one in schema["anyOf"]):
        yield f"{at}: {document!r} conforms to none of the alternatives"
    names = schema.get("type", [])
    if names and not any(_is(document, name) for name in ([names] if isinstance(names, str) else names)):
        yield f"{at}: {document!r} is no {names}"
        return
    if _is(document, "number") and not schema.get("minimum", document) <= document <= schema.get(
        "maximum", document
    ):
        yield f"{at}: {document!r} is out of range"
    if isinstance(document, dict):
        yield from _in_object(document, schema, at)
    if isinstance(document, list):
        if not schema.get("minItems", 0) <= len(document) <= schema.get("maxItems", len(document)):
            yield f"{at}: {len(document)} items"
        for i, value in enumerate(document):
            yield from faults(value, schema.get("items", {}), f"{at}[{i}]")


def _in_object(document: dict[str, Any], schema: dict[str, Any], at: str) -> Iterator[str]:
    yield from (f"{at}: {name} is missing" for name in schema.get("required", ()) if name not in document)
    for name, value in document.items():
        part = schema.get("properties", {}).get(name, schema.get("additionalProperties", {}))
        if part is False:
            yield f"{at}: {name} is unknown"
        elif isinstance(part, dict):
            yield from faults(value, part, f"{at}.{name}")


def _is(document: Any, name: str) -> bool:
    return isinstance(document, TYPES[name]) and (name == "boolean" or not isinstance(document, bool))
