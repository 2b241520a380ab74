"""How results introduce themselves: in a line, a few lines, or a small table for notebooks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from optimiser.terminal import breadth, clean, columns, fold, html

LINE = 200  # letters that a line of introduction has at the most
LINES = 25  # lines that an introduction has at the most
NAME = 60  # columns that a name has at the most
CELL = 60  # columns that a cell has at the most
SHOWN = (12, 6, 3, 1, 0)  # rows of its table that are shown: as many as there is room for
Cells = Sequence[Sequence[str]]


class Introduced(ABC):
    """Something that says in short what it is, whatever names stand in it: nothing in it becomes markup."""

    @property
    @abstractmethod
    def headline(self) -> str:
        """How it ended, or what it is, in one line."""

    @abstractmethod
    def _name(self) -> str:
        """What it is about."""

    @abstractmethod
    def _summary(self) -> Cells:
        """Its main table in short, the first row the headings; none: there is nothing to show."""

    @abstractmethod
    def _further(self) -> str:
        """Where to read on."""

    def _said(self) -> Sequence[str]:
        """What else must be known of it, a sentence each."""
        return ()

    def __repr__(self) -> str:
        kind = type(self).__name__
        name = _cut(clean(self._name()), NAME)
        return f"{kind}({_cut(f'{name}: {clean(self.headline)}', LINE - len(kind) - 2)})"

    def __str__(self) -> str:
        *texts, last = self._texts()
        above, below = [line for text in texts for line in fold(text)], fold(last)
        for most in SHOWN:
            table = _table(self._shown(most))
            if len(above) + len(table) + len(below) <= LINES:
                break
        return "\n".join([*above[: LINES - len(table) - len(below)], *table, *below])

    def _repr_html_(self) -> str:
        """A small table, for notebooks."""
        *above, below = self._texts()
        return html(above, self._shown(SHOWN[0]), [below])

    def _texts(self) -> list[str]:
        """Its paragraphs, the last of which stands below the table."""
        head = f"{_cut(clean(self._name()), NAME)}: {self.headline}"
        return [_cut(clean(text), LINE) for text in (head, *self._said(), self._further())]

    def _shown(self, most: int) -> list[list[str]]:
        """The first rows, cells cut to size, and how many there are beside them."""
        rows = [[_cut(clean(cell), CELL) for cell in row] for row in self._summary()]
        if not rows or not most:
            return []
        left = len(rows) - 1 - most
        more = [[f"... and {left:,} more", *[""] * (len(rows[0]) - 1)]] if left > 0 else []
        return rows[: most + 1] + more


def _table(rows: Cells) -> list[str]:
    return columns(rows) if rows else []


def _cut(text: str, most: int) -> str:
    """A text that takes up `most` columns at the most, with a mark where it was cut."""
    if breadth(text) <= most and len(text) <= most:
        return text
    while breadth(text) > most - 3 or len(text) > most - 3:
        text = text[: min(len(text) - 1, most - 3)]
    return f"{text}..."
