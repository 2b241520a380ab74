"""What is allowed but suspicious: warnings about an instance that passes every check."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimiser.instance.checking.incomplete_tables import holes
from optimiser.instance.checking.lookalikes import far_apart, twins
from optimiser.instance.checking.periods import suspicious_periods
from optimiser.instance.checking.problems import listing, number_text
from optimiser.instance.content import Content
from optimiser.instance.schema.schema import SYSTEM_OBJECTIVES, TABLES


def warnings(instance: Content) -> tuple[str, ...]:
    """One line for each thing that may not be meant: nothing here stops a solve."""
    return (
        *instance.noticed,
        *holes(instance),
        *twins(instance),
        *far_apart(instance),
        *_constant_objectives(instance),
        *_bars_to_everyone(instance),
        *_half_scored(instance),
        *_unused(instance),
        *suspicious_periods(instance),
        *_sourceless(instance),
    )


def _constant_objectives(instance: Content) -> Iterator[str]:
    """Objectives that weigh something and are the same whatever is decided, as far as simple signs show."""
    weighing = [name for name, weight in instance.weights.items() if weight > 0]
    linked = set(instance["links"]["objective"][instance["links"]["loss"] != 0])
    for name in weighing:
        if name in linked:
            continue
        if name == "resilience":
            varies = _can_run_short(instance)
        else:
            decisions = range(instance["decisions"].rows)
            varies = any(_can_vary(instance, name, d, _allowed(instance, d)) for d in decisions)
        if not varies:
            yield f"instance.toml weights.{name}: no design can vary this objective: its weight is idle"


def _allowed(instance: Content, d: int) -> list[int]:
    """The levels allowed for a decision, as indices."""
    levels, given = list(instance["levels"]["level"]), instance["decisions"]["levels"][d]
    return [levels.index(level) for level in given.split(";")] if given else list(range(len(levels)))


def _can_vary(instance: Content, objective: str, d: int, allowed: list[int]) -> bool:
    """Whether a decision's score for an objective can differ by where it is held."""
    decisions, scores = instance["decisions"], instance["scores"]
    if len(allowed) < 2 or decisions[f"stake_{objective}"][d] == 0:
        return False
    names = instance["levels"]["level"][allowed]
    rows = (scores["decision"] == decisions["decision"][d]) & np.isin(scores["level"], names)
    direct = scores[objective][rows]
    direct = direct[~np.isnan(direct)]
    if direct.size:
        in_part = objective != "economy" and direct.any() and _exercised_in_part(instance, d)
        return len(set(direct.tolist())) > 1 or in_part
    signs = {
        "risk_pooling": _pooling_helps,
        "accountability": _distance_matters,
        "responsiveness": _response_differs,
        "economy": _cost_differs,
        "solidarity": _burden_differs,
    }
    return objective in signs and signs[objective](instance, d, allowed)


def _pooling_helps(instance: Content, d: int, _: list[int]) -> bool:
    scenarios, matrix = instance["scenarios"], instance["correlations"]
    own = (
        instance["decisions"]["correlation"][d] < 1
        or (matrix["correlation"][matrix["decision"] == instance["decisions"]["decision"][d]] < 1).any()
    )
    shocks = instance.shared_shock[d, scenarios["probability"] > 0]
    return bool((instance.sd[d] > 0).sum() > 1 and np.where(np.isnan(shocks), own, shocks < 1).any())


def _distance_matters(instance: Content, d: int, allowed: list[int]) -> bool:
    retained = instance["levels"]["accountability"][allowed]
    monitored = instance["decisions"]["monitoring_effect"][d] > 0 and (retained < 1).any()
    return bool(monitored or len(set(retained.tolist())) > 1 or _exercised_in_part(instance, d))


