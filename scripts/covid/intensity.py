"""What the best design exercises and monitors more, or less, in a wave than in normal times."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from covid.gains import NORMAL
from covid.ranking import chance
from covid.record import Sheet, agreed
from covid.solves import Doing
from optimiser.terminal import columns

LITTLE = 0.005  # of what can be exercised or monitored: what changes less does not change


def changes(done: Doing, scenario: str) -> dict[str, tuple[float, float | None]]:
    """Decision -> change from normal times of what is exercised and monitored; None: held by the centre."""
    return {
        decision: (
            there.exercised - done[NORMAL, decision].exercised,
            there.monitored - done[NORMAL, decision].monitored if there.below else None,
        )
        for (at, decision), there in done.items()
        if at == scenario
    }


def intensity(
    wave: str, scenario: str, kinds: Mapping[str, str], done: Doing, sheets: tuple[Sheet, Sheet]
) -> None:
    """Print the changes beside the record, and how many have its sign."""
    coded, _ = agreed(*sheets, lambda coding: coding.more)
    codes, _ = agreed(*sheets, lambda coding: coding.code)
    found = changes(done, scenario)
    record = {d: more for (d, at), more in coded.items() if at == wave and d in found}
    print(f"\nTHE {wave.upper()} WAVE: WHAT IS EXERCISED AND MONITORED, NORMAL TIMES TO WAVE")
    rows = []
    for d in record:
        normal, there = done[NORMAL, d], done[scenario, d]
        monitored = f"{normal.monitored:.2f} to {there.monitored:.2f}" if there.below else "-"
        rows.append((d, codes[d, wave], f"{normal.exercised:.2f} to {there.exercised:.2f}", monitored))
    print("\n".join(columns([("decision", "record", "exercised", "monitored"), *rows])))
    said = {
        "exercised": {d: found[d][0] for d in record},
        "monitored": {d: change for d in record if (change := found[d][1]) is not None},
        "type (outcomes less, others more)": {d: -1.0 if kinds[d] == "outcome" else 1.0 for d in record},
    }
    counted = [("by", "right", "no change", "wrong", "p"), *(counts(*one, record) for one in said.items())]
    print("\n".join(columns(counted, right=(1, 2, 3, 4))))


def counts(name: str, change: Mapping[str, float], record: Mapping[str, bool]) -> tuple[str, ...]:
    """How many changes have the sign recorded, none or the other, and how likely as many are by chance."""
    sign = np.array([np.sign(c) if abs(c) >= LITTLE else 0.0 for c in change.values()])
    more = np.array([record[d] for d in change], bool)

    def right(way: np.ndarray) -> float:
        return float((sign == np.where(way, 1, -1)).sum())

    still, agree = int((sign == 0).sum()), int(right(more))
    p = f"{chance(right, more):.3f}"
    return name, f"{agree} of {len(more)}", str(still), str(len(more) - agree - still), p
