"""compare: designs side by side, what moves between them, and which inputs make it move."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from optimiser.coefficients.sets import current_levels
from optimiser.design.bound import how_sure
from optimiser.design.design import Design
from optimiser.design.tables import Row
from optimiser.errors import InfeasibleError, InputError
from optimiser.instance.arguments import check_instance, said, wrong_flag
from optimiser.instance.instance import Instance
from optimiser.instance.schema.result import Part
from optimiser.introduction import Cells
from optimiser.solver.call import check_call
from optimiser.studies.compare.lifted import Lifting
from optimiser.studies.compare.schema import (
    ARROWS,
    ATTRIBUTION,
    CHANGES,
    DESIGNS,
    GRID,
    MOVING,
    NET,
    OBJECTIVES,
    RANGES,
    RESULT,
)
from optimiser.studies.compare.transition import Shift
from optimiser.studies.compare.two_instances import Other, compared
from optimiser.studies.designs import given_designs
from optimiser.studies.finding import Finding, remembered
from optimiser.studies.judged import Judged, judge, resumed, solved
from optimiser.studies.payoff import Range, ranges
from optimiser.studies.study import Study
from optimiser.terminal import fixed
from optimiser.terminal import gap as gap_text
from optimiser.tolerances import GAP

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray
OURS = ("best", "current", "all-central", "all-local")


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Comparison(Finding):
    """Designs side by side. `designs` are judged in the instance, the best of others each in its own.

    Attributes
    ----------
    weights : mapping of str to float
        Of every objective, normalised to sum to 1.
    designs : tuple of Judged
        The best, current, all-central, all-local, those of files, those of others.
    extremes : tuple of Judged
        The designs that reach most of each objective.
    ranges : tuple of Range
        How far each objective reaches.
    shifts : tuple of Shift
        From one design to another, what moves; the first one is that of `moves` and `grid`.
    others : tuple of Other
        Where the best design of another instance moves, and which inputs move it.
    """

    says = RESULT
    weights: Mapping[str, float]
    designs: tuple[Judged, ...]
    extremes: tuple[Judged, ...]
    ranges: tuple[Range, ...]
    shifts: tuple[Shift, ...]
    others: tuple[Other, ...] = ()

    @property
    def headline(self) -> str:
        """What the best design is worth, and how far that is proven."""
        best = self.designs[0]
        if best.value is None:
            return self._nothing
        stopped = "interrupted, as far as it came" if self.interrupted else "a limit was reached"
        known = f"best value {fixed(best.value, 6)}"
        if np.isfinite(best.bound):
            known += f", bound {fixed(best.bound, 6)}, gap {gap_text(best.value, best.bound)}"
        return f"{'complete' if self.complete else stopped}: {known}"

    def _summary(self) -> Cells:
        every = (*self.designs, *self.extremes)
        rows = [(each.name, each.said("value"), _standing(each)) for each in every]
        return [("design", "value", ""), *rows]

    @property
    def moves(self) -> list[Row]:
        """Who holds what differently at the end of the main shift: decision, organisation, from, to."""
        return self.shifts[0].moves if self.shifts else []

    def grid(self) -> list[Row]:
        """Levels x types of the design at the end of the main shift, or of the best."""
        best = self.designs[0]
        if self.shifts:
            return self.shifts[0].grid()
        if best.held is None:
            return []
        return Shift(best, best, best.held, best.held, np.zeros(best.held.shape, bool)).grid()

    def document(self) -> dict[str, Any]:
        """The keys of the JSON document."""
        return {
            "weights": dict(self.weights),
            "designs": [each.to_dict() for each in (*self.designs, *self.extremes)],
            "ranges": [each.to_dict() for each in self.ranges],
            "moves": self.moves,
            "grid": self.grid(),
            "shifts": [shift.to_dict() for shift in self.shifts],
            "others": [other.to_dict() for other in self.others],
        }

    def rows(self) -> dict[Part, Iterable[Row]]:
        """Of each table."""
        every = (*self.designs, *self.extremes)
        way = [({"start": s.start.name, "end": s.end.name}, s) for s in self.shifts]
        return {
            DESIGNS: [{"name": each.name, **row} for each in every for row in each.rows],
            OBJECTIVES: _objectives(every),
            RANGES: [each.to_dict() for each in self.ranges],
            MOVING: [name | row for name, shift in way for row in shift.moves],
            ARROWS: [name | arrow.to_dict() for name, shift in way for arrow in shift.arrows],
            NET: [name | row for name, shift in way for row in shift.net],
            CHANGES: [name | row | row["objectives"] for name, shift in way for row in shift.changes],
            GRID: _cells(self.grid()),
            ATTRIBUTION: _parts(self.others),
        }


def _standing(each: Judged) -> str:
    """What a design breaks, in short."""
    if each.feasible is None:
        return "not found in time"
    return "" if each.feasible else f"infeasible: {each.broken[0]}"


def _objectives(every: Iterable[Judged]) -> list[Row]:
    rows = list[Row]()
    for each in every:
        lifted = {} if each.lifted is None else {"value": each.lifted.value, **each.lifted.objectives}
        head = {"name": each.name, "instance": each.instance.name}
        rows += [
            {**head, "objective": g, "value": value, "lifted": lifted.get(g)}
            for g, value in [("value", each.value), *each.objectives.items()]
        ]
    return rows


def _cells(grid: Iterable[Row]) -> list[Row]:
    return [
        {**cell, "decision": decision, "share": share}
        for cell in grid
        for decision, share in zip(cell["decisions"], cell["shares"], strict=True)
    ]


def _parts(others: Iterable[Other]) -> list[Row]:
    rows = list[Row]()
    for other in others:
        if other.attribution is None:
            continue
        document, name = other.attribution.to_dict(), {"instance": other.best.instance.name}
        rows += [
            {**name, "decision": "", "input": each, "levels": None, "value": added}
            for each, added in document["value"].items()
        ]
        rows += [
            {**name, "decision": decision["decision"], "input": each, "levels": levels, "value": None}
            for decision in document["decisions"]
            for each, levels in decision["levels"].items()
        ]
    return rows


@remembered
def compare(
    instance: Instance,
    designs: Mapping[str, Design | str | Path | pd.DataFrame] | None = None,
    others: Sequence[Instance] = (),
    *,
    reach: bool = True,
    weights: Mapping[str, float] | None = None,
    gap: float = GAP,
    time_limit: float | None = None,
    threads: int = 1,
    progress: Callable[[str], None] | None = None,
    workers: int | str = 1,
) -> Comparison:
    """Set designs side by side, and say what moves from one to the other and what makes it move.

    The designs are the best one, the current one (what current.csv leaves open is placed best), everything at
    the highest level and everything at the lowest (whether allowed or not), and those given.

    Parameters
    ----------
    instance : Instance
        The facts.
    designs : mapping, optional
        Name -> a Design, a result folder, a result.json, or a CSV or DataFrame with the columns decision,
        organisation and level.
    others : sequence of Instance, optional
        Instances whose best designs are compared with the best of this one, and which inputs move it.
    reach : bool, default True
        Whether to find out how far each objective can reach, which on a large instance takes the longest.
    weights : mapping of str to float, optional
        Objective -> weight >= 0, for all instances; default: each one's own.
    gap : float, default 1e-6
        Relative gap to prove. A difference within the gap is no difference.
    time_limit, threads, progress
        As for `solve`.
    workers : int or "auto", default 1
        Processes that search, each with a core of its own; the answer is the same.

    Returns
    -------
    Comparison
        The designs, how far each objective reaches, what moves, and what each move adds.

    Raises
    ------
    InputError
        For a call that is wrong.
    InfeasibleError
        Where no design keeps every requirement.

    Examples
    --------
    >>> import optimiser
    >>> found = optimiser.compare(optimiser.read("instances/archetype"), reach=False)
    >>> found.frame("objectives").query("objective == 'value'")[["name", "value"]].round(4)
               name   value
    0          best  0.3500
    7   all-central  0.2889
    14    all-local  0.1778
    """
    held, others = _checked(instance, designs, others, weights, wrong := wrong_flag("reach", reach))
    study = Study(
        instance, wrong, weights=weights, gap=gap, time_limit=time_limit, threads=threads, workers=workers,
        progress=progress,
    )  # fmt: skip
    with study.listening():
        beside, shifts, found = _here(study, held, reach, 0.5 if others else 1.0)
        best = beside[0]
        with study.restored():
            apart = _named_apart(instance, others)
            second = [compared(study, instance, best, other, weights) for other in apart]
    shifts = [other.shift for other in second if other.shift is not None] + shifts
    every = (*beside, *(other.best for other in second))
    parts: list[Judged | Range | Other] = [*every, *found, *second]
    return Comparison(
        instance=instance,
        complete=all(each.proven for each in parts),
        unfinished=tuple(_unfinished(every, found, second)),
        interrupted=study.clock.interrupted,
        run=study.run(instance),
        weights=dict(zip(instance.objectives, study.weights.tolist(), strict=True)),
        designs=every,
        extremes=tuple(dict.fromkeys(e.design for e in found if e.design and e.design not in beside)),
        ranges=found,
        shifts=tuple(shifts),
        others=tuple(second),
    )


def _here(
    study: Study, held: Mapping[str, Array], reach: bool, share: float
) -> tuple[list[Judged], list[Shift], tuple[Range, ...]]:
    """The best design and those beside it, the ways to it, and how far objectives reach.

    Of the time that the best design leaves at first this may take a share; what the ranges leave of that, it
    has again.
    """
    best = solved(study, "best", "the best design")
    if best.held is None and best.proven:
        raise InfeasibleError
    beside, shifts = _beside(study, best, held)
    with study.clock.within(share):
        found = ranges(study, beside) if reach else ()
        if not best.proven and not study.clock.out:
            best = resumed(study, best)
            if best.held is None and best.proven:
                raise InfeasibleError
            beside, shifts = _beside(study, best, held)
            found = tuple(each.beside(beside) for each in found)
    return beside, shifts, found


def _unfinished(designs: Iterable[Judged], found: Iterable[Range], second: Iterable[Other]) -> Iterator[str]:
    """What is not settled, a sentence each."""
    for design in designs:
        if design.value is None and not design.proven:
            yield f"{design.name}: no design was found in time."
        elif design.value is not None and not design.proven:
            yield f"{design.name}: {how_sure(design.value, design.bound)}."
    far = [each.objective for each in found if not each.proven]
    if far:
        yield f"How far these can reach was not settled in time: {', '.join(far)}."
    for other in second:
        if not other.proven and other.best.proven:
            yield f"{other.best.instance.name}: there was no time to say which inputs move the best design."


def _checked(
    instance: Instance,
    designs: Mapping[str, Design | str | Path | pd.DataFrame] | None,
    others: Sequence[Instance],
    weights: Mapping[str, float] | None,
    problems: list[str],
) -> tuple[dict[str, Array], tuple[Instance, ...]]:
    """The designs given, (D, O) each, and the other instances; what is wrong with them are problems."""
    check_instance(instance)
    held = given_designs(instance, designs, OURS, problems)
    if isinstance(others, str | Instance) or not isinstance(others, Iterable):
        problems.append(f"others: {said(others)} is not a list of instances")
        return held, ()
    found = tuple(others)
    for k, other in enumerate(found):
        try:
            check_instance(other, f"others[{k}]")
            check_call(other, weights=weights)
        except InputError as error:
            head = f"{other.name}: " if isinstance(other, Instance) else ""
            problems += [f"{head}{problem}" for problem in error.problems]
    return held, found


def _beside(study: Study, best: Judged, given: Mapping[str, Array]) -> tuple[list[Judged], list[Shift]]:
    """The best design and those that stand beside it, and the ways from some of them to it."""
    sets, lift = study.session.c.sets, Lifting(study)
    levels, current = sets.levels, current_levels(sets)
    known = current >= 0
    current = np.maximum(0, current)
    now = [lift(_now(study, best, current, known))] if known.any() else []
    ends = [("all-central", 0, levels[0]), ("all-local", len(levels) - 1, levels[-1])]
    everywhere = [
        lift(judge(study, np.full(current.shape, at), name, f"everything at level {level}, allowed or not"))
        for name, at, level in ends
    ]
    files = [lift(judge(study, held, name, "as given")) for name, held in given.items()]
    starts = [(each, known) for each in now] + [(each, np.ones_like(known)) for each in files]
    shifts = [Shift.between(study, start, best, start.held, there) for start, there in starts]
    return [best, *now, *everywhere, *files], [shift for shift in shifts if shift is not None]


def _now(study: Study, best: Judged, current: Array, known: Array) -> Judged:
    """The current design; what it leaves open is placed best."""
    said = "as current.csv says"
    if known.all():
        return judge(study, current, "current", said)
    holding = study.session.c.sets.holding[known]
    fixed = dict(zip(holding.tolist(), current[known].tolist(), strict=True))
    if all(fixed[h] == level for h, level in zip(holding.tolist(), current[known].tolist(), strict=True)):
        found = solved(study, "current", f"{said}; what it leaves open is placed best", fixed)
        if found.held is not None or best.held is None:
            return found
    filled = np.where(known, current, 0 if best.held is None else best.held)
    return judge(study, filled, "current", f"{said}; what it leaves open is held as in best")


def _named_apart(instance: Instance, others: Iterable[Instance]) -> list[Instance]:
    """The others, with a number behind a name that stands twice."""
    seen, named = Counter([instance.name]), []
    for other in others:
        seen[other.name] += 1
        again = seen[other.name]
        named.append(replace(other, name=f"{other.name} ({again})") if again > 1 else other)
    return named
