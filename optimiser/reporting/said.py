"""What page and terminal both say of a design: units, what a change is worth, who binds, what is unmet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from optimiser.instance.instance import Instance
from optimiser.instance.names import Names
from optimiser.labels import label, say
from optimiser.terminal import fixed, money, percent, small

Row = Mapping[str, Any]
FULL = 0.9995  # of its hours, which is shown as 100.0 %: an organisation is said to use all of them


class Measured(NamedTuple):
    """A measure in units that people know; `today` and `change` are empty where today is not known."""

    name: str
    today: str
    best: str
    change: str  # "-": none that can be seen


def measures(best: Mapping[str, Any], today: Mapping[str, Any] | None = None) -> list[Measured]:
    """What a design means (`means` of its document), beside what today's does."""
    now = _measures(today) if today else {}
    found = list[Measured]()
    for name, (value, shown) in _measures(best).items():
        before = now[name][0] if now else 0.0
        change = shown(value - before).replace("%", label("units", "points"))
        same = not any(c in "123456789" for c in change)
        change = "-" if same else change if change.startswith("-") else f"+{change}"
        found.append(Measured(name, shown(before) if now else "", shown(value), change if now else ""))
    return found


def _measures(means: Mapping[str, Any]) -> dict[str, tuple[float, Callable[[float], str]]]:
    """Name of each measure -> its value, and how such a value is shown."""
    found: dict[str, tuple[float, Callable[[float], str]]] = {
        say("units.days"): (means["days_to_practice"], _tenths),
        say("units.answered_for"): (means["answered_for"], percent),
    }
    if means["volatility_pooled"] is not None:
        found[say("units.volatility")] = means["volatility_pooled"], percent
    for resource, unmet in means["unmet"].items():
        found[say("units.unmet", resource=label("resources", resource))] = unmet, _tenths
    for row in means["hours"]:
        used = row["used"] / row["available"] if row["available"] else 0.0
        found[say("units.hours", level=row["level"])] = used, percent
    if means["spend"]:
        found[say("units.spend")] = means["spend"], money
    return found


def _tenths(number: float) -> str:
    return fixed(number, 1)


def worth_of_change(names: Names, weights: Mapping[str, float], gain: float) -> str:
    """A difference in value, which has no unit, as so many decisions moved from worst to best."""
    code, weight = max(weights.items(), key=lambda item: item[1])
    moves = fixed(abs(gain) * len(names.decisions) / weight, 1)
    key = "today.worth_more" if gain >= 0 else "today.worth_less"
    return say(key, gain=small(abs(gain)), moves=moves, objective=names.objective(code))


class Tightest(NamedTuple):
    """An organisation's hours in the scenario in which they are nearest to running out."""

    share: float
    level: str
    row: Row  # of the table `staff`


def tightest(instance: Instance, staff: Iterable[Row]) -> list[Tightest]:
    """Whose hours are limited, those nearest to running out first: a small one can limit every decision."""
    organisations = instance["organisations"]
    level = dict(zip(map(str, organisations["organisation"]), map(str, organisations["level"]), strict=True))
    worst: dict[str, Tightest] = {}
    for row in staff:
        if row["available"] is not None:
            code = row["organisation"]
            share = row["used"] / row["available"] if row["available"] else 1.0
            if code not in worst or share > worst[code].share:
                worst[code] = Tightest(share, level[code], row)
    return sorted(worst.values(), key=lambda found: -found.share)


def all_used(found: Sequence[Tightest]) -> str:
    """How many use all of their hours, by level."""
    full = Counter(each.level for each in found if each.share > FULL)
    places = ", ".join(say("binds.at_level", n=count, level=level) for level, count in full.items())
    key = "binds.full" if full else "binds.none_full"
    return say(key, n=len(found), places=places, of=f"{len(found):,}")


class Demand(NamedTuple):
    """What there is of demand for one resource in one scenario, and what becomes of it."""

    resource: str
    scenario: str
    demand: float
    lent: float
    unmet: float

    @property
    def share(self) -> str:
        """That stays unmet."""
        return percent(self.unmet / self.demand if self.demand else 0.0, 2)


def demands(slack: Iterable[Row]) -> list[Demand]:
    """The table `slack`, summed over localities."""
    sums: dict[tuple[str, str], list[float]] = {}
    for row in slack:
        parts = sums.setdefault((row["resource"], row["scenario"]), [0.0, 0.0, 0.0])
        for k, name in enumerate(("demand", "lent", "unmet")):
            parts[k] += row[name]
    return [Demand(*key, *parts) for key, parts in sums.items()]
