"""map: whose weights lead where? Every weighting of three objectives, and the design that is best there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimiser.coefficients import Coefficients
from optimiser.design.status import Status
from optimiser.design.tables import Row, plain
from optimiser.errors import InfeasibleError
from optimiser.instance.arguments import AMOUNT, check_instance, wrong_number
from optimiser.instance.instance import Instance
from optimiser.instance.schema.result import Part
from optimiser.introduction import Cells
from optimiser.solver.answer import Answer, Best
from optimiser.solver.call import objectives_of
from optimiser.studies.finding import ObjectivesFinding, remembered
from optimiser.studies.rounds import Search
from optimiser.studies.study import Study
from optimiser.studies.weight_map.acceptability import acceptability
from optimiser.studies.weight_map.cells import Cell, Region
from optimiser.studies.weight_map.current_design import Standing, standing
from optimiser.studies.weight_map.decomposition import Decomposition, Doubt
from optimiser.studies.weight_map.schema import (
    ACCEPTABILITY,
    BY_DECISION,
    BY_TYPE,
    CELLS,
    DESIGNS,
    RESULT,
    VERTICES,
)
from optimiser.studies.weight_map.simplex import area, centre, tidy
from optimiser.terminal import at_most, counted, exact, percent
from optimiser.tolerances import NOISE

Array = np.ndarray
THE_THREE = ("risk_pooling", "accountability", "responsiveness")  # of the paper
COARSE = 3e-3  # of value: the tolerance for a large model, which has too many cells
EXACT = 1e-9  # relative gap of the solves of an exact map
FIRST = 4  # times the tolerance: how exactly to solve where nothing is known as yet
SLIVER = 1e-12  # of area: polygons smaller than this are left out


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class WeightMap(ObjectivesFinding):
    """The triangle of weightings cut into cells.

    Attributes
    ----------
    objectives : tuple of str
        The three at the corners.
    own : ndarray of shape (3,)
        The weights of the instance for these three, normalised; equal where all are 0.
    tolerance : float
        The error at which the map stops.
    error : float
        No design is worth more than the map's by more than this; inf where time ran out before it was
        bounded everywhere.
    cells : tuple of Cell
        One for each supported point, largest first.
    designs : tuple of Region
        The cells of each design together, largest first.
    acceptability : tuple of dict
        decision, organisation, level, share.
    by_decision : tuple of dict
        decision, type, level, share: the mean over localities.
    by_type : tuple of dict
        type, level, share: the mean over decisions.
    current : Standing or None
        Where the current design stands; None where there is none, or not a whole one.
    """

    says = RESULT
    objectives: tuple[str, ...]
    own: Array
    tolerance: float
    error: float
    cells: tuple[Cell, ...]
    designs: tuple[Region, ...]
    acceptability: tuple[Row, ...]
    by_decision: tuple[Row, ...]
    by_type: tuple[Row, ...]
    current: Standing | None

    @property
    def empty(self) -> bool:
        """Whether a limit was reached before there was any design."""
        return not self.cells

    @property
    def headline(self) -> str:
        """How exact the map is, and how much there is on it."""
        if self.empty:
            return self._nothing
        count = f"{counted(len(self.cells), 'cell')} of {counted(len(self.designs), 'design')}"
        if not self.complete:
            began = "interrupted" if self.interrupted else "stopped by the time limit"
            return f"{began}, the map so far: {count}"
        exactly = f"to {exact(self.tolerance)} of value" if self.tolerance else "and exact"
        return f"complete {exactly}: {count}"

    def _summary(self) -> Cells:
        rows = [("design", "best under", "")]
        for each in self.designs:
            own = "best at the instance's own weights" if each.design_id == self.here else ""
            rows.append((str(each.design_id), f"{percent(each.area)} of all weightings", own))
        return rows if self.designs else []

    @property
    def here(self) -> int:
        """The number of the design that is best at the instance's own weights of the three."""
        of = [self.instance.objectives.index(g) for g in self.objectives]
        return max(self.cells, key=lambda cell: float(cell.answer.objectives[of] @ self.own)).design_id

    def middle(self, design_id: int) -> Array:
        """(3,) the centre of the weightings under which a design is best, in its largest cell."""
        return centre(next(cell.vertices for cell in self.cells if cell.design_id == design_id))

    def document(self) -> dict[str, Any]:
        """The keys of the JSON document."""
        return {
            "objectives": list(self.objectives),
            "tolerance": self.tolerance,
            "error": plain(self.error),
            "solves": self.run["solves"],
            "own": [plain(weight) for weight in self.own],
            "cells": [
                {
                    "area": cell.area,
                    "vertices": [[plain(w) for w in vertex] for vertex in cell.vertices],
                    "objectives": _expectations(cell.answer),
                    "design_id": cell.design_id,
                }
                for cell in self.cells
            ],
            "designs": [{"design_id": d.design_id, "area": d.area, "design": d.rows} for d in self.designs],
            "acceptability": list(self.acceptability),
            "by_type": list(self.by_type),
            "current": None if self.current is None else self.current.to_dict(),
        }

    def rows(self) -> dict[Part, Iterable[Row]]:
        """Of each table."""
        cells = list(enumerate(self.cells, 1))
        return {
            CELLS: [
                {"cell": i, "design_id": cell.design_id, "area": cell.area, **_expectations(cell.answer)}
                for i, cell in cells
            ],
            VERTICES: [
                {"cell": i, "vertex": k, **dict(zip(self.objectives, vertex, strict=True))}
                for i, cell in cells
                for k, vertex in enumerate(cell.vertices, 1)
            ],
            DESIGNS: [
                {"design_id": d.design_id, "area": d.area, **row} for d in self.designs for row in d.rows
            ],
            ACCEPTABILITY: self.acceptability,
            BY_DECISION: self.by_decision,
            BY_TYPE: self.by_type,
        }


