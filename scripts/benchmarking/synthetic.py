"""Made-up systems of any size, all of the same structure: what is measured is size, not luck."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from optimiser.instance.instance import Instance
from optimiser.instance.read import read

LEVELS = [("centre", 21.0), ("region", 10.0), ("system", 5.0), ("trust", 0.0)]
SCENARIOS = [
    ("normal", 0.6, 1.0, 0.0, 1.0, None),
    ("winter", 0.2, 2.0, 0.05, 0.8, None),
    ("strike", 0.1, 1.5, 0.15, 0.9, None),
    ("pandemic", 0.1, 4.0, 0.12, 0.3, 0.9),
]  # name, probability, urgency, absence, oversight, correlation


def system(localities: int, decisions: int = 24, scenarios: int = 3, asymmetric: int = 0) -> Instance:
    """A system of trusts in systems in regions; the first `asymmetric` process decisions differ by trust.

    Every number comes from one generator of fixed seed, so that the same call gives the same instance.
    """
    rng = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        toml = ['name = "synthetic"', 'title = "Made up, to measure with"']
        for name, delay in LEVELS:
            toml += ["[[levels]]", f'level = "{name}"', f"delay_days = {delay}"]
        chosen = SCENARIOS[: scenarios - 1] + SCENARIOS[-1:] if scenarios > 1 else SCENARIOS[:1]
        total = sum(row[1] for row in chosen)
        for name, p, urgency, absence, oversight, rho in chosen:
            toml += ["[[scenarios]]", f'scenario = "{name}"', f"probability = {p / total!r}"]
            toml += [f"urgency = {urgency}", f"absence = {absence}", f"oversight = {oversight}"]
            toml += [f"correlation = {rho}"] if rho is not None else []
        (where / "instance.toml").write_text("\n".join(toml) + "\n", encoding="utf-8")
        _write(where / "organisations.csv", _organisations(rng, localities))
        _write(where / "decisions.csv", _decisions(rng, decisions, asymmetric))
        _write(where / "workload.csv", _workload(rng, decisions))
        needs = [{"organisation": f"T{i}", "need": round(float(rng.normal()), 6)} for i in range(localities)]
        _write(where / "needs.csv", needs)
        return read(where)


def _organisations(rng: np.random.Generator, localities: int) -> list[dict[str, Any]]:
    regions, systems = max(1, localities // 17), max(2, localities // 3)
    share = localities / 120
    rows: list[dict[str, Any]] = [
        {"organisation": "C", "level": "centre", "parent": "", "staff_hours": 900 * share + 100}
    ]
    rows += [
        {"organisation": f"R{i}", "level": "region", "parent": "C", "staff_hours": 300}
        for i in range(regions)
    ]
    rows += [
        {"organisation": f"S{i}", "level": "system", "parent": f"R{i % regions}", "staff_hours": 80}
        for i in range(systems)
    ]
    people = rng.lognormal(13, 0.5, localities)
    for i in range(localities):
        rows.append(
            {
                "organisation": f"T{i}",
                "level": "trust",
                "parent": f"S{i % systems}",
                "population": round(float(people[i])),
                "staff_hours": round(float(30 * people[i] / people.mean()) + 10, 3),
                "vacancy": 0.07,
                "absence": 0.05,
                "willingness": round(float(rng.uniform(0.8, 1)), 4),
                "ability": round(float(rng.uniform(0.8, 1)), 4),
            }
        )
    return rows


def _decisions(rng: np.random.Generator, count: int, asymmetric: int) -> list[dict[str, Any]]:
    rows = []
    stakes = {"input": (1, 0.5, 0.4), "process": (0.3, 0.5, 1), "outcome": (0.2, 1, 0.4)}
    for d in range(count):
        kind = ("process", "input", "outcome")[d % 3]
        pooling, accountability, responsiveness = stakes[kind]
        uniform = not (kind == "process" and d // 3 < asymmetric)
        rows.append(
            {
                "decision": f"d{d}",
                "type": kind,
                "uniform": "true" if uniform else "false",
                "half_life_days": "" if kind == "outcome" else round(float(rng.uniform(4, 60)), 3),
                "heterogeneity": round(float(rng.uniform(0, 0.1)), 4) if kind == "process" else 0,
                "correlation": round(float(rng.uniform(0, 0.4)), 4),
                "monitoring_effect": 0.5 if kind != "input" else 0,
                "monitoring_hours": 0.4,
                "reporting_hours": 0.3,
                "fear": round(float(rng.uniform(0, 0.5)), 4),
                "stake_risk_pooling": pooling,
                "stake_accountability": accountability,
                "stake_responsiveness": responsiveness,
            }
        )
    return rows


def _workload(rng: np.random.Generator, decisions: int) -> list[dict[str, Any]]:
    rows = []
    for d in range(decisions):
        local = round(float(rng.uniform(2, 5)), 3)
        for level, hours, fixed in (
            ("centre", 0.3, 10),
            ("region", 0.8, 6),
            ("system", 1.2, 4),
            ("trust", local, 0),
        ):
            rows.append(
                {"decision": f"d{d}", "level": level, "at": level, "hours": hours, "fixed_hours": fixed}
            )
        rows.append({"decision": f"d{d}", "level": "centre", "at": "trust", "hours": 0.4, "fixed_hours": ""})
    return rows


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
