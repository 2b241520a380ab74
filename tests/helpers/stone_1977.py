"""Stone 1977, as taught after Sinha: six tasks at two sites, own cost against the cost of splitting."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from instance_by_hand import made

from optimiser.instance.instance import Instance

COST = {"t1": (5, 10), "t2": (2, None), "t3": (4, 4), "t4": (6, 3), "t5": (5, 2), "t6": (None, 4)}
SPLIT = {("t1", "t2"): 6, ("t1", "t3"): 4, ("t1", "t6"): 12, ("t2", "t3"): 8, ("t2", "t4"): 12,
         ("t2", "t5"): 3, ("t3", "t5"): 11, ("t4", "t5"): 5}  # fmt: skip
SCALE = 20.0  # cost that is a score of 0
PARETO = [(20, 38), (23, 29), (26, 12), (31, 10)]  # (own, split); (23, 29) is on no weighted sum


def two_sites(folder: Path) -> Instance:
    """Own cost as the objective own_cost, 1 - cost / 20; split cost as links on an objective of its own."""
    scores = ["decision,level,own_cost"]
    decisions = ["decision,type,levels"]
    for task, costs in COST.items():
        sites = [f"site{k}" for k, cost in enumerate(costs, 1) if cost is not None]
        decisions.append(f"{task},process,{';'.join(sites)}")
        scores += [f"{task},site{k},{1 - c / SCALE}" for k, c in enumerate(costs, 1) if c is not None]
    links = [f"{a},{b},split_cost,{cost / SCALE}" for (a, b), cost in SPLIT.items()]
    return made(
        folder,
        toml="""
[weights]
risk_pooling = 0
accountability = 0
responsiveness = 0
own_cost = 1
split_cost = 1
[[levels]]
level = "site1"
[[levels]]
level = "site2"
[[objectives]]
objective = "own_cost"
zero = "20"
one = "0"
[[objectives]]
objective = "split_cost"
zero = "0"
one = "-20"
""",
        decisions="\n".join(decisions),
        scores="\n".join(scores),
        links="\n".join(["decision_a,decision_b,objective,loss", *links]),
    )


def costs(objectives: Mapping[str, float]) -> tuple[int, int]:
    """(own, split) cost of a design, from its objectives."""
    own = 6 * SCALE * (1 - objectives["own_cost"])
    return round(own), round(-6 * SCALE * objectives["split_cost"])
