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
_TYPE = _either("input", "process", "outcome")
_DESIGN = _rows(**_SITE, level=_TEXT)
_MOVES = _rows(**_SITE, **{"from": _TEXT, "to": _TEXT})
_STATUS = _either("optimal", "feasible", "infeasible", "unknown")
_REQUIREMENTS = _rows(table=_TEXT, row=_ANY, column=_TEXT, text=_TEXT, has=_MAYBE, needs=_MAYBE)
_SPAN: Schema = {"type": "array", "items": _MAYBE, "maxItems": 2}


def _result(command: str, required: tuple[str, ...], **properties: Schema) -> Schema:
    head: dict[str, Schema] = {"format": {"const": 1}, "command": {"const": command}}
    head["unfinished"] = {**_list(_TEXT), "description": "what was not settled, and why, a sentence each"}
    head |= {"asked": {"type": "object"}, "no_data": _list(_TEXT)}
    return {"title": command, **_object(("format", "command", *required), **head, **properties)}


_VALUES: Schema = {"type": "object", "additionalProperties": _NUMBER}
_CLOSEST = _object((*_SITE, "to", "cost"), **_SITE, to=_TEXT, cost=_NUMBER, proven=_YES)
_FOUND: dict[str, Schema] = {  # what there is where a design is
    "value": _NUMBER,
    "bound": _MAYBE,
    "gap": _MAYBE,
    "objectives": _VALUES,
    "no_data": _list(_TEXT),
    "design": _DESIGN,
    "closest": {"anyOf": [{"type": "null"}, _CLOSEST]},
    "localities": _rows(organisation=_TEXT, accountability=_NUMBER, responsiveness=_NUMBER, unmet=_NUMBER),
    "exercised": _rows(**_SITE, level=_TEXT, scenario=_TEXT, exercised=_NUMBER),
    "monitored": _rows(**_SITE, level=_TEXT, scenario=_TEXT, monitored=_NUMBER),
    "slack": _rows(
        organisation=_TEXT, resource=_TEXT, scenario=_TEXT, demand=_NUMBER, supply=_NUMBER, added=_NUMBER,
        lent=_NUMBER, borrowed=_NUMBER, unmet=_NUMBER,
    ),
    "staff": _rows(organisation=_TEXT, scenario=_TEXT, available=_MAYBE, used=_NUMBER),
    "support": _rows(organisation=_TEXT, support=_NUMBER),
    "spend": _NUMBER,
    "problems": _list(_TEXT),
    "notes": _list(_TEXT),
    "neighbours": {
        "anyOf": [{"type": "null"}, _object(checked=_COUNT, total=_COUNT, better=_COUNT, equal=_DESIGN)]
    },
}  # fmt: skip
_SOLVE = {
    "title": "solve, verify",
    **_object(
        ("format", "command", "instance", "status", "verified", "weights", "asked", "tables", "run"),
        format={"const": 1},
        command=_either("solve", "verify"),
        instance=_TEXT,
        status=_STATUS,
        verified=_YES,
        weights=_VALUES,
        asked=_object(
            fix={"type": "object", "additionalProperties": _TEXT},
            at_least=_VALUES,
            lexicographic=_list(_TEXT),
            gap=_MAYBE,
            time_limit=_MAYBE,
        ),
        **_FOUND,
        tables=_list(_TEXT),
        run=_object(
            seconds={"type": "number", "minimum": 0},
            solver=_TEXT,
            engine=_TEXT,
            instance_hash=_TEXT,
            result_hash=_TEXT,
        ),
    ),
    "if": {"properties": {"status": _either("optimal", "feasible")}},
    "then": {"required": list(_FOUND)},
    "else": {"properties": {"value": {"not": {}}, "design": {"not": {}}}},
}

