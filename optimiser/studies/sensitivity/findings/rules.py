"""When a decision sits where, in a few words: a shallow tree (CART; Breiman et al. 1984), where it is right.

Right means its balanced accuracy, the mean of how often it is right where the decision is held there and
where it is not, in samples kept back when it was made: always saying what is so most often makes 0.5.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np

from optimiser.design.tables import Row
from optimiser.studies.sensitivity.findings.ensemble import Array, Ensemble
from optimiser.terminal import exact

LEAST = 0.75  # balanced accuracy below which there is no rule
RARE = 10  # samples on either side without which none is looked for
DEEPEST = 3  # conditions in a row: more nobody keeps in mind
BETTER = 0.05  # of balanced accuracy, that a deeper tree must add
FOLDS = 5
DIGITS = 3  # significant, of a number in a rule
LEAF = 50  # a leaf has at least one of so many samples
Path = dict[int, tuple[float, float]]  # column of the inputs -> above what, and at most what


def possible() -> bool:
    """Whether scikit-learn is there."""
    return find_spec("sklearn") is not None


def rules(ensemble: Ensemble) -> list[Row]:
    """A row for each decision and level that a few words tell well enough."""
    sets = ensemble.sets
    x = ensemble.numbers.to_numpy(np.float32)[ensemble.found]
    found = list[Row]()
    for d, decision in enumerate(sets.decisions if ensemble.random else ()):
        known = dict[bytes, tuple[float, Tree]]()
        for l, level in enumerate(sets.levels):
            held = ensemble.sits[:, d, l] > 0.5
            if min(held.sum(), (~held).sum()) < RARE:
                continue
            if (other := (~held).tobytes()) in known:  # of two levels one is where the other is not
                accuracy, tree = known[other][0], known[other][1].turned()
            else:
                accuracy, tree = known[held.tobytes()] = _best(
                    x, held, ensemble.folds(FOLDS), ensemble.plan.seed
                )
            if accuracy >= LEAST:
                said = {"rule": _said(ensemble, tree), "balanced_accuracy": accuracy}
                found.append({"decision": decision, "level": level, **said})
    return found


@dataclass(frozen=True, eq=False)
class Tree:
    """A tree that asks one column of the inputs at each node, whether it is at most `cut`."""

    column: Array
    cut: Array
    left: Array  # the node for yes; below 0 where the tree ends
    right: Array
    says: Array  # whether it is held there, as far as is known at the node

    def turned(self) -> Tree:
        """The tree that says the opposite."""
        return Tree(self.column, self.cut, self.left, self.right, ~self.says)

    def cropped(self, depth: int) -> Tree:
        """The tree that ends at this depth: it is grown from the top, so the one that stopped there."""
        deep = np.zeros(len(self.left), int)
        for node in np.flatnonzero(self.left >= 0):  # parents stand before their children
            deep[[self.left[node], self.right[node]]] = deep[node] + 1
        left, right = (np.where(deep < depth, side, -1) for side in (self.left, self.right))
        return Tree(self.column, self.cut, left, right, self.says)

    def answers(self, x: Array) -> Array:
        """(n,) what it says of samples."""
        node, every = np.zeros(len(x), int), np.arange(len(x))
        for _ in range(DEEPEST):
            below = np.where(x[every, self.column[node]] <= self.cut[node], self.left[node], self.right[node])
            node = np.where(below >= 0, below, node)
        answers: Array = self.says[node]
        return answers


def _best(x: Array, held: Array, folds: Array, seed: int) -> tuple[float, Tree]:
    """The shallowest tree that is about as good as any, and how good it is."""
    right = np.empty((DEEPEST, len(x)), bool)
    for k in range(FOLDS):
        kept = folds == k
        tree = _grown(x[~kept], held[~kept], seed)
        for depth in range(DEEPEST):
            right[depth, kept] = tree.cropped(depth + 1).answers(x[kept]) == held[kept]
    scores = (right[:, held].mean(axis=1) + right[:, ~held].mean(axis=1)) / 2
    depth = int(np.flatnonzero(scores >= scores.max() - BETTER)[0])
    return float(scores[depth]), _grown(x, held, seed).cropped(depth + 1)


def _grown(x: Array, held: Array, seed: int) -> Tree:
    if held.all() or not held.any():  # nothing to ask
        none = np.zeros(1, int)
        return Tree(none, none, none - 1, none - 1, held[:1])
    from sklearn.tree import DecisionTreeClassifier

    leaf = max(2, len(x) // LEAF)
    grower = DecisionTreeClassifier(
        max_depth=DEEPEST, min_samples_leaf=leaf, class_weight="balanced", random_state=seed
    )
    tree = grower.fit(x, held).tree_
    column = np.maximum(tree.feature, 0)  # below 0 where nothing is asked
    says = tree.value[:, 0, 1] > tree.value[:, 0, 0]
    return Tree(column, tree.threshold, tree.children_left, tree.children_right, says)


# In words


def _said(ensemble: Ensemble, tree: Tree) -> str:
    """The leaves at which the tree says yes, each as what leads there."""
    return " or ".join(
        " and ".join(_condition(ensemble, k, low, high) for k, (low, high) in path.items())
        for path in _leaves(tree, 0, {})
    )


def _leaves(tree: Tree, node: int, path: Path) -> Iterator[Path]:
    """What leads to each leaf that says yes, in few words.

    Where all leaves under a node say yes, to that node; and where all on one side of a split do, the other
    side need not say that it is the other: "a, or not a and b" is "a or b".
    """
    says = _agreed(tree, node)
    if says is None:
        k, cut = int(tree.column[node]), float(tree.cut[node])
        low, high = path.get(k, (-np.inf, np.inf))
        left, right = int(tree.left[node]), int(tree.right[node])
        yield from _leaves(tree, left, path if _agreed(tree, right) else {**path, k: (low, cut)})
        yield from _leaves(tree, right, path if _agreed(tree, left) else {**path, k: (cut, high)})
    elif says:
        yield path


def _agreed(tree: Tree, node: int) -> bool | None:
    """What all leaves under a node say; None where they differ."""
    if tree.left[node] < 0:
        return bool(tree.says[node])
    left, right = (_agreed(tree, int(side[node])) for side in (tree.left, tree.right))
    return left if left == right else None


def _condition(ensemble: Ensemble, k: int, low: float, high: float) -> str:
    """One input's part of a rule."""
    from pandas.api.types import is_numeric_dtype

    column, numbers = ensemble.drawn.iloc[:, k], ensemble.numbers.iloc[:, k]
    name = ensemble.names.input(str(column.name))
    if not is_numeric_dtype(column):
        return f"{name} is {' or '.join(sorted(set(column[(numbers > low) & (numbers <= high)])))}"
    above, most = (exact(float(f"{end:.{DIGITS}g}")) for end in (low, high))
    if np.isfinite(low) and np.isfinite(high):
        return f"{above} < {name} <= {most}"
    return f"{name} > {above}" if np.isfinite(low) else f"{name} <= {most}"
