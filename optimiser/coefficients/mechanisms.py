"""The numbers of the constraints (1)-(12): hours, willingness, slack, change."""

from __future__ import annotations

from typing import Any

import numpy as np

from optimiser.coefficients.sets import Array, Sets, positions
from optimiser.instance.instance import Instance


def risk_attitude(instance: Instance) -> dict[str, Array]:
    """Risk aversion, and what a unit of shortfall weighs in CVaR: 1 / (1 - beta)."""
    aversion, beta = instance.uncertainty["risk_aversion"], instance.uncertainty["beta"]
    return {"risk_aversion": np.array([aversion]), "tail_scale": np.array([1 / (1 - beta)])}


def holding_lists(instance: Instance, sets: Sets) -> dict[str, list[tuple[Any, ...]]]:
    """Rules, links, partners and who governs or flexes a resource, as positions."""
    d, level, r = positions(sets.decisions), positions(sets.levels), positions(sets.resources)
    g, o = positions(sets.objectives), positions(sets.localities)
    rules, links, partners = instance["rules"], instance["links"], instance["partners"]
    columns = (rules[c] for c in ("if_decision", "if_level", "then_decision", "then_level"))
    pairs = (links[c] for c in ("decision_a", "decision_b", "objective", "level_a", "level_b"))
    decisions, types = instance["decisions"], instance["resource_types"]
    joint = decisions["joint"].astype(bool)
    return {
        "rules": [
            (d[a], level[la], d[b], tuple(level[lb.strip()] for lb in then.split(";")))
            for a, la, b, then in zip(*columns, strict=True)
        ],
        "links": [
            (d[a], d[b], g[objective], level.get(la, -1), level.get(lb, -1))
            for a, b, objective, la, lb in zip(*pairs, strict=True)
        ],
        "partners": [
            (o[a], o[b]) for a, b in zip(partners["organisation"], partners["partner"], strict=True)
        ],
        "joint": [(i,) for i in np.flatnonzero(joint).tolist()],
        "flexes": [(i, r[name]) for i, name in enumerate(decisions["flexes"]) if name],
        "governs": [(d[name], i) for i, name in enumerate(types["governed_by"]) if name],
        "current": _current_rows(instance, sets),
    }


def _current_rows(instance: Instance, sets: Sets) -> list[tuple[Any, ...]]:
    """(holding, current level) for each holding, once for each level that a locality it covers has now."""
    if instance.limits["max_changes"] is None:
        return []
    now = current_levels(instance, sets)
    found = {(int(sets.holding[d, o]), int(now[d, o])) for d, o in zip(*np.nonzero(now >= 0), strict=True)}
    return sorted(found)


def current_levels(instance: Instance, sets: Sets) -> Array:
    """(D, O) level at which each decision is held now, -1 where the table of the current design is silent."""
    current = instance["current"]
    now = np.full((len(sets.decisions), len(sets.localities)), -1)
    d, level, o = positions(sets.decisions), positions(sets.levels), positions(sets.localities)
    rows = list(zip(current["decision"], current["level"], current["organisation"], strict=True))
    for decision, at, place in sorted(rows, key=lambda row: bool(row[2])):  # a locality's own row wins
        now[d[decision], o[place] if place else slice(None)] = level[at]
    return now


def change(instance: Instance, sets: Sets) -> dict[str, Array]:
    """Constraints 3 and 12: who may hold locally, and how much may change."""
    local = instance["organisations"]
    rating = local["rating"][sets.node[:, -1]]
    bar = instance["decisions"]["min_rating"]
    below = rating[None, :] < bar[:, None]  # comparisons with NaN are False: none missing, none barred
    failed = np.zeros(len(sets.holding_decision), bool)
    np.logical_or.at(failed, sets.holding.ravel(), below.ravel())
    return {
        "earned": (~failed).astype(float),  # (H,)
        "max_changes": np.array([_given(instance.limits["max_changes"])]),
    }


