"""Who holds what, as columns of the program, and everything that follows from it alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from optimiser.coefficients import Coefficients
from optimiser.solver.compile.dependent_columns import AnyOf, Following
from optimiser.solver.compile.program import Compiled, Names
from optimiser.solver.cuts.cuts import Cuts
from optimiser.solver.cuts.pool_cuts import PoolCuts

Array = np.ndarray
FOLLOWING = ("placed", "holds_somewhere", "pair", "changed", "buffer")
DEFINED = ("one_level", "active_if_held", "active_only_if_held", "pairs_of_first", "pairs_of_second")


@dataclass(frozen=True, eq=False)
class Holder:
    """An organisation that holds a decision for any of these holdings: the column that says whether."""

    column: int
    holdings: Array
    level: int


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
        self.uniform = sets.uniform[sets.holding_decision]  # (H,)
        self.holders = _holders(columns, c)
        flat = np.full(self.size, -1)
        flat[self.placed.ravel()] = np.arange(self.placed.size)
        held = [(int(at[k.column]), flat[self.placed[k.holdings, k.level]], True) for k in self.holders]
        changed = _changed(self, columns, c, at, flat)
        self.following = Following(
            len(self.core),
            at[self.placed.ravel()],
            held + changed,
            _paired(self, columns, c, at, flat),
            pools,
            at[pools.buffers],
            flat[pools.members],
        )

    def compact(self, design: Array) -> Array:
        """(core,) what a design (H,) settles: `placed`, and all that follows from it."""
        return self.following.point(self.flat(design))

    def flat(self, design: Array) -> Array:
        """(H L,) one where a design (H,) has a holding, zero elsewhere."""
        return (np.arange(self.placed.shape[1]) == design[:, None]).ravel().astype(float)

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


def _holders(columns: Names, c: Coefficients) -> list[Holder]:
    sets = c.sets
    number = {name: n for n, name in enumerate(sets.organisations)}
    decision = {name: d for d, name in enumerate(sets.decisions)}
    found = []
    for (name, organisation), column in columns.index("holds_somewhere").items():
        n = number[organisation]
        holdings = np.unique(sets.holding[decision[name], sets.under[n]])
        found.append(Holder(column, holdings, sets.level_of[n]))
    return found


def _paired(placing: Placing, columns: Names, c: Coefficients, at: Array, flat: Array) -> Array:
    """(k, 3) column of each pair in core, and the two holdings at a level, flat, that make it 1."""
    sets = c.sets
    decision = {name: d for d, name in enumerate(sets.decisions)}
    locality = {name: o for o, name in enumerate(sets.localities)}
    level = {name: i for i, name in enumerate(sets.levels)}
    pairs = [
        (
            at[column],
            flat[placing.placed[sets.holding[decision[a], locality.get(o, 0)], level[j]]],
            flat[placing.placed[sets.holding[decision[b], locality.get(o, 0)], level[k]]],
        )
        for (a, b, o, j, k), column in columns.index("pair").items()
    ]
    return np.array(pairs, int).reshape(-1, 3)


def _changed(placing: Placing, columns: Names, c: Coefficients, at: Array, flat: Array) -> list[AnyOf]:
    """`changed` of each decision: one if any of its holdings is not where it is now."""
    sets, column = c.sets, columns.index("changed")
    now: dict[int, list[tuple[int, int]]] = {}
    for h, k in c.structure.current:
        if sets.decisions[sets.holding_decision[h]] in column:
            now.setdefault(int(sets.holding_decision[h]), []).append((h, k))
    found = []
    for d, places in now.items():
        h, k = np.array(places).T
        differ = len(np.unique(h)) < len(
            h
        )  # localities that are to have one level have two now: any changes it
        members = placing.placed[h].ravel() if differ else placing.placed[h, k]
        found.append((int(at[column[sets.decisions[d]]]), flat[members], differ))
    return found
