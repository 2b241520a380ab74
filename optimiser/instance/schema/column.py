"""The vocabulary of the schema: what a column and a table are, and the kinds of column there are."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal

# What a name refers to, and what it is called in a sentence.
NOUNS = {
    "decisions": "decision",
    "levels": "level",
    "organisations": "organisation",
    "localities": "locality",
    "objectives": "objective",
    "scenarios": "scenario",
    "resource_types": "resource",
}


@dataclass(frozen=True)
class Column:
    """One column of a table, or one key of a section."""

    name: str  # with {} where there is one for each objective, resource or decision
    kind: Literal["name", "text", "number", "flag", "cell"]  # cell: any of them
    meaning: str
    default: str | float | bool | None = None  # None: nothing stands there
    otherwise: str = ""  # the default in words, where it has to be worked out
    required: bool = False
    of: str = ""  # the table in which this name must be found
    several: bool = False  # names separated by semicolons
    choices: tuple[str, ...] = ()
    what: str = ""  # what a choice, or a text, is called in a sentence
    low: float = -math.inf
    high: float = math.inf
    above: bool = False  # low itself is out of range
    below: bool = False  # high itself is out of range
    whole: bool = False
    unit: str = ""
    each: Literal["", "objectives", "weighed", "resources", "decisions", "asked", "varied", "paths"] = (
        ""  # objectives: of inputs all but resilience; weighed: all
    )
    nullable: bool = False  # of results: there may be none
    caption: bool = False  # a text that results show in place of a name
    linking: bool = False  # it links the periods of a path, and no other question reads it

    @property
    def blank(self) -> str | float | bool:
        """What a cell holds where nothing is given."""
        if self.default is not None:
            return self.default
        return math.nan if self.kind == "number" else ""

    @property
    def named(self) -> bool:
        """Whether it gives something a name, under which results show it."""
        return self.caption or (self.kind == "name" and not self.of and not self.choices)

    @property
    def expected(self) -> str:
        """What a cell should be, in words that follow 'is not'."""
        if self.kind == "flag":
            return "true or false"
        if self.choices:
            return f"{self.what} ({', '.join(self.choices)})"
        if self.of:
            noun = NOUNS[self.of]
            return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
        return (
            self._number
            if self.kind == "number"
            else "a name"
            if self.kind == "name"
            else self.what or "a text"
        )

    @property
    def share(self) -> bool:
        """Whether its numbers are shares, which have odds."""
        return (self.kind, self.low, self.high) == ("number", 0, 1)

    @property
    def _number(self) -> str:
        noun = "a whole number" if self.whole else "a number"
        low, high = f"{self.low:g}", f"{self.high:g}"
        if math.isfinite(self.low) and math.isfinite(self.high):
            return (
                f"{noun} {'above' if self.above else 'from'} {low} to {'below ' if self.below else ''}{high}"
            )
        if math.isfinite(self.low):
            return f"{noun} {'above' if self.above else 'of at least'} {low}"
        if math.isfinite(self.high):
            return f"{noun} of at most {high}"
        return noun

    @property
    def shown_default(self) -> str:
        """The default as the data dictionary prints it."""
        if self.required:
            return "**required**"
        if self.otherwise:
            return self.otherwise
        if isinstance(self.default, bool):
            return str(self.default).lower()
        return "none" if self.default in (None, "") else f"{self.default:g}"

    def says(self, cell: object) -> bool:
        """Whether a cell differs from what stands where nothing is given."""
        return bool(cell != self.blank and not (cell != cell and self.blank != self.blank))

    def admits(self, value: float) -> bool:
        """Whether a number is in range (NaN and the infinities never are)."""
        if not math.isfinite(value) or (self.whole and value != math.floor(value)):
            return False
        low = value > self.low if self.above else value >= self.low
        return low and (value < self.high if self.below else value <= self.high)


@dataclass(frozen=True, eq=False)
class TableSchema:
    """One table: a CSV file or a part of instance.toml; in a workbook, a sheet of this name."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()  # what no two rows may share
    shape: Literal["csv", "list", "keyed", "record"] = "csv"
    section: str = ""  # where instance.toml keeps it
    by_name: Mapping[str, Column] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {column.name: column for column in self.columns})

    @property
    def label(self) -> str:
        """What people call it: a file name, or the section of instance.toml."""
        return f"{self.name}.csv" if self.shape == "csv" else f"instance.toml {self.section}".rstrip()

    def guess(self, header: Iterable[str]) -> dict[str, Column]:
        """Columns that a header may mean where names that some stand for could not be read."""
        starts = [(column, column.name.partition("{")[0]) for column in self.columns if column.each]
        return {n: replace(c, name=n) for c, start in starts for n in header if n.startswith(start)}

    @lru_cache(maxsize=256)  # noqa: B019 (the schema lives as long as the programme)
    def expand(
        self, objectives: tuple[str, ...], resources: tuple[str, ...], decisions: tuple[str, ...]
    ) -> Mapping[str, Column]:
        """Columns by their name in one instance, where some stand once for each of its names."""
        scored = [o for o in objectives if o != "resilience"]
        names = {
            "objectives": scored, "weighed": objectives, "resources": resources, "decisions": decisions,
        }  # fmt: skip
        found: dict[str, Column] = {}
        for column in self.columns:
            for name in [column.name.format(n) for n in names[column.each]] if column.each else [column.name]:
                found[name] = replace(column, name=name) if column.each else column
        return found


def a_name(name: str, of: str, meaning: str, **more: Any) -> Column:
    """A column of names found in another table."""
    return Column(name, "name", meaning, of=of, **more)


def a_text(name: str, meaning: str, **more: Any) -> Column:
    """A column of free text."""
    return Column(name, "text", meaning, default="", **more)


def a_number(name: str, meaning: str, default: float | None = None, unit: str = "", **more: Any) -> Column:
    """A column in which each cell is a number."""
    return Column(name, "number", meaning, default=default, unit=unit, **more)


def a_share(name: str, meaning: str, default: float | None = None, **more: Any) -> Column:
    """A column in which each cell is a number from 0 to 1."""
    return a_number(name, meaning, default, "share", low=0, high=1, **more)


def a_amount(name: str, meaning: str, default: float | None = 0, unit: str = "", **more: Any) -> Column:
    """A column in which each cell is a number of at least 0."""
    return a_number(name, meaning, default, unit, low=0, **more)


def a_correlation(name: str, meaning: str, default: float | None = None, **more: Any) -> Column:
    """A column in which each cell is a number from -1 to 1."""
    return a_number(name, meaning, default, low=-1, high=1, **more)
