"""How one number varies: its quantiles, by which samples are drawn and lines are stepped along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.special import ndtr, ndtri

Array = np.ndarray
DIGITS = 12  # significant, of each value that is drawn: tables say it exactly
LEAST_MASS = 1e-9  # of a normal distribution, that its range must hold
_POWERS = np.array([float(f"1e{power}") for power in range(23)])  # those that a float holds exactly


@dataclass(frozen=True)
class Distribution:
    """Where a number lies, and how often: its range, and its shape within.

    `whole`: only whole numbers of the range, each as often as the others. `numbers` are the parameters in the
    order of the study file: ends and mode, mean or median and spread, or all the values that there are.
    """

    kind: Literal["range", "triangular", "normal", "lognormal", "values"]
    numbers: tuple[Any, ...]
    low: float = np.nan
    high: float = np.nan
    whole: bool = False

    def at(self, shares: Array) -> Array:
        """The values that these shares of all samples do not exceed; the ends of the range at 0 and 1."""
        return getattr(self, f"_{self.kind}")(np.asarray(shares, dtype=float))

    def steps(self, steps: int) -> list[Any]:
        """So many values, from one end to the other in even steps of quantiles; of a list all that it has."""
        if self.kind == "values":
            return list(self.numbers)
        return list(dict.fromkeys(self.at(np.linspace(0, 1, steps)).tolist()))

    def _values(self, shares: Array) -> Array:
        at = np.minimum((shares * len(self.numbers)).astype(int), len(self.numbers) - 1)
        kinds = {type(value) for value in self.numbers}
        return np.array(self.numbers, dtype=float if kinds == {float} else object)[at]

    def _range(self, shares: Array) -> Array:
        if self.whole:
            return np.minimum(np.floor(self.low + shares * (self.high - self.low + 1)), self.high)
        return self._within(self.low + shares * (self.high - self.low))

    def _triangular(self, shares: Array) -> Array:
        low, mode, high = self.numbers
        rising = low + np.sqrt(shares * (high - low) * (mode - low))
        falling = high - np.sqrt((1 - shares) * (high - low) * (high - mode))
        return self._within(np.where(shares * (high - low) <= mode - low, rising, falling))

    def _normal(self, shares: Array) -> Array:
        mean, sd = self.numbers
        return self._within(
            mean + sd * self._standard(shares, (self.low - mean) / sd, (self.high - mean) / sd)
        )

    def _lognormal(self, shares: Array) -> Array:
        median, spread = self.numbers[0], np.log(self.numbers[1])
        low, high = (np.log(end / median) / spread if end > 0 else -np.inf for end in (self.low, self.high))
        return self._within(median * np.exp(spread * self._standard(shares, low, high)))

    def _standard(self, shares: Array, low: float, high: float) -> Array:
        """Quantiles of the standard normal distribution between two cuts."""
        flip = (
            low + high > 0
        )  # in the upper tail shares near 1 lose their digits; the lower one is its mirror
        a, b = (-high, -low) if flip else (low, high)
        z = ndtri(ndtr(a) + (1 - shares if flip else shares) * (ndtr(b) - ndtr(a)))
        return -z if flip else z

    def _within(self, values: Array) -> Array:
        """The values within the range, whose ends arithmetic may miss by a digit."""
        return np.clip(rounded(np.clip(values, self.low, self.high)), self.low, self.high)


def mass(kind: str, numbers: Sequence[float], low: float, high: float) -> float:
    """The share of a normal or lognormal distribution that lies in the range at which it is cut off."""
    centre, spread = numbers
    if kind == "lognormal":
        low, high = (np.log(end / centre) if end > 0 else -np.inf for end in (low, high))
        centre, spread = 0.0, np.log(spread)
    a, b = (low - centre) / spread, (high - centre) / spread
    a, b = (-b, -a) if a + b > 0 else (a, b)
    return float(ndtr(b) - ndtr(a))


def rounded(values: Array) -> Array:
    """The values to so many digits as tables write."""
    size = np.abs(values)
    power = DIGITS - 1 - np.floor(np.log10(np.where(size > 0, size, 1.0))).astype(int)
    exact = (power >= 0) & (power < len(_POWERS))
    scale = _POWERS[np.where(exact, power, 0)]
    near = np.where(exact, np.round(values * scale) / scale, values)
    near[~exact] = [float(f"{value:.{DIGITS}g}") for value in near[~exact]]
    return near
