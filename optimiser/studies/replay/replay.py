"""replay: what would have happened? Designs run through a real series of demand, day by day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from optimiser.coefficients.sets import current_levels
from optimiser.design.bound import how_sure
from optimiser.design.design import Design
from optimiser.design.status import Status
from optimiser.design.tables import Row
from optimiser.errors import InfeasibleError, InputError
from optimiser.instance.arguments import check_instance, said, whole, wrong_number
from optimiser.instance.checking.problems import listing
from optimiser.instance.instance import Instance
from optimiser.instance.schema.column import a_share
from optimiser.instance.schema.result import Part
from optimiser.instance.schema.series import SERIES
from optimiser.introduction import Cells
from optimiser.solver.call import check_call, run_of
from optimiser.solver.clock import Clock
from optimiser.solver.solve import solve
from optimiser.studies.designs import given_designs
from optimiser.studies.finding import Finding, remembered
from optimiser.studies.replay.half_life import Ageing
from optimiser.studies.replay.outcome import EVERYBODY, NOBODY, Outcome
from optimiser.studies.replay.pools import Geography, Pools
from optimiser.studies.replay.schema import DAYS, DELAYS, HALF_LIVES, LOCALITIES, RESULT, SUMMARY
from optimiser.studies.replay.series import Series, iso, read_series
from optimiser.terminal import fixed, percent
from optimiser.tolerances import EQUAL, GAP

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray
OURS = ("best", "current", "all-central", "all-local", NOBODY, EVERYBODY)
DELAY, SHARE = whole(0), a_share("", "a share")


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Replay(Finding):
    """What would have happened under each design.

    Attributes
    ----------
    series : tuple of Series
        What was replayed, one a resource.
    outcomes : tuple of Outcome
        What came of it, resource by resource under every design.
    ageing : tuple of Ageing
        Of every resource and level at which something is lent, how the gain ages; none where no delays were
        asked for.
    delays : tuple of int
        Those asked for.
    """

    says = RESULT
    series: tuple[Series, ...]
    outcomes: tuple[Outcome, ...]
    ageing: tuple[Ageing, ...]
    delays: tuple[int, ...]

    @property
    def headline(self) -> str:
        """What nobody's help would leave unmet, and how much of it the design that removes most removes."""
        said = []
        for series in self.series:
            nobody, best = self.nobody(series), self.foremost(series)
            need = f"{fixed(nobody.unmet, 0)} of {fixed(nobody.demand, 0)} {series.resource} unmet"
            more = f", {self.removing(series)} {percent(best[0].removed)}" if best and best[0].removed else ""
            said.append(f"{need} without help{more}")
        return self._open + "; ".join(said)

    def of(self, series: Series) -> list[Outcome]:
        """What came of one series, a design each."""
        return [each for each in self.outcomes if each.series is series]

    def nobody(self, series: Series) -> Outcome:
        """What would have happened without help."""
        return next(each for each in self.of(series) if each.design == NOBODY)

    def foremost(self, series: Series) -> list[Outcome]:
        """Of the designs, those that leave least unmet."""
        designs = [each for each in self.of(series) if each.design not in (NOBODY, EVERYBODY)]
        least = min((each.unmet for each in designs), default=0.0)
        return [each for each in designs if each.unmet <= least * (1 + EQUAL)]

    def removing(self, series: Series) -> str:
        """Those in words, with their verb: 'best and current remove'."""
        names = [each.design for each in self.foremost(series)]
        return f"{listing(names, len(names))} {'removes' if len(names) == 1 else 'remove'}"

    def _summary(self) -> Cells:
        rows = [
            (o.series.resource, o.design, fixed(o.unmet, 0), "-" if o.removed is None else percent(o.removed))
            for o in self.outcomes
        ]
        return [("resource", "design", "unmet", "removed"), *rows]

    def document(self) -> dict[str, Any]:
        """The keys of the JSON document."""
        return {
            "series": [
                {"resource": s.resource, "decision": s.decision, "from": s.dates[0].isoformat()}
                | {"to": s.dates[-1].isoformat(), "days": len(s.dates), "localities": len(s.places)}
                for s in self.series
            ]
        }

    def rows(self) -> dict[Part, Iterable[Row]]:
        """Of each table."""
        ages = [({"resource": each.series.resource, "level": each.level}, each) for each in self.ageing]
        return {
            SUMMARY: [each.to_dict() for each in self.outcomes],
            DELAYS: [
                of | {"days": days, "kept": each.kept(days)} for of, each in ages for days in self.delays
            ],
            HALF_LIVES: [of | half.__dict__ for of, each in ages for half in each.half_lives],
            LOCALITIES: [row for each in self.outcomes for row in each.localities(self.instance.localities)],
            DAYS: [row for each in self.outcomes for row in each.days()],
        }


