"""The distribution that an entry of a study file declares, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from optimiser.instance.checking.problems import number_text, quote
from optimiser.instance.reading.cells import Wrong, cell_value
from optimiser.instance.replace import Target
from optimiser.studies.sensitivity.study.distributions import LEAST_MASS, Distribution, mass
from optimiser.studies.sensitivity.study.form import Document, Problems, Spot

KINDS = ("range", "triangular", "normal", "lognormal", "values")
CUT = ("normal", "lognormal")  # kinds that say their range besides


def distribution_of(
    at: int, entry: Document, target: Target | None, *, needed: bool, problems: Problems
) -> Distribution | None:
    """How the number of an entry varies; None where nothing says so, or something is wrong with it.

    Without a target, or without a `how`, only what is wrong with the numbers among themselves is told.
    """
    given = [kind for kind in KINDS[1:] if kind in entry] or [kind for kind in KINDS[:1] if kind in entry]
    wrong: list[tuple[str, str]] = []
    if not given:
        wrong = [("range", f"this key must be there, or one of {', '.join(KINDS[1:])}")] if needed else []
    elif len(given) > 1:
        wrong = [(given[1], f"does not go with {given[0]}: one or the other")]
    elif "range" in entry and given[0] not in ("range", *CUT):
        wrong = [("range", f"does not go with {given[0]}, which says its own")]
    elif "range" not in entry and given[0] in CUT:
        wrong = [("range", f"this key must be there with {given[0]}: where it is cut off")] if needed else []
    elif target is None or "how" not in entry:
        wrong = [*_wrong_shape(given[0], entry)]
    else:
        wrong = [*_wrong(given[0], entry, target)]
        if not wrong:
            return _made(given[0], entry, target)
    for key, text in wrong:
        problems.add(Spot("vary", at, key), text)
    return None


def _made(kind: Any, entry: Document, target: Target) -> Distribution:
    numbers = tuple(entry[kind])
    if kind == "values":
        return Distribution(kind, numbers)
    low, *_, high = entry["range"] if kind in CUT else numbers
    return Distribution(kind, numbers, low, high, target.schema.whole and entry["how"] == "set")


def _wrong(kind: str, entry: Document, target: Target) -> Iterator[tuple[str, str]]:
    """What is wrong with the numbers of one kind: the key, and what is said of it."""
    how, schema, path = entry["how"], target.schema, f"{target.table}.{target.column}"
    if schema.kind != "number" and how != "set":
        yield "how", f"{path} is not a number, so it can only be set"
    elif schema.kind != "number" and kind != "values":
        yield kind, f"{path} is not a number; give the values that it may have"
    elif how == "odds" and not schema.share:
        yield "how", f"{path} is not a share from 0 to 1, so it has no odds"
    elif schema.whole and how == "set" and kind not in ("range", "values"):
        yield kind, f"{path} is a whole number; give its range, or the values that it may have"
    else:
        yield from _wrong_shape(kind, entry)
        yield from _out_of_range(kind, entry, target)


def _wrong_shape(kind: str, entry: Document) -> Iterator[tuple[str, str]]:
    numbers = entry[kind]
    ends = entry["range"] if kind in CUT else numbers
    key = "range" if kind in CUT else kind
    if kind == "values":
        if len({(type(value), value) for value in numbers}) < len(numbers):
            yield kind, "a value stands there twice"
        return
    if ends[0] >= ends[-1] or any(a > b for a, b in pairwise(ends)):
        yield key, f"{_shown(ends)} does not go up"
    elif kind == "normal" and numbers[1] <= 0:
        yield kind, f"{quote(numbers[1])} is not a standard deviation above 0"
    elif kind == "lognormal" and (numbers[0] <= 0 or numbers[1] <= 1):
        yield kind, f"{_shown(numbers)} is not a median above 0 and a factor above 1"
    elif kind in CUT and mass(kind, numbers, *ends) < LEAST_MASS:
        yield key, f"{_shown(ends)} holds next to nothing of this {kind} distribution"


def _out_of_range(kind: str, entry: Document, target: Target) -> Iterator[tuple[str, str]]:
    """What can never be: a number set beyond the range of its column, odds below 0."""
    key, how = "range" if kind in CUT else kind, entry["how"]
    for value in entry[key] if kind == "values" else (entry[key][0], entry[key][-1]):
        if how == "set":
            found = cell_value(value, target.schema, target.table, strict=True)
            if isinstance(found, Wrong):
                yield key, str(found)
        elif isinstance(value, bool | str):
            yield key, f"{quote(value)} is not a number"
        elif how == "odds" and value < 0:
            yield key, f"{quote(value)} is below 0, and odds are not"


def _shown(numbers: list[float]) -> str:
    return f"[{', '.join(map(number_text, numbers))}]"
