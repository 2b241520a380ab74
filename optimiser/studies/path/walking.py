"""In which order the paths are looked for, and what is set beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimiser.audit.path import audit_path
from optimiser.coefficients.path import Links
from optimiser.design.bound import how_sure
from optimiser.design.status import Status
from optimiser.instance.instance import Instance
from optimiser.instance.period import first_states, in_period
from optimiser.solver.answer import answered
from optimiser.solver.clock import Clock, OutOfTime
from optimiser.solver.path.foresight import Myopic, Walk, planned
from optimiser.solver.path.whole import Whole
from optimiser.solver.session import Session
from optimiser.studies.path.fixing import Cell

Array = np.ndarray
__all__ = ["Own", "Staying", "Walk", "Walked", "Walker"]


@dataclass(frozen=True, eq=False)
class Own:
    """What would be best in one period alone."""

    held: Array | None  # (D, O); None: no design is possible, or none was found
    value: float  # -inf without one
    proven: bool


@dataclass(frozen=True, eq=False)
class Staying:
    """What one design would be worth in all periods."""

    value: float  # -inf where it breaks a promise, or nothing is known of it
    broken: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Walked:
    """All that was found."""

    walks: Mapping[str, Walk]
    own: tuple[Own, ...]
    staying: Staying
    losses: Mapping[str, float]
    names: Sequence[str]

    @property
    def impossible(self) -> str:
        """Where no design is possible, if no path is."""
        alone = [
            name for name, own in zip(self.names, self.own, strict=True) if own.proven and own.held is None
        ]
        ended = self.walks["none"].ended_in if "none" in self.walks else None
        if alone:
            why = f": there is none in {', '.join(alone)} alone, its moves free and its states as they start"
        else:
            why = "" if ended is None else f": without foresight there is none in {self.names[ended]}"
        return f"no sequence of designs keeps every requirement{why}"

    @property
    def unfinished(self) -> tuple[str, ...]:
        """What is not settled, a sentence each."""
        said = []
        for name, walk in self.walks.items():
            sight = {"none": "without foresight", "path": "with foresight"}[name]
            if walk.status is Status.UNKNOWN:
                said.append(f"No path was found {sight} in time.")
            elif walk.status is Status.FEASIBLE:
                said.append(f"The path {sight}: {how_sure(walk.value, walk.bound)}.")
        if late := [name for name, own in zip(self.names, self.own, strict=True) if not own.proven]:
            said.append(f"The own best of {', '.join(late)} is not proven.")
        return tuple(said)


class Walker:
    """Looks for paths, each search beginning where the ones before help it."""

    def __init__(
        self,
        instance: Instance,
        links: Links,
        cells: Mapping[Cell, int],
        gap: float,
        clock: Clock,
        threads: int,
        progress: Callable[[str], None] | None,
    ) -> None:
        self.instance, self.links, self.gap = instance, links, gap
        self.clock, self.threads, self.tell = clock, threads, progress or (lambda text: None)
        self.solves = 0
        self._fixed: dict[int, dict[int, int]] = {}
        for (d, o, t), level in cells.items():
            self._fixed.setdefault(t, {})[int(links.sets.holding[d, o])] = level

    def walk(self, sights: Sequence[str]) -> Walked:
        """Everything, in the order in which it helps what comes after."""
        with self.clock.within(0.2):
            own = self._own_bests()
        with self.clock.within(1.0 if sights == ["none"] else 0.3):
            walks = {"none": self._myopic(self._fixed)}
        whole = None
        if "path" in sights:
            whole, walks["path"] = self._planned(walks["none"])
        walks = {name: walks[name] for name in sights}
        best = next((w for w in reversed(walks.values()) if w.judged is not None), None)
        staying, losses = Staying(-np.inf), dict[str, float]()
        if best is not None:
            staying = self._staying(whole, best)
            losses = self._losses(whole, best, own) if "path" in sights else {}
        return Walked(walks, own, staying, losses, self.links.names)

    def _own_bests(self) -> tuple[Own, ...]:
        """Each period by itself: moves free, states as they start. Those that are alike have the same."""
        found, keys, session = dict[tuple[object, ...], Own](), list[tuple[object, ...]](), None
        for t, name in enumerate(self.links.names):
            period = in_period(self.instance, t, first_states(self.instance))
            keys.append((period["scenarios"]["scenario"][0], *period.weights.values()))
            if keys[t] in found:
                continue
            self.tell(f"the own best of {name}")
            if session is None:
                session = Session(period, None, self.threads)
            else:
                session.update(period)
            self.solves += 1
            answer = answered(session, session.optimise(self.gap, self.clock), {})
            proven = answer.status in (Status.OPTIMAL, Status.INFEASIBLE)
            value = answer.value if answer.found else -np.inf
            found[keys[t]] = Own(answer.held if answer.found else None, value, proven)
        return tuple(found[key] for key in keys)

    def _myopic(self, fixed: Mapping[int, Mapping[int, int]]) -> Walk:
        self.solves += len(self.links.names)
        return Myopic(self.instance, self.links, self.threads).walk(self.gap, self.clock, fixed, self.tell)

    def _planned(self, start: Walk) -> tuple[Whole | None, Walk]:
        if self.clock.out:
            return None, Walk(Status.UNKNOWN, np.inf)
        self.tell("building all periods at once")
        try:
            whole = Whole(self.instance, self.links, self.threads, self.clock.check)
        except OutOfTime:
            return None, Walk(Status.UNKNOWN, np.inf)
        self.solves += 1
        begin = None if start.judged is None else whole.design_of([s.record.held for s in start.judged.steps])
        return whole, planned(whole, self.gap, self.clock, self._fixed, self.tell, begin)

    def _staying(self, whole: Whole | None, best: Walk) -> Staying:
        """Today's design throughout, and where that is not known what the path begins with."""
        assert best.judged is not None
        first, today = best.judged.steps[0].record.held, self.links.current
        held = np.where(today >= 0, today, first)
        of_holding = self.links.sets
        design = held[of_holding.holding_decision, np.maximum(of_holding.holding_locality, 0)]
        if (design[of_holding.holding] != held).any():
            return Staying(
                -np.inf, ("today's design has one decision at several levels that is to have one",)
            )
        if whole is not None:
            _, x = whole.settle(np.tile(design, len(self.links.names)), self.clock.finishing)
            if x is not None:
                return Staying(audit_path(self.instance, whole.records(x)).value)
        fixed = {t: dict(enumerate(design.tolist())) for t in range(len(self.links.names))}
        walk = Myopic(self.instance, self.links, self.threads).walk(
            self.gap, self.clock.finishing, fixed, self.tell
        )
        if walk.judged is not None:
            return Staying(walk.value)
        if walk.status is not Status.INFEASIBLE:  # time ran out
            return Staying(-np.inf)
        where = self.links.names[walk.ended_in or 0]
        return Staying(-np.inf, (f"{where}: it cannot be kept, or nothing keeps every requirement with it",))

    def _losses(self, whole: Whole | None, best: Walk, own: Sequence[Own]) -> dict[str, float]:
        """What it costs to hold a decision where each period's own best has it, all else as on the path."""
        assert best.judged is not None
        found = dict[str, float]()
        if whole is None:
            return found
        designs = [step.record.held for step in best.judged.steps]
        for d, name in enumerate(self.links.sets.decisions):
            other = [
                held if each.held is None else np.where(np.arange(len(held))[:, None] == d, each.held, held)
                for held, each in zip(designs, own, strict=True)
            ]
            if self.clock.finishing.out or all((a == b).all() for a, b in zip(designs, other, strict=True)):
                continue
            value, _ = whole.settle(whole.design_of(other), self.clock.finishing)
            found[name] = best.value - value
        return found
