"""Problems as they are found, and where: what reading and checking fill, and InputError carries."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple, Protocol

import numpy as np

from optimiser.errors import InputError

_NEAR = 0.56  # less alike than this is no help
_SUGGESTIONS = 200  # different unknown names in one go for which a nearest one is looked for
_ALIKE = 4  # so many problems that differ only in the value have one cause
_SPANS = 6  # of rows, named in one line
_BLANK = "'' is not "
_VALUES = re.compile(r"'[^']*'|\d[\d.,]*|; did you mean .*")


class Place(NamedTuple):
    """Where something stands: sorted by file, then by line, then by column."""

    file: int
    line: int
    label: str
    column: int = 0
    source: str = ""  # the file, or the workbook and its sheet
    name: str = ""  # the column's
    letter: str = ""  # the column's in a workbook


class _Problem(NamedTuple):
    place: Place
    text: str
    cause: Hashable  # problems that share one are told in one line


class Located(Protocol):
    """Something that knows where its cells stand."""

    def place(self, row: int | None, column: str) -> Place:
        """The place of a cell; of a column where row is None."""


class Findings:
    """Everything found to be wrong so far, and what can no longer be relied on because of it."""

    def __init__(self, located: Mapping[str, Located]) -> None:
        self.located = dict(located)
        self.unreliable: set[str] = set()  # tables whose names are not all known
        self.noticed: list[str] = []  # what is no problem, and should be known
        self._found: list[_Problem] = []
        self._bad: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        self._nearest: dict[tuple[str, tuple[str, ...]], str] = {}

    def at(self, place: Place, text: str, cause: Hashable = None) -> None:
        """Note a problem by its place. Those with the same text in one column have one cause anyway."""
        self._found.append(_Problem(place, text, cause or (place.source or place.label, place.name, text)))

    def add(self, table: str, row: int | None, column: str, text: str, cause: Hashable = None) -> None:
        """Note a problem with a cell, or with a whole column where row is None."""
        if row is not None:
            self._bad[table, column].add(row)
        cause = (table, column, cause) if cause else None
        self.at(self.located[table].place(row, column), text, cause)

    def spoil(self, table: str, row: int, column: str) -> None:
        """Rely on a cell no more; what is wrong with it has been noted already."""
        self._bad[table, column].add(row)

    def unknown(
        self, table: str, row: int, column: str, value: str, expected: str, names: Iterable[str]
    ) -> None:
        """Note a name that leads nowhere, with the nearest that exists: one cause, wherever it stands."""
        self._bad[table, column].add(row)
        text = f"{quote(value)} is not {expected}{self.hint(value, names)}"
        self.at(self.located[table].place(row, column), text, ("unknown", value, expected))

    def hint(self, value: str, names: Iterable[str]) -> str:
        """'; did you mean ...?' where a name comes near."""
        key = (value, tuple(names))
        if key not in self._nearest:
            self._nearest[key] = nearest(*key) if len(self._nearest) < _SUGGESTIONS else ""
        found = self._nearest[key]
        twin = look(found) == look(value) and _plain(found) != _plain(value)
        written = ", which is written with other characters" * twin
        return f"; did you mean {quote(found)}{written}?" if found else ""

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
        """One line for each cause, in the order of files and lines."""
        order = sorted(self._found, key=lambda found: (*found.place[:2], found.place.column))
        causes: defaultdict[Hashable, list[_Problem]] = defaultdict(list)
        for problem in order:
            causes[problem.cause].append(problem)
        kinds: defaultdict[Hashable, list[list[_Problem]]] = defaultdict(list)
        for group in causes.values():  # a hundred names that lead nowhere are one cause, too
            first = group[0]
            kinds[first.place.source, first.place.name, _VALUES.sub("", first.text)].append(group)
        groups: list[list[_Problem]] = []
        for kin in kinds.values():
            same = len(kin) >= _ALIKE and kin[0][0].place.source
            groups += [[problem for group in kin for problem in group]] if same else kin
        groups.sort(key=lambda group: (*group[0].place[:2], group[0].place.column))
        return tuple(dict.fromkeys(map(_told, groups)))

    def raise_any(self) -> None:
        """Raise InputError if anything was found."""
        if self._found:
            raise InputError(self.lines)


def _told(group: Sequence[_Problem]) -> str:
    """One line for problems with one cause: the first of them, and where the others stand."""
    place, text, _ = group[0]
    rows: defaultdict[str, dict[Hashable, Place]] = defaultdict(dict)
    for found in group:
        rows[found.place.source].setdefault(found.place.line or found.place.label, found.place)
    count = sum(map(len, rows.values()))
    if count == 1:
        return f"{place.label}: {text}"
    several = len(rows) > 1
    where = [f"{source} " * several + _spans(places.values()) for source, places in rows.items()]
    among = (": " if several else ", ").join(filter(None, [f"{count} rows", "; ".join(where).rstrip()]))
    if text.startswith(_BLANK) and not several:
        return f"{place.source}: {place.name} is blank in {among}; it must be {text.removeprefix(_BLANK)}"
    return f"{place.label}: {text}; so in {among}"


def _spans(places: Iterable[Place]) -> str:
    """Where rows stand, in words: 'lines 2-49 and 60', or in a workbook 'C2-C49 and C60'."""
    lines: defaultdict[str, list[int]] = defaultdict(list)
    for place in places:
        if place.line:
            lines[place.letter].append(place.line)
    names = [name for letter, numbers in lines.items() for name in spans(numbers, letter)]
    noun = "" if not names or any(lines) else "line " if names[0].isdigit() and len(names) == 1 else "lines "
    return noun + listing(names, _SPANS)


def spans(numbers: Iterable[int], letter: str = "") -> list[str]:
    """Rising numbers as the ends of their runs: 2-49, 60; with a letter C2-C49, C60."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return ["-".join(dict.fromkeys(f"{letter}{end}" for end in run)) for run in runs]


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


# Small letters of other alphabets that, or whose capitals, look like Latin ones.
_LOOK = str.maketrans("авеѕкмнорстухіјһӏԁԛԝαβεζηικμνορτυχωɡı", "abeskmhopctyxijhldqwabezhikmnoptyxwgi")


def look(name: str) -> str:
    """What a name looks like: capitals, accents composed otherwise, other alphabets and spacing apart."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return _plain(folded.translate(_LOOK))


def _plain(name: str) -> str:
    """A name without its capitals and spacing."""
    return re.sub(r"[\s_-]+", "_", name.casefold()).strip("_")


def listing(names: Iterable[str], most: int = 5, last: str = "and") -> str:
    """Names in a sentence: 'a, b and c', or the first few 'and 12 others'."""
    every = list(names)
    if len(every) <= most + 1:
        return f" {last} ".join([", ".join(every[:-1]), every[-1]] if len(every) > 1 else every)
    return f"{', '.join(every[:most])} {last} {len(every) - most} others"
