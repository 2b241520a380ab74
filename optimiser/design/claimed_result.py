"""Claim: what a saved result says, held against what its own record comes to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from optimiser.audit import audit
from optimiser.design.design import Design
from optimiser.design.evaluated import Evaluated
from optimiser.design.result_folder import numbers_hash, read_document, read_table
from optimiser.design.schema import RESULT, SCHEMA
from optimiser.design.status import Status
from optimiser.design.tables import BESIDE, COLUMNS, Row
from optimiser.errors import InputError
from optimiser.instance.checking.out_of_form import misfits
from optimiser.instance.instance import Instance
from optimiser.record import Record
from optimiser.tolerances import EQUAL

TEXTS = {column.name for table in RESULT.tables for column in table.columns if column.kind == "text"}
MAYBE = {column.name for table in RESULT.tables for column in table.columns if column.nullable}
if TYPE_CHECKING:
    from optimiser.design.result_folder import Source

Fault = tuple[str, str]  # what is wrong (of one kind only the first is told in full), and the sentence


@dataclass(frozen=True, eq=False)
class Claim:
    """A saved result: its document, of the form that it should have, and the CSV tables beside it."""

    where: str
    document: dict[str, Any]
    sheets: Mapping[str, list[Row]] = field(default_factory=dict)

    @property
    def asked(self) -> dict[str, Any]:
        """The call that the result says it answers."""
        return dict(self.document["asked"])

    @property
    def weights(self) -> dict[str, float]:
        """The weights that it says it was found with."""
        return dict(self.document["weights"])

    @property
    def optimal(self) -> bool:
        """Whether it says that nothing is better."""
        return bool(self.document["status"] == Status.OPTIMAL)

    def design(self, instance: Instance, held: np.ndarray) -> Design:
        """The design with the recourse that it says, everything else computed from that."""
        weights = normalised(instance, self.weights)
        record, bound = self._record(instance, held), self.document["bound"]
        return Design(
            instance=instance,
            status=Status(self.document["status"]),
            weights=weights,
            best=Evaluated(instance, record, audit(instance, record, weights=weights)),
            bound=np.inf if bound is None else bound,
        )

    def _record(self, instance: Instance, held: np.ndarray) -> Record:
        """The record that its rows make; rows of nothing are left out, they are `faults`."""
        axes = {
            "decision": _numbered(instance["decisions"]["decision"]),
            "organisation": _numbered(instance.localities),
            "resource": _numbered(instance["resource_types"]["resource"]),
            "scenario": _numbered(instance["scenarios"]["scenario"]),
        }

        def filled(table: str, column: str, *names: str) -> np.ndarray:
            array = np.zeros([len(axes[name]) for name in names])
            for row in self.document[table]:
                place = tuple(axes[name].get(row[name], -1) for name in names)
                if min(place) >= 0:
                    array[place] = row[column]
            return array

        stock = ("organisation", "resource", "scenario")
        units = (filled("slack", name, *stock) for name in ("lent", "borrowed", "unmet"))
        found = Record(
            held,
            filled("exercised", "exercised", "decision", "organisation", "scenario"),
            filled("monitored", "monitored", "decision", "organisation", "scenario"),
            np.zeros(instance["organisations"].rows),
            filled("slack", "added", *stock[:2]),
            *units,
        )
        axes["organisation"] = _numbered(instance["organisations"]["organisation"])
        return replace(found, support=filled("support", "support", "organisation"))

    def faults(self, computed: Design) -> list[str]:
        """A sentence for each number that is not what it should be, those of one column together.

        `computed` is what `design` returned.
        """
        told: dict[str, list[str]] = defaultdict(list)
        for kind, sentence in (*self._in_document(computed), *self._in_sheets(computed)):
            told[kind].append(sentence)
        said = [
            lines[0] + (f" (and {len(lines) - 1} more like it)" if len(lines) > 1 else "")
            for lines in told.values()
        ]
        if not said and numbers_hash(self.document) != self.document["run"]["result_hash"]:
            said.append(f"{self.where}: its numbers are not those that were written: they have another hash")
        return said

    def _in_document(self, computed: Design) -> Iterator[Fault]:
        meant, said = computed.to_dict(), self.document
        for name in ("value", "gap", "spend"):
            scale = abs(meant[name]) if name == "spend" else None  # money has a unit
            if not near(said[name], meant[name], scale):
                yield name, _differs(f"the {name}", said[name], meant[name])
        for name in ("objectives", "weights"):
            columns = ("objective", name)
            ours, theirs = (
                [dict(zip(columns, pair, strict=True)) for pair in of[name].items()] for of in (said, meant)
            )
            yield from compared(self.where, columns, ours, theirs)
        for name in ("means", "current_means"):
            for path, a, b in _apart(said[name], meant[name]):
                yield name, _differs(f"{name}{path}", a, b)
        if said["no_data"] != meant["no_data"]:
            yield "no_data", f"{self.where} no_data: {said['no_data']}; recomputed {meant['no_data']}"
        for name in COLUMNS:
            if name != "design":  # it was read
                yield from compared(f"{self.where} {name}", COLUMNS[name], said[name], meant[name])

    def _in_sheets(self, computed: Design) -> Iterator[Fault]:
        """The CSV tables say what the document says."""
        said = self.document
        meant = {name: rows for name, (_, rows) in computed.tables().items()}
        meant |= {name: said[name] for name in COLUMNS if name != "design"}
        meant["objectives"] = [
            {"objective": g, "weight": said["weights"].get(g), "value": said["objectives"].get(g)}
            for g in computed.instance.objectives
        ]
        for name, rows in self.sheets.items():
            yield from compared(f"{name}.csv", (COLUMNS | BESIDE)[name], rows, meant[name], exact=True)


def normalised(instance: Instance, weights: Mapping[str, float]) -> dict[str, float]:
    """Every objective's weight, made to sum to 1."""
    total = sum(weights.values())
    return {g: weights.get(g, 0.0) / total for g in instance.objectives}


