"""A real series of demand for `replay`, and a stock that all localities share by population."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from making.judgement import Rows
from making.tables import number, write_table

SHARE_OF_PEAK = 0.8  # of the highest national need


def stock(need: pd.DataFrame, population: pd.Series) -> pd.Series:
    """What each locality has: a share of the national peak of need (day x locality), by population."""
    return SHARE_OF_PEAK * need.sum(axis=1).max() * population / population.sum()


def series_rows(resource: str, need: pd.DataFrame, capacity: pd.DataFrame | pd.Series | None = None) -> Rows:
    """The rows of a series; capacity (by place, or by day and place) where the instance does not have it."""
    for t, (day, row) in enumerate(need.iterrows()):
        have = capacity.iloc[t] if isinstance(capacity, pd.DataFrame) else capacity
        for place, amount in row.items():
            found = {"date": str(day)[:10], "organisation": str(place), "resource": resource}
            found["demand"] = number(float(amount), 9)
            yield found if have is None else found | {"capacity": number(float(have[str(place)]), 9)}


def write_series(path: Path, rows: Rows) -> None:
    """Write a series beside its instance."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_table(path, rows)
