"""What `explain` says: every key of its document, and every table and column."""

from __future__ import annotations

from optimiser.instance.schema.column import a_number, a_text
from optimiser.instance.schema.result import (
    BOUND,
    MOVES,
    OBJECTIVE,
    SITE,
    SPAN,
    STATUS,
    TYPE,
    VALUE,
    WEIGHTS,
    a_cell,
    a_choice,
    a_count,
    a_flag,
    a_list,
    a_map,
    by_objective,
    finding,
    maybe,
    rows,
)

_TO = a_text("to", "the level to which it would go")
_COST = (
    maybe("cost", "the value that it would lose, all else being best; none: it cannot be there"),
    maybe("least", "it costs at least this"),
    maybe("most", "and at most this"),
    a_choice(
        "status",
        "infeasible: it cannot be there; unknown: not found in time; feasible: found, not proven",
        *STATUS,
    ),
)
_AMOUNTS = (
    maybe("available", "what there is; none: a rule, which has no number"),
    maybe("used", "what is used, or would be"),
)
_PLACE = (a_text("table", "the file of the limit"), a_cell("row", "its row there"))
_BREAKING = a_text("to", "the level at which it would be broken; empty: it binds where the decision sits")
_SAID = a_text("text", "the limit in words")
_LEVELS = a_text("level", "the level at which it is held; several, separated by `;`, where localities differ")
_SENTENCE = a_text("sentence", "why it sits there")

DECISIONS = rows("decisions", "why each decision sits where it does", *SITE, TYPE, _LEVELS, _SENTENCE)
CONTRIBUTIONS = rows(
    "contributions",
    "what a decision adds to each objective where it sits, and would elsewhere",
    *SITE,
    a_text("to", "the level; empty: where it sits"),
    OBJECTIVE,
    a_number(
        "contribution",
        "what it adds; all sum to the objective, but for links and resilience",
    ),
)
MOVING = rows("moves", "what moving each decision would cost", *SITE, _TO, *_COST)
ALSO = rows(
    "also",
    "which others would move with it",
    *SITE,
    a_text("at", "the level to which it would go"),
    a_text("also_decision", "the decision that moves with it"),
    a_text("also_organisation", "the locality for which; empty: all of them"),
    *MOVES.of[2:],
)
SPANS = rows(
    "weights",
    "between which shares of all weights each decision stays",
    *SITE,
    OBJECTIVE,
    a_number("from", "it stays from this weight on", unit="share of all weights"),
    a_number("to", "up to this one", unit="share of all weights"),
)
LIMITS = rows(
    "limits",
    "what binds each decision where it sits, and what would be broken elsewhere",
    *SITE, _BREAKING, *_PLACE, *_AMOUNTS, _SAID,
)  # fmt: skip

RESULT = finding(
    "explain",
    "Why does each decision sit where it does?",
    VALUE,
    BOUND,
    a_flag("risk_averse", "whether risk aversion leaves ranges of weights without a meaning"),
    WEIGHTS,
    a_map(
        "errors",
        "by how much more may be had on the line of its weights",
        maybe("OBJECTIVE", ""),
    ),
    rows(
        "decisions",
        "why each decision sits where it does",
        *SITE,
        _LEVELS,
        a_map(
            "localities",
            "how many localities are at each level; 1 for a uniform one",
            a_count("LEVEL", ""),
        ),
        by_objective("contributions", "what it adds to each objective"),
        a_map(
            "weights",
            "between which shares of all weights it stays; empty: not known",
            a_list("OBJECTIVE", "", SPAN, most=2),
        ),
        rows(
            "limits",
            "what binds it, and what a move alone would break",
            *_PLACE,
            *_AMOUNTS,
            _BREAKING,
            _SAID,
        ),
        rows(
            "moves",
            "what moving it would cost",
            _TO,
            *_COST,
            rows("also", "which others would move with it", *MOVES.of),
            by_objective("contributions", "what it would add there; empty: it cannot be there"),
        ),
        _SENTENCE,
    ),
    tables=(DECISIONS, CONTRIBUTIONS, MOVING, ALSO, SPANS, LIMITS),
)
