"""What people call the things of an instance, and where designs hold decisions, in numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from optimiser.instance.instance import Instance
from optimiser.labels import label, say
from optimiser.terminal import clean, spans

Row = Mapping[str, Any]
LONG = 80  # letters of a name, at the most


class Names:
    """An instance as people speak of it: labels, never codes where there is a label."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.levels = [str(name) for name in instance["levels"]["level"]]
        decisions, organisations = instance["decisions"], instance["organisations"]
        self.decisions = {
            str(code): _short(said or code)
            for code, said in zip(decisions["decision"], decisions["label"], strict=True)
        }
        self.types = dict(zip(self.decisions, map(str, decisions["type"]), strict=True))
        self.organisations = {
            str(code): _short(said or code)
            for code, said in zip(organisations["organisation"], organisations["name"], strict=True)
        }

    def decision(self, code: str, organisation: str = "", period: str = "") -> str:
        """The label of a decision, for whom, and when."""
        said = self.decisions.get(code, code)
        said = f"{said} ({self.organisation(organisation)})" if organisation else said
        return f"{said} in {self.period(period)}" if period else said

    def organisation(self, code: str) -> str:
        """The name of an organisation."""
        return self.organisations.get(code, code)

    def objective(self, code: str) -> str:
        """What an objective is called."""
        return label("objectives", code)

    def period(self, code: str) -> str:
        """A period, as its name is read."""
        return _words(code)

    def periods(self, codes: Iterable[str]) -> str:
        """Some periods in their order, those that follow each other as a span."""
        every, meant = self.instance["periods"]["period"].tolist(), set(codes)
        return spans([self.period(code) for code in every], [t for t, p in enumerate(every) if p in meant])

    def spoken(self, sentence: str) -> str:
        """A sentence of the audit or of `diagnose`, which speak in codes, with names in their place.

        A code that could be taken for a word stays as it is.
        """
        return self._codes.sub(lambda found: self._called[found[0]], sentence)

    @cached_property
    def _called(self) -> dict[str, str]:
        every = self.organisations | self.decisions
        return {
            code: name
            for code, name in every.items()
            if len(code) > 1 and ("_" in code or not code.islower())
        }

    @cached_property
    def _codes(self) -> re.Pattern[str]:
        longest = sorted(self._called, key=len, reverse=True)
        return re.compile("|".join(rf"(?<!\w){re.escape(code)}(?!\w)" for code in longest) or "(?!)")

    def input(self, code: str) -> str:
        """An input of a study: `levels.delay_days`, a name of its author's own, or `weights.economy`.

        What stands for one row alone has it behind, in brackets.
        """
        entry, bracket, row = code.removesuffix("]").partition("[")
        head, dot, tail = entry.rpartition(".")
        if tail in self.instance.objectives:
            objective = self.objective(tail)
            known = head in ("weights", "scores")
            said = say(f"inputs.{head}", objective=objective) if known else f"{_words(head)}: {objective}"
        else:
            said = say("inputs.column", column=_words(tail), table=_words(head)) if dot else _words(entry)
        return f"{said} ({self.decisions.get(row) or self.organisation(row)})" if bracket else said

    @cached_property
    def localities(self) -> dict[str, int]:
        """Locality -> its place."""
        return {name: o for o, name in enumerate(self.instance.localities)}

    def held(self, rows: Iterable[Row]) -> np.ndarray:
        """(D, O) the level, 0 the top, at which rows hold each decision for each locality; -1: not said.

        A locality's own row wins over that of its decision.
        """
        decisions = {name: d for d, name in enumerate(self.decisions)}
        levels = {name: level for level, name in enumerate(self.levels)}
        held = np.full((len(decisions), len(self.localities)), -1)
        for row in sorted(rows, key=lambda row: row["organisation"] != ""):
            where = self.localities[row["organisation"]] if row["organisation"] else slice(None)
            held[decisions[row["decision"]], where] = levels.get(row["level"], -1)
        return held

    @cached_property
    def today(self) -> np.ndarray:
        """(D, O) the level at which each decision is held today; -1: it is not said."""
        current = self.instance["current"]
        names = ("decision", "organisation", "level")
        columns = (map(str, current[name]) for name in names)
        return self.held(dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))

    def shares(self, held: np.ndarray) -> np.ndarray:
        """(D, L) of the localities of each decision, the share held at each level."""
        return np.stack([(held == level).mean(axis=1) for level in range(len(self.levels))], axis=1)


def _words(code: str) -> str:
    return code.replace("_", " ").replace(".", " ")


def _short(name: str) -> str:
    name = clean(str(name))
    return name if len(name) <= LONG else name[: LONG - 1] + "\u2026"
