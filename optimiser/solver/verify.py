"""`verify`: can a result be trusted?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from optimiser.audit import audit
from optimiser.design.claimed_result import Claim, read_claim
from optimiser.design.design import Design
from optimiser.design.evaluated import Evaluated
from optimiser.design.moves import Closest
from optimiser.design.status import Status
from optimiser.design.tables import asked_of
from optimiser.errors import InputError
from optimiser.instance.arguments import check_instance, raise_any, wrong_function
from optimiser.instance.instance import Instance
from optimiser.solver.answer import closest_of, current_of, neighbours_of
from optimiser.solver.call import building, check_call, run_of
from optimiser.solver.clock import Clock
from optimiser.solver.extraction import design_of, fixed_of, idle_record, record_of
from optimiser.solver.recourse.recourse_lp import Settled
from optimiser.solver.search.neighbourhood import Checked, Neighbourhood
from optimiser.solver.session import Session
from optimiser.solver.solve import Progress
from optimiser.tolerances import FLOOR_SLACK, TOLERANCE
from optimiser.version import VERSION as ENGINE

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray
NOTHING_ASKED: dict[str, Any] = {
    "fix": {},
    "at_least": {},
    "lexicographic": [],
    "gap": None,
    "time_limit": None,
}


def verify(
    instance: Instance,
    result: Design | str | Path | pd.DataFrame,
    *,
    progress: Progress | None = None,
) -> Design:
    """Judge a design: every number of a result, every promise and objective, and the designs next to it.

    A result is held against itself (its tables, the record of its recourse, its bound), against what it says
    was asked (weights, floors, order, fixed holdings), and against the instance as it is now; `faults` are
    where it does not hold. A design made by hand is valued with the instance's weights.

    Parameters
    ----------
    instance : Instance
        The facts to judge it by.
    result : Design, str, Path or DataFrame
        A Design, a result folder, a result.json, or a CSV or DataFrame with the columns decision,
        organisation (empty for every locality) and level.
    progress : callable, optional
        Called with a line of text now and then.

    Returns
    -------
    Design
        With the best recourse of who holds what, status `feasible` and no bound of its own: verifying shows
        what a design is worth, not that none is better. One that breaks a promise comes back with
        `audit.broken` saying which.

    Raises
    ------
    InputError
        For what has not the form of a result, or is of another instance.

    Examples
    --------
    >>> import optimiser
    >>> instance = optimiser.read("instances/archetype")
    >>> mine = optimiser.solve(instance).table.replace("local", "central")
    >>> print(optimiser.verify(instance, mine).headline)
    feasible, verified: value 0.288889
    """
    from optimiser.design.design_rows import held_from_rows, read_design_rows

    check_instance(instance)
    raise_any(wrong_function("progress", progress))
    if isinstance(result, Design) and not result.found:
        raise InputError([f"there is no design to verify: the solve ended {result.status}"])
    clock, claim = Clock(), read_claim(result)
    notes = [] if claim is None else _since(claim, instance)
    try:
        rows = read_design_rows(result.table if isinstance(result, Design) else result, instance)
        asked = NOTHING_ASKED if claim is None else claim.asked
        weights = None if claim is None else claim.weights
        check_call(
            instance,
            weights=weights,
            fix=asked["fix"],
            at_least=asked["at_least"],
            lexicographic=asked["lexicographic"],
        )
    except InputError as error:
        raise InputError([*error.problems, *notes]) from error
    if progress is not None:
        progress(building(instance))
    held = held_from_rows(instance, rows)
    judge = _Judge(instance, held, asked, None) if claim is None else _Claimed(instance, claim, held)
    found = judge.design()
    asked = asked_of({**asked, "result": result})
    return replace(found, asked=asked, notes=tuple(notes), run=run_of(instance, clock))


def _since(claim: Claim, instance: Instance) -> list[str]:
    """What is no longer as it was when the result was found."""
    run, notes = claim.document["run"], []
    if run["instance_hash"] != instance.hash:
        was = f"{claim.document['instance']} {run['instance_hash'][:8]}"
        notes.append(
            f"the instance has changed since the result was found: it was {was}, it is {instance.name} "
            f"{instance.hash[:8]}; judged is the instance as it is now"
        )
    if run["engine"] != ENGINE:
        notes.append(f"the result is of engine {run['engine']}; this is {ENGINE}")
    return notes


class _Judge:
    """One design, and what was asked."""

    def __init__(
        self,
        instance: Instance,
        held: Array,
        asked: Mapping[str, Any],
        weights: Mapping[str, float] | None,
    ) -> None:
        self.instance, self.asked, self.weights = instance, asked, weights
        self.session = Session(instance, weights)
        self.sets = self.session.c.sets
        self.held = design_of(self.session, held)  # (H,)
        self.fixed = fixed_of(self.session, asked["fix"])
        self.least = {self.sets.objectives.index(g): float(v) for g, v in asked["at_least"].items()}
        self.order = [self.sets.objectives.index(g) for g in asked["lexicographic"]]
        self.extended = bool(asked.get("extend"))

    def design(self) -> Design:
        """The design with its best recourse."""
        return self._judged()[0]

    def _judged(self) -> tuple[Design, float, Checked | None, dict[int, float]]:
        """With it its value by the solver, what became of its neighbours, and the floors that it keeps."""
        floors = self._floors()
        settled = self._settle(floors)
        if settled.x is None and floors:  # what it misses is a fault anyway
            floors = {}
            settled = self._settle(floors)
        record = (
            idle_record(self.session, self.held) if settled.x is None else record_of(self.session, settled.x)
        )
        audited, checked = audit(self.instance, record, weights=self.weights), None
        if not audited.broken:
            checked = self._around(floors).check(self.held, settled.value, Clock())
        design = Design(
            instance=self.instance,
            command="verify",
            status=Status.FEASIBLE,
            weights=dict(zip(self.instance.objectives, self.session.weights.tolist(), strict=True)),
            best=Evaluated(self.instance, record, audited),
            current=current_of(self.session, self.held),
            closest=None if checked is None else closest_of(self.session, checked, settled.value),
            neighbours=None if checked is None else neighbours_of(self.session, checked),
            extended=self.extended,
        )
        return design, settled.value, checked, floors

    def _floors(self) -> dict[int, float]:
        """What the recourse must reach."""
        return dict(self.least)

    def _settle(self, floors: Mapping[int, float]) -> Settled:
        columns = self.session.placing.columns(self.held)
        return self.session.settle(columns, Clock(), floor=self.session.floors(floors), ties=True)

    def _around(self, floors: Mapping[int, float]) -> Neighbourhood:
        return Neighbourhood(self.session, self.fixed, floors=floors)


class _Claimed(_Judge):
    """One design of which a result claims something; `own` is what the claim's own recourse comes to."""

    def __init__(self, instance: Instance, claim: Claim, held: Array) -> None:
        super().__init__(instance, held, claim.asked, claim.weights)
        self.claim, self.own = claim, claim.design(instance, held)

    def design(self) -> Design:
        """The design with its best recourse, and where the claim does not hold."""
        found, value, checked, floors = self._judged()
        self.own = replace(self.own, current=found.current)
        faults = [*self._asked_faults(), *self._proof_faults()]
        faults += self._recourse_faults(value, found.audit.broken)
        if checked is not None and not self.extended:
            faults += self._neighbour_faults(checked, value, floors)
        return replace(found, faults=(*faults, *self.claim.faults(self.own)))

    def _floors(self) -> dict[int, float]:
        """What the recourse must reach: the floors asked for, and what the objectives in order did reach."""
        floors = dict(self.least)
        for g in self.order:
            floors[g] = max(floors.get(g, -np.inf), self.own.expectations[self.sets.objectives[g]])
        return floors

    # What was asked

    def _asked_faults(self) -> Iterator[str]:
        sets = self.sets
        for h, level in self.fixed.items():
            if self.held[h] != level:
                named = sets.decisions[sets.holding_decision[h]]
                place = " for ".join(filter(None, (named, sets.place(h))))
                there, asked = sets.levels[self.held[h]], sets.levels[level]
                yield f"asked.fix: {place} is at {there}, where {asked} was asked for"
        for g, least in self.asked["at_least"].items():
            reached = self.own.expectations[g]
            if reached < least - TOLERANCE:
                yield f"asked.at_least: {g} reaches {reached:.9g}, where {least:.9g} was asked for"
        if self.order and self._optimal and not self.extended:
            with self.session.neutral():
                yield from list(self._order_faults())

    @property
    def _optimal(self) -> bool:
        return self.claim.optimal

    def _order_faults(self) -> Iterator[str]:
        """Each objective as high as those before it allow: by other recourse, or one move away."""
        floors = dict(self.least)
        for g in self.order:
            name = self.sets.objectives[g]
            reached, before = self.own.expectations[name], dict(floors)
            self.session.weigh(np.eye(len(self.sets.objectives))[g])
            best = self._settle(before).value
            enough = max(best, reached + FLOOR_SLACK + TOLERANCE)
            checked = self._around(before).check(self.held, enough, Clock())
            if best > reached + FLOOR_SLACK + TOLERANCE:
                yield f"asked.lexicographic: {name} reaches {reached:.9g}; its recourse allows {best:.9g}"
            elif checked.better and (move := closest_of(self.session, checked, reached)) is not None:
                yield f"asked.lexicographic: {name} reaches {reached:.9g}; {move.gain}"
            floors[g] = max(floors.get(g, -np.inf), reached)

    # What it says is proven

    def _proof_faults(self) -> Iterator[str]:
        said = self.claim.document
        bound, gap, value = said["bound"], said["gap"], self.own.value
        if bound is None and self._optimal:
            yield "bound: there is none, and without one nothing is proven to be optimal"
        if bound is not None and bound < value - TOLERANCE * max(1.0, abs(value)):
            yield f"bound: it is said to be {bound:.9g}; the design is worth {value:.9g}, which is more"
        most = self.asked["gap"]
        if self._optimal and None not in (gap, most) and gap > most + TOLERANCE:
            yield f"status: optimal at a gap of {gap:.9g}, where {most:.9g} was asked for"
        if said["verified"] == bool(said["problems"]):
            yield f"verified: {str(said['verified']).lower()}, with {len(said['problems'])} problems"
        yield from (f"the result says of itself: {problem}" for problem in said["problems"])

    # Its recourse

    def _recourse_faults(self, best: float, broken: tuple[str, ...]) -> Iterator[str]:
        """Whether the recourse that it has is possible, and the best."""
        theirs = [line for line in self.own.audit.broken if line not in broken]
        yield from (f"its recourse breaks a promise: {line}" for line in theirs)
        value, margin = self.own.value, TOLERANCE * max(1.0, abs(self.own.value))
        if self.extended or self.own.audit.broken or abs(best - value) <= margin or best == -np.inf:
            return
        if self._optimal or value > best:
            yield f"its recourse is worth {value:.9g}; the best for who holds what is worth {best:.9g}"

    # The designs next to it

    def _neighbour_faults(self, checked: Checked, value: float, floors: Mapping[int, float]) -> Iterator[str]:
        margin = TOLERANCE * max(1.0, abs(value))
        found = closest_of(self.session, checked, value)
        if self._optimal and found is not None and found.cost < -margin:
            yield f"{found.gain}: it is not the optimum"
        said = self.claim.document["closest"]
        if (said is None) != (found is None):
            yield f"closest: it is said to be {'none' if said is None else said}; found was {found}"
        elif said is not None and found is not None:
            cost = value - self._worth(said["decision"], said["organisation"], said["to"], floors)
            called = Closest(said["decision"], said["organisation"], said["to"], cost).move
            if not abs(said["cost"] - cost) <= margin:
                yield f"closest: {called} is said to cost {said['cost']:.9g}; recomputed it costs {cost:.9g}"
            elif said.get("proven", True) and cost > found.cost + margin:
                yield f"closest: {called} costs {cost:.9g}; {found.move} costs {found.cost:.9g}"
        near = self.claim.document["neighbours"] or {"equal": []}
        for row in near["equal"]:
            move = row["decision"], row["organisation"], row["level"]
            cost = value - self._worth(*move, floors)
            if not abs(cost) <= margin:
                yield f"neighbours: {Closest(*move, cost).move} is said to cost nothing; it costs {cost:.9g}"
        if near.get("total", len(checked.moves)) != len(checked.moves):
            yield f"neighbours: {near['total']} are said to be there; there are {len(checked.moves)}"
        if near.get("better", 0) and not checked.better:
            yield f"neighbours: {near['better']} are said to be better; none is"

    def _worth(self, decision: str, organisation: str, to: str, floors: Mapping[int, float]) -> float:
        """The value with one holding moved; -inf where there is no such move, or it is not possible."""
        sets, there = self.sets, self.held.copy()
        holdings = enumerate(sets.holding_decision)
        places = {sets.place(h): h for h, d in holdings if sets.decisions[d] == decision}
        if organisation not in places or to not in sets.levels:
            return -np.inf
        h = places[organisation]
        there[h] = sets.levels.index(to)
        if not sets.allowed[sets.holding_decision[h], there[h]] or h in self.fixed:
            return -np.inf
        columns = self.session.placing.columns(there)
        return self.session.evaluate(columns, Clock(), floors).value
