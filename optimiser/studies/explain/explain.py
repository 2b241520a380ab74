"""explain: why does each decision sit where it does? What it contributes, and what moving it costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimiser.design.bound import held_to, how_sure
from optimiser.design.moves import moves
from optimiser.design.status import Status
from optimiser.errors import InfeasibleError
from optimiser.instance.arguments import check_instance, texts, unknown
from optimiser.instance.instance import Instance
from optimiser.solver.answer import Answer, Best
from optimiser.studies.explain.contributions import Limits, contributions
from optimiser.studies.explain.explanation import Explained, Explanation, Move, Span
from optimiser.studies.explain.moving import Moved, Moving
from optimiser.studies.explain.sentences import sentence
from optimiser.studies.finding import remembered
from optimiser.studies.parametric import NARROW, Asked, Traced, trace
from optimiser.studies.payoff import MANY
from optimiser.studies.rounds import Search
from optimiser.studies.study import SLICE, Study
from optimiser.tolerances import GAP

Array = np.ndarray
# Of a limit of time: the share that the best design may take at the most, how many moves a line of weights
# counts as, and how many times its share of what is left a hard move may take.
BASE, LINE, HARD = 0.4, 4, 3
QUESTIONS = 30  # on a line of weights, unless a limit of time is given: systems may have hundreds of corners
WIDE = 5e-3  # gap to which lines are followed at best with MANY holdings: closer takes minutes at their ends


@remembered
def explain(
    instance: Instance,
    decisions: Sequence[str] = (),
    *,
    locality: str | None = None,
    weights: Mapping[str, float] | None = None,
    gap: float = GAP,
    time_limit: float | None = None,
    threads: int = 1,
    progress: Callable[[str], None] | None = None,
    workers: int | str = 1,
) -> Explanation:
    """Explain the best design, decision by decision.

    Parameters
    ----------
    instance : Instance
        The facts.
    decisions : sequence of str, optional
        Names of those to explain. Default: all.
    locality : str, optional
        Ask of decisions that may differ by locality what moving them there alone would cost. Default: to move
        one is to move it for every locality.
    weights, gap, time_limit, threads, progress
        As for `solve`.
    workers : int or "auto", default 1
        Processes that search, each with a core of its own; the answer is the same.

    Returns
    -------
    Explanation
        A sentence, the moves, the contributions and the ranges of weights of each decision.

    Raises
    ------
    InputError
        For a call that is wrong.
    InfeasibleError
        Where there is no design.

    Notes
    -----
    The cost of a move is found by solving again with the decision held there. What moves with it is what has
    to: others are put back where they were if that costs less than the gap tells. Ranges of weights are
    exact (module `parametric`), each the share of all weights that one objective may have, the others
    keeping their proportions. Time that runs out leaves moves between two bounds (`Move.status`) and lines
    with an error (`errors`); without a limit of time each line takes 30 solves at most. With more than 200
    holdings lines are followed to a gap of 0.5 % at best.

    Examples
    --------
    >>> import optimiser
    >>> found = optimiser.explain(optimiser.read("instances/archetype"), ["O2"])
    >>> found.frame("moves")[["decision", "to", "cost"]].round(4)
      decision     to    cost
    0       O2  local  0.0111
    """
    wrong = list[str]()
    decisions = _named(instance, decisions, locality, wrong)
    study = Study(
        instance, wrong, weights=weights, gap=gap, time_limit=time_limit, threads=threads, workers=workers,
        progress=progress,
    )  # fmt: skip
    with study.listening():
        study.tell("finding the best design")
        base = study.ask(share=BASE)
        if base.status is Status.INFEASIBLE:
            raise InfeasibleError
        told = _Explainer(study, base).explain(decisions, locality) if base.found else NOTHING
    return Explanation(
        instance=instance,
        complete=not told.unfinished,
        unfinished=told.unfinished,
        interrupted=study.clock.interrupted,
        run=study.run(instance),
        value=base.value if base.found else None,
        bound=base.bound,
        weights=dict(zip(instance.objectives, study.weights.tolist(), strict=True)),
        decisions=told.decisions,
        errors=told.errors,
        averse=instance.uncertainty["risk_aversion"] > 0,
    )


def _named(instance: Instance, decisions: object, locality: object, wrong: list[str]) -> tuple[str, ...]:
    """The decisions to explain, each once; names that lead nowhere are wrong."""
    check_instance(instance)
    names, known = texts("decisions", decisions, wrong), instance["decisions"]["decision"]
    wrong += [line for d in names for line in unknown("decisions", d, known, "a decision")]
    wrong += [] if locality is None else unknown("locality", locality, instance.localities, "a locality")
    return tuple(dict.fromkeys(names))


@dataclass(frozen=True)
class _Told:
    """What there was time to say, and what not."""

    decisions: tuple[Explained, ...]
    errors: dict[str, float]
    unfinished: tuple[str, ...]


NOTHING = _Told((), {}, ("No design was found in time.",))


class _Explainer:
    """Asks one study; `base` is the best design, `lines` the exact searches along weights."""

    def __init__(self, study: Study, base: Best) -> None:
        self.study, self.instance, self.sets = study, study.instance, study.session.c.sets
        self.base = base
        self.own = contributions(self.instance, base.record, base.audit)
        self.limits = Limits(self.instance, base.record, base.audit)
        self.averse = self.instance.uncertainty["risk_aversion"] > 0
        self.line_gap = max(study.gap, WIDE if len(self.sets.holding_decision) > MANY else 0.0)
        self.lines: dict[str, Traced[Best]] = {}
        self.answers: list[Best] = [base]

    def explain(self, decisions: Sequence[str], locality: str | None) -> _Told:
        """Everything there is time for."""
        wanted = [d for d, name in enumerate(self.sets.decisions) if not decisions or name in decisions]
        asked = [(d, *self._whom(d, locality)) for d in wanted]
        tried = self._moves([(d, holdings) for d, _, holdings in asked])
        if not self.averse:
            with self.study.restored():
                self._weigh()
        left = tuple(self._left([move for some in tried for move in some]))
        told = tuple(self._explained(*one, some) for one, some in zip(asked, tried, strict=True))
        return _Told(told, {g: line.error for g, line in self.lines.items()}, left)

    def _left(self, moves: Sequence[Move]) -> Iterator[str]:
        """What is not settled, a sentence each."""
        settled = (Status.OPTIMAL, Status.INFEASIBLE)
        if self.base.status not in settled:
            yield f"The design that is explained: {how_sure(self.base.value, self.base.bound)}."
        known = sum(move.status in settled for move in moves)
        if known < len(moves):
            yield f"Of {len(moves) - known} of {len(moves)} moves the cost is known between two bounds only."
        lines = [g for g, line in self.lines.items() if not line.complete]
        if lines:
            often = f"in {QUESTIONS} solves each, their bound where no time limit is given"
            bounded = self.study.clock.limit is None and not self.study.clock.interrupted
            yield f"Not all weights were searched {often if bounded else 'in time'}: {', '.join(lines)}."

    def _whom(self, d: int, locality: str | None) -> tuple[str, Array]:
        """The organisation that is named, and the holdings that move."""
        if self.sets.uniform[d] or locality is None:
            return "", np.unique(self.sets.holding[d])
        return locality, self.sets.holding[d, [self.sets.localities.index(locality)]]

    def _localities(self, holdings: Array) -> Array:
        return np.unique(np.concatenate([self.sets.members(int(h)) for h in holdings]))

    # Moves

    def _moves(self, asked: Sequence[tuple[int, Array]]) -> list[list[Move]]:
        """Of every decision that is asked about, to every level that is allowed."""
        tasks = [
            (d, Moving(design=self.base.design, holdings=holdings, level=level))
            for d, holdings in asked
            for level in np.flatnonzero(self.sets.allowed[d]).tolist()
            if (self.base.design[holdings] != level).any()
        ]
        lines = 0 if self.averse else LINE * len(self.instance.objectives)
        share = HARD / (len(tasks) + lines) if tasks else 1.0
        moved = self.study.each([task for _, task in tasks], share, "moves")
        found = {d: list[Move]() for d, _ in asked}
        for (d, task), there in zip(tasks, moved, strict=True):
            found[d].append(self._move(d, task, there))
        return [found[d] for d, _ in asked]

    def _move(self, d: int, task: Moving, moved: Moved) -> Move:
        base, answer, to = self.base, moved.answer, self.sets.levels[task.level]
        limits = tuple(self.limits.broken(d, self._localities(task.holdings), task.level))
        if moved.design is None or not answer.found:
            most = 0.0 if answer.status is Status.INFEASIBLE else np.inf
            return Move(to, None, max(0.0, base.value - answer.bound), most, answer.status, {}, (), limits)
        held_to(base.bound, answer.value)
        self.answers.append(answer)
        there = contributions(self.instance, answer.record, answer.audit)
        places = {(self.sets.decisions[d], self.sets.place(int(h))) for h in task.holdings}
        rows = moves(self.instance, base.held, moved.design[self.sets.holding])
        others = [row for row in rows if (row["decision"], row["organisation"]) not in places]
        return Move(
            to=to,
            cost=max(0.0, base.value - answer.value),
            least=max(0.0, base.value - answer.bound),
            most=max(0.0, base.bound - answer.value),
            status=answer.status,
            contributions={g: float(values[d]) for g, values in there.items()},
            also=tuple(others),
            limits=limits,
        )

    # Weights

    def _weigh(self) -> None:
        """One exact search for each objective; what any question found is known to all of them."""
        own = self.study.weights.copy()
        axes = sorted((g for g in range(len(own)) if own[g] < 1), key=lambda g: -own[g])
        for k, g in enumerate(axes):  # without those that no other has a weight to give to
            with self.study.clock.within(1 / (len(axes) - k)):
                line = self._line(g, own)
            self.lines[self.instance.objectives[g]] = line
            known = [*self.answers, *(one.answer for one in line.lines)]
            self.answers = list({id(answer): answer for answer in known}.values())

    def _line(self, g: int, own: Array) -> Traced[Best]:
        study, name = self.study, self.instance.objectives[g]
        alone = np.eye(len(own))[g]
        without = own * (1 - alone) / (1 - own[g])

        def ask(asked: list[Asked]) -> list[Answer]:
            places = ", ".join(f"{x:.6g}" for x, _ in asked)
            study.tell(f"weighing {name}: solving at {places} ({study.solves} solved)")
            return study.each(
                [
                    Search(weights=(1 - x) * without + x * alone, start=start, gap=self.line_gap)
                    for x, start in asked
                ],
                SLICE,
            )

        def worth(answer: Best) -> Span:
            return float(without @ answer.objectives), float(alone @ answer.objectives)

        most = QUESTIONS if study.clock.limit is None else np.inf
        return trace(ask, worth, 0.0, 1.0, self.line_gap, study.clock, self.answers, most)

    def _stays(self, holdings: Array) -> dict[str, Span | None]:
        """The range of each weight, about the one it has, in which the holdings are where they are."""
        now = dict(zip(self.instance.objectives, self.study.weights.tolist(), strict=True))
        here = self.base.design[holdings]
        return {g: _around(self.lines[g], now[g], here, holdings) if g in self.lines else None for g in now}

    def _explained(self, d: int, place: str, holdings: Array, moves: list[Move]) -> Explained:
        here = self.base.design[holdings]
        names = self.sets.levels
        limits = self.limits.binding(d, self._localities(holdings))
        row = self.instance["decisions"]
        one = Explained(
            decision=self.sets.decisions[d],
            organisation=place,
            type=row["type"][d],
            level=";".join(names[level] for level in np.unique(here)),
            counts={names[level]: int((here == level).sum()) for level in np.unique(here)},
            contributions={g: float(values[d]) for g, values in self.own.items()},
            weights={} if self.averse else self._stays(holdings),
            limits=(*limits, *(limit for move in moves for limit in move.limits)),
            moves=tuple(moves),
        )
        now = dict(zip(self.instance.objectives, self.study.weights.tolist(), strict=True))
        wide = self.line_gap > self.study.gap
        unproven = {g for g, line in self.lines.items() if wide or not line.complete}
        return replace(one, sentence=sentence(self.instance, one, now, unproven))


def _around(traced: Traced[Best], now: float, here: Array, holdings: Array) -> Span | None:
    """The stretch about `now` on which these holdings are as they are."""
    if not traced.complete and not np.isfinite(traced.error):
        return None
    low, high = now, now
    same = [p for p in traced.pieces if (p.answer.design[holdings] == here).all()]
    for p in same:  # they come from low to high
        if p.low <= high + NARROW and p.high >= now:
            high = max(high, p.high)
    for p in reversed(same):
        if p.high >= low - NARROW and p.low <= now:
            low = min(low, p.low)
    return low, high
