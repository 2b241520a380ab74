"""The JSON Schema of a study: a batch of solves, which inputs vary in it, and how."""

from __future__ import annotations

from typing import Any

STUDY: dict[str, Any] = {
    "title": "study",
    "description": "A batch of solves: which inputs vary, over which range, and how they are combined.",
    "type": "object",
    "required": ["name", "method", "vary"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"},
        "method": {"enum": ["grid", "one-at-a-time", "latin-hypercube", "sobol", "morris"]},
        "samples": {"type": "integer", "minimum": 1, "description": "for the sampled methods (SALib's N)"},
        "seed": {"type": "integer", "minimum": 0},
        "steps": {"type": "integer", "minimum": 2, "description": "for grid and one-at-a-time"},
        "vary": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["name", "what", "range"],
                "additionalProperties": False,
                "properties": {
                    "name": {"type": "string"},
                    "what": {
                        "type": "string",
                        "description": "table.column, weights.X, limits.X, uncertainty.X, scenarios.NAME.X, "
                        "levels.NAME.X or resources.NAME.X",
                    },
                    "where": {
                        "type": "object",
                        "description": "columns, and the value (or a list of values) that rows must have",
                    },
                    "range": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
                    "how": {"enum": ["set", "multiply", "add"], "default": "set"},
                },
            },
        },
    },
}
