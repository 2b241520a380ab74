"""What designs reach of two or three objectives: one at a time from the solver, with its own trade-off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimiser.solver.answer import Answer, Best
from optimiser.solver.cuts.cuts import join
from optimiser.studies.frontier.border import CLOSE, dominated, highest_at, standing_out
from optimiser.studies.frontier.coverage import Ceiling, Coverage, along
from optimiser.studies.rounds import Search
from optimiser.studies.study import Study
from optimiser.tolerances import EQUAL, FLOOR_SLACK, NOISE

Array = np.ndarray
LEAST = 1e-3  # that an aim counts beside the one that is raised (AUGMECON2)


@dataclass(frozen=True, eq=False)
class Query:
    """The design worth most at these weights (k,) that reaches the floors (k,), and is none of some designs.

    With `decide`, one that is worth so much will do. The search begins from the design `start`, else from the
    last one found.
    """

    weights: Array
    floors: Array
    without: Sequence[Array] = ()
    gap: float | None = None
    decide: float | None = None
    start: Array | None = None

    def same(self, other: Query) -> bool:
        """Whether it asks the same of designs."""
        return np.array_equal(self.weights, other.weights) and np.array_equal(self.floors, other.floors)


@dataclass(frozen=True, eq=False)
class Option:
    """A design, the point (k,) at which it was found, and the extreme points (n, k) of its own trade-off.

    What dominates the point, if anything, is better by at most `slack` in any objective. Without time for its
    trade-off (not `explored`), the chain is the point alone.
    """

    answer: Best
    point: Array
    chain: Array
    slack: float
    explored: bool

    @property
    def proven(self) -> bool:
        """Whether it is proven that no design dominates the point."""
        return self.slack <= 2 * CLOSE

    def points(self, step: float) -> list[Array]:
        """What it reaches: of two objectives all of its trade-off, so finely; of more the point alone."""
        return along(self.chain, step) if len(self.point) == 2 else [self.point]


@dataclass(frozen=True, eq=False)
class Nondominated:
    """A design that no other beats in one objective without losing in another, at the point it was found.

    That is so for certain only where `proven`: with a wide gap, or when time ran out, one may. The segment,
    (n, k), has the extreme points of the design's own trade-off, a single one where recourse leaves none.
    Where all of two objectives were asked for it is the part, from first to last, that no other design beats.
    """

    answer: Best
    supported: bool | None  # best for some weights; None: not proven either way
    segment: Array
    proven: bool


class Tradeoffs:
    """Asks for designs by weights and floors on the objectives aimed at; remembers those it found."""

    def __init__(self, study: Study, aims: list[int], fine: float = CLOSE) -> None:
        self.study, self.aims = study, aims
        self.fine = fine  # how closely the trade-off of a design is followed
        self.names = [study.instance.objectives[g] for g in aims]
        self.options: list[Option] = []
        self.ceilings: list[Ceiling] = []  # what the questions have shown of all designs
        self.infeasible = False  # proven that there is no design
        self._known: set[bytes] = set()

    @property
    def little(self) -> float:
        """What an aim counts beside the one that is raised.

        The wider the gap the more: what is gained in an aim is known to the gap over its weight.
        """
        return float(max(LEAST, np.sqrt(self.study.gap)))

    def find(self, query: Query) -> Answer:
        """What is asked for, in all the time that is left."""
        return self.find_each([query])[0]

    def find_each(self, queries: Sequence[Query]) -> list[Answer]:
        """What is asked for in a round, each in its part of the time that is left."""
        answers: list[Answer] = self.study.each(
            [self._search(query) for query in queries], 1 / max(1, len(queries))
        )
        for query, answer in zip(queries, answers, strict=True):
            self.ceilings.append(Ceiling(query.floors.copy(), query.weights.copy(), answer.bound))
        return answers

    def _search(self, query: Query) -> Search:
        rows = [self.study.forbid(design) for design in query.without]
        return Search(
            weights=self._every(query.weights), floors=self._floors(query.floors),
            rows=join(*rows) if rows else None, gap=query.gap, decide=query.decide, start=query.start,
        )  # fmt: skip

    def error(self, options: list[Option], step: float) -> float:
        """Whatever a design reaches, one of these options reaches it to within this in every objective."""
        cover = Coverage(len(self.aims))
        for option in options:
            cover.learn(option.points(step))
        for ceiling in self.ceilings:
            cover.limit(ceiling)
        return cover.error

    def lexicographic(self, order: list[int]) -> tuple[Answer, list[float]]:
        """The most of the first of `order` (positions among the aims), then of the next, and so on.

        With it, how far each may lie below the most there is.
        """
        floors, slack = np.full(len(self.aims), -np.inf), list[float]()
        for i in order:
            aim = np.eye(len(self.aims))[i]
            answer = self.find(Query(aim, floors))
            if not answer.found:
                break
            slack.append(self.slack(answer, aim))
            if slack[-1] > 2 * CLOSE and i != order[-1]:
                return self._nearly(i, answer, floors)
            floors[i] = self.point(answer)[i] - FLOOR_SLACK
        return answer, slack

    def _nearly(self, i: int, most: Best, floors: Array) -> tuple[Answer, list[float]]:
        """Nearly the most of one aim, the others counting a little.

        Where the most is known to a gap only, keeping it would hold up the search for what else there is.
        """
        raised = np.where(np.arange(len(self.aims)) == i, 1.0, self.little)
        weights = raised / raised.sum()
        answer = self.find(Query(weights, floors))
        if not answer.found:
            return most, [self.slack(most, np.eye(len(self.aims))[i]), np.inf]
        return answer, [float(max(0.0, most.bound - self.point(answer)[i])), self.slack(answer, weights)]

    def best(self, option: Option) -> bool:
        """Whether a question has shown already that it is best for some weights."""
        free = [c for c in self.ceilings if np.isneginf(c.floors).all()]
        return any(c.bound <= (option.chain @ c.weights).max() + 2 * CLOSE for c in free)

    def raised(self, answer: Best, weights: Array) -> Best:
        """The same design, with what its recourse can add to aims that weighed nothing."""
        if weights.all():
            return answer
        floors = np.where(weights > 0, self.point(answer) - FLOOR_SLACK, -np.inf)
        self._weigh(np.full(len(weights), 1 / len(weights)))
        better = self.study.evaluate(answer.design, self._floors(floors))
        return better if better.found else answer

    def slack(self, answer: Best, weights: Array) -> float:
        """By how much a design that dominates the one found may be better in an objective, if there is one.

        What is gained in one objective counts by its weight (k,), and is within the bound.
        """
        return max(0.0, answer.bound - answer.value) / float(weights[weights > 0].min())

    def better(self, weights: Array, worth: float) -> Array | None:
        """(k,) a point worth more at these weights, empty if proven that there is none; None: not settled."""
        if self.study.clock.out:
            return None
        self._weigh(weights)
        answer = self.study.ask(decide=worth + CLOSE)
        if answer.found and weights @ self.point(answer) >= worth + CLOSE:
            return self.point(answer)
        return np.zeros(0) if answer.bound <= worth + 2 * CLOSE else None

    def point(self, answer: Best) -> Array:
        """(k,) expectations of the objectives aimed at."""
        return answer.objectives[self.aims]

    def add(self, answer: Best, slack: float, again: bool = False) -> Option | None:
        """Remember a design with its trade-off, unless its point is known, or it (it may come `again`)."""
        name, point = answer.design.tobytes(), self.point(answer)
        if _among(point, [o.point for o in self.options], EQUAL) or (name in self._known and not again):
            return None
        self._known.add(name)
        explored = not self.study.clock.out
        chain = self._extremes(answer.design, point) if explored else point[None]
        self.options.append(Option(answer, point, chain, slack, explored))
        return self.options[-1]

    def nondominated(self, whole: bool) -> list[Option]:
        """Those that stand out: with any part of their trade-off where the `whole` counts, else as found."""
        spread = [o for o in self.options if len(o.chain) > 1] if whole and len(self.aims) == 2 else []
        kept = list[Option]()
        # What reaches as much has the larger sum, but for noise: what goes does so for one that stays.
        for o in sorted(self.options, key=lambda o: -o.point.sum()):
            if o in spread or any(_reaches(p.chain, o.point) for p in spread):
                continue
            if not any((p.point >= o.point - NOISE).all() for p in kept):
                kept.append(o)
        chains = [o.chain for o in kept]
        shown = (self._shown(o, [*chains, *(p.chain for p in spread if p is not o)]) for o in spread)
        return [*kept, *(option for option in shown if option is not None)]

    def _shown(self, option: Option, others: list[Array]) -> Option | None:
        """The option as far as it stands out: at the point at which it was found, or else at another.

        What was proven is of the point at which it was found.
        """
        points, part = standing_out(option.chain, others)
        if not len(points):
            return None
        if not dominated(option.point[None], others)[0]:
            return replace(option, chain=part)
        self._weigh(np.array([0.0, 1.0]))
        floors = self._floors(np.array([points[0, 0] - FLOOR_SLACK, -np.inf]))
        answer = self.study.surely(option.answer.design, floors)
        return replace(option, chain=part, answer=answer, point=self.point(answer), slack=np.inf)

    def _extremes(self, design: Array, point: Array) -> Array:
        """(n, k) extreme points of what its recourse lets a design choose from, none dominated by another.

        Two objectives: all of them, in order (dichotomic search; Aneja & Nair 1979). Three: the most of each.
        The point alone, of which the design is known, where no objective can be had more of.
        """
        aims = np.eye(len(self.aims))
        most = [self._best(design, aim)[i] for i, aim in enumerate(aims)]
        if (most <= point + CLOSE).all():
            return point[None]
        ends = [self._end(design, i, level) for i, level in enumerate(most)]
        if len(aims) > 2 or np.abs(ends[0] - ends[1]).max() <= CLOSE:
            return np.array([end for i, end in enumerate(ends) if not _among(end, ends[:i], CLOSE)])
        return np.array([ends[1], *self._between(design, ends[1], ends[0]), ends[0]])

    def _between(self, design: Array, left: Array, right: Array) -> list[Array]:
        across = np.array([left[1] - right[1], right[0] - left[0]])
        if across.min() <= self.fine:
            return []
        weights = across / across.sum()
        middle = self._best(design, weights)
        if weights @ middle <= weights @ left + self.fine:
            return []
        return [*self._between(design, left, middle), middle, *self._between(design, middle, right)]

    def _end(self, design: Array, i: int, most: float) -> Array:
        """The most of the others together where it is the most of one."""
        others = np.arange(len(self.aims)) != i
        self._weigh(others / others.sum())
        floors = np.where(others, -np.inf, most - FLOOR_SLACK)
        return self.point(self.study.surely(design, self._floors(floors)))

    def _best(self, design: Array, weights: Array) -> Array:
        return self.study.expectations(design, self._every(weights))[self.aims]

    def _every(self, weights: Array) -> Array:
        """(G,) weights of all objectives."""
        every = np.zeros(len(self.study.weights))
        every[self.aims] = weights
        return every

    def _weigh(self, weights: Array) -> None:
        every = self._every(weights)
        if not np.array_equal(every, self.study.weights):
            self.study.weigh(every)

    def _floors(self, floors: Array) -> dict[int, float]:
        return {g: float(f) for g, f in zip(self.aims, floors, strict=True) if np.isfinite(f)}


def _among(point: Array, others: list[Array], within: float) -> bool:
    return any(np.abs(point - other).max() <= within for other in others)


def _reaches(chain: Array, point: Array) -> bool:
    """Whether a chain (n, 2) reaches as much as a point, but for noise."""
    return bool(highest_at(chain, point[0] - NOISE) >= point[1] - NOISE)
