"""The one module that meets HiGHS: load, change, run, bound, stop.

Everything is a maximisation here. The objective is scaled up before HiGHS sees it and back afterwards:
values lie near 1 and its tolerances are absolute, so that unscaled it has called designs optimal whose
value was wrong in the fifth digit.
"""

from __future__ import annotations

import threading
from importlib.metadata import version

import highspy
import numpy as np
from scipy import sparse

from optimiser.errors import SolverError
from optimiser.solver.clock import Clock
from optimiser.solver.outcome import Ended, Outcome
from optimiser.solver.quiet import quiet
from optimiser.tolerances import ALIKE, GAP, SMALL, WHOLE

Array = np.ndarray
SCALE = 10_000.0
GRACE = 3.0  # seconds past its time limit before HiGHS is cancelled, and then before it is left alone
LARGE = 1000  # columns from which presolve pays, for mixed-integer programs only, and asking whether to go on
# Measured: without these small masters take a third of the time, England's half (a hard one by the first);
# where hours are tight they find a design (generalised assignment 5 x 200: 2.5 s; without, no optimum in 34).
IDLE = (
    "mip_allow_restart",
    "mip_heuristic_run_feasibility_jump",
    "mip_heuristic_run_rins",
    "mip_heuristic_run_rens",
    "mip_heuristic_run_root_reduced_cost",
    "mip_detect_symmetry",
)
PATIENCE = 1000  # iterations from an earlier basis; those that take more are mostly infeasible by a little,
# which the simplex may not find out in a hundred times as many and the interior point tells in seconds
STUCK = 20  # times that the simplex may ask without an iteration; measured: 6 of its own. What was infeasible
# by a little had it seek a proof row by row for 220 s, which no limit of iterations ends
UNLIMITED = 2**31 - 1  # what HiGHS takes for no limit
LONG = 1000  # nodes of a brisk search with presolve, which may lose what is short of a limit by a rounding
FULLY = np.inf  # in place of nodes of a brisk search: all that HiGHS has, to the end
VERSION = f"HiGHS {version('highspy')}"

KINDS = highspy.HighsModelStatus
ANSWERS = {
    KINDS.kOptimal: Ended.OPTIMAL,
    KINDS.kModelEmpty: Ended.OPTIMAL,
    KINDS.kInfeasible: Ended.INFEASIBLE,
    KINDS.kTimeLimit: Ended.STOPPED,
    KINDS.kInterrupt: Ended.STOPPED,
    KINDS.kIterationLimit: Ended.STOPPED,
    KINDS.kSolutionLimit: Ended.STOPPED,  # of nodes
}  # any other ending is of rounding, "unbounded" among them: all that is asked here is bounded
DUAL, PRIMAL, DEVEX = 1, 4, 1  # of `simplex_strategy`; and of `simplex_dual_edge_weight_strategy`
ANEW: tuple[tuple[str, str, int, int], ...] = (
    ("off", "simplex", DUAL, 10 * PATIENCE),  # measured on England's recourse: a third of the next one's time
    ("on", "ipm", DUAL, UNLIMITED),
    ("on", "simplex", DUAL, UNLIMITED),
    ("off", "simplex", PRIMAL, UNLIMITED),
    ("off", "ipm", DUAL, UNLIMITED),
)  # presolve, solver, strategy, most iterations: tried in turn, from scratch, where a run ends in no answer


def _share_threads(threads: int) -> None:
    """HiGHS has one pool of threads a process, and refuses another number until the pool is made anew."""
    global _threads
    if _threads not in (None, threads):
        highspy.Highs.resetGlobalScheduler(True)
    _threads = threads


_threads: int | None = None


