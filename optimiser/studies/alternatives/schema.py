"""What `alternatives` says: every key of its document, and every table and column."""

from __future__ import annotations

from optimiser.instance.schema.column import a_number, a_share
from optimiser.instance.schema.result import (
    DESIGN,
    LEVEL,
    MOVES,
    OBJECTIVES,
    SITE,
    a_choice,
    a_count,
    finding,
    maybe,
    rows,
)

_RANK = a_count("rank", "1: the best")
_VALUE = a_number("value", "what the design is worth")
_BOUND = a_number("bound", "no other design of this rank is worth more")
_PLACE = a_count("place", "in the order in which they were chosen")
_DISTANCE = (
    a_number("distance", "from the nearest chosen before it", unit="decisions, by population"),
    a_number(
        "furthest",
        "no design within the tolerance is further away",
        unit="decisions, by population",
    ),
)
RANKING = rows("ranking", "the best designs", _RANK, _VALUE, _BOUND)
DESIGNS = rows("designs", "who holds what in them", _RANK, *SITE, LEVEL)
VERDICTS = rows(
    "verdicts",
    "what must, may and never sits where among all designs within the tolerance",
    *SITE,
    LEVEL,
    a_choice("verdict", "of all designs within the tolerance", "must", "may", "never", "undecided"),
    a_share("share", "of the designs listed, by population"),
)
DIVERSE = rows(
    "diverse", "designs within the tolerance, each far from those before it", _PLACE, _VALUE, *_DISTANCE
)
DIVERSE_DESIGNS = rows("diverse_designs", "who holds what in them", _PLACE, *SITE, LEVEL)

_DESCRIBED = (_VALUE, OBJECTIVES, DESIGN, MOVES)
RESULT = finding(
    "alternatives",
    "What else is nearly as good?",
    rows("designs", "the best designs", _RANK, _BOUND, *_DESCRIBED),
    maybe("rest", "no design that is not listed is worth more; null: there is none"),
    maybe("floor", "verdicts are of all designs worth at least this; null: none was found"),
    rows("diverse", "designs within the tolerance, each far from those before it", *_DISTANCE, *_DESCRIBED),
    VERDICTS,
    tables=(RANKING, DESIGNS, VERDICTS, DIVERSE, DIVERSE_DESIGNS),
)
