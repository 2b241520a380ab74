"""What to do about it, in sentences: which design to live with, what to measure, whether to ask for more."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimiser.instance.checking.problems import listing
from optimiser.studies.sensitivity.findings import Findings
from optimiser.studies.sensitivity.fixed_designs import Fixed
from optimiser.studies.sensitivity.knowing import FEWEST, usable
from optimiser.studies.sensitivity.rules import possible
from optimiser.studies.sensitivity.schema import DRIVERS, KNOWING, LEVELS
from optimiser.terminal import at_most, counted, percent, small
from optimiser.tolerances import EQUAL

NEXT = 3  # numbers to measure
HALVED = 4  # times as many samples, for intervals half as wide


def live_with(found: Findings) -> Iterator[str]:
    """The least-mean-regret and the least-worst design, and what knowing everything would add at most."""
    fixed, mean, worst = found.fixed, found.fixed.least_mean, found.fixed.least_worst
    if mean is None or worst is None:
        if found.ensemble.count:
            yield "No design that stays as it is is possible in any sample, of those that were evaluated."
        return
    yield _considered(found)
    if mean == worst:
        yield f"The one to live with is {_called(fixed, mean)}: least regret, in the mean and at worst."
    else:
        yield f"The one whose regret is least in the mean is {_called(fixed, mean)}."
        yield f"The one whose worst regret is least is {_called(fixed, worst)}."
    for f in dict.fromkeys((mean, worst)):
        near = percent(fixed.near[f])
        yield (
            f"{_called(fixed, f).capitalize()} is worth {small(fixed.mean[f])} less than the best in the "
            f"mean and {small(fixed.worst[f])} at worst; within 1 % of the best in {near} of samples."
        )
    yield from _breaking(fixed, {mean, worst})
    least = found.ensemble.bound - fixed.values[:, mean]
    yield (
        "Knowing every input before choosing would add at most "
        f"{at_most(max(0.0, float(np.nanmean(least))))} of value in the mean: an upper bound, because only "
        "these designs were compared" + (", where it is possible." if fixed.feasible[mean] < 1 else ".")
    )


def _considered(found: Findings) -> str:
    """How many designs were held against the samples, and how many of them are possible in most."""
    fixed, designs = found.fixed, found.ensemble.held
    known = {held.tobytes() for held in fixed.held.astype(designs.dtype)}
    rest = sum(held.tobytes() not in known for held in designs)
    left = f"; of {counted(rest, 'other')}, met less often, is not known how they fare" if rest else ""
    where = "every sample" if fixed.asked.all() else f"{int(fixed.asked.sum()):,} samples so far"
    most, alike = float(fixed.feasible.max()), len(fixed.sturdy)
    share = "all of them" if most == 1 else f"{percent(most)} of them, more than any other"
    nearly = ", or nearly" if alike > 1 and fixed.feasible[fixed.sturdy].min() < most else ""
    return (
        f"{counted(len(fixed.names), 'design')} were held against {where}{left}. "
        f"{alike:,} {'is' if alike == 1 else 'are'} possible in {share}{nearly}."
    )


def _called(fixed: Fixed, f: int) -> str:
    name = fixed.names[f]
    return f"design {name}" if name.isdigit() else f"the design {name!r}"


def _breaking(fixed: Fixed, chosen: set[int]) -> Iterator[str]:
    """What the chosen and the named ones break first, where they are not possible."""
    for f, name in enumerate(fixed.names):
        text, often = fixed.broken[f]
        if often and (f in chosen or not name.isdigit()):
            yield (
                f"{_called(fixed, f).capitalize()} is possible in {percent(fixed.feasible[f])} of "
                f"samples; what it breaks first is mostly this ({often:,} samples): {text}"
            )


def measure_next(found: Findings) -> Iterator[str]:
    """The numbers most worth measuring, and on how many samples that rests."""
    rows = found.rows[KNOWING]
    if not rows:
        if found.ensemble.count:
            yield f"What to measure next takes {FEWEST} samples in which two designs are possible."
        return
    facts = {each.name for each in found.ensemble.inputs if each.fact}
    worth = [row for row in rows if row["low"] > EQUAL]
    named = [
        f"{row['input']}"
        + (f" ({row['grade']}" if row["grade"] else " (not graded")
        + f", worth {small(row['evppi'], 2)}: {small(row['low'], 2)} to {small(row['high'], 2)})"
        for row in worth
        if row["input"] in facts
    ][:NEXT]
    if named:
        yield f"Worth measuring next: {listing(named, NEXT)}, of value in the mean, each known alone."
    else:
        yield (
            "No input would be worth measuring on its own: whatever it turned out to be, no other design can "
            "be told to be better in the mean."
        )
    for row in worth:
        if row["input"] not in facts:
            worth_it = small(row["evppi"], 2)
            yield f"Agreeing on {row['input']} first would be worth {worth_it}: weights are not measured."
    use = usable(found.fixed)
    if int(use.sum()) < found.ensemble.count:
        yield (
            f"That rests on the {int(use.sum()):,} samples in which all of the "
            f"{counted(len(found.fixed.sturdy), 'design')} that are possible most often are possible."
        )


def enough(found: Findings) -> Iterator[str]:
    """How wide the intervals are, what more samples would make of them, and whether halves agree."""
    n = found.ensemble.count
    if not n:
        return
    sampled = found.plan.method not in ("grid", "one-at-a-time")
    if sampled:
        open_ = [row for row in found.rows[LEVELS] if 0 < row["share"] < 1]
        half = max((row["high"] - row["low"] for row in open_), default=0.0) / 2
        spans = [row["high"] - row["low"] for row in found.rows[DRIVERS] if row["input"]]
        said = [f"shares to {100 * half:.1f} points"] * bool(open_)
        said += [f"indices to {max(spans) / 2:.2f}"] * bool(spans)
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
        found.ensemble.sets.decisions[d]
        for d in np.flatnonzero(first.argmax(axis=1) != second.argmax(axis=1))
    ]
    apart = float(np.abs(first - second).max())
    yield f"The two halves of the samples differ by at most {100 * apart:.1f} points of a share."
    if differs:
        yield f"They do not agree where these sit most often: {listing(differs, 6)}."
    regret = found.fixed.regret[:, found.fixed.sturdy]
    if regret.shape[1] > 1 and all(np.isfinite(regret[part]).any(axis=0).all() for part in parts):
        best = [int(np.nanmean(regret[part], axis=0).argmin()) for part in parts]
        same = "the same design" if best[0] == best[1] else "different designs"
        yield f"In the mean {same} would be the one to live with by either half."
