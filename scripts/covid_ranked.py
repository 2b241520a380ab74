"""Does the model say which decisions the pandemic moved up? Its scores beside what two readers recorded.

    python scripts/covid_ranked.py [--gap 1e-3] [--time-limit 300] [--results FOLDER]

For each decision with a level in 2019 that has one above it: what moving it up is worth were the wave
certain, less the same were normal times certain. Moving up is worth what the best design is worth with the
decision at its best level above, less what the best is worth with it where it was. These scores are ranked
against the record in `scripts/covid`, beside three baselines: the type of the decision, its stakes, and that
nothing moves. Then what the best design of all exercises and monitors more or less in the waves than in
normal times, beside what was recorded.

Each answer is kept in FOLDER as it comes, so that what was stopped goes on where it was; with all there, it
only prints.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import click
import numpy as np
from covid.compared import HEAD, figures, of_decision
from covid.gains import NORMAL, questions, scored
from covid.intensity import intensity
from covid.record import NEW, WAVES, Reading, Sheet, agreed, readings, sheet
from covid.solves import Known, doing, said, values

import optimiser
from optimiser import Instance
from optimiser.terminal import columns, paragraph

SCENARIO = {"first": "first_wave", "second": "second_wave"}
Starts = dict[str, str]  # decision -> level in 2019
Levels = dict[str, list[str]]  # decision -> levels allowed, from the top


def levels_of(instance: Instance) -> Levels:
    """The levels allowed for each decision, from the top."""
    names, decisions = list(instance["levels"]["level"]), instance["decisions"]
    return {
        decision: [level for level in names if not allowed or level in allowed.split(";")]
        for decision, allowed in zip(decisions["decision"], decisions["levels"], strict=True)
    }


def can_move(found: Mapping[str, str], levels: Levels) -> Starts:
    """Those of the levels of 2019 that have a level above them."""
    return {d: level for d, level in found.items() if level in levels.get(d, ()) and level != levels[d][0]}


def say(text: str) -> None:
    """Progress, apart from what is printed at the end."""
    click.echo(text, err=True)


@click.command(help=__doc__)
@click.option("--gap", default=1e-3, show_default=True, help="To prove for each solve.")
@click.option("--time-limit", default=300.0, show_default=True, help="Seconds a solve.")
@click.option(
    "--results",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(__file__).resolve().parent / "covid" / "results",
    help="Where answers are kept. Default: scripts/covid/results.",
)
def main(gap: float, time_limit: float, results: Path) -> None:
    """Solve what is not known yet, and print how it compares."""
    instance, sheets = optimiser.read("instances/england"), (sheet(1), sheet(2))
    levels, record = levels_of(instance), readings(*sheets)
    current = dict(zip(instance["current"]["decision"], instance["current"]["level"], strict=True))
    as_current = [can_move(current, levels)] * len(record)
    as_read = [can_move(reading.starts, levels) for reading in record]
    scenarios = (NORMAL, *SCENARIO.values())
    asked = list(  # what the main figures need first
        dict.fromkeys(q for starts in (*as_current, *as_read) for q in questions(scenarios, starts))
    )
    results.mkdir(parents=True, exist_ok=True)
    known = values(instance, asked, results / "values.csv", gap, time_limit, say)
    done = doing(instance, results / "doing.csv", gap, say)
    wider = [(known[q].gap, q) for q in asked if known[q].gap > 1.001 * gap]
    print(f"{len(asked)} questions, of which {len(asked) - len(wider)} are answered to a gap of {gap:g}")
    if wider:
        widest, question = max(wider)
        print(f"The widest gap is {widest:.2g}: {said(question)}")
    for wave in WAVES:
        print(f"\nTHE {wave.upper()} WAVE: WHAT IT ADDS TO THE WORTH OF MOVING UP (thousandths of value)")
        show(wave, instance, known, as_current[0], record[0])
        print("  2019 as in current.csv:")
        compare(wave, instance, known, record, as_current)
        print("  2019 as in the sheets:")
        compare(wave, instance, known, record, as_read)
    unattainable(current, sheets, record[0], levels)
    kinds = of_decision(instance, "type")
    for wave in WAVES:
        intensity(wave, SCENARIO[wave], kinds, done, sheets)


def show(wave: str, instance: Instance, known: Known, starts: Starts, record: Reading) -> None:
    """The decisions by score beside the record, with the margins."""
    found, _ = scored(known, SCENARIO[wave], starts)
    words = {True: "up", False: "not up", None: "disputed or new"}
    kinds = of_decision(instance, "type")
    rows = [
        (
            one.decision, kinds[one.decision], one.start, one.wave.level,
            *(f"{1000 * x:+.2f}" for x in (one.wave.value, one.normal.value, one.score.value)),
            f"{1000 * one.score.low:+.2f}..{1000 * one.score.high:+.2f}",
            words[record.moved_up.get((one.decision, wave))],
        )
        for one in found
    ]  # fmt: skip
    head = ("decision", "type", "2019", "to", "in wave", "normal", "score", "lies in", "record")
    print("\n".join(columns([head, *rows], right=(4, 5, 6, 7))))
    numbers = sorted(one.score.value for one in found)
    nearest = min((b - a for a, b in pairwise(numbers)), default=np.nan)
    widest = max(one.score.high - one.score.low for one in found)
    print(
        f"  The nearest two scores are {1000 * nearest:.3f} apart, the widest interval {1000 * widest:.2f}."
    )


def compare(
    wave: str,
    instance: Instance,
    known: Known,
    record: Sequence[Reading],
    starts: Sequence[Starts],
) -> None:
    """How well model and baselines rank the record as agreed, and as a reader has it where that differs."""
    rows: list[Sequence[str]] = [HEAD]
    shown: list[dict[str, bool]] = []
    for reading, start in zip(record, starts, strict=True):
        found, impossible = scored(known, SCENARIO[wave], start)
        moved = {d: up for (d, at), up in reading.moved_up.items() if at == wave}
        here = {one.decision: moved[one.decision] for one in found if one.decision in moved}
        if here not in shown:
            rows += figures(reading.name, instance, found, here)
            shown.append(here)
    print("\n".join(columns(rows, right=(2, 3, 4, 5))))
    if len(shown) == 1:
        print("  The same by either reader's own coding.")
    if impossible:
        text = f"Not scored, since no design has it where it was, or above: {', '.join(impossible)}."
        print("\n".join(paragraph(text)))


def unattainable(
    current: Mapping[str, str], sheets: tuple[Sheet, Sheet], record: Reading, levels: Levels
) -> None:
    """What the record moves and the instance cannot, what is new, and where they differ on 2019."""
    top = {d for d, level in current.items() if level == levels[d][0]}
    beyond = dict.fromkeys(d for (d, _), up in record.moved_up.items() if up and d in top)
    codes, _ = agreed(*sheets, lambda coding: coding.code)
    new = dict.fromkeys(d for (d, _), code in codes.items() if code in NEW)
    print("\nOUT OF REACH")
    for heading, those in (
        ("Recorded as moved up, and at the highest level already in current.csv", beyond),
        ("New in the pandemic, with no level of 2019 to leave", new),
        ("At another level in 2019 than both readers have it", elsewhere(current, record.starts)),
    ):
        print("\n".join(paragraph(f"{heading}: {', '.join(those) or 'none'}.")))


def elsewhere(current: Mapping[str, str], read: Mapping[str, str]) -> list[str]:
    """The decisions that current.csv and the readers have at different levels in 2019."""
    return [
        f"{d} ({current[d]}, readers {level})" for d, level in read.items() if current.get(d, level) != level
    ]


if __name__ == "__main__":
    main()