@remembered
def replay(
    instance: Instance,
    series: str | Path | pd.DataFrame,
    designs: Mapping[str, Design | str | Path | pd.DataFrame] | None = None,
    *,
    delays: Sequence[int] = (),
    mobilisation: float | None = None,
    fit_until: str | date | None = None,
    weights: Mapping[str, float] | None = None,
    gap: float = GAP,
    time_limit: float | None = None,
    threads: int = 1,
    progress: Callable[[str], None] | None = None,
) -> Replay:
    """Run designs through a real series of demand, day by day, and say what each leaves unmet.

    On each day every pool plans help with the figures of an earlier one, by the delay of the level at which
    the decision that governs the resource is held. What is planned arrives as far as those who were to give
    can still spare it, and those who were to have it still lack it.

    Parameters
    ----------
    instance : Instance
        The facts.
    series : str, Path or DataFrame
        A CSV or a table with the columns date, organisation, resource, demand and, in place of the
        instance's, capacity. Days may not be missing, nor a locality of a resource on a day.
    designs : mapping, optional
        Name -> a design beside the best, the current one, all-central and all-local; as for `compare`.
    delays : sequence of int, optional
        Days. Says which share of the gain is left at each, for every level at which something is lent, and
        the half-life of it over delays of 1 to 28 days. Without `designs` nothing is solved then, and the
        best design is left out.
    mobilisation : float, optional
        The share of what is lent that arrives, in place of the levels' (of the lowest level only where
        neighbours lend something).
    fit_until : str or date, optional
        Half-lives are fitted to the days before this one, and held against those from it on.
    weights, gap, time_limit, threads, progress
        As for `solve`, which finds the best design.

    Returns
    -------
    Replay
        What each design leaves unmet; `frame("days")` and `frame("localities")` have it in parts.

    Raises
    ------
    InputError
        For a call, or a series, that is wrong.
    InfeasibleError
        Where no design keeps every requirement.

    Examples
    --------
    >>> import optimiser
    >>> germany = optimiser.read("instances/germany-icu")
    >>> found = optimiser.replay(germany, "instances/germany-icu/replay/icu.csv", delays=[14], mobilisation=1)
    >>> found.frame("summary").set_index("design")["unmet"].round()[["nobody", "everybody at once"]]
    design
    nobody               126297.0
    everybody at once     37212.0
    Name: unmet, dtype: float64
    """
    clock = Clock()
    asked = _checked(instance, series, designs, delays, mobilisation, fit_until, wrong := list[str]())
    check_call(
        instance, weights=weights, gap=gap, time_limit=time_limit, threads=threads,
        functions={"progress": progress}, problems=wrong,
    )  # fmt: skip
    best = None
    if asked.held or not asked.delays:
        best = solve(
            instance, weights=weights, gap=gap, time_limit=time_limit, threads=threads, progress=progress
        )
        if best.status is Status.INFEASIBLE:
            raise InfeasibleError
    unfinished = () if best is None else _unfinished(best)
    geography = Geography(instance, mobilisation)
    return Replay(
        instance=instance,
        complete=not unfinished,
        interrupted=best is not None and best.interrupted,
        unfinished=unfinished,
        run=run_of(instance, clock, {"solves": int(best is not None), "gap": float(gap)}),
        series=asked.series,
        outcomes=tuple(
            o for s in asked.series for o in _outcomes(geography, s, asked.held, best, mobilisation)
        ),
        ageing=tuple(a for s in asked.series for a in _ageing(geography, s, asked.split))
        * bool(asked.delays),
        delays=asked.delays,
    )


