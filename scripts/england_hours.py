"""Find the share of trusts' staff time at which burdens begin to bind, and what yields first.

    python scripts/england_hours.py [--gap 1e-3] [--time-limit SECONDS]

Solves instances/england with less and less of its trusts' hours. A line a share: the value, and how many
trusts use all their hours in some scenario. Below it the first of these, and what each does otherwise than
with the hours that ship: what it holds no longer, and what it exercises a hundredth or more less in some
scenario. Where nothing is feasible, why.
"""

from __future__ import annotations

import click
from england_variants import trust_hours

import optimiser
from optimiser import Design

SHARE = 0.375  # percent of staff time that the instance counts as there for decisions: sources.csv
TIMES = (1.0, 0.8, 0.65, 0.55, 0.5, 0.47, 0.45, 0.43, 0.41)
USED_UP = 1 - 1e-6  # of the hours there are: then one more burden makes something yield
VISIBLE = 0.01  # of the decision space
NAMED = 4

Place = tuple[str, str]


def used_up(design: Design, trusts: tuple[str, ...]) -> list[str]:
    """The trusts that have no hour left in some scenario."""
    full = {row["organisation"] for row in design.rows("staff") if row["used"] >= USED_UP * row["available"]}
    return [trust for trust in trusts if trust in full]


def held(design: Design, trust: str) -> dict[str, str]:
    """Decision -> the level that holds it for a trust."""
    rows = design.rows("design")
    return {row["decision"]: row["level"] for row in rows if row["organisation"] in ("", trust)}


def exercised(design: Design, trust: str) -> dict[Place, float]:
    """(decision, scenario) -> how far it is exercised for a trust, wherever it is held."""
    rows = design.rows("exercised")
    return {(r["decision"], r["scenario"]): r["exercised"] for r in rows if r["organisation"] == trust}


def yielded(design: Design, base: Design, trust: str) -> str:
    """What is otherwise for a trust than in another design."""
    now, before = held(design, trust), held(base, trust)
    phrases = [f"{d} to {now[d]}" for d in now if before[d] == "trust" != now[d]]
    does, did = exercised(design, trust), exercised(base, trust)
    for decision, level in now.items():
        losses = [did[key] - does[key] for key in does if key[0] == decision and key in did]
        if level == before[decision] and losses and max(losses) >= VISIBLE:
            phrases.append(f"{decision} (at {level}) exercised {max(losses):.2f} less")
    return ", ".join(phrases) or "all as before"


@click.command(help=__doc__)
@click.option("--gap", default=1e-3, show_default=True)
@click.option("--time-limit", default=120.0, show_default=True, help="Seconds a solve.")
def main(gap: float, time_limit: float) -> None:
    """Solve with less and less, and print what yields."""
    shipped = optimiser.read("instances/england")
    base = None
    for times in TIMES:
        instance = trust_hours(times)(shipped)
        design = optimiser.solve(instance, gap=gap, time_limit=time_limit)
        head = f"{SHARE * times:.3f} % of staff time"
        if not design.found:
            click.echo(f"{head}: {design.status}")
            for requirement in optimiser.diagnose(instance).conflict:
                click.echo(f"    {requirement.text}")
            break
        base = base or design
        full = used_up(design, shipped.localities)
        said = f"trusts with no hour left: {len(full)} of {len(shipped.localities)}"
        click.echo(f"{head}: value {design.value:.5f}, gap {100 * design.gap:.2f} %; {said}")
        for trust in full[:NAMED]:
            click.echo(f"    {trust}: {yielded(design, base, trust)}")


if __name__ == "__main__":
    main()
