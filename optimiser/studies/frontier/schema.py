"""What `frontier` says: every key of its document, and every table and column."""

from __future__ import annotations

from optimiser.instance.schema.column import a_number
from optimiser.instance.schema.result import (
    DESIGN,
    LEVEL,
    OBJECTIVES,
    REACHED,
    SITE,
    a_count,
    a_flag,
    a_list,
    a_map,
    finding,
    maybe,
    rows,
    texts,
)

_POINT = a_count("point", "the number of the point")
_FLAGS = (
    a_flag("supported", "whether it is best for some weights; none: not settled", nullable=True),
    a_flag("proven", "whether it is proven that no design dominates it"),
)
POINTS = rows("points", "what each nondominated design reaches", _POINT, *_FLAGS, REACHED)
SEGMENTS = rows(
    "segments",
    "the ends of what a design reaches as its recourse changes",
    _POINT,
    a_number("{}", "what the design can reach of it", each="asked"),
)
DESIGNS = rows("designs", "who holds what in them", _POINT, *SITE, LEVEL)

RESULT = finding(
    "frontier",
    "What does one aim cost in another?",
    texts("objectives", "those asked for"),
    a_number("tolerance", "0: all nondominated designs", unit="of an objective"),
    maybe("error", "whatever a design reaches, one of these reaches to within it; null: not known"),
    rows(
        "points",
        "the nondominated designs, in order of the first objective",
        OBJECTIVES,
        *_FLAGS,
        a_list(
            "segment",
            "the ends of what the design reaches as its recourse changes",
            a_map("", "", a_number("OBJECTIVE", "")),
        ),
        DESIGN,
    ),
    tables=(POINTS, SEGMENTS, DESIGNS),
)
