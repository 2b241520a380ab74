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
AMOUNTS = ("unmet", "lent", "borrowed")


@dataclass(frozen=True, eq=False)
class Units:
    """What 1 in HiGHS is in users' units, for each row and each column of a program."""

    rows: Array
    columns: Array

    def scaled(self, program: Program) -> Program:
        """A program in users' units, in these."""
        matrix, rows, columns = program.matrix, self.rows, self.columns
        scale = columns[matrix.indices] / np.repeat(rows, np.diff(matrix.indptr))
        data = np.where(scale == 1.0, matrix.data, _rounded(matrix.data * scale))
        return replace(
            program,
            cost=program.cost * columns,
            matrix=sparse.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape),
            lower=np.where(rows == 1.0, program.lower, _rounded(program.lower / rows)),
            upper=np.where(rows == 1.0, program.upper, _rounded(program.upper / rows)),
            column_lower=program.column_lower / columns,
            column_upper=program.column_upper / columns,
        )


class Measure:
    """Finds the units of a compiled model for any numbers of its instance."""

    def __init__(self, compiled: Compiled, c: Coefficients) -> None:
        self._compiled, sets = compiled, c.sets
        names = (sets.organisations, sets.localities, sets.resources, sets.scenarios)
        self._n, self._o, self._r, self._s = ({name: i for i, name in enumerate(each)} for each in names)
        columns, rows = compiled.columns, compiled.rows
        self._amounts = {name: self._places(columns.keys[columns[name]]) for name in AMOUNTS}
        self._covered = self._places(rows.keys[rows["demand_covered"]])
        self._added = self._stocks(columns.keys[columns["added"]])
        self._full = self._stocks(rows.keys[rows["not_too_full"]])
        self._capped = _table([(self._r[r], self._s[s]) for r, s in rows.keys[rows["little_unmet"]]])
        self._staffed = np.array([self._n[n] for n in rows.keys[rows["staff_suffice"]]], int)
        in_scenario = rows.keys[rows["staff_suffice_in_scenario"]]
        self._present = _table([(self._n[n], self._s[s]) for n, s in in_scenario])

    def _places(self, keys: list[tuple[str, ...]]) -> tuple[Array, ...]:
        return _table([(self._o[key[0]], self._r[key[1]], self._s[key[-1]]) for key in keys], 3)

    def _stocks(self, keys: list[tuple[str, ...]]) -> tuple[Array, ...]:
        return _table([(self._o[o], self._r[r]) for o, r in keys])

    def units(self, program: Program, c: Coefficients) -> Units:
        """The units of a program that is in users' units."""
        columns = self._columns(c)
        matrix = program.matrix
        return Units(self._rows(matrix.data * columns[matrix.indices], matrix.indptr, c), columns)

    def _columns(self, c: Coefficients) -> Array:
        """What each column could be: amounts as far as they are of use, all others are shares of 1."""
        named, units = self._compiled.columns, np.ones(len(self._compiled.columns.keys))
        stocks = np.concatenate([np.nan_to_num(c.slack.demand), np.nan_to_num(c.slack.supply)])  # (2 O, R, S)
        whole = _positive(stocks.max(axis=(0, 2), initial=0.0), 1.0)  # (R,) where none is of use
        for name, most in zip(AMOUNTS, (c.slack.demand, c.slack.spare, c.slack.shortage), strict=True):
            places = self._amounts[name]
            units[named[name]] = _positive(most[places], whole[places[1]])
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
        largest = _positive(_by_row(np.maximum, np.abs(entries), indptr), 1.0)
        lent = _by_row(np.add, np.maximum(0.0, -entries), indptr)
        borrowed = _by_row(np.add, np.maximum(0.0, entries), indptr)
        n, s = self._present
        r, surge = self._capped
        limits = {
            "staff_suffice": c.staffing.hours_available[self._staffed],
            "staff_suffice_in_scenario": c.staffing.present[s] * c.staffing.hours_available[n],
            "demand_covered": c.slack.demand[self._covered],
            "lent_if_spare": c.slack.spare[self._amounts["lent"]],
            "borrowed_if_short": c.slack.shortage[self._amounts["borrowed"]],
            "aid_arrives": np.minimum(lent, borrowed)[named["aid_arrives"]],
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


def _rounded(values: Array) -> Array:
    """To `BITS` significant bits."""
    fraction, exponent = np.frexp(values)
    return np.ldexp(np.round(fraction * 2.0**BITS) / 2.0**BITS, exponent)


def _table(rows: list[tuple[int, ...]], width: int = 2) -> tuple[Array, ...]:
    """The columns of a table of positions, to index arrays with."""
    return tuple(np.array(rows, int).reshape(-1, width).T)


def _positive(values: Array, otherwise: Array | float) -> Array:
    """Where a value is no finite number above 0, the other."""
    return np.where((values > 0) & np.isfinite(values), values, otherwise)


def _by_row(function: np.ufunc, data: Array, indptr: Array) -> Array:
    """A function over the entries of each row, 0 for a row that has none."""
    found, some = np.zeros(len(indptr) - 1), np.flatnonzero(np.diff(indptr))
    if len(some):
        found[some] = function.reduceat(data, indptr[some])
    return found
