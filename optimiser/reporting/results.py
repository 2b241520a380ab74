"""The results that a report is of: read from their folders, of the right form, and all of one instance."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np

from optimiser.design.bound import how_sure, proven
from optimiser.design.result_folder import DOCUMENT, INSTANCE, LARGEST
from optimiser.errors import InputError
from optimiser.instance.checking.out_of_form import misfits
from optimiser.instance.instance import Instance
from optimiser.instance.names import Names
from optimiser.instance.read import read
from optimiser.instance.schema.json_schema import result_schema
from optimiser.tolerances import EQUAL

Document = Mapping[str, Any]
MANY = ("explain", "frontier", "thresholds", "replay")  # of these a page may show several
MOST = 5  # lines about what is wrong with one document


@runtime_checkable
class Result(Protocol):
    """What a command finds, as Python has it."""

    instance: Instance

    def to_dict(self) -> dict[str, Any]:
        """Its document."""
        ...


class Results(NamedTuple):
    """Documents of one instance, by command."""

    instance: Instance
    documents: Mapping[str, Sequence[Document]]

    def all(self, *commands: str) -> list[Document]:
        """Every document of these commands."""
        return [document for command in commands for document in self.documents.get(command, ())]

    def one(self, *commands: str) -> Document | None:
        """The first document of these commands, None where there is none."""
        return next(iter(self.all(*commands)), None)


class Shown:
    """What a page is about: the results, the names that people use, and the one design that it shows."""

    def __init__(self, results: Results) -> None:
        self.results, self.instance = results, results.instance
        self.names = Names(results.instance)

    def one(self, *commands: str) -> Document | None:
        """The first document of these commands."""
        return self.results.one(*commands)

    def all(self, *commands: str) -> list[Document]:
        """Every document of these commands."""
        return self.results.all(*commands)

    @cached_property
    def origin(self) -> Document | None:
        """Whose design is shown: of `solve` if there is one, else of what has a best."""
        solved = self.one("solve", "verify")
        if solved is not None:
            return solved if solved.get("design") else None
        ranked = (found for found in self.all("compare", "alternatives") if found["designs"])
        return next((found for found in ranked if found["designs"][0]["design"]), None)

    @cached_property
    def best(self) -> Document | None:
        """The design that is shown, with its value."""
        return self.origin["designs"][0] if self.origin and "designs" in self.origin else self.origin

    @property
    def free(self) -> bool:
        """Whether the design shown had to keep to nothing beyond its instance, whatever the weights."""
        return self.origin is None or not bidden(self.origin)

    @cached_property
    def instance_weights(self) -> Mapping[str, float]:
        """The instance's own weights, of all that weigh something, summing to 1."""
        return _shares(self.instance.weights)

    def weights_of(self, document: Document) -> Mapping[str, float]:
        """By which weights a question was asked, summing to 1: the instance's where none were named."""
        own = document.get("weights") or document.get("asked", {}).get("weights")
        return _shares(own) if own else self.instance_weights

    def every(self) -> list[Document]:
        """Every document, in the order in which they were given by command."""
        return self.all(*self.results.documents)

    @cached_property
    def bound(self) -> float | None:
        """What no design is worth more than, as far as is known: the least bound of all that asked it.

        Asked the same is what names no weights of its own; a design that was bidden more has its own bound.
        """
        if self.best is None or self.best.get("bound") is None:
            return None
        solved = self.one("solve", "verify")
        bounds = [self.best["bound"]]
        if solved is None or _unbidden(solved):
            bounds += [each["bound"] for each in self._bests() if each.get("bound") is not None]
        return min(bounds)

    def weighed_as(self, found: Document) -> bool:
        """Whether a comparison weighs as the design shown does, so that their values can be compared."""
        given = (self.best or {}).get("weights", found["weights"])
        return all(abs(found["weights"].get(g, 0.0) - w) <= EQUAL for g, w in given.items())

    def unfinished(self, found: Document) -> list[str]:
        """What a question did not settle, with the page's bound in the place of a looser one."""
        said, best = list(found["unfinished"]), next(iter(found.get("designs", ())), found)
        loose, value = best.get("bound"), best.get("value")
        if (
            loose is None
            or value is None
            or self.bound is None
            or not _unbidden(found)
            or loose <= self.bound
        ):
            return said
        before, after = how_sure(value, loose), how_sure(value, self.bound)
        if proven(value, self.bound):
            return [each for each in said if before not in each]
        return [each.replace(before, after) for each in said]

    def _bests(self) -> Iterator[Document]:
        """The best of each document that asked for the best under the instance's own weights."""
        for found in filter(_unbidden, self.all("compare", "alternatives", "explain")):
            yield from found.get("designs", [found])[:1]

    @cached_property
    def held(self) -> np.ndarray | None:
        """(D, O) the level at which it holds each decision."""
        return None if self.best is None else self.names.held(self.best["design"])

    @cached_property
    def sits(self) -> dict[str, list[str]]:
        """Decision -> the levels at which the design holds it; nothing where no design is shown."""
        if self.held is None:
            return {}
        levels = self.names.levels
        rows = zip(self.names.decisions, self.held, strict=True)
        return {code: [levels[k] for k in np.unique(row) if k >= 0] for code, row in rows}

    @property
    def knows_today(self) -> bool:
        """Whether the instance says where any decision sits today."""
        return bool((self.names.today >= 0).any())


