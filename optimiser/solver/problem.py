"""Problem: one compiled instance, and what designs are worth in it; new numbers need no new model."""

from __future__ import annotations

import gc
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from optimiser.coefficients import Coefficients, coefficients
from optimiser.instance.instance import Instance
from optimiser.model import assemble
from optimiser.solver.compile.columns import Placing
from optimiser.solver.compile.extension import extend
from optimiser.solver.compile.program import OWN, Compiled
from optimiser.solver.compile.units import Measure
from optimiser.solver.cuts.cuts import Cuts, dense
from optimiser.solver.cuts.pool_cuts import PoolCuts
from optimiser.solver.recourse.price_cuts import Recourse
from optimiser.solver.recourse.risk import neutral

if TYPE_CHECKING:
    import pyomo.environ as pyo

Array = np.ndarray
MANY = 100_000  # columns of a model that would not be in memory beside what is made of it
_BUILDING = threading.Lock()  # one model at a time is built: Pyomo knows of no threads
KNOWN = 4  # vectors of prices kept for each scenario: the last ones say most of the next question
BUILT = ("compiled", "_measure", "pools", "placing", "recourse", "_layout")  # what a model leaves behind


@contextmanager
def without_collection() -> Iterator[None]:
    """Pause the collector: millions of small objects are made, none of them garbage (a fifth of the time)."""
    paused = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if paused:
            gc.enable()


class Problem:
    """The solver's side of one instance; `update` and `weigh` make it another.

    `rebuilt` says why the last update had to build a model; it is empty where new numbers were enough.

    With `extend`, a function that adds to the Pyomo model, the program is solved whole: what was added may
    touch recourse, whose columns otherwise leave the master problem. `between` is called now and then while
    the model is built, and may raise what stops it.
    """

    def __init__(
        self,
        instance: Instance,
        weights: Mapping[str, float] | None = None,
        threads: int = 1,
        extend: Callable[[pyo.ConcreteModel], Any] | None = None,
        between: Callable[[], object] = lambda: None,
    ) -> None:
        self.threads, self.extended, self._extend = threads, extend is not None, extend
        self._layout: dict[str, Any] | None = None
        self.rebuilt = ""
        self._between: Callable[[], object] = between
        self.update(instance, weights)
        self._between = lambda: None  # built again, it is built to the end: something may have been found

    def update(self, instance: Instance, weights: Mapping[str, float] | None = None) -> None:
        """Ask about this instance from now on, as if it were the first: what was asked before is forgotten.

        Compiles again only where columns, rows or terms appear or vanish.
        """
        c = coefficients(instance, weights)
        self.instance = instance
        self.rebuilt = self._why_anew(c)
        self.known: deque[Array] = deque(maxlen=KNOWN * len(c.sets.scenarios))
        if self.rebuilt:
            self._compile(c)
        self._take(c)

    def weigh(self, weights: Array) -> None:
        """Replace the weights (G,), which sum to 1."""
        self._take(replace(self.c, value=replace(self.c.value, weight=weights)))

    @contextmanager
    def restored(self) -> Iterator[None]:
        """Afterwards it is about the instance and the weights from before, whatever was asked within.

        Where another model was built within, the one from before is at hand still.
        """
        instance, weights = self.instance, self.weights.copy()
        built = {name: vars(self)[name] for name in BUILT}
        try:
            yield
        finally:
            if self.instance is not instance:
                vars(self).update(built)
                self.update(instance)
            if not np.array_equal(self.weights, weights):
                self.weigh(weights)

    @contextmanager
    def neutral(self) -> Iterator[None]:
        """Within, designs are worth what is expected of them at these weights, whatever the aversion to risk.

        Afterwards all is `restored`.
        """
        with self.restored():
            if self.instance.uncertainty["risk_aversion"]:
                weights = self.weights.copy()
                self.update(neutral(self.instance))
                self.weigh(weights)
            yield

    def _take(self, c: Coefficients) -> None:
        self.c = c
        program = self.compiled.program(c.theta)
        self.units = self._measure.units(program, c)
        self.program = self._measure.scaled(program, self.units)
        self.pools.follow(c.pools)
        self.recourse.follow(self.program, c, self.units)
        # Money spent before the scenario is known couples the scenarios, and so may an extension.
        self.coupled = self.extended or any(self._width(name) for name in ("support", "added"))

    def _why_anew(self, c: Coefficients) -> str:
        """Why the compiled model does not serve these coefficients; empty where it does."""
        if self._layout is None:
            return "nothing was built yet"
        if self.extended:
            return "an extension may have read other numbers"
        names = [name for name, part in c.layout.items() if part != self._layout.get(name)]
        return f"columns, rows or terms appear or vanish: {', '.join(names)}" if names else ""

    def _compile(self, c: Coefficients) -> None:
        with _BUILDING, without_collection():
            model = assemble(c, self.instance.name, self._between)
            own = None if self._extend is None else extend(model, self._extend, OWN)
            compiled = Compiled(model, own, self._between)
            del model  # its rules refer to it, so that only the collector frees it
            if len(compiled.columns.keys) > MANY:
                gc.collect()
            self.compiled = compiled.arranged()
        self._measure = Measure(self.compiled, c)
        self.pools = PoolCuts(self.compiled, c)
        self.placing = Placing(self.compiled, c, self.pools)
        self.recourse = Recourse(self.compiled, c)
        self._layout = c.layout

    def _width(self, component: str) -> int:
        run = self.compiled.columns[component]
        return run.stop - run.start

    @property
    def weights(self) -> Array:
        """(G,) normalised weights in force."""
        return self.c.value.weight

    @property
    def holding_share(self) -> Array:
        """(H,) how much of its decision a holding is: all if it is uniform, else the share of population."""
        locality = self.c.sets.holding_locality
        return np.where(locality < 0, 1.0, self.c.scores.share[locality])

    def floors(self, floors: Mapping[int, float]) -> Cuts:
        """Rows that keep objectives at or above a value in expectation."""
        achieved, sets = self.compiled.columns["achieved"], self.c.sets
        rows = np.zeros((len(floors), len(self.compiled.columns.keys)))
        scenarios = len(sets.scenarios)
        for row, g in zip(rows, floors, strict=True):
            begin = achieved.start + g * scenarios
            row[begin : begin + scenarios] = -self.c.value.probability
        return dense(rows, -np.array(list(floors.values()), float))

    def no_cuts(self) -> Cuts:
        """None."""
        return Cuts(sparse.csr_array((0, len(self.compiled.columns.keys))), np.zeros(0))
