"""The tables that follow from an instance's judgements, which stand in TOML files beside its measurements."""

from __future__ import annotations

import tomllib
from collections.abc import Hashable, Iterator, Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

Judged = Mapping[str, Any]
Rows = Iterator[dict[str, Any]]

WEEKS = 52


def load(path: Path, figures: Mapping[str, str] | None = None) -> Judged:
    """A TOML file, `${name}` in it replaced by the figure of that name."""
    return tomllib.loads(fill(path, figures or {}))


def fill(path: Path, figures: Mapping[str, str]) -> str:
    """The text of a file, `${name}` in it replaced by the figure of that name."""
    return Template(path.read_text(encoding="utf-8")).substitute(figures)


def decision_rows(judged: Judged, correlations: Mapping[str, float]) -> Rows:
    """Rows of decisions.csv; the correlations are measured."""
    for d in judged["decisions"]:
        monitoring = d["monitoring"]
        yield {
            **{name: d[name] for name in ("decision", "type", "label")},
            "levels": d.get("levels"),
            "uniform": d.get("uniform", True),
            **{f"stake_{objective}": stake for objective, stake in d["stake"].items()},
            "half_life_days": d["half_life_days"],
            "heterogeneity": d["heterogeneity"],
            "correlation": correlations.get(d["decision"]),
            "monitoring_effect": monitoring["effect"],
            "monitoring_hours": monitoring["hours"],
            "reporting_hours": monitoring["reporting"],
            "fear": monitoring["fear"],
            "joint": d.get("joint", False),
            **{name: d.get(name) for name in ("min_rating", "flexes", "flex")},
            "note": d["note"],
        }


def workload_rows(judged: Judged) -> Rows:
    """Rows of workload.csv: hours where a decision is held, and what it takes from those below.

    The level next to the lowest is the one that relays. Costs are those of all the hours, wherever they fall.
    """
    levels = judged["levels"]
    local, between = levels[-1], levels[-2]
    price = WEEKS * judged["staff"]["hourly_cost"]
    for d in judged["decisions"]:
        for level in d["levels"].split(";") if "levels" in d else levels:
            once, each = (0, 1) if level == local else judged["work"][d["work"]][level]
            burden = 0 if level == local else d["burden"]
            relay = 0 if level in (local, between) else d.get("relay", 0)
            yield {
                "decision": d["decision"],
                "level": level,
                "at": level,
                "hours": float(d["hours"] * each),
                "fixed_hours": float(d["hours"] * once),
                "fixed_cost": round(d["hours"] * once * price),
                "cost": round((d["hours"] * each + burden + relay) * price),
            }
            for at, hours in ((local, burden), (between, relay)):
                if hours:
                    yield {"decision": d["decision"], "level": level, "at": at, "hours": float(hours)}


def current_rows(judged: Judged) -> Rows:
    """Rows of current.csv: what existed, and where it was held."""
    return ({"decision": d["decision"], "level": d["current"]} for d in judged["decisions"] if "current" in d)


def source_rows(sources: Judged) -> Rows:
    """Rows of sources.csv, one a column."""
    for source in sources["sources"]:
        low, high = source.get("range", (None, None))
        for column in source["columns"]:
            yield {
                "table": source["table"],
                "column": column,
                "grade": source["grade"],
                "source": "; ".join(sources["publications"][key] for key in source["from"]),
                "note": source["note"],
                "low": low if low is None else float(low),
                "high": high if high is None else float(high),
            }


def organisation(
    code: str, level: str, parent: str, name: str, hours: float, facts: Mapping[Hashable, Any]
) -> dict[str, Any]:
    """A row of organisations.csv; `facts` fills the columns that this organisation has."""
    columns = ("population", "vacancy", "absence", "willingness", "ability", "rating", "support_cost")
    return {
        "organisation": code,
        "level": level,
        "parent": parent,
        "name": name,
        "staff_hours": round(hours, 1),
        **{column: facts.get(column) for column in columns},
    }


def pair_rows(decisions: Sequence[str], correlation: Any) -> Rows:
    """Rows of correlations.csv: the upper triangle of a matrix (DataFrame), for each of the decisions."""
    names = list(correlation.index)
    values = correlation.to_numpy()
    for decision in decisions:
        for i, a in enumerate(names):
            for j in range(i + 1, len(names)):
                row = {"decision": decision, "organisation_a": a, "organisation_b": names[j]}
                yield row | {"correlation": float(values[i, j])}
