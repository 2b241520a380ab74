"""Whether a JSON document is as its schema says."""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator


def misfits(document: Any, schema: dict[str, Any]) -> list[str]:
    """A line for each part of the document that does not fit."""
    found = Draft202012Validator(schema).iter_errors(document)
    return [f"{error.json_path}: {error.message}" for error in found]
