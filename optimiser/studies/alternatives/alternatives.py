"""alternatives: what else is nearly as good? The best designs, the most different, and what they share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimiser.design.moves import moves
from optimiser.design.tables import Row, plain
from optimiser.errors import InfeasibleError
from optimiser.instance.arguments import AMOUNT, whole, wrong_flag, wrong_number
from optimiser.instance.instance import Instance
from optimiser.instance.schema.result import Part
from optimiser.introduction import Cells
from optimiser.solver.answer import Best
from optimiser.studies.alternatives.diverse import Distant, Diverse
from optimiser.studies.alternatives.k_best import Known, Pool
from optimiser.studies.alternatives.must_may_never import Verdict, Verdicts
from optimiser.studies.alternatives.schema import DESIGNS, DIVERSE, DIVERSE_DESIGNS, RANKING, RESULT, VERDICTS
from optimiser.studies.finding import Finding, remembered
from optimiser.studies.study import Study
from optimiser.terminal import counted, fixed
from optimiser.tolerances import GAP, TOLERANCE

COUNT = 10  # designs listed unless told
MANY = 1000  # the same where all within a tolerance are asked for


@dataclass(frozen=True, eq=False)
class Ranked:
    """One of the best designs; the truly `rank`-th best is worth between `value` and `bound`."""

    rank: int
    answer: Best
    bound: float
    moves: tuple[Row, ...]  # from the best design: decision, organisation, from, to


@dataclass(frozen=True, eq=False)
class Different:
    """A design within the tolerance that differs most from those before it."""

    answer: Best
    distance: float  # decisions held elsewhere than in the nearest before it, by population
    furthest: float  # no design within the tolerance is further away
    moves: tuple[Row, ...]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Alternatives(Finding):
    """The best designs, the most different of them, and what must, may and never is so among them.

    Attributes
    ----------
    designs : tuple of Ranked
        The best designs, best first.
    rest : float
        No design that is not listed is worth more; -inf: there is none.
    floor : float
        The verdicts are of all designs worth at least this.
    diverse : tuple of Different
        Those chosen for being far from each other.
    verdicts : tuple of Verdict
        Of each decision and level: must, may, never or undecided, and how often those listed are so.
    """

    says = RESULT
    designs: tuple[Ranked, ...]
    rest: float
    floor: float
    diverse: tuple[Different, ...] = ()
    verdicts: tuple[Verdict, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether no design was found in time."""
        return not self.designs

    @property
    def headline(self) -> str:
        """How many designs there are."""
        if self.empty:
            return self._nothing
        count = counted(len(self.designs), "design")
        return f"{self._open}{count}, every promise and objective recomputed from the tables"

    def _summary(self) -> Cells:
        rows = [("rank", "value", "held elsewhere than in the best")]
        for ranked in self.designs:
            holdings = ((move["decision"], move["organisation"]) for move in ranked.moves)
            elsewhere = ", ".join(" ".join(filter(None, holding)) for holding in holdings)
            rows.append((str(ranked.rank), fixed(ranked.answer.value, 6), elsewhere or "-"))
        return rows if self.designs else []

    def document(self) -> dict[str, Any]:
        """The keys of the JSON document."""
        designs = [
            {"rank": r.rank, "bound": plain(r.bound), **_described(r.answer), "moves": list(r.moves)}
            for r in self.designs
        ]
        diverse = [
            {"distance": d.distance, "furthest": d.furthest, **_described(d.answer), "moves": list(d.moves)}
            for d in self.diverse
        ]
        return {
            "designs": designs,
            "rest": plain(self.rest),
            "floor": plain(self.floor),
            "diverse": diverse,
            "verdicts": [vars(verdict) for verdict in self.verdicts],
        }

    def rows(self) -> dict[Part, Iterable[Row]]:
        """Of each table."""
        return {
            RANKING: [{"rank": r.rank, "value": r.answer.value, "bound": r.bound} for r in self.designs],
            DESIGNS: [{"rank": r.rank, **row} for r in self.designs for row in r.answer.rows],
            VERDICTS: map(vars, self.verdicts),
            DIVERSE: [
                {"place": k, "value": d.answer.value, "distance": d.distance, "furthest": d.furthest}
                for k, d in enumerate(self.diverse, 1)
            ],
            DIVERSE_DESIGNS: [
                {"place": k, **row} for k, d in enumerate(self.diverse, 1) for row in d.answer.rows
            ],
        }


