"""What `solve` and `verify` say: every key of their document, and every table of a design."""

from __future__ import annotations

from dataclasses import replace

from optimiser.instance.schema.column import Column, a_number, a_text
from optimiser.instance.schema.json_schema import result_schema
from optimiser.instance.schema.result import (
    BOUND,
    DECISION,
    DESIGN,
    FORMAT,
    GAP,
    INSTANCE,
    INTERRUPTED,
    LEVEL,
    NO_DATA,
    OBJECTIVE,
    OBJECTIVES,
    RUN,
    SITE,
    STATUS,
    TABLES,
    TYPE,
    VALUE,
    WEIGHTS,
    Part,
    Result,
    a_choice,
    a_count,
    a_flag,
    a_map,
    an_object,
    by_objective,
    maybe,
    rows,
    texts,
    the_command,
)

_LOCALITY = a_text("organisation", "the locality")
_ORGANISATION = a_text("organisation", "the organisation")
_SCENARIO = a_text("scenario", "the scenario")


def _units(name: str, meaning: str) -> Column:
    return a_number(name, meaning, unit="units of the resource")


def _share(name: str, meaning: str) -> Column:
    return a_number(name, meaning, unit="share")


def _means(name: str, meaning: str, *, nullable: bool = False) -> Part:
    """A design in units that people know."""
    return an_object(
        name,
        meaning,
        a_number(
            "days_to_practice",
            "from a decision to practice: the delay of the level held, mean over decisions by their stake in "
            "responsiveness, and over localities by population",
            unit="days",
        ),
        maybe(
            "volatility_pooled",
            "of summed deviations, taken away by pooling, mean over the decisions of which burdens vary; "
            "null: of none they do",
            unit="share",
        ),
        _share(
            "answered_for", "of decisions and population, exercised by the centre itself or watched by it"
        ),
        a_map("unmet", "what is expected to stay unmet over the scenarios", _units("RESOURCE", "")),
        rows(
            "hours",
            "staff hours in the normal scenario, of the organisations whose hours are limited",
            LEVEL,
            a_number("used", "by all of the level together", unit="hours a week"),
            a_number("available", "to all of the level together", unit="hours a week"),
        ),
        a_number("spend", "slack, support, fixed costs and costs of holding", unit="money a year"),
        nullable=nullable,
    )


