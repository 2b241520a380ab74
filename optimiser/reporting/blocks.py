"""What a page is made of: parts, and in them a few kinds of blocks. The template knows how each looks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile
from typing import Any

from optimiser.figures.drawing import Drawing
from optimiser.labels import say

SEVERAL = ("frontier", "tips", "replay")  # parts in which each figure answers a question of its own
NUMBER = re.compile(r"[-+<>]? ?[\d.,]+( %| \w+)?|[\d,]+ / [\d,]+|[-\u2013?]")


@dataclass(frozen=True)
class Text:
    """A paragraph; a `note` is small, a `warning` stands out."""

    words: str
    tone: str = ""
    kind: str = field(default="text", init=False)


@dataclass(frozen=True)
class Heading:
    """Of what follows within a part."""

    words: str
    kind: str = field(default="heading", init=False)


@dataclass(frozen=True)
class Facts:
    """A few numbers that a reader takes away: what it is, the number, what it means."""

    facts: Sequence[tuple[str, str, str]]
    kind: str = field(default="facts", init=False)


@dataclass(frozen=True)
class Listing:
    """Short sentences or names, one under the other, or folded behind a caption."""

    items: Sequence[str]
    caption: str = ""
    kind: str = field(default="listing", init=False)


@dataclass(frozen=True)
class Sentences:
    """A heading, where it leads, and a sentence or two, each open or folded."""

    items: Sequence[tuple[str, str, str, bool]]
    kind: str = field(default="sentences", init=False)


@dataclass(frozen=True)
class Table:
    """Rows under headings; `folded` behind its caption."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    folded: bool = False
    kind: str = field(default="table", init=False)

    @cached_property
    def numbers(self) -> set[int]:
        """Which columns hold nothing but numbers: they stand to the right."""
        columns = zip(*self.rows, strict=True)
        return {k for k, cells in enumerate(columns) if k and all(NUMBER.fullmatch(str(x)) for x in cells)}

    @property
    def cells(self) -> Iterator[list[tuple[int, Any, int]]]:
        """What each row says anew: column, cell, and of how many rows it is.

        Leading words that rows share, as regions and systems of localities, are said once.
        """
        words = next((k for k in range(len(self.columns)) if k in self.numbers), len(self.columns) - 1)
        left = [0] * words  # rows for which the last cell of a column still stands
        for t, row in enumerate(self.rows):
            said = list[tuple[int, Any, int]]()
            for k, cell in enumerate(row):
                if k < words and left[k]:
                    left[k] -= 1
                    continue
                span = self._shared(t, k) if k < words else 1
                said.append((k, cell, span))
                if k < words:
                    left[k] = span - 1
            yield said

    def _shared(self, t: int, k: int) -> int:
        """How many rows from this one on say the same up to this column."""
        same = takewhile(lambda row: row[: k + 1] == self.rows[t][: k + 1], self.rows[t:])
        return sum(1 for _ in same)


@dataclass(frozen=True)
class Figure:
    """A drawing, what it shows in words, and the table behind it."""

    drawing: Drawing
    kind: str = field(default="figure", init=False)

    @property
    def table(self) -> Table:
        """The numbers behind it."""
        caption = say("page.table", figure=self.drawing.title)
        return Table(caption, self.drawing.columns, self.drawing.rows, folded=True)


@dataclass(frozen=True)
class Triangle:
    """The triangle of weights that answers, and the data with which it does."""

    figure: Figure
    data: dict[str, Any]
    kind: str = field(default="triangle", init=False)


@dataclass(frozen=True)
class Part:
    """A part of the page: its place in the page's address, its heading, and what stands in it."""

    name: str
    heading: str
    blocks: Sequence[Any]

    @property
    def figures(self) -> list[Figure]:
        """The figures in it, in their order."""
        found = (block.figure if isinstance(block, Triangle) else block for block in self.blocks)
        return [block for block in found if isinstance(block, Figure)]

    @property
    def questions(self) -> list[Figure]:
        """The figures of a part that answers several questions: the contents lead to each."""
        return self.figures if self.name in SEVERAL and len(self.figures) > 1 else []
