"""`verify`: can a result be trusted?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from optimiser.audit import audit
from optimiser.design import Design, Status
from optimiser.instance.arguments import check_instance
from optimiser.instance.errors import InputError
from optimiser.instance.instance import Instance
from optimiser.solver.call import check_call
from optimiser.solver.highs import Clock
from optimiser.solver.moves import Neighbourhood
from optimiser.solver.records import design_of, idle_record, record_of
from optimiser.solver.session import Session
from optimiser.solver.solve import closest_of, neighbours_of, run_of

if TYPE_CHECKING:
    import pandas as pd


def verify(instance: Instance, result: Design | str | Path | pd.DataFrame) -> Design:
    """Judge a design: its best recourse, every promise and objective recomputed, and the designs next to it.

    `result` is a Design, a result folder, a result.json, or a CSV or DataFrame with the columns decision,
    organisation (empty for every locality) and level. What says with which weights it was found is valued
    with these, the others with the instance's. The Design returned has status `feasible` and no
    bound of its own: verifying shows what a design is worth, not that none is better. A design that
    breaks a promise comes back with `audit.broken` saying which.
    """
    from optimiser.result import held_from_rows, read_claim, read_design_rows, read_weights

    check_instance(instance)
    clock = Clock()
    claimed: float | None
    weights: Mapping[str, float] | None
    if isinstance(result, Design):
        if result.record is None:
            raise InputError([f"there is no design to verify: the solve ended {result.status}"])
        held, claimed, weights = result.record.held, result.value, result.weights
    else:
        held = held_from_rows(instance, read_design_rows(result, instance))
        claimed, weights = read_claim(result), read_weights(result)
    check_call(instance, weights=weights)
    session = Session(instance, weights)
    design = design_of(session, held)
    settled = session.settle(session.placing.columns(design), clock, ties=True)
    record = idle_record(session, design) if settled.x is None else record_of(session, settled.x)
    audited, checked = audit(instance, record, weights=weights), None
    if not audited.broken:
        checked = Neighbourhood(session, {}).check(design, settled.value, Clock())
    return Design(
        instance=instance,
        command="verify",
        status=Status.FEASIBLE,
        weights=dict(zip(instance.objectives, session.weights.tolist(), strict=True)),
        record=record,
        audit=audited,
        closest=None if checked is None else closest_of(session, checked, settled.value),
        neighbours=None if checked is None else neighbours_of(session, checked),
        claimed=claimed,
        run=run_of(instance, clock),
    )
