"""The JSON Schemas of a study and of what each command prints with --json."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

_NUMBER: Schema = {"type": "number"}
_MAYBE: Schema = {"type": ["number", "null"]}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_TEXT: Schema = {"type": "string"}
_YES: Schema = {"type": "boolean"}
_SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
_ANY: Schema = {}
_NUMBERS: Schema = {"type": "object", "additionalProperties": _MAYBE}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _rows(**columns: Schema) -> Schema:
    return _list(_object(**columns))


def _object(required: tuple[str, ...] | None = None, /, **properties: Schema) -> Schema:
    """An object in which these keys stand (all, unless told which) and others may be added."""
    needed = list(properties) if required is None else list(required)
    return {"type": "object", "properties": properties, "required": needed}


def _either(*values: str) -> Schema:
    return {"enum": list(values)}


_SITE = {"decision": _TEXT, "organisation": _TEXT}
_DESIGN = _rows(**_SITE, level=_TEXT)
_MOVES = _rows(**_SITE, **{"from": _TEXT, "to": _TEXT})
_SPAN: Schema = {"type": "array", "items": _MAYBE, "maxItems": 2}


def _result(command: str, required: tuple[str, ...], **properties: Schema) -> Schema:
    head: dict[str, Schema] = {"format": {"const": 1}, "command": {"const": command}}
    return {"title": command, **_object(("format", "command", *required), **head, **properties)}


_SOLVE = {
    "title": "solve, verify",
    **_object(
        ("format", "instance", "status", "verified", "run"),
        format={"const": 1},
        instance=_TEXT,
        status=_either("optimal", "feasible", "infeasible", "unknown"),
        verified=_YES,
        value=_NUMBER,
        bound=_MAYBE,
        gap=_MAYBE,
        objectives=_NUMBERS,
        weights=_NUMBERS,
        design=_DESIGN,
        closest={"anyOf": [{"type": "null"}, _object(**_SITE, to=_TEXT, cost=_NUMBER)]},
        localities=_rows(organisation=_TEXT, accountability=_NUMBER, responsiveness=_NUMBER, unmet=_NUMBER),
        exercised=_rows(**_SITE, level=_TEXT, scenario=_TEXT, exercised=_NUMBER),
        monitored=_rows(**_SITE, level=_TEXT, scenario=_TEXT, monitored=_NUMBER),
        slack=_rows(
            organisation=_TEXT,
            resource=_TEXT,
            scenario=_TEXT,
            demand=_NUMBER,
            supply=_NUMBER,
            added=_NUMBER,
            lent=_NUMBER,
            borrowed=_NUMBER,
            unmet=_NUMBER,
        ),
        staff=_rows(organisation=_TEXT, scenario=_TEXT, available=_MAYBE, used=_NUMBER),
        support=_rows(organisation=_TEXT, support=_NUMBER),
        spend=_NUMBER,
        run=_object(seconds=_NUMBER, solver=_TEXT, engine=_TEXT, instance_hash=_TEXT),
    ),
}

RESULTS: dict[str, Schema] = {
    "solve": _SOLVE,
    "check": _result(
        "check",
        ("sound", "errors"),
        instance=_TEXT,
        sound=_YES,
        errors=_list(_TEXT),
        warnings=_list(_TEXT),
        rows={"type": "object", "additionalProperties": _COUNT},
    ),
    "explain": _result(
        "explain",
        ("decisions",),
        value=_NUMBER,
        decisions=_rows(
            **_SITE,
            level=_TEXT,
            contributions=_NUMBERS,
            weights={"type": "object", "additionalProperties": _SPAN},
            limits=_rows(table=_TEXT, row=_ANY, available=_NUMBER, used=_NUMBER),
            moves=_rows(to=_TEXT, cost=_MAYBE, also=_MOVES),
            sentence=_TEXT,
        ),
    ),
    "diagnose": _result(
        "diagnose",
        ("feasible",),
        feasible=_YES,
        facts=_list(_TEXT),
        conflict=_rows(table=_TEXT, row=_ANY, text=_TEXT),
        irreducible=_YES,
        repairs=_rows(
            text=_TEXT, changes=_rows(table=_TEXT, row=_ANY, column=_TEXT, **{"from": _ANY, "to": _ANY})
        ),
    ),
    "compare": _result(
        "compare",
        ("designs",),
        designs=_rows(name=_TEXT, value=_MAYBE, feasible=_YES, objectives=_NUMBERS, design=_DESIGN),
        moves=_MOVES,
        grid=_rows(level=_TEXT, type=_either("input", "process", "outcome"), decisions=_list(_TEXT)),
    ),
    "alternatives": _result(
        "alternatives",
        ("designs", "complete"),
        designs=_rows(rank=_COUNT, value=_NUMBER, design=_DESIGN),
        complete=_YES,
        verdicts=_rows(**_SITE, level=_TEXT, verdict=_either("must", "may", "never"), share=_SHARE),
    ),
    "frontier": _result(
        "frontier",
        ("objectives", "points", "complete"),
        objectives=_list(_TEXT),
        complete=_YES,
        points=_rows(objectives=_NUMBERS, supported=_YES, design=_DESIGN),
    ),
    "map": _result(
        "map",
        ("objectives", "cells", "complete"),
        objectives=_list(_TEXT),
        complete=_YES,
        tolerance=_NUMBER,
        error=_MAYBE,
        solves=_COUNT,
        cells=_rows(area=_SHARE, vertices=_list(_list(_SHARE)), objectives=_NUMBERS, design_id=_COUNT),
        designs=_rows(design_id=_COUNT, area=_SHARE, design=_DESIGN),
        acceptability=_rows(**_SITE, level=_TEXT, share=_SHARE),
        by_type=_rows(type=_TEXT, level=_TEXT, share=_SHARE),
        current={
            "anyOf": [
                {"type": "null"},
                _object(
                    feasible=_YES,
                    share=_SHARE,
                    nearest={"anyOf": [{"type": "null"}, _list(_SHARE)]},
                    distance=_MAYBE,
                    least_loss=_MAYBE,
                    least_loss_at={"anyOf": [{"type": "null"}, _list(_SHARE)]},
                ),
            ]
        },
    ),
    "thresholds": _result(
        "thresholds",
        ("what", "intervals", "complete"),
        what=_TEXT,
        complete=_YES,
        intervals=_rows(**{"from": _NUMBER, "to": _NUMBER}, design=_DESIGN),
    ),
}

STUDY: Schema = {
    "title": "study",
    "description": "A batch of solves: which inputs vary, over which range, and how they are combined.",
    "type": "object",
    "required": ["name", "method", "vary"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"},
        "method": _either("grid", "one-at-a-time", "latin-hypercube", "sobol", "morris"),
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
                    "name": _TEXT,
                    "what": {
                        "type": "string",
                        "description": "table.column, weights.X, limits.X, uncertainty.X, scenarios.NAME.X, "
                        "levels.NAME.X or resources.NAME.X",
                    },
                    "where": {
                        "type": "object",
                        "description": "columns, and the value (or a list of values) that rows must have",
                    },
                    "range": {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2},
                    "how": {"enum": ["set", "multiply", "add"], "default": "set"},
                },
            },
        },
    },
}
