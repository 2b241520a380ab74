"""Requirements taken out of an instance, and repairs carried out, as a person would by the sentences."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

import optimiser
from optimiser.instance.instance import Instance

ENOUGH = 1e9  # hours or money that no small instance can use up


def cell(table: str, row: Any, column: str) -> str:
    return " ".join(
        str(part) for part in (table, f"row {row}" if table == "rules.csv" else row, column) if part != ""
    )


def where(requirement: dict[str, Any]) -> str:
    return cell(requirement["table"], requirement["row"], requirement["column"])


# Requirements taken out by hand


def stripped(instance: Instance, kept: set[str]) -> Instance:
    """The instance without any requirement but these: levels, ratings, rules, limits, hours, uniformity."""
    tables = dict(instance.tables)
    every_level = ";".join(instance["levels"]["level"])
    clear = {"levels": every_level, "min_rating": np.nan, "uniform": False}
    for column, nothing in clear.items() if len(instance.localities) > 1 else list(clear.items())[:2]:
        tables["decisions"] = _cleared(
            tables["decisions"], "decisions.csv", "decision", column, nothing, kept
        )
    tables["organisations"] = _cleared(
        tables["organisations"], "organisations.csv", "organisation", "staff_hours", np.nan, kept
    )
    types = tables["resource_types"]
    for name in ("max_occupancy", "max_unmet"):
        column = [value if f"instance.toml resources {r} {name}" in kept else np.nan
                  for r, value in zip(types["resource"], types[name], strict=True)]  # fmt: skip
        types = types.with_column(name, np.array(column, float))
    rules = tables["rules"]
    then = [value if f"rules.csv row {i + 2} then_level" in kept else every_level
            for i, value in enumerate(rules["then_level"])]  # fmt: skip
    limits = dict(instance.limits)
    for name in ("budget", "max_changes"):  # without a budget money would buy nothing
        if limits[name] is not None and f"instance.toml limits {name}" not in kept:
            limits[name] = ENOUGH
    tables |= {"resource_types": types, "rules": rules.with_column("then_level", np.array(then, object))}
    return replace(instance, tables=tables, limits=limits)


def _cleared(table, file: str, key: str, column: str, nothing: Any, kept: set[str]):  # type: ignore[no-untyped-def]
    old = table[column]
    values = [value if cell(file, name, column) in kept else nothing
              for name, value in zip(table[key], old, strict=True)]  # fmt: skip
    return table.with_column(column, np.array(values, dtype=old.dtype))


def solves(instance: Instance, fix: dict[str, str], at_least: dict[str, float], kept: set[str]) -> bool:
    """Whether there is a design that keeps these requirements, by solving."""
    fix = {key: level for key, level in fix.items() if f"--fix {key}={level}" in kept}
    at_least = {g: value for g, value in at_least.items() if f"--at-least {g}={value:.12g}" in kept}
    found = optimiser.solve(stripped(instance, kept), fix=fix, at_least=at_least)
    assert found.status in ("optimal", "infeasible")
    return found.found


def everything(instance: Instance, fix: dict[str, str], at_least: dict[str, float]) -> set[str]:
    """Every requirement of a small instance, by name."""
    kept = {f"--fix {key}={level}" for key, level in fix.items()}
    kept |= {f"--at-least {g}={value:.12g}" for g, value in at_least.items()}
    kept |= {cell("decisions.csv", d, column) for d in instance["decisions"]["decision"]
             for column in ("levels", "min_rating", "uniform")}  # fmt: skip
    kept |= {cell("organisations.csv", n, "staff_hours") for n in instance["organisations"]["organisation"]}
    kept |= {f"instance.toml resources {r} {name}" for r in instance["resource_types"]["resource"]
             for name in ("max_occupancy", "max_unmet")}  # fmt: skip
    kept |= {f"rules.csv row {i + 2} then_level" for i in range(instance["rules"].rows)}
    return kept | {"instance.toml limits budget", "instance.toml limits max_changes"}


# Repairs carried out by hand


def repaired(
    instance: Instance, fix: dict[str, str], at_least: dict[str, float], changes: list[dict[str, Any]]
) -> tuple[Instance, dict[str, str], dict[str, float]]:
    """What the user would do with these changes, one cell or option at a time."""
    fix, at_least = dict(fix), dict(at_least)
    for change in changes:
        table, row, column, to = (change[key] for key in ("table", "row", "column", "to"))
        if table in ("--fix", "--at-least"):
            option: dict[str, Any] = fix if table == "--fix" else at_least
            del option[row.rpartition("=")[0]]
            if to is not None:
                option[row.rpartition("=")[0]] = to
        elif table == "instance.toml" and row == "limits":
            instance = instance.replace(f"limits.{column}", set=to)
        elif table == "instance.toml":
            instance = _set(
                instance, "resource_types", column, row.removeprefix("resources "), "resource", to
            )
        elif table == "rules.csv":
            values = instance["rules"]["then_level"].copy()
            values[row - 2] = to
            rules = instance["rules"].with_column("then_level", values)
            instance = replace(instance, tables={**instance.tables, "rules": rules})
        else:
            name = table.removesuffix(".csv")
            instance = _set(instance, name, column, row, name.removesuffix("s"), to)
    return instance, fix, at_least


def _set(instance: Instance, table: str, column: str, row: str, key: str, to: Any) -> Instance:
    values = instance[table][column].copy()
    values[instance[table][key] == row] = np.nan if to is None else to
    return replace(instance, tables={**instance.tables, table: instance[table].with_column(column, values)})
