"""Sentences about why a decision sits where it does, put together from its numbers and never beyond them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from optimiser.design.status import Status
from optimiser.instance.checking.problems import listing
from optimiser.instance.instance import Instance
from optimiser.instance.names import Names
from optimiser.tolerances import EQUAL

if TYPE_CHECKING:
    from optimiser.studies.explain.explanation import Explained, Move

SMALL = 5e-7  # of value: what is smaller is not spoken of
SO_FAR = ", as far as the search came"  # of weights that were not all searched to the end
ROUGH = 0.01  # of a cost: where the gap leaves more open, two numbers are said


def sentence(
    instance: Instance, one: Explained, weights: Mapping[str, float], unproven: Container[str] = ()
) -> str:
    """A few plain sentences: where it sits, why, what moving it would cost, and what would move it.

    `weights` sum to 1; `unproven` are objectives along whose weight not everything was found.
    """
    names = Names(instance)
    tipping = _tipping(names, one, weights, unproven)
    parts = [_where(names, one), *_why(names, one, weights), *_costs(names, one), *tipping, *_bound(one)]
    return " ".join(parts)


def _where(names: Names, one: Explained) -> str:
    name = names.decision(one.decision)
    whom = f" for {names.organisation(one.organisation)}" if one.organisation else ""
    total = sum(one.counts.values())
    if len(one.counts) == 1:
        return f"{name} sits at {one.level}{whom}" + (f" for all {total} localities." if total > 1 else ".")
    parts = [f"{count} at {level}" for level, count in sorted(one.counts.items(), key=lambda item: -item[1])]
    return f"{name} sits with {listing(parts)}, of {total} localities."


def _why(names: Names, one: Explained, weights: Mapping[str, float]) -> Iterator[str]:
    """What it is worth here beside the cheapest place elsewhere."""
    if not one.moves:
        yield "No other level is allowed."
        return
    moves = [move for move in one.moves if move.cost is not None]
    if not moves:
        return
    move = min(moves, key=lambda move: move.cost or 0.0)
    gains = {g: weights[g] * (value - move.contributions[g]) for g, value in one.contributions.items()}
    more = [f"{_as_text(v)} more on {names.objective(g)}" for g, v in _largest(gains) if v > SMALL]
    less = [f"{_as_text(-v)} less on {names.objective(g)}" for g, v in _largest(gains) if v < -SMALL]
    own, begin = sum(gains.values()), "It is" if len(one.counts) == 1 else "As it is, it is"
    if not more and not less:
        yield f"Its own scores are worth as much at {move.to}."
        return
    said = f"{listing(more or less)} than at {move.to}"
    if more and less:
        said += f", and {listing(less)}"
    urgent = _urgent(names.instance, one) if gains.get("responsiveness", 0.0) > SMALL else ""
    yield f"{begin} worth {said}{urgent}."
    if own < -SMALL:
        yield f"Its own share would be {_as_text(-own)} higher at {move.to}: what follows elsewhere decides."


def _urgent(instance: Instance, one: Explained) -> str:
    """Said of the most urgent decision of its type."""
    table = instance["decisions"]
    halves = table["half_life_days"]
    same = table["type"] == one.type
    own = halves[list(table["decision"]).index(one.decision)]
    rivals = np.sort(halves[same & ~np.isnan(halves)])
    if np.isnan(own) or len(rivals) < 2 or own > rivals[0] or rivals[1] == rivals[0]:
        return ""
    return f"; it is the most urgent {one.type} (half-life {own:g} days)"


def _costs(names: Names, one: Explained) -> Iterator[str]:
    for move in sorted(one.moves, key=lambda move: np.inf if move.cost is None else move.cost):
        whom = "all of it " if len(one.counts) > 1 else "it "
        begin = f"Moving {whom}to {move.to}"
        if move.cost is None:
            yield _cannot(move)
            continue
        if move.status is not Status.OPTIMAL:
            text = f"{begin} would cost {_between(move)} (time ran out)"
        elif move.least <= EQUAL:
            text = f"{begin} would cost nothing that the gap can tell (at most {_as_text(move.most)})"
        elif move.most - move.least > ROUGH * move.cost:
            text = f"{begin} would cost {_between(move)}"
        else:
            text = f"{begin} would cost {_as_text(move.cost)}"
        if move.also and move.status is Status.OPTIMAL:
            text += f", and {listing(_followers(names, move), 3)} would follow"
        yield f"{text}."


def _cannot(move: Move) -> str:
    if move.status is not Status.INFEASIBLE:
        alone = f"; alone it cannot: {move.limits[0].text}" if move.limits else ""
        return f"Whether it can be at {move.to} was not found out in time{alone}."
    why = f": {move.limits[0].text}" if move.limits else ": no design keeps every requirement then"
    others = f" (and {len(move.limits) - 1} more limits)" if len(move.limits) > 1 else ""
    return f"It cannot be at {move.to}{why}{others}."


def _between(move: Move) -> str:
    return f"between {_as_text(move.least)} and {_as_text(move.most)}"


def _followers(names: Names, move: Move) -> list[str]:
    """The decisions that move too, each once: where to, and for how many localities where they may differ."""
    to: dict[str, Counter[str]] = {}
    for row in move.also:
        where = f"to {row['to']}" + " for {}" * bool(row["organisation"])
        to.setdefault(row["decision"], Counter())[where] += 1
    return [
        f"{names.decision(decision)} ({', '.join(where.format(count) for where, count in places.items())})"
        for decision, places in to.items()
    ]


def _tipping(
    names: Names, one: Explained, weights: Mapping[str, float], unproven: Container[str]
) -> Iterator[str]:
    """The change of one weight that would move it first."""
    known = {g: span for g, span in one.weights.items() if span is not None}
    if not known or not one.moves:
        return
    edges = [(abs(edge - weights[g]), g, "more" if edge > weights[g] else "less", edge)
             for g, (low, high) in known.items()
             for edge in ((low,) if low > EQUAL else ()) + ((high,) if high < 1 - EQUAL else ())]  # fmt: skip
    if not edges:
        sure = not any(g in unproven for g in one.weights)
        missing = [g for g in one.weights if g not in known and weights[g] < 1]
        which = "weight of one objective" if len(known) == len(one.weights) else "weight of another objective"
        if missing:
            which = f"weight of {' or '.join(map(names.objective, known))} alone"
        yield f"No {which} would move it{'' if sure else SO_FAR}."
        return
    _, g, way, edge = min(edges)
    some = "Some of it" if sum(one.counts.values()) > 1 else "It"
    now = _as_text(weights[g])
    than = f"{way} than {_apart(edge, now)} of all (now {now}){SO_FAR * (g in unproven)}"
    yield f"{some} would move if {names.objective(g)} weighed {than}."


def _bound(one: Explained) -> Iterator[str]:
    binding = [limit.text for limit in one.limits if not limit.to]
    if binding:
        yield f"No room is left in: {listing(binding, 3)}."


def _largest(gains: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(gains.items(), key=lambda item: -abs(item[1]))


def _apart(share: float, now: str) -> str:
    """A share of all weights, to as many digits as tell it from all of them and from what it is now."""
    longer = (_as_text(share, digits) for digits in range(3, 17))
    return next((text for text in longer if text not in ("1", now)), now)


def _as_text(number: float, digits: int = 3) -> str:
    """Written out, however small: 0.000052, not 5.2e-05."""
    text = f"{number:.{digits}g}" if abs(number) >= 1e-4 or number == 0 else f"{number:.1e}"
    return f"{Decimal(text):f}"
