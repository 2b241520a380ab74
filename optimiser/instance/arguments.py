"""What is wrong with the arguments of a call: lines as for tables, each with the argument's name."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from numbers import Real
from typing import Any

import numpy as np

from optimiser.errors import InputError
from optimiser.instance.checking.problems import nearest, quote
from optimiser.instance.content import Content
from optimiser.instance.reading import cells as convert
from optimiser.instance.schema.column import Column, a_number

ANY = a_number("", "any number")
AMOUNT = a_number("", "a number that is not negative", low=0)
POSITIVE = a_number("", "a number above 0", low=0, above=True)


def whole(low: float, high: float = np.inf) -> Column:
    """A whole number within limits."""
    return a_number("", "a whole number", low=low, high=high, whole=True)


def plain(value: Any) -> Any:
    """A number as Python's own, of whatever library it is."""
    value = value.item() if isinstance(value, np.generic) else value
    return float(value) if isinstance(value, Real) and not isinstance(value, int | float) else value


def wrong_number(name: str, value: Any, expected: Column = ANY, *, optional: bool = False) -> list[str]:
    """What is wrong with a number: nothing, or a line."""
    if value is None and optional:
        return []
    value = plain(value)
    needed = replace(expected, required=True)  # there is no cell to leave empty
    found = convert.cell_value(value, needed, "", strict=False)
    if isinstance(found, convert.Wrong):
        return [f"{name}: {found}"]
    if isinstance(value, str):
        return [f"{name}: {quote(value)} is a text, not {expected.expected}"]
    return []


def wrong_choice(name: str, value: Any, choices: Iterable[str]) -> list[str]:
    """What is wrong with a word that must be one of a few."""
    known = list(choices)
    if isinstance(value, str) and value in known:
        return []
    return [f"{name}: {said(value)} is not one of {', '.join(known)}{hint(value, known)}"]


def wrong_flag(name: str, value: Any) -> list[str]:
    """What is wrong with True or False."""
    return [] if isinstance(value, bool | np.bool_) else [f"{name}: {said(value)} is not True or False"]


def wrong_function(name: str, value: Any) -> list[str]:
    """What is wrong with a function, or None."""
    return [] if value is None or callable(value) else [f"{name}: {said(value)} is not a function"]


def unknown(name: str, value: Any, known: Iterable[str], what: str, *, listed: bool = False) -> list[str]:
    """A line about a name that is not among those known: all of them where `listed`, and the nearest."""
    names = list(known)
    if isinstance(value, str) and value in names:
        return []
    of = f" ({', '.join(names)})" if listed else ""
    return [f"{name}: {said(value)} is not {what}{of}{hint(value, names)}"]


def hint(value: Any, known: Iterable[str]) -> str:
    """'; did you mean ...?' where a name comes near."""
    near = nearest(value, known) if isinstance(value, str) else ""
    return f"; did you mean {quote(near)}?" if near else ""


def said(value: Any) -> str:
    """A value as an error shows it: in quotes, and what it is where that is not seen."""
    if value is None or isinstance(value, str | int | float | bool | np.generic):
        return quote("None" if value is None else value)
    kind = type(value).__name__
    return f"{'an' if kind[0].lower() in 'aeiou' else 'a'} {kind}"


def texts(name: str, value: Any, problems: list[str]) -> tuple[str, ...]:
    """A collection of texts; what is none is a problem, a single text among them."""
    if isinstance(value, str) or not isinstance(value, Iterable):
        problems.append(f"{name}: {said(value)} is not a list of names")
        return ()
    found = tuple(value)
    problems += [f"{name}: {said(one)} is not a name" for one in found if not isinstance(one, str)]
    return tuple(one for one in found if isinstance(one, str))


def pairs(name: str, value: Any, what: str, problems: list[str]) -> dict[str, Any]:
    """A mapping, or a Series, with texts as keys; what is none is a problem."""
    if value is None:
        return {}
    if not isinstance(value, Mapping) and not hasattr(value, "to_dict"):
        problems.append(f"{name}: {said(value)} is not a mapping of {what}")
        return {}
    found = dict(value.items())
    problems += [f"{name}: {said(key)} is not a name" for key in found if not isinstance(key, str)]
    return {key: cell for key, cell in found.items() if isinstance(key, str)}


def check_instance(instance: object, name: str = "instance") -> None:
    """Refuse what is no Instance: nothing else of a call can be judged without."""
    if not isinstance(instance, Content):
        how = "; optimiser.read makes one of a path" if isinstance(instance, str | os.PathLike) else ""
        raise InputError(f"{name}: {said(instance)} is not an Instance{how}")


def raise_any(problems: Iterable[str]) -> None:
    """Raise InputError if anything is wrong; said twice is said once."""
    if lines := tuple(dict.fromkeys(problems)):
        raise InputError(lines)
