"""Which requirements cannot hold together, and what would have to give: questions to one program in HiGHS.

Each row of a requirement i is `a x - M z_i - k e_i <= b`, with M the most by which any x could break it: z_i = 1
takes the requirement out, and e_i >= 0 is by how much its number gives.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from optimiser.solver.cuts import Cuts
from optimiser.solver.highs import Clock, Ended, Solver
from optimiser.studies.loosened import Loosened
from optimiser.studies.requirements import Requirement, below_the_bar

Array = np.ndarray
DIALS = ("hours", "budget", "changes", "unmet", "occupancy", "least")  # what has a number that can give
NUDGE = 1e-3  # price of breaking what no dial measures, beside dials priced at 1


class OutOfTimeError(Exception):
    """The clock ran out before a question was answered."""


@dataclass(frozen=True, eq=False)
class Point:
    """A design that keeps what was asked of it."""

    x: Array  # (columns of the program,)
    out: Array  # (requirements,) bool: taken out
    gives: Array  # (requirements,) by how much each dial gave


class Questions:
    """Asks whether requirements can hold together; `solves` counts the programs run."""

    def __init__(self, loosened: Loosened, clock: Clock, threads: int = 1) -> None:
        self.loosened, self.clock, self.solves = loosened, clock, 0
        self._solver = Solver(threads)
        self._known: dict[frozenset[int], bool] = {}
        self._columns = np.flatnonzero(loosened.needed)
        self._at = np.full(len(loosened.needed), -1)
        self._at[self._columns] = np.arange(len(self._columns))
        count, many = len(self._columns), loosened.count
        self._z = np.arange(count, count + many)
        self._e = self._z + many
        self._load()

    @property
    def requirements(self) -> list[Requirement]:
        """What may be asked about; positions in this list name them."""
        return self.loosened.requirements

    def _load(self) -> None:
        loose, p, many = self.loosened, self.loosened.program, self.loosened.count
        base = p.matrix[loose.background][:, self._columns]
        base.resize((len(loose.background), len(self._columns) + 2 * many))
        theirs, above = self._their_rows()
        dials = np.array([self._whole(i) for i in range(many)], bool)
        whole = np.concatenate([p.integer[self._columns], np.ones(many, bool), dials])
        self._solver.load(
            np.zeros(len(whole)),
            sparse.vstack([base, theirs], format="csr"),
            np.concatenate([p.lower[loose.background], np.full(len(above), -np.inf)]),
            np.concatenate([p.upper[loose.background], above]),
            np.concatenate([loose.lower[self._columns], np.zeros(2 * many)]),
            np.concatenate([loose.upper[self._columns], np.ones(many), np.zeros(many)]),
            whole,
        )
        pools = loose.pools.pools
        self._pooled = bool(pools) and bool(loose.needed[pools[0].buffer])
        if self._pooled:  # what every pool of all its members costs: exact where they stay together
            together = np.zeros(len(loose.needed))
            together[loose.placed] = 1.0
            self._add(loose.pools.separate(together))

    def _whole(self, i: int) -> bool:
        return i < len(self.requirements) and self.requirements[i].kind == "changes"

    def _their_rows(self) -> tuple[sparse.csr_array, Array]:
        loose = self.loosened
        data, places, starts, above = [], [], [0], []
        for row in loose.rows:
            some = loose.needed[row.columns]
            columns, values = row.columns[some], row.coefficients[some]
            most = np.maximum(values * loose.lower[columns], values * loose.upper[columns]).sum()
            i = row.requirement
            places.append(np.append(self._at[columns], [self._z[i], self._e[i]]))
            data.append(np.append(values, [-max(0.0, most - row.upper), -row.dial]))
            starts.append(starts[-1] + len(places[-1]))
            above.append(row.upper)
        shape = (len(above), len(self._columns) + 2 * loose.count)
        if not above:
            return sparse.csr_array(shape), np.zeros(0)
        matrix = sparse.csr_array((np.concatenate(data), np.concatenate(places), starts), shape=shape)
        return matrix, np.array(above)

    def _add(self, cuts: Cuts) -> None:
        m = cuts.matrix
        shape = (cuts.count, len(self._columns) + 2 * self.loosened.count)
        moved = sparse.csr_array((m.data, self._at[m.indices], m.indptr), shape=shape)
        self._solver.add_rows(moved, np.full(cuts.count, -np.inf), cuts.upper)

    # Questions

    def point(
        self,
        kept: Collection[int],
        dials: Mapping[int, float] | None = None,
        tidy: Collection[int] = (),
        spare: bool = False,
    ) -> Point | None:
        """A design that keeps these requirements; None: proven that there is none.

        `dials` may give, each at a price a unit, and the point is the cheapest; with `spare` they may also be
        tighter than they are. Those of `tidy`, which are taken out, are broken by little.
        """
        dials = dials or {}
        out, give = np.ones(self.loosened.count), np.zeros(self.loosened.count)
        out[[*kept, *dials]] = 0.0
        cost = np.zeros(len(self._columns) + 2 * self.loosened.count)
        for i, price in dials.items():
            give[i], cost[self._e[i]] = self.most(i), -price
        for i in tidy:
            self._discourage(self.requirements[i], cost)
        return self._ask(out, out, give, cost, spare)

    def fewest(self, firm: Collection[int]) -> Point | None:
        """A design that breaks as few requirements as can be, and none of `firm`."""
        lower, upper = np.zeros(self.loosened.count), np.ones(self.loosened.count)
        upper[list(firm)] = 0.0
        lower[len(self.requirements) :] = 1.0
        cost = np.zeros(len(self._columns) + 2 * self.loosened.count)
        cost[self._z] = -1.0
        return self._ask(lower, upper, np.zeros(self.loosened.count), cost, False)

    def most(self, i: int) -> float:
        """How far the dial of a requirement goes: as far as its table admits; 0 where it has none."""
        if i >= len(self.requirements):
            return np.inf
        r = self.requirements[i]
        if r.kind == "hours":
            return np.inf if self.loosened.kept_hours(r.of) > 0 else 0.0
        ends = (
            {"unmet": 1 - r.value, "occupancy": 1 / r.value - 1} if r.kind in ("unmet", "occupancy") else {}
        )
        return ends.get(r.kind, np.inf if r.kind in DIALS else 0.0)

    def _discourage(self, r: Requirement, cost: Array) -> None:
        """A small price on each breach."""
        placed = self.loosened.placed[r.of]
        if r.kind == "levels":
            cost[self._at[placed[:, ~self.loosened.allowed[r.of]]]] -= NUDGE
        if r.kind == "rating":
            instance, c = self.loosened.instance, self.loosened.c
            below = below_the_bar(instance, c)[r.of]
            rating = instance["organisations"]["rating"][c.sets.node[below, -1]]
            cost[self._at[placed[below, -1]]] -= NUDGE * (r.value - rating)

    def _ask(self, lower: Array, upper: Array, give: Array, cost: Array, spare: bool) -> Point | None:
        solver, pools = self._solver, self.loosened.pools
        solver.change_costs(cost)
        solver.change_bounds(self._z, lower, upper)
        solver.change_bounds(self._e, np.where((give > 0) & spare, -np.inf, 0.0), give)
        if self.loosened.unbudgeted:  # money buys where its requirement is kept
            self._open_purse(lower[-1] == 0)
        while True:
            self.solves += 1
            outcome = solver.run(self.clock, 1e-9)
            if outcome.ended is Ended.INFEASIBLE:
                return None
            if outcome.ended is not Ended.OPTIMAL or outcome.x is None:
                raise OutOfTimeError
            x = np.zeros(len(self._at))
            x[self._columns] = outcome.x[: len(self._columns)]
            cuts = pools.separate(x, around=True) if self._pooled else None
            if cuts is None or not cuts.count:
                return Point(x, outcome.x[self._z] > 0.5, outcome.x[self._e])
            self._add(cuts)

    def _open_purse(self, wide: bool) -> None:
        columns = self.loosened.compiled.columns
        for name in ("added", "support"):
            bought = np.arange(columns[name].start, columns[name].stop)
            most = self.loosened.upper[bought] if wide else np.zeros(len(bought))
            self._solver.change_bounds(self._at[bought], np.zeros(len(bought)), most)

    # Conflicts

    def hold(self, kept: Collection[int]) -> bool:
        """Whether these requirements can hold together."""
        key = frozenset(kept)
        if key not in self._known:
            self._known[key] = self.point(key) is not None
        return self._known[key]

    def conflict(self, among: Sequence[int], tell: Callable[[str], None]) -> list[int]:
        """A conflict among requirements that cannot all hold: take out any of it, and the rest of it can.

        Of several the one that needs the first of them (QuickXplain: Junker 2004).
        """

        def explain(background: list[int], grown: bool, rest: Sequence[int]) -> list[int]:
            tell(f"looking for what cannot hold together: {len(rest)} of {len(among)}, {self.solves} solves")
            if grown and not self.hold(background):
                return []
            if len(rest) == 1:
                return list(rest)
            first, second = rest[: len(rest) // 2], rest[len(rest) // 2 :]
            later = explain([*background, *first], True, second)
            return explain([*background, *later], bool(later), first) + later

        return sorted(explain([], False, among)) if len(among) else []

    @property
    def smallest(self) -> list[int] | None:
        """The smallest set met so far that is proven not to hold together."""
        failed = [key for key, held in self._known.items() if not held]
        return sorted(min(failed, key=lambda key: (len(key), sorted(key)))) if failed else None
