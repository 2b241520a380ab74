"""From columns of the program to the record of a design, and back."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from optimiser.instance.fixed import fixed_levels
from optimiser.record import Record
from optimiser.solver.session import Session
from optimiser.tolerances import EQUAL

Array = np.ndarray


def design_of(session: Session, held: Array) -> Array:
    """(H,) from (D, O); of a uniform decision the first locality speaks for all."""
    sets = session.c.sets
    return held[sets.holding_decision, np.maximum(sets.holding_locality, 0)]


def fixed_of(session: Session, fix: Mapping[str, str]) -> dict[int, int]:
    """Holding -> level, from what a call holds fixed."""
    holding = session.c.sets.holding
    return {int(holding[site]): level for site, level in fixed_levels(fix, session.instance).items()}


def record_of(session: Session, x: Array) -> Record:
    """Read the record off all columns of the program."""
    sets, recourse, columns = session.c.sets, session.recourse, session.compiled.columns
    held = session.placing.design(x)[sets.holding]
    x = np.where(np.abs(x) <= EQUAL, 0.0, x) * session.units.columns
    size = len(sets.localities), len(sets.resources), len(sets.scenarios)
    exercised = np.zeros((len(sets.decisions), size[0], size[2]))
    monitored = np.zeros_like(exercised)
    d, o, level, s = recourse.e_index.T
    mine = held[d, o] == level
    y = x[recourse.y]
    exercised[d[mine], o[mine], s[mine]] = y[recourse.e[mine]]
    watched = mine & (recourse.e_monitored >= 0)
    monitored[d[watched], o[watched], s[watched]] = y[recourse.e_monitored[watched]]
    lent, borrowed, unmet, drawn = (np.zeros(size) for _ in range(4))
    for array, places, index in zip((lent, borrowed), recourse.aid, recourse.aid_index, strict=True):
        np.add.at(array, tuple(index.T), y[places])
    unmet[tuple(recourse.unmet_index.T)] = y[recourse.unmet]
    drawn[tuple(recourse.drawn_index.T)] = y[recourse.drawn]
    support, added = np.zeros(len(sets.organisations)), np.zeros(size[:2])
    for n, column in columns.index("support").items():
        support[sets.organisations.index(n)] = x[column]
    for (place, r), column in columns.index("added").items():
        added[sets.localities.index(place), sets.resources.index(r)] = x[column]
    shares = (np.clip(array, 0.0, 1.0) for array in (exercised, monitored, support))  # HiGHS rounds
    units = (np.maximum(0.0, array) for array in (added, lent, borrowed, unmet, drawn))
    return Record(held, *shares, *units)


def idle_record(session: Session, design: Array) -> Record:
    """The record of a design whose recourse is infeasible: nothing is done, what is short is unmet."""
    sets, c = session.c.sets, session.c
    size = len(sets.localities), len(sets.resources), len(sets.scenarios)
    nothing = np.zeros((len(sets.decisions), size[0], size[2]))
    return Record(
        held=design[sets.holding],
        exercised=nothing,
        monitored=nothing.copy(),
        support=np.zeros(len(sets.organisations)),
        added=np.zeros(size[:2]),
        lent=np.zeros(size),
        borrowed=np.zeros(size),
        unmet=np.nan_to_num(c.slack.shortage),
    )
