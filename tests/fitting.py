"""Whether a JSON document is as its schema says: as much of JSON Schema as the schemas of results use."""

from __future__ import annotations

from typing import Any

KINDS: dict[str, Any] = {
    "object": dict, "array": list, "string": str, "boolean": bool, "number": (int, float), "integer": int,
    "null": type(None),
}  # fmt: skip


def misfits(value: Any, schema: dict[str, Any], where: str = "") -> list[str]:
    """What does not fit, with where it stands."""
    if "anyOf" in schema:
        tries = [misfits(value, one, where) for one in schema["anyOf"]]
        return [] if [] in tries else tries[-1]
    if "const" in schema or "enum" in schema:
        known = schema.get("enum", [schema.get("const")])
        return [] if value in known else [f"{where}: {value!r} is not one of {known}"]
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    right = any(
        isinstance(value, KINDS[k]) and (k == "boolean" or not isinstance(value, bool)) for k in kinds
    )
    if kinds and not right:
        return [f"{where}: {value!r} is no {kinds}"]
    found = []
    if isinstance(value, dict):
        known, rest = schema.get("properties", {}), schema.get("additionalProperties", {})
        found += [f"{where}: {name} is missing" for name in schema.get("required", ()) if name not in value]
        for name, inner in value.items():
            found += misfits(inner, known.get(name, rest), f"{where}.{name}")
    elif isinstance(value, list):
        if len(value) > schema.get("maxItems", len(value)):
            found.append(f"{where}: too many")
        for k, inner in enumerate(value):
            found += misfits(inner, schema.get("items", {}), f"{where}[{k}]")
    elif (
        right
        and value is not None
        and not schema.get("minimum", value) <= value <= schema.get("maximum", value)
    ):
        found.append(f"{where}: {value} is out of range")
    return found
