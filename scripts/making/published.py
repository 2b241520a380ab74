"""Published problems as instances: agents, knapsacks, sites, facilities as levels of one organisation each.

Objectives here are means over decisions on a scale of 0 to 1, so each conversion says by what to multiply.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

Rows = list[dict[str, Any]]
Numbers = Iterator[float]
Parts = tuple[list[str], dict[str, float], dict[str, Rows]]  # levels, weights, tables
NOTHING = ("risk_pooling", "accountability", "responsiveness")  # weigh 1 unless told otherwise


def assignment(numbers: Numbers) -> Parts:
    """OR-Library gap: agents, tasks, costs, hours, capacities. Cost = (1 - V) x tasks x the largest cost."""
    agents, tasks = _whole(numbers), _whole(numbers)
    costs, hours = ([_some(numbers, tasks) for _ in range(agents)] for _ in range(2))
    most, levels = max(map(max, costs)), [f"a{i}" for i in range(1, agents + 1)]
    pairs = [(i, j) for j in range(tasks) for i in range(agents)]
    return (
        levels,
        {"profit": 1},
        {
            "decisions": [{"decision": f"j{j + 1}", "type": "process"} for j in range(tasks)],
            "organisations": _chain(levels, _some(numbers, agents)),
            "scores": [_at(f"j{j + 1}", levels[i], profit=1 - costs[i][j] / most) for i, j in pairs],
            "workload": [_at(f"j{j + 1}", levels[i], hours=hours[i][j]) for i, j in pairs],
        },
    )


def knapsack(numbers: Numbers, objectives: int = 1) -> Parts:
    """OR-Library mknap1: knapsacks, items, profits (of each objective), sizes, capacities.

    Profit = objective x items x the largest profit of all.
    """
    knapsacks, items = _whole(numbers), _whole(numbers)
    profits = {f"f{q}": _some(numbers, items) for q in range(1, objectives + 1)}
    sizes = [_some(numbers, items) for _ in range(knapsacks)]
    kept, most = [f"r{k}" for k in range(1, knapsacks + 1)], max(map(max, profits.values()))
    levels, names = ["out", "in", *kept], [f"x{j}" for j in range(1, items + 1)]
    scores = [
        _at(name, level, **{f: profit[j] / most * (level == "in") for f, profit in profits.items()})
        for j, name in enumerate(names)
        for level in ("out", "in")
    ]
    hours = [
        _at(name, "in", at=kept[k], hours=sizes[k][j])
        for j, name in enumerate(names)
        for k in range(knapsacks)
    ]
    return (
        levels,
        dict.fromkeys(profits, 1),
        {
            "decisions": [{"decision": name, "type": "input", "levels": "out;in"} for name in names],
            "organisations": _chain(levels, ["", "", *_some(numbers, knapsacks)]),
            "scores": scores,
            "workload": hours,
        },
    )


def quadratic(numbers: Numbers) -> Parts:
    """QAPLIB: size, distances, flows (or the other way round). Cost = -V x size x the largest loss."""
    n = _whole(numbers)
    flow, far = ([_some(numbers, n) for _ in range(n)] for _ in range(2))
    if any(matrix[i][i] for matrix in (flow, far) for i in range(n)):
        raise ValueError("what a thing has to do with itself is not converted")
    levels, names = [f"s{k}" for k in range(1, n + 1)], [f"d{i}" for i in range(1, n + 1)]
    losses = {
        (i, j, k, m): flow[i][j] * far[k][m] + flow[j][i] * far[m][k]
        for i in range(n)
        for j in range(i + 1, n)
        for k in range(n)
        for m in range(n)
    }
    most = max(losses.values())
    links = [
        {"decision_a": names[i], "decision_b": names[j], "objective": "work", "loss": loss / most}
        | {"level_a": levels[k], "level_b": levels[m]}
        for (i, j, k, m), loss in losses.items()
        if loss
    ]
    return (
        levels,
        {"work": 1},
        {
            "decisions": [{"decision": name, "type": "process"} for name in names],
            "organisations": _chain(levels, [1] * n),
            "links": links,
            "workload": [_at(name, level, hours=1) for name in names for level in levels],
        },
    )


def location(numbers: Numbers) -> Parts:
    """Holmberg et al 1999: facilities, customers; capacity and fixed cost of each; demands; costs.

    Cost = (1 - V) x (customers + facilities) x the largest cost.
    """
    facilities, customers = _whole(numbers), _whole(numbers)
    capacity, fixed = zip(*(_some(numbers, 2) for _ in range(facilities)), strict=True)
    demand = _some(numbers, customers)
    costs = [_some(numbers, customers) for _ in range(facilities)]
    most, places = max(*fixed, *map(max, costs)), [f"f{i}" for i in range(1, facilities + 1)]
    pairs = [(f"c{j + 1}", i, j) for j in range(customers) for i in range(facilities)]
    served = [
        {"decision": f"c{j + 1}", "type": "process", "levels": ";".join(places)} for j in range(customers)
    ]
    opened = [
        {"decision": f"open{i}", "type": "input", "levels": "closed;open"} for i in range(1, facilities + 1)
    ]
    rules = [
        {"if_decision": c, "if_level": places[i], "then_decision": f"open{i + 1}", "then_level": "open"}
        for c, i, _ in pairs
    ]
    spent = [
        _at(f"open{i + 1}", level, cost=1 - (level == "open") * fixed[i] / most)
        for i in range(facilities)
        for level in ("closed", "open")
    ]
    levels = [*places, "closed", "open"]
    return (
        levels,
        {"cost": 1},
        {
            "decisions": [*served, *opened],
            "organisations": _chain(levels, [*capacity, "", ""]),
            "rules": rules,
            "scores": [_at(c, places[i], cost=1 - costs[i][j] / most) for c, i, j in pairs] + spent,
            "workload": [_at(c, places[i], hours=demand[j]) for c, i, j in pairs],
        },
    )


def uncapacitated(numbers: Numbers) -> Parts:
    """OR-Library cap: warehouses, customers; capacity and fixed cost of each; demand and costs of each.

    One decision by locality; capacities are left out. Cost = (1 - V) x (customers x the largest cost + the
    largest fixed cost).
    """
    warehouses, customers = _whole(numbers), _whole(numbers)
    fixed = [_some(numbers, 2)[1] for _ in range(warehouses)]
    costs = [_some(numbers, 1 + warehouses)[1:] for _ in range(customers)]
    most, places = max(map(max, costs)), [f"w{i}" for i in range(1, warehouses + 1)]
    levels, served = [*places, "customer"], [f"C{j}" for j in range(1, customers + 1)]
    below = [
        {"organisation": c, "level": "customer", "parent": f"W{warehouses}", "staff_hours": ""}
        for c in served
    ]
    scores = [
        _at("serve", place, organisation=c, cheap=1 - cost[i] / most)
        for c, cost in zip(served, costs, strict=True)
        for i, place in enumerate(places)
    ]
    decision = {"decision": "serve", "type": "process", "uniform": "false", "levels": ";".join(places)}
    return (
        levels,
        {"cheap": customers * most, "economy": max(fixed)},
        {
            "decisions": [decision],
            "organisations": [*_chain(places, [""] * warehouses), *below],
            "scores": scores,
            "workload": [
                _at("serve", place, fixed_cost=cost) for place, cost in zip(places, fixed, strict=True)
            ],
        },
    )


KINDS: dict[str, Callable[[Numbers], Parts]] = {
    "gap": assignment,
    "knapsack": knapsack,
    "knapsack2": partial(knapsack, objectives=2),
    "qap": quadratic,
    "location": location,
    "ufl": uncapacitated,
}


def convert(kind: str, text: str, folder: Path) -> None:
    """Write the problem in a text, numbers in the order of its library, as an instance folder."""
    levels, weights, tables = KINDS[kind](iter(map(float, text.split())))
    folder.mkdir(parents=True)
    toml = [f'name = "{folder.name}"']
    toml += [f'\n[[levels]]\nlevel = "{level}"' for level in levels]
    toml += [f'\n[[objectives]]\nobjective = "{name}"' for name in weights if name != "economy"]
    toml += ["\n[weights]", *(f"{name} = 0" for name in NOTHING)]
    toml += [*(f"{name} = {weight}" for name, weight in weights.items()), ""]
    (folder / "instance.toml").write_text("\n".join(toml), encoding="utf-8")
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def _whole(numbers: Numbers) -> int:
    return int(next(numbers))


def _some(numbers: Numbers, count: int) -> list[float]:
    return [next(numbers) for _ in range(count)]


def _chain(levels: Sequence[str], hours: Sequence[object]) -> Rows:
    """One organisation a level, each under the one before."""
    parents = ["", *(level.upper() for level in levels)]
    return [
        {"organisation": level.upper(), "level": level, "parent": parent, "staff_hours": most}
        for level, parent, most in zip(levels, parents, hours, strict=False)
    ]


def _at(decision: str, level: str, **more: object) -> dict[str, object]:
    return {"decision": decision, "level": level, **more}
