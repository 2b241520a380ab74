"""Warnings: what is allowed but suspicious is said, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from optimiser.instance.checking.check import warnings
from optimiser.instance.instance import Instance

Rows = list[dict[str, Any]]
IDLE = "no design can vary this objective: its weight is idle"
ONLY_ACCOUNTABILITY = {"weights": {"risk_pooling": 0, "responsiveness": 0}}
TWO = [
    {"organisation": "nation", "level": "central", "parent": ""},
    {"organisation": "a", "level": "local", "parent": "nation", "population": 1, "rating": 1},
    {"organisation": "b", "level": "local", "parent": "nation", "population": 2, "rating": 3},
]


def said(
    document: dict[str, Any] | None = None, decision: dict[str, Any] | None = None, **tables: Rows
) -> list[str]:
    """What is warned of, sources apart, for one decision of a small instance."""
    decisions = tables.pop("decisions", [{"decision": "d", "type": "input", **(decision or {})}])
    keys: dict[str, Any] = {"name": "x", **ONLY_ACCOUNTABILITY, **(document or {})}
    instance = Instance.from_tables({"decisions": decisions, **tables}, **keys)
    return [line for line in warnings(instance) if not line.startswith("sources.csv: not given")]


def weigh(objective: str, **more: float) -> dict[str, Any]:
    weights = dict.fromkeys(("risk_pooling", "accountability", "responsiveness"), 0) | {objective: 1} | more
    return {"weights": weights}


def test_nothing_is_said_of_a_plain_instance() -> None:
    assert said() == []


@pytest.mark.parametrize(
    ("document", "decision", "tables", "idle"),
    [
        (weigh("accountability"), {}, {}, False),
        (weigh("accountability"), {"levels": "local"}, {}, True),
        (weigh("accountability"), {"stake_accountability": 0}, {}, True),
        (weigh("risk_pooling"), {}, {}, True),  # one locality has nobody to pool with
        (weigh("risk_pooling"), {}, {"organisations": TWO}, False),
        (weigh("risk_pooling"), {"correlation": 1}, {"organisations": TWO}, True),
        (weigh("responsiveness"), {}, {}, True),
        (weigh("responsiveness") | {"levels": [{"level": "c", "delay_days": 9}, {"level": "l"}]}, {}, {}, True),
        (weigh("responsiveness") | {"levels": [{"level": "c", "delay_days": 9}, {"level": "l"}]},
         {"half_life_days": 5}, {}, False),
        (weigh("responsiveness"), {"half_life_days": 5},
         {"delays": [{"decision": "d", "level": "central", "days": 9}]}, False),
        (weigh("responsiveness"), {"spillover": 0.1}, {"organisations": TWO}, False),
        (weigh("responsiveness"), {"spillover": 0.1}, {}, True),  # nobody else to spill over to
        (weigh("risk_pooling") | {"scenarios": [{"scenario": "s", "probability": 1, "correlation": {"d": 1}}]}, {},
         {"organisations": TWO}, True),
        (weigh("risk_pooling") | {"scenarios": [{"scenario": "s", "probability": 1, "correlation": {"d": 0.9}}]},
         {"correlation": 1}, {"organisations": TWO}, False),
        (weigh("economy"), {},
         {"organisations": TWO, "workload": [{"decision": "d", "level": "local", "organisation": "a", "cost": 3}]}, False),
        (weigh("economy"), {},
         {"organisations": TWO, "workload": [{"decision": "d", "level": l, "cost": 3} for l in ("central", "local")]
          + [{"decision": "d", "level": "local", "at": "central", "organisation": "a", "hours": 1}]}, True),
        (weigh("responsiveness"), {"heterogeneity": 0.1},
         {"organisations": TWO, "needs": [{"organisation": "a", "need": 1}, {"organisation": "b", "need": 2}]}, False),
        (weigh("economy"), {}, {}, True),
        (weigh("economy"), {}, {"workload": [{"decision": "d", "level": "central", "cost": 3}]}, False),
        (weigh("solidarity"), {}, {"organisations": TWO}, True),
        (weigh("solidarity"), {},
         {"organisations": TWO, "risk": [{"decision": "d", "organisation": o, "mean": m} for o, m in ("a1", "b2")]},
         False),
        (weigh("resilience"), {}, {}, True),
        (weigh("resilience") | {"resources": [{"resource": "beds"}]}, {},
         {"resources": [{"organisation": "local", "resource": "beds", "capacity": 2, "demand": 1}]}, True),
        (weigh("resilience") | {"resources": [{"resource": "beds"}]}, {},
         {"resources": [{"organisation": "local", "resource": "beds", "capacity": 2, "demand": 3}]}, False),
        (weigh("voice") | {"objectives": [{"objective": "voice"}]}, {}, {}, True),
        (weigh("voice") | {"objectives": [{"objective": "voice"}]}, {},
         {"scores": [{"decision": "d", "level": l, "voice": v} for l, v in (("central", 0), ("local", 1))]}, False),
        (weigh("voice") | {"objectives": [{"objective": "voice"}]}, {},
         {"scores": [{"decision": "d", "level": l, "voice": 0.5} for l in ("central", "local")]}, True),
        (weigh("economy"), {},
         {"decisions": [{"decision": d, "type": "input"} for d in "de"],
          "links": [{"decision_a": "d", "decision_b": "e", "objective": "economy", "loss": 0.1}]}, False),
    ],
)  # fmt: skip
def test_an_objective_that_no_design_can_vary(
    document: dict[str, Any], decision: dict[str, Any], tables: dict[str, Rows], idle: bool
) -> None:
    objective = next(name for name, weight in document["weights"].items() if weight)
    lines = [line for line in said(document, decision, **tables) if "idle" in line]
    assert lines == ([f"instance.toml weights.{objective}: {IDLE}"] if idle else [])


def test_a_bar_that_someone_misses_names_them() -> None:
    assert said(decision={"min_rating": 2}, organisations=TWO) == [
        "decisions.csv d min_rating: it is uniform, and a is rated below 2, so it cannot be held at level local anywhere"
    ]
    assert said(decision={"min_rating": 2, "uniform": False}, organisations=TWO) == []
    assert said(decision={"min_rating": 1}, organisations=TWO) == []
    assert said(decision={"min_rating": 2, "levels": "central"}, organisations=TWO)[1:] == []


@pytest.mark.parametrize(
    ("document", "decision", "tables", "line"),
    [
        ({}, {}, {"needs": [{"organisation": "local", "need": 1}]},
         "needs.csv: nothing uses this: no heterogeneity"),
        ({}, {}, {"organisations": [{k: v for k, v in row.items() if k != "rating"} for row in TWO],
                  "partners": [{"organisation": "a", "partner": "b", "dependence": 0.1}]},
         "partners.csv: nothing uses this: no decision is joint"),
        ({}, {"joint": True}, {}, "decisions.csv joint: nothing uses this: no partners"),
        ({}, {}, {"organisations": TWO}, "organisations.csv rating: nothing uses this: no decision has a min_rating"),
        ({}, {"min_rating": 2}, {}, "decisions.csv min_rating: nothing uses this: nobody has a rating"),
        ({"resources": [{"resource": "beds", "slack_cost": 1}]}, {},
         {"resources": [{"organisation": "local", "resource": "beds", "capacity": 2, "demand": 3}]},
         "instance.toml resources.slack_cost: nothing uses this: no budget"),
        ({"limits": {"budget": 3}}, {}, {}, "instance.toml limits.budget: nothing uses this: nothing has a cost"),
        ({}, {}, {"workload": [{"decision": "d", "level": "local", "hours": 1}]},
         "workload.csv hours: nothing uses this: no organisation has staff_hours"),
        ({"resources": [{"resource": "beds"}]}, {}, {},
         "instance.toml resources beds: nothing uses this: no locality has or needs any"),
        ({"resources": [{"resource": "beds"}]}, {},
         {"resources": [{"organisation": "a", "resource": "beds", "capacity": 2, "demand": 3}], "organisations": TWO,
          "surges": [{"scenario": "normal", "resource": "beds", "organisation": o, "surge": 1} for o in "ab"]},
         "surges.csv: nothing uses this: b has no beds"),
        ({"scenarios": [{"scenario": "s", "probability": 1, "correlation": 0.5}]}, {},
         {"correlations": [{"decision": "d", "organisation_a": "a", "organisation_b": "b", "correlation": 0.1}],
          "organisations": TWO},
         "correlations.csv: nothing uses this: every scenario has a correlation of its own"),
        ({"scenarios": [{"scenario": "s", "probability": 1, "correlation": {"d": 0.5}}]}, {},
         {"correlations": [{"decision": "d", "organisation_a": "a", "organisation_b": "b", "correlation": 0.1}],
          "organisations": TWO},
         "correlations.csv: nothing uses this: every scenario has a correlation of its own"),
        ({}, {}, {"delays": [{"decision": "d", "level": "central", "days": 9}]},
         "delays.csv: nothing uses this: no half-life"),
        ({"objectives": [{"objective": "voice"}]}, {},
         {"decisions": [{"decision": d, "type": "input"} for d in "de"],
          "scores": [{"decision": "d", "level": l, "voice": 0.5, "economy": None} for l in ("central", "local")]
          + [{"decision": "e", "level": l, "economy": 0.5} for l in ("central", "local")]},
         "scores.csv economy: nothing is scored for d, so its formula stands there"),
    ],
)  # fmt: skip
def test_what_nothing_uses(
    document: dict[str, Any], decision: dict[str, Any], tables: dict[str, Rows], line: str
) -> None:
    assert line in said(document, decision, **tables)


def test_a_matrix_is_used_where_a_scenario_correlates_other_decisions() -> None:
    matrix = [{"decision": "d", "organisation_a": "a", "organisation_b": "b", "correlation": 0.1}]
    document = {"scenarios": [{"scenario": "s", "probability": 1, "correlation": {"e": 0.5}}]}
    decisions = [{"decision": d, "type": "input"} for d in "de"]
    lines = said(document, decisions=decisions, correlations=matrix, organisations=TWO)
    assert not [line for line in lines if line.startswith("correlations.csv")]


def test_columns_without_a_source() -> None:
    source = [{"table": "organisations", "column": "population", "grade": "measured"}]
    assert said(organisations=TWO, sources=source)[-1:] == [
        "sources.csv: no source is given for organisations.csv rating"
    ]
    source += [{"table": "organisations", "column": "rating", "grade": "proxy"}]
    assert not any(line.startswith("sources") for line in said(organisations=TWO, sources=source))
    instance = Instance.from_tables({"decisions": [{"decision": "d", "type": "input"}]}, name="x")
    assert "sources.csv: not given, so nobody can tell what is measured and what is assumed" in warnings(
        instance
    )
