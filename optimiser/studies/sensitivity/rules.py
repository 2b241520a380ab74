"""When a decision sits where, in a few words: a shallow tree (CART; Breiman et al. 1984), where it is right.

Right means its balanced accuracy, the mean of how often it is right where the decision is held there and
where it is not, in samples kept back when it was made: always saying what is so most often makes 0.5.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np

from optimiser.design.tables import Row
from optimiser.studies.sensitivity.ensemble import Array, Ensemble
from optimiser.terminal import exact

LEAST = 0.75  # balanced accuracy below which there is no rule
RARE = 10  # samples on either side without which none is looked for
DEPTHS = (1, 2, 3)  # of a tree: more than three conditions in a row nobody keeps in mind
BETTER = 0.01  # of balanced accuracy, that a deeper tree must add
FOLDS = 5
DIGITS = 3  # significant, of a number in a rule
LEAF = 50  # a leaf has at least one of so many samples


def possible() -> bool:
    """Whether scikit-learn is there."""
    return find_spec("sklearn") is not None


def rules(ensemble: Ensemble) -> list[Row]:
    """A row for each decision and level that a few words tell well enough."""
    sets = ensemble.sets
    x = ensemble.numbers.to_numpy()[ensemble.found]
    found = list[Row]()
    for d, decision in enumerate(sets.decisions):
        for l, level in enumerate(sets.levels):
            held = ensemble.sits[:, d, l] > 0.5
            if min(held.sum(), (~held).sum()) >= RARE:
                accuracy, tree = _best(x, held, ensemble.plan.seed)
                if accuracy >= LEAST:
                    said = {"rule": _said(ensemble, tree), "balanced_accuracy": accuracy}
                    found.append({"decision": decision, "level": level, **said})
    return found


def _best(x: Array, held: Array, seed: int) -> tuple[float, Any]:
    """The shallowest tree that is about as good as any, and how good it is."""
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.tree import DecisionTreeClassifier

    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    trees = [
        DecisionTreeClassifier(
            max_depth=depth,
            min_samples_leaf=max(2, len(x) // LEAF),
            class_weight="balanced",
            random_state=seed,
        )
        for depth in DEPTHS
    ]
    scores = [
        float(cross_val_score(tree, x, held, cv=folds, scoring="balanced_accuracy").mean()) for tree in trees
    ]
    k = next(k for k, score in enumerate(scores) if score >= max(scores) - BETTER)
    return scores[k], trees[k].fit(x, held)


def _said(ensemble: Ensemble, tree: Any) -> str:
    """The leaves at which the tree says yes, each as what leads there."""
    return " or ".join(
        " and ".join(_condition(ensemble, k, low, high) for k, (low, high) in path.items())
        for path in _leaves(tree.tree_, 0, {})
    )


Path = dict[int, tuple[float, float]]  # column of the inputs -> above what, and at most what


def _leaves(tree: Any, node: int, path: Path) -> Iterator[Path]:
    """What leads to each leaf that says yes, in few words.

    Where all leaves under a node say yes, to that node; and where all on one side of a split do, the other
    side need not say that it is the other: "a, or not a and b" is "a or b".
    """
    says = _says(tree, node)
    if says is None:
        k, cut = int(tree.feature[node]), float(tree.threshold[node])
        low, high = path.get(k, (-np.inf, np.inf))
        left, right = int(tree.children_left[node]), int(tree.children_right[node])
        yield from _leaves(tree, left, path if _says(tree, right) else {**path, k: (low, cut)})
        yield from _leaves(tree, right, path if _says(tree, left) else {**path, k: (cut, high)})
    elif says:
        yield path


def _says(tree: Any, node: int) -> bool | None:
    """What all leaves under a node say; None where they differ."""
    if tree.children_left[node] < 0:
        no, yes = tree.value[node][0]
        return bool(yes > no)
    left, right = (_says(tree, int(side[node])) for side in (tree.children_left, tree.children_right))
    return left if left == right else None


def _condition(ensemble: Ensemble, k: int, low: float, high: float) -> str:
    """One input's part of a rule."""
    from pandas.api.types import is_numeric_dtype

    column, numbers = ensemble.drawn.iloc[:, k], ensemble.numbers.iloc[:, k]
    if not is_numeric_dtype(column):
        return f"{column.name} is {' or '.join(sorted(set(column[(numbers > low) & (numbers <= high)])))}"
    above, most = (exact(float(f"{end:.{DIGITS}g}")) for end in (low, high))
    if np.isfinite(low) and np.isfinite(high):
        return f"{above} < {column.name} <= {most}"
    return f"{column.name} > {above}" if np.isfinite(low) else f"{column.name} <= {most}"
