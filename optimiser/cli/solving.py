"""The verbs that find a design and judge one: solve, verify."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import click

from optimiser.cli.say import as_json, end_progress, instance, progress, say, say_json, written

if TYPE_CHECKING:
    from optimiser.design import Design

out = click.option("--out", metavar="DIR", help="Also write result.json and CSV tables into this folder.")
fix = click.option(
    "--fix", multiple=True, metavar="DECISION[@ORGANISATION]=LEVEL", help="Hold it there. Repeatable."
)


def pairs(text: str) -> dict[str, float]:
    """NAME=NUMBER, or several with commas between, as a dict."""
    found: dict[str, float] = {}
    for part in text.split(","):
        name, equals, number = (piece.strip() for piece in part.partition("="))
        if not (name and equals):
            raise click.BadParameter(f"{part!r} is not NAME=NUMBER")
        if name in found:
            raise click.BadParameter(f"{name!r} is given twice")
        try:
            found[name] = float(number)
        except ValueError:
            found[name] = math.nan
        if not math.isfinite(found[name]):
            raise click.BadParameter(f"{number!r} (for {name}) is not a number")
    return found


def finite(_: click.Context, __: click.Parameter, value: float | None) -> float | None:
    """What a range lets through: nan and inf."""
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"{value} is not a finite number")
    return value


def named(values: tuple[str, ...], option: str) -> dict[str, str]:
    """NAME=WORD, each option one, as a dict."""
    words: dict[str, str] = {}
    for value in values:
        name, equals, word = (piece.strip() for piece in value.rpartition("="))
        if not (name and equals and word):
            raise click.UsageError(f"{option}: {value!r} is not of the form NAME=WORD")
        if name in words:
            raise click.UsageError(f"{option}: {name!r} is given twice")
        words[name] = word
    return words


def merged(values: tuple[dict[str, float], ...], option: str) -> dict[str, float]:
    """NAME=NUMBER, or several with commas between, each option some, as a dict."""
    numbers: dict[str, float] = {}
    for name, number in (pair for value in values for pair in value.items()):
        if name in numbers:
            raise click.UsageError(f"{option}: {name!r} is given twice")
        numbers[name] = number
    return numbers


at_least = click.option(
    "--at-least", type=pairs, multiple=True, metavar="OBJECTIVE=VALUE", help="Reach this. Repeatable."
)


@click.command(short_help="What should sit where? The best design, verified.")
@instance
@click.option("--weights", type=pairs, metavar="A=2,B=1", help="Weights; those not named are 0.")
@fix
@click.option(
    "--lexicographic", metavar="A,B,C", help="Objectives one after the other, the first to its best."
)
@at_least
@click.option(
    "--gap",
    type=click.FloatRange(0),
    callback=finite,
    default=1e-6,
    metavar="SHARE",
    show_default=True,
    help="Stop when the bound is this close to the value.",
)
@click.option(
    "--time-limit",
    type=click.FloatRange(0, min_open=True),
    callback=finite,
    metavar="SECONDS",
    help="Stop by then, with the best so far.",
)
@click.option(
    "--threads",
    type=click.IntRange(1),
    default=1,
    metavar="N",
    show_default=True,
    help="Threads of the solver.",
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
    out: str | None,
    as_json: bool,
) -> int:
    """What should sit where? The best design, proven and verified.

    \b
    Example
      optimiser solve instances/archetype --weights accountability=1,responsiveness=2
      optimiser solve instances/archetype --fix P1=central --out results/p1
    """
    from optimiser.instance.read import read
    from optimiser.result import check_target
    from optimiser.solver.solve import solve as find

    fixed, floors = named(fix, "--fix"), merged(at_least, "--at-least")
    order = tuple(name.strip() for name in lexicographic.split(",")) if lexicographic else ()
    if out is not None:
        check_target(out, "solve")
    try:
        design = find(
            read(instance),
            weights=weights,
            fix=fixed or None,
            lexicographic=order,
            at_least=floors or None,
            gap=gap,
            time_limit=time_limit,
            threads=threads,
            progress=progress(),
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
    from optimiser.instance.read import read
    from optimiser.result import check_target
    from optimiser.solver.verify import verify as judge

    if out is not None:
        check_target(out, "verify")
    design = judge(read(instance), result)
    _show(design, out, as_json)
    if not design.found:
        return _solved(design)
    return 0 if design.verified else 6


def _show(design: Design, out: str | None, as_json: bool) -> None:
    from optimiser.cli.text import design_text

    if as_json:
        say_json(design.to_dict())
    else:
        say(design_text(design))
    if out is not None:  # last: what was found is said even where the disk fails
        written(design.save(out), out)


def _solved(design: Design) -> int:
    """The exit code of a solve."""
    if design.interrupted:
        return 130
    if design.found and not design.verified:
        return 6
    return {"optimal": 0, "infeasible": 3, "feasible": 4, "unknown": 5}[design.status]
