"""Brute force: every design of a small instance, its recourse by linear programming, straight from model/README.md.

Slow and plain on purpose, and independent of everything it is a witness about.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from recourse_program import Judged, Recourse
from reference_model import Held, Reference

from optimiser.instance.instance import Instance
from optimiser.record import Record


@dataclass(frozen=True)
class Answer:
    """`designs` in order of falling value; none: infeasible. `tried` counts all that were enumerated."""

    designs: tuple[Judged, ...]
    tried: int

    @property
    def feasible(self) -> bool:
        return bool(self.designs)

    @property
    def best(self) -> Judged:
        return self.designs[0]


def brute_force(
    instance: Instance,
    *,
    weights: Mapping[str, float] | None = None,
    at_least: Mapping[str, float] | None = None,
    ties: bool = False,
) -> Answer:
    """Every feasible design. `ties`: the recourse among equals that model/README.md says is reported.

    What was asked before is not enumerated again.
    """
    asked = (instance.hash, *(tuple(sorted((told or {}).items())) for told in (weights, at_least)), ties)
    if asked not in _ENUMERATED:
        _ENUMERATED[asked] = _enumerated(Reference(instance, weights), at_least or {}, ties)
    return _ENUMERATED[asked]


_ENUMERATED: dict[Hashable, Answer] = {}


def _enumerated(reference: Reference, at_least: Mapping[str, float], ties: bool) -> Answer:
    designs, tried = [], 0
    for held in reference.designs():
        tried += 1
        if reference.held_is_allowed(held):
            judged = Recourse(reference, held, at_least).best(ties)
            if judged is not None:
                designs.append(judged)
    return Answer(tuple(sorted(designs, key=lambda judged: -judged.value)), tried)


def solvable(instance: Instance) -> bool:
    """Whether there is a design, by brute force."""
    reference = Reference(instance)
    return any(
        reference.held_is_allowed(held) and Recourse(reference, held, {}).best(ties=False) is not None
        for held in reference.designs()
    )


def reported(instance: Instance, record: Record) -> Judged | None:
    """The recourse among equals that is reported, with who holds what as in a record."""
    reference = Reference(instance)
    return Recourse(reference, _held(reference, record), {}).best(ties=True)


def _held(reference: Reference, record: Record) -> Held:
    return {(d, o): reference.levels[record.held[i, j]]
            for i, d in enumerate(reference.decision) for j, o in enumerate(reference.localities)}  # fmt: skip


def held_against(reference: Reference, record: Record) -> tuple[float, dict[str, float]]:
    """A record that anyone made: by how much it breaks the worst row or bound, and its objectives."""
    held = _held(reference, record)
    kept = reference.held_is_allowed(held) and all(
        tuple(held[d, o] for o in reference.localities) in reference.options(d) for d in reference.decision
    )
    breach, objectives = Recourse(reference, held, {}).held_against(record)
    return (float(breach) if kept else math.inf), objectives