def staffing(instance: Instance, sets: Sets) -> dict[str, Array]:
    """Constraints 5 and 6 (and the money that comes with the same table): hours and costs."""
    org, work, levels = instance["organisations"], instance["workload"], positions(sets.levels)
    d, size = positions(sets.decisions), (len(sets.decisions), len(sets.levels))
    rows = [d[name] for name in work["decision"]]
    held = [levels[name] for name in work["level"]]
    at = [levels[name] for name in work["at"]]
    hours = np.zeros((*size, size[1]))
    hours[rows, held, at] = work["hours"]
    fixed = {name: np.zeros(size) for name in ("fixed_hours", "fixed_cost", "cost")}
    for name, array in fixed.items():
        np.add.at(array, (rows, held), work[name])  # given on rows with at = level, 0 on the others
    keep = 1 - instance.limits["reserve"]  # type: ignore[operator]  # reserve always has a value
    scenarios, decisions = instance["scenarios"], instance["decisions"]
    return {
        "hours": hours,  # (D, L, A) held at l, hours at a, per locality
        **fixed,  # (D, L)
        "hours_available": org["staff_hours"] * (1 - org["vacancy"]) * (1 - org["absence"]) * keep,  # (N,)
        "present": 1 - scenarios["absence"],  # (S,)
        "oversight": scenarios["oversight"],  # (S,)
        "monitoring_hours": decisions["monitoring_hours"],  # (D,)
        "reporting_hours": decisions["reporting_hours"],  # (D,)
        "budget": np.array([_given(instance.limits["budget"])]),
    }


def autonomy(instance: Instance, sets: Sets) -> dict[str, Array]:
    """Constraints 7 and 8: willing, able, afraid, dependent."""
    org, partners = instance["organisations"], instance["partners"]
    independent = np.ones(len(sets.localities))
    o = positions(sets.localities)
    np.subtract.at(independent, [o[name] for name in partners["organisation"]], partners["dependence"])
    return {
        "willingness": org["willingness"],  # (N,)
        "ability": org["ability"],
        "capable": np.minimum(org["willingness"], org["ability"]),
        "unable": 1 - org["ability"],
        "support_cost": org["support_cost"],
        "fear": instance["decisions"]["fear"],  # (D,)
        "dependence": partners["dependence"],
        "independent": independent,  # (O,)
    }


def slack(instance: Instance, sets: Sets) -> dict[str, Array]:
    """Constraints 9 and 10: supply and demand of every resource, normally and in each scenario."""
    types, rows, scenarios = instance["resource_types"], instance["resources"], instance["scenarios"]
    o, r, s = positions(sets.localities), positions(sets.resources), positions(sets.scenarios)
    size = (len(o), len(r))
    capacity, demand = np.full(size, np.nan), np.full(size, np.nan)
    where = [o[name] for name in rows["organisation"]], [r[name] for name in rows["resource"]]
    capacity[where], demand[where] = rows["capacity"], rows["demand"]
    surge, loss = (
        np.array([scenarios[f"{kind}.{name}"] for name in sets.resources]).reshape(len(r), len(s))
        * np.ones((len(o), 1, 1))
        for kind in ("surge", "loss")
    )
    own = instance["surges"]
    for i, (a, b, c) in enumerate(zip(own["scenario"], own["resource"], own["organisation"], strict=True)):
        for array, value in ((surge, own["surge"][i]), (loss, own["loss"][i])):
            if not np.isnan(value):
                array[o[c], r[b], s[a]] = value
    wanted, supply = demand[:, :, None] * (1 + surge), capacity[:, :, None] * (1 - loss)
    total = np.nansum(wanted, axis=0)
    ratio = np.divide(1.0, total, out=np.zeros_like(total), where=total > 0)
    return {
        "unmet_weight": ratio / max(1, len(r)),  # (R, S) what a unit unmet takes from resilience
        "capacity": capacity,  # (O, R), NaN where the locality has none of the resource
        "normal_demand": demand,
        "demand": wanted,  # (O, R, S)
        "supply": supply,
        "spare": np.maximum(0, supply - wanted),
        "shortage": np.maximum(0, wanted - supply),
        "total_demand": total,  # (R, S)
        "flex": instance["decisions"]["flex"],  # (D,)
        "mobilisation": instance["levels"]["mobilisation"],  # (L,)
        "max_occupancy": types["max_occupancy"],  # (R,)
        "max_unmet": types["max_unmet"],
        "slack_cost": types["slack_cost"],
    }


def _given(value: float | None) -> float:
    return np.nan if value is None else value
