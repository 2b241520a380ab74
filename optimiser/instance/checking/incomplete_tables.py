"""Holes that defaults fill in the middle of data: where some have a number and others do not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, combinations, islice

import numpy as np

from optimiser.instance.checking.problems import listing, number_text
from optimiser.instance.content import Content
from optimiser.instance.schema.schema import TABLES

# Columns of decisions.csv in which a blank says something itself: not urgent, no bar, nothing to flex, alone.
_BLANK_SPEAKS = ("half_life_days", "min_rating", "flex", "correlation")
# What a blank of organisations.csv does, where it is not a number: of one, and of several.
_UNLIMITED = {
    "staff_hours": ("is not limited", "are not limited"),
    "rating": ("passes every bar", "pass every bar"),
    "support_cost": ("can buy no support", "can buy no support"),
}


@dataclass(frozen=True)
class _Hole:
    where: str  # 'risk.csv has the sd of {}': {} for the subjects
    subject: str
    count: str  # '119 of 120 trusts'
    whom: tuple[str, ...]  # who is left out
    gets: str  # what stands there
    values: tuple[float, ...] = ()  # what the others have


def holes(instance: Content) -> Iterator[str]:
    """One line for each: who has nothing, what stands there in its place, and what the others have."""
    kinds: tuple[Callable[[Content], Iterator[_Hole]], ...] = (
        _levels, _decisions, _organisations, _silent, _workload, _local_work, _delays, _risk, _correlations,
        _needs, _resources, _surges, _current,
    )  # fmt: skip
    alike: defaultdict[tuple[object, ...], list[_Hole]] = defaultdict(list)
    for kind in kinds:
        for hole in kind(instance):
            alike[hole.where, hole.count, hole.whom, hole.gets].append(hole)
    for group in alike.values():
        one = group[0]
        known = sorted({value for hole in group for value in hole.values})
        others = f", where the others have {_range(known)}" if known else ""
        subjects = listing([hole.subject for hole in group])
        yield f"{one.where.format(subjects)} for {one.count}: {listing(one.whom)} {one.gets}{others}"


def _range(values: Iterable[float]) -> str:
    ends = sorted(values)
    return " to ".join(dict.fromkeys(_short(ends[at]) for at in (0, -1)))


def _short(number: float) -> str:
    return number_text(float(round(number) if abs(number) >= 100 else f"{number:.3g}"))


def _of(given: int, everyone: int, level: str) -> str:
    """'119 of 120 trusts'."""
    many = "localities" if level == "local" else level if level.endswith("s") else f"{level}s"
    return f"{given} of {everyone} {many}"


def _one(whom: Iterable[str], verb: str, verbs: str) -> str:
    return verbs if len(tuple(whom)) > 1 else verb


def _gets(whom: Iterable[str], what: str) -> str:
    return f"{_one(whom, 'gets', 'get')} {what}"


def _left_out(instance: Content, given: Mapping[str, float]) -> tuple[tuple[str, ...], str]:
    """Localities for which nothing is given, and how many have something."""
    whom = tuple(place for place in instance.localities if place not in given)
    everyone = len(instance.localities)
    return whom, _of(everyone - len(whom), everyone, instance["levels"]["level"][-1])


def _levels(instance: Content) -> Iterator[_Hole]:
    """Levels between the ends, where the default is no judgement of theirs."""
    table = instance["levels"]
    for name, natural in (("delay_days", [-1]), ("accountability", [0, -1]), ("mobilisation", [-1])):
        blank = table.blank(name)
        middle = blank.copy()
        middle[natural] = False
        if middle.any() and not blank.all():
            whom, count = tuple(table["level"][middle]), f"{(~blank).sum()} of {table.rows} levels"
            gets = _gets(whom, _range(table[name][middle]))
            yield _Hole("instance.toml gives {}", name, count, whom, gets, tuple(table[name][~blank]))


def _decisions(instance: Content) -> Iterator[_Hole]:
    table = instance["decisions"]
    for name, column in TABLES["decisions"].expand(*instance.axes).items():
        blank = table.blank(name)
        if column.kind == "number" and name not in _BLANK_SPEAKS and blank.any() and not blank.all():
            whom, count = tuple(table["decision"][blank]), f"{(~blank).sum()} of {table.rows} decisions"
            gets = _gets(whom, number_text(column.blank))
            yield _Hole("decisions.csv has {}", name, count, whom, gets, tuple(table[name][~blank]))


def _organisations(instance: Content) -> Iterator[_Hole]:
    """Within each level: those above it may well be without a limit, or without data."""
    table = instance["organisations"]
    for name, column in TABLES["organisations"].by_name.items():
        for level in instance["levels"]["level"] if column.kind == "number" else ():
            here, blank = table["level"] == level, table.blank(name)
            without, given = here & blank, here & ~blank
            if without.any() and given.any():
                whom = tuple(table["organisation"][without])
                gets = (
                    _one(whom, *_UNLIMITED[name])
                    if name in _UNLIMITED
                    else _gets(whom, number_text(column.blank))
                )
                count = _of(given.sum(), here.sum(), level)
                yield _Hole("organisations.csv has {}", name, count, whom, gets, tuple(table[name][given]))


def _silent(instance: Content) -> Iterator[_Hole]:
    """Decisions of which workload.csv says nothing."""
    names, table = instance["decisions"]["decision"], instance["workload"]
    whom = tuple(name for name in names if name not in set(table["decision"]))
    if table.rows and whom:
        count = f"{len(names) - len(whom)} of {len(names)} decisions"
        yield _Hole("workload.csv has {}", "rows", count, whom, _one(whom, "takes nothing", "take nothing"))


def _workload(instance: Content) -> Iterator[_Hole]:
    """What holding a decision takes, at the levels at which it may be held and at which that can matter."""
    table, organisations = instance["workload"], instance["organisations"]
    limited = set(organisations["level"][~np.isnan(organisations["staff_hours"])])
    levels = list(instance["levels"]["level"])
    own = table["level"] == table["at"]
    for name in ("hours", "fixed_hours", "cost", "fixed_cost"):
        found: defaultdict[str, dict[str, float]] = defaultdict(dict)
        for row in np.flatnonzero(own & ~table.blank(name)).tolist():
            found[table["decision"][row]][table["level"][row]] = float(table[name][row])
        for decision, allowed in zip(
            instance["decisions"]["decision"], instance["decisions"]["levels"], strict=True
        ):
            known, matter = found[decision], allowed.split(";") if allowed else levels
            if name.endswith("hours"):
                matter = [level for level in matter if level in limited]
            whom = tuple(level for level in matter if level not in known)
            if known and whom:
                where, count = f"workload.csv has {name} of {{}}", f"{listing(list(known))}"
                gets = _one(whom, "takes 0", "take 0")
                yield _Hole(where, decision, f"level {count}", whom, gets, tuple(known.values()))


def _local_work(instance: Content) -> Iterator[_Hole]:
    """Work that some localities have on rows of their own, with no row for the others."""
    table = instance["workload"]
    for name in ("hours", "cost"):
        found: defaultdict[tuple[str, str, str], dict[str, float]] = defaultdict(dict)
        for row in np.flatnonzero(~table.blank(name)).tolist():
            decision, level, at = (table[key][row] for key in ("decision", "level", "at"))
            found[decision, level, at][table["organisation"][row]] = float(table[name][row])
        for (decision, level, at), given in found.items():
            whom, count = _left_out(instance, given)
            if whom and "" not in given:
                falls = f", falling at {at}" if at != level else ""
                where = f"workload.csv has {name} of {{}} held at {level}{falls}"
                gets = _one(whom, "takes 0", "take 0")
                yield _Hole(where, decision, count, whom, gets, tuple(given.values()))


def _delays(instance: Content) -> Iterator[_Hole]:
    """Levels at which a decision may be held and which have no delay of its own, where others have."""
    table, levels = instance["delays"], instance["levels"]
    usual = dict(zip(levels["level"], levels["delay_days"], strict=True))
    allowed = dict(zip(instance["decisions"]["decision"], instance["decisions"]["levels"], strict=True))
    found: defaultdict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for decision, level, days in zip(table["decision"], table["level"], table["days"], strict=True):
        found[decision][level].append(float(days))
    for decision, known in found.items():
        may = allowed[decision].split(";") if allowed[decision] else list(usual)
        whom = tuple(level for level in may if level not in known)
        if whom:
            gets = _gets(whom, f"the level's, {_range(usual[level] for level in whom)}")
            days = tuple(chain(*known.values()))
            yield _Hole("delays.csv has {}", decision, f"level {listing(list(known))}", whom, gets, days)


def _by_decision(instance: Content, table: str, column: str) -> dict[str, dict[str, float]]:
    """Decision to locality to what is given there."""
    found: defaultdict[str, dict[str, float]] = defaultdict(dict)
    given = instance[table]
    for row in np.flatnonzero(~given.blank(column)).tolist():
        found[given["decision"][row]][given["organisation"][row]] = float(given[column][row])
    return dict(found)


def _risk(instance: Content) -> Iterator[_Hole]:
    sd = dict(zip(instance["decisions"]["decision"], instance.sd, strict=True))
    at = {name: o for o, name in enumerate(instance.localities)}
    people = not np.isnan(instance["organisations"]["population"]).all()
    for decision, found in _by_decision(instance, "risk", "sd").items():
        whom, count = _left_out(instance, found)
        if whom:
            root = _one(whom, "square root of its population", "square roots of their populations")
            stands = _range(sd[decision][at[place]] for place in whom)
            gets = _gets(whom, f"the {root}, {stands}" if people else stands)
            yield _Hole("risk.csv has the sd of {}", decision, count, whom, gets, tuple(found.values()))
    for decision, found in _by_decision(instance, "risk", "mean").items():
        whom, count = _left_out(instance, found)
        if whom:
            gets = _one(whom, "counts for nothing in solidarity", "count for nothing in solidarity")
            yield _Hole("risk.csv has the mean of {}", decision, count, whom, gets, tuple(found.values()))


def _correlations(instance: Content) -> Iterator[_Hole]:
    """Pairs of localities whose burdens vary."""
    rows: defaultdict[str, dict[frozenset[str], float]] = defaultdict(dict)
    for decision, a, b, rho in zip(*instance["correlations"].values(), strict=True):
        rows[decision][frozenset((a, b))] = float(rho)
    for d, decision in enumerate(instance["decisions"]["decision"]):
        if found := rows.get(decision, {}):
            varying = np.array(instance.localities, dtype=object)[instance.sd[d] > 0]
            pairs = len(varying) * (len(varying) - 1) // 2
            known = sum(pair <= set(varying) for pair in found)
            if known < pairs:
                missing = (pair for pair in combinations(varying, 2) if frozenset(pair) not in found)
                whom = tuple(f"{a} with {b}" for a, b in islice(missing, 3))
                whom += (f"{pairs - known - len(whom)} other pairs",) * (pairs - known > len(whom))
                rho = _short(instance["decisions"]["correlation"][d])
                gets, count = _gets(whom, f"the decision's own, {rho}"), f"{known} of {pairs} pairs"
                yield _Hole("correlations.csv has {}", decision, count, whom, gets, tuple(found.values()))


def _needs(instance: Content) -> Iterator[_Hole]:
    found = _by_decision(instance, "needs", "need")
    for decision, own in found.items():
        given = {**found.get("", {}), **own}
        whom, count = _left_out(instance, given)
        if whom:
            gets = _one(whom, "is taken to fit any policy", "are taken to fit any policy")
            where = "needs.csv has the need for {}" if decision else "needs.csv has {}"
            yield _Hole(where, decision or "a need", count, whom, gets, tuple(given.values()))


def _resources(instance: Content) -> Iterator[_Hole]:
    table = instance["resources"]
    for resource in instance.resources:
        rows = table["resource"] == resource
        held = dict(zip(table["organisation"][rows], table["capacity"][rows], strict=True))
        whom, count = _left_out(instance, held)
        if held and whom:
            gets = _one(whom, "has and needs none", "have and need none")
            yield _Hole("resources.csv has {}", resource, count, whom, gets, tuple(held.values()))


def _surges(instance: Content) -> Iterator[_Hole]:
    """Of the localities that have the resource at all."""
    table, scenarios = instance["surges"], list(instance["scenarios"]["scenario"])
    resources = instance["resources"]
    for name in ("surge", "loss"):
        found: defaultdict[tuple[str, str], dict[str, float]] = defaultdict(dict)
        for row in np.flatnonzero(~table.blank(name)).tolist():
            key = table["scenario"][row], table["resource"][row]
            found[key][table["organisation"][row]] = float(table[name][row])
        for (scenario, resource), given in found.items():
            places = resources["organisation"][resources["resource"] == resource]
            whom = tuple(place for place in places if place not in given)
            if whom:
                default = instance["scenarios"][f"{name}.{resource}"][scenarios.index(scenario)]
                gets = _gets(whom, f"the scenario's, {_short(default)}")
                count = _of(len(places) - len(whom), len(places), instance["levels"]["level"][-1])
                where = f"surges.csv has the {name} of {{}} in {scenario}"
                yield _Hole(where, resource, count, whom, gets, tuple(given.values()))


def _current(instance: Content) -> Iterator[_Hole]:
    places: defaultdict[str, dict[str, float]] = defaultdict(dict)
    table = instance["current"]
    for decision, place in zip(table["decision"], table["organisation"], strict=True):
        places[decision][place] = 0.0
    for decision, given in places.items():
        whom, count = _left_out(instance, given)
        if whom and "" not in given:
            yield _Hole("current.csv has {}", decision, count, whom, "cannot count as changed")
