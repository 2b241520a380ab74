"""What stays unknown of a shock once it is there: errors of forecasts, and how they go together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from making.tables import number
from making.volatility import mean_correlation

HALF_A_PATIENT = 0.5  # added before taking logarithms
AROUND = pd.Timedelta(weeks=6)  # days forecast, on either side of the peak
# Naive forecasts, by how much of the last week's growth they let go on; a damped trend often errs least
# (Gardner and McKenzie, Forecasting trends in time series, Management Science 1985;31:1237-1246).
DAMPING = (0.0, 0.5, 1.0)


@dataclass(frozen=True)
class Unknown:
    """The errors of the forecast that errs least: its damping, their root mean square, mean correlation."""

    damping: float
    error: float
    correlation: float


def unknown(patients: pd.DataFrame, peak: pd.Timestamp, weeks: int) -> Unknown:
    """Errors of forecasts of log patients (day x place), made so many weeks before, around a peak."""
    level, days = (patients + HALF_A_PATIENT).apply(np.log), slice(peak - AROUND, peak + AROUND)
    growth = (level - level.shift(7)) * weeks
    tried = []
    for damping in DAMPING:
        errors = (level - (level + damping * growth).shift(7 * weeks)).loc[days].dropna()
        error = float(np.sqrt((errors**2).to_numpy().mean()))
        tried.append(Unknown(damping, error, mean_correlation(errors.corr().to_numpy())))
    return min(tried, key=lambda found: found.error)


def told(wave: str, unknown: Mapping[int, Unknown]) -> str:
    """A wave's correlations, by weeks ahead, in words."""
    found = (
        f"{number(u.correlation, 2)} {weeks} week{'s' * (weeks > 1)} ahead (root mean square error "
        f"{number(u.error, 2)}, {number(u.damping)} of the growth)"
        for weeks, u in unknown.items()
    )
    return f"{wave.replace('_', ' ')} {', '.join(found)}"
