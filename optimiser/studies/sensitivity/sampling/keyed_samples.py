"""The samples of a study, each known by what it says: alike ones are solved once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from optimiser.studies.sensitivity.running.store import sample_key

if TYPE_CHECKING:
    import pandas as pd


class Samples:
    """The table of samples; `keys` has one for each row, in their order."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        self._columns = {str(name): frame[name].to_numpy() for name in frame.columns if name != "sample"}
        self.keys = [sample_key(self._row(i)) for i in range(len(frame))]

    def _row(self, i: int) -> dict[str, Any]:
        return {name: column[i] for name, column in self._columns.items()}

    @cached_property
    def first(self) -> dict[bytes, int]:
        """The first row of each sample, in their order."""
        return {key: i for i, key in reversed(list(enumerate(self.keys)))}

    @cached_property
    def distinct(self) -> Sequence[bytes]:
        """Each sample once, in their order."""
        return tuple(dict.fromkeys(self.keys))

    def row(self, key: bytes) -> dict[str, Any]:
        """What a sample says: a value for each name."""
        return self._row(self.first[key])

    @cached_property
    def numbers(self) -> dict[bytes, list[int]]:
        """The numbers of each sample: several of one that stands there more than once."""
        found = dict[bytes, list[int]]()
        for number, key in zip(self.frame["sample"].tolist(), self.keys, strict=True):
            found.setdefault(key, []).append(number)
        return found
