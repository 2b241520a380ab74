"""What `compare` says: every key of its document, and every table and column."""

from __future__ import annotations

from optimiser.instance.schema.column import a_number, a_share, a_text
from optimiser.instance.schema.result import (
    DECISION,
    DESIGN,
    INSTANCE,
    LEVEL,
    MOVE,
    MOVES,
    OBJECTIVE,
    SITE,
    TYPE,
    WEIGHTS,
    a_choice,
    a_count,
    a_flag,
    a_list,
    a_map,
    an_object,
    by_objective,
    finding,
    maybe,
    rows,
    texts,
)

_NAME = a_text("name", "the design: best, current, all-central, all-local, most OBJECTIVE, or your own name")
_WORTH = maybe("value", "what the design is worth; none: it is infeasible, or was not found")
_START = (a_text("start", "the design before"), a_text("end", "the design after"))
_UP = "levels up (to the centre), the mean over the population"

_RANGE = {
    key.name: key
    for key in (
        OBJECTIVE,
        maybe("worst", "the least of it among the designs that reach most of one objective"),
        a_text("worst_in", "the design that has it"),
        maybe("best", "the most of it that a design can reach; none: time ran out"),
        maybe("bound", "no design reaches more"),
        a_text("best_in", "the design that reaches it"),
        a_flag("proven", "whether best and bound agree, to the gap"),
    )
}
_ARROW = (
    DECISION,
    TYPE,
    *MOVE[2:],
    a_choice("direction", "up is to the centre", "up", "down"),
    a_count("steps", "how many levels"),
    a_count("localities", "for how many localities"),
    a_count("of", "of how many"),
    a_share("share", "of the population"),
)
_NET = (
    TYPE,
    a_count("decisions", "how many there are whose start is known"),
    a_number("up", "what goes up", unit=_UP),
    a_number("down", "what goes down", unit="levels down, the mean over the population"),
    a_number("net", "up less down", unit=_UP),
)
_CHANGE = (
    a_text("decision", "the decision; empty: what belongs to none alone, links and resilience"),
    a_flag("moved", "whether it moves"),
    maybe("staying", "value lost if it alone stays; none: it does not move, or cannot stay"),
    maybe("monitored", "how much more of it the centre monitors; none: no decision", unit="share"),
)
_ADDED = "what it adds to the objective, moved or not"
_INPUT = a_text("input", "the input: table.column")
_LEVELS = "levels up by which it moves the decision, the mean over the population"
_ADDS = "what it adds to the value of the best design"

DESIGNS = rows("designs", "who holds what in each design", _NAME, *SITE, LEVEL)
OBJECTIVES = rows(
    "objectives",
    "what each design is worth and reaches",
    _NAME,
    INSTANCE,
    a_text("objective", "the objective, or `value`"),
    maybe("value", "what the design reaches; none: it is infeasible"),
    maybe("lifted", "of an infeasible design: what it would reach without what it breaks"),
)
RANGES = rows(
    "ranges",
    "how far each objective can reach",
    *(_RANGE[name] for name in ("objective", "worst", "worst_in", "best", "bound")),
)
MOVING = rows("moves", "what moves from one design to another", *_START, *MOVE)
ARROWS = rows("arrows", "along which levels each decision moves", *_START, *_ARROW)
NET = rows("net", "how far each type of decision moves", *_START, *_NET)
CHANGES = rows(
    "changes",
    "what each decision adds; the rows sum to the whole change",
    *_START,
    *_CHANGE,
    a_number("{}", _ADDED, each="objectives"),
)
GRID = rows(
    "grid",
    "levels and types at the end of the main way",
    LEVEL,
    TYPE,
    DECISION,
    a_share("share", "of the population for which it is held there"),
)
ATTRIBUTION = rows(
    "attribution",
    "which inputs that differ between the instances move the best design",
    a_text("instance", "the other instance"),
    a_text("decision", "the decision; empty: the value"),
    _INPUT,
    maybe("levels", _LEVELS),
    maybe("value", _ADDS),
)

RESULT = finding(
    "compare",
    "What changes from one design, or one instance, to another?",
    WEIGHTS,
    rows(
        "designs",
        "designs side by side",
        _NAME,
        a_text("note", "what it is, in words"),
        a_text("instance", "the instance in which it is judged"),
        _WORTH,
        maybe("bound", "of the best design: no design is worth more"),
        a_flag("feasible", "whether it keeps every requirement; null: none was found in time", nullable=True),
        texts("broken", "requirements that it breaks, a sentence each"),
        a_map("objectives", "what it reaches of each", maybe("OBJECTIVE", "")),
        an_object(
            "lifted",
            "of an infeasible design: what it would be worth without what it breaks",
            maybe("value", "what it would be worth"),
            a_map("objectives", "what it would reach of each", maybe("OBJECTIVE", "")),
            nullable=True,
        ),
        DESIGN,
    ),
    rows("ranges", "how far each objective can reach", *_RANGE.values()),
    rows(
        "moves",
        "what moves on the main way: from current to best, or to another instance's best",
        *MOVE,
    ),
    rows(
        "grid",
        "levels and types at the end of the main way",
        LEVEL,
        TYPE,
        texts("decisions", "those held there for any locality"),
        a_list("shares", "of the population for which each is", a_share("", "")),
    ),
    rows(
        "shifts",
        "the ways from one design to another",
        *_START,
        a_text("instance", "the instance in which both are judged"),
        MOVES,
        rows("arrows", "along which levels each decision moves", *_ARROW),
        rows("net", "how far each type of decision moves", *_NET),
        rows(
            "changes",
            "what each decision adds; the rows sum to the whole change",
            *_CHANGE,
            by_objective("objectives", _ADDED),
        ),
    ),
    rows(
        "others",
        "other instances beside this one",
        a_text("instance", "the other instance"),
        maybe("value", "what its best design is worth; none: it has none"),
        maybe("kept", "what the best design of this one is worth there; none: it breaks something"),
        an_object(
            "attribution",
            "which inputs that differ move the best design (Shapley values); null: `reason` says why not",
            texts("inputs", "those that differ and count, table.column"),
            a_count("variants", "how many instances were solved"),
            a_count("orders", "over how many orders the mean was taken"),
            a_flag("exact", "whether these are all orders"),
            a_map("value", _ADDS, a_number("INPUT", "")),
            rows("decisions", "those that move", DECISION, a_map("levels", _LEVELS, a_number("INPUT", ""))),
            nullable=True,
        ),
        a_text("reason", "why there is no attribution"),
    ),
    tables=(DESIGNS, OBJECTIVES, RANGES, MOVING, ARROWS, NET, CHANGES, GRID, ATTRIBUTION),
)
