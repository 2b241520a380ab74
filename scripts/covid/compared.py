"""How well the model ranks what was recorded, beside baselines that know less."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from covid.gains import Scored
from covid.ranking import auc, between, chance
from optimiser import Instance

BY_TYPE = {"input": 1.0, "outcome": 0.0, "process": -1.0}
HEAD = ("ranked by", "coding", "AUC", "whatever the gaps hide", "p", "right")


def figures(
    coding: str, instance: Instance, found: Sequence[Scored], happened: Mapping[str, bool]
) -> list[Sequence[str]]:
    """A row for the model and for each baseline, over the decisions of which it is known what happened.

    Right: how often a score above 0 went with what moved up, and another with what did not.
    """
    found = [one for one in found if one.decision in happened]
    there = np.array([happened[one.decision] for one in found])
    low, high = (np.array([getattr(one.score, end) for one in found]) for end in ("low", "high"))
    least, most, settled = between(low, high, there)
    span = f"{least:.2f} to {most:.2f} ({settled} of {there.sum() * (~there).sum()} pairs settled)"
    rows: list[Sequence[str]] = []
    for name, scores in ranked_by(instance, found).items():
        p = chance(partial(auc, scores), there)
        right = f"{((scores > 0) == there).sum()} of {len(there)}"
        shown = span if name == "the model" else ""
        rows.append((name, coding, f"{auc(scores, there):.2f}", shown, f"{p:.3f}", right))
    return rows


def ranked_by(instance: Instance, found: Sequence[Scored]) -> dict[str, np.ndarray]:
    """The scores of the model, and of the baselines."""
    kind = of_decision(instance, "type")
    pooling, accountability, responsiveness = (
        of_decision(instance, f"stake_{g}") for g in ("risk_pooling", "accountability", "responsiveness")
    )
    names = [one.decision for one in found]
    stakes = [max(pooling[d], accountability[d]) - responsiveness[d] for d in names]
    return {
        "the model": np.array([one.score.value for one in found]),
        "type": np.array([BY_TYPE[kind[d]] for d in names]),
        "largest stake": np.round(stakes, 9),  # so that equal stakes are ties
        "nothing moves": np.zeros(len(found)),
    }


def of_decision(instance: Instance, column: str) -> dict[str, Any]:
    """A column of the table of decisions, by decision."""
    table = instance["decisions"]
    return dict(zip(table["decision"], table[column], strict=True))
