"""frontier: what does one aim cost in another? The nondominated designs for two or three objectives.

All of them: with two objectives every stretch of the border of what is known is asked whether a design
lies above it, until none does; with three, every box that no known point dominates (Klamroth, Lacour &
Vanderpooten 2015). A design is left out by name once it is known with its own trade-off. Of designs that
reach the same, one is named. Where the most of one objective is known to a gap only, the others count a
little at that end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimiser.design.tables import Row, plain
from optimiser.errors import InfeasibleError
from optimiser.instance.arguments import AMOUNT, check_instance, whole, wrong_number
from optimiser.instance.instance import Instance
from optimiser.instance.schema.result import Part
from optimiser.introduction import Cells
from optimiser.solver.call import objectives_of
from optimiser.solver.recourse.risk import neutral
from optimiser.studies.finding import ObjectivesFinding, remembered
from optimiser.studies.frontier.border import CLOSE
from optimiser.studies.frontier.epsilon_constraint import by_steps
from optimiser.studies.frontier.nondominated import Nondominated, Option, Tradeoffs
from optimiser.studies.frontier.schema import DESIGNS, POINTS, RESULT, SEGMENTS
from optimiser.studies.frontier.search import (
    EXACTLY,
    RESOLVED,
    STEP,
    OutOfTimeError,
    by_border,
    by_boxes,
    by_tolerance,
    supporting,
)
from optimiser.studies.study import Study
from optimiser.terminal import at_most, counted, exact, fixed
from optimiser.tolerances import GAP

Array = np.ndarray
COARSE = {2: 1e-2, 3: 2e-2}  # of an objective: the tolerance for a large model, by how many are asked for
TRIES = 6  # weights at which a point is shown to be best, or not


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Frontier(ObjectivesFinding):
    """The nondominated designs in order of the first objective, and whether these are all.

    Attributes
    ----------
    objectives : tuple of str
        Those asked for.
    tolerance : float
        0: all nondominated designs.
    error : float
        Whatever a design reaches, one of these reaches to within it in every objective asked for; inf: not
        known.
    points : tuple of Nondominated
        Each with its objectives, its design, and whether it is proven and supported.
    """

    says = RESULT
    objectives: tuple[str, ...]
    tolerance: float
    error: float
    points: tuple[Nondominated, ...]

    @property
    def empty(self) -> bool:
        """Whether no design was found in time."""
        return not self.points

    @property
    def headline(self) -> str:
        """How many points there are, and how many are proven."""
        if self.empty:
            return self._nothing
        count, sure = len(self.points), sum(point.proven for point in self.points)
        what = counted(count, "nondominated point")
        if sure < count:
            what = f"{counted(count, 'point')}, {sure or 'none'} proven nondominated"
        return f"{self._open}{what}, every promise and objective recomputed from the tables"

    def _summary(self) -> Cells:
        rows = [("point", *self.objectives)]
        rows += [
            (f"{k}", *(fixed(number, 4) for number in self.reached(p))) for k, p in enumerate(self.points, 1)
        ]
        return rows if self.points else []

    def reached(self, p: Nondominated) -> list[float]:
        """What a point reaches of the objectives asked for."""
        return [float(p.answer.objectives[self.instance.objectives.index(g)]) for g in self.objectives]

    def document(self) -> dict[str, Any]:
        """The keys of the JSON document."""
        points = [
            {
                "objectives": dict(
                    zip(self.instance.objectives, map(plain, p.answer.objectives), strict=True)
                ),
                "supported": p.supported,
                "proven": p.proven,
                "segment": self._segment(p),
                "design": p.answer.rows,
            }
            for p in self.points
        ]
        return {
            "objectives": list(self.objectives),
            "tolerance": self.tolerance,
            "error": plain(self.error),
            "points": points,
        }

    def rows(self) -> dict[Part, Iterable[Row]]:
        """Of each table."""
        every, points = self.instance.objectives, list(enumerate(self.points, 1))
        return {
            POINTS: [
                {"point": k, "supported": p.supported, "proven": p.proven}
                | dict(zip(every, p.answer.objectives, strict=True))
                for k, p in points
            ],
            SEGMENTS: [{"point": k, **end} for k, p in points for end in self._segment(p)],
            DESIGNS: [{"point": k, **row} for k, p in points for row in p.answer.rows],
        }

    def _segment(self, p: Nondominated) -> list[dict[str, Any]]:
        return [dict(zip(self.objectives, map(plain, end), strict=True)) for end in p.segment]


@remembered
def frontier(
    instance: Instance,
    objectives: Sequence[str] | None = None,
    *,
    points: int | None = None,
    tolerance: float | None = None,
    gap: float = GAP,
    time_limit: float | None = None,
    threads: int = 1,
    progress: Callable[[str], None] | None = None,
    workers: int | str = 1,
) -> Frontier:
    """Find the nondominated designs for two or three objectives, unsupported ones among them.

    Parameters
    ----------
    instance : Instance
        The facts.
    objectives : sequence of str, optional
        Two or three names; without them, those that weigh anything in the instance, if they are so many.
    points : int, optional
        Only so many points, at even steps of all objectives but the first: the augmented epsilon-constraint
        method (AUGMECON2; Mavrotas & Florios 2013).
    tolerance : float, optional
        Above 0, only so many that whatever a design reaches, one of them reaches to within the tolerance in
        every objective (module `coverage`); they are then solved to a quarter of it, whatever the gap. None:
        0, or with a model of more than 5,000 columns 0.01 for two objectives, 0.02 for three.
    gap, time_limit, threads, progress
        As for `solve`.
    workers : int or "auto", default 1
        Processes that search, each with a core of its own; the answer is the same.

    Returns
    -------
    Frontier
        Without `points`, at a tolerance of 0, all nondominated designs.

    Raises
    ------
    InputError
        For a call that is wrong.
    InfeasibleError
        Where there is no design.

    Notes
    -----
    Objectives are expectations: risk aversion plays no part. Method: this module's own text, `search`
    and, with `points`, `epsilon_constraint`.

    Examples
    --------
    >>> import optimiser
    >>> instance = optimiser.read("instances/archetype")
    >>> found = optimiser.frontier(instance, ["accountability", "responsiveness"])
    >>> print(found.headline)
    9 nondominated points, every promise and objective recomputed from the tables
    >>> [point["supported"] for point in found.to_dict()["points"]].count(False)
    2
    """
    wrong = list[str]()
    names = _named(instance, objectives, wrong)
    wrong += _problems(points, tolerance)
    study = Study(
        neutral(instance), wrong, gap=gap, time_limit=time_limit, threads=threads, workers=workers,
        progress=progress,
    )  # fmt: skip
    if tolerance is None:
        tolerance = COARSE[len(names)] if study.large and points is None else 0.0
    exactly = tolerance / EXACTLY
    found = Tradeoffs(study, [list(instance.objectives).index(g) for g in names], max(CLOSE, exactly / 2))
    with study.listening():
        said = _explored(found, points, tolerance)
        if found.infeasible:
            raise InfeasibleError
        kept = sorted(found.nondominated(whole=points is None), key=lambda option: tuple(option.point))
        whole = not said and tolerance == 0
        marked = _marked(found, kept, whole, tries=0 if tolerance else TRIES)
        said += _unproven(found.study, kept, marked, tolerance)
    known = found.options if points is None else kept  # what is kept covers what its designs reach
    return Frontier(
        instance=instance,
        complete=not said,
        interrupted=study.clock.interrupted,
        run=study.run(instance),
        objectives=tuple(names),
        tolerance=tolerance,
        error=RESOLVED if whole and not said else found.error(known, exactly or STEP),
        points=tuple(marked),
        unfinished=tuple(said),
    )


def _marked(found: Tradeoffs, kept: list[Option], whole: bool, tries: int) -> list[Nondominated]:
    """Mark what is supported: by what is known where that is the whole, else each by so many proofs."""
    rivals, marked = [end for option in kept for end in option.chain], []
    for option in kept:
        found.study.tell("which are best for some weights?")
        if not whole and found.best(option):
            mark: bool | None = True
        else:
            mark = _supported(found, option, rivals, whole, tries)
        marked.append(Nondominated(option.answer, mark, option.chain, whole or option.proven))
    return marked


def _supported(found: Tradeoffs, option: Option, rivals: list[Array], whole: bool, tries: int) -> bool | None:
    for left in reversed(range(tries + 1)):
        weights = supporting(option.chain, np.array(rivals))
        if whole or weights is None:
            return weights is not None
        if left:
            better = found.better(weights, float((option.chain @ weights).max()))
            if better is None or better.size == 0:
                return None if better is None else True
            rivals.append(better)
    return None


def _unproven(study: Study, kept: list[Option], marked: list[Nondominated], tolerance: float) -> list[str]:
    """Points of which it is not proven that nothing dominates them, and trade-offs not worked out."""
    said, loose = [], [o.slack for o, p in zip(kept, marked, strict=True) if not p.proven]
    if loose and not tolerance:  # with a tolerance it is asked for no more
        most = (
            f"up to {at_most(max(loose))} better"
            if max(loose) < 1  # of an objective, which is from 0 to 1
            else "better by what is not known"
        )
        said.append(
            f"{len(loose)} of {len(kept)} points are not proven nondominated: a design may be {most} in an "
            f"objective and no worse in the others (gap {exact(study.gap)})."
        )
    unexplored = sum(not option.explored for option in kept)
    if unexplored:
        said.append(f"Of {counted(unexplored, 'design')} there was no time to work out their own trade-off.")
    return said


def _explored(found: Tradeoffs, points: int | None, tolerance: float) -> list[str]:
    """Find what there is; what is left open."""
    try:
        if points is not None:
            more = f"A choice of at most {points} points was asked for: there may be more between them."
            return [*by_steps(found, points), more]
        if tolerance > 0:
            return by_tolerance(found, tolerance)
        return by_border(found) if len(found.aims) == 2 else by_boxes(found)
    except OutOfTimeError as error:
        return list(error.args)


def _named(instance: Instance, objectives: Sequence[str] | None, problems: list[str]) -> tuple[str, ...]:
    """The names of the objectives: two or three, each once; what is wrong with them are problems."""
    check_instance(instance)
    if objectives is None:
        names = tuple(g for g, weight in instance.weights.items() if weight > 0)
        given = f"weigh something ({', '.join(names)}): name them"
    else:
        names, given = objectives_of(instance, "objectives", objectives, problems), "are given"
    if not 2 <= len(names) <= 3:
        problems.append(f"objectives: two or three are needed, {len(names)} {given}")
    return names


def _problems(points: object, tolerance: object) -> list[str]:
    """What is wrong with how many points are asked for."""
    found = wrong_number("points", points, whole(2), optional=True)
    found += wrong_number("tolerance", tolerance, AMOUNT, optional=True)
    if not found and tolerance and points is not None:
        found.append("points: so many, or as many as the tolerance asks for: not both")
    return found