_OWN = (
    _LOCALITY,
    a_number("accountability", "its mean accountability"),
    a_number("responsiveness", "its mean responsiveness"),
    _units("unmet", "demand that stays unmet, of all resources, the mean over scenarios"),
)
ARRAYS = (  # of the document as well; but in design.csv stands the type too
    rows("design", "who holds what", DECISION, TYPE, *SITE[1:], LEVEL),
    rows("localities", "each locality's own means over the decisions, and what it lacks", *_OWN),
    rows(
        "current_localities", "the same under the current design; none where `current_means` is null", *_OWN
    ),
    rows(
        "exercised",
        "how far the decision space is used",
        DECISION, _LOCALITY, LEVEL, _SCENARIO,
        _share("exercised", "of the decision space, as far as hours, will, ability and partners go"),
    ),
    rows(
        "monitored",
        "how far the centre monitors what is held below it",
        DECISION, _LOCALITY, LEVEL, _SCENARIO,
        _share("monitored", "of full monitoring"),
    ),
    rows(
        "slack",
        "what each locality has and needs of each resource",
        _LOCALITY, a_text("resource", "the resource"), _SCENARIO,
        _units("demand", "what is needed"),
        _units("supply", "what is there, before slack bought, flexing and aid"),
        _units("added", "slack bought"),
        _units("lent", "given to others of its pool"),
        _units("borrowed", "had from others of its pool"),
        _units("unmet", "what is needed and not there"),
    ),
    rows(
        "staff",
        "who has how many hours, and uses how many",
        _ORGANISATION, _SCENARIO,
        maybe("available", "after vacancy, absence and reserve; none: not limited", unit="hours a week"),
        a_number("used", "for exercise, burdens, monitoring and fixed duties", unit="hours a week"),
    ),
    rows("support", "what is invested in ability", _ORGANISATION, a_number("support", "ability built")),
)  # fmt: skip
ALONE = (  # written as CSV only: the document says the same otherwise
    rows(
        "objectives",
        "what the design is worth",
        OBJECTIVE,
        a_number("weight", "what it weighs; the weights sum to 1"),
        a_number("value", "what the design reaches of it, whatever it weighs"),
    ),
    rows(
        "design_by_locality",
        "every decision for every locality, ready to be joined to other data",
        DECISION,
        a_text("label", "what reports call the decision"),
        TYPE,
        _LOCALITY,
        a_text("name", "what reports call the locality"),
        maybe("population", "of the locality; none: not given", unit="people"),
        LEVEL,
    ),
)
_FOUND = (
    replace(VALUE, nullable=False),
    BOUND,
    maybe("gap", "how far the bound lies above the value, as a share of it"),
    OBJECTIVES,
    NO_DATA,
    _means(
        "means",
        "the design in units that people know: expectations, but for the hours; null: it could not be judged",
        nullable=True,
    ),
    _means(
        "current_means",
        "the same of the current design, what current.csv leaves open held as in this one; null: it is not "
        "given, or breaks a requirement",
        nullable=True,
    ),
)
_REST = (
    DESIGN,
    an_object(
        "closest",
        "the cheapest move of one decision, nothing else moving; null: there is none",
        *SITE,
        a_text("to", "the level to which it would go"),
        a_number("cost", "the value that it would lose"),
        a_flag("proven", "stands where time ran out before all others were decided: false"),
        nullable=True,
        optional=("proven",),
    ),
    *ARRAYS[1:],
    a_number("spend", "slack, support, fixed costs and costs of holding", unit="money a year"),
    texts("problems", "why the design may not be trusted, a sentence each; none: it is verified"),
    texts("notes", "what else is to be known of it, a sentence each"),
    an_object(
        "neighbours",
        "the designs one move away; null: they were not looked at",
        a_count("checked", "how many were looked at"),
        a_count("total", "how many there are"),
        a_count("better", "how many are better"),
        rows("equal", "the moves to those that are as good", *SITE, LEVEL),
        nullable=True,
    ),
)
RESULT = Result(
    "solve",
    "What should sit where? `verify` says the same of a result or of a design made by hand.",
    (
        FORMAT,
        the_command("solve", "verify"),
        INSTANCE,
        a_choice("status", "how the search ended", *STATUS),
        a_flag("verified", "whether everything was recomputed from the tables, and holds"),
        *_FOUND,
        WEIGHTS,
        an_object(
            "asked",
            "the call",
            a_map("fix", "what was fixed", a_text("DECISION", "")),
            by_objective("at_least", "what was to be reached at least"),
            texts("lexicographic", "the objectives in whose order it was solved"),
            maybe("gap", "the relative gap that was to be proven"),
            maybe("time_limit", "how long it might take", unit="seconds"),
            a_text("start", "the design to begin from, where there is one"),
            a_flag("extend", "stands where the model was extended: true"),
            a_text("result", "what `verify` was to judge"),
            optional=("start", "extend", "result"),
        ),
        *_REST,
        INTERRUPTED,
        TABLES,
        an_object(
            "run",
            "how it was found",
            *RUN,
            GAP,
            a_count("threads", "how many it used"),
            a_choice("start", "what became of the design to begin from", "kept", "repaired", "unusable"),
            a_text("result_hash", "of every number of the result"),
            optional=("gap", "threads", "start"),
        ),
    ),
    tables=(*ARRAYS, *ALONE),
    optional=("interrupted",),
    found=tuple(key.name for key in (*_FOUND, *_REST)),
)
SCHEMA = result_schema(RESULT)