def bidden(found: Document) -> bool:
    """Whether a design had to keep to more than its instance asks."""
    return any(found["asked"].get(name) for name in ("fix", "at_least", "lexicographic"))


def _shares(weights: Mapping[str, float]) -> Mapping[str, float]:
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items() if weight}


def _unbidden(found: Document) -> bool:
    """Whether a question asked for the best design of the instance as it stands, with its own weights."""
    return not bidden(found) and not found["asked"].get("weights")


def gather(results: Sequence[str | Path | Result]) -> Results:
    """Read results; raises InputError with all that is wrong with any of them, a line each."""
    problems, found = list[str](), list[tuple[str, Document, Instance | None]]()
    for result in results:
        if isinstance(result, str | Path):
            found += _from_folder(Path(result), problems)
        elif isinstance(result, Result):
            found.append((type(result).__name__, result.to_dict(), result.instance))
        else:
            problems.append(f"{result!r} is neither a result nor the folder of one")
    if not results:
        problems.append("RESULT: name at least one result folder")
    if not problems:
        problems += _apart(found)
    if problems:
        raise InputError(problems)
    instance = next(each for _, _, each in found if each is not None)
    for where, document, _ in found:
        problems += _strangers(where, document, Names(instance))
    if problems:
        raise InputError(problems)
    documents: dict[str, list[Document]] = {}
    for _, document, _ in found:
        documents.setdefault(document.get("command", "solve"), []).append(document)
    return Results(instance, documents)


def _from_folder(folder: Path, problems: list[str]) -> Iterator[tuple[str, Document, Instance | None]]:
    path = folder / DOCUMENT
    if not path.is_file():
        problems.append(f"{folder}: no result (a folder with {DOCUMENT}, as --out writes it)")
        return
    if path.stat().st_size > LARGEST:
        problems.append(f"{path}: larger than {LARGEST // 2**20} MB")
        return
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        document = None
    if not isinstance(document, dict):
        problems.append(f"{path}: not a JSON document")
        return
    wrong = list(_out_of_form(document, str(path)))
    if wrong:
        problems += wrong[:MOST] + [f"{path}: and {len(wrong) - MOST} more like these"] * (len(wrong) > MOST)
        return
    instance = None
    if (folder / INSTANCE).is_dir():
        try:
            instance = read(folder / INSTANCE)
        except InputError as error:
            problems += [f"{folder / INSTANCE}: {problem}" for problem in error.problems[:MOST]]
            return
        if "instance_hash" in document["run"] and instance.hash != document["run"]["instance_hash"]:
            problems.append(
                f"{folder / INSTANCE}: not the instance that was asked about: it has another hash"
            )
    yield str(folder), document, instance


def _out_of_form(document: Document, where: str) -> Iterator[str]:
    # by name, as it asks the public names for the questions, and a report is one of the public names
    results = import_module("optimiser.studies.schemas").results()
    command = document.get("command", "solve")
    forms = {form.command: form for form in results if form.command != "check"}
    form = forms.get("solve" if command == "verify" else command)
    if form is None:
        yield f"{where} command: {command!r} is no command whose result can be shown ({', '.join(forms)})"
    else:
        yield from misfits(document, result_schema(form), where)


def _apart(found: Sequence[tuple[str, Document, Instance | None]]) -> Iterator[str]:
    """What cannot stand on one page: results of several instances, or two of one question."""
    first, *_ = found
    hashes = {where: document["run"].get("instance_hash") for where, document, _ in found}
    for where in hashes:
        if hashes[where] != hashes[first[0]]:
            yield f"{where}: about another instance, or another state of it, than {first[0]}; a page has one"
    seen = dict[str, str]()
    for where, document, _ in found:
        command = document.get("command", "solve")
        command = "solve" if command == "verify" else command
        asked = command + json.dumps(document.get("asked"), sort_keys=True) * (command in MANY)
        if asked in seen:
            same = "asked the same as" if command in MANY else "beside"
            yield f"{where}: a second result of `{command}`, {same} {seen[asked]}; a page shows one"
        seen.setdefault(asked, where)
    if all(instance is None for _, _, instance in found):
        yield f"{first[0]}: holds no copy of its instance; ask again with --out to have one"


def _strangers(where: str, document: Document, names: Names) -> Iterator[str]:
    """Rows of designs that speak of what the instance does not know."""
    known = {
        "decision": names.decisions,
        "organisation": {"", *names.organisations},
        "level": set(names.levels),
    }
    told = set[str]()
    for row in _rows(document):
        for column, there in known.items():
            value = row.get(column, "")
            several = str(value).split(";") if column == "level" and value else [value]
            if value and column not in told and any(one not in there for one in several):
                told.add(column)
                yield f"{where}: {value!r} is no {column} of its instance"


def _rows(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every row with a decision, wherever it stands, but for the call."""
    if isinstance(value, Mapping):
        if isinstance(value.get("decision"), str) and value["decision"]:
            yield value
        for name, inner in value.items():
            if name not in ("asked", "run"):
                yield from _rows(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _rows(inner)