def _response_differs(instance: Content, d: int, allowed: list[int]) -> bool:
    decisions, delays = instance["decisions"], instance["delays"]
    own = delays["decision"] == decisions["decision"][d]
    days = {*instance["levels"]["delay_days"][allowed].tolist(), *delays["days"][own].tolist()}
    if decisions["half_life_days"][d] > 0 and len(days) > 1:
        return True
    if decisions["spillover"][d] > 0 and len(instance.localities) > 1:
        return True
    if decisions["heterogeneity"][d] > 0 and len(set(instance["needs"]["need"].tolist())) > 1:
        return True
    return _exercised_in_part(instance, d)


def _exercised_in_part(instance: Content, d: int) -> bool:
    """Whether hours, will, ability, fear or partners may keep a decision from being exercised in full."""
    decisions, organisations = instance["decisions"], instance["organisations"]
    limited = ~np.isnan(organisations["staff_hours"])
    hands = (organisations["willingness"] < 1) | (organisations["ability"] < 1) | limited
    return bool(hands.any() or decisions["fear"][d] > 0 or decisions["joint"][d])


def _cost_differs(instance: Content, d: int, allowed: list[int]) -> bool:
    workload = instance["workload"]
    here = workload["decision"] == instance["decisions"]["decision"][d]
    here &= workload["at"] == workload["level"]
    costs = []
    for level in instance["levels"]["level"][allowed]:
        rows = here & (workload["level"] == level)
        holders = (instance["organisations"]["level"] == level).sum()
        own = workload["organisation"][rows] != ""
        fixed, each = workload["fixed_cost"][rows].sum(), workload["cost"][rows]
        others = len(instance.localities) - own.sum()
        costs.append(float(holders * fixed + each[own].sum() + others * each[~own].sum()))
    return len(set(costs)) > 1


def _burden_differs(instance: Content, d: int, _: list[int]) -> bool:
    risk = instance["risk"]
    means = risk["mean"][risk["decision"] == instance["decisions"]["decision"][d]]
    return len(set(means[~np.isnan(means)].tolist())) > 1


def _can_run_short(instance: Content) -> bool:
    """Whether any locality can need more of a resource than it has, in any scenario."""
    scenarios, surges = instance["scenarios"], instance["surges"]
    local = {key[:3]: key[3:] for key in zip(*surges.values(), strict=True)}
    resources = instance["resources"]
    named = (resources[key] for key in ("organisation", "resource", "capacity", "demand"))
    for organisation, resource, capacity, demand in zip(*named, strict=True):
        for row, scenario in enumerate(scenarios["scenario"]):
            surge, loss = local.get((scenario, resource, organisation), (np.nan, np.nan))
            surge = scenarios[f"surge.{resource}"][row] if np.isnan(surge) else surge
            loss = scenarios[f"loss.{resource}"][row] if np.isnan(loss) else loss
            if demand * (1 + surge) > capacity * (1 - loss):
                return True
    return False


def _bars_to_everyone(instance: Content) -> Iterator[str]:
    """Uniform decisions with a min_rating that someone misses."""
    decisions, organisations = instance["decisions"], instance["organisations"]
    lowest = instance["levels"].rows - 1
    for d in np.flatnonzero(decisions["uniform"] & ~np.isnan(decisions["min_rating"])).tolist():
        below = organisations["organisation"][organisations["rating"] < decisions["min_rating"][d]]
        if below.size and lowest in _allowed(instance, d):
            who, bar = listing(below), number_text(float(decisions["min_rating"][d]))
            name, level = decisions["decision"][d], instance["levels"]["level"][lowest]
            miss = f"{who} {'are' if below.size > 1 else 'is'} rated below {bar}"
            why = f"it is uniform, and {miss}, so it cannot be held at level {level} anywhere"
            yield f"decisions.csv {name} min_rating: {why}"


def _half_scored(instance: Content) -> Iterator[str]:
    """Decisions with rows of scores that leave an objective blank which others are scored for."""
    scores = instance["scores"]
    for objective in [name for name in scores if name not in TABLES["scores"].by_name]:
        given = ~np.isnan(scores[objective])
        if given.any():
            blank = [d for d in dict.fromkeys(scores["decision"]) if not given[scores["decision"] == d].any()]
            if blank:
                stands = "its formula stands" if objective in SYSTEM_OBJECTIVES else "it counts 0"
                yield f"scores.csv {objective}: nothing is scored for {listing(blank)}, so {stands} there"