RESULTS: dict[str, Schema] = {
    "solve": _SOLVE,
    "check": _result(
        "check",
        ("sound", "problems"),
        instance=_TEXT,
        sound=_YES,
        problems=_list(_TEXT),
        warnings=_list(_TEXT),
        rows={"type": "object", "additionalProperties": _COUNT},
    ),
    "explain": _result(
        "explain",
        ("decisions",),
        value=_MAYBE,
        bound=_MAYBE,
        complete=_YES,
        risk_averse=_YES,
        weights=_NUMBERS,
        errors=_NUMBERS,
        decisions=_rows(
            **_SITE,
            level=_TEXT,
            localities={"type": "object", "additionalProperties": _COUNT},
            contributions=_NUMBERS,
            weights={"type": "object", "additionalProperties": _SPAN},
            limits=_rows(table=_TEXT, row=_ANY, available=_MAYBE, used=_MAYBE, to=_TEXT, text=_TEXT),
            moves=_rows(
                to=_TEXT,
                cost=_MAYBE,
                least=_MAYBE,
                most=_MAYBE,
                status=_STATUS,
                also=_MOVES,
                contributions=_NUMBERS,
            ),
            sentence=_TEXT,
        ),
    ),
    "diagnose": _result(
        "diagnose",
        ("feasible", "complete"),
        feasible={"type": ["boolean", "null"], "description": "null: not settled in time"},
        complete=_YES,
        facts=_list(_TEXT),
        conflict=_REQUIREMENTS,
        irreducible=_YES,
        repairs=_rows(
            text=_TEXT,
            least=_list(_either("requirements", "hours", "money")),
            changes=_rows(table=_TEXT, row=_ANY, column=_TEXT, **{"from": _ANY, "to": _ANY}),
        ),
        limits=_REQUIREMENTS,
    ),
    "compare": _result(
        "compare",
        ("designs",),
        weights=_NUMBERS,
        designs=_rows(
            name=_TEXT,
            note=_TEXT,
            instance=_TEXT,
            value=_MAYBE,
            bound=_MAYBE,
            feasible={"type": ["boolean", "null"]},
            broken=_list(_TEXT),
            objectives=_NUMBERS,
            lifted={
                "description": "of an infeasible design: what it would be worth were what it breaks lifted",
                "anyOf": [{"type": "null"}, _object(value=_MAYBE, objectives=_NUMBERS)],
            },
            design=_DESIGN,
        ),
        ranges=_rows(
            objective=_TEXT,
            worst=_MAYBE,
            worst_in=_TEXT,
            best=_MAYBE,
            bound=_MAYBE,
            best_in=_TEXT,
            proven=_YES,
        ),
        moves=_MOVES,
        grid=_rows(level=_TEXT, type=_TYPE, decisions=_list(_TEXT), shares=_list(_SHARE)),
        shifts=_rows(
            start=_TEXT,
            end=_TEXT,
            instance=_TEXT,
            moves=_MOVES,
            arrows=_rows(
                decision=_TEXT,
                type=_TYPE,
                direction=_either("up", "down"),
                steps=_COUNT,
                localities=_COUNT,
                of=_COUNT,
                share=_SHARE,
                **{"from": _TEXT, "to": _TEXT},
            ),
            net=_rows(type=_TYPE, decisions=_COUNT, up=_NUMBER, down=_NUMBER, net=_NUMBER),
            changes=_rows(decision=_TEXT, moved=_YES, staying=_MAYBE, monitored=_MAYBE, objectives=_NUMBERS),
        ),
        others=_rows(
            instance=_TEXT,
            value=_MAYBE,
            kept=_MAYBE,
            reason=_TEXT,
            attribution={
                "anyOf": [
                    {"type": "null"},
                    _object(
                        inputs=_list(_TEXT),
                        variants=_COUNT,
                        orders=_COUNT,
                        exact=_YES,
                        value=_NUMBERS,
                        decisions=_rows(decision=_TEXT, levels=_NUMBERS),
                    ),
                ]
            },
        ),
    ),
    "alternatives": _result(
        "alternatives",
        ("designs", "complete"),
        designs=_rows(
            rank=_COUNT, value=_NUMBER, bound=_NUMBER, objectives=_NUMBERS, design=_DESIGN, moves=_MOVES
        ),
        complete=_YES,
        rest=_MAYBE,
        floor=_MAYBE,
        diverse=_rows(
            distance=_NUMBER,
            furthest=_NUMBER,
            value=_NUMBER,
            objectives=_NUMBERS,
            design=_DESIGN,
            moves=_MOVES,
        ),
        verdicts=_rows(
            **_SITE, level=_TEXT, verdict=_either("must", "may", "never", "undecided"), share=_SHARE
        ),
    ),
    "frontier": _result(
        "frontier",
        ("objectives", "points", "complete"),
        objectives=_list(_TEXT),
        complete=_YES,
        tolerance=_NUMBER,
        error=_MAYBE,
        points=_rows(
            objectives=_NUMBERS,
            supported={"type": ["boolean", "null"]},
            proven=_YES,
            segment=_list({"type": "object", "additionalProperties": _NUMBER}),
            design=_DESIGN,
        ),
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
                    broken=_list(_TEXT),
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
        how=_either("set", "multiply", "add"),
        range=_list(_NUMBER),
        now=_MAYBE,
        method=_either("lines", "limits", "grid"),
        tolerance=_NUMBER,
        error=_MAYBE,
        complete=_YES,
        proven=_YES,
        intervals=_rows(
            **{"from": _NUMBER, "to": _NUMBER}, feasible=_YES, values=_SPAN, proven=_YES, design=_DESIGN
        ),
        tips=_rows(at=_NUMBER, between=_SPAN, moves=_MOVES),
        patches=_rows(x=_SPAN, y=_SPAN, design_ids=_list(_COUNT), proven=_YES),
        designs=_rows(design_id=_COUNT, design=_DESIGN),
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
