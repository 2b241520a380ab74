"""thresholds: when does the design tip? Every value of an input at which the best design changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optimiser.design.tables import Row, plain
from optimiser.errors import InfeasibleError, InputError
from optimiser.instance.arguments import check_instance, pairs, unknown, wrong_choice, wrong_number
from optimiser.instance.instance import Instance
from optimiser.instance.schema.column import a_number
from optimiser.instance.schema.result import FORESIGHTS, Part
from optimiser.introduction import Cells
from optimiser.solver.call import weights_of
from optimiser.studies.finding import Finding, remembered
from optimiser.studies.inputs import Input, every_weight_own, input_of, reads_path
from optimiser.studies.paths import PathStudy
from optimiser.studies.study import Study
from optimiser.studies.thresholds.following import both_ends, mapped, stretched, traced
from optimiser.studies.thresholds.grounds import DesignGround, PathGround
from optimiser.studies.thresholds.intervals import Interval, Patch, Tip
from optimiser.studies.thresholds.points import Ground
from optimiser.studies.thresholds.schema import (
    DESIGNS,
    DESIGNS_OF_TWO,
    INTERVALS,
    MOVING,
    MOVING_PATHS,
    PATCHES,
    PATHS,
    PATHS_OF_TWO,
    RESULT,
    TIPS,
)
from optimiser.studies.workers.how_many import wrong_workers
from optimiser.terminal import counted, fixed
from optimiser.tolerances import GAP

INPUT = ("what", "range", "how", "where")
NO_PATH = "no sequence of designs keeps every requirement anywhere in this range"
FINE = 1e-6  # share of the range to which a change is located
COARSE = 1 / 16  # and of both ranges, with two inputs
TOLERABLE = a_number("", "a share of the range", low=0, above=True, high=1, below=True)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Thresholds(Finding):
    """Where the best design changes along one input (`intervals`, `tips`), or in two at once (`patches`).

    Attributes
    ----------
    inputs : tuple of Input
        One or two.
    foresight : str or None
        Of the paths that are asked for; None: designs are.
    method : str
        What is proven between the points that were solved: "lines" (the best value is convex and piecewise
        linear: the corners are exact), "limits" (constraints only widen one way), or "grid" (nothing).
    tolerance : float
        Share of the range to which a change was located; 0: exactly.
    error : float
        No design is worth more than this beyond the one named, wherever that is proven.
    intervals : tuple of Interval
        The stretches in which one design is best.
    tips : tuple of Tip
        Where it changes, and what moves.
    patches : tuple of Patch
        Of two inputs: where each design is best.
    designs : tuple of tuple of dict
        Of the patches: the first has design_id 1.
    """

    says = RESULT
    inputs: tuple[Input, ...]
    foresight: str | None
    method: str
    tolerance: float
    error: float
    intervals: tuple[Interval, ...] = ()
    tips: tuple[Tip, ...] = ()
    patches: tuple[Patch, ...] = ()
    designs: tuple[tuple[Row, ...], ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing was found in time."""
        return not (self.intervals or self.patches)

    @property
    def proven(self) -> bool:
        """Whether no change was missed anywhere in the range."""
        whole = [
            p for p in self.patches if len(p.design_ids) == 1
        ]  # where designs meet there is nothing to prove
        return self.complete and all(i.proven for i in self.intervals) and all(p.proven for p in whole)

    @property
    def headline(self) -> str:
        """How often the best design changes."""
        count = len(self.tips)
        best = {None: "best design", "path": "best path", "none": "path"}[self.foresight]
        what = f"{counted(count, 'change') if count else 'no change'} of the {best}"
        if len(self.inputs) > 1:
            what = counted(len(self.designs), "path" if self.foresight else "design")
        ended = "interrupted" if self.interrupted else "time ran out"
        return f"{what}{'' if self.complete else f' so far: {ended}'}"

    def _summary(self) -> Cells:
        first, rows = self.inputs[0], list[tuple[str, ...]]()
        if len(self.inputs) > 1:
            share = Counter(k for patch in self.patches for k in set(patch.design_ids))
            rows += [(str(k or "none possible"), counted(n, "rectangle")) for k, n in sorted(share.items())]
            return [("design", "is in"), *rows] if rows else []
        for part in self.intervals:
            ends = f"{first.show(part.low)} to {first.show(part.high)}"
            rows.append((ends, *(fixed(value, 6) for value in part.values)))
        return [(first.what, "value from", "to"), *rows] if rows else []

    def document(self) -> dict[str, Any]:
        """The keys of the JSON document."""
        first, *second = ({"what": i.what, "how": i.how, "where": dict(i.where), "range": [i.low, i.high],
                           "now": i.now} for i in self.inputs)  # fmt: skip
        found = first | {
            "method": self.method, "tolerance": self.tolerance, "error": plain(self.error),
            "proven": self.proven, "intervals": [part.to_dict() for part in self.intervals],
            "tips": [tip.to_dict() for tip in self.tips],
        }  # fmt: skip
        if self.foresight:
            found |= {"foresight": self.foresight}
        if second:
            designs = [{"design_id": i, "design": list(rows)} for i, rows in enumerate(self.designs, 1)]
            found |= {"and": second[0], "patches": [p.to_dict() for p in self.patches], "designs": designs}
        return found

    def rows(self) -> dict[Part, Iterable[Row]]:
        """Of each table: those of one input, or those of two."""
        if len(self.inputs) > 1:
            return {
                PATCHES: [
                    {"x_from": p.x[0], "x_to": p.x[1], "y_from": p.y[0], "y_to": p.y[1], "proven": p.proven}
                    | {"design_ids": ";".join(map(str, p.design_ids))}
                    for p in self.patches
                ],
                PATHS_OF_TWO if self.foresight else DESIGNS_OF_TWO: [
                    {"design_id": k, **row} for k, design in enumerate(self.designs, 1) for row in design
                ],
            }
        intervals, tips = list(enumerate(self.intervals, 1)), list(enumerate(self.tips, 1))
        designs, moving = (PATHS, MOVING_PATHS) if self.foresight else (DESIGNS, MOVING)
        return {
            INTERVALS: [
                {"interval": k, **i.to_dict(), "value_from": i.values[0], "value_to": i.values[1]}
                for k, i in intervals
            ],
            designs: [{"interval": k, **row} for k, i in intervals for row in i.design],
            TIPS: [{"tip": k, "at": tip.at, "low": tip.low, "high": tip.high} for k, tip in tips],
            moving: [{"tip": k, **row} for k, tip in tips for row in tip.moves],
        }


