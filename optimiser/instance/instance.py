"""Instance: what is true. Facts, read once, checked once, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from optimiser.instance.table import Table

SYSTEM_OBJECTIVES = ("risk_pooling", "accountability", "responsiveness", "economy", "solidarity", "resilience")


@dataclass(frozen=True, eq=False)
class Instance:
    """The facts of one centralisation question, complete: every default filled in, every name resolved.

    `tables` always holds every table, empty where nothing was given: the CSV tables under their file's
    name (``decisions``, ``organisations``, ``workload``, ``risk``, ``correlations``, ``needs``,
    ``resources``, ``surges``, ``scores``, ``links``, ``rules``, ``partners``, ``current``, ``sources``)
    and the lists of ``instance.toml``: ``levels`` (from the top down), ``objectives`` (the user's own),
    ``scenarios`` (with a column ``surge.RESOURCE`` and ``loss.RESOURCE`` for each resource) and
    ``resource_types`` (toml's ``[[resources]]``). Rows keep the order in which they were given.
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

    def __post_init__(self) -> None:
        for name in ("tables", "weights", "limits", "uncertainty"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __getitem__(self, table: str) -> Table:
        return self.tables[table]

    @cached_property
    def objectives(self) -> tuple[str, ...]:
        """Names of all objectives: the six of model.md in its order, then the user's own."""
        return (*SYSTEM_OBJECTIVES, *self["objectives"]["objective"])
