"""What was asked: of the design shown, by which weights, and what tells two results of one question apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from optimiser.figures.drawing import Drawing
from optimiser.instance.checking.problems import listing
from optimiser.labels import label, say
from optimiser.reporting.blocks import Text
from optimiser.reporting.results import Shown
from optimiser.terminal import exact, percent
from optimiser.tolerances import EQUAL

Document = Mapping[str, Any]
LIMITS = ("gap", "time_limit")  # they tell two results apart only where nothing else does


def conditions(shown: Shown, document: Document) -> Iterator[str]:
    """What a design had to keep to beyond its instance, a sentence each."""
    names, asked = shown.names, document["asked"]
    if not _alike(shown.weights_of(document), shown.instance_weights):
        yield say("asked.weights", weights=_weights(shown, shown.weights_of(document)))
    if asked.get("lexicographic"):
        yield say("asked.lexicographic", names=listing(map(names.objective, asked["lexicographic"])))
    if asked.get("fix"):
        yield say("asked.fix", names=", ".join(_fixed(shown, *each) for each in asked["fix"].items()))
    if asked.get("at_least"):
        least = (f"{names.objective(g)} {exact(value)}" for g, value in asked["at_least"].items())
        yield say("asked.at_least", names=", ".join(least))


def other_weights(shown: Shown, document: Document) -> Iterator[Text]:
    """A warning where a question was asked by other weights than the design shown."""
    if not _alike(shown.weights_of(document), shown.weights_of(shown.origin or {})):
        key = "asked.other_weights" if shown.best else "asked.not_its_own"
        yield Text(say(key, weights=_weights(shown, shown.weights_of(document))), "warning")


def told_apart(
    shown: Shown, documents: Sequence[Document], drawings: Sequence[Drawing]
) -> Iterator[tuple[Document, Drawing]]:
    """Drawings of one title get what was asked differently behind it."""
    for document, drawing in zip(documents, drawings, strict=True):
        alike = [d["asked"] for d, e in zip(documents, drawings, strict=True) if e.title == drawing.title]
        asked = document["asked"]
        differ = [key for key in asked if any(each.get(key) != asked[key] for each in alike)]
        differ = [key for key in differ if key not in LIMITS] or differ
        said = [_said(shown, key, asked[key], [each.get(key) for each in alike]) for key in differ]
        how = "; ".join(filter(None, said)) or say("asked.default")
        title = say("asked.apart", title=drawing.title, how=how) if differ else drawing.title
        yield document, replace(drawing, title=title)


def given(value: Any) -> str:
    """An argument of a call as it is read."""
    if isinstance(value, bool):
        return label("asked", str(value).lower())
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={given(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return ", ".join(map(given, value))
    return exact(value) if isinstance(value, float) else str(value)


def _said(shown: Shown, key: str, value: Any, others: Sequence[Any]) -> str:
    """An argument in words; "" where it is as by default."""
    if key == "weights":
        weights = shown.weights_of({"asked": {"weights": value}})
        return say("asked.by_weights", weights=_weights(shown, weights))
    if value in (None, {}, []):
        return ""
    short = key == "series" and len({Path(str(each)).name for each in others}) == len({*map(str, others)})
    return f"{label('asked', key)}: {Path(str(value)).name if short else given(value)}"


def _weights(shown: Shown, weights: Mapping[str, float]) -> str:
    return ", ".join(f"{shown.names.objective(g)} {percent(w)}" for g, w in weights.items() if w)


def _fixed(shown: Shown, where: str, level: str) -> str:
    """DECISION or DECISION@ORGANISATION, and the level at which it was held."""
    decision, _, organisation = where.partition("@")
    return f"{shown.names.decision(decision, organisation)} ({level})"


def _alike(some: Mapping[str, float], others: Mapping[str, float]) -> bool:
    return all(abs(some.get(g, 0.0) - others.get(g, 0.0)) <= EQUAL for g in {*some, *others})
