"""Better paths near a path: of every decision the shortest path over (level, period), by prices.

With skill, morale and reserves as they are on the path, each period's prices bound what a move of one
decision is worth there; moves cost what they cost, and the best sequence of levels of each decision is a
shortest path. The sequences that promise most are made together, fewer of them where that is no better.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from optimiser.audit.path import audit_path
from optimiser.instance.period import in_period
from optimiser.solver.clock import Clock
from optimiser.solver.path.whole import Whole
from optimiser.solver.session import Session
from optimiser.tolerances import EQUAL

Array = np.ndarray


class Shortest:
    """Climbs from a path to better ones, as far as shortest paths of single decisions lead."""

    def __init__(self, whole: Whole, allowed: Array, clock: Clock, tell: Callable[[str], None]) -> None:
        self.whole, self.allowed = whole, allowed  # (T, H, L) bool: levels that each holding may have
        self.clock, self.tell = clock, tell
        self._session: Session | None = None

    def climb(self, design: Array, value: float) -> tuple[Array, float]:
        """A path (T H,) that is no worse than this one, and its value."""
        size = len(design)
        while size and not self.clock.out:
            worth = self._worth(design)
            if worth is None:
                break
            before = design.reshape(self.whole.shape)
            sequences, gain = self._sequences(before, worth)
            promising = np.flatnonzero(gain > EQUAL)
            promising = promising[np.argsort(-gain[promising], kind="stable")]
            size = min(size, len(promising))
            while size and not self.clock.out:
                there = before.copy()
                there[:, promising[:size]] = sequences[:, promising[:size]]
                found, _ = self.whole.settle(there.ravel(), self.clock)
                if found > value + EQUAL:
                    design, value = there.ravel(), found
                    self.tell(f"value {value:.6f}, by shortest paths of {size} decisions")
                    break
                size //= 2
        return design, value

    def _worth(self, design: Array) -> Array | None:
        """(T, H, L) the most that holding h at l in t is worth, with states as on the path of this design."""
        _, x = self.whole.settle(design, Clock())
        if x is None:
            return None
        steps = audit_path(self.whole.instance, self.whole.records(x)).steps
        found = np.zeros(self.allowed.shape)
        for t, (step, held) in enumerate(zip(steps, design.reshape(self.whole.shape), strict=True)):
            period = in_period(self.whole.instance, t, step.period.inherited)
            if self._session is None:
                self._session = Session(period, None, self.whole.threads)
            else:
                self._session.update(period)
            lines = self._session.lines(held, Clock())
            if lines is None:
                return None
            ((slope, _),) = lines
            placed = slope[: found[t].size].reshape(found[t].shape)  # a design settles these first
            found[t] = -self.whole.links.weight[t] * placed
        return found

    def _sequences(self, held: Array, worth: Array) -> tuple[Array, Array]:
        """(T, H) the best sequence of every holding by itself, and (H,) what it gains."""
        move, now = self.whole.links.move_cost, self._today()
        periods, holdings, levels = worth.shape
        apart = 1.0 - np.eye(levels)
        worth = np.where(self.allowed, worth, -np.inf)
        best = worth[0] - move[0][:, None] * ((now[:, None] >= 0) & (now[:, None] != np.arange(levels)))
        came = np.zeros((periods, holdings, levels), int)
        for t in range(1, periods):
            ways = best[:, :, None] - move[t][:, None, None] * apart  # (H, from, to)
            came[t] = ways.argmax(axis=1)
            best = ways.max(axis=1) + worth[t]
        sequence = np.zeros((periods, holdings), int)
        sequence[-1] = best.argmax(axis=1)
        for t in range(periods - 1, 0, -1):
            sequence[t - 1] = came[t][np.arange(holdings), sequence[t]]
        return sequence, best.max(axis=1) - self._now_worth(held, worth, now)

    def _now_worth(self, held: Array, worth: Array, now: Array) -> Array:
        """(H,) what the sequences that are held come to."""
        before = np.vstack([np.where(now >= 0, now, held[0]), held[:-1]])
        each = np.take_along_axis(worth, held[:, :, None], axis=2)[:, :, 0]
        return np.asarray((each - self.whole.links.move_cost * (before != held)).sum(axis=0))

    def _today(self) -> Array:
        """(H,) where each holding is today: where most of its localities agree, else -1."""
        sets, current = self.whole.links.sets, self.whole.links.current
        members = (current[sets.holding_decision[h], sets.members(h)] for h in range(self.whole.shape[1]))
        return np.array([levels[0] if (levels == levels[0]).all() else -1 for levels in members])
