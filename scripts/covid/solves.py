"""What an instance is worth were one scenario certain, and what its best design does: solved, and kept."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from optimiser import Instance
from optimiser.solver.answer import Answer, Best
from optimiser.solver.clock import Clock
from optimiser.studies.study import Study

VALUES = ("scenario", "decision", "level", "above", "value", "bound", "found")
DOING = ("scenario", "decision", "exercised", "monitored", "below")
Tell = Callable[[str], None]


class Question(NamedTuple):
    """What is the best worth if the scenario is certain, and the decision is at the level, or above it?"""

    scenario: str
    decision: str
    level: str
    above: bool


class Worth(NamedTuple):
    """A value that was found, and a bound that none exceeds; both -inf where no design has it there."""

    value: float
    bound: float
    level: str  # at which the design found has the decision for most of the population

    @property
    def gap(self) -> float:
        """The relative gap to which it is known."""
        return 0.0 if self.bound == -np.inf else (self.bound - self.value) / abs(self.value)


class Done(NamedTuple):
    """What the best design of all does with a decision in a scenario, means over the population."""

    exercised: float
    monitored: float
    below: float  # the share for whom it is held below the centre, which is what can be monitored


Known = dict[Question, Worth]
Doing = dict[tuple[str, str], Done]  # by scenario and decision


def certain(instance: Instance, scenario: str) -> Instance:
    """The instance in which a scenario is certain, and without the others.

    At probability 0 they would take time and bind nothing, but for a limit on what is unmet.
    """
    tables = instance.to_tables()
    for name in {"scenarios", "surges", "delays"} & set(tables):
        at = tables[name]["scenario"].fillna("")
        tables[name] = tables[name][(at == scenario) | (at == "")]
    tables["scenarios"] = tables["scenarios"].assign(probability=1.0)
    return Instance.from_tables(tables)


def values(
    instance: Instance, asked: Sequence[Question], path: Path, gap: float, seconds: float | None, tell: Tell
) -> Known:
    """The answers to all questions. Those that the file has are taken from there, the others added to it.

    One session a scenario answers them, each search beginning at the best design of all. What runs into
    its seconds has wider bounds, and is asked again only if its row is taken from the file.
    """
    known = {
        Question(scenario, decision, level, above == "True"): Worth(float(value), float(bound), found)
        for scenario, decision, level, above, value, bound, found in _kept(path, instance)
    }
    left = [q for q in asked if q not in known]
    for scenario in dict.fromkeys(q.scenario for q in left):
        study = Study(certain(instance, scenario), gap=gap, progress=tell)
        best = _ask(study, None)  # all others lean on it
        if not best.found:
            raise ValueError(f"no design found for {scenario}")
        tell(f"{scenario}: {best.value:.6f}, bound {best.bound:.6f}")
        for q in (q for q in left if q.scenario == scenario):
            known[q] = _answer(study, q, best, seconds)
            _keep(path, instance, [(*q, *known[q])], VALUES)
            tell(f"{said(q)}: {known[q].value:.6f}, bound {known[q].bound:.6f}")
    return known


def _ask(study: Study, seconds: float | None, **question: Any) -> Answer:
    """The answer to a question with a clock of its own."""
    study.clock = Clock(seconds)
    with study.listening():
        answer = study.ask(**question)
    if study.clock.interrupted:
        raise KeyboardInterrupt
    return answer


def _answer(study: Study, q: Question, best: Best, seconds: float | None) -> Worth:
    """Of the best design of all, where that has the decision so for everyone; else of the best that has."""
    sets = study.session.c.sets
    d, level = sets.decisions.index(q.decision), sets.levels.index(q.level)
    mine, held = sets.holding_decision == d, best.held[d]
    if (held < level).all() if q.above else (held == level).all():
        return _worth(study, d, best)
    if q.above:
        below = mine[:, None] & (np.arange(len(sets.levels)) >= level)
        rows = study.row(below.astype(float), 0.0)
        return _worth(study, d, _ask(study, seconds, rows=rows, start=best.design))
    fixed = {int(h): level for h in np.flatnonzero(mine)}
    return _worth(study, d, _ask(study, seconds, fixed=fixed, start=best.design))


def _worth(study: Study, d: int, answer: Answer) -> Worth:
    if not answer.found:
        return Worth(-np.inf, answer.bound, "")
    levels = study.session.c.sets.levels
    people = np.bincount(answer.held[d], study.instance.population, len(levels))
    return Worth(answer.value, answer.bound, levels[int(np.argmax(people))])


def said(q: Question) -> str:
    """A question on one line."""
    return f"{q.scenario}, {q.decision} {'above' if q.above else 'at'} {q.level}"


def doing(instance: Instance, path: Path, gap: float, tell: Tell) -> Doing:
    """What the best design does, from the file where it has it."""
    if rows := _kept(path, instance):
        return {(s, d): Done(*map(float, numbers)) for s, d, *numbers in rows}
    best = Study(instance, gap=gap, progress=tell).ask()
    if not best.found:
        raise ValueError("no design keeps every requirement")
    people = instance.population / instance.population.sum()
    exercised, monitored = (
        np.einsum("o,dos->ds", people, done) for done in (best.record.exercised, best.record.monitored)
    )
    below = (best.held > 0) @ people
    found = {
        (s, d): Done(*(round(float(x), 9) for x in (exercised[j, i], monitored[j, i], below[j])))
        for i, s in enumerate(instance["scenarios"]["scenario"])
        for j, d in enumerate(instance["decisions"]["decision"])
    }
    _keep(path, instance, [(*place, *done) for place, done in found.items()], DOING)
    return found


def _kept(path: Path, instance: Instance) -> list[list[str]]:
    """The rows of a file that are of this instance, without its hash."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [row[1:] for row in csv.reader(file) if row and row[0] == instance.hash[:12]]


def _keep(path: Path, instance: Instance, rows: Iterable[Sequence[object]], columns: Iterable[str]) -> None:
    """Add rows to a file, which begins anew where it was of another instance."""
    goes_on = bool(_kept(path, instance))
    with path.open("a" if goes_on else "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        if not goes_on:
            table.writerow(["instance", *columns])
        table.writerows([instance.hash[:12], *row] for row in rows)