@remembered
def weight_map(
    instance: Instance,
    objectives: Sequence[str] = THE_THREE,
    *,
    tolerance: float | None = None,
    time_limit: float | None = None,
    threads: int = 1,
    progress: Callable[[str], None] | None = None,
    workers: int | str = 1,
) -> WeightMap:
    """Cut the weightings of three objectives, the others weighing 0, into the cells of the supported points.

    Parameters
    ----------
    instance : Instance
        The facts.
    objectives : sequence of str
        Three of them.
    tolerance : float, optional
        In units of value: 0 finds every cell; above 0 the map stops as soon as no design can be worth more
        than its own by more than this, anywhere. None: 0, or 0.003 for a model of more than 5,000 columns,
        whose cells are too many.
    time_limit, threads, progress
        As for `solve`. Time limit and Ctrl-C keep the map so far, with its error.
    workers : int or "auto", default 1
        Processes that search, each with a core of its own; the answer is the same.

    Returns
    -------
    WeightMap
        Areas are shares of all weightings, vertices weights of the three. The share of weightings under which
        a decision sits at a level is its acceptability (Lahdelma, Hokkanen & Salminen 1998), here without
        sampling.

    Raises
    ------
    InputError
        For a call that is wrong, or an instance with risk aversion, under which the value is not linear in
        the weights.
    InfeasibleError
        Where there is no design.

    Notes
    -----
    Method: module `decomposition`.

    Examples
    --------
    >>> import optimiser
    >>> found = optimiser.weight_map(optimiser.read("instances/archetype"))
    >>> print(found.headline)
    complete and exact: 11 cells of 11 designs
    >>> found.frame("by_type").round(3)
          type    level  share
    0    input  central  0.891
    1    input    local  0.109
    2  process  central  0.276
    3  process    local  0.724
    4  outcome  central  0.717
    5  outcome    local  0.283
    """
    wrong = list[str]()
    objectives = _named(instance, objectives, wrong)
    wrong += wrong_number("tolerance", tolerance, AMOUNT, optional=True)
    study = Study(instance, wrong, time_limit=time_limit, threads=threads, workers=workers, progress=progress)
    of = np.array([instance.objectives.index(g) for g in objectives])
    if tolerance is None:
        tolerance = COARSE if study.large else 0.0
    whole = Decomposition(of, lambda doubts: _ask(study, of, tolerance, doubts), tolerance)
    with study.listening():
        own = study.weights[of]
        own = own / own.sum() if own.sum() > 0 else np.full(3, 1 / 3)
        now = standing(study, of, own, tolerance)
        for answer in now.answers if now is not None else ():
            whole.learn(answer)
        finished = whole.explore(own, lambda: study.clock.out, study.tell)
    complete = finished and whole.error <= max(tolerance, NOISE)
    known = "better by what is not known"
    if np.isfinite(whole.error):
        known = f"worth up to {at_most(whole.error)} more"
    left = f"Not all weightings were searched to the end: under some a design may be {known}."
    return WeightMap(
        instance=instance,
        complete=complete,
        unfinished=() if complete else (left,),
        interrupted=study.clock.interrupted,
        run=study.run(instance),
        objectives=objectives,
        own=own,
        tolerance=tolerance,
        error=whole.error,
        current=None if now is None else now.on(whole, own),
        **_parts(whole, study.session.c, instance),
    )


