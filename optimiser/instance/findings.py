"""Problems as they are found, and where: what reading and checking fill, and InputError carries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import NamedTuple, Protocol

import numpy as np

from optimiser.instance.errors import InputError

_NEAR = 0.56  # less alike than this is no help
_SUGGESTIONS = 200  # different unknown names in one go for which a nearest one is looked for


class Place(NamedTuple):
    """Where something stands: sorted by file, then by line, then by column."""

    file: int
    line: int
    label: str
    column: int = 0


class Located(Protocol):
    """Something that knows where its cells stand."""

    def place(self, row: int | None, column: str) -> Place:
        """The place of a cell; of a column where row is None."""


class Findings:
    """Everything found to be wrong so far, and what can no longer be relied on because of it."""

    def __init__(self, located: Mapping[str, Located]) -> None:
        self.located = dict(located)
        self.unreliable: set[str] = set()  # tables whose names are not all known
        self._found: list[tuple[Place, str]] = []
        self._bad: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        self._nearest: dict[tuple[str, tuple[str, ...]], str] = {}

    def at(self, place: Place, text: str) -> None:
        """Note a problem by its place."""
        self._found.append((place, text))

    def add(self, table: str, row: int | None, column: str, text: str) -> None:
        """Note a problem with a cell, or with a whole column where row is None."""
        if row is not None:
            self._bad[table, column].add(row)
        self.at(self.located[table].place(row, column), text)

    def spoil(self, table: str, row: int, column: str) -> None:
        """Rely on a cell no more; what is wrong with it has been noted already."""
        self._bad[table, column].add(row)

    def unknown(
        self, table: str, row: int, column: str, value: str, expected: str, names: Iterable[str]
    ) -> None:
        """Note a name that leads nowhere, with the nearest that exists."""
        self.add(table, row, column, f"{quote(value)} is not {expected}{self.hint(value, names)}")

    def hint(self, value: str, names: Iterable[str]) -> str:
        """'; did you mean ...?' where a name comes near."""
        key = (value, tuple(names))
        if key not in self._nearest:
            self._nearest[key] = nearest(*key) if len(self._nearest) < _SUGGESTIONS else ""
        return f"; did you mean {quote(self._nearest[key])}?" if self._nearest[key] else ""

    def line(self, table: str, row: int) -> str:
        """Where another row stands, in words: 'on line 3'."""
        place = self.located[table].place(row, "")
        return f"on line {place.line}" if place.line else "above"

    def sound(self, table: str, rows: int, *columns: str) -> np.ndarray:
        """(rows,) bool: the rows in which nothing is wrong with these columns."""
        sound = np.ones(rows, dtype=bool)
        for column in columns:
            sound[list(self._bad.get((table, column), ()))] = False
        return sound

    def all_sound(self, table: str, *columns: str) -> bool:
        """Whether nothing is wrong with these columns, in any row."""
        return table not in self.unreliable and not any(self._bad.get((table, column)) for column in columns)

    @property
    def lines(self) -> tuple[str, ...]:
        """One line for each problem, in the order of files and lines."""
        order = sorted(self._found, key=lambda found: (found[0].file, found[0].line, found[0].column))
        return tuple(dict.fromkeys(f"{place.label}: {text}" for place, text in order))

    def raise_any(self) -> None:
        """Raise InputError if anything was found."""
        if self._found:
            raise InputError(self.lines)


def quote(value: object) -> str:
    """A value as an error line shows it: in quotes, on one line, not too long, nothing unprintable."""
    text = value if isinstance(value, str) else "" if value is None else number_text(value)
    shown = text if len(text) <= 60 else text[:57] + "..."
    return "'" + "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown) + "'"


def number_text(value: object) -> str:
    """A number or flag as people write it, exact when read again: 21, not 21.0."""
    if isinstance(value, bool | np.bool_):
        return str(bool(value)).lower()
    if isinstance(value, float | np.floating):
        text = repr(float(value))
        return text[:-2] if text.endswith(".0") else text
    return str(value)


def nearest(value: str, names: Iterable[str]) -> str:
    """The name most like a value, '' where none is: matching runs, and a common beginning counts extra."""

    def likeness(name: str) -> float:
        a, b = value.casefold().strip(), name.casefold()
        ratio = SequenceMatcher(None, a, b, autojunk=False).ratio()
        start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
        return ratio + 0.1 * min(start, 4) * (1 - ratio)

    best = max(((likeness(name), name) for name in names if name), key=lambda x: x[0], default=(0.0, ""))
    return best[1] if best[0] >= _NEAR else ""


def listing(names: Iterable[str], most: int = 5, last: str = "and") -> str:
    """Names in a sentence: 'a, b and c', or the first few 'and 12 others'."""
    every = list(names)
    if len(every) <= most + 1:
        return f" {last} ".join([", ".join(every[:-1]), every[-1]] if len(every) > 1 else every)
    return f"{', '.join(every[:most])} {last} {len(every) - most} others"
