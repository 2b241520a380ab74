"""All that results say, collected from where each question declares it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from optimiser import QUESTIONS
from optimiser.instance.schema.json_schema import instance_schema, result_schema, study_schema
from optimiser.instance.schema.result import Result

HOMES = ("optimiser.design", "optimiser.instance.checking")  # of what solve, verify and check say


def results() -> tuple[Result, ...]:
    """What each command says, which stands in the folder of each question as `schema.RESULT`."""
    studies = [home.rpartition(".")[0] for home in QUESTIONS.values() if ".studies." in home]
    return tuple(import_module(f"{home}.schema").RESULT for home in (*HOMES, *studies))


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of instance.toml, of a study and of each command's result."""
    said = {result.command: result_schema(result) for result in results()}
    parts = {"instance": instance_schema(), "study": study_schema(), **said}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "optimiser",
        "description": "What goes in (instance.toml, a study) and what comes out (one document a command).",
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in parts],
        "$defs": parts,
    }
