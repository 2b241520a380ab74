"""Why a decision moves, or stays against its period: a sentence each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimiser.audit.path import PathAudit
from optimiser.instance.instance import Instance
from optimiser.instance.names import Names
from optimiser.studies.path.labels import UNKNOWN, Turns
from optimiser.terminal import fixed, small, spans
from optimiser.tolerances import EQUAL

Array = np.ndarray
TOLD = 1e-3  # a change of skill by less is not worth a word


def sentence(
    instance: Instance,
    names: Sequence[str],
    decision: str,
    turns: Turns,
    judged: PathAudit,
    loss: float | None,
) -> str:
    """What a decision does over the periods `names`, and what keeps it from doing otherwise.

    `loss` is what it would cost to hold it where each period's own best has it.
    """
    called, levels = Names(instance), instance["levels"]["level"]
    names = [called.period(name) for name in names]
    parts = [_moves(names, levels, turns), _against(names, levels, turns)]
    because = [*_reasons(instance, decision, turns, judged), *_cost(loss)]
    said = f"{called.decision(decision)} {'; '.join(part for part in parts if part)}"
    return f"{said}: {', and '.join(because)}." if because and turns.against else f"{said}."


def _moves(names: Sequence[str], levels: Array, turns: Turns) -> str:
    """Where it goes and when."""
    if not turns.moves:
        return f"never leaves {levels[turns.held[0]]}"
    return ", ".join(f"goes to {levels[b]} in {names[t]}" for t, _, b in turns.moves)


def _against(names: Sequence[str], levels: Array, turns: Turns) -> str:
    """Where its periods would have it."""
    if not turns.against:
        return "which is where each period would have it" if turns.label == "follows" else ""
    elsewhere: dict[int, list[int]] = {}
    for t in turns.against:
        elsewhere.setdefault(turns.own[t], []).append(t)
    wished = "; ".join(
        f"{spans(names, there)} alone would have it at {levels[l]}" for l, there in elsewhere.items()
    )
    return (
        f"and stays against its period, {wished}"
        if turns.regretted or not turns.moves
        else f"though {wished}"
    )


def _reasons(instance: Instance, decision: str, turns: Turns, judged: PathAudit) -> list[str]:
    """What it would take to move, and what would be lost."""
    table = instance["decisions"]
    years = float(table["switch_cost"][table["decision"] == decision][0])
    found = [f"a move costs {small(years)} {'year' if years == 1 else 'years'} of its score"] if years else []
    t = turns.against[-1] if turns.against else len(turns.held) - 1
    level = turns.held[t]
    at = instance["organisations"]["level"] == instance["levels"]["level"][level]
    skill = judged.steps[t].period.inherited.skill[at]
    ability = instance["organisations"]["ability"][at]
    gained = float(np.mean(skill - ability))
    if level != UNKNOWN and abs(gained) > TOLD and instance.rates("learn").any():
        mean, least = fixed(float(np.mean(skill)), 2), fixed(float(np.mean(ability)), 2)
        where = instance["levels"]["level"][level]
        found.append(f"skill at {where} stands at {mean}, where what is not practised falls to {least}")
    return found


def _cost(loss: float | None) -> list[str]:
    if loss is None:
        return []
    if not np.isfinite(loss):
        return ["to follow its periods is not possible with all else as it is"]
    if loss < -EQUAL:
        return [
            f"to follow its periods, all else as it is, would gain {small(-loss)}, within the gap asked for"
        ]
    if loss <= EQUAL:
        return ["to follow its periods would cost nothing"]
    return [f"to follow its periods, all else as it is, would cost {small(loss)} of value"]
