"""On which rates England's path hangs: find it again with each at either end of its plausible range.

    python scripts/england_path.py [--gap 1e-3] [--foresight none] [--only path.learn]

The rates are those of instances/england-path whose range sources.csv gives: what a move costs, and how fast
skill and morale come and go. Prints what the path is worth, and the decisions that go another way than as it
ships. Every line is a path of its own, of half a minute without foresight.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import click

import optimiser
from optimiser import Instance
from optimiser.studies.path.path import Path

RATES = {("path", name) for name in ("learn", "heal", "hurt", "burn")} | {("decisions", "switch_cost")}


def variants(instance: Instance) -> Iterator[tuple[str, Instance]]:
    """As it ships, and with each rate at either end."""
    yield "as it ships", instance
    for row in instance["sources"].frame().to_dict("records"):
        if (row["table"], row["column"]) in RATES:
            name = f"{row['table']}.{row['column']}"
            for end in ("low", "high"):
                yield f"{name} x {row[end]:g}", instance.replace(name, multiply=row[end])


def ways(path: Path, foresight: str) -> dict[str, str]:
    """Decision -> where it is held, 'trust, centre from first_wave, trust from lull'."""
    held: dict[str, list[tuple[str, str]]] = {}
    for row in path.frame("design").to_dict("records"):
        if row["foresight"] == foresight:
            held.setdefault(row["decision"], []).append((row["level"], row["period"]))
    found = {}
    for decision, periods in held.items():
        first, *others = (next(same) for _, same in groupby(periods, key=lambda each: each[0]))
        found[decision] = ", ".join([first[0], *(f"{level} from {since}" for level, since in others)])
    return found


@click.command(help=__doc__)
@click.option("--gap", default=1e-3, show_default=True)
@click.option("--foresight", default="none", show_default=True, type=click.Choice(["none", "path"]))
@click.option("--only", multiple=True, help="A rate to change; repeatable. Default: all.")
def main(gap: float, foresight: str, only: tuple[str, ...]) -> None:
    """Find the paths and print what goes another way."""
    base: dict[str, str] = {}
    for name, instance in variants(optimiser.read("instances/england-path")):
        if base and only and name.split(" ")[0] not in only:
            continue
        path = optimiser.path(instance, foresight=[foresight], gap=gap)
        click.echo(f"{name}: {path.walks[foresight].value:.5f}")
        now = ways(path, foresight)
        for decision, way in now.items():
            if base and way != base[decision]:
                click.echo(f"    {decision}: {way}")
        base = base or now


if __name__ == "__main__":
    main()