def near(said: float | None, meant: float | None, scale: float | None = None) -> bool:
    """Whether two numbers are the same but for rounding."""
    if said is None or meant is None:
        return said is meant
    return abs(said - meant) <= EQUAL * (max(1.0, abs(meant)) if scale is None else scale)


def _apart(said: Any, meant: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Where two documents of one form say other things: the path, and both."""
    if isinstance(said, dict) and isinstance(meant, dict) and said.keys() == meant.keys():
        for name in meant:
            yield from _apart(said[name], meant[name], f"{path}.{name}")
    elif isinstance(said, list) and isinstance(meant, list) and len(said) == len(meant):
        for k, inner in enumerate(meant):
            yield from _apart(said[k], inner, f"{path}[{k}]")
    elif isinstance(meant, float | int | None) and isinstance(said, float | int | None):
        if not near(said, meant, None if meant is None else max(1.0, abs(meant))):
            yield path, said, meant
    elif said != meant:
        yield path, said, meant


def _differs(what: str, said: Any, meant: Any) -> str:
    return f"{what} is said to be {_shown(said)}; recomputed it is {_shown(meant)}"


def _shown(said: Any) -> str:
    if said is None:
        return "not there"
    return f"{said:.12g}" if isinstance(said, float | int) else str(said)


def compared(
    where: str, columns: Sequence[str], said: Iterable[Row], meant: Iterable[Row], exact: bool = False
) -> Iterator[Fault]:
    """Rows held against what they should be: missing, doubled, of nothing, or with numbers that differ."""
    names = [column for column in columns if column in TEXTS]
    numbers = [column for column in columns if column not in TEXTS]
    rows = {tuple(row[name] for name in names): row for row in meant}
    scale = {
        column: 0.0 if exact else max((abs(row[column] or 0.0) for row in rows.values()), default=0.0)
        for column in numbers
    }
    seen = set()
    for row in said:
        key = tuple(row[name] for name in names)
        place = f"{where}, row {', '.join(filter(None, key))}"
        if key not in rows:
            yield f"{where} of nothing", f"{place}: the design has no such row"
        elif key in seen:
            yield f"{where} twice", f"{place}: it stands twice"
        else:
            for column in numbers:
                a, b = row[column], rows[key][column]
                if not near(a, b, scale[column]):
                    yield f"{where} {column}", _differs(f"{place}: {column}", a, b)
        seen.add(key)
    for key in rows:
        if key not in seen:
            yield f"{where} missing", f"{where}, row {', '.join(filter(None, key))}: it is missing"


def _numbered(names: Iterable[str]) -> dict[str, int]:
    return {name: i for i, name in enumerate(names)}


# Reading


def read_claim(source: Design | Source) -> Claim | None:
    """What a result claims; None for a design made by hand, which claims nothing.

    Raises InputError for a result that has not the form of one: a line for each number that is missing, or
    text, and for each table that is not there.
    """
    if isinstance(source, Design):
        return Claim("the design", source.to_dict())
    saved = read_document(source)
    if saved is None:
        return None
    path, document = saved
    problems = list(misfits(document, SCHEMA, path.name))
    if problems:
        raise InputError([f"{path.parent / problem}" for problem in problems])
    sheets = _sheets(path.parent) if Path(str(source)).is_dir() else {}
    return Claim(path.name, document, sheets)


def _sheets(folder: Path) -> dict[str, list[Row]]:
    """The tables of a folder, by name."""
    tables = COLUMNS | BESIDE
    missing = [folder / f"{name}.csv" for name in tables if not (folder / f"{name}.csv").exists()]
    if missing:
        raise InputError([f"{path}: this table of the result is missing" for path in missing])
    return {name: _sheet(folder / f"{name}.csv", columns) for name, columns in tables.items()}


def _sheet(path: Path, columns: Sequence[str]) -> list[Row]:
    header, lines = read_table(path)
    if header != list(columns):
        raise InputError([f"{path}: its columns are {', '.join(header)}, not {', '.join(columns)}"])
    problems, rows = [], []
    for number, line in lines:
        row: Row = dict(zip(header, line, strict=True))
        for column, cell in row.items():
            if column not in TEXTS:
                row[column] = _number(cell)
                if row[column] is None and not (cell == "" and column in MAYBE):
                    problems.append(f"{path}:{number} {column}: {cell!r} is not a number")
        rows.append(row)
    if problems:
        raise InputError(problems)
    return rows


def _number(cell: str) -> float | None:
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if isfinite(number) else None
