"""The same models in the hands of others: HiGHS as it comes, Pyomo, linopy, SCIP."""

from __future__ import annotations

import time
from typing import Any

import highspy
import numpy as np

from optimiser.coefficients import Coefficients
from optimiser.solver.compile.program import Compiled, Program

GAP = 1e-6  # relative gap that every competitor is asked for, as optimiser is


def highs_model(program: Program) -> highspy.HighsLp:
    """The matrices of a program as HiGHS takes them."""
    lp, m = highspy.HighsLp(), program.matrix
    lp.num_row_, lp.num_col_ = m.shape
    lp.col_cost_, lp.offset_ = program.cost, program.offset
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_lower_, lp.col_upper_ = program.column_lower, program.column_upper
    lp.row_lower_, lp.row_upper_ = program.lower, program.upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.num_row_, lp.a_matrix_.num_col_ = m.shape
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = m.indptr, m.indices, m.data
    kinds = highspy.HighsVarType
    lp.integrality_ = [kinds.kInteger if whole else kinds.kContinuous for whole in program.integer]
    return lp


def fresh_highs(limit: float | None = None) -> highspy.Highs:
    """HiGHS with its default options, but for one thread, the gap and silence."""
    highs = highspy.Highs()
    highs.silent()
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("mip_rel_gap", GAP)
    if limit is not None:
        highs.setOptionValue("time_limit", limit)
    return highs


def run_highs(highs: highspy.Highs, lp: highspy.HighsLp) -> tuple[float, float]:
    """(value, bound) of a program that is in memory."""
    highs.passModel(lp)
    highs.run()
    info = highs.getInfo()
    return info.objective_function_value, info.mip_dual_bound


class Persistent:
    """Pyomo's persistent HiGHS interface on a model with mutable parameters."""

    def __init__(self, model: Any) -> None:
        import pyomo.environ as pyo
        from pyomo.contrib.appsi.solvers.highs import Highs

        self._model = model
        data = [datum for p in model.component_objects(pyo.Param) if p.mutable for datum in p.values()]
        self._numbers = [(datum, model.places[id(datum)]) for datum in data]
        self._solver = Highs()
        self._solver.highs_options = {"mip_rel_gap": GAP, "threads": 1}
        self._solver.config.load_solution = True
        update = self._solver.update_config
        update.check_for_new_or_removed_constraints = update.check_for_new_or_removed_vars = False
        update.check_for_new_or_removed_params = update.update_constraints = update.update_vars = False
        update.update_named_expressions = update.check_for_new_objective = update.update_objective = False
        self._solver.solve(model)

    def solve(self, c: Coefficients) -> float:
        """Set every number that changed, and solve."""
        theta = c.theta.tolist()
        for datum, place in self._numbers:
            if datum.value != theta[place]:
                datum.set_value(theta[place])
        return float(self._solver.solve(self._model).best_feasible_objective)


def rebuilt(c: Coefficients) -> float:
    """Pyomo builds the model and hands it to HiGHS."""
    import pyomo.environ as pyo

    from optimiser.model import assemble
    from optimiser.model.declare import written_out

    model = written_out(assemble(c))
    solver = pyo.SolverFactory("highs")
    solver.options.update({"mip_rel_gap": GAP, "threads": 1})
    solver.solve(model)
    return float(pyo.value(model.value))


def scip_gap(
    program: Program, compiled: Compiled, c: Coefficients, limit: float, gap: float = GAP
) -> tuple[float, float, float]:
    """(value, bound, seconds) of SCIP on the program with its cones as they stand, within a time limit."""
    from pyscipopt import Model, quicksum

    from optimiser.solver.cuts.pool_cuts import PoolCuts

    model = Model()
    model.hideOutput()
    bounds = zip(program.column_lower, program.column_upper, program.integer, program.cost, strict=True)
    x = [
        model.addVar(vtype="I" if whole else "C", lb=_finite(low), ub=_finite(high), obj=float(cost))
        for low, high, whole, cost in bounds
    ]
    model.addObjoffset(program.offset)
    model.setMaximize()
    rows = zip(
        np.split(program.matrix.indices, program.matrix.indptr[1:-1]),
        np.split(program.matrix.data, program.matrix.indptr[1:-1]),
        program.lower,
        program.upper,
        strict=True,
    )
    for places, data, low, high in rows:
        body = quicksum(float(a) * x[j] for j, a in zip(places, data, strict=True))
        if low == high:
            model.addCons(body == float(low))
        else:
            model.addCons(body <= float(high) if np.isfinite(high) else body >= float(low))
    for placed in PoolCuts(compiled, c).pools:
        own = [float(v) * x[j] * x[j] for v, j in zip(placed.pool.own, placed.members, strict=True)]
        common = []
        for factor in placed.pool.factors.T:
            load = model.addVar(lb=None)
            model.addCons(
                load == quicksum(float(f) * x[j] for f, j in zip(factor, placed.members, strict=True))
            )
            common.append(load * load)
        model.addCons(quicksum(own + common) <= x[placed.buffer] * x[placed.buffer])
    model.setParam("limits/time", limit)
    model.setParam("limits/gap", gap)
    began = time.perf_counter()
    model.optimize()
    value = model.getObjVal() if model.getNSols() else float("nan")
    return value, model.getDualbound(), time.perf_counter() - began


def _finite(bound: float) -> float | None:
    return float(bound) if np.isfinite(bound) else None


def tangents_only(
    program: Program, compiled: Compiled, c: Coefficients, limit: float
) -> tuple[float, float, float]:
    """(value, bound, seconds): HiGHS given the gradients of the cones where its solutions break them."""
    from optimiser.solver.cuts.pool_cuts import PoolCuts

    began, bound, value = time.perf_counter(), np.inf, -np.inf
    pools = PoolCuts(compiled, c).pools
    highs = fresh_highs()
    highs.passModel(highs_model(program))
    while (left := limit - (time.perf_counter() - began)) > 0:
        highs.setOptionValue("time_limit", highs.getRunTime() + left)
        highs.run()
        info = highs.getInfo()
        bound = min(bound, info.mip_dual_bound)
        if info.primal_solution_status != highspy.kSolutionStatusFeasible:
            break
        x = np.array(highs.getSolution().col_value)
        true, broken = x.copy(), False
        for placed in pools:
            held, deviation = x[placed.members], float(placed.pool.deviation(x[placed.members]))
            true[placed.buffer] = max(deviation, x[placed.buffer])
            if deviation > x[placed.buffer] + 1e-7:
                broken = True
                loads = held @ placed.pool.factors
                slope = (placed.pool.own * held + placed.pool.factors @ loads) / deviation
                places = np.append(placed.members, placed.buffer).astype(np.int32)
                highs.addRow(-highspy.kHighsInf, 0.0, len(places), places, np.append(slope, -1.0))
        value = max(value, _repriced(program, compiled, true))
        if not broken:
            break
    return value, bound, time.perf_counter() - began


def _repriced(program: Program, compiled: Compiled, true: np.ndarray) -> float:
    """The value of a solution once its buffers are what they should be."""
    achieved, scored = compiled.columns["achieved"], compiled.rows["scored"]
    missing = program.upper[scored] - program.matrix[scored] @ true
    true[achieved] += missing  # each row is achieved minus what adds up to it
    return float(program.cost @ true + program.offset)
