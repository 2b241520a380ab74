"""England as it was and in the pandemic: do decisions move in the model as they moved in 2020?

    python scripts/covid_replay.py [--gap 1e-3] [--time-limit SECONDS]

Three designs are compared: the arrangement of 2019 (current.csv), the best design in normal times, and the best
design were the pandemic to last: the scenario `normal` with the urgency, absence, oversight and common shock of
the scenario `pandemic`. What is recorded stands in covid_recorded.csv with its sources: the direction of each
decision (up: to the centre) and whether what moved was the level at which it is taken (`level`), how closely
the centre watches it (`intensity`), or whether it was there at all (`created`, `suspended`). Only the first
are compared by level, and the second by monitoring. Agreement is counted beside that of a rule that knows
only the type: inputs up, the rest down.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

import optimiser
from optimiser import Instance

HERE = Path(__file__).resolve().parent
FEATURES = ("urgency", "absence", "oversight", "correlation")
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
    row = list(scenarios["scenario"]).index("pandemic")
    for feature in FEATURES:
        instance = instance.replace(f"scenarios.normal.{feature}", set=float(scenarios[feature][row]))
    return instance


def levels_moved(instance: Instance, start: Sequence[dict[str, str]], end: Sequence[dict[str, str]]) -> dict[str, str]:
    """Decision -> direction between two designs given as rows decision, organisation, level."""
    depth = {name: i for i, name in enumerate(instance["levels"]["level"])}
    share = dict(zip(instance.localities, instance.population / instance.population.sum(), strict=True))
    was = {(row["decision"], row["organisation"]): depth[row["level"]] for row in start}
    up, down = ({name: 0.0 for name in instance["decisions"]["decision"]} for _ in range(2))
    for row in end:
        place = row["organisation"]
        steps = was[row["decision"], place] - depth[row["level"]]
        (up if steps > 0 else down)[row["decision"]] += abs(steps) * share.get(place, 1.0)
    return {name: direction(up[name], down[name]) for name in up}


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
    print(found)


if __name__ == "__main__":
    main()
