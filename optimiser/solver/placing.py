"""Who holds what, as columns of the program, and everything that follows from it alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from optimiser.coefficients import Coefficients
from optimiser.coefficients.pools import Pool
from optimiser.solver.compiled import Compiled, Names
from optimiser.solver.cuts import Cuts
from optimiser.solver.pooling import Placed, PoolCuts

Array = np.ndarray
FOLLOWING = ("placed", "holds_somewhere", "pair", "changed", "buffer")
EVERY = slice(None)
FEW = 1000  # entries that are sooner computed than left out (measured)
DEFINED = ("one_level", "active_if_held", "active_only_if_held", "pairs_of_first", "pairs_of_second")


@dataclass(frozen=True, eq=False)
class Holder:
    """An organisation that holds a decision for any of these holdings: the column that says whether."""

    column: int
    holdings: Array
    level: int


@dataclass(eq=False)
class _Following:
    """How the columns of one decision follow from where its holdings are placed; positions in `core`."""

    any_of: list[tuple[int, Array]]  # held somewhere: column, columns of which one is enough
    both: Array  # (k, 3): column, and the two that make it 1
    changed: list[tuple[int, Array]]  # column, where each holding is now
    alone: tuple[Array, Array, Array]  # pools of one: columns, members, deviations
    pools: list[tuple[int, Array, Pool]]  # column, members
    touched: Array  # all of these columns, and those they are read from


class Placing:
    """Maps designs (H,) of level positions, one a holding, to columns of the program and back.

    A design settles the columns of `core`; points on them alone are `compact`.
    """

    def __init__(self, compiled: Compiled, c: Coefficients, pools: PoolCuts) -> None:
        columns, sets = compiled.columns, c.sets
        self.size = len(columns.keys)
        self.core = np.concatenate([np.arange(self.size)[columns[name]] for name in FOLLOWING])
        at = np.full(self.size, -1)
        at[self.core] = np.arange(len(self.core))
        run = columns["placed"]
        self.placed = np.arange(run.start, run.stop).reshape(len(sets.holding_decision), len(sets.levels))
        self._placed = at[self.placed]
        self._of = sets.holding_decision
        self.uniform = sets.uniform[sets.holding_decision]  # (H,)
        holders = _holders(columns, c)
        self.holders = [holder for of_decision in holders for holder in of_decision]
        holds = [[(int(at[k.column]), self._placed[k.holdings, k.level]) for k in ks] for ks in holders]
        pairs = _paired(self, columns, c, at)
        changes = _changed(self, columns, c, at)
        self._following = [
            self._gather(d, holds[d], pairs, changes, [p for p in pools.pools if p.decision == d], at)
            for d in range(len(sets.decisions))
        ]

    def _gather(
        self,
        d: int,
        any_of: list[tuple[int, Array]],
        pairs: Array,
        changes: dict[int, tuple[int, Array]],
        pools: list[Placed],
        at: Array,
    ) -> _Following:
        mine = self._placed[self._of == d]
        both = pairs[np.isin(pairs[:, 1], mine) | np.isin(pairs[:, 2], mine)]
        changed = [changes[d]] if d in changes else []
        single = [p for p in pools if len(p.members) == 1]
        alone = (
            np.array([at[p.buffer] for p in single], int),
            np.array([at[p.members[0]] for p in single], int),
            np.array([float(p.pool.deviation(np.ones(1))) for p in single]),
        )
        several = [(int(at[p.buffer]), at[p.members], p.pool) for p in pools if len(p.members) > 1]
        parts = [mine.ravel(), both.ravel(), *alone[:2]]
        parts += [np.append(members, column) for column, members in any_of + changed]
        parts += [np.append(members, column) for column, members, _ in several]
        touched = np.unique(np.concatenate(parts)).astype(int)
        return _Following(any_of, both, changed, alone, several, touched)

    def compact(self, design: Array) -> Array:
        """(core,) what a design (H,) settles: `placed`, and all that follows from it."""
        x = np.zeros((1, len(self.core)))
        x[0, self._placed[np.arange(len(design)), design]] = 1.0
        every = np.arange(len(self.core))
        for following in self._following:
            _follow(x, following, every, lambda members: EVERY)
        return np.asarray(x[0])

    def moved(self, x: Array, design: Array, d: int, holding: Array, level: Array) -> tuple[Array, Array]:
        """(columns (m,) of core, values (moves, m)) after each of these moves of holdings of one decision d.

        `x` is the compact point of the design; no other column changes.
        """
        following = self._following[d]
        columns = following.touched
        local = np.full(len(self.core), -1)
        local[columns] = np.arange(len(columns))
        there = np.tile(x[columns], (len(holding), 1))
        row = np.arange(len(holding))
        before, after = self._placed[holding, design[holding]], self._placed[holding, level]
        there[row, local[before]] = 0.0
        there[row, local[after]] = 1.0
        among = np.zeros(len(self.core), bool)

        def affected(members: Array) -> Array | slice:
            """The moves that concern any of these columns; all of them where telling would cost more."""
            if len(holding) * len(members) < FEW:
                return EVERY
            among[members] = True
            rows = np.flatnonzero(among[before] | among[after])
            among[members] = False
            return rows

        _follow(there, following, local, affected)
        return columns, there

    def columns(self, design: Array) -> Array:
        """(columns,) of the program, zero where a design settles nothing."""
        x = np.zeros(self.size)
        x[self.core] = self.compact(design)
        return x

    def without(self, design: Array) -> Cuts:
        """A row that this design alone breaks."""
        columns = self.placed[np.arange(len(design)), design]
        entries = np.ones(len(design)), (np.zeros(len(design), int), columns)
        return Cuts(sparse.csr_array(entries, shape=(1, self.size)), np.array([len(design) - 1.0]))

    def row(self, coefficients: Array, upper: float) -> Cuts:
        """The row `sum coefficients[h, l] placed[h, l] <= upper`, coefficients (H, L)."""
        row = np.zeros((1, self.size))
        row[0, self.placed] = coefficients
        return Cuts(sparse.csr_array(row), np.array([float(upper)]))

    def design(self, x: Array) -> Array:
        """(H,) the level at which each holding is placed at a point of the program."""
        return np.argmax(x[self.placed], axis=1)


def _follow(x: Array, following: _Following, at: Array, affected: Callable[[Array], Array | slice]) -> None:
    """Set what follows from `placed` in each row of x, in place; `at` says where columns of core stand in it.

    `affected` names the rows in which any of some columns are not as they were when x was right.
    """
    for column, members in following.any_of:
        rows = affected(members)
        x[rows, at[column]] = _part(x, rows, at[members]).max(axis=1)
    both = at[following.both]
    x[:, both[:, 0]] = x[:, both[:, 1]] * x[:, both[:, 2]]
    for column, now in following.changed:
        x[:, at[column]] = 1 - x[:, at[now]].min(axis=1)
    columns, members, deviations = following.alone
    x[:, at[columns]] = x[:, at[members]] * deviations
    for column, members, pool in following.pools:
        rows = affected(members)
        x[rows, at[column]] = pool.deviation(_part(x, rows, at[members]))


def _part(x: Array, rows: Array | slice, columns: Array) -> Array:
    return x[:, columns] if isinstance(rows, slice) else x[np.ix_(rows, columns)]


def _holders(columns: Names, c: Coefficients) -> list[list[Holder]]:
    """Of each decision."""
    sets = c.sets
    number = {name: n for n, name in enumerate(sets.organisations)}
    decision = {name: d for d, name in enumerate(sets.decisions)}
    found: list[list[Holder]] = [[] for _ in sets.decisions]
    for (name, organisation), column in columns.index("holds_somewhere").items():
        d, n = decision[name], number[organisation]
        found[d].append(Holder(column, sets.holding[d, sets.under[n]], sets.level_of[n]))
    return found


def _paired(placing: Placing, columns: Names, c: Coefficients, at: Array) -> Array:
    sets = c.sets
    decision = {name: d for d, name in enumerate(sets.decisions)}
    locality = {name: o for o, name in enumerate(sets.localities)}
    level = {name: i for i, name in enumerate(sets.levels)}
    pairs = [
        (
            at[column],
            at[placing.placed[sets.holding[decision[a], locality.get(o, 0)], level[j]]],
            at[placing.placed[sets.holding[decision[b], locality.get(o, 0)], level[k]]],
        )
        for (a, b, o, j, k), column in columns.index("pair").items()
    ]
    return np.array(pairs, int).reshape(-1, 3)


def _changed(placing: Placing, columns: Names, c: Coefficients, at: Array) -> dict[int, tuple[int, Array]]:
    """Decision -> column of `changed`, and the columns at which its holdings are now."""
    sets, column = c.sets, columns.index("changed")
    now: dict[int, list[int]] = {}
    for h, k in c.lists["current"]:
        if sets.decisions[sets.holding_decision[h]] in column:
            now.setdefault(int(sets.holding_decision[h]), []).append(int(at[placing.placed[h, k]]))
    return {d: (int(at[column[sets.decisions[d]]]), np.array(members)) for d, members in now.items()}
