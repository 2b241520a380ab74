"""A table as it was found, before anything is made of it, and where each of its cells stands."""

from __future__ import annotations

from dataclasses import dataclass, field

from optimiser.instance.checking.problems import Place
from optimiser.instance.schema.schema import CSV_TABLES, TABLES

FREE = ("note", "remark")  # columns in which anything may stand, in any table
Cell = object  # text from a file; from instance.toml or a workbook also numbers and flags; None: no such cell


@dataclass
class Sheet:
    """Header and rows of a CSV file or of a sheet in a workbook."""

    table: str
    source: str  # 'decisions.csv', or 'book.xlsx decisions'
    header: list[str]
    rows: list[list[Cell]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)  # where each row stands
    header_line: int = 1
    spoilt: set[tuple[int, int]] = field(default_factory=set)  # cells (row, position) known to be wrong

    def place(self, row: int | None, column: str) -> Place:
        """Where a cell stands, or a column (row None)."""
        line = self.header_line if row is None else self.lines[row]
        at = self.header.index(column) + 1 if column in self.header else 0
        return Place(
            rank(self.table), line, f"{self.source}:{line} {column}".rstrip(), at, self.source, column
        )


@dataclass
class Grid(Sheet):
    """A sheet of a workbook: its cells have names."""

    def place(self, row: int | None, column: str) -> Place:
        """A cell as spreadsheets name it: organisations!N5."""
        line = self.header_line if row is None else self.lines[row]
        return self.cell(line, self.header.index(column) if column in self.header else None, column)

    def cell(self, line: int, at: int | None, column: str = "") -> Place:
        """The cell of a line at a position, or the line where that is None."""
        letter = "" if at is None else letters(at)
        label = f"{self.source}!{letter}{line} {column}".rstrip()
        return Place(rank(self.table), line, label, (at or 0) + 1, self.source, column, letter)


class Shown(float):
    """A number of a workbook that people see as something else: `text`, or '' and `why` that is no name."""

    __slots__ = ("text", "why")

    def __new__(cls, value: float, text: str, why: str) -> Shown:
        """A float with what is shown of it."""
        made = super().__new__(cls, value)
        made.text, made.why = text, why
        return made

    text: str
    why: str


@dataclass
class Section(Sheet):
    """A part of instance.toml as a table: rows as given, columns in the order in which keys first appear."""

    keys: dict[tuple[str, int, str], int] = field(default_factory=dict)  # (section, row, key): line

    def place(self, row: int | None, column: str) -> Place:
        """Where a value stands; the line where it is known."""
        schema = TABLES[self.table]
        section, at = schema.section, row or 0
        path = [section] if section else []
        if schema.shape == "keyed" and row is not None:
            name = str(self.rows[row][0])
            path += [name] if column in ("", "objective", "weight") else [name, column]
            wanted = [(section, 0, name), (f"{section}.{name}", 0, "")]
        else:
            path += [column] if column else []
            wanted = [(section, at, column), (section, at, column.split(".")[0])]
            if not section:  # a section that does not exist
                wanted += [(column, 0, "")]
        wanted += [(section, at, ""), ("", 0, section)]
        line = next((self.keys[key] for key in wanted if key in self.keys), 0)
        if not line and schema.shape == "list" and row is not None:
            path[0] += f"[{row + 1}]"
        where = f"{self.source}:{line}" if line else self.source
        name = ".".join(path)
        label = f"{where} {name}".rstrip()
        return Place(rank(self.table), line, label, source=self.source, name=name.replace(f"[{at + 1}]", ""))


@dataclass(frozen=True)
class Absent:
    """A table that was not given: what stands in it are defaults."""

    table: str

    def place(self, row: int | None, column: str) -> Place:  # noqa: ARG002 (there are no rows)
        """The table as a whole, and the column."""
        return Place(rank(self.table), 0, f"{TABLES[self.table].label} {column}".rstrip())


def letters(at: int) -> str:
    """What spreadsheets call a column: A to Z, AA ..."""
    name = ""
    while at >= 0:
        at, letter = at // 26 - 1, chr(ord("A") + at % 26)
        name = letter + name
    return name


def rank(table: str) -> int:
    """Files in the order in which problems are listed: instance.toml, then the tables as in the schema."""
    return CSV_TABLES.index(table) + 1 if table in CSV_TABLES else 0