def _named(instance: Instance, objectives: Sequence[str], problems: list[str]) -> tuple[str, ...]:
    """The names of the three objectives; what keeps them from being mapped are problems."""
    check_instance(instance)
    names = objectives_of(instance, "objectives", objectives, problems)
    if len(names) != 3:
        problems.append(f"objectives: a map is of three objectives, not of {len(names)}")
    aversion = instance.uncertainty["risk_aversion"]
    if aversion:
        problems.append(
            f"uncertainty.risk_aversion: a map needs 0, not {aversion:g}: "
            "with risk aversion the value is not linear in the weights"
        )
    return names


def _ask(study: Study, of: Array, tolerance: float, doubts: Sequence[Doubt]) -> list[Answer]:
    """A best design at each weighting; to a tolerance, as exactly as what may be missing there is worth."""
    answers: list[Answer] = study.each([_search(study, of, tolerance, doubt) for doubt in doubts])
    if any(answer.status is Status.INFEASIBLE for answer in answers):
        raise InfeasibleError
    return answers


def _search(study: Study, of: Array, tolerance: float, doubt: Doubt) -> Search:
    weights = np.zeros(len(study.weights))
    weights[of] = doubt.weights
    start, gap = None if doubt.known is None else doubt.known.design, EXACT
    if tolerance > 0:
        missing = doubt.error / 8 if np.isfinite(doubt.error) else FIRST * tolerance
        gap = max(tolerance / 4, missing) / (max(abs(doubt.height), tolerance) if start is not None else 1.0)
    return Search(weights=weights, gap=gap, start=start)


def _parts(whole: Decomposition, c: Coefficients, instance: Instance) -> dict[str, Any]:
    """Cells, designs, and who sits where under which share of the weightings."""
    found = [(area(p), p, a) for p, a in zip(whole.envelope.polygons, whole.answers, strict=True)]
    found = sorted((cell for cell in found if cell[0] > SLIVER), key=lambda cell: -cell[0])
    total: dict[bytes, float] = {}
    first: dict[bytes, Best] = {}
    for share, _, answer in found:
        key = answer.design.tobytes()
        total[key] = total.get(key, 0.0) + share
        first.setdefault(key, answer)
    order = sorted(total, key=lambda key: -total[key])
    number = {key: i for i, key in enumerate(order, 1)}
    cells = []
    for share, polygon, answer in found:
        cells.append(Cell(share, tidy(polygon), answer, number[answer.design.tobytes()]))
    designs = tuple(Region(number[key], min(1.0, total[key]), first[key]) for key in order)
    return {"cells": tuple(cells), "designs": designs, **acceptability(designs, c, instance)}


def _expectations(answer: Best) -> dict[str, Any]:
    return {g: plain(value) for g, value in zip(answer.instance.objectives, answer.objectives, strict=True)}
