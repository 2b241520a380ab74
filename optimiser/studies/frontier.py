"""frontier: what does one aim cost in another? The nondominated designs for two or three objectives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimiser.design import InfeasibleError
from optimiser.instance.errors import InputError
from optimiser.instance.instance import Instance
from optimiser.rows import plain
from optimiser.solver.solve import check_call
from optimiser.studies.study import Answer, Finding, Study, Table, table
from optimiser.studies.tradeoff import Option, Tradeoffs
from optimiser.studies.zones import OutOfTimeError, by_border, by_boxes, by_steps, supporting

Array = np.ndarray
TRIES = 6  # weights at which a point is shown to be best, or not


@dataclass(frozen=True, eq=False)
class Nondominated:
    """A design that no other beats in one objective without losing in another, at the point it was found.

    That is so for certain only where `proven`: with a wide gap, or when time ran out, one may. The segment,
    (n, k), has the extreme points of the design's own trade-off, a single one where recourse leaves none.
    Where all of two objectives were asked for it is the part, from first to last, that no other design beats.
    """

    answer: Answer
    supported: bool | None  # best for some weights; None: not proven either way
    segment: Array
    proven: bool


@dataclass(frozen=True, eq=False, kw_only=True)
class Frontier(Finding):
    """The nondominated designs in order of the first objective, and whether these are all."""

    command = "frontier"
    objectives: tuple[str, ...]
    points: tuple[Nondominated, ...]
    open: tuple[str, ...] = ()  # what was not proven, a sentence each

    @property
    def empty(self) -> bool:
        """Whether no design was found in time."""
        return not self.points

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
        return {"objectives": list(self.objectives), "points": points, "open": list(self.open)}

    def tables(self) -> dict[str, Table]:
        """points a row a design; segments a row an extreme point; designs a row a decision of each."""
        every = self.instance.objectives
        points = [
            {
                "point": k,
                "supported": p.supported,
                "proven": p.proven,
                **dict(zip(every, p.answer.objectives, strict=True)),
            }
            for k, p in enumerate(self.points, 1)
        ]
        segments = [{"point": k, **end} for k, p in enumerate(self.points, 1) for end in self._segment(p)]
        designs = [{"point": k, **row} for k, p in enumerate(self.points, 1) for row in p.answer.rows]
        return {
            "points": table(("point", "supported", "proven", *every), points),
            "segments": table(("point", *self.objectives), segments),
            "designs": table(("point", "decision", "organisation", "level"), designs),
        }

    def _segment(self, p: Nondominated) -> list[dict[str, Any]]:
        return [dict(zip(self.objectives, map(plain, end), strict=True)) for end in p.segment]


def frontier(
    instance: Instance,
    objectives: Sequence[str] | None = None,
    *,
    points: int | None = None,
    gap: float = 1e-6,
    time_limit: float | None = None,
    threads: int = 1,
    progress: Callable[[str], None] | None = None,
) -> Frontier:
    """Find the nondominated designs for two or three objectives, unsupported ones among them.

    Parameters
    ----------
    objectives
        Two or three names; without them, those that weigh anything in the instance, if they are so many.
    points
        Only so many points, at even steps of all objectives but the first: the augmented epsilon-constraint
        method (AUGMECON2; Mavrotas & Florios 2013).

    The other arguments are those of `solve`. Without `points`, all: with two objectives every stretch of the
    border of what is known is asked whether a design lies above it, until none does; with three, every box
    that no known point dominates (Klamroth, Lacour & Vanderpooten 2015). A design is left out by name once it
    is known with its own trade-off. Of designs that reach the same, one is named. Where the most of one
    objective is known to a gap only, the others count a little at that end. Objectives are expectations: risk
    aversion plays no part. Raises InputError for a call that is wrong, InfeasibleError where there is no
    design.
    """
    names = _checked(instance, objectives, points, gap, time_limit, threads)
    averse = instance.uncertainty["risk_aversion"] > 0
    study = Study(
        instance.replace("uncertainty.risk_aversion", set=0) if averse else instance,
        gap=gap, time_limit=time_limit, threads=threads, progress=progress,
    )  # fmt: skip
    found = Tradeoffs(study, [list(instance.objectives).index(g) for g in names])
    said: list[str] = []
    with study.listening():
        try:
            said += _explored(found, len(names), points)
        except OutOfTimeError as error:
            said += error.args
        if found.infeasible:
            raise InfeasibleError
        kept = sorted(found.nondominated(whole=points is None), key=lambda option: tuple(option.point))
        marked = _marked(found, kept, whole=not said)
        said += _unproven(found.study, kept, marked)
    return Frontier(
        instance=instance,
        complete=not said,
        interrupted=study.clock.interrupted,
        run=study.run() | {"instance_hash": instance.hash},
        objectives=tuple(names),
        points=tuple(marked),
        open=tuple(said),
    )


def _marked(found: Tradeoffs, kept: list[Option], whole: bool) -> list[Nondominated]:
    """Mark what is supported: by what is known where that is the whole, else each by proofs of its own."""
    rivals, marked = [end for option in kept for end in option.chain], []
    for option in kept:
        found.study.tell("which are best for some weights?")
        mark: bool | None = None
        for _ in range(TRIES):
            weights = supporting(option.chain, np.array(rivals))
            if whole or weights is None:
                mark = weights is not None
                break
            better = found.better(weights, float((option.chain @ weights).max()))
            if better is None or better.size == 0:
                mark = None if better is None else True
                break
            rivals.append(better)
        marked.append(Nondominated(option.answer, mark, option.chain, whole or option.proven))
    return marked


def _unproven(study: Study, kept: list[Option], marked: list[Nondominated]) -> list[str]:
    """Points of which it is not proven that nothing dominates them, and trade-offs not worked out."""
    said, loose = [], [o.slack for o, p in zip(kept, marked, strict=True) if not p.proven]
    if loose:
        most = f"up to {max(loose):.2g} better" if np.isfinite(max(loose)) else "better by what is not known"
        said.append(
            f"{len(loose)} of {len(kept)} points are not proven nondominated: a design may be {most} in an "
            f"objective and no worse in the others (gap {study.gap:g})."
        )
    unexplored = sum(not option.explored for option in kept)
    if unexplored:
        said.append(f"Of {unexplored} designs there was no time to work out their own trade-off.")
    return said


def _explored(found: Tradeoffs, objectives: int, points: int | None) -> list[str]:
    """Find what there is; what is left open."""
    if points is not None:
        more = f"A choice of at most {points} points was asked for: there may be more between them."
        return [*by_steps(found, points), more]
    return by_border(found) if objectives == 2 else by_boxes(found)


def _checked(
    instance: Instance,
    objectives: Sequence[str] | None,
    points: int | None,
    gap: float,
    time_limit: float | None,
    threads: int,
) -> list[str]:
    """The names of the objectives; refuses a call that is wrong."""
    problems: list[str] = []
    names = [g for g, w in instance.weights.items() if w > 0] if objectives is None else list(objectives)
    try:
        check_call(
            instance, weights=dict.fromkeys(names, 1.0), gap=gap, time_limit=time_limit, threads=threads
        )
    except InputError as error:
        problems += [
            said.replace("weights:", "objectives:") for said in error.problems if "all are" not in said
        ]
    if not 2 <= len(names) <= 3:
        given = "are given" if objectives is not None else f"weigh something ({', '.join(names)}): name them"
        problems.append(f"objectives: two or three are needed, {len(names)} {given}")
    problems += [f"objectives: {g} stands twice" for g in dict.fromkeys(names) if names.count(g) > 1]
    if points is not None and points < 2:
        problems.append(f"points: {points} is not at least 2")
    if problems:
        raise InputError(problems)
    return names
