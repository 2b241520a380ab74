"""Which columns and rows a model has, beyond its sets: a term of 0 is no structure, and says so here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from optimiser.coefficients.autonomy import Autonomy
from optimiser.coefficients.money import Money
from optimiser.coefficients.rows import Columns, positions
from optimiser.coefficients.scores import Scores
from optimiser.coefficients.sets import Array, Sets, current_levels
from optimiser.coefficients.skill_and_morale import Inherited
from optimiser.coefficients.slack import Slack
from optimiser.coefficients.staffing import Staffing
from optimiser.instance.instance import Instance
from optimiser.instance.period import Period

Listed = list[tuple[int, ...]]


@dataclass(frozen=True, eq=False)
class Structure:
    """What exists, and lists of what hangs together as rows of positions."""

    averse: bool  # whether risk counts
    budgeted: bool  # whether money is limited
    limited: bool  # whether changes are
    working: Array  # (D, L, A) bool: held at l it takes hours at level a
    earns: Array  # (G, D, L) bool: exercised there it earns something of the objective
    fixed: Array  # (D, L) bool: holding d at l once, or more often, makes a difference
    barred: Array  # (D,) bool: local holders must be rated
    staffed: Array  # (N,) bool: hours are limited
    fearful: Array  # (D,) bool: monitoring is feared
    monitorable: Array  # (D,) bool: monitoring wins something back
    supported: Array  # (N,) bool: ability can be bought
    stocked: Array  # (O, R) bool: the locality has some of the resource
    roomy: Array  # (R,) bool: occupancy is limited
    capped: Array  # (R,) bool: what may stay unmet is limited
    bought: Array  # (R,) bool: slack can be bought
    buffered: Array  # (D,) bool: pools differ by who is in them
    joint: Array  # (D,) bool: partners must act too
    moving: bool  # whether moves cost something
    reserved: Array  # (O, R) bool: something is set aside
    planned: bool  # whether the periods before and after are still open
    learning: Array  # (N,) bool: its skill is open
    wearing: Array  # (N,) bool: its morale is
    practising: Array  # (N,) bool: what it exercises tells on its skill
    watchful: Array  # (N,) bool: what is monitored tells on its morale
    busy: Array  # (N,) bool: its hours do
    rules: list[tuple[int, int, int, tuple[int, ...]]]  # d at l: then d' at one of these
    links: Listed  # d, d', objective, and two levels: -1 where any levels apart count
    partners: Listed  # o depends on o'
    flexes: Listed  # d flexes r
    governs: Listed  # d governs aid in r
    current: Listed  # holding and present level, once for each level that a locality it covers has now


def structure_of(
    instance: Instance,
    sets: Sets,
    staffing: Staffing,
    money: Money,
    slack: Slack,
    scores: Scores,
    autonomy: Autonomy,
    inherited: Inherited,
) -> Structure:
    """See what exists."""
    d, r, decisions = positions(sets.decisions), positions(sets.resources), instance["decisions"]
    budgeted = instance.limits["budget"] is not None
    monitorable = ~np.isnan(scores.regained).all(axis=(1, 2))
    governors = instance["resource_types"]["governed_by"]
    return Structure(
        averse=instance.uncertainty["risk_aversion"] > 0,
        budgeted=budgeted,
        limited=instance.limits["max_changes"] is not None and instance["current"].rows > 0,
        working=(staffing.hours > 0)[sets.working].any(axis=1) & sets.allowed[:, :, None],
        earns=np.array([_earns(sets, scores, objective) for objective in sets.objectives]),
        fixed=((staffing.fixed_hours > 0) | (money.fixed_cost > 0)) & sets.shared,
        barred=~np.isnan(decisions["min_rating"]),
        staffed=~np.isnan(instance["organisations"]["staff_hours"]),
        fearful=(decisions["fear"] > 0) & monitorable,
        monitorable=monitorable,
        supported=~np.isnan(money.support_cost) & budgeted,
        stocked=~np.isnan(slack.capacity),
        roomy=~np.isnan(slack.max_occupancy),
        capped=~np.isnan(slack.max_unmet),
        bought=~np.isnan(money.slack_cost) & budgeted,
        buffered=~np.isnan(scores.deviation).all(axis=1),
        joint=decisions["joint"].astype(bool),
        moving=bool(inherited.moving.any()),
        reserved=inherited.stock_most > 0,
        **_open(instance, autonomy, inherited),
        rules=_rules(instance, sets),
        links=_listed(sets.rows.links),
        partners=_listed(sets.rows.partners),
        flexes=[(i, r[name]) for i, name in enumerate(decisions["flexes"]) if name],
        governs=[(d[name], i) for i, name in enumerate(governors) if name],
        current=_current(instance, sets),
    )


def _open(instance: Instance, autonomy: Autonomy, inherited: Inherited) -> dict[str, Any]:
    """What of the states is open, and what tells on those of the next period."""
    planned = isinstance(instance, Period) and instance.least is not None
    healing = planned & (instance.rates("heal") > 0)
    return {
        "planned": planned,
        "learning": inherited.skill_least < autonomy.ability,
        "wearing": inherited.morale_least < autonomy.willingness,
        "practising": planned & (instance.rates("learn") > 0),
        "watchful": healing & (instance.rates("hurt") > 0),
        "busy": healing & (instance.rates("burn") > 0) & ~np.isnan(inherited.overload),
    }


def _earns(sets: Sets, scores: Scores, objective: str) -> Array:
    """(D, L) bool."""
    earned = scores.earned.get(objective)
    if earned is None:  # economy comes with what is held, and resilience is no decision's
        return np.zeros(sets.allowed.shape, bool)
    return np.asarray((~np.isnan(earned)).reshape(*earned.shape[:3], -1).any(axis=(1, 3)))


def _rules(instance: Instance, sets: Sets) -> list[tuple[int, int, int, tuple[int, ...]]]:
    d, level, rules = positions(sets.decisions), positions(sets.levels), instance["rules"]
    columns = (rules[c] for c in ("if_decision", "if_level", "then_decision", "then_level"))
    return [
        (d[a], level[la], d[b], tuple(level[lb.strip()] for lb in then.split(";")))
        for a, la, b, then in zip(*columns, strict=True)
    ]


def _listed(columns: Columns) -> Listed:
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _current(instance: Instance, sets: Sets) -> Listed:
    if instance.limits["max_changes"] is None:
        return []
    now = current_levels(sets)
    found = {(int(sets.holding[d, o]), int(now[d, o])) for d, o in zip(*np.nonzero(now >= 0), strict=True)}
    return sorted(found)
