"""How much a series varies and how far series vary together, once season and trend are out."""

from __future__ import annotations

import numpy as np
import pandas as pd

LIMIT = 3.0  # robust standard deviations at which a change counts as a jump in reporting
MEDIAN_TO_SD = 1.4826  # the median absolute deviation of a normal variable, as a share of its sd


def irregular(levels: pd.DataFrame, season_from: pd.DataFrame | None = None) -> tuple[pd.DataFrame, float]:
    """What is left of log changes (period x organisation) when the calendar month's own change is out.

    Changes take the trend out; the effect of the calendar month is its mean change in `season_from` (the
    same series, perhaps over more years; default: `levels`); what lies beyond three robust standard
    deviations is pulled in to them, because jumps in reporting are no volatility. The second value is the
    number of independent observations left, after the months estimated.
    """
    reference = (levels if season_from is None else season_from).apply(np.log).diff().iloc[1:]
    month = pd.DatetimeIndex(reference.index).month
    season = reference.groupby(month).mean()
    change = levels.apply(np.log).diff().iloc[1:]
    own = change - season.loc[pd.DatetimeIndex(change.index).month].to_numpy()
    spread = LIMIT * MEDIAN_TO_SD * own.abs().median()
    return own.clip(-spread, spread, axis=1), len(own) * (1 - len(season) / len(reference))


def coefficients_of_variation(changes: pd.DataFrame, observations: float) -> pd.Series:
    """Standard deviation of each level as a share of its mean: a change holds two levels' noise."""
    return np.sqrt((changes**2).sum() / observations / 2)


def shrunk_correlation(changes: pd.DataFrame) -> tuple[np.ndarray, float]:
    """Correlation matrix shrunk to constant correlation, and how far (0: the sample, 1: the constant).

    Ledoit & Wolf, Honey, I shrunk the sample covariance matrix, J Portfolio Management 2004;30(4):110-119,
    applied to standardised series. With more organisations than periods the sample matrix is singular, and
    a sum over many organisations would seem to carry less risk than it does; shrinking to the identity
    would err the same way. Rounded to 4 decimals, which the weight on the constant keeps positive definite.
    """
    x = ((changes - changes.mean()) / changes.std(ddof=0)).to_numpy()
    periods, size = x.shape
    sample = x.T @ x / periods
    off = ~np.eye(size, dtype=bool)
    mean = sample[off].mean()
    target = np.where(off, mean, 1.0)
    noise = (x**2).T @ (x**2) / periods - sample**2
    third = (x**3).T @ x / periods - sample  # covariance of x_i^2 with x_i x_j, where x_i^2 has mean 1
    shared = np.trace(noise) + mean / 2 * (third + third.T)[off].sum()
    distance = ((target - sample) ** 2).sum()
    weight = float(np.clip((noise.sum() - shared) / distance / periods, 0, 1))
    shrunk = weight * target + (1 - weight) * sample
    np.fill_diagonal(shrunk, 1.0)
    return shrunk.round(4), weight


def mean_correlation(matrix: np.ndarray) -> float:
    """Mean of what is off the diagonal."""
    return float(matrix[~np.eye(len(matrix), dtype=bool)].mean())


def ranked(values: pd.Series, spread: float, *, best_is_high: bool = True) -> pd.Series:
    """Scores from 1 (the best) down to 1 - spread (the worst), in proportion to the values between."""
    place = (values - values.min()) / (values.max() - values.min())
    return 1 - spread * ((1 - place) if best_is_high else place)


def standardised(values: pd.Series, weights: pd.Series) -> pd.Series:
    """Mean 0 and standard deviation 1, both weighted."""
    centred = values - np.average(values, weights=weights)
    return centred / np.sqrt(np.average(centred**2, weights=weights))
