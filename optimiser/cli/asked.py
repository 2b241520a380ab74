"""What was asked, as options that a reader could type again."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from optimiser.page import exact, listing

if TYPE_CHECKING:
    from optimiser.design.design import Design
    from optimiser.studies.finding import Finding

DEFAULTS: dict[str, Any] = {
    "gap": 1e-6, "reach": True, "diverse": 0,
    "map objectives": ["risk_pooling", "accountability", "responsiveness"],
}  # fmt: skip
SAID = ("what", "range", "range_", "how", "where", "also")  # of thresholds, which says them in words
NAMES = {"decisions": "decision", "designs": "design", "others": "with"}
WORDS = ("result",)  # of verify, which takes it without an option
JOINED = ("weights", "at_least", "objectives", "lexicographic")  # several in one, with commas between


def asked_lines(found: Design | Finding) -> list[str]:
    """A line under the title, where anything was asked that is not asked by default."""
    options = [*_weights(found), *options_of(found.asked, getattr(found, "command", "solve"))]
    return listing(options, "  asked: ", mark="") if options else []


def options_of(asked: Mapping[str, Any], command: str = "") -> Iterator[str]:
    """The arguments of a call as options, but for what is so by default."""
    for name, value in asked.items():
        default = DEFAULTS.get(f"{command} {name}", DEFAULTS.get(name, False))
        if name in SAID or value is None or value == default or value in ({}, [], ()):
            continue
        option = f"--{NAMES.get(name, name).replace('_', '-')}"
        if isinstance(value, bool):
            yield option if value else option.replace("--", "--no-", 1)
            continue
        words = _words(list(value.values()) if name == "designs" else value)
        if name in WORDS:
            yield from map(shlex.quote, words)
            continue
        for word in [",".join(words)] if name in JOINED else words:
            yield f"{option} {shlex.quote(word)}"


def _words(value: Any) -> list[str]:
    from optimiser.instance.checking.problems import number_text

    if isinstance(value, Mapping):
        return [f"{name}={number_text(each)}" for name, each in value.items()]
    return [number_text(each) for each in (value if isinstance(value, list | tuple) else [value])]


def _weights(found: Design | Finding) -> Iterator[str]:
    """The weights of a design that are not its instance's: a result keeps them, but not as what was asked."""
    from optimiser.design.design import Design

    if not isinstance(found, Design) or not found.asked or found.asked.get("weights"):
        return
    total = sum(found.instance.weights.values())
    own = {name: weight / total for name, weight in found.instance.weights.items()}
    if any(abs(weight - own.get(name, 0.0)) > 1e-9 for name, weight in found.weights.items()):
        words = [f"{name}={exact(round(weight, 6))}" for name, weight in found.weights.items() if weight]
        yield f"--weights {shlex.quote(','.join(words))}"
