"""The program in which every requirement stands as rows of its own, to be taken out or made to give.

It is the compiled model of an instance that allows every level and lets every decision differ by locality;
what the user's instance requires beyond that is added. Only what can matter to feasibility is left in: the
recourse of what no limit and no floor looks at can always be to do nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyomo.environ as pyo
from scipy import sparse

from optimiser.coefficients import coefficients
from optimiser.coefficients.scores import direct_scores
from optimiser.coefficients.sets import Sets
from optimiser.instance.fixed import governed, site
from optimiser.instance.instance import Instance
from optimiser.model import assemble, budget, holding, staffing
from optimiser.record import Record
from optimiser.solver.compile.program import Compiled
from optimiser.solver.compile.units import Measure
from optimiser.solver.cuts.pool_cuts import PoolCuts
from optimiser.studies.diagnose.requirements import Requirement, kept_hours
from optimiser.tolerances import EQUAL

Array = np.ndarray
OPTIONAL = (
    "exercised", "monitored", "built", "unmet", "lent", "borrowed", "buffer", "pooled", "pair", "achieved",
    "threshold", "shortfall",
)  # fmt: skip
ROWS = {
    "hours": ("staff_suffice", "staff_suffice_in_scenario"), "rule": ("rule_kept",),
    "changes": ("few_changes",),
    "rating": ("earned_locally",), "budget": ("budget_suffices",), "unmet": ("little_unmet",),
    "occupancy": ("not_too_full",),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Part:
    """What of the program can matter to a question."""

    columns: Array  # (columns,) bool
    rows: Array  # positions of those that hold whatever is taken out


@dataclass(frozen=True, eq=False)
class Row:
    """A row of a requirement: `coefficients @ x - dial e <= upper`, where its number gives by e units."""

    requirement: int
    columns: Array
    coefficients: Array
    upper: float
    dial: float = 0.0
    row: int = -1  # of the program


@dataclass(frozen=True, eq=False)
class Theirs:
    """All rows of requirements, `matrix @ (x, e) <= upper`; those of floors come last."""

    matrix: sparse.csr_array
    upper: Array
    of: Array  # the requirement
    dial: Array  # what one more of its number gives
    row: Array  # of the program, -1 where it is not one of it


class Loosened:
    """`theirs` are the rows of requirements, `whole` is the rest, and `bare` the rest where no `aims` are.

    Where no budget is given, money buys nothing: the requirement after the last is the budget that would be.
    """

    def __init__(
        self,
        instance: Instance,
        requirements: list[Requirement],
        fix: Mapping[str, str],
    ) -> None:
        self.instance, self.requirements = instance, requirements
        sets = coefficients(instance).sets
        self.allowed, self.unscored = sets.allowed, _unscored(instance, sets)
        self.unbudgeted = instance.limits["budget"] is None and _buyable(instance)
        self.c = c = coefficients(_loosened(instance, self.unbudgeted))
        self.count = len(requirements) + self.unbudgeted
        floors = {c.sets.objectives[r.of] for r in requirements if r.kind == "least"}
        self.aims = floors & self._served()  # floors of what is done, not of who holds what alone
        self.stocks = {r for r, limit in enumerate(c.structure.capped) if limit or "resilience" in floors}
        self.compiled = Compiled(self._model(floors)).arranged()
        program = self.compiled.program(c.theta)
        measure = Measure(self.compiled, c)
        self.units = measure.units(program, c)
        self.program = measure.scaled(program, self.units)
        run = self.compiled.columns["placed"]
        by_holding = np.arange(run.start, run.stop).reshape(-1, len(c.sets.levels))
        self.placed = by_holding[c.sets.holding]  # (D, O, L) columns
        self.pools = PoolCuts(self.compiled, c)
        self.whole, self.bare = self._relevant(floors), self._relevant(floors - self.aims)
        self.unit = self._dial_units()  # (requirements,) of each number, in the user's
        self.theirs = self._theirs(sorted(self._rows(fix), key=self._is_floor))

    def _served(self) -> set[str]:
        """The objectives that what is done in a scenario serves."""
        return set(self.c.sets.objectives) - {"economy", "resilience"}

    def _model(self, floors: set[str]) -> pyo.ConcreteModel:
        if self.stocks or floors or self.c.structure.roomy.any():
            return assemble(self.c)
        model = pyo.ConcreteModel()  # who holds what settles it
        model.added = model.support = {}  # nothing to buy them for
        holding.one_level_each(model, self.c)
        holding.earned_autonomy(model, self.c)
        holding.rules(model, self.c)
        staffing.hours_suffice(model, self.c)
        budget.within_budget(model, self.c)
        holding.limited_change(model, self.c)
        model.nothing = pyo.Objective(expr=0.0)
        return model

    def kept_hours(self, n: int) -> float:
        """What vacancy, absence and reserve leave of one staff hour of n."""
        return kept_hours(self.instance, n)

    def _dial_units(self) -> Array:
        """One of each number in users' units: hours, money, or 1 where it is a share or a count."""
        rows, units = self.compiled.rows, np.ones(self.count)
        hours, budget = rows.index("staff_suffice"), rows["budget_suffices"]
        for i, r in enumerate(self.requirements):
            if r.kind == "hours" and self.kept_hours(r.of) > 0:
                units[i] = self.units.rows[hours[self.c.sets.organisations[r.of]]] / self.kept_hours(r.of)
            elif r.kind == "budget":
                units[i] = self.units.rows[budget][0]
        if self.unbudgeted:
            units[-1] = self.units.rows[budget][0]
        return units

    # What matters

    def _relevant(self, floors: set[str]) -> Part:
        """What can matter where these objectives have a floor."""
        columns, rows, sets = self.compiled.columns, self.compiled.rows, self.c.sets
        optional = np.zeros(len(columns.keys), bool)
        for name in OPTIONAL:
            optional[columns[name]] = True
        needed = ~optional
        for name in OPTIONAL:
            for key, column in columns.index(name).items():
                needed[column] = self._matters(name, key, floors)
        pattern = self.compiled.pattern
        dropped, kept = (pattern @ mask.astype(float) > 0 for mask in (~needed, optional & needed))
        keep = ~dropped | kept
        for key, row in rows.index("scored").items():
            keep[row] = key[0] in floors
        for key, row in rows.index("demand_covered").items():
            keep[row] = sets.resources.index(key[1]) in self.stocks
        for name in (name for names in ROWS.values() for name in names):
            keep[rows[name]] = False
        return Part(needed, np.flatnonzero(keep))

    def _matters(self, name: str, key: Any, floors: set[str]) -> bool:
        sets = self.c.sets
        if name in ("exercised", "built"):
            return bool(floors & self._served()) or (key[0], key[2]) in self._stocking
        if name in ("unmet", "lent", "borrowed"):
            return sets.resources.index(key[1]) in self.stocks
        if name == "achieved":
            return key[0] in floors
        reason = {"monitored": "accountability", "buffer": "risk_pooling", "pooled": "risk_pooling"}
        return bool(floors) if name == "pair" else reason.get(name) in floors

    @cached_property
    def _stocking(self) -> set[tuple[str, str]]:
        """Decision and level whose exercise stretches a resource, or moves it between localities."""
        sets, structure = self.c.sets, self.c.structure
        flexing = {(sets.decisions[d], sets.levels[-1]) for d, r in structure.flexes if r in self.stocks}
        governing = {sets.decisions[d] for d, r in structure.governs if r in self.stocks}
        return flexing | {(decision, level) for decision in governing for level in sets.levels}

    def _entries(self, row: int) -> tuple[Array, Array, float]:
        """Columns, coefficients and side of a row of the program."""
        matrix = self.program.matrix
        at = slice(matrix.indptr[row], matrix.indptr[row + 1])
        return matrix.indices[at], matrix.data[at], float(self.program.upper[row])

    # Rows of requirements

    def _rows(self, fix: Mapping[str, str]) -> Iterator[Row]:
        position = {(r.kind, r.of): i for i, r in enumerate(self.requirements)}
        if self.unbudgeted:
            position["budget", 0] = len(self.requirements)
        for kind, names in ROWS.items():
            for key, row in ((k, i) for name in names for k, i in self.compiled.rows.index(name).items()):
                of, dial = self._part(kind, key)
                if (kind, of) in position:
                    columns, values, side = self._entries(row)
                    if np.isinf(side):
                        values, side = -values, -float(self.program.lower[row])
                    i = position[kind, of]
                    yield Row(i, columns, values, side, dial * self.unit[i] / self.units.rows[row], row)
        for i, r in enumerate(self.requirements):
            make = {
                "fix": lambda r: self._fixed(r, fix), "least": self._floor, "levels": self._closed,
                "uniform": self._alike,
            }.get(r.kind)  # fmt: skip
            for columns, values, side in make(r) if make else ():
                yield Row(i, columns, values, side, 1.0 if r.kind == "least" else 0.0)

    def _part(self, kind: str, key: Any) -> tuple[int, float]:
        """Of which requirement of its kind a row is a part, and what one more of its number gives the row,
        in users' units."""
        c, sets = self.c, self.c.sets
        if kind == "hours":
            name, s = key if isinstance(key, tuple) else (key, None)
            n = sets.organisations.index(name)
            return n, (
                1.0 if s is None else float(c.staffing.present[sets.scenarios.index(s)])
            ) * self.kept_hours(n)
        if kind == "rule":
            return key[0], 0.0
        if kind == "rating":
            return sets.decisions.index(key[0]), 0.0
        if kind == "unmet":
            r = sets.resources.index(key[0])
            return r, float(c.slack.total_demand[r, sets.scenarios.index(key[1])])
        if kind == "occupancy":  # its dial is a fall of 1 / max_occupancy, in which the row is linear
            o, r = sets.localities.index(key[0]), sets.resources.index(key[1])
            return r, float(c.slack.max_occupancy[r] * c.slack.normal_demand[o, r])
        return 0, 1.0

    def _fixed(self, r: Requirement, fix: Mapping[str, str]) -> Iterator[tuple[Array, Array, float]]:
        sets, key = self.c.sets, list(fix)[r.of]
        d, level = sets.decisions.index(site(key)[0]), sets.levels.index(r.value)
        for o in governed(key, fix, sets.localities):
            yield self.placed[d, [o], level], np.array([-1.0]), -1.0

    def _floor(self, r: Requirement) -> Iterator[tuple[Array, Array, float]]:
        first, scenarios = self.compiled.columns["achieved"].start, len(self.c.sets.scenarios)
        yield first + r.of * scenarios + np.arange(scenarios), -self.c.value.probability, -r.value

    def _closed(self, r: Requirement) -> Iterator[tuple[Array, Array, float]]:
        for columns in self.placed[r.of][:, ~self.allowed[r.of]]:
            yield columns, np.ones(len(columns)), 0.0

    def _alike(self, r: Requirement) -> Iterator[tuple[Array, Array, float]]:
        """At every level at most what the first locality has there, so the same."""
        for other in self.placed[r.of][1:]:
            for pair in zip(other, self.placed[r.of][0], strict=True):
                yield np.array(pair), np.array([1.0, -1.0]), 0.0

    def _is_floor(self, row: Row) -> bool:
        return row.requirement < len(self.requirements) and self.requirements[row.requirement].kind == "least"

    def _theirs(self, rows: list[Row]) -> Theirs:
        of = np.array([row.requirement for row in rows], int)
        dial = np.array([row.dial for row in rows])
        e = len(self.program.cost) + of
        data = np.concatenate([np.zeros(0), *(np.append(row.coefficients, -row.dial) for row in rows)])
        columns = np.concatenate([np.zeros(0, int), *map(np.append, (row.columns for row in rows), e)])
        starts = np.cumsum([0, *(len(row.columns) + 1 for row in rows)])
        shape = len(rows), len(self.program.cost) + self.count
        return Theirs(
            matrix=sparse.csr_array((data, columns, starts), shape=shape),
            upper=np.array([row.upper for row in rows]),
            of=of,
            dial=dial,
            row=np.array([row.row for row in rows], int),
        )

    def kept(self, x: Array) -> Array:
        """(requirements,) bool: those that a point of the program keeps."""
        kept, theirs = np.ones(self.count, bool), self.theirs
        slack = EQUAL * np.maximum(1.0, np.abs(theirs.upper))
        kept[theirs.of[theirs.matrix[:, : len(x)] @ x > theirs.upper + slack]] = False
        return kept

    # Reading

    def record(self, x: Array) -> Record:
        """What a design at a point of the program does; nothing where nothing was asked of it."""
        c, sets, columns = self.c, self.c.sets, self.compiled.columns
        d, o, l, s = map(_positions, (sets.decisions, sets.localities, sets.levels, sets.scenarios))
        r, n = map(_positions, (sets.resources, sets.organisations))
        size = len(o), len(r), len(s)
        held = np.argmax(x[self.placed], axis=2)
        x = x * self.units.columns
        shares = {name: np.zeros((len(d), len(o), len(s))) for name in ("exercised", "monitored")}
        for name, array in shares.items():
            for (a, b, level, k), column in columns.index(name).items():
                if held[d[a], o[b]] == l[level]:
                    array[d[a], o[b], s[k]] = np.clip(x[column], 0.0, 1.0)
        units = {name: np.zeros(size) for name in ("lent", "borrowed", "unmet")}
        for name, array in units.items():
            for key, column in columns.index(name).items():
                array[o[key[0]], r[key[1]], s[key[-1]]] += max(0.0, x[column])
        idle = [i for i in range(len(r)) if i not in self.stocks]
        units["unmet"][:, idle] = np.nan_to_num(c.slack.shortage)[:, idle]
        support, added = np.zeros(len(n)), np.zeros(size[:2])
        for name, column in columns.index("support").items():
            support[n[name]] = np.clip(x[column], 0.0, 1.0)
        for key, column in columns.index("added").items():
            added[o[key[0]], r[key[1]]] = max(0.0, x[column])
        return Record(held=held, **shares, support=support, added=added, **units)


