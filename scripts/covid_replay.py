"""England as it was and in the pandemic: do decisions move in the model as they moved in 2020?

    python scripts/covid_replay.py [--gap 1e-3] [--time-limit SECONDS]

Three designs stand side by side: the arrangement of 2019 (current.csv), the best design in normal times, and
the best design were the pandemic to last: the scenario `normal` with the urgency, absence, oversight and
common shocks of the scenario `first_wave`. (Its surge of demand and its delays are left out.)

What is recorded stands in covid_recorded.csv with its sources: the direction of each decision (up: to the
centre), and whether what moved was the level at which it is taken (`level`), how closely the centre follows
it (`intensity`), or whether it was there at all (`created`, `suspended`). Only the first are compared by
level, and the second by monitoring. Agreement is counted beside that of a rule that knows only the type:
inputs up, the rest down.
"""

from __future__ import annotations

import csv
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

import optimiser
from optimiser import Instance
from optimiser.design.evaluated import Evaluated
from optimiser.studies.compare.two_instances import Other

Array = np.ndarray
HERE = Path(__file__).resolve().parent
FEATURES = ("urgency", "absence", "oversight")
WAVE = "first_wave"
LITTLE = 0.05  # of a level, or of full monitoring: what moves less does not move


@dataclass(frozen=True)
class Recorded:
    """What happened to one decision."""

    decision: str
    type: str
    direction: str  # up, down, both or none
    moved: str  # level, intensity, created, suspended, or empty

    @property
    def by_type(self) -> str:
        """What a rule would say that knows only the type."""
        return "up" if self.type == "input" else "down"


def recorded() -> list[Recorded]:
    """The decisions in covid_recorded.csv."""
    with (HERE / "covid_recorded.csv").open(encoding="utf-8", newline="") as file:
        return [
            Recorded(row["decision"], row["type"], row["direction"], row["moved"])
            for row in csv.DictReader(file)
        ]


def direction(up: float, down: float) -> str:
    """The direction of a move, given how far it goes up and how far down, a little of either being none."""
    words = {(True, True): "both", (True, False): "up", (False, True): "down", (False, False): "none"}
    return words[up >= LITTLE, down >= LITTLE]


def agreement(facts: Sequence[Recorded], found: Mapping[str, str]) -> tuple[int, int, int]:
    """How many directions were found as recorded, how many the rule by type has right, and of how many."""
    there = [fact for fact in facts if fact.decision in found]
    right = sum(found[fact.decision] == fact.direction for fact in there)
    return right, sum(fact.by_type == fact.direction for fact in there), len(there)


def as_it_was(instance: Instance) -> Instance:
    """Normal times for certain."""
    return instance.replace("scenarios.normal.probability", set=1)


def in_the_pandemic(instance: Instance) -> Instance:
    """The scenario that is certain, as the pandemic is."""
    scenarios = instance["scenarios"]
    row = list(scenarios["scenario"]).index(WAVE)
    shared = [name for name in scenarios if name.startswith("correlation.") and scenarios[name][row] >= -1]
    for feature in (*FEATURES, *shared):
        instance = instance.replace(f"scenarios.normal.{feature}", set=float(scenarios[feature][row]))
    return instance


def moved(instance: Instance, start: Array, end: Array) -> dict[str, str]:
    """Decision -> direction between two designs (D, O) of positions of levels."""
    share = instance.population / instance.population.sum()
    up, down = np.maximum(0, start - end) @ share, np.maximum(0, end - start) @ share
    return dict(zip(instance["decisions"]["decision"], map(direction, up, down), strict=True))


def watched(instance: Instance, start: Evaluated, end: Evaluated) -> dict[str, str]:
    """Decision -> direction in which monitoring changes, where a design has it below the centre."""
    more = end.monitored - start.monitored
    names, below = instance["decisions"]["decision"], np.maximum(start.held, end.held).max(axis=1)
    return {
        name: direction(change, -change)
        for name, change, there in zip(names, more, below, strict=True)
        if there > 0
    }


def counted(title: str, facts: Sequence[Recorded], found: Mapping[str, str]) -> None:
    """Say how many agree, beside the rule by type."""
    right, by_type, of = agreement(facts, found)
    print(f"  {title:<58} {right:>2} of {of}   the rule by type: {by_type}")


