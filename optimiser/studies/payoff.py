"""How far each objective can reach: the best attainable, and the worst among designs best for another.

The best is found by asking for nothing else. It is an expectation, as all reported objectives are, so risk
aversion plays no part in it. Of the designs that reach it the one is kept that is worth most (nearly: a
hundredth of the weight goes to the value). That design is then shown as every other is, with the recourse
that is best for its value, under which it may reach less than it can. The lowest that these designs show of
each objective is the *nadir* of the payoff table of multi-objective programming (Benayoun et al. 1971;
Miettinen 1999, section 2.4.2): an estimate of the worst that a good compromise need put up with, not a bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optimiser.design.bound import held_to
from optimiser.design.tables import plain
from optimiser.solver.answer import Answer, Best
from optimiser.solver.extraction import design_of
from optimiser.studies.judged import Judged, judge
from optimiser.studies.rounds import Search
from optimiser.studies.study import Study
from optimiser.tolerances import EQUAL

Array = np.ndarray
MANY = 200  # holdings, above which what one objective alone can reach takes minutes to prove
COARSE = 0.01  # of the best attainable: to this it is proven then
SECOND = 0.01  # weight of the value, to choose among the designs that reach the best


@dataclass(frozen=True, eq=False)
class Range:
    """What the expectation of one objective can reach: at least `best`, at most `bound`."""

    objective: str
    best: float | None  # reached by `design`, if its recourse aims at it; None: time ran out
    bound: float
    proven: bool  # best and bound agree, to the gap asked for
    design: Judged | None  # as valued: what it shows of the objective may be less
    worst: float | None = None  # lowest among the designs best for one objective or another
    worst_in: str = ""

    def beside(self, designs: Sequence[Judged]) -> Range:
        """Set beside designs that were judged since: one may reach more than was known to be possible."""
        judged = [design for design in designs if design.feasible]
        shown = [each.audit.objectives[self.objective] for each in judged if each.audit is not None]
        most = max([*shown, -np.inf if self.best is None else self.best])
        reaching = [design for design, shows in zip(judged, shown, strict=True) if shows >= most - EQUAL]
        if reaching:
            held_to(self.bound, most)
            return replace(self, best=most, design=reaching[0])
        if self.design is None:
            return self
        same = [design for design in judged if design.rows == self.design.rows]
        name, note = _named(self.objective)  # it may have been the best, until now
        return replace(self, design=same[0] if same else replace(self.design, name=name, note=note))

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON document."""
        return {
            "objective": self.objective, "worst": plain(self.worst), "worst_in": self.worst_in,
            "best": plain(self.best), "bound": plain(self.bound), "proven": self.proven,
            "best_in": self.design.name if self.design else "",
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Most:
    """The most of one objective: a design (H,) that reaches `best` (None: none is known), and a bound."""

    design: Array | None
    best: float
    bound: float

    def proven(self, gap: float) -> bool:
        """Whether best and bound agree."""
        return self.design is not None and self.bound - self.best <= gap * (abs(self.best) + EQUAL)

    def within(self, bound: float) -> _Most:
        """With a bound that was known before."""
        return replace(self, bound=max(self.best, min(self.bound, bound)))


def ranges(study: Study, known: Sequence[Judged]) -> tuple[Range, ...]:
    """The range of each objective of the instance that the study is about; the first design is the best."""
    session, objectives = study.session, study.instance.objectives
    gap = max(study.gap, COARSE if len(session.c.sets.holding_decision) > MANY else 0.0)
    designs = dict[bytes, Judged]()
    every, pool, given = list[_Most](), list[Array](), list[float]()  # given: seconds for each
    for each in known:
        if each.feasible and each.held is not None:
            pool.append(design_of(session, each.held).astype(int))
            designs.setdefault(pool[-1].tobytes(), each)
    with session.neutral():
        searches = [Search(weights=alone, gap=gap) for alone in np.eye(len(objectives))]
        answers = study.each(searches, 1 / len(objectives), "objectives by themselves")
        for g, answer in enumerate(answers):
            study.tell(f"the most of {objectives[g]}")
            given.append(study.clock.left / (len(objectives) - g))
            with study.clock.within(1 / (len(objectives) - g)):
                every.append(_most(study, g, pool, gap, answer))
            pool += [most.design for most in every[-1:] if most.design is not None]
        while left := [g for g, most in enumerate(every) if not most.proven(gap)]:
            g, share = min(left, key=lambda g: given[g]), study.clock.left / len(left)
            if study.clock.out or share <= given[g]:  # again, as long as it gets more time than before
                break
            study.tell(f"the most of {objectives[g]}, with more time")
            given[g] = share
            with study.clock.within(1 / len(left)):
                every[g] = _most(study, g, pool, gap).within(every[g].bound)
    found = list[Range]()
    for name, most in zip(objectives, every, strict=True):
        if most.design is None:
            found.append(Range(name, None, most.bound, False, None))
            continue
        key, held = most.design.astype(int).tobytes(), most.design[session.c.sets.holding]
        if key not in designs:
            designs[key] = judge(study, held, *_named(name))
        found.append(Range(name, most.best, most.bound, most.proven(gap), designs[key]))
    return tuple(_with_worst(each, found) for each in found)


def _most(study: Study, g: int, pool: Sequence[Array], gap: float, found: Answer | None = None) -> _Most:
    """The most of one objective, which is asked for unless it was `found`.

    The designs of the pool are known, the first of them worth most.
    """
    own = study.weights.copy()
    alone = np.eye(len(own))[g]
    reached = [float(study.expectations(design, alone)[g]) for design in pool]
    with study.restored():
        study.weigh(alone)
        answer = found or study.ask(gap=gap)
        if answer.found:
            enough = answer.value - study.gap * abs(answer.value) - EQUAL
            if not pool or reached[0] < enough:  # the design worth most, if any, does not reach it
                chosen = answer if gap > study.gap else _worth_more(study, answer, g, own, enough)
                pool = [chosen.design, *pool]
                reached = [float(study.expectations(chosen.design, alone)[g]), *reached]
    if not pool:
        return _Most(None, -np.inf, answer.bound)
    best = max(reached)
    held_to(answer.bound, best)
    nearly = best - study.gap * (abs(best) + EQUAL)
    design = next(design for design, reach in zip(pool, reached, strict=True) if reach >= nearly)
    return _Most(design, best, max(answer.bound, best))


def _worth_more(study: Study, answer: Best, g: int, own: Array, enough: float) -> Best:
    """Of the designs that reach as much as that of the answer, one that is worth more."""
    study.weigh((1 - SECOND) * np.eye(len(own))[g] + SECOND * own)
    second = study.ask()
    return second if second.found and second.objectives[g] >= enough else answer


def _named(objective: str) -> tuple[str, str]:
    return f"most {objective}", f"can reach most {objective}; valued as all are"


def _with_worst(each: Range, every: Sequence[Range]) -> Range:
    designs = [other.design for other in every if other.design is not None]
    shown = [(d.audit.objectives[each.objective], d.name) for d in designs if d.audit is not None]
    if not shown:
        return each
    worst, where = min(shown, key=lambda pair: pair[0])
    return replace(each, worst=worst, worst_in=where)
