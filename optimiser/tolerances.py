"""By how much numbers may be off, each tolerance once: what it means, and why it is as large.

How closely one question looks (a step, a tolerance that may be asked for) stands with that question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

TOLERANCE = 1e-6
"""A requirement counts as kept if it is broken by no more than this share of the larger of its two sides.

What that lets through is the only sense in which a verified design may differ from an exact one. It is a
share, so that it means the same in any unit. It is as large as it is because the solver works with numbers
of 16 digits and calls a row kept that is broken by 1e-7 of its unit (`solver.units`): an honest answer must
pass with room to spare. It is as small as it is because no figure of a real instance is known so well.
"""

ROUNDING = 1e-9
"""The share of its largest term by which a requirement of two sides near 0 may be off.

Where terms cancel, such as willingness against fear, or a reserve of 0 hours against nothing done, what is
left of both sides is their rounding, of which no share can be taken.
"""

GAP = 1e-6
"""The relative gap that is proven unless another is asked for.

HiGHS's own 1e-4 is larger than what many scenarios and limits are worth.
"""

EQUAL = 1e-9
"""What differs by less is equal: values, objectives, shares, and whatever else is at most about 1.

Adding up in another order leaves some 1e-13; nobody weighs a billionth of a value.
"""

SOLVED = 1e-7
"""What HiGHS leaves of a row that it calls kept (of its side where that is above 1), and so of a value."""

NOISE = 2 * SOLVED
"""What that may leave between two numbers that were both solved for, as a value and its bound."""

EVALUATED = 1e-8
"""By how much a design that is evaluated exactly may miss a floor, or lie beyond a bound."""

FLOOR_SLACK = 1e-7
"""How far below what it reached an objective may stay once that is a floor for the next one's sake.

Without any the solver could call infeasible what it has just found.
"""

INTEGRAL = 1e-6
"""How far from 0 and 1 a relaxation may be to count as a design."""

WHOLE = SOLVED
"""How far from 0 and 1 HiGHS may call a column whole, and what it leaves of a row while it branches.

Closer, rounding rules out what is feasible: at 1e-9 two of nine seeds called wrong designs of England's
master problem optimal, by up to half a percent (`scripts/seeds.py` asks again). At its own 1e-6 it
takes for feasible what is short of hours by as little, and drops the designs beside it.
"""

SMALL = 1e-12
"""Entries of a program that HiGHS leaves out: of rows and columns that are shares they move nothing."""

ALIKE = 1e-9
"""How close to whole multiples of each other costs may be for HiGHS to see that values come in steps.

Its own default, and the same option as `SMALL`, which hides the steps: generalised assignment, 5 x 200, then
takes four times as long.
"""


def size(value: float) -> float:
    """What a gap is a share of: the value, or a little where that is next to nothing."""
    return max(abs(value), EQUAL)


def margin(used: np.ndarray, available: np.ndarray, term: np.ndarray | float) -> np.ndarray:
    """By how much `used` may lie above `available`, whose largest term is `term`; infinite is not limited."""
    import numpy as np  # only here: `--help` shows GAP, and should not wait for it

    sides = np.maximum(np.abs(used), np.where(np.isfinite(available), np.abs(available), 0.0))
    return np.maximum(TOLERANCE * sides, ROUNDING * term)
