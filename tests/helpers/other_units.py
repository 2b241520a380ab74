"""An instance told in other units: the same facts, every number of a kind times a factor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimiser.instance.instance import Instance

HOURS = {
    "organisations": ("staff_hours",), "workload": ("hours", "fixed_hours"),
    "decisions": ("monitoring_hours", "reporting_hours"),
}  # fmt: skip
MONEY = {
    "organisations": ("support_cost",), "workload": ("fixed_cost", "cost"), "resource_types": ("slack_cost",),
}  # fmt: skip
DAYS = {"levels": ("delay_days",), "decisions": ("half_life_days",), "delays": ("days",)}
PEOPLE = {"organisations": ("population",)}
KINDS = {"hours": HOURS, "money": MONEY, "days": DAYS, "people": PEOPLE}


def rescaled(instance: Instance, what: str, factor: float) -> Instance:
    """All hours, money, days or people times the factor; else all units of the resource so named."""
    tables, limits = dict(instance.tables), dict(instance.limits)
    for table, columns in KINDS.get(what, {}).items():
        for column in columns:
            tables[table] = tables[table].with_column(column, tables[table][column] * factor)
    if what == "people" and np.isfinite(tables["organisations"]["population"]).any():
        # where no deviation is given it is the square root of the population
        tables["risk"] = tables["risk"].with_column("sd", tables["risk"]["sd"] * np.sqrt(factor))
    if what == "money" and limits["budget"] is not None:
        limits["budget"] *= factor
    if what not in KINDS:
        types, rows = tables["resource_types"], tables["resources"]
        dearer = np.where(types["resource"] == what, 1 / factor, 1.0)
        tables["resource_types"] = types.with_column("slack_cost", types["slack_cost"] * dearer)
        more = np.where(rows["resource"] == what, factor, 1.0)
        for column in ("capacity", "demand"):
            tables["resources"] = tables["resources"].with_column(column, rows[column] * more)
    return replace(instance, tables=tables, limits=limits)


def units(instance: Instance) -> list[str]:
    """What may be told in other units."""
    return [*KINDS, *instance.resources]
