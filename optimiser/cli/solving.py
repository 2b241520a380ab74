"""The verbs that find a design and judge one: solve, verify."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from optimiser.cli.options import NUMBER, PAIRS, merged, named, names, refuse_malformed
from optimiser.cli.say import as_json, end_progress, instance, progress, reading, say, say_json, why, written
from optimiser.signals import unbroken

if TYPE_CHECKING:
    from optimiser.design.design import Design

out = click.option("--out", metavar="DIR", help="Also write result.json and CSV tables into this folder.")
fix = click.option(
    "--fix", multiple=True, metavar="DECISION[@ORGANISATION]=LEVEL", help="Hold it there. Repeatable."
)


at_least = click.option(
    "--at-least", type=PAIRS, multiple=True, metavar="OBJECTIVE=VALUE", help="Reach this. Repeatable."
)


@click.command(short_help="What should sit where? The best design, verified.")
@instance
@click.option("--weights", type=PAIRS, metavar="A=2,B=1", help="Weights; those not named are 0.")
@fix
@click.option(
    "--lexicographic", metavar="A,B,C", help="Objectives one after the other, the first to its best."
)
@at_least
@click.option(
    "--gap",
    type=NUMBER,
    default=1e-6,
    metavar="SHARE",
    show_default=True,
    help="Stop when the bound is this close to the value.",
)
@click.option(
    "--time-limit",
    type=NUMBER,
    metavar="SECONDS",
    help="Stop by then, with the best so far; to finish that takes a few seconds more.",
)
@click.option(
    "--threads",
    type=NUMBER,
    default=1,
    metavar="N",
    show_default=True,
    help="Threads of the solver.",
)
@click.option(
    "--start", metavar="DESIGN", help="Begin from this: a result folder, a result.json or a CSV by hand."
)
@out
@as_json
def solve(
    instance: str,
    weights: dict[str, float] | None,
    fix: tuple[str, ...],
    lexicographic: str | None,
    at_least: tuple[dict[str, float], ...],
    gap: float,
    time_limit: float | None,
    threads: int,
    start: str | None,
    out: str | None,
    as_json: bool,
) -> int:
    """What should sit where? The best design, proven and verified.

    \b
    Example
      optimiser solve instances/archetype --weights accountability=1,responsiveness=2
      optimiser solve instances/archetype --fix P1=central --out results/p1
      optimiser solve instances/archetype --start results/p1
    """
    from optimiser.solver.solve import solve as find

    fixed, floors = named(fix, "--fix"), merged(at_least, "--at-least")
    refuse_malformed("solve", out)
    try:
        design = find(
            reading(instance),
            weights=weights,
            fix=fixed,
            lexicographic=names(lexicographic) if lexicographic is not None else (),
            at_least=floors,
            gap=gap,
            time_limit=time_limit,
            threads=threads,
            progress=progress(),
            start=start,
        )
    finally:
        end_progress()
    _show(design, out, as_json)
    return _solved(design)


@click.command(short_help="Can I trust it? A result, or a design made by hand.")
@instance
@click.argument("result", metavar="RESULT")
@out
@as_json
def verify(instance: str, result: str, out: str | None, as_json: bool) -> int:
    """Can I trust it? RESULT is a result folder, a result.json, or a CSV decision,organisation,level.

    \b
    Example
      optimiser verify instances/archetype results/p1
      optimiser verify instances/archetype mine.csv
    """
    from optimiser.solver.verify import verify as judge

    refuse_malformed("verify", out)
    design = judge(reading(instance), result)
    _show(design, out, as_json)
    if not design.found:
        return _solved(design)
    return 0 if design.verified else 6


def _show(design: Design, out: str | None, as_json: bool) -> None:
    from optimiser.cli.text import design_text

    with unbroken():
        if as_json:
            say_json(design.to_dict())
        else:
            say(design_text(design))
            if design.status == "infeasible":
                say(f"\nWhat cannot hold together is said by\n  {why()}")
        if out is not None:  # last: what was found is said even where the disk fails
            written(design.save(out), out)


def _solved(design: Design) -> int:
    """The exit code of a solve."""
    if design.interrupted:
        return 130
    if design.found and not design.verified:
        return 6
    return {"optimal": 0, "infeasible": 3, "feasible": 4, "unknown": 5}[design.status]
