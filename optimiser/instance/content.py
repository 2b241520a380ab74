"""Content: what an instance says. Facts, read once, checked once, never changed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np

from optimiser.instance.schema.column import Column
from optimiser.instance.schema.schema import (
    HELD_TABLES,
    SETTINGS,
    SYSTEM_OBJECTIVES,
    TABLES,
    level_defaults,
)
from optimiser.instance.table import Table, compact
from optimiser.introduction import Cells, Introduced
from optimiser.terminal import counted


def _no_path() -> dict[str, float]:
    """What links periods where nothing is said of it."""
    return {column.name: float(column.blank) for column in TABLES["path"].columns}


@dataclass(frozen=True, eq=False, repr=False)
class Content(Introduced):
    """The facts of one centralisation question, complete: every default filled in, every name resolved.

    `tables` always holds every table, empty where nothing was given: the CSV tables under their file's
    name (``decisions``, ``organisations``, ``workload``, ``delays``, ``risk``, ``correlations``, ``needs``,
    ``resources``, ``surges``, ``scores``, ``links``, ``rules``, ``partners``, ``current``, ``sources``)
    and the lists of ``instance.toml``: ``levels`` (from the top down), ``objectives`` (the user's own),
    ``scenarios`` (with columns ``surge.RESOURCE``, ``loss.RESOURCE`` and ``correlation.DECISION``),
    ``periods`` (with columns ``weights.OBJECTIVE``) and ``resource_types`` (toml's ``[[resources]]``). Rows
    keep the order in which they were given.
    """

    name: str
    tables: Mapping[str, Table]
    weights: Mapping[str, float]  # every objective, as given or by default, not normalised
    limits: Mapping[str, float | None]  # budget, max_changes (None where not given) and reserve
    uncertainty: Mapping[str, float]  # risk_aversion, beta
    title: str = ""
    description: str = ""
    perspective: str = ""
    licence: str = ""
    path: Mapping[str, float] = field(default_factory=_no_path)  # discount, learn, heal, hurt, burn, safe
    noticed: tuple[str, ...] = ()  # what was found beside the tables when they were read; `check` warns of it

    def __post_init__(self) -> None:
        for name in ("tables", *SETTINGS):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __reduce__(self) -> tuple[Any, ...]:
        """Read-only views do not pickle; worker processes get the same facts behind new ones."""
        state = {f.name: getattr(self, f.name) for f in fields(self)}
        return _restored, (
            type(self),
            {k: dict(v) if isinstance(v, MappingProxyType) else v for k, v in state.items()},
        )

    def __getitem__(self, table: str) -> Table:
        return self.tables[table]

    @property
    def headline(self) -> str:
        """How large it is."""
        sizes = {
            "decision": self["decisions"].rows,
            "locality": len(self.localities),
            "level": self["levels"].rows,
            "scenario": self["scenarios"].rows,
        }
        return ", ".join(counted(n, noun, "localities" * (noun == "locality")) for noun, n in sizes.items())

    def _name(self) -> str:
        return self.name

    def _said(self) -> list[str]:
        return [self.title] if self.title else []

    def _summary(self) -> Cells:
        rows = [(name, f"{table.rows:,}") for name, table in self.tables.items() if table.rows]
        return [("table", "rows"), *rows]

    def _further(self) -> str:
        return "All of it: instance[TABLE].frame(); .to_tables(); .write(FOLDER)"

    @cached_property
    def objectives(self) -> tuple[str, ...]:
        """Names of all objectives: the six of model/README.md in its order, then the user's own."""
        return (*SYSTEM_OBJECTIVES, *self["objectives"]["objective"])

    @cached_property
    def resources(self) -> tuple[str, ...]:
        """Names of the resources: axis R of every array."""
        return tuple(self["resource_types"]["resource"])

    @property
    def axes(self) -> tuple[tuple[str, ...], ...]:
        """Names for which some columns stand once each: objectives, resources, decisions."""
        return self.objectives, self.resources, tuple(self["decisions"]["decision"])

    @cached_property
    def localities(self) -> tuple[str, ...]:
        """Names of the organisations of the lowest level, in table order: axis O of every array."""
        organisations = self["organisations"]
        lowest = self["levels"]["level"][-1]
        return tuple(organisations["organisation"][organisations["level"] == lowest])

    @cached_property
    def population(self) -> np.ndarray:
        """(O,) people in each locality; 1 each where no population is given."""
        organisations = self["organisations"]
        people = organisations["population"][organisations["level"] == self["levels"]["level"][-1]]
        return np.ones(len(people)) if np.isnan(people).all() else people

    @cached_property
    def sd(self) -> np.ndarray:
        """(D, O) standard deviation of each decision's burden: as given, else the root of the population."""
        decisions = {name: d for d, name in enumerate(self["decisions"]["decision"])}
        localities = {name: o for o, name in enumerate(self.localities)}
        sd = np.tile(np.sqrt(self.population), (len(decisions), 1))
        risk = self["risk"]
        for decision, organisation, value in zip(
            risk["decision"], risk["organisation"], risk["sd"], strict=True
        ):
            if not np.isnan(value) and decision in decisions and organisation in localities:
                sd[decisions[decision], localities[organisation]] = value
        return sd

    @cached_property
    def shared_shock(self) -> np.ndarray:
        """(D, S) correlation that a scenario gives a decision in place of its own; NaN for none."""
        scenarios, decisions = self["scenarios"], self["decisions"]["decision"]
        single = np.array([scenarios[f"correlation.{name}"] for name in decisions])
        single = single.reshape(len(decisions), scenarios.rows)
        return np.where(np.isnan(single), scenarios["correlation"], single)

    def rates(self, name: str) -> np.ndarray:
        """(N,) learn, heal, hurt, burn or safe of each organisation: its own, or that of [path]."""
        own = self["organisations"][name]
        return np.where(np.isnan(own), self.path[name], own)

    def given(self, table: str) -> dict[str, Column]:
        """The columns of a table that say more than their defaults, and those that must be there."""
        rows, columns = self[table].rows, TABLES[table].expand(*self.axes)
        defaults = level_defaults(rows) if table == "levels" else {}
        return {
            name: column
            for name, column in columns.items()
            if rows
            and (column.required or any(map(column.says, self[table][name].tolist())))
            and not (name in defaults and np.array_equal(self[table][name], defaults[name]))
        }

    @property
    def settings(self) -> dict[str, Mapping[str, float | None]]:
        """What maps names to numbers, by its name; what links periods only where it says anything."""
        return {name: getattr(self, name) for name in SETTINGS if name != "path" or self.path != _no_path()}

    @cached_property
    def hash(self) -> str:
        """SHA-256 (hexadecimal) of everything in it, however it was written down.

        What links periods counts where it says anything: an instance without a path keeps the hash that it
        had before there were any.
        """
        words = ("name", "title", "description", "perspective", "licence")
        said: dict[str, Any] = {key: getattr(self, key) for key in words}
        said |= {name: sorted(numbers.items()) for name, numbers in self.settings.items()}
        digest = hashlib.sha256(b"optimiser instance 1\n" + compact(said).removesuffix(b"}"))
        names = [name for name in HELD_TABLES if name != "periods" or self[name].rows]
        tables = b",".join(compact(name) + b":" + self[name].written(self._silent(name)) for name in names)
        digest.update(b',"tables":{' + tables + b"}}")
        return digest.hexdigest()

    def linking(self, table: str) -> list[str]:
        """The columns of a table that link periods and say more than their default."""
        columns = TABLES[table].by_name.items()
        linking = {name: column for name, column in columns if column.linking}
        return [name for name, c in linking.items() if any(map(c.says, self[table][name].tolist()))]

    def _silent(self, table: str) -> list[str]:
        """Those that say no more than it."""
        columns, said = TABLES[table].by_name.items(), self.linking(table)
        return [name for name, column in columns if column.linking and name not in said]


def _restored(kind: type[Content], state: dict[str, Any]) -> Content:
    return kind(**state)


C = TypeVar("C", bound=Content)  # what is made from content is of its kind


def row_name(instance: Content, table: str, row: int) -> str:
    """What a row is called: the cells of its key."""
    keys = TABLES[table].key or TABLES[table].by_name
    return " ".join(str(instance[table][key][row]) for key in keys if instance[table][key][row])
