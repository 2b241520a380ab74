"""What to do about it, in sentences: which design to live with, what to measure, whether to ask for more."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimiser.design.tables import Row
from optimiser.instance.checking.problems import listing
from optimiser.studies.sensitivity.findings.findings import Findings
from optimiser.studies.sensitivity.findings.fixed_designs import Fixed
from optimiser.studies.sensitivity.findings.knowing import FEWEST
from optimiser.studies.sensitivity.findings.rules import possible
from optimiser.studies.sensitivity.schema import DRIVERS, KNOWING, LEVELS
from optimiser.terminal import at_most, counted, percent, small

NEXT = 3  # numbers to measure
HALVED = 4  # times as many samples, for intervals half as wide


def live_with(found: Findings) -> Iterator[str]:
    """The designs that lose least, in the mean and at worst, and what knowing all would add at most."""
    if found.plan.foresight == "none":
        yield (
            "How fixed paths fare, what the gap leaves open and what it would be worth to know are not told "
            "without foresight: the path of short sight is not the best of anything."
        )
    fixed, mean, worst = found.fixed, found.fixed.least_mean, found.fixed.least_worst
    if mean is None or worst is None:
        return
    yield _considered(found)
    so = "" if (fixed.feasible == 1).all() else " (all of a sample's worth where it is not possible)"
    if mean == worst:
        yield f"The one to live with is {_called(fixed, mean)}: it loses least, in the mean and at worst{so}."
    else:
        yield f"The one that loses least in the mean{so} is {_called(fixed, mean)}."
        yield f"The one that loses least at worst is {_called(fixed, worst)}."
    for f in dict.fromkeys((mean, worst)):
        yield _fares(fixed, f)
    yield from _breaking(found, {mean, worst})
    least = float((found.ensemble.bound[fixed.asked] - fixed.worth[:, mean]).mean())
    yield (
        f"Knowing every input before choosing would add at most {at_most(max(0.0, least))} of value in the "
        "mean: an upper bound, because only these designs were compared."
    )


def _considered(found: Findings) -> str:
    """How many designs were held against the samples, and how many of them are always possible."""
    fixed, designs = found.fixed, found.ensemble.held
    known = {held.tobytes() for held in fixed.held.astype(designs.dtype)}
    rest = sum(held.tobytes() not in known for held in designs)
    left = f"; of {counted(rest, 'other')}, met less often, is not known how they fare" if rest else ""
    where = "every sample" if fixed.asked.all() else f"{int(fixed.asked.sum()):,} samples so far"
    always = int((fixed.feasible == 1).sum())
    can = "None is" if not always else "1 is" if always == 1 else f"{always:,} are"
    counts = "" if always == len(fixed.names) else "; where one is not, it counts as worth nothing"
    were = "was" if len(fixed.names) == 1 else "were"
    held = f"{counted(len(fixed.names), 'design')} {were} held against {where}{left}."
    return f"{held} {can} possible in all of them{counts}."


def _fares(fixed: Fixed, f: int) -> str:
    """How one design fares."""
    name, near = _called(fixed, f).capitalize(), percent(fixed.near[f])
    if not fixed.feasible[f]:
        return f"{name} is possible in none."
    there = (
        "" if fixed.feasible[f] == 1 else f"possible in {percent(fixed.feasible[f])} of samples and there "
    )
    return (
        f"{name} is {there}worth {small(fixed.mean[f])} less than the best in the mean and "
        f"{small(fixed.worst[f])} at worst; within 1 % of the best in {near} of samples."
    )


def _called(fixed: Fixed, f: int) -> str:
    name = fixed.names[f]
    return f"design {name}" if name.isdigit() else f"the design {name!r}"


def _breaking(found: Findings, chosen: set[int]) -> Iterator[str]:
    """What the chosen and the named ones break first, where they are not possible."""
    fixed, names = found.fixed, found.ensemble.names
    for f, name in enumerate(fixed.names):
        text, often = fixed.broken[f]
        if often and (f in chosen or not name.isdigit()):
            share = percent(1 - fixed.feasible[f])
            where = counted(often, "sample")
            said = names.spoken(text)
            yield f"What {_called(fixed, f)} breaks first in {share} is mostly: {said} ({where})."


def measure_next(found: Findings) -> Iterator[str]:
    """The numbers most worth measuring, and on how many samples that rests."""
    rows = found.rows[KNOWING]
    if found.plan.foresight == "none":
        return
    if not found.ensemble.random:
        yield "What to measure next takes samples that are drawn at random, such as a Latin hypercube."
        return
    if not rows:
        if found.ensemble.count:
            yield f"What to measure next takes {FEWEST} samples and two designs."
        return
    facts = {each.name for each in found.ensemble.inputs if each.fact}
    worth = [row for row in rows if row["seen"]]
    named = [_worth(found, row) for row in worth if row["input"] in facts][:NEXT]
    if named:
        what = "it is" if len(named) == 1 else "they are, each alone,"
        yield f"To measure next, by the value of knowing what {what} before choosing: {listing(named, NEXT)}."
    else:
        yield (
            "No input would be worth measuring on its own: whatever it turned out to be, no other design can "
            "be told to be better in the mean."
        )
    for row in worth:
        if row["input"] not in facts:
            worth_it = small(row["evppi"], 2)
            name = found.ensemble.names.input(row["input"])
            yield f"Agreeing on {name} first would be worth {worth_it}: weights are not measured."


def _worth(found: Findings, row: Row) -> str:
    """An input, and what it is worth to know."""
    span = f"{small(row['low'], 2)} to {small(row['high'], 2)}"
    name = found.ensemble.names.input(row["input"])
    return f"{name} ({row['grade'] or 'not graded'}), {small(row['evppi'], 2)} ({span})"


def enough(found: Findings) -> Iterator[str]:
    """How wide the intervals are, what more samples would make of them, and whether halves agree."""
    n = found.ensemble.count
    if not n:
        return
    if not found.ensemble.random:
        yield "Grids and single steps are no samples: their shares say nothing about how likely anything is."
    else:
        open_ = [row for row in found.rows[LEVELS] if 0 < row["share"] < 1]
        half = max((row["high"] - row["low"] for row in open_), default=0.0) / 2
        spans = [row["high"] - row["low"] for row in found.rows[DRIVERS] if row["input"]]
        said = [f"shares to {100 * half:.1f} points"] * bool(open_)
        said += [f"indices to {max(spans, default=0.0) / 2:.2f}"] * bool(spans)
        if said:
            yield (
                f"{n:,} samples tell {listing(said, 2)} (95 %, at worst); {HALVED * n:,} would tell them "
                "twice as closely."
            )
        yield from _halves(found)
    if not possible():
        yield "No rules: scikit-learn is not installed (pip install 'optimiser[sensitivity]')."


def _halves(found: Findings) -> Iterator[str]:
    """Whether each half of the samples would have said the same."""
    n, sits = found.ensemble.count, found.ensemble.sits
    parts = (slice(None, n // 2), slice(n // 2, None))
    if n < 2:
        return
    first, second = (sits[part].mean(axis=0) for part in parts)
    differs = [
        found.ensemble.names.decision(found.ensemble.sets.decisions[d])
        for d in np.flatnonzero(first.argmax(axis=1) != second.argmax(axis=1))
    ]
    apart = float(np.abs(first - second).max())
    yield f"The two halves of the samples differ by at most {100 * apart:.1f} points of a share."
    if differs:
        yield f"They do not agree where these sit most often: {listing(differs, 6)}."
    loss = found.fixed.loss
    if loss.shape[1] > 1 and len(loss) > 1:
        best = {int(half.mean(axis=0).argmin()) for half in np.array_split(loss, 2)}
        same = "the same design loses" if len(best) == 1 else "different designs lose"
        yield f"In the mean {same} least in either half."