class Solver:
    """One HiGHS object and the program in it."""

    def __init__(
        self, threads: int = 1, *, reduce: bool = False, interior: bool = False, devex: bool = False
    ) -> None:
        """With `reduce`, presolve linear programs too: it pays where they are large and run once. With
        `interior`, solve them by the interior point alone, to points that are no vertices: where they are so
        large that a simplex takes longer even from the basis of the last. With `devex`, weigh edges by it:
        where much changes between runs, exact weights are not worth their start.
        """
        self._threads, self._reduce, self._interior = threads, reduce or interior, interior
        with quiet():
            self._highs = highspy.Highs()
        self._highs.silent()
        self._set("threads", threads)
        self._stop, self._clock, self._enough, self._proven = False, Clock(), -np.inf, np.inf
        self._started = False
        self._idle, self._iterations = 0, -1  # how often the simplex asked at so many iterations
        self._incumbent: Array | None = None
        self._status = highspy.HighsStatus.kOk
        if devex:
            self._set("simplex_dual_edge_weight_strategy", DEVEX)
        self._set("mip_abs_gap", 0.0)
        self._set("small_matrix_value", SMALL)
        self._set("mip_feasibility_tolerance", WHOLE)
        self._integer, self._whole_numbers = np.zeros(0, bool), False
        self._basis: highspy.HighsBasis | None = None  # of the relaxation from which a search began

    def load(
        self,
        cost: Array,
        matrix: sparse.csr_array | sparse.csc_array,
        lower: Array,
        upper: Array,
        column_lower: Array,
        column_upper: Array,
        integer: Array | None = None,
    ) -> None:
        """Replace whatever is in HiGHS by this program."""
        for name, array in (("cost", cost), ("matrix", matrix.data)):
            if not np.isfinite(array).all():
                raise SolverError(f"a {name} coefficient is not a finite number")
        if any(np.isnan(a).any() for a in (lower, upper, column_lower, column_upper)):
            raise SolverError("a bound is not a number")
        rows, columns = matrix.shape
        self._integer = np.zeros(columns, bool) if integer is None else integer.copy()
        # Of whole numbers up to 1.5, say, HiGHS's presolve calls wrong ones optimal (measured: 1 in 30).
        column_lower = np.where(self._integer, np.ceil(column_lower - WHOLE), column_lower)
        column_upper = np.where(self._integer, np.floor(column_upper + WHOLE), column_upper)
        formats, sense = highspy.MatrixFormat, int(highspy.ObjSense.kMinimize)
        format_ = int(formats.kRowwise if matrix.format == "csr" else formats.kColwise)
        bounds = column_lower, column_upper, lower, upper
        entries = matrix.indptr, matrix.indices, matrix.data
        kinds = np.full(columns, int(highspy.HighsVarType.kContinuous), np.int32)
        self._check(self._highs.clearSolver(), "clearing")
        # As arrays: through HighsLp they go number by number, which takes seven times as long (measured).
        done = self._highs.passModel(
            columns, rows, matrix.nnz, format_, sense, 0.0, -SCALE * cost, *bounds, *entries, kinds
        )
        self._check(done, "loading the program")
        self.impose_integrality(bool(self._integer.any()))

    def impose_integrality(self, on: bool, among: Array | None = None) -> None:
        """Solve as a mixed-integer program, with whole numbers only `among` these where given; or its
        relaxation."""
        self._whole_numbers = on
        columns = np.flatnonzero(self._integer).astype(np.int32)
        whole = np.full(len(columns), on) if among is None else on & among[columns]
        kinds = np.where(whole, int(highspy.HighsVarType.kInteger), int(highspy.HighsVarType.kContinuous))
        kinds = kinds.astype(np.uint8)
        self._check(self._highs.changeColsIntegrality(len(columns), columns, kinds), "changing integrality")
        if not on and self._basis is not None and len(self._basis.row_status) == self._highs.getNumRow():
            self._check(self._highs.setBasis(self._basis), "handing over a basis")  # a search leaves none
        self._basis = None

    def add_rows(self, matrix: sparse.csr_array, lower: Array, upper: Array) -> None:
        """Add rows at the end."""
        done = self._highs.addRows(
            matrix.shape[0], lower, upper, matrix.nnz, matrix.indptr[:-1], matrix.indices, matrix.data
        )
        self._check(done, "adding rows")

    def add_columns(self, cost: Array, matrix: sparse.csc_array, lower: Array, upper: Array) -> None:
        """Add continuous columns at the end."""
        count = len(lower)
        starts, places = matrix.indptr[:-1].astype(np.int32), matrix.indices.astype(np.int32)
        done = self._highs.addCols(
            count, -SCALE * cost, lower, upper, matrix.nnz, starts, places, matrix.data.astype(float)
        )
        self._check(done, "adding columns")
        self._integer = np.append(self._integer, np.zeros(count, bool))

    def delete_rows(self, rows: Array) -> None:
        """Remove rows by position."""
        self._check(self._highs.deleteRows(len(rows), rows.astype(np.int32)), "deleting rows")

    def change_costs(self, cost: Array) -> None:
        """Replace the objective."""
        columns = np.arange(len(cost), dtype=np.int32)
        self._check(self._highs.changeColsCost(len(cost), columns, -SCALE * cost), "changing costs")

    def change_bounds(self, columns: Array, lower: Array, upper: Array) -> None:
        """Replace the bounds of some columns."""
        done = self._highs.changeColsBounds(len(columns), columns.astype(np.int32), lower, upper)
        self._check(done, "changing bounds")

    def change_row_bounds(self, rows: Array, lower: Array, upper: Array) -> None:
        """Replace the bounds of some rows."""
        positions = rows.astype(np.int32)
        done = self._highs.changeRowsBounds(len(rows), positions, lower, upper)  # type: ignore[attr-defined]
        self._check(done, "changing rows")

    def run(
        self,
        clock: Clock,
        gap: float = GAP,
        start: Array | None = None,
        enough: float = -np.inf,
        iterations: int | None = None,
        brisk: float = UNLIMITED,
    ) -> Outcome:
        """Solve what is loaded, a mixed-integer one until its bound is at most `enough` or the gap closes.

        `start`, one value a column, has the integers of a feasible point to begin from. A linear program may
        be given so many `iterations`, a mixed-integer one so many nodes of a `brisk` search, without what is
        IDLE; either is left as it is after them. Or it is searched FULLY.
        """
        if clock.out:
            return Outcome(Ended.STOPPED, None, -np.inf, np.inf)
        _share_threads(self._threads)
        self._set("mip_rel_gap", gap)
        self._choose_options(brisk, UNLIMITED if clock.nodes is None else clock.nodes)
        if brisk == FULLY:  # begun from the basis of the relaxation, quadratic assignment takes twice as long
            self._check(self._highs.clearSolver(), "clearing")
        elif self._whole_numbers and start is None:
            self._forget_point()
        self._stop, self._clock, self._enough, self._started = False, clock, enough, start is not None
        self._incumbent = None
        with quiet():
            if not self._run_to_an_answer(clock, start, iterations):
                return Outcome(Ended.STOPPED, self._incumbent, -np.inf, self._proven)  # as it was by then
        self._set("small_matrix_value", SMALL)  # of rows that are still to come
        outcome = self._read()
        if self._whole_numbers:
            clock.branched(max(0, outcome.nodes))
        return outcome

    def _forget_point(self) -> None:
        """Keep the basis of the last linear program, but not its point: HiGHS takes that for a start.

        It searched first in a small problem about it, whose bound `_on_check` took for that of the whole.
        """
        basis = self._highs.getBasis()
        self._check(self._highs.clearSolver(), "clearing")
        if basis.valid:
            self._basis = basis
            self._check(self._highs.setBasis(basis), "handing over a basis")

    def _choose_options(self, brisk: float, nodes: int) -> None:
        """What HiGHS does in so many nodes, by what the program is and whether a brisk search is to do.

        Presolve gains nothing where most columns are products of others, as links between decisions are
        (quadratic assignment, chr12c: 1.1 s without it, 4.1 with).
        """
        fully, count = brisk == FULLY, len(self._integer)
        reduced = 2 * self._integer.sum() > count if fully else count > LARGE or brisk == LONG
        interior = self._interior and not self._whole_numbers
        self._set("presolve", "choose" if (self._whole_numbers and reduced) or self._reduce else "off")
        self._set("solver", "ipm" if interior else "choose")
        self._set("run_crossover", "off" if interior else "on")
        self._set("mip_max_nodes", nodes if fully else int(min(brisk, nodes)))
        self._set("small_matrix_value", ALIKE if fully else SMALL)
        for option in IDLE:
            self._set(option, fully)

    def _on_check(self, event: highspy.highs.HighsCallbackEvent) -> None:
        """HiGHS asks now and then whether to go on.

        It may overlook its time limit; interrupted, it may forget its bound; and it does not forget of itself
        that it was told to stop. It also asks from the small problem that completes a start: that one has no
        solution yet, and its bound says nothing.
        """
        data = event.data_out
        bound, value = -data.mip_dual_bound / SCALE, -data.mip_primal_bound / SCALE
        found = bool(np.isfinite(value))
        enough = found and bound <= self._enough
        if np.isfinite(bound) and (enough or not self._started or (found and bound > value)):
            self._proven = min(self._proven, bound)
        event.interrupt(enough or self._told)

    def _on_better(self, event: highspy.highs.HighsCallbackEvent) -> None:
        """HiGHS has a better solution than before (also that of the small problem that completes a start)."""
        solution = np.array(event.data_out.mip_solution)
        if len(solution) == len(self._integer):
            self._incumbent = solution

    def _run_to_an_answer(self, clock: Clock, start: Array | None, iterations: int | None) -> bool:
        """Run; and where that ends in no answer, from scratch in other ways (ANEW) while there is time.

        False: there was none by then, or HiGHS did not stop when told to.
        """
        if not self._whole_numbers:
            patience = PATIENCE if self._highs.getBasis().valid else UNLIMITED
            self._set("simplex_iteration_limit", patience if iterations is None else iterations)
        stopped = self._run_once(clock, start)
        for presolve, solver, strategy, limit in ANEW:
            if not stopped or self._answers(iterations):
                break
            if clock.out:
                self._proven = np.inf
                return False
            self._check(self._highs.clearSolver(), "clearing")
            self._set("simplex_iteration_limit", limit)
            self._set("presolve", presolve)
            self._set("solver", solver)
            self._set("run_crossover", "on")
            self._set("simplex_strategy", strategy)
            stopped = self._run_once(clock, start)
            self._set("solver", "choose")
            self._set("simplex_strategy", DUAL)
        if stopped and not self._answers(iterations):
            status = self._highs.modelStatusToString(self._highs.getModelStatus())
            raise SolverError(f"HiGHS ended with {status!r}, however it began")
        return stopped

    def _answers(self, iterations: int | None) -> bool:
        """Whether the last run told anything of the program; that a limit ended it does only if asked for."""
        status = self._highs.getModelStatus()
        stuck = status == KINDS.kInterrupt and self._idle > STUCK
        given_up = (status == KINDS.kIterationLimit or stuck) and iterations is None
        return self._status != highspy.HighsStatus.kError and status in ANSWERS and not given_up

    def _run_once(self, clock: Clock, start: Array | None) -> bool:
        """Run what is loaded; False: HiGHS did not stop when told to."""
        spent = 0.0 if self._whole_numbers else self._highs.getRunTime()  # of linear programs it adds up
        self._set("time_limit", float(min(spent + max(clock.left, 0.0), 1e20)))
        self._proven, self._idle, self._iterations = np.inf, 0, -1
        if start is not None:
            columns = np.flatnonzero(self._integer[: len(start)]).astype(np.int32)
            done = self._highs.setSolution(len(columns), columns, start[columns])
            self._check(done, "handing over a start")
        highs, heard = self._highs, []
        if self._whole_numbers:
            heard = [(highs.cbMipInterrupt, self._on_check), (highs.cbMipImprovingSolution, self._on_better)]
        elif self._reduce or len(self._integer) > LARGE:  # to be asked costs a small one half of its time
            heard = [(highs.cbSimplexInterrupt, self._on_pause), (highs.cbIpmInterrupt, self._on_step)]
        for event, answer in heard:
            event.subscribe(answer)  # while it runs: for good, neither could be freed
        if not self._whole_numbers and not self._reduce:
            self._status = highs.run()  # mostly over too soon to pay for a thread
        elif not self._wait_for_run(clock):
            return False
        for event, answer in heard:
            event.unsubscribe(answer)
        return True

    def _on_pause(self, event: highspy.highs.HighsCallbackEvent) -> None:
        """The simplex asks before each iteration whether to go on, and after some without one (STUCK)."""
        iterations = event.data_out.simplex_iteration_count
        self._idle = self._idle + 1 if iterations == self._iterations else 0
        self._iterations = iterations
        event.interrupt(self._told or self._idle > STUCK)

    def _on_step(self, event: highspy.highs.HighsCallbackEvent) -> None:
        """The interior point asks after each step whether to go on."""
        event.interrupt(self._told)

    @property
    def _told(self) -> bool:
        """Whether somebody wants it to stop, or its time is up."""
        return self._stop or self._clock.interrupted or self._clock.left <= 0

    def _wait_for_run(self, clock: Clock) -> bool:
        """Run in a thread of its own, so that this one keeps the time limit and hears Ctrl-C.

        False: HiGHS did not stop when told to.
        """
        over = threading.Event()  # `join` forgets that a thread is alive when a signal breaks it off

        def work() -> None:
            try:
                self._status = self._highs.run()
            finally:
                over.set()

        threading.Thread(target=work, daemon=True).start()
        try:
            over.wait(min(max(clock.left, 0.0) + GRACE, threading.TIMEOUT_MAX))
        finally:  # also where a second Ctrl-C ends the program: it must not leave while HiGHS calls back
            if not over.is_set():
                self._stop = True
                over.wait(GRACE)
        return over.is_set()

    def _read(self) -> Outcome:
        ended = ANSWERS[self._highs.getModelStatus()]
        info, solution = self._highs.getInfo(), self._highs.getSolution()
        mip = self._whole_numbers and bool(np.isfinite(info.mip_dual_bound))
        feasible = info.primal_solution_status == highspy.kSolutionStatusFeasible
        solved = ended is Ended.OPTIMAL and not mip  # as scaled; unscaled it may break a row by a little more
        x = np.array(solution.col_value) if (feasible or solved) and ended is not Ended.INFEASIBLE else None
        value = -info.objective_function_value / SCALE if x is not None else -np.inf
        bound = -info.mip_dual_bound / SCALE if mip else value
        if ended is Ended.INFEASIBLE:
            bound = -np.inf
        elif ended is Ended.STOPPED:
            bound = min(bound if mip else np.inf, self._proven)
        return Outcome(
            ended=ended,
            x=x,
            value=value,
            bound=bound,
            prices=-np.array(solution.row_dual) / SCALE,
            reduced=-np.array(solution.col_dual) / SCALE,
            nodes=info.mip_node_count,
        )

    def _set(self, option: str, value: float | str | bool) -> None:
        self._check(self._highs.setOptionValue(option, value), f"setting {option}")

    def _check(self, status: highspy.HighsStatus, doing: str) -> None:
        if status == highspy.HighsStatus.kError:
            raise SolverError(f"HiGHS failed at {doing}")
