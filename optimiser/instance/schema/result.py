"""The vocabulary of what results say: keys of a JSON document and tables beside it, and what most share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from optimiser.instance.schema.column import Column, a_number, a_text

STATUS = ("optimal", "feasible", "infeasible", "unknown")
TYPES = ("input", "process", "outcome")
FORESIGHTS = ("none", "path")


@dataclass(frozen=True, eq=False)
class Part:
    """What a key holds that is no single value; rows of columns alone are a CSV table as well as an array."""

    name: str
    meaning: str
    shape: Literal["rows", "object", "list", "map", "several"]  # several: one thing, or a list of them
    of: tuple[Column | Part, ...]  # columns or keys; of a list or a map the one thing that it has many of
    nullable: bool = False
    optional: tuple[str, ...] = ()  # keys that may be missing
    least: int = 0  # items of a list
    most: int | None = None

    @property
    def columns(self) -> tuple[Column, ...]:
        """Those that are single values."""
        return tuple(key for key in self.of if isinstance(key, Column))

    def header(self, each: Mapping[str, Sequence[str]] = MappingProxyType({})) -> tuple[str, ...]:
        """The names of the columns; `each` has the names for which some stand one each."""
        return tuple(
            column.name.format(name)
            for column in self.columns
            for name in (each[column.each] if column.each else ("",))
        )


@dataclass(frozen=True, eq=False)
class Result:
    """What a command says: the keys of its document in their order, and the tables that --out writes.

    A part that stands among both is the same rows twice. `found` are keys that stand only where there is a
    design, `optional` those that need not stand.
    """

    command: str
    meaning: str
    keys: tuple[Column | Part, ...]
    tables: tuple[Part, ...] = ()
    optional: tuple[str, ...] = ()
    found: tuple[str, ...] = ()

    def ordered(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """A document with its keys in their order; a KeyError where one is missing or not declared."""
        names = [key.name for key in self.keys if key.name in said or key.name not in self.optional]
        if undeclared := said.keys() - set(names):
            raise KeyError(*undeclared)
        return {name: said[name] for name in names}


def rows(name: str, meaning: str, *of: Column | Part) -> Part:
    """A row for each of many, as a JSON array and, where all are columns, as a CSV table."""
    return Part(name, meaning, "rows", of)


def an_object(
    name: str, meaning: str, *of: Column | Part, nullable: bool = False, optional: tuple[str, ...] = ()
) -> Part:
    """A few keys that belong together."""
    return Part(name, meaning, "object", of, nullable, optional)


def a_list(
    name: str, meaning: str, of: Column | Part, *, nullable: bool = False, most: int | None = None
) -> Part:
    """So many of one thing, in an order."""
    return Part(name, meaning, "list", (of,), nullable, most=most)


def a_map(name: str, meaning: str, of: Column | Part) -> Part:
    """One thing under each of many names; its own name says which."""
    return Part(name, meaning, "map", (of,))


def texts(name: str, meaning: str) -> Part:
    """A list of texts."""
    return a_list(name, meaning, a_text("", ""))


def by_objective(name: str, meaning: str) -> Part:
    """A number for each objective."""
    return a_map(name, meaning, a_number("OBJECTIVE", ""))


def a_flag(name: str, meaning: str, *, nullable: bool = False) -> Column:
    """True or false."""
    return Column(name, "flag", meaning, nullable=nullable)


def maybe(name: str, meaning: str, unit: str = "") -> Column:
    """A number, or none."""
    return a_number(name, meaning, unit=unit, nullable=True)


def a_count(name: str, meaning: str) -> Column:
    """How many."""
    return a_number(name, meaning, low=0, whole=True)


def a_choice(name: str, meaning: str, *choices: str) -> Column:
    """One of a few words."""
    return Column(name, "text", meaning, choices=choices)


def a_cell(name: str, meaning: str, *, nullable: bool = False) -> Column:
    """What a cell of a table may hold."""
    return Column(name, "cell", meaning, nullable=nullable)


DECISION = a_text("decision", "the decision")
ORGANISATION = a_text("organisation", "the locality; empty: all of them")
SITE = (DECISION, ORGANISATION)
LEVEL = a_text("level", "the level at which it is held")
TYPE = a_choice("type", "the type of decision", *TYPES)
OBJECTIVE = a_text("objective", "the objective")
PERIOD = a_text("period", "the period")
FORESIGHT = a_choice("foresight", "what each period knows of those after it", *FORESIGHTS)
REACHED = a_number("{}", "what the design reaches of the objective", each="objectives")
VALUE = maybe("value", "what the design is worth: its objectives by their weights")
BOUND = maybe("bound", "no design is worth more")
DESIGN = rows("design", "who holds what", *SITE, LEVEL)
MOVE = (*SITE, a_text("from", "the level that it leaves"), a_text("to", "the level to which it goes"))
MOVES = rows("moves", "what is held elsewhere, and where", *MOVE)
OBJECTIVES = by_objective("objectives", "what the design reaches of each, whatever it weighs")
WEIGHTS = by_objective("weights", "what each objective weighs; they sum to 1")
DESIGN_ID = a_count("design_id", "the number of the design")
SPAN = maybe("", "")

FORMAT = a_number("format", "of the document", low=1, high=1, whole=True)
INSTANCE = a_text("instance", "the name of the instance")
ASKED = an_object("asked", "the call: every argument that may change the answer, given or by default")
NO_DATA = texts("no_data", "objectives about which the instance says nothing")
COMPLETE = a_flag("complete", "whether nothing that was asked for was left out for want of time")
UNFINISHED = texts("unfinished", "what is not settled, and why, a sentence each")
INTERRUPTED = a_flag("interrupted", "stands where Ctrl-C ended it: true")
TABLES = texts("tables", "the tables that `--out` writes, each NAME.csv")
RUN = (
    a_number("seconds", "how long it took", unit="seconds", low=0),
    a_text("solver", "the solver and its version"),
    a_text("engine", "the version of optimiser"),
    a_text("instance_hash", "changes with whatever in the instance may change an answer"),
)
GAP = a_number("gap", "the relative gap that was to be proven", low=0)
STUDIED = an_object(
    "run", "how it was found", *RUN[:1], a_count("solves", "how many searches it took"), GAP, *RUN[1:],
    optional=("solves", "gap"),
)  # fmt: skip
HEAD = (INSTANCE, ASKED, NO_DATA, COMPLETE, UNFINISHED)
END = (INTERRUPTED, TABLES, STUDIED)
SHARED = (FORMAT, a_text("command", "the command that says it"), *HEAD, *END)  # what every question says


def the_command(*names: str) -> Column:
    """The key that says which command was called."""
    return a_choice("command", "the command", *names)


def finding(
    command: str,
    meaning: str,
    *keys: Column | Part,
    tables: tuple[Part, ...],
    optional: tuple[str, ...] = (),
) -> Result:
    """What a question says: keys of its own between those that all have."""
    every = (FORMAT, the_command(command), *HEAD, *keys, *END)
    return Result(command, meaning, every, tables, ("interrupted", *optional))
