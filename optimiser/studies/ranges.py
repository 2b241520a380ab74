"""How far each objective can reach: the best attainable, and the worst among designs best for another.

The best is found by asking for nothing else. Of the designs that reach it the one is kept that is worth most
(nearly: a hundredth of the weight goes to the value). Read off these designs, the lowest value of each
objective is the *nadir* of the payoff table of multi-objective programming (Benayoun et al. 1971; Miettinen
1999, section 2.4.2): an estimate of the worst that a good compromise need put up with, not a bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optimiser.audit import audit
from optimiser.rows import plain
from optimiser.studies.judged import Judged
from optimiser.studies.study import Answer, Study

Array = np.ndarray
MANY = 200  # holdings, above which what one objective alone can reach takes minutes to prove
COARSE = 0.01  # of the best attainable: to this it is proven then
ROUNDING = 1e-9
SECOND = 0.01  # weight of the value, to choose among the designs that reach the best


@dataclass(frozen=True, eq=False)
class Range:
    """What one objective can reach: at least `best`, at most `bound`."""

    objective: str
    best: float | None  # reached by `design`; None: time ran out
    bound: float
    proven: bool  # best and bound agree, to the gap asked for
    design: Judged | None
    worst: float | None = None  # lowest among the designs best for one objective or another
    worst_in: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON document."""
        return {
            "objective": self.objective, "worst": plain(self.worst), "worst_in": self.worst_in,
            "best": plain(self.best), "bound": plain(self.bound), "proven": self.proven,
            "best_in": self.design.name if self.design else "",
        }  # fmt: skip


def ranges(study: Study, known: Sequence[Judged]) -> tuple[Range, ...]:
    """The range of each objective of the instance that the study is about; the first design is the best."""
    own, objectives = study.weights.copy(), study.instance.objectives
    found: list[Range] = []
    for g, name in enumerate(objectives):
        study.tell(f"the most of {name}")
        pool = [each for each in known if each.feasible] + [each.design for each in found if each.design]
        with study.within(1 / (len(objectives) - g)):
            found.append(_range(study, g, own, list(dict.fromkeys(pool))))
    study.weigh(own)
    return tuple(_with_worst(each, found) for each in found)


def _range(study: Study, g: int, own: Array, pool: list[Judged]) -> Range:
    name = study.instance.objectives[g]
    many = len(study.session.c.sets.holding_decision) > MANY
    gap = max(study.gap, COARSE if many else 0.0)
    alone = np.eye(len(own))[g]
    study.weigh(alone)
    answer = study.ask(gap=gap)
    if answer.found:
        enough = answer.value - study.gap * abs(answer.value) - ROUNDING
        if not pool or _reached(pool[0], name) < enough:  # the design worth most, if any, does not reach it
            study.weigh((1 - SECOND) * alone + SECOND * own)
            assert answer.design is not None
            second = study.evaluate(answer.design) if many else study.ask()
            chosen = second if second.found and second.objectives[g] >= enough else answer
            new = _valued(study, chosen, own, name)
            rows = new.rows
            same = [each for each in pool if each.rows == rows and _reached(each, name) >= enough]
            pool = [*(same or [new]), *pool]
    if not pool:
        return Range(name, None, answer.bound, False, None)
    best = max(_reached(each, name) for each in pool)
    share = abs(best) + ROUNDING
    design = next(each for each in pool if _reached(each, name) >= best - study.gap * share)
    bound = max(answer.bound, best)
    return Range(name, best, bound, bound - best <= gap * share, design)


def _reached(design: Judged, objective: str) -> float:
    assert design.audit is not None
    return design.audit.objectives[objective]


def _valued(study: Study, answer: Answer, own: Array, objective: str) -> Judged:
    """The design of an answer as it stands, valued with weights of its own."""
    assert answer.record is not None
    weights = dict(zip(study.instance.objectives, own.tolist(), strict=True))
    judged = audit(study.instance, answer.record, weights=weights)
    note = f"the design that reaches most {objective}"
    return Judged(
        name=f"most {objective}",
        note=note,
        instance=study.instance,
        held=answer.record.held,
        audit=judged,
        record=answer.record,
    )


def _with_worst(each: Range, every: Sequence[Range]) -> Range:
    designs = [other.design for other in every if other.design is not None]
    if not designs:
        return each
    worst = min(designs, key=lambda design: _reached(design, each.objective))
    return replace(each, worst=_reached(worst, each.objective), worst_in=worst.name)