def _positions(names: list[str]) -> dict[str, int]:
    return {name: i for i, name in enumerate(names)}


def _buyable(instance: Instance) -> bool:
    """Whether money could buy slack or support."""
    priced = instance["resource_types"]["slack_cost"], instance["organisations"]["support_cost"]
    return any(bool((~np.isnan(cost)).any()) for cost in priced)


def _unscored(instance: Instance, sets: Sets) -> Array:
    """(D, L) levels that no table could allow as it stands: a decision that is scored has no score there."""
    missing = np.zeros(sets.allowed.shape, bool)
    for scores in direct_scores(instance, sets).values():
        blank = np.isnan(scores)  # (D, O, L)
        missing |= blank.any(axis=1) & ~blank.all(axis=(1, 2))[:, None]
    return missing


def _loosened(instance: Instance, unbudgeted: bool) -> Instance:
    """Every level allowed, and every decision held as each locality likes."""
    sets, decisions = coefficients(instance).sets, instance["decisions"]
    levels = np.full(decisions.rows, ";".join(sets.levels), dtype=object)
    decisions = decisions.with_column("levels", levels)
    if len(sets.localities) > 1:
        decisions = decisions.with_column("uniform", np.zeros(decisions.rows, bool))
    limits = {**instance.limits, "budget": 0.0} if unbudgeted else instance.limits
    return replace(instance, tables={**instance.tables, "decisions": decisions}, limits=limits)
