"""A table of an instance: named columns of equal length, read once and never changed."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


class Table(Mapping[str, np.ndarray]):
    """Read-only columns, each a numpy array with one entry a row.

    Text columns hold ``str`` (empty where nothing was given) in object arrays, numbers are
    ``float64`` (NaN where nothing was given and no default stands), flags are ``bool``.
    """

    __slots__ = ("_blank", "_columns", "_written", "rows")

    def __init__(
        self,
        columns: Mapping[str, Any],
        rows: int | None = None,
        blank: Mapping[str, np.ndarray] | None = None,
    ) -> None:
        self._blank = dict(blank or {})
        self._columns = {name: _read_only(column) for name, column in columns.items()}
        self._written: dict[str, bytes] = {}  # columns that have been written as JSON
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
        blanks = {key: mask for key, mask in self._blank.items() if key != name}
        if blank is not None:
            blanks[name] = blank
        table = Table({**self._columns, name: values}, self.rows, blanks)
        table._written = {key: text for key, text in self._written.items() if key != name}
        return table

    def blank(self, name: str) -> np.ndarray:
        """(rows,) bool: where nothing was given when the table was read, and a default stands or nothing."""
        if name in self._blank:
            return self._blank[name]
        column = self._columns[name]
        if column.dtype.kind == "f":
            return np.isnan(column)
        return column == "" if column.dtype == object else np.zeros(self.rows, dtype=bool)

    def written(self, without: Container[str] = ()) -> bytes:
        """The table as JSON: columns as lists. What is written of a column is kept, for variants as well."""
        named = [name for name in self._columns if name not in without]
        for name in named:
            if name not in self._written:
                self._written[name] = compact(name) + b":" + compact(self._columns[name].tolist())
        return b"{" + b",".join(self._written[name] for name in named) + b"}"

    def frame(self) -> pd.DataFrame:
        """The table as a DataFrame (a copy: changing it leaves the instance as it is)."""
        import pandas as pd

        return pd.DataFrame({name: column.copy() for name, column in self._columns.items()})

    def __repr__(self) -> str:
        return f"Table({self.rows} rows: {', '.join(self._columns)})"


def compact(value: Any) -> bytes:
    """JSON without a space."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _read_only(column: Any) -> np.ndarray:
    """A column that nobody writes to: itself where it is one, so that variants share it."""
    array = np.asarray(column)
    if array.flags.writeable:
        array = array.view()
        array.setflags(write=False)
    return array
