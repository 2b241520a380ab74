"""Which columns and rows of a program are recourse, and who bounds them: what no number changes."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from optimiser.coefficients import Coefficients
from optimiser.solver.compile.program import Compiled

Array = np.ndarray
RECOURSE = ("exercised", "monitored", "lent", "borrowed", "unmet", "drawn", "pooled")
PRIVATE = (
    "willing_and_able willing willing_unafraid able overseen lent_if_spare borrowed_if_short "
    "drawn_from_reserve".split()
)  # rows of one holder alone


class Structure:
    """The recourse of one compiled model: its columns, the rows that couple them, the holders of each.

    Columns are those of recourse alone, `y` of the program's; rows are the coupling ones.
    """

    def __init__(self, compiled: Compiled, c: Coefficients) -> None:
        columns, sets = compiled.columns, c.sets
        self.count = len(columns.keys)
        self.alike = bool(sets.uniform.all())  # each decision sits at one level for all localities
        self.is_recourse = np.zeros(self.count, bool)
        for name in RECOURSE:
            self.is_recourse[columns[name]] = True
        self.y = np.flatnonzero(self.is_recourse)
        scenario = {s: i for i, s in enumerate(sets.scenarios)}
        self.scenario = np.array([scenario[columns.keys[j][-1]] for j in self.y], int)
        self._structure(compiled, c)
        self._rows = compiled.rows
        self._scenarios, self._objectives = scenario, len(sets.objectives)
        self._placed = columns.index("placed")
        self._blocks(compiled, c)
        self._split(compiled)
        fearful = np.array([c.structure.fearful[d] for d in self.e_index[:, 0]], bool)
        self.e_fearful = fearful & (self.e_monitored >= 0)

    def _structure(self, compiled: Compiled, c: Coefficients) -> None:
        """Which rows touch recourse, and which of them belong to one holder alone."""
        pattern = compiled.pattern
        touches = pattern[:, self.y].sum(axis=1) > 0
        private = np.zeros(len(touches), bool)
        for name in PRIVATE:
            private[compiled.rows[name]] = True
        private[compiled.added_rows] = True  # with an extension all is solved whole, and nothing priced
        self.in_master = ~touches
        self.coupling = np.flatnonzero(touches & ~private)
        keys = compiled.rows.keys
        scenario = {s: i for i, s in enumerate(c.sets.scenarios)}
        self.row_scenario = np.array([scenario[keys[i][-1]] for i in self.coupling], int)
        run = compiled.rows["scored"]
        self.scored = np.flatnonzero((self.coupling >= run.start) & (self.coupling < run.stop))
        run = compiled.rows["little_unmet"]
        self.capped = np.flatnonzero((self.coupling >= run.start) & (self.coupling < run.stop))
        run = compiled.rows["pool_could"]  # a row for each column of `pooled`, in the same order
        self.pool_could = np.flatnonzero((self.coupling >= run.start) & (self.coupling < run.stop))
        objective = {g: i for i, g in enumerate(c.sets.objectives)}
        self.row_objective = np.array([objective[keys[i][0]] for i in self.coupling[self.scored]], int)

    def _blocks(self, compiled: Compiled, c: Coefficients) -> None:
        """Positions of each recourse column's holder and of the numbers that bound it."""
        columns, sets = compiled.columns, c.sets
        at = {self.y[i]: i for i in range(len(self.y))}
        d = {name: i for i, name in enumerate(sets.decisions)}
        o = {name: i for i, name in enumerate(sets.localities)}
        level = {name: i for i, name in enumerate(sets.levels)}
        r = {name: i for i, name in enumerate(sets.resources)}
        self.e = _positions(columns, "exercised", at)
        keys = columns.keys[columns["exercised"]]
        self.e_index = np.array(
            [(d[a], o[b], level[k], self._scenarios[s]) for a, b, k, s in keys], int
        ).reshape(-1, 4)
        self.e_held = np.array([self._held(c, key[0], key[1], key[2]) for key in keys], int)
        monitored = columns.index("monitored")
        self.e_monitored = np.array([at[monitored[key]] if key in monitored else -1 for key in keys], int)
        governor = {sets.resources[k]: sets.decisions[g] for g, k in c.structure.governs}
        exercised = {key: i for i, key in enumerate(columns.keys[columns["exercised"]])}
        self.aid: list[Array] = []  # lent, then borrowed
        self.aid_index: list[Array] = []
        self.aid_e: list[Array] = []  # positions among `e`: the exercise that both come with
        for name in ("lent", "borrowed"):
            self.aid.append(_positions(columns, name, at))
            keys = columns.keys[columns[name]]
            self.aid_index.append(
                np.array([(o[a], r[b], self._scenarios[s]) for a, b, _, s in keys], int).reshape(-1, 3)
            )
            self.aid_e.append(np.array([exercised[governor[b], a, k, s] for a, b, k, s in keys], int))
        self.pooled = _positions(columns, "pooled", at)
        self.unmet, self.drawn = (_positions(columns, name, at) for name in ("unmet", "drawn"))
        self.unmet_index, self.drawn_index = (
            np.array(
                [(o[a], r[b], self._scenarios[s]) for a, b, s in columns.keys[columns[name]]], int
            ).reshape(-1, 3)
            for name in ("unmet", "drawn")
        )

    def _split(self, compiled: Compiled) -> None:
        """The coupling rows, on recourse and on the master's columns; `follow` fills in their numbers.

        And `bare`, the rows that score without recourse and without what they sum up to.
        """
        numbered = compiled.pattern
        numbered.data = np.arange(numbered.nnz)
        rows = numbered[self.coupling]
        self._y_entries, self._y_rows, self.on_y = _part(rows[:, self.y].tocsc())
        rest = rows.tocoo()
        mine = ~self.is_recourse[rest.col]
        kept = rest.data[mine], (rest.row[mine], rest.col[mine])
        self._x_entries, self._x_rows, self.on_x = _part(sparse.csr_array(kept, shape=rows.shape))
        scored = numbered[compiled.rows["scored"]].tocoo()
        achieved = compiled.columns["achieved"]
        mine = ~self.is_recourse[scored.col] & ((scored.col < achieved.start) | (scored.col >= achieved.stop))
        kept = scored.data[mine], (scored.row[mine], scored.col[mine])
        self._bare_entries, _, self.bare = _part(sparse.csr_array(kept, shape=scored.shape))

    def _held(self, c: Coefficients, d: str, o: str, level: str) -> int:
        uniform = c.sets.uniform[c.sets.decisions.index(d)]
        return self._placed[d, "" if uniform else o, level]


def _part(numbered):  # type: ignore[no-untyped-def]
    """(entries of the program's matrix, their rows, a matrix to put their values into)."""
    entries = numbered.data.astype(int)
    numbered.data = np.zeros(len(entries))
    return entries, numbered.tocoo().row.astype(int), numbered


def _positions(columns, name: str, at: dict[int, int]) -> Array:  # type: ignore[no-untyped-def]
    run = columns[name]
    return np.array([at[j] for j in range(run.start, run.stop)], int)
