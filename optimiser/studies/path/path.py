"""path: how does the balance move over the years? The best designs in sequence, with foresight or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimiser.coefficients.path import links_of
from optimiser.coefficients.sets import current_levels, sets_of
from optimiser.design.status import Status
from optimiser.design.tables import Row, plain
from optimiser.errors import InfeasibleError
from optimiser.instance.arguments import texts
from optimiser.instance.instance import Instance
from optimiser.instance.schema.result import FORESIGHTS, Part
from optimiser.introduction import Cells
from optimiser.labels import label
from optimiser.solver.call import check_call, run_of
from optimiser.solver.clock import Clock, hearing_interrupts
from optimiser.studies.finding import Finding, remembered
from optimiser.studies.path.fixing import fixed_cells
from optimiser.studies.path.labels import Turns, level_of_most, turns
from optimiser.studies.path.schema import (
    DECISIONS,
    DESIGN,
    OWN,
    PERIODS,
    RESULT,
    STATES,
    STOCKS,
)
from optimiser.studies.path.sentences import sentence
from optimiser.studies.path.tables import PathRows
from optimiser.studies.path.walking import Own, Staying, Walk, Walker
from optimiser.terminal import fixed
from optimiser.tolerances import GAP

Array = np.ndarray


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Path(Finding):
    """The best paths through an instance's periods, and what stands beside them.

    Attributes
    ----------
    walks : mapping
        By foresight, the path that was found: status, value, bound, and `judged`, every period of it.
    own : tuple
        Each period's own best, with moves free and states as they start.
    staying : Staying
        What today's design would be worth throughout.
    losses : mapping
        By decision, what it would cost to follow each period's own best, all else as on the path.
    """

    says = RESULT
    walks: Mapping[str, Walk]
    own: tuple[Own, ...]
    staying: Staying
    losses: Mapping[str, float]

    @property
    def empty(self) -> bool:
        """Whether no path was found in time."""
        return all(walk.judged is None for walk in self.walks.values())

    @property
    def headline(self) -> str:
        """What the paths are worth."""
        if self.empty:
            return self._nothing
        said = [f"{label('foresights', name)}: {_said(walk)}" for name, walk in self.walks.items()]
        return self._open + "; ".join(said)

    @property
    def names(self) -> list[str]:
        """Of the periods."""
        return list(self.instance["periods"]["period"])

    @property
    def foremost(self) -> str:
        """The foresight of the path to tell of: the longest sight with which one was found."""
        return [name for name in FORESIGHTS if name in self.walks and self.walks[name].judged][-1]

    def turns(self, foresight: str) -> list[Turns]:
        """What becomes of each decision, by the level of most of the population."""
        judged, share = (
            self.walks[foresight].judged,
            self.instance.population / self.instance.population.sum(),
        )
        if judged is None:
            return []
        today = level_of_most(self.today, share)
        designs = [level_of_most(step.record.held, share) for step in judged.steps]
        own = [None if each.held is None else level_of_most(each.held, share) for each in self.own]
        return turns(today, designs, own)

    @property
    def today(self) -> Array:
        """(D, O) levels held today, -1 where that is not known."""
        return current_levels(sets_of(self.instance))

    def sentences(self, foresight: str) -> dict[str, str]:
        """Of each decision that moves, or stays against its period, why."""
        judged = self.walks[foresight].judged
        if judged is None:
            return {}
        told = self.losses if foresight == self.foremost else {}
        decisions = self.instance["decisions"]["decision"].tolist()
        return {
            name: sentence(self.instance, self.names, name, each, judged, told.get(name))
            for name, each in zip(decisions, self.turns(foresight), strict=True)
            if each.moves or each.against
        }

    def _summary(self) -> Cells:
        rows = [
            (label("foresights", name), row["period"], fixed(row["value"], 4), str(row["moves"]))
            for name in self.walks
            for row in self._rows(name).periods()
        ]
        return [("foresight", "period", "value", "moves"), *rows]

    def _rows(self, name: str) -> PathRows:
        return PathRows(self.instance, name, self.walks[name].judged)

    def _decisions(self, name: str) -> list[Row]:
        return self._rows(name).decisions(self.turns(name), self.sentences(name))

    def document(self) -> dict[str, Any]:
        """The keys of the JSON document."""
        return {
            "paths": [self._path(name) for name in self.walks],
            "staying": {"value": plain(self.staying.value), "broken": list(self.staying.broken)},
        }

    def _path(self, name: str) -> Row:
        walk, rows, objectives = self.walks[name], self._rows(name), self.instance.objectives
        periods = [
            {key: row[key] for key in ("period", "value")}
            | {"objectives": {g: row[g] for g in objectives}}
            | {key: row[key] for key in ("moves", "move_cost")}
            for row in rows.periods()
        ]
        each = {"design": rows.design(), "states": rows.states(), "stocks": rows.stocks()}
        each["decisions"] = self._decisions(name)
        return {
            "foresight": name,
            "status": str(walk.status),
            "verified": walk.judged is not None,
            "ended_in": "" if walk.ended_in is None else self.names[walk.ended_in],
            "value": plain(walk.value),
            "bound": plain(walk.bound),
            "periods": periods,
            **{key: [_said_once(row) for row in those] for key, those in each.items()},
        }

    def rows(self) -> dict[Part, list[Row]]:
        """Of each table."""
        every = [self._rows(name) for name in self.walks]
        own = zip(self.names, self.own, strict=True)
        return {
            PERIODS: [row for rows in every for row in rows.periods()],
            DESIGN: [row for rows in every for row in rows.design()],
            STATES: [row for rows in every for row in rows.states()],
            STOCKS: [row for rows in every for row in rows.stocks()],
            DECISIONS: [row for name in self.walks for row in self._decisions(name)],
            OWN: [{"period": name, "value": plain(each.value)} for name, each in own],
        }


def _said(walk: Walk) -> str:
    if walk.judged is None:
        return "no design is possible" if walk.status is Status.INFEASIBLE else "none found"
    return f"{fixed(walk.value, 6)} ({walk.status})"


def _said_once(row: Row) -> Row:
    """Without what stands above it."""
    return {key: value for key, value in row.items() if key != "foresight"}


@remembered
def path(
    instance: Instance,
    *,
    foresight: Sequence[str] = FORESIGHTS,
    fix: Mapping[str, str] | None = None,
    gap: float = GAP,
    time_limit: float | None = None,
    threads: int = 1,
    progress: Callable[[str], None] | None = None,
) -> Path:
    """Find how the balance moves over an instance's periods: the best sequence of designs.

    Parameters
    ----------
    instance : Instance
        With `[[periods]]`. What links them stands in `[path]`, and in the columns switch_cost, learn, heal,
        hurt, burn, safe, skill, morale, reserve, refill and lag.
    foresight : sequence of str, default ("none", "path")
        "none": each period does what is best for itself, with what it inherits. "path": all periods at once.
    fix : mapping of str to str, optional
        "decision", "decision@organisation", "decision@period" or "decision@organisation@period" -> level.
    gap : float, default 1e-6
        Relative gap to prove: of a period without foresight, of the whole path with it.
    time_limit : float, optional
        Seconds for all searches together; what was found by then is returned.
    threads : int, default 1
        Threads of the solver.
    progress : callable, optional
        Called with a line of text now and then.

    Returns
    -------
    Path
        Its tables are periods, design, states, stocks, decisions and own_best. Values are means over the
        years, shares of 1 as elsewhere; moves cost years of value.

    Raises
    ------
    InputError
        For a call that is wrong, and for an instance without periods.
    InfeasibleError
        Where no sequence of designs keeps every requirement.
    SolverError
        Where HiGHS fails, or a path found does not pass the audit.

    Examples
    --------
    >>> import optimiser
    >>> found = optimiser.path(optimiser.read("instances/pendulum"))
    >>> found.frame("decisions")[["foresight", "label"]].values.tolist()
    [['none', 'inert'], ['path', 'swings']]
    """
    problems = list[str]()
    if isinstance(instance, Instance) and not instance["periods"].rows:
        problems.append("the instance has no periods ([[periods]] in instance.toml)")
    sights = texts("foresight", foresight, problems)
    problems += [
        f"foresight: {name!r} is not one of {', '.join(FORESIGHTS)}"
        for name in sights
        if name not in FORESIGHTS
    ]
    if not sights and not problems:
        problems.append("foresight: none is given")
    sound = isinstance(instance, Instance) and not problems
    cells = fixed_cells(instance, fix, problems) if sound else {}
    call = check_call(
        instance, gap=gap, time_limit=time_limit, threads=threads, functions={"progress": progress},
        problems=problems,
    )  # fmt: skip
    clock = Clock(call.time_limit)
    with hearing_interrupts(clock):
        walker = Walker(instance, links_of(instance), cells, call.gap, clock, call.threads, progress)
        found = walker.walk([name for name in FORESIGHTS if name in sights])
    if all(walk.status is Status.INFEASIBLE for walk in found.walks.values()):
        raise InfeasibleError(found.impossible)
    unfinished = found.unfinished
    return Path(
        instance=instance,
        complete=not unfinished,
        interrupted=clock.interrupted,
        unfinished=unfinished,
        walks=found.walks,
        own=found.own,
        staying=found.staying,
        losses=found.losses,
        run=run_of(instance, clock, {"solves": walker.solves, "gap": call.gap}),
    )
