"""From sheets to an instance: every default filled in, every error found before anything is solved."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from optimiser.instance.checking.check import check
from optimiser.instance.checking.problems import Findings, quote
from optimiser.instance.content import C
from optimiser.instance.reading import cells as convert
from optimiser.instance.reading.workbook_sheet import Sheet
from optimiser.instance.schema.schema import (
    DEFAULT_WEIGHTS,
    HELD_TABLES,
    SYSTEM_OBJECTIVES,
    TABLES,
    level_defaults,
)
from optimiser.instance.table import Table

MOST_HOLDINGS = 1_000_000  # decisions x localities x levels x scenarios: a model of some gigabytes
MOST_CORRELATED = 10_000  # localities with a matrix of correlations


def assemble(kind: type[C], sheets: Mapping[str, Sheet], findings: Findings) -> C:
    """Sheets as found, made into a checked instance; raises InputError with all that was found wrong."""
    sizes = {name: len(sheet.rows) for name, sheet in sheets.items()}
    _refuse_what_is_too_large(sizes, 1, findings)
    tables = _tables(sheets, findings)
    lowest = tables["levels"]["level"][-1]
    sizes = {name: table.rows for name, table in tables.items()}
    _refuse_what_is_too_large(sizes, int((tables["organisations"]["level"] == lowest).sum()), findings)
    settings = {name: _record(tables[name]) for name in ("instance", "limits", "uncertainty", "path")}
    instance = kind(
        tables={name: tables[name] for name in HELD_TABLES},
        weights=_weights(tables, sheets, findings),
        limits=settings["limits"] | {"reserve": settings["limits"]["reserve"] or 0.0},
        uncertainty=settings["uncertainty"],
        path=settings["path"],
        noticed=tuple(findings.noticed),
        **settings["instance"],
    )
    check(instance, findings)
    findings.raise_any()
    return instance


def _refuse_what_is_too_large(sizes: Mapping[str, int], localities: int, findings: Findings) -> None:
    """Raise InputError at once where no model could be built: before time goes into reading on."""
    counts = {
        "decision": sizes.get("decisions", 0),
        "locality": localities,
        "level": max(2, sizes.get("levels", 0)),
        "scenario": max(1, sizes.get("scenarios", 0)),
    }
    holdings = math.prod(counts.values())
    if holdings > MOST_HOLDINGS:
        plural = {"locality": "localities"}
        parts = [f"{n:,} {noun if n == 1 else plural.get(noun, noun + 's')}" for noun, n in counts.items()]
        text = f"{' x '.join(parts)} are {holdings:,} holdings; {MOST_HOLDINGS:,} at most are taken on"
        findings.add("decisions", None, "", text)
        findings.raise_any()
    if sizes.get("correlations") and localities > MOST_CORRELATED:
        text = f"between {localities:,} localities; {MOST_CORRELATED:,} at most are taken on with this table"
        findings.add("correlations", None, "", text)
        findings.raise_any()


def _tables(sheets: Mapping[str, Sheet], findings: Findings) -> dict[str, Table]:
    """Every table of the schema, defaults filled in."""
    objectives = SYSTEM_OBJECTIVES
    resources: tuple[str, ...] = ()
    found: dict[str, Table] = {}
    decisions: tuple[str, ...] = ()
    naming = ("objectives", "resource_types", "decisions")  # columns of others are called after their rows
    for name in (*naming, *(n for n in TABLES if n not in naming)):
        sheet = sheets.get(name)
        columns = TABLES[name].expand(objectives, resources, decisions)
        rows = 1 if TABLES[name].shape == "record" else 0
        if sheet is not None:
            unnamed = name not in naming and not decisions  # that there are none is said once
            if unnamed or set(naming) & findings.unreliable:
                columns = {**TABLES[name].guess(sheet.header), **columns}
            found[name] = convert.table(sheet, columns, findings)
        else:
            blanks = {key: convert.blanks(column, rows) for key, column in columns.items()}
            found[name] = Table(blanks, rows)
        if name == "objectives":
            objectives += tuple(dict.fromkeys(found[name]["objective"]))
        elif name == "resource_types":
            resources = tuple(dict.fromkeys(found[name]["resource"]))
        elif name == "decisions":
            decisions = tuple(dict.fromkeys(found[name]["decision"]))
    found["levels"] = _levels(found["levels"])
    found["scenarios"] = _scenarios(found["scenarios"])
    if found["organisations"].rows == 0 and "organisations" not in findings.unreliable:
        found["organisations"] = _chain(found["organisations"], found["levels"]["level"])
    workload = found["workload"]
    known = np.isin(workload["level"], found["levels"]["level"])
    at = np.where((workload["at"] == "") & known, workload["level"], workload["at"])
    found["workload"] = _workload(workload.with_column("at", at))
    return found


def _workload(table: Table) -> Table:
    """What a locality's own row leaves blank is what the row for every locality says there."""
    keys = list(zip(table["decision"], table["level"], table["at"], strict=True))
    every = {key: row for row, key in enumerate(keys) if not table["organisation"][row]}
    for column in ("hours", "cost"):
        blank, values = table.blank(column), table[column].copy()
        for row in np.flatnonzero(blank & (table["organisation"] != "")).tolist():
            values[row] = values[every[keys[row]]] if keys[row] in every else 0.0
        table = table.with_column(column, values, blank)
    return table


