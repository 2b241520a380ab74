"""The units in which HiGHS is given a program: no absolute tolerance may ever meet a unit of the user's.

Told in masks by the thousand million, or in thousand millionths of an hour, the same instance once ended with
"Unbounded", or with a wrong value. So every row and column is given as a share of what it could be: hours of
the organisation's own, amounts of a resource of what a locality needs, spares or lacks of it, money of the
budget. The model is written, and the record reported, in users' units; all between is in these.

What HiGHS then drops as too small (`tolerances.SMALL`) moves no row by more than that share of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from optimiser.coefficients import Coefficients
from optimiser.solver.compile.program import Compiled, Program

Array = np.ndarray
STEEPEST = 1e9  # entries are at most so large: a row that allows less of a column than one part in it
BITS = 36  # ten digits: what a change of units does to the sixteenth would send a search elsewhere
# Fourteen, where hours or money are spent on whole decisions: at ten, what a task takes of 493 hours was not
# its hours over 493 to within `tolerances.WHOLE`: HiGHS made 492 of them, and called a design optimal that
# leaves one.
FINE = 46
SPENT = ("staff_suffice", "budget_suffices")
AMOUNTS = ("unmet", "lent", "borrowed", "drawn")  # of a locality in a scenario
STOCKS = ("added", "stock")  # of a locality


@dataclass(frozen=True, eq=False)
class Units:
    """What 1 in HiGHS is in users' units, for each row and each column of a program."""

    rows: Array
    columns: Array


@dataclass(frozen=True, eq=False)
class Alike:
    """Rows that have as many entries, where these stand in the matrix, and along which axis."""

    rows: Array
    places: Array
    axis: int


