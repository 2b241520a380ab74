"""What `path` says: every key of its document, and every table and column."""

from __future__ import annotations

from optimiser.instance.schema.column import a_number, a_text
from optimiser.instance.schema.result import (
    BOUND,
    DECISION,
    FORESIGHT,
    LEVEL,
    OBJECTIVES,
    ORGANISATION,
    PERIOD,
    REACHED,
    SITE,
    STATUS,
    a_choice,
    a_count,
    a_flag,
    an_object,
    finding,
    maybe,
    rows,
    texts,
)

LABELS = ("swings", "ratchets", "inert", "follows", "stays")
_WORTH = a_number("value", "what the period is worth: its objectives by its weights")
_MOVED = (
    a_count("moves", "how many rows of `design` moved"),
    a_number("move_cost", "what that costs", unit="years of value"),
)
_HELD = (*SITE, LEVEL, a_flag("moved", "whether it was held elsewhere in the period before"))
_STATE = (
    a_text("organisation", "the organisation"),
    a_number("skill", "what stands in for its ability", unit="share"),
    a_number("morale", "what stands in for its willingness", unit="share"),
    a_number("load", "hours worked, of those that it has", unit="share"),
)
_STOCK = (
    a_text("organisation", "the locality"),
    a_text("resource", "the resource"),
    a_number("stock", "what is left of the reserve when the period begins", unit="units of the resource"),
    a_number("drawn", "what of it is used in the period", unit="units of the resource"),
    a_number("unmet", "demand that nothing covers", unit="units of the resource"),
)
_TURNS = (
    DECISION,
    ORGANISATION,
    a_count("up", "moves towards the centre"),
    a_count("down", "moves towards the localities"),
    a_choice("label", "what it does over the path, by the level of most of the population", *LABELS),
    a_text("sentence", "why, where it moves or stays against its period; else empty"),
)

PERIODS = rows("periods", "what each period is worth", FORESIGHT, PERIOD, _WORTH, REACHED, *_MOVED)
DESIGN = rows("design", "who holds what in each period", FORESIGHT, PERIOD, *_HELD)
STATES = rows("states", "what each period starts from, and what it asks", FORESIGHT, PERIOD, *_STATE)
STOCKS = rows("stocks", "what is left of reserves", FORESIGHT, PERIOD, *_STOCK)
DECISIONS = rows("decisions", "what becomes of each decision", FORESIGHT, *_TURNS)
OWN = rows(
    "own_best",
    "what would be best in each period alone: moves free, states as they start, no lags and no max_changes",
    PERIOD,
    maybe("value", "what it is worth; none: no design is possible, or none was found"),
)
TABLES = (PERIODS, DESIGN, STATES, STOCKS, DECISIONS, OWN)

RESULT = finding(
    "path",
    "How does the balance move over the years? The best sequence of designs, with and without foresight.",
    rows(
        "paths",
        "the best path with each foresight",
        FORESIGHT,
        a_choice("status", "how it ended", *STATUS),
        a_flag("verified", "whether every promise in every period and its value were recomputed, and hold"),
        a_text("ended_in", "the period in which no design is possible, or was found; else empty"),
        maybe("value", "what it is worth: a mean over the years, less what moves cost"),
        BOUND,
        rows("periods", "as `periods.csv`", PERIOD, _WORTH, OBJECTIVES, *_MOVED),
        rows("design", "as `design.csv`", PERIOD, *_HELD),
        rows("states", "as `states.csv`", PERIOD, *_STATE),
        rows("stocks", "as `stocks.csv`", PERIOD, *_STOCK),
        rows("decisions", "as `decisions.csv`", *_TURNS),
    ),
    OWN,
    an_object(
        "staying",
        "today's design kept throughout, and where today's is not known what the path begins with",
        maybe("value", "what it is worth; none: it breaks a promise"),
        texts("broken", "the promises that it breaks"),
    ),
    tables=TABLES,
)