@remembered
def thresholds(
    instance: Instance,
    what: str,
    range: tuple[float, float] | None = None,  # noqa: A002 (the word of a study file)
    *,
    how: str | None = None,
    where: Mapping[str, Any] | None = None,
    also: Mapping[str, Any] | None = None,
    foresight: str | None = None,
    tolerance: float | None = None,
    weights: Mapping[str, float] | None = None,
    gap: float = GAP,
    time_limit: float | None = None,
    threads: int = 1,
    progress: Callable[[str], None] | None = None,
    workers: int | str = 1,
) -> Thresholds:
    """Find every value in a range of one input at which the best design changes, or map two inputs at once.

    Parameters
    ----------
    instance : Instance
        The facts.
    what : str
        The path of a numeric input, as for `Instance.replace`. ``weights.X`` is X's share of all weights, and
        moves weight from the others in proportion.
    range : pair of float, optional
        From and to. Default: 0 to 1 for weights; the plausible range of sources.csv, as multiples; 0 to 1 for
        shares.
    how : {"set", "multiply", "add"}, optional
        What becomes of the values there. Default: set.
    where : mapping, optional
        The rows that are meant, as for `Instance.replace`.
    also : mapping, optional
        A second input, with the keys what, range, how and where: the result is then a map of both.
    foresight : {"path", "none"}, optional
        Ask for the best path over the instance's periods in place of one design: of all periods at once, or
        period by period, as in `path`. Default: "path" for an input that only a path reads; else one design.
    tolerance : float, optional
        The share of the range to which a change is located: 1e-6, for two inputs 1/16.
    weights, gap, time_limit, threads, progress
        As for `solve`.
    workers : int or "auto", default 1
        Processes that search, each with a core of its own; the answer is the same. Paths are asked in one
        process.

    Returns
    -------
    Thresholds
        `method` and `proven` say what is proven between the points that were solved.

    Raises
    ------
    InputError
        For a call that is wrong.
    InfeasibleError
        Where no design, or no path, is possible anywhere in the range.

    Notes
    -----
    Where every record's value is straight in the input (weights, probabilities, stakes, scores; of a path
    what moves cost), the search is exact and skips nothing (module `parametric`). Where only limits depend
    on it (staff hours, a budget), a stretch with one design at both ends is proven by its value at the tight
    end against the bound at the loose end, or against the best of all other designs there. Of other inputs,
    and without foresight, only points are known (`proven` is False): no further apart than 1/16 of the range.

    Examples
    --------
    >>> import optimiser
    >>> instance = optimiser.read("instances/archetype")
    >>> found = optimiser.thresholds(instance, "weights.responsiveness", (0, 0.4))
    >>> found.frame("tips")["at"].round(4).tolist()
    [0.1429, 0.1579]
    """
    first = dict(zip(INPUT, (what, range, how, where), strict=True))
    inputs, foresight, wrong = _inputs(instance, first, also, foresight, weights, tolerance)
    call: dict[str, Any] = {
        "weights": weights, "gap": gap, "time_limit": time_limit, "threads": threads, "progress": progress,
    }  # fmt: skip
    ground: Ground
    if foresight is None:
        ground = DesignGround(Study(instance, wrong, workers=workers, **call), inputs, weights)
    else:
        wrong += wrong_workers(workers)
        ground = PathGround(PathStudy(instance, foresight, wrong, **call), inputs, weights)
    both_ends(ground)
    try:
        found = _followed(ground, tolerance)
    except InfeasibleError as error:
        raise InfeasibleError(NO_PATH if foresight else error.where) from error
    return Thresholds(
        instance=instance,
        inputs=tuple(inputs),
        foresight=foresight,
        interrupted=ground.study.clock.interrupted,
        run=ground.study.run(instance),
        unfinished=() if found["complete"] else ("Not all of the range was searched to the end in time.",),
        **found,
    )


