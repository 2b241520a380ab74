"""The formulation in linopy, vectorised as its users would write it: uniform decisions, staff and autonomy.

Links, rules, partners and slack are left out: the instances it is measured on have none of them.
"""

from __future__ import annotations

import linopy
import numpy as np
import pandas as pd
import xarray as xr

from optimiser.coefficients import Coefficients


def linopy_model(c: Coefficients) -> linopy.Model:
    """Build the model of an instance whose decisions are all uniform."""
    sets, m = c.sets, linopy.Model()
    d, l = pd.Index(sets.decisions, name="d"), pd.Index(sets.levels, name="l")
    o, s = pd.Index(sets.localities, name="o"), pd.Index(sets.scenarios, name="s")
    allowed = xr.DataArray(sets.allowed, coords=[d, l])
    everywhere = allowed & xr.DataArray(np.ones((len(o), len(s)), bool), coords=[o, s])
    below = xr.DataArray(np.arange(len(l)) > 0, coords=[l])
    watched = everywhere & xr.DataArray(c.structure.monitorable, coords=[d]) & below
    held = m.add_variables(binary=True, coords=[d, l], mask=allowed, name="held")
    acts = m.add_variables(lower=0, upper=1, coords=everywhere.coords, mask=everywhere, name="exercised")
    watches = m.add_variables(lower=0, upper=1, coords=everywhere.coords, mask=watched, name="monitored")
    m.add_constraints(held.sum("l") == 1)
    by_node = {
        "willingness": xr.DataArray(c.autonomy.willingness[sets.node], coords=[o, l]),
        "ability": xr.DataArray(c.autonomy.ability[sets.node], coords=[o, l]),
    }
    fear = xr.DataArray(c.autonomy.fear * c.structure.monitorable, coords=[d])
    oversight = xr.DataArray(c.autonomy.oversight, coords=[s])
    m.add_constraints(
        acts + by_node["willingness"] * fear * watches <= by_node["willingness"] * held, mask=everywhere
    )
    m.add_constraints(acts <= by_node["ability"] * held, mask=everywhere)
    m.add_constraints(watches <= oversight * acts, mask=watched)
    _staff(m, c, held, acts, watches)
    _objective(m, c, held, acts, watches)
    return m


def _staff(m: linopy.Model, c: Coefficients, held, acts, watches) -> None:  # type: ignore[no-untyped-def]
    """(5) and (6), level by level: the organisations of a level are groups of localities."""
    sets = c.sets
    s, d = pd.Index(sets.scenarios, name="s"), pd.Index(sets.decisions, name="d")
    present = xr.DataArray(c.staffing.present, coords=[s])
    for a, level in enumerate(sets.levels):
        some = np.flatnonzero((sets.level_of == a) & c.structure.staffed)
        if not len(some):
            continue
        names = pd.Index([sets.organisations[i] for i in some], name="n")
        hours = xr.DataArray(
            c.staffing.hours[sets.working[:, 0], :, a], coords=[d, pd.Index(sets.levels, name="l")]
        )
        size = xr.DataArray([float(len(sets.under[i])) for i in some], coords=[names])
        available = xr.DataArray(c.staffing.hours_available[some], coords=[names])
        fixed = (xr.DataArray(c.staffing.fixed_hours[:, a], coords=[d]) * held.sel(l=level)).sum("d")
        m.add_constraints(size * (hours * held).sum(["d", "l"]) + fixed <= available)
        group = xr.DataArray(
            [sets.organisations[i] for i in sets.node[:, a]],
            coords=[pd.Index(sets.localities, name="o")],
            name="n",
        )
        used = (hours * acts).sum(["d", "l"]).groupby(group).sum()
        total = used + present * fixed
        if a == 0:
            total = total + (xr.DataArray(c.staffing.monitoring_hours, coords=[d]) * watches).sum(
                ["d", "o", "l"]
            )
        if a == sets.local:
            reports = (xr.DataArray(c.staffing.reporting_hours, coords=[d]) * watches).sum(["d", "l"])
            total = total + reports.groupby(group).sum()
        m.add_constraints(total <= present * available)


def _objective(m: linopy.Model, c: Coefficients, held, acts, watches) -> None:  # type: ignore[no-untyped-def]
    sets = c.sets
    d, l = pd.Index(sets.decisions, name="d"), pd.Index(sets.levels, name="l")
    o, s = pd.Index(sets.localities, name="o"), pd.Index(sets.scenarios, name="s")
    weight = dict(zip(sets.objectives, c.value.weight / len(sets.decisions), strict=True))
    p = xr.DataArray(c.value.probability, coords=[s])
    gain = np.zeros((len(d), len(o), len(l), len(s)))
    for g, earned in c.scores.earned.items():
        each = np.nan_to_num(earned)
        if g == "risk_pooling":
            each = np.take_along_axis(each, c.pools.regime[:, None, None, :], axis=3)
        stake = weight[g] * c.scores.stake[g][:, None, None, None]
        gain += stake * (each if each.ndim == 4 else each[..., None])
    cost = weight["economy"] * c.scores.stake["economy"][:, None] * c.scores.economy_held
    stake = weight["accountability"] * xr.DataArray(c.scores.stake["accountability"], coords=[d])
    back = stake * xr.DataArray(np.nan_to_num(c.scores.regained), coords=[d, o, l])
    total = (
        (xr.DataArray(cost, coords=[d, l]) * held).sum()
        + (p * xr.DataArray(gain, coords=[d, o, l, s]) * acts).sum()
        + (p * back * watches).sum()
    )
    m.add_objective(total, sense="max")


def constant(c: Coefficients) -> float:
    """What the objective starts from, which linopy has no place for."""
    weight = dict(zip(c.sets.objectives, c.value.weight, strict=True))
    economy = weight["economy"] * (c.scores.stake["economy"] * c.scores.economy_base).mean()
    return float(economy + weight["resilience"])