def _record(table: Table) -> dict[str, Any]:
    """The one row of a section; None for a number that is not given."""
    plain = {key: column[0] for key, column in table.items()}
    return {k: (None if v != v else float(v)) if isinstance(v, float) else v for k, v in plain.items()}


def _levels(table: Table) -> Table:
    """Two levels where none are given, and what a level has where nothing is given."""
    if table.rows == 0:
        columns = TABLES["levels"].by_name
        table = Table({key: convert.blanks(column, 2) for key, column in columns.items()})
        table = table.with_column("level", np.array(["central", "local"], dtype=object))
    for name, default in level_defaults(table.rows).items():
        blank = np.isnan(table[name])
        table = table.with_column(name, np.where(blank, default, table[name]), blank)
    return table


def _scenarios(table: Table) -> Table:
    """One scenario, normal, where none is given."""
    if table.rows:
        return table
    columns = {key: np.full(1, np.nan) for key in table}
    columns |= {key: np.zeros(1) for key in table if key.startswith(("surge.", "loss."))}
    normal = {
        "urgency": np.ones(1),
        "absence": np.zeros(1),
        "oversight": np.ones(1),
        "probability": np.ones(1),
    }
    return Table(columns | normal | {"scenario": np.array(["normal"], dtype=object)})


def _chain(table: Table, levels: np.ndarray) -> Table:
    """One organisation at each level, named as the level."""
    columns = TABLES["organisations"].by_name
    table = Table({key: convert.blanks(columns[key], len(levels)) for key in table})
    parents = np.array(["", *levels[:-1]], dtype=object)
    return (
        table.with_column("organisation", levels).with_column("level", levels).with_column("parent", parents)
    )


def _weights(
    tables: Mapping[str, Table], sheets: Mapping[str, Sheet], findings: Findings
) -> dict[str, float]:
    """What each objective weighs: as given, by default, or by its swing."""
    own = dict.fromkeys(tables["objectives"]["objective"], 0.0)
    swung = "swings" in sheets and bool(sheets["swings"].rows or "weights" not in sheets)
    if swung and "weights" in sheets and sheets["weights"].rows:
        findings.add("swings", None, "", "there may be swings or weights, not both")
    kind = "swings" if swung else "weights"
    weights = DEFAULT_WEIGHTS | own
    names = list(weights)
    if kind == "swings":
        weights = dict.fromkeys(weights, 0.0)
    table = tables[kind]
    for row, name in enumerate(table["objective"]):
        if name not in weights:
            if "objectives" not in findings.unreliable:
                findings.unknown(kind, row, "objective", name, "an objective", names)
        elif name in table["objective"][:row]:
            findings.add(kind, row, "objective", f"{quote(name)} has a row already")
        elif kind == "weights":
            weights[name] = table["weight"][row]
        elif table["to"][row] <= table["from"][row]:
            low = quote(float(table["from"][row]))
            findings.add(kind, row, "to", f"{quote(float(table['to'][row]))} is not above from ({low})")
        else:
            weights[name] = table["points"][row] / (table["to"][row] - table["from"][row])
    return weights