def _followed(ground: Ground, tolerance: float | None) -> dict[str, Any]:
    """The answer along one input, or over two, while Ctrl-C is heard."""
    with ground.study.listening():
        if len(ground.inputs) > 1:
            return mapped(ground, COARSE if tolerance is None else tolerance)
        if ground.inputs[0].straight:
            return traced(ground)
        return stretched(ground, FINE if tolerance is None else tolerance)


def _inputs(
    instance: Instance,
    first: dict[str, Any],
    also: Mapping[str, Any] | None,
    foresight: str | None,
    weights: Mapping[str, float] | None,
    tolerance: float | None,
) -> tuple[list[Input], str | None, list[str]]:
    """The inputs, the foresight of the path that is asked for (None: a design is), and what is wrong."""
    check_instance(instance)
    problems = list[str]()
    weights = weights_of(instance, weights, [])  # the study says what is wrong with them
    second = pairs("also", also, "what, range, how and where to what they are", problems)
    problems += [line for key in second for line in unknown("also", key, first, "an argument", listed=True)]
    if also is not None and "what" not in second:
        problems.append("also: it does not say what")
    asked = [one["what"] for one in (first, second) if "what" in one]
    if foresight is None and any(reads_path(instance, what) for what in asked):
        foresight = "path"
    problems += _wrong_path(instance, foresight, asked)
    inputs = list[Input]()
    for name, one in (("", first), ("also: ", second)):
        if "what" in one:
            span, how, where = (one.get(key) for key in INPUT[1:])
            try:
                inputs.append(input_of(instance, one["what"], span, how, where, weights, foresight))
            except InputError as error:
                problems += [f"{name}{problem}" for problem in error.problems]
    if len(inputs) == 2 and all(i.objective for i in inputs):
        problems.append("two weights at once: `optimiser map` draws them exactly")
    if len(inputs) == 2 and (inputs[0].what, inputs[0].where) == (inputs[1].what, inputs[1].where):
        problems.append(f"{inputs[0].what}: both inputs are the same")
    problems += wrong_number("tolerance", tolerance, TOLERABLE, optional=True)
    return inputs, foresight, problems


def _wrong_path(instance: Instance, foresight: Any, asked: Sequence[Any]) -> list[str]:
    """What is wrong with asking for a path."""
    if foresight is None:
        return []
    if problems := wrong_choice("foresight", foresight, FORESIGHTS):
        return problems
    if not instance["periods"].rows:
        reading = [f"{what}: only a path reads it" for what in asked if reads_path(instance, what)]
        none = "the instance has no periods ([[periods]] in instance.toml)"
        return [f"{said}, and {none}" for said in reading or ["foresight: it is that of a path"]]
    return [
        f"{what}: every period has weights of its own" for what in asked
        if str(what).startswith("weights.") and every_weight_own(instance)
    ]  # fmt: skip
