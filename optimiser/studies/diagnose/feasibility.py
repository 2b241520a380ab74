"""Whether requirements can hold together, and by how much numbers must give: questions to HiGHS.

Each row of a requirement i is `a x - k e_i <= b`, where e_i >= 0 is by how much its number gives; the rows of
a requirement that is taken out are left away.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from optimiser.solver.clock import Clock
from optimiser.solver.cuts.cuts import Cuts, join
from optimiser.solver.highs import Solver
from optimiser.solver.outcome import Ended, Outcome
from optimiser.studies.diagnose.elastic_program import Loosened
from optimiser.studies.diagnose.recourse_cuts import Point, RecourseCuts
from optimiser.studies.diagnose.requirements import Requirement, below_the_bar
from optimiser.tolerances import TOLERANCE, size

Array = np.ndarray
DIALS = ("hours", "budget", "changes", "unmet", "occupancy", "least")  # what has a number that can give
INNER = ("hours", "unmet", "least")  # what recourse may have to do with
FREE = ("support", "built", "added", "achieved")  # columns of what is settled with the recourse
GAP = 1e-9  # relative, of what dials cost
ANY = 1e9  # a gap with which the first point is good enough
NUDGE = 1e-3  # price of breaking what no dial measures, beside dials priced at 1
DEAR = 100.0  # price of a floor that recourse misses
ROUNDS, STALE, TAIL = 60, 3, 1e-5  # of cutting the relaxation, as in the search for a best design


class OutOfTimeError(Exception):
    """The clock ran out before a question was answered."""


@dataclass(frozen=True, eq=False)
class Asked:
    """A question: maximise `cost` @ (x, e) without what is `out`, e being at most `give`."""

    out: Array
    give: Array
    cost: Array
    spare: bool = False  # e may be negative too
    scored: bool = False  # levels that lack scores stay shut
    whole: bool = True  # the recourse is asked for too, not only who holds what


class Questions:
    """Asks one after the other; `solves` counts the programs run, `kept` what each design found so far keeps.

    Every question loads the program that it needs and no more, and a decision that stays uniform has one set
    of columns for all localities. Where aims have floors, recourse is left out: cuts say what it can do for
    them (`RecourseCuts`), and a design that they let through is completed.
    """

    def __init__(self, loosened: Loosened, clock: Clock, threads: int = 1) -> None:
        self.loosened, self.clock, self.solves = loosened, clock, 0
        self.kept: list[Array] = []
        self._solver, self._second = Solver(threads), Solver(threads)
        self._uniform, self._inner = self._of_kind("uniform"), self._of_kind(*INNER)
        self._size = len(loosened.program.cost)
        self._cuts = self._none = Cuts(sparse.csr_array((0, self._size + loosened.count)), np.zeros(0))
        pools = loosened.pools.pools
        self._pooled = bool(pools) and bool(loosened.whole.columns[pools[0].buffer])
        if self._pooled:  # what every pool of all its members costs: exact where they stay together
            together = np.zeros(self._size)
            together[loosened.placed] = 1.0
            self._cuts = self._of_pools(loosened.pools.separate(together))
        self._recourse_cuts = RecourseCuts(loosened) if loosened.aims else None

    @property
    def requirements(self) -> list[Requirement]:
        """What may be asked about; positions in this list name them."""
        return self.loosened.requirements

    def _of_kind(self, *kinds: str) -> Array:
        """(requirements,) bool: those of a kind; the budget that would be is of none."""
        every = [r.kind for r in self.requirements] + [""] * self.loosened.unbudgeted
        return np.array([kind in kinds for kind in every], bool)

    # Questions

    def point(
        self,
        kept: Collection[int],
        dials: Mapping[int, float] | None = None,
        *,
        spare: bool = False,
        scored: bool = False,
        whole: bool = True,
        start: Point | None = None,
    ) -> Point | None:
        """A design that keeps these requirements; None: proven that there is none.

        `dials` may give, each at a price a unit, and the point is the cheapest; with `spare` they may also be
        tighter than they are. `scored`: only at levels that a table could allow as it stands. Unless `whole`,
        recourse is left out of the point. `start` is a point that is known.
        """
        dials = dials or {}
        out, give, cost = self._nothing()
        out[:] = True
        out[[*kept, *dials]] = False
        unit = self.loosened.unit
        dearest = max((price * unit[i] for i, price in dials.items()), default=1.0)
        for i, price in dials.items():
            give[i], cost[i - len(give)] = self.most(i) / unit[i], -price * unit[i] / dearest
        begin = None if start is None else Point(start.x, start.gives / unit)
        return self._told(self._ask(Asked(out, give, cost, spare, scored, whole), begin))

    def repair(self, out: Collection[int], dials: Mapping[int, float]) -> Point | None:
        """The least that these have to give for all others to hold: by their `dials`, or broken by little."""
        gone, give, cost = self._nothing()
        gone[list(set(out) - set(dials))] = True
        gone[len(self.requirements) :] = True
        for i in out:
            if i in dials:
                unit = self.loosened.unit[i]
                give[i], cost[i - len(give)] = self.most(i) / unit, -dials[i] * unit
            else:
                self._discourage(self.requirements[i], cost)
        return self._told(self._ask(Asked(gone, give, cost, scored=True)))

    def _told(self, point: Point | None) -> Point | None:
        """A point with what its dials give in users' units, which in HiGHS are `Loosened.unit`."""
        return None if point is None else Point(point.x, point.gives * self.loosened.unit)

    def price(self, i: int) -> float:
        """What a user's unit of the number of a requirement costs beside those of others: about its share."""
        r = self.requirements[i]
        return 1 / (max(1.0, float(r.value)) if r.kind == "changes" else self.loosened.unit[i])

    def _nothing(self) -> tuple[Array, Array, Array]:
        """Nothing taken out, nothing gives, nothing costs."""
        many = self.loosened.count
        return np.zeros(many, bool), np.zeros(many), np.zeros(self._size + many)

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

    # Answers

    def _ask(self, asked: Asked, start: Point | None = None) -> Point | None:
        directions = self._directions(asked)
        gap = GAP if asked.cost.any() else ANY
        if gap == ANY and directions:  # the more an aim is reached, the sooner recourse can reach it too
            asked = replace(asked, cost=self._towards(directions))
        recourse = self._recourse_cuts if directions else None
        fold = self._load(self._solver, asked, recourse)
        if directions and not self._relaxed(asked, directions, fold):
            return None
        begin = None if start is None else np.concatenate([start.x, start.gives])[_used(fold)]
        while True:
            outcome = self._run(self._solver, gap, begin)
            if outcome is None:
                return None
            point = self._read(outcome, fold)
            cuts = self._violated(asked, point, directions, around=True)
            if not cuts.count and recourse and (asked.whole or len(directions) > 1):
                point, cuts = self._completed(asked, point, recourse)
            if not cuts.count:
                self._note(asked, point, bool(directions))
                return point
            self._add(cuts, fold)

    def _directions(self, asked: Asked) -> list[Array]:
        """(G,) each: the aims that are asked of recourse."""
        names = self.loosened.c.sets.objectives
        kept = [r for r, out in zip(self.requirements, asked.out, strict=False) if not out]
        aims = [r.of for r in kept if r.kind == "least" and names[r.of] in self.loosened.aims]
        return [np.eye(len(names))[g] for g in aims]

    def _towards(self, directions: list[Array]) -> Array:
        """(x, e) costs that reward the objectives of these directions."""
        cost, columns = self._nothing()[2], self.loosened.compiled.columns["achieved"]
        cost[columns] = np.outer(sum(directions), self.loosened.c.value.probability).ravel()
        return cost

    def _relaxed(self, asked: Asked, directions: list[Array], fold: sparse.csc_array) -> bool:
        """Cut the relaxation until little moves; False: it is infeasible."""
        best, stale = np.inf, 0
        self._solver.impose_integrality(False)
        for _ in range(ROUNDS):
            outcome = self._run(self._solver, 0.0)
            if outcome is None:
                return False
            moved = best - outcome.value >= TAIL * size(outcome.value)
            stale = 0 if moved else stale + 1
            best = min(best, outcome.value)
            cuts = self._violated(asked, self._read(outcome, fold), directions)
            if not cuts.count or stale >= STALE:
                break
            self._add(cuts, fold)
        self._solver.impose_integrality(True)
        return True

    def _violated(self, asked: Asked, point: Point, directions: list[Array], around: bool = False) -> Cuts:
        cuts = self._none
        if self._pooled:
            fresh = self._of_pools(self.loosened.pools.separate(point.x, around))
            self._cuts, cuts = join(self._cuts, fresh), fresh
        if self._recourse_cuts and directions:
            cuts = join(cuts, self._recourse_cuts.violated(point, asked.out, directions, self.clock))
        return cuts

    def _completed(self, asked: Asked, point: Point, recourse: RecourseCuts) -> tuple[Point, Cuts]:
        """The point with its recourse; or cuts, where no recourse does all that was asked of it at once."""
        elastic = self._of_kind("least") & ~asked.out & (asked.give == 0)
        cost = asked.cost.copy() if (asked.give > 0).any() else np.zeros(len(asked.cost))
        cost[self._size :][elastic] = -DEAR
        full = replace(asked, give=np.where(elastic, np.inf, asked.give), cost=cost)
        fold = self._load(self._second, full, recourse, point)
        outcome = self._run(self._second, GAP)
        if outcome is None:
            return point, self._without(point)
        found = self._read(outcome, fold)
        dearer = cost @ np.concatenate([point.x, point.gives]) - outcome.value
        if dearer <= TOLERANCE * max(1.0, abs(outcome.value)):
            return Point(found.x, np.where(elastic, 0.0, found.gives)), self._none
        cuts = recourse.violated(point, asked.out, [self._priced(asked, outcome.prices)], self.clock)
        return point, cuts if cuts.count else self._without(point)

    def _priced(self, asked: Asked, prices: Array) -> Array:
        """(G,) the direction in which floors pull, from the prices of the rows: theirs are the last."""
        kept = [r for r, out in zip(self.requirements, asked.out, strict=False) if not out]
        floors = [r.of for r in kept if r.kind == "least"]
        direction = np.zeros(len(self.loosened.c.sets.objectives))
        direction[floors] = np.maximum(0.0, prices[len(prices) - len(floors) :])
        return direction

    def _without(self, point: Point) -> Cuts:
        """The row that this design alone breaks."""
        held = self.loosened.placed[point.x[self.loosened.placed] > 0.5]
        row = sparse.csr_array(
            (np.ones(len(held)), held, [0, len(held)]), shape=(1, self._size + self.loosened.count)
        )
        return Cuts(row, np.array([len(held) - 1.0]))

    def _note(self, asked: Asked, point: Point, priced: bool) -> None:
        """Remember what a design keeps, as far as it is known."""
        if self.loosened.unbudgeted and not asked.out[-1]:
            return  # money that there is none of proves nothing
        kept, names = self.loosened.kept(point.x), self.loosened.c.sets.objectives
        if priced and not asked.whole:  # what recourse has to do with is known only of what was asked
            kept[self._inner] &= (~asked.out & (asked.give == 0))[self._inner]
        if not priced:
            least = [(i, r) for i, r in enumerate(self.requirements) if r.kind == "least"]
            aims = [i for i, r in least if names[r.of] in self.loosened.aims]
            kept[aims] = False
        self.kept.append(kept)

    # The solver

    def _run(self, solver: Solver, gap: float, start: Array | None = None) -> Outcome | None:
        """None: infeasible."""
        self.solves += 1
        outcome = solver.run(self.clock, gap, start)
        if outcome.ended is Ended.INFEASIBLE:
            return None
        if outcome.ended is not Ended.OPTIMAL or outcome.x is None:
            raise OutOfTimeError
        return outcome

    def _read(self, outcome: Outcome, fold: sparse.csc_array) -> Point:
        whole = fold @ outcome.solution
        return Point(whole[: self._size], whole[self._size :])

    def _add(self, cuts: Cuts, fold: sparse.csc_array) -> None:
        self._solver.add_rows((cuts.matrix @ fold).tocsr(), np.full(cuts.count, -np.inf), cuts.upper)

    def _of_pools(self, cuts: Cuts) -> Cuts:
        """Cuts on x as cuts on (x, e)."""
        return Cuts(_widened(cuts.matrix, self.loosened.count), cuts.upper)

    def _load(
        self, solver: Solver, asked: Asked, recourse: RecourseCuts | None, design: Point | None = None
    ) -> sparse.csc_array:
        """The program of a question, without recourse, or with that of a design: `fold` @ (what is in HiGHS).

        Rows of floors come last.
        """
        loose, p, theirs = self.loosened, self.loosened.program, self.loosened.theirs
        part = loose.bare if recourse is None else loose.whole
        columns, background, inner = part.columns, part.rows, np.zeros(len(theirs.of), bool)
        lower, upper, known = p.column_lower.copy(), self._upper(asked), self._none
        if recourse is not None and design is None:
            columns = columns & ~recourse.recourse.is_recourse
            background, inner = background[recourse.recourse.in_master[background]], recourse.inner
            known = recourse.known(asked.out)
        elif recourse is not None and design is not None:
            columns = columns & self._possible(design, recourse)
            for name in ("placed", "holds_somewhere", "changed", "buffer", "pair"):
                run = loose.compiled.columns[name]
                lower[run] = upper[run] = np.round(design.x[run], 0 if name == "placed" else 12)
        alike = self._uniform & ~asked.out
        fold = self._fold(columns, np.flatnonzero(alike))
        rows = np.flatnonzero(~(asked.out | alike)[theirs.of] & ~inner)
        open_ = np.full(self._cuts.count + known.count + len(rows), -np.inf)
        parts = [
            _widened(p.matrix[background], loose.count),
            self._cuts.matrix,
            known.matrix,
            theirs.matrix[rows],
        ]
        matrix, below, above = _distinct(
            (sparse.vstack(parts, format="csr") @ fold).tocsr(),
            np.concatenate([p.lower[background], open_]),
            np.concatenate([p.upper[background], self._cuts.upper, known.upper, theirs.upper[rows]]),
        )
        least = np.zeros(loose.count)
        for i in np.flatnonzero(asked.give > 0).tolist() if asked.spare else ():
            # none of these numbers may be negative
            least[i] = -float(self.requirements[i].value) / loose.unit[i]
        used = _used(fold)
        solver.load(
            asked.cost @ fold,
            matrix,
            below,
            above,
            np.concatenate([lower, least])[used],
            np.concatenate([upper, asked.give])[used],
            np.concatenate([p.integer, self._of_kind("changes")])[used] if design is None else None,
        )
        return fold

    def _possible(self, design: Point, recourse: RecourseCuts) -> Array:
        """(columns,) bool: all but recourse where nothing is held."""
        r = recourse.recourse
        possible = np.ones(self._size, bool)
        possible[r.y] = r.most(design.x) > 0
        return possible

    def _fold(self, columns: Array, uniform: Array) -> sparse.csc_array:
        """(x, e) from the columns that are loaded: of a decision kept uniform, its first locality's."""
        stands = np.arange(self._size + self.loosened.count)
        for i in uniform:
            placed = self.loosened.placed[self.requirements[i].of]
            stands[placed] = placed[0]
        some = np.append(np.flatnonzero(columns), np.arange(self._size, len(stands)))
        fold = sparse.csc_array((np.ones(len(some)), (some, stands[some])), shape=(len(stands), len(stands)))
        return fold[:, np.flatnonzero(np.diff(fold.indptr))]

    def _upper(self, asked: Asked) -> Array:
        """Upper bounds of x: money buys only where there is a budget, and levels without scores stay shut."""
        loose = self.loosened
        upper = loose.program.column_upper.copy()
        if loose.unbudgeted and asked.out[-1]:
            for name in ("added", "support"):
                upper[loose.compiled.columns[name]] = 0.0
        if asked.scored:
            upper[np.swapaxes(loose.placed, 1, 2)[loose.unscored & ~loose.allowed]] = 0.0
        return upper


def _used(fold: sparse.csc_array) -> Array:
    """The columns of (x, e) that those which are loaded stand for, the first of each."""
    return fold.indices[fold.indptr[:-1]]


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
