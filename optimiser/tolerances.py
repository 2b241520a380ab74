"""How exactly a requirement must be kept, once for whoever judges one."""

from __future__ import annotations

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


WHOLE = 1e-9
"""How far from 0 and 1 HiGHS may call a column whole.

At its own 1e-6, where hours are short by as little, it dropped a point that is feasible only so, and with it
better designs than the one it called optimal.
"""

SMALL = 1e-12
"""Entries of a program that HiGHS leaves out: of rows and columns that are shares they move nothing."""


def margin(used: np.ndarray, available: np.ndarray, term: np.ndarray | float) -> np.ndarray:
    """By how much `used` may lie above `available`, whose largest term is `term`; infinite is not limited."""
    sides = np.maximum(np.abs(used), np.where(np.isfinite(available), np.abs(available), 0.0))
    return np.maximum(TOLERANCE * sides, ROUNDING * term)
