"""What a study asks, checked: its inputs, one for each column of the samples, and how they are drawn."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from optimiser.instance.instance import Instance
from optimiser.instance.schema.study import SECTIONS
from optimiser.instance.write import toml_key, toml_value
from optimiser.studies.sensitivity.study.distributions import Distribution

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray
# What says how a study is called, how many samples it has, and what is asked of them when they are answered.
_NOT_AN_ANSWER = ("name", "samples", "table", "designs")
_OF_METHOD = {"seed": ("latin-hypercube", "sobol", "morris"), "steps": ("grid", "one-at-a-time")}


@dataclass(frozen=True, eq=False)
class Varied:
    """One number that varies: a column of the samples.

    Attributes
    ----------
    name : str
        The column: the name of its entry, `NAME[ROW]` where each row has one of its own, and `NAME.OBJECTIVE`
        for the weights of a simplex.
    entry : str
        The name of the entry of the study file.
    what, how : str
        The path of the input, and what the number does to it.
    rows : (rows,) of bool or None
        In which rows of its table; None for a setting, which has none.
    distribution : Distribution or None
        None for the weights of a simplex, and where a table has the values.
    grade : str
        The grade of evidence that sources.csv gives the input; '' for none.
    total : float or None
        What the weights of its simplex sum to, of which the number is a share; None for other inputs.
    """

    name: str
    entry: str
    what: str
    how: str
    rows: Array | None
    distribution: Distribution | None
    grade: str
    total: float | None = None


@dataclass(frozen=True, eq=False)
class StudyPlan:
    """A study as it was read and checked.

    `document` is the study file with every default in its place, `varied` its inputs, one for each column of
    the samples, `groups` the columns of what is judged as one (groups, and the weights of a simplex),
    `depends` the rank correlation of pairs of names, `futures` the samples of a table, `unmoved` and
    `without_range` what does not vary, though people may think so, a line each.
    """

    document: Mapping[str, Any]
    varied: tuple[Varied, ...]
    groups: Mapping[str, tuple[str, ...]]
    depends: Mapping[tuple[str, str], float]
    futures: pd.DataFrame | None = None
    unmoved: tuple[str, ...] = ()
    without_range: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The study's own."""
        return self.document["name"]

    @property
    def method(self) -> str:
        """How samples are chosen."""
        return self.document["method"]

    @property
    def samples(self) -> int:
        """How many were asked for, in the sense of the method; 0 where it does not ask."""
        return self.document.get("samples", 0)

    @property
    def seed(self) -> int:
        """What all that is drawn follows from."""
        return self.document["seed"]

    @property
    def steps(self) -> int:
        """Values an input, for grid and one-at-a-time."""
        return self.document["steps"]

    @property
    def gap(self) -> float:
        """The relative gap to which each sample is solved."""
        return self.document["gap"]

    @property
    def time_limit(self) -> float | None:
        """Seconds a sample."""
        return self.document.get("time_limit")

    @property
    def node_limit(self) -> int | None:
        """Nodes a sample."""
        return self.document.get("node_limit")

    @property
    def designs(self) -> tuple[str, ...]:
        """Designs that are to be held against every sample, as the file names them."""
        return tuple(self.document["designs"])

    @property
    def foresight(self) -> str | None:
        """Of the paths that are asked for; None: each sample asks for a design."""
        return self.document.get("foresight")

    @property
    def paths(self) -> tuple[str, ...]:
        """One name where samples ask for paths, whose tables then have a column for the period."""
        return ("path",) if self.foresight else ()

    @cached_property
    def hash(self) -> str:
        """SHA-256 (hexadecimal) of what makes samples and their answers, but for how many there are."""
        said = {key: value for key, value in self.document.items() if key not in _NOT_AN_ANSWER}
        unused = [key for key, methods in _OF_METHOD.items() if self.method not in methods]
        said = {key: value for key, value in said.items() if key not in unused}
        return hashlib.sha256(b"optimiser study 1\n" + json.dumps(said, sort_keys=True).encode()).hexdigest()

    def resolved(self) -> str:
        """The study file with every default in its place, to stand beside the results: the same study again.

        It names no instance, and what came from a table is in `samples.csv`.
        """
        return "\n".join(_toml(self.document)) + "\n"


def grades(instance: Instance) -> dict[tuple[str, str], str]:
    """The grade of evidence of each column that sources.csv speaks of."""
    sources = instance["sources"]
    keys = zip(sources["table"].tolist(), sources["column"].tolist(), strict=True)
    return dict(zip(keys, sources["grade"].tolist(), strict=True))


def _toml(document: Mapping[str, Any]) -> Iterator[str]:
    sections = [section.name for section in SECTIONS]
    for key, value in document.items():
        if key not in sections:
            yield f"{key} = {_value(value)}"
    for section in sections:
        for row in document[section]:
            yield from ("", f"[[{section}]]", *(f"{key} = {_value(value)}" for key, value in row.items()))


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{toml_key(key)} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(_value, value))}]"
    return toml_value(value)