@dataclass(frozen=True, eq=False)
class Asked:
    """The arguments, read and checked."""

    series: tuple[Series, ...]
    held: Mapping[str, Array]  # (D, O) the designs given
    delays: tuple[int, ...]
    split: date | None


def _checked(
    instance: Instance,
    series: Any,
    designs: Any,
    delays: Any,
    mobilisation: Any,
    fit_until: Any,
    problems: list[str],
) -> Asked:
    """What is asked; all that is wrong with it are problems."""
    check_instance(instance)
    read: tuple[Series, ...] = ()
    try:
        read = read_series(instance, series)
    except InputError as error:
        problems += error.problems
    held = given_designs(instance, designs, OURS, problems)
    if isinstance(delays, str) or not isinstance(delays, Iterable):
        problems.append(f"delays: {said(delays)} is not a list of days")
        delays = ()
    days = tuple(delays)
    wrong = [line for each in days for line in wrong_number("delays", each, DELAY)]
    problems += wrong or [
        f"delays: {each} stands twice" for each in dict.fromkeys(days) if days.count(each) > 1
    ]
    problems += wrong_number("mobilisation", mobilisation, SHARE, optional=True)
    split = _split(fit_until, bool(days), read, problems)
    return Asked(read, held, () if wrong else tuple(int(each) for each in days), split)


def _split(fit_until: Any, delays: bool, series: Sequence[Series], problems: list[str]) -> date | None:
    """The first day that is not fitted."""
    if fit_until is None:
        return None
    day = iso(fit_until) if isinstance(fit_until, str) else fit_until
    day = day.date() if isinstance(day, datetime) else day
    if not isinstance(day, date):
        problems.append(f"fit_until: {said(fit_until)} is not {SERIES.by_name['date'].expected}")
        return None
    if not delays:
        problems.append("fit_until: half-lives are fitted where delays are asked for")
    for each in series:
        if not each.dates[0] < day <= each.dates[-1]:
            known = f"{each.resource} has days from {each.dates[0]} to {each.dates[-1]}"
            problems.append(f"fit_until: nothing lies on one side of {day}: {known}")
    return day


def _unfinished(best: Design) -> tuple[str, ...]:
    """What is not settled of the best design, a sentence."""
    if not best.found:
        return ("best: no design was found in time.",)
    if best.status is not Status.OPTIMAL:
        return (f"best: {how_sure(best.value, best.bound)}.",)
    return ()


def _outcomes(
    geography: Geography, series: Series, given: Mapping[str, Array], best: Design | None, share: float | None
) -> list[Outcome]:
    """What came of a series under every design, without help, and with everybody's at once."""
    instance = geography.instance
    d = geography.sets.decisions.index(series.decision)
    current = current_levels(geography.sets)[d]
    held = {} if best is None or not best.found else {"best": best.held[d]}
    held |= {"current": current} if (current[series.places] >= 0).all() else {}
    held |= {"all-central": np.zeros_like(current), "all-local": np.full_like(current, geography.lowest)}
    held |= {name: levels[d] for name, levels in given.items()}
    names = instance["levels"]["level"]
    found = list[Outcome]()
    for name, levels in held.items():
        here = np.full_like(levels, -1)  # who has nothing of the resource is in no pool
        here[series.places] = levels[series.places]
        at = [str(names[level]) for level in np.unique(levels[series.places])]
        found.append(Outcome.of(series, name, at, geography.held(series.decision, here)))
    everybody = Pools(np.zeros(len(instance.localities), int), 1.0 if share is None else float(share), 0)
    return [*found, Outcome.of(series, NOBODY, [], []), Outcome.of(series, EVERYBODY, [], [everybody])]


def _ageing(geography: Geography, series: Series, split: date | None) -> list[Ageing]:
    """How help ages at every level at which something is lent."""
    at = None if split is None else series.dates.index(split)
    return [
        Ageing(series, str(level), geography.at(series.decision, l), at)
        for l, level in enumerate(geography.instance["levels"]["level"])
        if geography.mobilisation[l] > 0
    ]
