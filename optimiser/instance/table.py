"""A table of an instance: named columns of equal length, read once and never changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


class Table(Mapping[str, np.ndarray]):
    """Read-only columns, each a numpy array with one entry a row.

    Text columns hold ``str`` (empty where nothing was given) in object arrays, numbers are
    ``float64`` (NaN where nothing was given and no default stands), flags are ``bool``.
    """

    __slots__ = ("_blank", "_columns", "rows")

    def __init__(
        self,
        columns: Mapping[str, Any],
        rows: int | None = None,
        blank: Mapping[str, np.ndarray] | None = None,
    ) -> None:
        self._blank = dict(blank or {})
        self._columns = {name: np.asarray(column).view() for name, column in columns.items()}
        for column in self._columns.values():
            column.setflags(write=False)
        lengths = {len(column) for column in self._columns.values()}
        self.rows: int = rows if rows is not None else lengths.pop() if lengths else 0
        assert lengths <= {self.rows}, "columns of different length"

    def __reduce__(self) -> tuple[Any, ...]:
        return Table, (dict(self._columns), self.rows, self._blank)  # read-only again on the other side

    def __getitem__(self, column: str) -> np.ndarray:
        return self._columns[column]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def with_column(self, name: str, values: np.ndarray, blank: np.ndarray | None = None) -> Table:
        """The same table with one column replaced or added, given wherever it is not said to be blank."""
        others = {key: mask for key, mask in self._blank.items() if key != name}
        return Table(
            {**self._columns, name: values}, self.rows, others if blank is None else others | {name: blank}
        )

    def blank(self, name: str) -> np.ndarray:
        """(rows,) bool: where nothing was given when the table was read, and a default stands or nothing."""
        if name in self._blank:
            return self._blank[name]
        column = self._columns[name]
        if column.dtype.kind == "f":
            return np.isnan(column)
        return column == "" if column.dtype == object else np.zeros(self.rows, dtype=bool)

    def frame(self) -> pd.DataFrame:
        """The table as a DataFrame (a copy: changing it leaves the instance as it is)."""
        import pandas as pd

        return pd.DataFrame({name: column.copy() for name, column in self._columns.items()})

    def __repr__(self) -> str:
        return f"Table({self.rows} rows: {', '.join(self._columns)})"
