"""The entries of a study file as inputs: where each number stands in the instance, and how it varies."""

from __future__ import annotations

from functools import partial

import numpy as np

from optimiser.errors import InputError
from optimiser.instance.checking.problems import listing, number_text, quote
from optimiser.instance.content import row_name
from optimiser.instance.instance import Instance
from optimiser.instance.replace import Target, meant
from optimiser.studies.sensitivity.study.form import Document, Problems, Spot
from optimiser.studies.sensitivity.study.plan import Varied, grades
from optimiser.studies.sensitivity.study.shapes import KINDS, distribution_of

Array = np.ndarray
_OF_AN_INPUT = ("what", "where", "how", *KINDS, "each")  # keys that say nothing of a simplex
NO_PERIODS = "the instance has no periods ([[periods]] in instance.toml)"
_UNSAID = {"how": "set", "each": "together"}


class Inputs:
    """Reads the entries of `vary`: `varied` are the inputs, but for those with which something is wrong.

    `unmoved` says, a line each, which of the values that an entry names no number would move.
    """

    def __init__(self, document: Document, instance: Instance, problems: Problems) -> None:
        self._instance, self._problems = instance, problems
        self._needed = document.get("method") != "table"
        self._grades = grades(instance)
        self._moved: dict[
            tuple[str, str], list[tuple[str, str, Array]]
        ] = {}  # cells: by whom, how, which rows
        self.unmoved: list[str] = []
        self.of_paths = False  # whether an input is one that only a path reads
        self.varied = tuple(one for at, entry in enumerate(document["vary"]) for one in self._of(at, entry))

    def _of(self, at: int, entry: Document) -> list[Varied]:
        """The inputs of one entry; of one in which something is wrong, what else is."""
        sound = partial(self._problems.sound, "vary", at)
        if "simplex" in entry:
            return self._simplex(at, entry) if sound() else []
        if "what" not in entry and sound("what", "simplex"):
            self._problems.add(Spot("vary", at, "what"), "this key must be there: the input; or simplex")
        target = self._target(at, entry) if "what" in entry and sound("where") else None
        needed = self._needed and sound(*KINDS, "simplex")
        distribution = distribution_of(at, entry, target, needed=needed, problems=self._problems)
        if target is None or not {"name", "how", "each"} <= entry.keys():
            return []
        every = np.ones(1, dtype=bool) if target.rows is None else target.rows
        self._claim(at, (target.table, target.column), entry["name"], entry["how"], every)
        parts = self._parts(at, entry, target) if sound() else []
        grade = self._grade(target.table, target.column)
        return [
            Varied(name, entry["name"], entry["what"], entry["how"], rows, distribution, grade)
            for name, rows in parts
        ]

    def _target(self, at: int, entry: Document) -> Target | None:
        """What is meant; None where it leads nowhere."""
        try:
            target = meant(self._instance, entry["what"], entry.get("where"))
            if target.of_paths and not self._instance["periods"].rows:
                self._problems.add(Spot("vary", at, "what"), f"only a path reads it, and {NO_PERIODS}")
                return None
            self.of_paths |= target.of_paths
            return target
        except InputError as error:
            for line in error.problems:
                text = line.removeprefix(f"{entry['what']}: ")
                key = "where" if text.startswith(("where", "no row matches")) else "what"
                self._problems.add(Spot("vary", at, key), text.removeprefix("where: "))
        return None

    def _simplex(self, at: int, entry: Document) -> list[Varied]:
        """The weights of objectives that share out what they weigh together."""
        spot, weights, names = Spot("vary", at, "simplex"), self._instance.weights, entry["simplex"]
        for key in _OF_AN_INPUT:
            if key in entry and entry[key] != _UNSAID.get(key):
                self._problems.add(Spot("vary", at, key), "does not go with simplex, which says it all")
            entry.pop(key, None)
        for name in dict.fromkeys(names):
            if name not in weights:
                hint = self._problems.hint(name, [*weights])
                self._problems.add(spot, f"{quote(name)} is not an objective{hint}")
            elif names.count(name) > 1:
                self._problems.add(spot, f"{quote(name)} stands there twice")
            self._claim(at, ("weights", name), entry["name"], "set", np.ones(1, dtype=bool))
        total = sum(weights.get(name, 0.0) for name in names)
        if total <= 0 and self._problems.sound("vary", at):
            self._problems.add(spot, "they weigh nothing together here, so there is nothing to share out")
        graded = {self._grade("weights", name) for name in names}
        grade = graded.pop() if len(graded) == 1 else ""
        own = entry["name"]
        return [
            Varied(f"{own}.{name}", own, f"weights.{name}", "set", None, None, grade, total) for name in names
        ]

    def _claim(self, at: int, cells: tuple[str, str], name: str, how: str, rows: Array) -> None:
        """Numbers that are set stand alone: what else moves them would be undone, or undo it."""
        for other, other_how, other_rows in self._moved.setdefault(cells, []):
            if "set" in (how, other_how) and (rows & other_rows).any():
                text = f"{quote(other)} moves some of the same values; where one sets them, no other can"
                self._problems.add(Spot("vary", at, "what"), text)
                return
        self._moved[cells].append((name, how, rows))

    def _grade(self, table: str, column: str) -> str:
        """The grade that sources.csv gives a column, under any of the names that people may use there."""
        names = [(table, column), (table, column.partition(".")[0])]
        names += [("resources", column)] if table == "resource_types" else []
        return next((self._grades[name] for name in names if name in self._grades), "")

    def _parts(self, at: int, entry: Document, target: Target) -> list[tuple[str, Array | None]]:
        """The name and the rows of each number: one for all, or one for each row or value."""
        name, each, spot = entry["name"], entry["each"], Spot("vary", at, "each")
        now = self._now(target)
        moves = moved(now, entry["how"])
        if not moves.any():
            values = listed(now) or "not given"
            self._problems.add(Spot("vary", at, "what"), f"no number would move it: all are {values}")
        elif each == "together":
            self._say_unmoved(name, target, now, moves)
            return [(name, target.rows)]
        elif target.rows is None:
            self._problems.add(spot, f"{target.table} has no rows; leave it out")
        elif each != "row" and each not in (table := self._instance[target.table]):
            hint = self._problems.hint(each, ["together", "row", *table])
            text = f"{quote(each)} is not together, row or a column of {target.table}{hint}"
            self._problems.add(spot, text)
        else:
            self._say_unmoved(name, target, now, moves)
            return [*self._apart(name, each, target.table, np.flatnonzero(target.rows), moves)]
        return []

    def _apart(self, name: str, each: str, table: str, every: Array, moves: Array) -> list[tuple[str, Array]]:
        """The name and the rows of each number, but for those that none would move."""
        cells, found = self._instance[table], dict[str, Array]()
        for row in every.tolist():
            key = row_name(self._instance, table, row) if each == "row" else number_text(cells[each][row])
            found.setdefault(key, np.zeros(cells.rows, dtype=bool))[row] = True
        moving = np.isin(np.arange(cells.rows), every[moves])
        return [(f"{name}[{key}]", rows) for key, rows in found.items() if (rows & moving).any()]

    def _now(self, target: Target) -> Array:
        """The values that stand there now."""
        if target.rows is None:
            now = getattr(self._instance, target.table)[target.column]
            return np.array([np.nan if now is None else now])
        return self._instance[target.table][target.column][target.rows]

    def _say_unmoved(self, name: str, target: Target, now: Array, moves: Array) -> None:
        if target.schema.kind != "number" or target.rows is None:
            return
        fixed = ~moves & ~np.isnan(now)
        if fixed.any():
            rows = np.flatnonzero(target.rows)[fixed].tolist()
            whom = listing([row_name(self._instance, target.table, row) for row in rows], most=3)
            text = f"{name}: {len(rows)} of {len(now)} values do not move, being {listed(now[fixed])}: {whom}"
            self.unmoved.append(text)


def moved(now: Array, how: str) -> Array:
    """Which values a number would move: none what is not given, no factor 0, no odds a share of 1."""
    if how == "set":
        return np.ones(len(now), dtype=bool)
    given = ~np.isnan(now)
    return given if how == "add" else given & (now != 0) & ((now != 1) | (how != "odds"))


def listed(values: Array) -> str:
    """The different values in a sentence; '' where nothing is given."""
    there = values[~np.isnan(values)]
    return listing(sorted({number_text(value) for value in there.tolist()}), last="or")
