"""An instance that takes long, however small."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from instance_by_hand import made

from optimiser import Instance


def permutations(folder: Path, size: int, seed: int = 1) -> Instance:
    """Quadratic assignment: so many uniform decisions, each at a level of its own; long to prove."""
    rng = np.random.default_rng(seed)
    levels = [f"s{k}" for k in range(size)]
    flow, distance = rng.integers(0, 9, (size, size)), rng.integers(1, 9, (size, size))
    links = [
        f"d{a},d{b},work,{flow[a, b] * distance[j, k] / 81},{levels[j]},{levels[k]}"
        for a in range(size)
        for b in range(a)
        for j in range(size)
        for k in range(size)
        if j != k and flow[a, b]
    ]
    toml = "".join(f'[[levels]]\nlevel = "{level}"\n' for level in levels)
    toml += "[weights]\nwork = 1\nrisk_pooling = 0\naccountability = 0\nresponsiveness = 0\n"
    toml += '[[objectives]]\nobjective = "work"\nzero = "much"\none = "none"\n'
    return made(
        folder,
        toml=toml,
        decisions="decision,type\n" + "\n".join(f"d{a},process" for a in range(size)),
        links="decision_a,decision_b,objective,loss,level_a,level_b\n" + "\n".join(links),
        organisations="organisation,level,parent,staff_hours\n"
        + "\n".join(f"S{k},{level},{f'S{k - 1}' if k else ''},1" for k, level in enumerate(levels)),
        workload="decision,level,hours\n"
        + "\n".join(f"d{a},{level},1" for a in range(size) for level in levels),
    )
