"""The tables that follow from an instance's judgements, which stand in TOML files beside its measurements."""

from __future__ import annotations

import tomllib
from collections.abc import Hashable, Iterator, Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

from making.forecast import Unknown
from making.tables import number

Judged = Mapping[str, Any]
Rows = Iterator[dict[str, Any]]

WEEKS = 52


def load(path: Path, figures: Mapping[str, str] | None = None) -> Judged:
    """A TOML file, `${name}` in it replaced by the figure of that name."""
    return tomllib.loads(fill(path, figures or {}))


def fill(path: Path, figures: Mapping[str, str]) -> str:
    """The text of a file, `${name}` in it replaced by the figure of that name."""
    return Template(path.read_text(encoding="utf-8")).substitute(figures)


def decision_rows(judged: Judged, correlations: Mapping[str, float], half_lives: Mapping[str, float]) -> Rows:
    """Rows of decisions.csv; the correlations are measured, and half-lives where they are not judged."""
    for d in judged["decisions"]:
        monitoring = d["monitoring"]
        yield {
            **{name: d[name] for name in ("decision", "type", "label")},
            "levels": d.get("levels"),
            "uniform": d.get("uniform", True),
            **{f"stake_{objective}": stake for objective, stake in d["stake"].items()},
            "half_life_days": d["half_life_days"] if "half_life_days" in d else half_lives[d["decision"]],
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


def delay_rows(judged: Judged, levels: Sequence[Mapping[str, Any]]) -> Rows:
    """Rows of delays.csv: days from decided to in force at the top, where both dates are known.

    The levels below keep their share of the top's delay.
    """
    every = ";".join(level["level"] for level in levels)
    allowed = {d["decision"]: d.get("levels", every).split(";") for d in judged["decisions"]}
    for dated in judged["delays"]:
        days = (dated["in_force"] - dated["decided"]).days
        start, end = (f"{day.day} {day:%B %Y}" for day in (dated["decided"], dated["in_force"]))
        dates = f"{dated['what']}: {start} to {end}. {dated['source']}"
        for scenario in dated.get("scenarios", [None]):
            for level in levels:
                if level["level"] in allowed[dated["decision"]]:
                    row = {"decision": dated["decision"], "level": level["level"], "scenario": scenario}
                    row |= {"days": round(days * level["delay_days"] / levels[0]["delay_days"], 1)}
                    yield row | {"note": dates if level is levels[0] else "in proportion"}


def shock_text(judged: Judged, unknown: Mapping[int, Unknown]) -> str:
    """What instance.toml says of the correlations of a shock, by how far ahead each decision must look."""
    weeks = judged["volatility"]["weeks_ahead"]
    return ", ".join(
        f"{decision} = {number(unknown[ahead].correlation, 3)}" for decision, ahead in weeks.items()
    )


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
