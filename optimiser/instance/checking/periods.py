"""What must hold of periods and of what links them, and what is suspicious about them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimiser.instance.checking.problems import Findings, quote
from optimiser.instance.checking.rules import rows_where, rule
from optimiser.instance.content import Content
from optimiser.instance.schema.schema import TABLES

_TOLERANCE = 1e-9  # of sums


@rule("periods")
def some_objective_weighs_in_a_period(instance: Content, findings: Findings) -> None:
    """A period that has weights of its own has one above 0."""
    table = instance["periods"]
    names = [f"weights.{g}" for g in instance.objectives if f"weights.{g}" in table]
    if not findings.all_sound("periods", *names):
        return
    weights = np.array([table[name] for name in names]).reshape(len(names), table.rows)
    for row in rows_where((~np.isnan(weights)).any(axis=0) & ~(np.nan_to_num(weights) > 0).any(axis=0)):
        findings.add("periods", row, "weights", "all are 0; one at least must be above 0")


@rule("path", "organisations")
def morale_is_lost_once(instance: Content, findings: Findings) -> None:
    """What being watched and working all hours take together is no more than there is."""
    sound = findings.all_sound("organisations", "hurt", "burn") and findings.all_sound("path", "hurt", "burn")
    if not sound:
        return
    both = instance.path["hurt"] + instance.path["burn"]
    if both > 1 + _TOLERANCE:
        text = f"hurt and burn sum to {quote(float(round(both, 12)))}, above 1"
        findings.add("path", 0, "burn", text)
        return
    table, both = instance["organisations"], instance.rates("hurt") + instance.rates("burn")
    for row in rows_where(both > 1 + _TOLERANCE):
        column = "hurt" if np.isnan(table["burn"][row]) else "burn"
        text = f"hurt and burn of {quote(table['organisation'][row])} sum to "
        findings.add("organisations", row, column, f"{text}{quote(float(round(both[row], 12)))}, above 1")


def links(instance: Content) -> list[str]:
    """What links periods, as it is called in a path of `Instance.replace`; none: each stands on its own."""
    table = instance["organisations"]
    low = ~np.isnan(table["morale"]) & (table["morale"] != table["willingness"])
    moody = low | (instance.rates("hurt") + instance.rates("burn") > 0)
    found = {
        "decisions.switch_cost": instance["decisions"]["switch_cost"].any(),
        "path.learn": instance.rates("learn").any(),
        "path.heal": (moody & (instance.rates("heal") > 0)).any(),
        "resources.reserve": instance["resources"]["reserve"].any(),
        "rules.lag": instance["rules"]["lag"].any(),
        "limits.max_changes": instance.limits["max_changes"] is not None,
    }
    return [name for name, there in found.items() if there]


def suspicious_periods(instance: Content) -> Iterator[str]:
    """Periods that nothing links, and links that stand without periods."""
    if instance["periods"].rows:
        if not links(instance):
            why = "no switch_cost, learn, heal, reserve, lag or max_changes"
            yield f"instance.toml periods: nothing links them: {why}, so each has its own best design"
        return
    given = [f"{schema.label} {c}" for schema in TABLES.values() for c in instance.linking(schema.name)]
    given += ["instance.toml path"] * ("path" in instance.settings)
    yield from (f"{where}: nothing uses this: there are no periods" for where in given)