@remembered
def alternatives(
    instance: Instance,
    *,
    count: int | None = None,
    within: float | None = None,
    diverse: int = 0,
    by_locality: bool = False,
    weights: Mapping[str, float] | None = None,
    gap: float = GAP,
    time_limit: float | None = None,
    threads: int = 1,
    progress: Callable[[str], None] | None = None,
    workers: int | str = 1,
) -> Alternatives:
    """Find the designs that are best or nearly so, and what they have in common.

    Parameters
    ----------
    instance : Instance
        The facts.
    count : int, optional
        How many designs to list: 10, or with `within` 1000.
    within : float, optional
        List the designs that lose at most this much of the value of the best. Without it the tolerance of
        `diverse` and of the verdicts is what the last one listed loses, or the gap where that is more.
    diverse : int, default 0
        Also choose so many designs within the tolerance, each as far as can be from those before it: the
        number of decisions held elsewhere, an asymmetric one by the share of population (greedy max-min).
    by_locality : bool, default False
        Give the verdicts on decisions that may differ by locality for each locality too.
    weights, gap, time_limit, threads, progress
        As for `solve`.
    workers : int or "auto", default 1
        Processes that search, each with a core of its own; the answer is the same.

    Returns
    -------
    Alternatives
        `rest` bounds what is not listed: where the list is proven that is above the last one by no more than
        the gap.

    Raises
    ------
    InputError
        For a call that is wrong.
    InfeasibleError
        Where there is no design.

    Notes
    -----
    Listed are the best designs, found by moves and by no-good cuts. A verdict is shown by a design or proven
    by a bound, to a millionth of value.

    Examples
    --------
    >>> import optimiser
    >>> found = optimiser.alternatives(optimiser.read("instances/archetype"), count=3)
    >>> found.frame("ranking")[["rank", "value"]].round(4)
       rank   value
    0     1  0.3500
    1     2  0.3389
    2     3  0.3222
    """
    wrong = _problems(count, within, diverse, by_locality)
    study = Study(
        instance, wrong, weights=weights, gap=gap, time_limit=time_limit, threads=threads, workers=workers,
        progress=progress,
    )  # fmt: skip
    count = None if count is None else int(count)
    with study.listening():
        best = study.ask()
        if not best.found:
            if best.bound == -np.inf:
                raise InfeasibleError
            return _nothing(study, best.bound)
        floor = -np.inf if within is None else best.value - within
        pool = Pool(study, best, count or (COUNT if within is None else MANY), floor)
        if within is None:
            pool.fill()
            best_known, last = pool.ranked[0].value, pool.ranked[: pool.count][-1].value
            floor = min(last, best_known - gap * abs(best_known))  # finer than the gap nothing is told apart
        verdicts = Verdicts(pool, floor, by_locality)
        verdicts.settle()
        chooser = Diverse(pool, floor)
        chosen = chooser.choose(int(diverse)) if diverse else []
        if within is None:
            pool.spread()  # a verdict may have shown a better one
        else:
            pool.fill()
        return _finding(study, pool, floor, verdicts, chosen, chooser.proven)


def _problems(count: object, within: object, diverse: object, by_locality: object) -> list[str]:
    """What is wrong with the arguments that are this question's own."""
    return [
        *wrong_number("count", count, whole(1), optional=True),
        *wrong_number("within", within, AMOUNT, optional=True),
        *wrong_number("diverse", diverse, whole(0)),
        *wrong_flag("by_locality", by_locality),
    ]


def _nothing(study: Study, bound: float) -> Alternatives:
    return Alternatives(
        instance=study.instance,
        complete=False,
        interrupted=study.clock.interrupted,
        run=study.run(study.instance),
        designs=(),
        rest=bound,
        floor=-np.inf,
        unfinished=("No design was found in time.",),
    )


def _finding(
    study: Study, pool: Pool, floor: float, verdicts: Verdicts, chosen: list[Distant], proven: bool
) -> Alternatives:
    """Settle and audit what is listed, and say what is not settled."""
    answers = list[Best]()
    for known in pool.ranked[: pool.count]:
        if len(answers) >= COUNT and study.clock.out:
            break
        study.tell(f"auditing the design of rank {len(answers) + 1}")
        answers.append(study.surely(known.design))
    listed, others = pool.ranked[: len(answers)], pool.ranked[len(answers) :]
    apart = [(study.surely(d.known.design), d) for d in chosen]
    rest = max([pool.rest, *(known.value for known in others[:1])])
    rows = tuple(verdicts.rows(listed))
    unsettled = _open(pool, listed, rest, rows, proven)
    return Alternatives(
        instance=study.instance,
        complete=not unsettled,
        interrupted=study.clock.interrupted,
        run=study.run(study.instance),
        designs=tuple(
            Ranked(k, answer, max(known.value, pool.rest), _moved(answers[0], answer))
            for k, (answer, known) in enumerate(zip(answers, listed, strict=True), 1)
        ),
        rest=rest,
        floor=floor,
        diverse=tuple(
            Different(answer, d.distance, d.furthest, _moved(answers[0], answer)) for answer, d in apart
        ),
        verdicts=rows,
        unfinished=unsettled,
    )


def _open(
    pool: Pool, listed: list[Known], rest: float, verdicts: tuple[Verdict, ...], proven: bool
) -> tuple[str, ...]:
    """What is not settled, a sentence each."""
    said, last = [], listed[-1].value
    tolerance = TOLERANCE * max(1.0, abs(last))
    if np.isfinite(pool.floor) and rest > pool.floor + tolerance:
        said.append(
            f"Designs within the tolerance may be missing: what is not listed may be worth {fixed(rest, 6)}."
        )
    if len(listed) < pool.count and rest > -np.inf and not np.isfinite(pool.floor):
        said.append(f"Only {len(listed)} of the {pool.count} designs asked for were found in time.")
    elif pool.rest > last + max(tolerance, pool.study.gap * abs(last)) and len(listed) == pool.count:
        said.append(
            "As far as the search came: others may be worth more than the last of them, up to that bound."
        )
    undecided = sum(verdict.verdict == "undecided" for verdict in verdicts)
    if undecided:
        said.append(f"{undecided} of {len(verdicts)} verdicts are undecided.")
    if not proven:
        said.append("The most different designs are not proven to be as different as can be.")
    return tuple(said)


def _moved(best: Best, other: Best) -> tuple[Row, ...]:
    return tuple(moves(best.instance, best.held, other.held))


def _described(answer: Best) -> dict[str, Any]:
    objectives = dict(zip(answer.instance.objectives, map(plain, answer.objectives), strict=True))
    return {"value": plain(answer.value), "objectives": objectives, "design": answer.rows}
