"""A call: the arguments that all questions share, checked and cleaned, and what a result says of them.

All that is wrong is said at once.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from optimiser.design.tables import asked_of
from optimiser.instance.arguments import (
    AMOUNT,
    POSITIVE,
    check_instance,
    pairs,
    plain,
    raise_any,
    texts,
    unknown,
    whole,
    wrong_function,
    wrong_number,
)
from optimiser.instance.fixed import site
from optimiser.instance.instance import Instance
from optimiser.instance.schema.column import a_number
from optimiser.solver.clock import Clock
from optimiser.solver.highs import VERSION
from optimiser.version import VERSION as ENGINE


@dataclass(frozen=True)
class Call:
    """The arguments that most questions have, as Python's own numbers and collections."""

    weights: dict[str, float] | None
    fix: dict[str, str]
    lexicographic: tuple[str, ...]
    at_least: dict[str, float]
    gap: float
    time_limit: float | None
    threads: int

    @property
    def asked(self) -> dict[str, Any]:
        """What a design repeats of the call; its weights it has, and threads change no answer."""
        names = ("fix", "at_least", "lexicographic", "gap", "time_limit")
        return asked_of({name: getattr(self, name) for name in names})


def run_of(
    instance: Instance, clock: Clock, counts: Mapping[str, Any] | None = None, **settings: Any
) -> dict[str, Any]:
    """What a result says of how it was found; `counts` are of what it took."""
    return {
        "seconds": round(time.monotonic() - clock.began, 3),
        **(counts or {}),
        "solver": VERSION,
        "engine": ENGINE,
        "instance_hash": instance.hash,
        **settings,
    }


def check_call(
    instance: Instance,
    *,
    weights: Any = None,
    fix: Any = None,
    lexicographic: Any = (),
    at_least: Any = None,
    gap: Any = 0.0,
    time_limit: Any = None,
    threads: Any = 1,
    functions: Mapping[str, Any] | None = None,
    problems: Iterable[str] = (),
) -> Call:
    """Refuse a call that is wrong, with everything that is wrong about it; `problems`: what is known already.

    `functions` are arguments that must be functions, or None.
    """
    check_instance(instance)
    found = list(problems)
    weighed = weights_of(instance, weights, found)
    fixed = pairs("fix", fix, "decisions to levels", found)
    for key, level in fixed.items():
        found += _wrong_fix(instance, key, level)
    order = objectives_of(instance, "lexicographic", lexicographic, found)
    floors = _floors(instance, at_least, found)
    found += wrong_number("gap", gap, AMOUNT)
    found += wrong_number("time_limit", time_limit, POSITIVE, optional=True)
    found += wrong_threads(threads)
    for name, function in (functions or {}).items():
        found += wrong_function(name, function)
    raise_any(found)
    return Call(
        weighed,
        fixed,
        order,
        floors,
        float(gap),
        None if time_limit is None else float(time_limit),
        int(threads),
    )


def cores() -> int:
    """How many cores this program may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def wrong_threads(threads: Any) -> list[str]:
    """What is wrong with a number of threads: more than there are cores stand in each other's way."""
    problems = wrong_number("threads", threads, whole(1, cores()))
    return [f"{line} (as many as this machine has)" for line in problems]


def objectives_of(instance: Instance, name: str, given: Any, problems: list[str]) -> tuple[str, ...]:
    """Names of objectives, each once; what is none is a problem of the argument `name`."""
    found = texts(name, given, problems)
    problems += [line for g in found for line in unknown(name, g, instance.objectives, "an objective")]
    problems += [f"{name}: {g} stands twice" for g in dict.fromkeys(found) if found.count(g) > 1]
    return found


def building(instance: Instance) -> str:
    """What is said while the model is built, which takes long where there is much to decide."""
    decisions, localities = instance["decisions"].rows, len(instance.localities)
    return f"building the model of {decisions:,} decisions and {localities:,} localities"


def weights_of(instance: Instance, weights: Any, problems: list[str]) -> dict[str, float] | None:
    """Weights by objective, None where none are given; what is wrong with them are problems."""
    if weights is None:
        return None
    given, wrong = pairs("weights", weights, "objectives to numbers", problems), list[str]()
    for g, weight in given.items():
        wrong += unknown("weights", g, instance.objectives, "an objective")
        wrong += wrong_number(f"weights: {g}", weight, AMOUNT)
    problems += wrong
    if wrong:
        return {}
    found = {g: float(weight) for g, weight in given.items()}
    if not sum(found.values()) > 0 and isinstance(weights, Mapping):
        problems.append("weights: all are zero" if found else "weights: none is given")
    return found


def _floors(instance: Instance, at_least: Any, problems: list[str]) -> dict[str, float]:
    given, wrong = pairs("at_least", at_least, "objectives to numbers", problems), list[str]()
    for g, floor in given.items():
        strange = unknown("at_least", g, instance.objectives, "an objective")
        low, high = (-math.inf, math.inf) if strange else _span(instance, g)
        wrong += strange + wrong_number(
            f"at_least: {g}", floor, a_number("", "an expectation", low=low, high=high)
        )
    problems += wrong
    return {} if wrong else {g: float(plain(floor)) for g, floor in given.items()}


def _span(instance: Instance, objective: str) -> tuple[float, float]:
    """Where expectations lie: from 0 to 1, further only with costs at several levels, or with links."""
    links = instance.tables.get("links")
    losses = (
        [] if links is None or not links.rows else links["loss"][links["objective"] == objective].tolist()
    )
    below = objective in ("economy", "resilience") or any(loss > 0 for loss in losses)
    return -math.inf if below else 0.0, math.inf if any(loss < 0 for loss in losses) else 1.0


def _wrong_fix(instance: Instance, key: str, level: Any) -> list[str]:
    decision, place = site(key)
    decisions = instance["decisions"]
    problems = unknown("fix", decision, decisions["decision"], "a decision")
    problems += unknown(f"fix: {key}", level, instance["levels"]["level"], "a level", listed=True)
    if place is not None:
        problems += unknown(f"fix: {key}", place, instance.localities, "a locality")
        uniform = dict(zip(decisions["decision"], decisions["uniform"], strict=True))
        if uniform.get(decision):
            problems.append(f"fix: {key}: {decision} is uniform, it has one level for every locality")
    return problems
