"""The verb replay, and its text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from optimiser.cli.options import DESIGNS, FIGURE, NUMBER, WEIGHED_STUDY, amounts, by_their_paths
from optimiser.cli.question import Question
from optimiser.cli.text import ending, opening
from optimiser.terminal import amounts as alike
from optimiser.terminal import columns, counted, fixed, page, paragraph, percent

if TYPE_CHECKING:
    from optimiser.studies.replay.half_life import HalfLife
    from optimiser.studies.replay.outcome import Outcome
    from optimiser.studies.replay.replay import Replay
    from optimiser.studies.replay.series import Series

verb = Question(
    "replay",
    summary="What would have happened? Designs run through a real series of demand.",
    help="""What would have happened? Designs run through a real series of demand, day by day.

    SERIES.csv has the columns date (2020-10-01), organisation (a locality), resource, demand and, in place
    of the instance's, capacity: every day, and on it every locality of a resource.

    \b
    Example
      optimiser replay instances/germany-icu instances/germany-icu/replay/icu.csv
      optimiser replay instances/germany-icu instances/germany-icu/replay/icu.csv \\
          --delays 0,3,7,14 --mobilisation 1 --figure replay.svg
    """,
    options=[
        click.Argument(["series"], metavar="SERIES.csv"),
        DESIGNS,
        click.Option(
            ["--delays"],
            callback=amounts,
            metavar="DAYS,DAYS",
            help="What is left of the gain when it rests on figures so many days old, and its half-life; "
            "without --design nothing is solved.",
        ),
        click.Option(
            ["--mobilisation"],
            type=NUMBER,
            metavar="SHARE",
            help="Of what is lent so much arrives, in place of the levels' shares.",
        ),
        click.Option(
            ["--fit-until"],
            metavar="DATE",
            help="Fit half-lives to the days before this one, and hold them against the others.",
        ),
        *WEIGHED_STUDY,
        FIGURE,
    ],
    arguments=by_their_paths,
)


@verb.page
def replay_text(found: Replay) -> str:
    """What each design leaves unmet, and how the gain ages."""
    end = ending(found.unfinished, found.interrupted, found.run)
    if not found.run["solves"]:
        end = paragraph(f"in {found.run['seconds']:.1f} s; nothing was solved")
    sections = [[*opening(found), *end]]
    for series in found.series:
        sections += [_outcomes(found, series), _ages(found, series), _half_lives(found, series)]
    return page(sections)


def _outcomes(found: Replay, series: Series) -> list[str]:
    """What happened, in sentences, and the table."""
    every = found.of(series)
    unmet = _amounts([each.unmet for each in every])
    rows = [("design", "held at", "days old", "unmet", "of demand", "removed")]
    for each, amount in zip(every, unmet, strict=True):
        age = "" if each.delay is None else str(each.delay)
        share = percent(each.unmet / each.demand) if each.demand else "-"
        removed = "-" if each.removed is None else percent(each.removed)
        rows.append((each.design, ", ".join(each.levels), age, amount, share, removed))
    lines = [f"WHAT WOULD HAVE HAPPENED TO {series.resource}"]
    for said in _story(found, series):
        lines += paragraph(said)
    lines += columns(rows, right=(2, 3, 4, 5))
    return lines + paragraph(
        f"Held at: who decides about {series.decision}. Days old: the figures that help was planned with. "
        "Removed: of what stays unmet with nobody's help."
    )


def _amounts(numbers: Sequence[float]) -> list[str]:
    """Whole where they are large."""
    return [fixed(number, 0) for number in numbers] if max(numbers) >= 1000 else alike(numbers)


def _story(found: Replay, series: Series) -> Iterator[str]:
    """What happened, a sentence each."""
    nobody, best = found.nobody(series), found.foremost(series)
    everybody = found.of(series)[-1]
    whom = counted(len(series.places), "locality", "localities")
    days = int((series.short.sum(axis=1) > 0).sum())
    span = f"Of {counted(len(series.dates), 'day')} from {series.dates[0]} to {series.dates[-1]}"
    if not nobody.unmet:
        yield f"{span}, there was none on which any of {whom} was short."
        return
    yield (
        f"{span}, {days} saw some of {whom} short: with nobody's help "
        f" {fixed(nobody.unmet, 0)} of {fixed(nobody.demand, 0)} would have stayed unmet."
    )
    yield (
        f"Everybody's help at once would have removed {percent(everybody.removed or 0)} of that: "
        f"{_limit(found, everybody)}."
    )
    if best:
        removed = best[0].removed or 0
        rest = percent(removed / everybody.removed) if everybody.removed else "none"
        most = f"{found.removing(series)} most: {percent(removed)}, {rest} of what help could"
        yield f"Of the designs, {most}." if removed else "None of the designs removes any."


def _limit(found: Replay, everybody: Outcome) -> str:
    """What keeps help from removing more."""
    if not everybody.unmet:
        return "there was enough, only elsewhere"
    all_arrives = found.asked.get("mobilisation") in (None, 1)
    return "for the rest nobody had any to spare" + (
        "" if all_arrives else ", or what was lent did not arrive"
    )


def _ages(found: Replay, series: Series) -> list[str]:
    """What is left of the gain at each delay asked for."""
    levels = [each for each in found.ageing if each.series is series]
    if not levels:
        return []
    rows = [
        ("figures of", *("today" if not days else counted(days, "day") + " ago" for days in found.delays))
    ]
    for each in levels:
        kept = [each.kept(days) for days in found.delays]
        rows.append((each.level, *("-" if share is None else percent(share) for share in kept)))
    lines = [f"WHAT OLDER FIGURES LEAVE OF THE GAIN IN {series.resource}, BY THE LEVEL THAT ARRANGES HELP"]
    lines += columns(rows, right=range(1, len(rows[0])))
    local = found.instance["levels"]["level"][-1]
    neighbours = f"{local}: localities under the same organisation help each other."
    return lines + (paragraph(neighbours) if levels[-1].level == local else [])


def _half_lives(found: Replay, series: Series) -> list[str]:
    """The half-lives, and how well they fit."""
    levels = [
        (each.level, half) for each in found.ageing if each.series is series for half in each.half_lives
    ]
    if not levels:
        return []
    after = any(half.residual_after is not None for _, half in levels)
    rows = [("level", "half-life", "floor", "off by", *(["off by after"] if after else []))]
    for level, half in levels:
        rows.append((level, *_half_life(half), *([fixed(half.residual_after, 4)] if after else [])))
    lines = ["ITS HALF-LIFE (days)", *columns(rows, right=range(1, len(rows[0])))]
    said = "Kept = floor + (1 - floor) 2^(-delay / half-life), by least squares over delays of 1 to 28 days."
    said += f" With the floor at 0 it is a measured half_life_days for {series.decision}."
    if after:
        said += f" Fitted to the days before {found.asked['fit_until']}; off by after: on the others."
    return lines + paragraph(said)


def _half_life(half: HalfLife) -> tuple[str, str, str]:
    days = "none seen" if half.days is None else fixed(half.days, 2)
    return days, fixed(half.floor, 3), fixed(half.residual, 4)
