"""What came of a study: one document, its tables, and how it says what it is."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, wraps
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, ParamSpec, TypeVar

from optimiser.audit import no_data
from optimiser.design.tables import Row, asked_of, plain
from optimiser.instance.instance import Instance
from optimiser.instance.schema.result import Part, Result
from optimiser.introduction import Introduced

if TYPE_CHECKING:
    import pandas as pd

    from optimiser.figures.drawing import Drawing

Table = tuple[Sequence[str], list[Row]]  # columns, rows


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Finding(Introduced):
    """What a study found: the document of its JSON, its tables, and how far it is complete.

    Attributes
    ----------
    instance : Instance
        What was asked about.
    complete : bool
        Nothing that was asked for was left out for want of time.
    interrupted : bool
        Whether by Ctrl-C.
    unfinished : tuple of str
        What is not settled, and why, a sentence each; none where complete.
    asked : mapping
        The arguments of the call.
    run : mapping
        seconds, solves, solver, engine, instance_hash ...
    """

    says: ClassVar[Result]  # every key and table, declared
    instance: Instance
    complete: bool
    interrupted: bool = False
    unfinished: tuple[str, ...] = ()
    asked: Mapping[str, Any] = field(default_factory=dict)
    run: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def no_data(self) -> tuple[str, ...]:
        """The objectives about which the instance says nothing: what they reach is a default."""
        return no_data(self.instance)

    @property
    def empty(self) -> bool:
        """Whether a limit was reached before there was any design."""
        return False

    @property
    def failed(self) -> int:
        """How many of its parts failed, so that it goes without them."""
        return 0

    @property
    def silent(self) -> bool:
        """Whether it says nothing: an earlier result is then worth more."""
        return self.empty

    @property
    def command(self) -> str:
        """The verb that asks it."""
        return self.says.command

    def document(self) -> dict[str, Any]:
        """The keys of the JSON document that are this study's own, but for arrays that are tables as well."""
        return {}

    @abstractmethod
    def rows(self) -> Mapping[Part, Iterable[Row]]:
        """The rows of each table, which may hold more than its columns."""

    def tables(self) -> dict[str, Table]:
        """What `save` writes as CSV: name -> columns and rows."""
        return {part.name: self._table(part, rows) for part, rows in self.rows().items()}

    def _table(self, part: Part, rows: Iterable[Row]) -> Table:
        names = part.header(self._each())
        return names, [{name: plain(row[name]) for name in names} for row in rows]

    def _each(self) -> dict[str, Sequence[str]]:
        """Names for which some columns stand one each."""
        return {"objectives": self.instance.objectives}

    def to_dict(self) -> dict[str, Any]:
        """The JSON document that the command prints with --json."""
        tables = self.tables()
        arrays = {key.name for key in self.says.keys if key in self.says.tables} & tables.keys()
        return self.says.ordered({**self.head(list(tables)), **{name: tables[name][1] for name in arrays}})

    def head(self, tables: Sequence[str]) -> dict[str, Any]:
        """The document without the arrays that are tables as well, in no order; `tables` are their names."""
        said: dict[str, Any] = {"format": 1, "command": self.command, "instance": self.instance.name}
        said |= {"asked": dict(self.asked), "no_data": list(self.no_data)}
        said |= {"complete": self.complete, "unfinished": list(self.unfinished), **self.document()}
        said |= {"interrupted": True} if self.interrupted else {}
        return said | {
            "tables": list(tables),
            "run": {name: plain(value) for name, value in self.run.items()},
        }

    def _name(self) -> str:
        return self.instance.name

    def _further(self) -> str:
        *names, last = (f'"{name}"' for name in self.tables())
        return f"All of it: .frame(NAME) with {', '.join(names)} or {last}; .to_dict(); .save(FOLDER)"

    def _said(self) -> Sequence[str]:
        return self.unfinished[:2]

    @property
    def _nothing(self) -> str:
        """That there is no design."""
        if self.interrupted:
            return "Interrupted before any design was found."
        return "A limit was reached before any design was found. More time may find one."

    @property
    def _open(self) -> str:
        """How it ended, where it did not come to its end."""
        return "" if self.complete else "interrupted: " if self.interrupted else "not complete: "

    def frame(self, name: str) -> pd.DataFrame:
        """One of the tables as a DataFrame."""
        import pandas as pd

        columns, rows = self.tables()[name]
        return pd.DataFrame(rows, columns=list(columns))

    def plot(self) -> Drawing:
        """The figure that shows most of it: a notebook shows it, and its `save` writes it."""
        from optimiser.figures import plot

        return plot(self.to_dict(), self.instance)

    def figure(self) -> str:
        """The same as the text of an SVG file."""
        return self.plot().svg()

    def save(self, directory: str | Path) -> bool:
        """Write result.json, a CSV file a table and the instance into a folder, whole or not at all.

        The folder may be new, empty or hold an earlier result of the same command, which is replaced, but not
        by one in which nothing was found: False says so. Anything else raises InputError.
        """
        from optimiser.design.result_folder import write_result

        return write_result(directory, self.to_dict(), self.tables(), self.instance, not self.silent)


P = ParamSpec("P")
F = TypeVar("F", bound=Finding)


def remembered(ask: Callable[P, F]) -> Callable[P, F]:
    """Let a question's finding repeat what was asked: every argument of the call, given or by default.

    All but the instance, which it has, and what changes no answer.
    """
    parameters = signature(ask)

    @wraps(ask)
    def asking(*arguments: P.args, **named: P.kwargs) -> F:
        call = parameters.bind(*arguments, **named)
        call.apply_defaults()
        found = ask(*arguments, **named)
        return replace(found, asked=asked_of(call.arguments))

    return asking


class ObjectivesFinding(Finding):
    """A finding about some of the objectives."""

    objectives: tuple[str, ...]

    def _each(self) -> dict[str, Sequence[str]]:
        return {**super()._each(), "asked": self.objectives}
