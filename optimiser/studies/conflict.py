"""Which requirements cannot hold together, and what would have to give: questions to one program in HiGHS.

Each row of a requirement i is `a x - k e_i <= b`, where e_i >= 0 is by how much its number gives; the rows of
a requirement that is taken out are left away.
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
GAP = 1e-9  # relative, of what dials cost
NUDGE = 1e-3  # price of breaking what no dial measures, beside dials priced at 1


class OutOfTimeError(Exception):
    """The clock ran out before a question was answered."""


@dataclass(frozen=True, eq=False)
class Point:
    """A design that keeps what was asked of it."""

    x: Array  # (columns of the program,)
    gives: Array  # (requirements,) by how much each dial gave


@dataclass(frozen=True, eq=False)
class _Asked:
    """A question: maximise `cost` @ (x, e) without what is `out`, e being at most `give`."""

    out: Array
    give: Array
    cost: Array
    spare: bool = False  # e may be negative too
    scored: bool = False  # levels that lack scores stay shut


class Questions:
    """Asks whether requirements can hold together; `solves` counts the programs run.

    Every question loads the program that it needs and no more, and a decision that stays uniform has one set
    of columns for all localities.
    """

    def __init__(self, loosened: Loosened, clock: Clock, threads: int = 1) -> None:
        self.loosened, self.clock, self.solves = loosened, clock, 0
        self._solver = Solver(threads)
        self._failed: set[tuple[bool, frozenset[int]]] = set()  # what is proven not to hold together
        self._kept: list[Array] = []  # for each known design, the requirements that it keeps
        self._uniform = self._of_kind("uniform")
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

    def _of_kind(self, kind: str) -> Array:
        """(requirements,) bool: those of a kind; the budget that would be is of none."""
        kinds = [r.kind for r in self.requirements] + [""] * self.loosened.unbudgeted
        return np.array([one == kind for one in kinds], bool)

    # Questions

    def point(
        self,
        kept: Collection[int],
        dials: Mapping[int, float] | None = None,
        *,
        spare: bool = False,
        scored: bool = False,
        start: Point | None = None,
    ) -> Point | None:
        """A design that keeps these requirements; None: proven that there is none.

        `dials` may give, each at a price a unit, and the point is the cheapest; with `spare` they may also be
        tighter than they are. `scored`: only at levels that a table could allow as it stands. `start` is a
        point that is known.
        """
        dials = dials or {}
        out, give, cost = self._nothing()
        out[:] = True
        out[[*kept, *dials]] = False
        for i, price in dials.items():
            give[i], cost[i - len(give)] = self.most(i), -price
        return self._ask(_Asked(out, give, cost, spare, scored), start)

    def repair(self, out: Collection[int], dials: Mapping[int, float]) -> Point | None:
        """The least that these have to give for all others to hold: by their `dials`, or broken by little."""
        gone, give, cost = self._nothing()
        gone[list(set(out) - set(dials))] = True
        gone[len(self.requirements) :] = True
        for i in out:
            if i in dials:
                give[i], cost[i - len(give)] = self.most(i), -dials[i]
            else:
                self._discourage(self.requirements[i], cost)
        return self._ask(_Asked(gone, give, cost, scored=True))

    def _nothing(self) -> tuple[Array, Array, Array]:
        """Nothing taken out, nothing gives, nothing costs."""
        many = self.loosened.count
        return np.zeros(many, bool), np.zeros(many), np.zeros(len(self.loosened.needed) + many)

    def most(self, i: int) -> float:
        """How far the dial of a requirement goes: as far as its table admits; 0 where it has none."""
        if i >= len(self.requirements):
            return np.inf
        r = self.requirements[i]
        if r.kind == "hours":
            return np.inf if self.loosened.kept_hours(r.of) > 0 else 0.0
        if r.kind == "unmet":
            return 1 - float(r.value)
        if r.kind == "occupancy":
            return 1 / float(r.value) - 1
        return np.inf if r.kind in DIALS else 0.0

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
        alike = self._uniform & ~asked.out
        fold = self._fold(np.flatnonzero(alike))
        used = np.flatnonzero(np.diff(fold.indptr))  # columns that stand for themselves or others
        fold = fold[:, used]
        self._load(asked, alike, fold, used)
        begin = None if start is None else np.concatenate([start.x[used], start.gives])
        while True:
            self.solves += 1
            outcome = self._solver.run(self.clock, GAP, begin)
            if outcome.ended is Ended.INFEASIBLE:
                return None
            if outcome.ended is not Ended.OPTIMAL or outcome.x is None:
                raise OutOfTimeError
            x, gives = fold @ outcome.x[: len(used)], outcome.x[len(used) :]
            cuts = loose.pools.separate(x, around=True) if self._pooled else None
            if cuts is None or not cuts.count:
                if not loose.unbudgeted or asked.out[-1]:  # money that there is none of proves nothing
                    self._kept.append(loose.kept(x))
                return Point(x, gives)
            self._cuts = join(self._cuts, cuts)
            further = _widened(cuts.matrix @ fold, many)
            self._solver.add_rows(further, np.full(cuts.count, -np.inf), cuts.upper)

    def _fold(self, uniform: Array) -> sparse.csc_array:
        """(columns, columns) which stands for which: of a decision kept uniform, its first locality's."""
        loose = self.loosened
        stands = np.arange(len(loose.needed))
        for i in uniform:
            placed = loose.placed[self.requirements[i].of]
            stands[placed] = placed[0]
        some = np.flatnonzero(loose.needed)
        shape = len(stands), len(stands)
        return sparse.csc_array((np.ones(len(some)), (some, stands[some])), shape=shape)

    def _load(self, asked: _Asked, alike: Array, fold: sparse.csc_array, used: Array) -> None:
        """The program of a question: columns (x, e), of x only those `used`."""
        loose, theirs, many, p = (
            self.loosened,
            self.loosened.theirs,
            self.loosened.count,
            self.loosened.program,
        )
        rows = np.flatnonzero(~(asked.out | alike)[theirs.of])
        dials = sparse.csr_array(
            (-theirs.dial[rows], (np.arange(len(rows)), theirs.of[rows])), shape=(len(rows), many)
        )
        parts = [
            _widened(p.matrix[loose.background] @ fold, many),
            _widened(self._cuts.matrix @ fold, many),
            sparse.hstack([theirs.matrix[rows] @ fold, dials], format="csr"),
        ]
        open_ = np.full(self._cuts.count + len(rows), -np.inf)
        matrix, below, above = _distinct(
            sparse.vstack(parts, format="csr"),
            np.concatenate([p.lower[loose.background], open_]),
            np.concatenate([p.upper[loose.background], self._cuts.upper, theirs.upper[rows]]),
        )
        least = np.where((asked.give > 0) & asked.spare, -np.inf, 0.0)
        self._solver.load(
            np.concatenate([asked.cost[: len(loose.needed)] @ fold, asked.cost[len(loose.needed) :]]),
            matrix,
            below,
            above,
            np.concatenate([p.column_lower[used], least]),
            np.concatenate([self._upper(asked)[used], asked.give]),
            np.concatenate([p.integer[used], self._of_kind("changes")]),
        )

    def _upper(self, asked: _Asked) -> Array:
        """Upper bounds of x: money buys only where there is a budget, and levels without scores stay shut."""
        loose = self.loosened
        upper = loose.program.column_upper.copy()
        if loose.unbudgeted and asked.out[-1]:
            for name in ("added", "support"):
                upper[loose.compiled.columns[name]] = 0.0
        if asked.scored:
            upper[np.swapaxes(loose.placed, 1, 2)[loose.unscored & ~loose.allowed]] = 0.0
        return upper

    # Conflicts

    def hold(self, kept: Collection[int], scored: bool = False) -> bool:
        """Whether these requirements can hold together."""
        key = (scored, frozenset(kept))
        if key in self._failed:
            return False
        if not scored and any(known[list(kept)].all() for known in self._kept):
            return True
        if self.point(kept, scored=scored) is not None:
            return True
        self._failed.add(key)
        return False

    def conflict(self, among: Sequence[int], tell: Callable[[str], None], scored: bool = False) -> list[int]:
        """A conflict among requirements that cannot all hold: take out any of it, and the rest of it can.

        Of several the one that needs the first of them (QuickXplain: Junker 2004).
        """

        def explain(background: list[int], grown: bool, rest: Sequence[int]) -> list[int]:
            tell(f"looking for what cannot hold together: {len(rest)} of {len(among)}, {self.solves} solves")
            if grown and not self.hold(background, scored):
                return []
            if len(rest) == 1:
                return list(rest)
            first, second = rest[: len(rest) // 2], rest[len(rest) // 2 :]
            later = explain([*background, *first], True, second)
            return explain([*background, *later], bool(later), first) + later

        found = sorted(explain([], False, among))
        if self.hold(found, scored):
            raise SolverError("requirements that were shown not to hold together hold after all")
        return found

    def fewest(self, conflict: Sequence[int], tell: Callable[[str], None]) -> list[int]:
        """As few requirements as can be without which all others hold; empty: none would help.

        Whatever gives must break every conflict, so the fewest that break all known ones are tried; where the
        others cannot hold yet, there is one conflict more to know (Reiter 1987; implicit hitting sets).
        """
        known, every = [list(conflict)], range(len(self.requirements))
        while True:
            out = self._hitting(known)
            tell(f"looking for the fewest that would have to give: at least {len(out)}, {self.solves} solves")
            rest = [i for i in every if i not in out]
            if self.hold(rest, scored=True):
                return out
            further = self.conflict(rest, tell, scored=True)
            if not further:
                return []
            known.append(further)

    def _hitting(self, sets: Sequence[Sequence[int]]) -> list[int]:
        """The fewest requirements of which every set has one."""
        many = len(self.requirements)
        columns = np.concatenate(sets)
        starts = np.cumsum([0, *map(len, sets)])
        matrix = sparse.csr_array((np.ones(len(columns)), columns, starts), shape=(len(sets), many))
        none, one = np.zeros(many), np.ones(many)
        self._solver.load(-one, matrix, np.ones(len(sets)), np.full(len(sets), np.inf), none, one, one > 0)
        outcome = self._solver.run(self.clock)
        if outcome.ended is not Ended.OPTIMAL or outcome.x is None:
            raise OutOfTimeError
        return np.flatnonzero(outcome.x > 0.5).tolist()

    @property
    def smallest(self) -> list[int] | None:
        """The smallest set met so far that is proven not to hold together."""
        failed = [sorted(key) for scored, key in self._failed if not scored]
        return min(failed, key=lambda found: (len(found), found), default=None)


def _widened(matrix: sparse.csr_array, by: int) -> sparse.csr_array:
    """With so many empty columns at its end."""
    shape = matrix.shape[0], matrix.shape[1] + by
    return sparse.csr_array((matrix.data, matrix.indices, matrix.indptr), shape)


def _distinct(matrix: sparse.csr_array, lower: Array, upper: Array) -> tuple[sparse.csr_array, Array, Array]:
    """Every row once: localities that share a decision's level share its rows."""
    matrix.sum_duplicates()
    seen: dict[tuple[bytes, bytes, float, float], int] = {}
    for row, (begin, end) in enumerate(itertools.pairwise(matrix.indptr.tolist())):
        entries = matrix.indices[begin:end].tobytes(), matrix.data[begin:end].tobytes()
        seen.setdefault((*entries, lower[row], upper[row]), row)
    rows = np.fromiter(seen.values(), int)
    return matrix[rows], lower[rows], upper[rows]
