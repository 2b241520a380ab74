"""What a design must keep, one requirement at a time, in the words and the tables of the user.

Every requirement is one cell of a table (or one option of the call) that could be taken out, so that the rest
of the instance would still make sense. What is not here is no requirement but a fact: hours that a decision
takes, demand, capacity, that every decision is held somewhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimiser.coefficients import Coefficients
from optimiser.instance.checking.problems import listing
from optimiser.instance.fixed import site
from optimiser.instance.instance import Instance
from optimiser.tolerances import TOLERANCE

ORDER = (
    "fix", "least", "levels", "rating", "rule", "changes", "uniform", "occupancy", "unmet", "budget", "hours",
)  # fmt: skip
DIGITS = 8  # significant digits of a number that a repair writes


@dataclass(frozen=True)
class Requirement:
    """One cell that a design must respect. `of` is its position among its kind: organisation, rule, ..."""

    kind: str  # of ORDER
    of: int
    table: str  # the file, or the option of the call
    row: str | int  # its key, or the line for rules, which have no name
    column: str
    value: Any  # what stands there
    text: str

    @property
    def where(self) -> str:
        """The place in words: 'organisations.csv north staff_hours'."""
        if not self.column:
            return f"{self.table} {self.row}"
        row = f"row {self.row}" if isinstance(self.row, int) else self.row
        return f"{self.table} {row} {self.column}"


def requirements(
    instance: Instance, c: Coefficients, fix: Mapping[str, str], at_least: Mapping[str, float]
) -> list[Requirement]:
    """All requirements that could keep a design out; the order is that in which conflicts look for them."""
    makers = {
        "fix": _fix(fix), "least": _least(at_least, instance), "levels": _levels(instance, c),
        "rating": _rating(instance, c), "rule": _rules(instance), "changes": _changes(instance),
        "occupancy": _stock(instance, "occupancy"), "unmet": _stock(instance, "unmet"),
        "budget": _budget(instance), "hours": _hours(instance, c), "uniform": _uniform(instance, c),
    }  # fmt: skip
    return [found for kind in ORDER for found in makers[kind]]


def as_text(number: float) -> str:
    """A number as a sentence shows it."""
    return f"{number:,.10g}"


def about(number: float) -> str:
    """A number as a sentence shows it, to four decimals, or where it is small to as many digits."""
    return as_text(round(float(number), 4) if abs(number) >= 1 else float(f"{number:.4g}"))


def enough(number: float) -> float:
    """A number to write that is not below this one, but for rounding: a short one where that is near."""
    near, noise = float(f"{number:.{DIGITS - 2}g}"), 1e-9 * abs(number)
    if -noise <= near - number <= 2 * TOLERANCE * abs(number) + noise:
        return near + 0.0
    step = 10.0 ** (math.floor(math.log10(abs(number))) + 1 - DIGITS)
    return float(f"{math.ceil(number / step) * step:.{DIGITS}g}")


def _fix(fix: Mapping[str, str]) -> Iterator[Requirement]:
    for i, (key, level) in enumerate(fix.items()):
        decision, place = site(key)
        whom = f" for {place}" if place else ""
        yield Requirement(
            "fix", i, "--fix", f"{key}={level}", "", level, f"{decision} is held at {level}{whom}"
        )


def _least(at_least: Mapping[str, float], instance: Instance) -> Iterator[Requirement]:
    for name, value in at_least.items():
        text = f"{name} reaches at least {as_text(value)}"
        yield Requirement(
            "least",
            instance.objectives.index(name),
            "--at-least",
            f"{name}={value:.12g}",
            "",
            float(value),
            text,
        )


def _levels(instance: Instance, c: Coefficients) -> Iterator[Requirement]:
    decisions = instance["decisions"]
    for d in np.flatnonzero(~c.sets.allowed.all(axis=1)).tolist():
        name, levels = decisions["decision"][d], decisions["levels"][d]
        text = f"{name} may be held at {' or '.join(levels.split(';'))} only"
        yield Requirement("levels", d, "decisions.csv", name, "levels", levels, text)


def _rating(instance: Instance, c: Coefficients) -> Iterator[Requirement]:
    for d, below in below_the_bar(instance, c).items():
        name, bar = instance["decisions"]["decision"][d], float(instance["decisions"]["min_rating"][d])
        rating = ratings(instance, c)
        worst = [
            f"{c.sets.localities[o]} has {as_text(rating[o])}" for o in sorted(below, key=lambda o: rating[o])
        ]
        text = f"{name} is held locally only where the rating is {as_text(bar)} or more: {listing(worst, 3)}"
        yield Requirement("rating", d, "decisions.csv", name, "min_rating", bar, text)


def ratings(instance: Instance, c: Coefficients) -> np.ndarray:
    """(O,) rating of each locality, NaN for none."""
    return instance["organisations"]["rating"][c.sets.node[:, -1]]


def below_the_bar(instance: Instance, c: Coefficients) -> dict[int, list[int]]:
    """Decision -> localities whose rating is below what it asks for, where there are any."""
    below = ratings(instance, c)[None, :] < instance["decisions"]["min_rating"][:, None]
    return {d: np.flatnonzero(row).tolist() for d, row in enumerate(below) if row.any()}


def _rules(instance: Instance) -> Iterator[Requirement]:
    rules = instance["rules"]
    names = ("if_decision", "if_level", "then_decision", "then_level")
    for row, (a, at, b, then) in enumerate(zip(*(rules[name] for name in names), strict=True)):
        text = f"where {a} is at {at}, {b} is at {' or '.join(then.split(';'))}"
        yield Requirement("rule", row, "rules.csv", row + 2, "then_level", then, text)  # line 1: the header


def _changes(instance: Instance) -> Iterator[Requirement]:
    most = instance.limits["max_changes"]
    if most is not None:
        text = f"at most {as_text(most)} decision{'s' * (most != 1)} may differ from the current design"
        yield Requirement("changes", 0, "instance.toml", "limits", "max_changes", most, text)


def _budget(instance: Instance) -> Iterator[Requirement]:
    budget = instance.limits["budget"]
    if budget is not None:
        text = f"at most {as_text(budget)} is spent"
        yield Requirement("budget", 0, "instance.toml", "limits", "budget", budget, text)


def _stock(instance: Instance, what: str) -> Iterator[Requirement]:
    types = instance["resource_types"]
    said = {
        "occupancy": "normal demand for {} takes at most {} % of the capacity of every locality",
        "unmet": "at most {1} % of the demand for {0} stays unmet, in every scenario",
    }[what]
    for r, (name, share) in enumerate(zip(types["resource"], types[f"max_{what}"], strict=True)):
        if not np.isnan(share):
            text = said.format(name, as_text(100 * share))
            yield Requirement(
                what, r, "instance.toml", f"resources {name}", f"max_{what}", float(share), text
            )


def _hours(instance: Instance, c: Coefficients) -> Iterator[Requirement]:
    organisations = instance["organisations"]
    for n in np.flatnonzero(c.structure.staffed).tolist():
        name, hours = c.sets.organisations[n], float(organisations["staff_hours"][n])
        yield Requirement("hours", n, "organisations.csv", name, "staff_hours", hours, staff(instance, n))


def kept_hours(instance: Instance, n: int) -> float:
    """What vacancy, absence and reserve leave of one staff hour of organisation n."""
    row, reserve = instance["organisations"], instance.limits["reserve"] or 0.0
    return float((1 - row["vacancy"][n]) * (1 - row["absence"][n]) * (1 - reserve))


def staff(instance: Instance, n: int) -> str:
    """What staff hours an organisation has, as the table says, and what remains of them."""
    name, hours = instance["organisations"]["organisation"][n], instance["organisations"]["staff_hours"][n]
    said, left = f"{name} has {as_text(float(hours))} staff hours", float(hours) * kept_hours(instance, n)
    more = f", of which {as_text(left)} remain after vacancy, absence and reserve"
    return said + more if left < hours else said


def _uniform(instance: Instance, c: Coefficients) -> Iterator[Requirement]:
    if len(c.sets.localities) > 1:
        for d in np.flatnonzero(c.sets.uniform).tolist():
            name = instance["decisions"]["decision"][d]
            text = f"{name} has one level for every locality"
            yield Requirement("uniform", d, "decisions.csv", name, "uniform", True, text)