def _unused(instance: Content) -> Iterator[str]:
    """What is given and cannot matter, because what it works together with is not."""
    decisions, organisations = instance["decisions"], instance["organisations"]
    workload, types = instance["workload"], instance["resource_types"]
    rated, barred = ~np.isnan(organisations["rating"]), ~np.isnan(decisions["min_rating"])
    buys = (~np.isnan(types["slack_cost"])).any(), (~np.isnan(organisations["support_cost"])).any()
    budget = instance.limits["budget"]
    costs = any(workload[name].any() for name in ("cost", "fixed_cost"))
    hours = any(workload[name].any() for name in ("hours", "fixed_hours"))
    paired = np.isin(decisions["decision"], instance["correlations"]["decision"])
    replaced = not np.isnan(instance.shared_shock[paired]).any()
    has = set(zip(*(instance["resources"][key] for key in ("organisation", "resource")), strict=True))
    surges = zip(*(instance["surges"][key] for key in ("organisation", "resource")), strict=True)
    nowhere = [f"{where} has no {what}" for where, what in dict.fromkeys(surges) if (where, what) not in has]
    signs = (
        (nowhere, "surges.csv", listing(nowhere)),
        (
            instance["correlations"].rows and replaced,
            "correlations.csv",
            "every scenario has a correlation of its own",
        ),
        (instance["needs"].rows and not decisions["heterogeneity"].any(), "needs.csv", "no heterogeneity"),
        (
            instance["delays"].rows and not (decisions["half_life_days"] > 0).any(),
            "delays.csv",
            "no half-life",
        ),
        (instance["partners"].rows and not decisions["joint"].any(), "partners.csv", "no decision is joint"),
        (decisions["joint"].any() and not instance["partners"].rows, "decisions.csv joint", "no partners"),
        (rated.any() and not barred.any(), "organisations.csv rating", "no decision has a min_rating"),
        (barred.any() and not rated.any(), "decisions.csv min_rating", "nobody has a rating"),
        (buys[0] and budget is None, "instance.toml resources.slack_cost", "no budget"),
        (buys[1] and budget is None, "organisations.csv support_cost", "no budget"),
        (
            budget is not None and not (costs or any(buys)),
            "instance.toml limits.budget",
            "nothing has a cost",
        ),
        (
            hours and np.isnan(organisations["staff_hours"]).all(),
            "workload.csv hours",
            "no organisation has staff_hours",
        ),
    )
    yield from (f"{where}: nothing uses this: {why}" for unused, where, why in signs if unused)
    for name in types["resource"]:
        if name not in instance["resources"]["resource"]:
            yield f"instance.toml resources {name}: nothing uses this: no locality has or needs any"
    for name in decisions["decision"][(decisions["flexes"] != "") & (decisions["flex"] == 0)]:
        yield f"decisions.csv {name} flexes: nothing uses this: flex is 0"


def _sourceless(instance: Content) -> Iterator[str]:
    """Columns of numbers of which sources.csv says nothing."""
    sources = instance["sources"]
    if not sources.rows:
        yield "sources.csv: not given, so nobody can tell what is measured and what is assumed"
        return
    said = set(zip(sources["table"], sources["column"], strict=True))
    said |= {("resource_types", column) for table, column in said if table == "resources"}
    for table in instance.tables:
        if table != "sources":
            columns = [name for name, column in instance.given(table).items() if column.kind == "number"]
            if table == "scenarios" and instance[table].rows == 1:
                columns.remove("probability")  # 1, as it must be
            missing = [c for c in columns if not {(table, c), (table, c.split(".")[0])} & said]
            if missing:
                yield f"sources.csv: no source is given for {TABLES[table].label} {listing(missing, 20)}"