def where(instance: Instance, design: Evaluated, decision: str) -> str:
    """At which levels a design has a decision, most localities first."""
    held = design.held[list(instance["decisions"]["decision"]).index(decision)]
    levels, counts = np.unique(held, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return " ".join(
        instance["levels"]["level"][levels[i]] + (f" {counts[i]}/{len(held)}" if len(levels) > 1 else "")
        for i in order
    )


LACKS = {  # what the model does not know, where the ends of the ladder do not say it
    "ppe_distribution": "Nothing is rationed: protective equipment is no resource of the instance, and to "
    "pool what all need at once is worth little.",
    "elective_suspension": "The beds that a national stop frees are not in the model, nor is the power to "
    "order one.",
    "virtual_wards": "The trusts below the rating bar may not hold it, and with that urgency a system is "
    "too late as well: what is late anywhere goes where it is answered for.",
}


def why_not(fact: Recorded, instance: Instance, current: Evaluated, after: Evaluated) -> str:
    """What stands in the way of the direction recorded."""
    d = list(instance["decisions"]["decision"]).index(fact.decision)
    if fact.direction == "both":
        return "The record splits it between two levels; the model holds it at one for each trust."
    if fact.direction == "down" and (current.held[d] == instance["levels"].rows - 1).all():
        return "At the trusts in 2019 already: no level below them, such as wards, is in the model."
    if fact.direction == "up" and (current.held[d] == 0).all():
        return "At the centre in 2019 already."
    places = (where(instance, design, fact.decision) for design in (current, after))
    return " ".join(["2019 {}, pandemic {}.".format(*places), LACKS.get(fact.decision, "")]).strip()


@click.command(help=__doc__)
@click.option("--gap", default=1e-3, show_default=True, help="To prove for each design.")
@click.option("--time-limit", type=float, help="Seconds for all of it.")
def main(gap: float, time_limit: float | None) -> None:
    """Compare, and print what was recorded beside what was found."""
    shipped = optimiser.read("instances/england")
    before = as_it_was(shipped)
    found = optimiser.compare(
        before, others=[in_the_pandemic(before)], reach=False, gap=gap, time_limit=time_limit
    )
    there = next(design for design in found.designs if design.name == "current")
    three = (there, found.designs[0], found.others[0].best)
    current, normal, after = (design.evaluated for design in three)
    if current is None or normal is None or after is None:
        raise click.ClickException("time ran out before all three designs were found")
    print(f"In normal times England as in 2019 is worth {current.value:.5f}, the best {normal.value:.5f}.")
    print(f"In the pandemic the best is worth {after.value:.5f}.")
    print(f"{found.run['solves']} solves to a gap of {gap:g} in {found.run['seconds']:.0f} s with HiGHS\n")
    facts = recorded()
    ways = {
        "2019 to pandemic": moved(before, current.held, after.held),
        "2019 to normal": moved(before, current.held, normal.held),
        "normal to pandemic": moved(before, normal.held, after.held),
    }
    show(facts, before, (current, normal, after), ways)
    count(facts, before, (current, normal, after), ways)
    attribute(found.others[0])


def count(
    facts: Sequence[Recorded],
    instance: Instance,
    designs: Sequence[Evaluated],
    ways: Mapping[str, Mapping[str, str]],
) -> None:
    """How far it agrees, and each disagreement."""
    current, normal, after = designs
    listed = set(instance["current"]["decision"])
    by_level = [fact for fact in facts if fact.moved == "level" and fact.decision in listed]
    print("\nAGREEMENT BY LEVEL (decisions that moved by level, of those in current.csv)")
    for way, directions in ways.items():
        counted(f"from {way}", by_level, directions)
    by_watch = [fact for fact in facts if fact.moved == "intensity"]
    print("AGREEMENT BY MONITORING (whose intensity changed; what the centre holds is not monitored)")
    for way, start in (("2019 to pandemic", current), ("normal to pandemic", normal)):
        counted(f"from {way}", by_watch, watched(instance, start, after))
    print("\nDISAGREEMENTS BY LEVEL, from 2019 to pandemic")
    for fact in by_level:
        there = ways["2019 to pandemic"][fact.decision]
        if there != fact.direction:
            print(f"  {fact.decision}: recorded {fact.direction}, found {there}")
            why = why_not(fact, instance, current, after)
            print(textwrap.fill(why, 100, initial_indent="    ", subsequent_indent="    "))


def attribute(other: Other) -> None:
    """Which features of the pandemic move the best design."""
    print("\nWHAT MOVES THE BEST DESIGN FROM NORMAL TIMES TO THE PANDEMIC (levels up; Shapley values)")
    if other.attribution is None:
        print(f"  {other.reason}")
        return
    for row in other.attribution.to_dict()["decisions"]:
        levels = {name.partition(".")[2]: part for name, part in row["levels"].items() if abs(part) >= 5e-3}
        parts = ", ".join(f"{name} {part:+.2f}" for name, part in levels.items())
        whole = round(sum(row["levels"].values()), 2) + 0.0
        print(f"  {row['decision']:<22}{whole:+.2f}  {parts}")


def show(
    facts: Sequence[Recorded],
    instance: Instance,
    designs: Sequence[Evaluated],
    ways: Mapping[str, Mapping[str, str]],
) -> None:
    """The table: what was recorded, where each design has it, what was found."""
    head = ("decision", "type", "what moved", "recorded", "found", "2019", "normal", "pandemic")
    listed, known = set(instance["current"]["decision"]), set(instance["decisions"]["decision"])
    rows: list[tuple[str, ...]] = [head]
    for fact in facts:
        if fact.decision not in known:
            continue
        old = fact.decision in listed
        places = [where(instance, design, fact.decision) for design in designs]
        rows.append((
            fact.decision, fact.type, fact.moved or "-", fact.direction,
            ways["2019 to pandemic"][fact.decision] if old else "-", places[0] if old else "-", *places[1:],
        ))  # fmt: skip
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    missing = [fact.decision for fact in facts if fact.decision not in known]
    print(f"  not in instances/england: {', '.join(missing)}")


if __name__ == "__main__":
    main()
