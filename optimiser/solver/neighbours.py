"""What became of the designs next to a design, as results say it."""

from __future__ import annotations

from optimiser.design.neighbours import Closest, Neighbours
from optimiser.solver.search.neighbourhood import Checked
from optimiser.solver.session import Session


def _move(session: Session, checked: Checked, i: int) -> tuple[str, str, str]:
    sets, h = session.c.sets, int(checked.moves.holding[i])
    return sets.decisions[sets.holding_decision[h]], sets.place(h), sets.levels[checked.moves.level[i]]


def closest_of(session: Session, checked: Checked, value: float) -> Closest | None:
    """The cheapest move, as far as that is known."""
    if checked.cheapest is None:
        return None
    cost = value - float(checked.value[checked.cheapest])
    if checked.cheapest in checked.equal:
        cost = max(0.0, cost)
    return Closest(*_move(session, checked, checked.cheapest), cost=cost, proven=checked.proven)


def neighbours_of(session: Session, checked: Checked) -> Neighbours:
    """What became of the moves, as a result has it."""
    equal = tuple(_move(session, checked, int(i)) for i in checked.equal)
    return Neighbours(checked.decided, len(checked.moves), checked.better, equal)
