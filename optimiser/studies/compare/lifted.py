"""What an infeasible design would be worth, were what it breaks no obstacle.

It is judged in a variant of the instance: who may hold what is free, staff hours and the budget are raised to
what this design takes, where that is more, and limits on what stays unmet and on how full beds are give way
where no recourse keeps them. All else is as it is, so that a design on the brink of feasible is worth nearly
the same on either side.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimiser.audit import audit, taken
from optimiser.instance.instance import Instance
from optimiser.instance.table import Table
from optimiser.record import Record
from optimiser.solver.clock import Clock
from optimiser.solver.extraction import design_of, idle_record, record_of
from optimiser.solver.session import Session
from optimiser.studies.judged import Judged
from optimiser.studies.study import Study

Array = np.ndarray


class Lifting:
    """Lifts what designs break; one session, opened for the first that breaks anything, serves all."""

    def __init__(self, study: Study) -> None:
        self._instance, self._threads = study.instance, study.session.threads
        self._weights = dict(zip(self._instance.objectives, study.weights.tolist(), strict=True))
        self._session: Session | None = None

    def __call__(self, design: Judged) -> Judged:
        """The design with what it would be worth, where it is infeasible."""
        if design.held is None or design.feasible:
            return design
        variant, broken = placed_freely(self._instance, design.held), design.broken
        record, idle = self._settled(variant, design.held)
        lifted = None if record is None else audit(variant, record, weights=self._weights)
        if lifted is None or lifted.broken:  # a row without any recourse is no part of a settlement
            more = audit(variant, idle, weights=self._weights).broken
            broken = tuple(dict.fromkeys((*broken, *more)))
            variant = _uncapped(variant)
            record, _ = self._settled(variant, design.held)
            lifted = None if record is None else audit(variant, record, weights=self._weights)
        return design if lifted is None else replace(design, broken=broken, lifted=lifted)

    def _settled(self, variant: Instance, held: Array) -> tuple[Record | None, Record]:
        """The record with the best recourse, None where there is none; and that in which nothing is done."""
        if self._session is None:
            self._session = Session(variant, self._weights, self._threads)
        else:
            self._session.update(variant, self._weights)
        session, design = self._session, design_of(self._session, held)
        x = session.settle(session.placing.columns(design), Clock(), ties=True).x
        return (None if x is None else record_of(session, x)), idle_record(session, design)


def placed_freely(instance: Instance, held: Array) -> Instance:
    """The instance with nothing in the way of who holds what, and enough hours and money for it alone."""
    decisions, rules = instance["decisions"], instance["rules"]
    split = (held != held[:, :1]).any(axis=1)
    free = decisions.with_column("levels", np.full(decisions.rows, "", object))
    free = free.with_column("min_rating", np.full(decisions.rows, np.nan))
    free = free.with_column("uniform", decisions["uniform"] & ~split)
    none = Table({name: column[:0] for name, column in rules.items()}, 0)
    hours, money = taken(instance, held)
    budget = instance.limits["budget"]
    limits = {"max_changes": None, "budget": None if budget is None else max(budget, money)}
    tables = {"decisions": free, "rules": none, "organisations": _staffed(instance, hours)}
    return replace(instance, tables={**instance.tables, **tables}, limits={**instance.limits, **limits})


def _staffed(instance: Instance, hours: Array) -> Table:
    """The organisations, those with too few hours raised to these (N,); without a limit where none help."""
    table = instance["organisations"]
    kept = (1 - table["vacancy"]) * (1 - table["absence"]) * (1 - float(instance.limits["reserve"] or 0.0))
    needed = np.divide(hours, kept, out=np.full_like(hours, np.nan), where=kept > 0)
    short = hours > table["staff_hours"] * kept  # nan: not limited, so never short
    return table.with_column("staff_hours", np.where(short, needed, table["staff_hours"]))


def _uncapped(instance: Instance) -> Instance:
    """The instance without limits on what stays unmet and how full beds are."""
    types = instance["resource_types"]
    for name in ("max_unmet", "max_occupancy"):
        types = types.with_column(name, np.full(types.rows, np.nan))
    return replace(instance, tables={**instance.tables, "resource_types": types})
