"""Find the share of trusts' staff time at which burdens begin to bind, and what yields first.

    python scripts/england_hours.py [--gap 1e-3] [--time-limit SECONDS]

Solves instances/england with less and less of its trusts' hours. A line a share: the value, how many trusts
use all hours in some scenario; below it what trusts do less of than with the hours that ship: what fewer
hold, and what they exercise less or more, by a hundredth or over in the mean of those that hold it in both.
"""

from __future__ import annotations

from collections import defaultdict

import click
from england_variants import places, said, trust_hours

import optimiser
from optimiser import Design

SHARE = 0.375  # percent of staff time that the instance counts as there for decisions: sources.csv
TIMES = (1.0, 0.8, 0.65, 0.5, 0.4, 0.35, 0.3, 0.25, 0.2)
USED_UP = 1 - 1e-6  # of the hours there are: then one more burden makes something yield
VISIBLE = 0.01  # of the decision space


def used_up(design: Design, trusts: set[str]) -> int:
    """How many trusts have no hour left in some scenario."""
    full = {
        row["organisation"]
        for row in design.rows("staff")
        if row["organisation"] in trusts and row["used"] >= USED_UP * row["available"]
    }
    return len(full)


def exercised(design: Design) -> dict[str, dict[tuple[str, str], float]]:
    """Decision -> how far each trust that holds it exercises it, by scenario."""
    found: dict[str, dict[tuple[str, str], float]] = defaultdict(dict)
    for row in design.rows("exercised"):
        if row["level"] == "trust":
            found[row["decision"]][row["organisation"], row["scenario"]] = row["exercised"]
    return found


def yielded(design: Design, base: Design) -> list[str]:
    """What trusts hold or exercise otherwise than in another design, a phrase each."""
    now, before = places(design), places(base)
    phrases = [f"{d} {said(now[d])}" for d in now if now[d]["trust"] < before[d]["trust"]]
    does, did = exercised(design), exercised(base)
    for decision in does:
        both = does[decision].keys() & did[decision].keys()
        if not both:
            continue
        change = sum(does[decision][key] - did[decision][key] for key in both) / len(both)
        if abs(change) >= VISIBLE:
            phrases.append(f"{decision} exercised {change:+.2f}")
    return phrases


@click.command(help=__doc__)
@click.option("--gap", default=1e-3, show_default=True)
@click.option("--time-limit", default=120.0, show_default=True, help="Seconds a solve.")
def main(gap: float, time_limit: float) -> None:
    """Solve with less and less, and print what yields."""
    shipped = optimiser.read("instances/england")
    trusts = set(shipped.localities)
    base = None
    for times in TIMES:
        design = optimiser.solve(trust_hours(times)(shipped), gap=gap, time_limit=time_limit)
        head = f"{SHARE * times:.3f} % of staff time"
        if not design.found:
            click.echo(f"{head}: {design.status}")
            continue
        base = base or design
        click.echo(
            f"{head}: value {design.value:.5f}, gap {100 * design.gap:.2f} %, "
            f"{used_up(design, trusts)} of {len(trusts)} trusts with no hour left"
        )
        for phrase in yielded(design, base):
            click.echo(f"    {phrase}")


if __name__ == "__main__":
    main()
