"""A replay as formats say it, in plain loops over days and localities: what the arrays are held against."""

from __future__ import annotations

import math
from collections.abc import Mapping

Days = list[dict[str, float]]  # a day each: locality -> a number


def unmet(
    demand: Days,
    capacity: Days,
    level: Mapping[str, int],
    above: Mapping[str, list[str]],
    delays: list[float],
    mobilisation: list[float],
) -> list[float]:
    """What stays unmet each day. `above`: locality -> the organisation at each level, its own name the last.

    `level` is where the decision is held for each locality; at the lowest level the pool is the localities
    with the same parent.
    """
    places, lowest = list(level), len(delays) - 1
    pools: dict[tuple[int, str], list[str]] = {}
    for o in places:
        at = level[o] if level[o] < lowest else lowest - 1
        pools.setdefault((level[o], above[o][at]), []).append(o)
    found = []
    for t in range(len(demand)):
        left = sum(max(0.0, demand[t][o] - capacity[t][o]) for o in places)
        for (l, _), members in pools.items():
            then = t - math.ceil(delays[l])
            if then >= 0:
                left -= arrives(demand, capacity, members, t, then, mobilisation[l])
        found.append(left)
    return found


def arrives(
    demand: Days, capacity: Days, members: list[str], today: int, then: int, mobilisation: float
) -> float:
    """What reaches those of one pool who lack something, planned with the figures of another day."""
    short = {o: max(0.0, demand[then][o] - capacity[then][o]) for o in members}
    spare = {o: max(0.0, capacity[then][o] - demand[then][o]) for o in members}
    moved = mobilisation * min(sum(short.values()), sum(spare.values()))
    if moved == 0:
        return 0.0
    can_give = can_take = 0.0
    for o in members:
        taken = moved * spare[o] / sum(spare.values())
        given = moved * short[o] / sum(short.values())
        can_give += min(max(0.0, capacity[today][o] - demand[today][o]), taken)
        can_take += min(max(0.0, demand[today][o] - capacity[today][o]), given)
    return min(can_give, can_take)
