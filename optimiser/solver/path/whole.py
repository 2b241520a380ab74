"""All periods of a path as one program: a block a period, and the rows that link them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy import sparse

from optimiser.coefficients.path import Links, periods_of
from optimiser.instance.instance import Instance
from optimiser.model.path import assemble_path
from optimiser.record import Record
from optimiser.solver.clock import Clock
from optimiser.solver.compile.program import Compiled, Program
from optimiser.solver.cuts.cuts import Cuts, join
from optimiser.solver.extraction import record_of
from optimiser.solver.highs import Solver
from optimiser.solver.outcome import Ended
from optimiser.solver.problem import without_collection
from optimiser.solver.recourse.ties import aims, break_ties
from optimiser.solver.session import Session
from optimiser.tolerances import SOLVED

Array = np.ndarray
LARGE = 5000  # open columns of a design from which presolve pays (England: a second in place of minutes)


@dataclass(frozen=True, eq=False)
class _Settled:
    """A design with its best recourse, and the prices of the rows that link its periods."""

    design: Array  # (T H,)
    value: float
    x: Array
    prices: Array


class Whole:
    """The program of a path in HiGHS's units, and how its columns read, block by block.

    Its own columns come first, then those of each period, in the order of that period's own program.
    `sessions` are those of a path of the same periods that is asked about no longer: none is built again.
    """

    def __init__(
        self,
        instance: Instance,
        links: Links,
        threads: int = 1,
        between: Callable[[], object] = lambda: None,
        sessions: Sequence[Session] = (),
    ) -> None:
        self.instance, self.links, self.threads = instance, links, threads
        periods = periods_of(instance, links)
        for session, period in zip(sessions, periods, strict=False):
            session.update(period)
        self.sessions = list(sessions) or [Session(p, None, threads, between=between) for p in periods]
        cs = [session.c for session in self.sessions]
        with without_collection():
            model = assemble_path(cs, links, between)
            ends = np.cumsum([len(c.theta) - 1 for c in cs])
            model.places = {
                datum: place + int(begin)
                for t, begin in enumerate([0, *ends[:-1].tolist()])
                for datum, place in model.period[t].places.items()
            }
            compiled = Compiled(model, between=between)
            del model  # its memory is needed to arrange what was read of it
            compiled.arranged()
        self.compiled = compiled
        program = compiled.program(np.concatenate([[1.0], *(c.theta[1:] for c in cs)]))
        sizes = [len(session.compiled.columns.keys) for session in self.sessions]
        own = len(compiled.columns.keys) - sum(sizes)
        starts = own + np.concatenate([[0], np.cumsum(sizes)])
        self.blocks = [slice(int(a), int(b)) for a, b in pairwise(starts)]
        self.program = self._scaled(program, own)
        self._best: _Settled | None = None  # of those settled: it is asked about again

    def _scaled(self, program: Program, own: int) -> Program:
        """In the units of its blocks; what links them is in shares already, or in those of stocks."""
        units = [session.units for session in self.sessions]
        columns = np.concatenate([np.ones(own), *(each.columns for each in units)])
        matrix = (program.matrix @ sparse.diags_array(columns)).tocsr()
        within = sum(len(each.rows) for each in units)
        self.linking = program.matrix.shape[0] - within  # rows between periods; they come first
        largest = np.asarray(abs(matrix[: self.linking]).max(axis=1).todense()).ravel()
        rows = np.concatenate([np.where(largest > 0, largest, 1.0), *(each.rows for each in units)])
        return replace(
            program,
            cost=program.cost * columns,
            matrix=(sparse.diags_array(1 / rows) @ matrix).tocsr(),
            lower=program.lower / rows,
            upper=program.upper / rows,
            column_lower=program.column_lower / columns,
            column_upper=program.column_upper / columns,
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Periods, and holdings in each."""
        return len(self.sessions), len(self.links.sets.holding_decision)

    def design(self, x: Array) -> Array:
        """(T H,) the level at which each holding is placed in each period."""
        parts = zip(self.sessions, self.blocks, strict=True)
        return np.concatenate([session.placing.design(x[block]) for session, block in parts])

    def design_of(self, held: Sequence[Array]) -> Array:
        """(T H,) from who holds what in each period, (D, O)."""
        sets = self.links.sets
        first = np.maximum(sets.holding_locality, 0)
        return np.concatenate([each[sets.holding_decision, first] for each in held])

    def columns(self, design: Array) -> Array:
        """(columns,) who holds what, and all that follows from it within the periods; zero elsewhere."""
        x = np.zeros(len(self.program.cost))
        for held, session, block in zip(design.reshape(self.shape), self.sessions, self.blocks, strict=True):
            x[block] = session.placing.columns(held)
        return x

    def without(self, design: Array) -> Cuts:
        """A row that this design alone breaks."""
        row = np.zeros((1, len(self.program.cost)))
        for held, session, block in zip(design.reshape(self.shape), self.sessions, self.blocks, strict=True):
            row[0, block.start + session.placing.placed[np.arange(len(held)), held]] = 1.0
        return Cuts(sparse.csr_array(row), np.array([len(design) - 1.0]))

    def no_cuts(self) -> Cuts:
        """None."""
        return Cuts(sparse.csr_array((0, len(self.program.cost))), np.zeros(0))

    def embedded(self, t: int, cuts: Cuts) -> Cuts:
        """Cuts of a period on the columns of all."""
        before, after = self.blocks[t].start, len(self.program.cost) - self.blocks[t].stop
        empty = (sparse.csr_array((cuts.count, width)) for width in (before, after))
        return Cuts(sparse.hstack([next(empty), cuts.matrix, next(empty)], format="csr"), cuts.upper)

    def separate(self, x: Array, around: bool) -> Cuts:
        """Cuts for the pools of asymmetric decisions that a point breaks."""
        parts = enumerate(zip(self.sessions, self.blocks, strict=True))
        found = [self.embedded(t, s.pools.separate(x[b], around=around)) for t, (s, b) in parts]
        return join(*found)

    def fixed(self, fixed: Mapping[int, Mapping[int, int]]) -> Program:
        """The program with some holdings at a level in some periods: period -> holding -> level."""
        upper = self.program.column_upper.copy()
        for t, levels in fixed.items():
            for h, level in levels.items():
                columns = self.blocks[t].start + self.sessions[t].placing.placed[h]
                possible = upper[columns[level]]
                upper[columns] = 0.0
                upper[columns[level]] = possible
        return replace(self.program, column_upper=upper)

    @property
    def settled_columns(self) -> Array:
        """The columns that a design settles."""
        parts = zip(self.sessions, self.blocks, strict=True)
        return np.concatenate([block.start + session.placing.core for session, block in parts])

    def settle(self, design: Array, clock: Clock, *, ties: bool = False) -> tuple[float, Array | None]:
        """The best that can be made of a design (T H,), a linear program: its value, -inf where there is
        none, or time runs out, and all columns. With `ties` the recourse to report among the best."""
        settled = self._settled(design, clock, ties)
        return (-np.inf, None) if settled is None else (settled.value, settled.x)

    def prices(self, design: Array, clock: Clock) -> Array | None:
        """(linking,) what each row that links periods is worth to the best that can be made of a design."""
        settled = self._settled(design, clock)
        return None if settled is None else settled.prices

    def _settled(self, design: Array, clock: Clock, ties: bool = False) -> _Settled | None:
        if self._best is not None and not ties and np.array_equal(self._best.design, design):
            return self._best
        program, x = self.program, self.columns(design)
        outside = np.maximum(program.column_lower - x, x - program.column_upper)
        if (outside[self.settled_columns] > SOLVED).any():  # a level that is not allowed
            return None
        free = np.flatnonzero(self._open(x))
        moved, matrix = program.matrix @ x, program.matrix[:, free].tocsr()
        lower, upper = program.lower - moved, program.upper - moved
        entries = np.diff(matrix.indptr)
        closed, rows = np.flatnonzero(entries == 0), np.flatnonzero(entries)
        if (np.maximum(lower, -upper)[closed] > SOLVED).any():
            return None
        rows = rows[self._telling(entries)[rows]]
        solver = Solver(self.threads, reduce=len(free) > LARGE)
        solver.load(
            program.cost[free],
            matrix[rows],
            lower[rows],
            upper[rows],
            program.column_lower[free],
            program.column_upper[free],
        )
        found = solver.run(clock)
        if found.ended is not Ended.OPTIMAL:
            return None
        value, prices = found.value + float(program.cost @ x) + program.offset, np.zeros(len(lower))
        prices[rows] = found.prices
        if ties:
            found = break_ties(self._aims(), solver, found, free, matrix[rows], clock)
        x[free] = found.solution
        best = _Settled(design.copy(), value, x, prices[: self.linking])
        if self._best is None or value > self._best.value:
            self._best = best
        return best

    def _open(self, x: Array) -> Array:
        """Which columns a design leaves open: not what it settles, nor what is done where nothing is held."""
        free = np.ones(len(x), bool)
        free[self.settled_columns] = False
        for session, block in zip(self.sessions, self.blocks, strict=True):
            free[block.start + session.recourse.y] = session.recourse.most(x[block]) > 0
        return free

    def _telling(self, entries: Array) -> Array:
        """Rows that say anything, by their open entries: of what is not held, a state is above its least."""
        telling = np.ones(len(entries), bool)
        for name, run in self.compiled.rows.components.items():
            if name.rpartition(".")[2] in ("skilled", "in_good_heart"):
                telling[run] = entries[run] > 1
        return telling

    def _aims(self) -> list[Array]:
        """Objectives of the tie-break over all periods, each counting as it does in the value."""
        found: list[Array] = []
        for session, block, weight in zip(self.sessions, self.blocks, self.links.weight, strict=True):
            for k, aim in enumerate(aims(session)):
                if k == len(found):
                    found.append(np.zeros(len(self.program.cost)))
                found[k][block] = weight * aim
        return found

    def records(self, x: Array) -> list[Record]:
        """What is done in each period."""
        parts = zip(self.sessions, self.blocks, strict=True)
        return [record_of(session, x[block]) for session, block in parts]
