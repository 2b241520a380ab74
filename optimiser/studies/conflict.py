"""Which requirements cannot hold together, and what would have to give: questions to one program in HiGHS.

Each row of a requirement i is `a x - M z_i - k e_i <= b`, with M the most by which any x could break it:
z_i = 1 takes the requirement out, and e_i >= 0 is by how much its number gives.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from optimiser.design import SolverError
from optimiser.solver.cuts import Cuts, join
from optimiser.solver.highs import Clock, Ended, Solver
from optimiser.studies.loosened import Loosened
from optimiser.studies.requirements import Requirement, below_the_bar

Array = np.ndarray
DIALS = ("hours", "budget", "changes", "unmet", "occupancy", "least")  # what has a number that can give
GAP = 1e-9
NUDGE = 1e-3  # price of breaking what no dial measures, beside dials priced at 1


class OutOfTimeError(Exception):
    """The clock ran out before a question was answered."""


@dataclass(frozen=True, eq=False)
class Point:
    """A design that keeps what was asked of it."""

    x: Array  # (columns of the program,)
    out: Array  # (requirements,) bool: taken out
    gives: Array  # (requirements,) by how much each dial gave


@dataclass(frozen=True, eq=False)
class _Asked:
    """A question: maximise `cost` @ (x, z, e) with z between these and e at most `give`."""

    least_out: Array
    most_out: Array
    give: Array
    cost: Array
    spare: bool = False  # e may be negative too
    scored: bool = False  # levels that lack scores stay shut


class Questions:
    """Asks whether requirements can hold together; `solves` counts the programs run.

    Every question loads the program that it needs and no more: rows of what is taken out are left away, and a
    decision that stays uniform has one set of columns for all localities.
    """

    def __init__(self, loosened: Loosened, clock: Clock, threads: int = 1) -> None:
        self.loosened, self.clock, self.solves = loosened, clock, 0
        self._solver = Solver(threads)
        self._known: dict[frozenset[int], bool] = {}
        kinds = [r.kind for r in loosened.requirements] + [""] * loosened.unbudgeted
        self._uniform = np.array([kind == "uniform" for kind in kinds], bool)
        pools, size = loosened.pools.pools, len(loosened.needed)
        self._pooled = bool(pools) and bool(loosened.needed[pools[0].buffer])
        self._cuts = Cuts(sparse.csr_array((0, size)), np.zeros(0))
        if self._pooled:  # what every pool of all its members costs: exact where they stay together
            together = np.zeros(size)
            together[loosened.placed] = 1.0
            self._cuts = loosened.pools.separate(together)

    @property
    def requirements(self) -> list[Requirement]:
        """What may be asked about; positions in this list name them."""
        return self.loosened.requirements

    # Questions

    def point(
        self,
        kept: Collection[int],
        dials: Mapping[int, float] | None = None,
        *,
        spare: bool = False,
        start: Point | None = None,
    ) -> Point | None:
        """A design that keeps these requirements; None: proven that there is none.

        `dials` may give, each at a price a unit, and the point is the cheapest; with `spare` they may also be
        tighter than they are. `start` is a point that is known.
        """
        dials = dials or {}
        out, give, cost = self._nothing()
        out[:] = 1.0
        out[[*kept, *dials]] = 0.0
        for i, dial_price in dials.items():
            give[i], cost[i - len(give)] = self.most(i), -dial_price
        return self._ask(_Asked(out, out, give, cost, spare), start)

    def repair(self, out: Collection[int], dials: Mapping[int, float]) -> Point | None:
        """The least that these have to give for all others to hold: by their `dials`, or broken by little.

        Only levels that a repair could allow are used.
        """
        gone, give, cost = self._nothing()
        gone[list(set(out) - set(dials))] = 1.0
        gone[len(self.requirements) :] = 1.0
        for i in out:
            if i in dials:
                give[i], cost[i - len(give)] = self.most(i), -dials[i]
            else:
                self._discourage(self.requirements[i], cost)
        return self._ask(_Asked(gone, gone, give, cost, scored=True))

    def fewest(self) -> Point | None:
        """A design that breaks as few requirements as can be."""
        lower, give, cost = self._nothing()
        lower[len(self.requirements) :] = 1.0
        cost[-2 * len(give) : -len(give)] = -1.0
        return self._ask(_Asked(lower, np.ones(len(give)), give, cost, scored=True))

    def _nothing(self) -> tuple[Array, Array, Array]:
        """Zeros: for what is taken out, for what gives, and for the costs of (x, z, e)."""
        many = self.loosened.count
        return np.zeros(many), np.zeros(many), np.zeros(len(self.loosened.needed) + 2 * many)

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
        placed = self.loosened.placed
        if r.kind == "levels":
            cost[placed[r.of][:, ~self.loosened.allowed[r.of]]] -= NUDGE
        if r.kind == "rating":
            instance, c = self.loosened.instance, self.loosened.c
            below = below_the_bar(instance, c)[r.of]
            rating = instance["organisations"]["rating"][c.sets.node[below, -1]]
            cost[placed[r.of][below, -1]] -= NUDGE * (r.value - rating)

    def _ask(self, asked: _Asked, start: Point | None = None) -> Point | None:
        loose, many = self.loosened, self.loosened.count
        fold = self._fold(asked.most_out == 0)
        used = np.flatnonzero(np.diff(fold.indptr))  # columns that stand for themselves or others
        fold = fold[:, used]
        self._load(asked, fold, used)
        begin = None if start is None else np.concatenate([start.x[used], start.out, start.gives])
        while True:
            self.solves += 1
            outcome = self._solver.run(self.clock, GAP, begin)
            if outcome.ended is Ended.INFEASIBLE:
                return None
            if outcome.ended is not Ended.OPTIMAL or outcome.x is None:
                raise OutOfTimeError
            x, z, e = np.split(outcome.x, [len(used), len(used) + many])
            x = fold @ x
            cuts = loose.pools.separate(x, around=True) if self._pooled else None
            if cuts is None or not cuts.count:
                return Point(x, z > 0.5, e)
            self._cuts = join(self._cuts, cuts)
            further = _widened(cuts.matrix @ fold, 2 * many)
            self._solver.add_rows(further, np.full(cuts.count, -np.inf), cuts.upper)

    def _fold(self, kept: Array) -> sparse.csc_array:
        """(columns, columns) which stands for which: of a decision kept uniform, its first locality's."""
        loose = self.loosened
        stands = np.arange(len(loose.needed))
        for i in np.flatnonzero(self._uniform & kept):
            placed = loose.placed[self.requirements[i].of]
            stands[placed] = placed[0]
        some = np.flatnonzero(loose.needed)
        shape = len(stands), len(stands)
        return sparse.csc_array((np.ones(len(some)), (some, stands[some])), shape=shape)

    def _load(self, asked: _Asked, fold: sparse.csc_array, used: Array) -> None:
        """The program of a question: columns (x, z, e), of x only those `used`."""
        loose, theirs, many = self.loosened, self.loosened.theirs, self.loosened.count
        p, free = loose.program, asked.least_out < asked.most_out
        idle = (asked.least_out == 1) | (self._uniform & (asked.most_out == 0))
        rows = np.flatnonzero(~idle[theirs.of])
        of = theirs.of[rows]
        out, give = (
            sparse.csr_array((-values, (np.arange(len(rows)), of)), shape=(len(rows), many))
            for values in (theirs.slack[rows] * free[of], theirs.dial[rows])
        )
        parts = [
            _widened(p.matrix[loose.background] @ fold, 2 * many),
            _widened(self._cuts.matrix @ fold, 2 * many),
            sparse.hstack([theirs.matrix[rows] @ fold, out, give], format="csr"),
        ]
        open_ = np.full(self._cuts.count + len(rows), -np.inf)
        matrix, below, above = _distinct(
            sparse.vstack(parts, format="csr"),
            np.concatenate([p.lower[loose.background], open_]),
            np.concatenate([p.upper[loose.background], self._cuts.upper, theirs.upper[rows]]),
        )
        least = np.where((asked.give > 0) & asked.spare, -np.inf, 0.0)
        whole = np.array([r.kind == "changes" for r in self.requirements] + [False] * loose.unbudgeted, bool)
        self._solver.load(
            np.concatenate([asked.cost[: len(loose.needed)] @ fold, asked.cost[len(loose.needed) :]]),
            matrix,
            below,
            above,
            np.concatenate([loose.lower[used], asked.least_out, least]),
            np.concatenate([self._upper(asked)[used], asked.most_out, asked.give]),
            np.concatenate([p.integer[used], free, whole]),
        )

    def _upper(self, asked: _Asked) -> Array:
        """Upper bounds of x: money buys only where there is a budget, and levels without scores stay shut."""
        loose = self.loosened
        upper = loose.upper.copy()
        if loose.unbudgeted and asked.least_out[-1] == 1:
            for name in ("added", "support"):
                upper[loose.compiled.columns[name]] = 0.0
        if asked.scored:
            upper[np.swapaxes(loose.placed, 1, 2)[loose.unscored & ~loose.allowed]] = 0.0
        return upper

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

        found = sorted(explain([], False, among))
        if self.hold(found):
            raise SolverError("requirements that were shown not to hold together hold after all")
        return found

    @property
    def smallest(self) -> list[int] | None:
        """The smallest set met so far that is proven not to hold together."""
        failed = [sorted(key) for key, held in self._known.items() if not held]
        return min(failed, key=lambda found: (len(found), found), default=None)


def _widened(matrix: sparse.csr_array, by: int) -> sparse.csr_array:
    """With so many empty columns at its end."""
    return sparse.csr_array(
        (matrix.data, matrix.indices, matrix.indptr), (matrix.shape[0], matrix.shape[1] + by)
    )


def _distinct(matrix: sparse.csr_array, lower: Array, upper: Array) -> tuple[sparse.csr_array, Array, Array]:
    """Every row once: localities that share a decision's level share its rows."""
    matrix.sum_duplicates()
    seen: dict[tuple[bytes, bytes, float, float], int] = {}
    for row, (begin, end) in enumerate(itertools.pairwise(matrix.indptr.tolist())):
        entries = matrix.indices[begin:end].tobytes(), matrix.data[begin:end].tobytes()
        seen.setdefault((*entries, lower[row], upper[row]), row)
    rows = np.fromiter(seen.values(), int)
    return matrix[rows], lower[rows], upper[rows]
