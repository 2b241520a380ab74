"""What the judgements in instances/england do to its design: solve it again with some of them changed.

    python scripts/england_variants.py [--gap 1e-3] [--only NAME]

Prints a table: each variant's value and gap, and the decisions that sit elsewhere than in the design of the
instance as it ships. Every line is a solve of its own, of about a minute.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import click

import optimiser
from optimiser import Design, Instance

SPREAD = 0.2  # of willingness and ability between the best and the worst trust, as the instance has it
WEIGHED = ("risk_pooling", "accountability", "responsiveness", "resilience")


def all_stakes_one(instance: Instance) -> Instance:
    """Every decision matters equally on every objective."""
    for objective in instance.objectives:
        if objective != "resilience":
            instance = instance.replace(f"decisions.stake_{objective}", set=1.0)
    return instance


def with_spread(spread: float) -> Callable[[Instance], Instance]:
    """Willingness and ability of the trusts, the worst at 1 - spread: 1 - (1 - x) spread / 0.2."""

    def change(instance: Instance) -> Instance:
        for column in ("willingness", "ability"):
            path, trusts = f"organisations.{column}", {"level": "trust"}
            if spread == 0:
                instance = instance.replace(path, set=1.0, where=trusts)
            else:
                times = spread / SPREAD
                instance = instance.replace(path, add=(1 - times) / times, where=trusts)
                instance = instance.replace(path, multiply=times, where=trusts)
        return instance

    return change


def trust_hours(times: float) -> Callable[[Instance], Instance]:
    """What share of a trust's staff time there is for decisions."""
    return lambda i: i.replace("organisations.staff_hours", multiply=times, where={"level": "trust"})


VARIANTS: dict[str, tuple[Callable[[Instance], Instance], dict[str, float] | None]] = {
    "as it ships": (lambda i: i, None),
    "all stakes 1": (all_stakes_one, None),
    "spread 0.5": (with_spread(0.5), None),
    "trusts' hours, low end": (trust_hours(0.5), None),
    "trusts' hours, high end": (trust_hours(2.5), None),
    **{f"without {g}": (lambda i: i, {other: 1.0 for other in WEIGHED if other != g}) for g in WEIGHED},
    "with economy and solidarity": (lambda i: i, dict.fromkeys((*WEIGHED, "economy", "solidarity"), 1.0)),
}


def places(design: Design) -> dict[str, Counter[str]]:
    """Decision -> how many of its rows sit at each level."""
    found: dict[str, Counter[str]] = {}
    for row in design.rows("design"):
        found.setdefault(row["decision"], Counter())[row["level"]] += 1
    return found


def said(levels: Counter[str]) -> str:
    """'trust', or '96 trust 24 centre' for a decision that differs by trust."""
    if len(levels) == 1:
        return next(iter(levels))
    return " ".join(f"{count} {level}" for level, count in levels.most_common())


@click.command(help=__doc__)
@click.option("--gap", default=1e-3, show_default=True)
@click.option("--only", multiple=True, help="A variant to solve; repeatable. Default: all.")
@click.option("--time-limit", default=60.0, show_default=True, help="Seconds a variant.")
def main(gap: float, only: tuple[str, ...], time_limit: float) -> None:
    """Solve the variants and print what moves."""
    shipped = optimiser.read("instances/england")
    base: dict[str, Counter[str]] = {}
    for name, (change, weights) in VARIANTS.items():
        if only and name not in (*only, "as it ships"):
            continue
        try:
            design = optimiser.solve(change(shipped), weights=weights, gap=gap, time_limit=time_limit)
        except optimiser.InputError as error:
            click.echo(f"{name}: {error}")
            continue
        if not design.found:
            click.echo(f"{name}: {design.status}")
            continue
        click.echo(f"{name}: value {design.value:.5f}, gap {100 * design.gap:.4f} %, {design.status}")
        there = places(design)
        for decision, levels in there.items():
            if not base or levels != base[decision]:
                click.echo(f"    {decision}: {said(levels)}")
        base = base or there


if __name__ == "__main__":
    main()
