"""Another instance beside the first: where the best design moves, and which inputs move it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optimiser.design.tables import plain
from optimiser.instance.differences import differences, differing_sets
from optimiser.instance.instance import Instance
from optimiser.studies.compare.attribution import Attribution, NotAttributableError, Variants, attribute
from optimiser.studies.compare.transition import Shift
from optimiser.studies.judged import Judged, judge, solved
from optimiser.studies.study import Study

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Other:
    """A second instance: its best design, what moves on the way there, and what makes it move."""

    best: Judged
    kept: Judged | None  # the best design of the first instance there; None where it says too little
    shift: Shift | None  # None where the other has no best design
    attribution: Attribution | None = None
    reason: str = ""  # why there is no attribution
    proven: bool = True  # False where time ran out

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON document."""
        return {
            "instance": self.best.instance.name,
            "value": plain(self.best.value),
            "kept": plain(self.kept.value) if self.kept else None,
            "attribution": self.attribution.to_dict() if self.attribution else None,
            "reason": self.reason,
        }


def compared(
    study: Study, instance: Instance, best: Judged, other: Instance, weights: Mapping[str, float] | None
) -> Other:
    """Compare the best design of an instance with that of another. Afterwards the study is about that.

    Where the design of the first is as good there, to within the gap, it is the best of the second too.
    """
    apart, variants = differing_sets(instance, other), None
    if not apart:
        variants = Variants(study, instance, other, differences(instance, other), weights)
        whole = variants.instance(frozenset(range(len(variants.inputs))))
        other = replace(whole, name=other.name)
    study.about(other, weights)
    found = solved(study, f"best of {other.name}", "the best design there, valued there")
    before, known = _translated(best, other)
    if before is None or best.evaluated is None or found.evaluated is None:
        return Other(found, None, None, reason="one of the two has no best design", proven=found.proven)
    kept = judge(study, before, "best", "the best design, valued there") if known.all() else None
    there = found.evaluated
    if kept is not None and kept.evaluated is not None:
        value = kept.evaluated.value
        if value >= there.value or found.bound - value <= study.gap * abs(value):
            there = kept.evaluated
            found = replace(found, held=there.held, evaluated=there)
    shift = Shift.between(study, kept or best, found, before, known) if known.any() else None
    if variants is None:
        reason = f"they differ in {', '.join(apart)}; only what both have is compared"
        return Other(found, kept, shift, reason=reason if known.any() else "they have no decision in common")
    try:
        attribution = attribute(variants, best.evaluated, there, study.tell)
    except NotAttributableError as error:
        return Other(found, kept, shift, reason=str(error))
    finished = attribution is not None
    return Other(found, kept, shift, attribution, "" if finished else "time ran out", finished)


def _translated(best: Judged, other: Instance) -> tuple[Array | None, Array]:
    """(D, O) a design in another instance, and where it says anything there, by the names of both."""
    shape = other["decisions"].rows, len(other.localities)
    if best.held is None:
        return None, np.zeros(shape, bool)
    levels = {name: i for i, name in enumerate(other["levels"]["level"])}
    at = {(row["decision"], row["organisation"]): levels.get(row["level"], -1) for row in best.rows}
    names = other["decisions"]["decision"]
    held = np.array([
        [at.get((name, place), at.get((name, ""), -1)) for place in other.localities] for name in names
    ])  # fmt: skip
    return np.maximum(0, held), held >= 0