class Measure:
    """Finds the units of a compiled model for any numbers of its instance."""

    def __init__(self, compiled: Compiled, c: Coefficients) -> None:
        self._compiled, sets = compiled, c.sets
        names = (sets.organisations, sets.localities, sets.resources, sets.scenarios)
        self._n, self._o, self._r, self._s = ({name: i for i, name in enumerate(each)} for each in names)
        columns, rows = compiled.columns, compiled.rows
        self._amounts = {name: self._places(columns.keys[columns[name]]) for name in AMOUNTS}
        self._covered = self._places(rows.keys[rows["demand_covered"]])
        self._added, self._stock = (self._stocks(columns.keys[columns[name]]) for name in STOCKS)
        self._full = self._stocks(rows.keys[rows["not_too_full"]])
        self._capped = _table([(self._r[r], self._s[s]) for r, s in rows.keys[rows["little_unmet"]]])
        self._staffed = np.array([self._n[n] for n in rows.keys[rows["staff_suffice"]]], int)
        in_scenario = rows.keys[rows["staff_suffice_in_scenario"]]
        self._present = _table([(self._n[n], self._s[s]) for n, s in in_scenario])
        self._lay_out(compiled)

    def _lay_out(self, compiled: Compiled) -> None:
        """Where the entries of amounts stand in the matrix, and those of rows that have as many."""
        pattern, every = compiled.pattern, np.arange(len(compiled.columns.keys))
        amounts = np.concatenate([every[compiled.columns[name]] for name in (*AMOUNTS, *STOCKS)])
        self._amount_entries = np.flatnonzero(np.isin(pattern.indices, amounts))
        self._column_of = pattern.indices[self._amount_entries].astype(int)
        self._row_of = np.searchsorted(pattern.indptr, self._amount_entries, side="right") - 1
        spent = [
            np.arange(*pattern.indptr[[run.start, run.stop]]) for run in map(compiled.rows.__getitem__, SPENT)
        ]
        self._spent = np.concatenate(spent)
        self._lengths, starts = np.diff(pattern.indptr), pattern.indptr[:-1].astype(int)
        self._alike = []
        for length in np.unique(self._lengths[self._lengths > 0]).tolist():
            rows = np.flatnonzero(self._lengths == length)
            sides = np.arange(length), starts[rows]
            axis = int(length > len(rows))  # numpy is quick along the longer side
            self._alike.append(Alike(rows, np.add.outer(*sides[:: 1 - 2 * axis]), axis))

    def _places(self, keys: list[tuple[str, ...]]) -> tuple[Array, ...]:
        return _table([(self._o[key[0]], self._r[key[1]], self._s[key[-1]]) for key in keys], 3)

    def _stocks(self, keys: list[tuple[str, ...]]) -> tuple[Array, ...]:
        return _table([(self._o[o], self._r[r]) for o, r in keys])

    def units(self, program: Program, c: Coefficients) -> Units:
        """The units of a program that is in users' units."""
        columns, entries = self._columns(c), program.matrix.data.copy()
        entries[self._amount_entries] *= columns[self._column_of]
        return Units(self._rows(entries, program.matrix.indptr, c), columns)

    def scaled(self, program: Program, units: Units) -> Program:
        """A program in users' units, in these."""
        rows, columns = units.rows, units.columns
        other = np.flatnonzero(rows != 1.0)
        lower, upper = program.lower.copy(), program.upper.copy()
        for side in (lower, upper):
            side[other] = _rounded(side[other] / rows[other], BITS)
        return replace(
            program,
            cost=program.cost * columns,
            matrix=self._scaled_matrix(program.matrix, units),
            lower=lower,
            upper=upper,
            column_lower=program.column_lower / columns,
            column_upper=program.column_upper / columns,
        )

    def _scaled_matrix(self, matrix: sparse.csr_array, units: Units) -> sparse.csr_array:
        scale = np.repeat(1.0 / units.rows, self._lengths)
        scale[self._amount_entries] = units.columns[self._column_of] / units.rows[self._row_of]
        data, other = matrix.data.copy(), np.flatnonzero(scale != 1.0)
        data[other] = _rounded(data[other] * scale[other], BITS)
        data[self._spent] = _rounded(matrix.data[self._spent] * scale[self._spent], FINE)
        return sparse.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)

    def _columns(self, c: Coefficients) -> Array:
        """What each column could be: amounts as far as they are of use, all others are shares of 1."""
        named, units = self._compiled.columns, np.ones(len(self._compiled.columns.keys))
        stocks = np.concatenate([np.nan_to_num(c.slack.demand), np.nan_to_num(c.slack.supply)])  # (2 O, R, S)
        whole = _positive(stocks.max(axis=(0, 2), initial=0.0), 1.0)  # (R,) where none is of use
        left = np.broadcast_to(c.inherited.stock_most[..., None], c.slack.demand.shape)
        usual = c.slack.demand, c.slack.spare, c.slack.shortage, left
        for name, most in zip(AMOUNTS, usual, strict=True):
            places = self._amounts[name]
            units[named[name]] = _positive(most[places], whole[places[1]])
        units[named["stock"]] = c.inherited.stock_most[self._stock]
        o, r = self._added
        fuller = c.slack.normal_demand / c.slack.max_occupancy - c.slack.capacity
        wanted = np.fmax(np.fmax(c.slack.shortage.max(axis=2, initial=0.0), fuller), 0.0)[o, r]
        wanted = _positive(wanted, whole[r])
        afforded = _positive(c.money.budget / c.money.slack_cost[r], wanted)
        units[named["added"]] = np.minimum(wanted, afforded)
        return units

    def _rows(self, entries: Array, indptr: Array, c: Coefficients) -> Array:
        """The limit of each row, or else its largest entry."""
        named = self._compiled.rows
        largest, sizes = np.zeros(len(indptr) - 1), np.abs(entries)
        for alike in self._alike:
            largest[alike.rows] = sizes[alike.places].max(axis=alike.axis)
        largest = _positive(largest, 1.0)
        aid = indptr[named["aid_arrives"].start : named["aid_arrives"].stop + 1]
        traded, ends = entries[aid[0] : aid[-1]], aid - aid[0]
        lent, borrowed = (_row_sums(np.maximum(0.0, sign * traded), ends) for sign in (-1.0, 1.0))
        n, s = self._present
        r, surge = self._capped
        limits = {
            "staff_suffice": c.staffing.hours_available[self._staffed],
            "staff_suffice_in_scenario": c.staffing.present[s] * c.staffing.hours_available[n],
            "demand_covered": c.slack.demand[self._covered],
            "lent_if_spare": c.slack.spare[self._amounts["lent"]],
            "borrowed_if_short": c.slack.shortage[self._amounts["borrowed"]],
            "aid_arrives": np.minimum(lent, borrowed),
            "little_unmet": c.slack.max_unmet[r] * c.slack.total_demand[r, surge],
            "not_too_full": c.slack.normal_demand[self._full],
            "budget_suffices": c.money.budget,
        }
        units = largest.copy()
        for name, limit in limits.items():
            run = named[name]
            if run.stop > run.start:
                units[run] = np.maximum(_positive(limit, largest[run]), largest[run] / STEEPEST)
        units[named["scored"]] = 1.0  # what is achieved is a share already, and read off these rows
        return units


def _rounded(values: Array, kept: int) -> Array:
    """To so many significant bits, halves to even: on the bits themselves, of which a double has 53."""
    dropped, bits = 53 - kept, values.view(np.int64)
    rounded = bits + (2 ** (dropped - 1) - 1) + (bits >> dropped & 1)
    return (rounded & -(2**dropped)).view(float)


def _table(rows: list[tuple[int, ...]], width: int = 2) -> tuple[Array, ...]:
    """The columns of a table of positions, to index arrays with."""
    return tuple(np.array(rows, int).reshape(-1, width).T)


def _positive(values: Array, otherwise: Array | float) -> Array:
    """Where a value is no finite number above 0, the other."""
    return np.where((values > 0) & np.isfinite(values), values, otherwise)


def _row_sums(data: Array, indptr: Array) -> Array:
    """Sums over the entries of some rows that follow each other, which begin and end at `indptr`."""
    sums, some = np.zeros(len(indptr) - 1), np.flatnonzero(np.diff(indptr))
    if len(some):
        sums[some] = np.add.reduceat(data, indptr[some])
    return sums
