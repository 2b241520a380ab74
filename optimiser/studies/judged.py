"""A design beside others: what it is worth in an instance, or which promises it breaks there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from optimiser.audit import Audit, audit, past_mending
from optimiser.design.bound import held_to
from optimiser.design.evaluated import Evaluated
from optimiser.design.status import Status
from optimiser.design.tables import Row, design_rows, plain
from optimiser.instance.instance import Instance
from optimiser.record import Record
from optimiser.solver.clock import Clock
from optimiser.solver.extraction import design_of, idle_record
from optimiser.studies.asker import Asker
from optimiser.studies.study import Study
from optimiser.terminal import fixed

Array = np.ndarray


@dataclass(frozen=True, eq=False, kw_only=True)
class Judged:
    """One design in one instance, with its best recourse there; without one where it breaks a promise."""

    name: str
    note: str  # what it is, in words
    instance: Instance
    held: Array | None  # (D, O) position of the level at which each is held; None: there is no design
    evaluated: Evaluated | None = None  # with its best recourse; None: infeasible
    broken: tuple[str, ...] = ()  # promises that it breaks, a sentence each
    lifted: Audit | None = None  # infeasible: what it would do were what it breaks lifted, if that is known
    bound: float = np.inf  # of a design that was looked for: nothing asked for is worth more
    proven: bool = True  # False where it was looked for and time ran out

    def __post_init__(self) -> None:
        if self.evaluated is not None:
            held_to(self.bound, self.evaluated.value)

    @property
    def audit(self) -> Audit | None:
        """What it keeps and is worth; None where it is infeasible."""
        return None if self.evaluated is None else self.evaluated.audit

    @property
    def record(self) -> Record | None:
        """What it does, with its best recourse; None where it is infeasible."""
        return None if self.evaluated is None else self.evaluated.record

    @property
    def feasible(self) -> bool | None:
        """Does it keep every promise? None where none was found in time."""
        return None if self.held is None and not self.proven else self.audit is not None

    @property
    def shown(self) -> Audit | None:
        """What there is to show of it: what it does or, where it is infeasible, what it would do."""
        return self.lifted if self.audit is None else self.audit

    def said(self, what: str) -> str:
        """Its value, or what it reaches of an objective, as text; in brackets where it is infeasible."""
        if self.shown is None:
            return "-"
        text = fixed(self.shown.value, 6) if what == "value" else fixed(self.shown.objectives.get(what), 4)
        return f"({text})" if self.audit is None and text != "-" else text

    @property
    def value(self) -> float | None:
        """V, None where it is infeasible."""
        return None if self.audit is None else self.audit.value

    @property
    def objectives(self) -> dict[str, float | None]:
        """Every objective's expectation, None where it is infeasible."""
        reached: Mapping[str, float | None] = {} if self.audit is None else self.audit.objectives
        return {g: reached.get(g) for g in self.instance.objectives}

    @cached_property
    def rows(self) -> list[Row]:
        """Who holds what, as in the JSON documents: decision, organisation, level."""
        return [] if self.held is None else design_rows(self.instance, self.held)

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON document."""
        return {
            "name": self.name,
            "note": self.note,
            "instance": self.instance.name,
            "value": plain(self.value),
            "bound": plain(self.bound),
            "feasible": self.feasible,
            "broken": list(self.broken),
            "objectives": {g: plain(value) for g, value in self.objectives.items()},
            "lifted": self._lifted(),
            "design": self.rows,
        }

    def _lifted(self) -> dict[str, Any] | None:
        if self.lifted is None:
            return None
        objectives = {g: plain(value) for g, value in self.lifted.objectives.items()}
        return {"value": plain(self.lifted.value), "objectives": objectives}


def solved(study: Study, name: str, note: str, fixed: Mapping[int, int] | None = None) -> Judged:
    """A best design of the instance that the study is about; half of the time left is for it."""
    study.tell(f"{name}: solving")
    with study.clock.within(0.5):
        answer = study.ask(fixed=fixed)
    infeasible = answer.status is Status.INFEASIBLE
    return Judged(
        name=name,
        note=note,
        instance=study.instance,
        held=answer.held if answer.found else None,
        evaluated=answer if answer.found else None,
        broken=("no design keeps every requirement",) if infeasible else (),
        bound=answer.bound,
        proven=infeasible or answer.status is Status.OPTIMAL,
    )


def resumed(study: Study, design: Judged) -> Judged:
    """The search for a best design that time had cut short, gone on with in all that is left."""
    study.tell(f"{design.name}: going on")
    start = None if design.held is None else design_of(study.session, design.held)
    answer = study.ask(start=start)
    bound = min(design.bound, answer.bound)
    proven = answer.status in (Status.OPTIMAL, Status.INFEASIBLE)
    if not answer.found:
        return replace(design, bound=bound, proven=proven)
    return replace(design, held=answer.held, evaluated=answer, bound=bound, proven=proven)


def judge(study: Study, held: Array, name: str, note: str) -> Judged:
    """Any design (D, O) in the instance that the study is about, at the weights in force."""
    instance, session = study.instance, study.session
    design = design_of(session, held)
    idle = replace(idle_record(session, design), held=held)
    found = None
    if not (broken := past_mending(instance, idle)):
        answer = study.evaluate(design)
        found, broken = (answer, ()) if answer.found else (None, audit(instance, idle).broken)
    return Judged(name=name, note=note, instance=instance, held=held, evaluated=found, broken=broken)


def worth(study: Asker, held: Array) -> float | None:
    """V of a design (D, O), None where it breaks a promise: quicker than judging it in full."""
    session = study.session
    design = design_of(session, held)
    if past_mending(study.instance, replace(idle_record(session, design), held=held)):
        return None
    value = session.evaluate(session.placing.columns(design), Clock()).value
    return value if np.isfinite(value) else None
