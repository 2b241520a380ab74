"""What `diagnose` says: every key of its document, and every table and column."""

from __future__ import annotations

from optimiser.instance.schema.column import a_text
from optimiser.instance.schema.result import (
    a_cell,
    a_choice,
    a_count,
    a_flag,
    a_list,
    finding,
    maybe,
    rows,
    texts,
)

_CELL = (
    a_text("table", "the file, or the option of the call"),
    a_cell("row", "its row there: the name that it has, or the line of a rule"),
    a_text("column", "the column; empty: the whole row, or an option"),
)
_REQUIREMENT = (
    *_CELL,
    a_text("text", "the requirement in words, with both numbers"),
    maybe("has", "what stands there; none: it has no number", unit="that of the column"),
    maybe("needs", "what would have to; none: no number is enough", unit="that of the column"),
)
_CHANGE = (
    *_CELL,
    a_cell("from", "what stands there; none: nothing", nullable=True),
    a_cell("to", "what would have to; none: nothing", nullable=True),
)
_TEXT = a_text("text", "the repair in words")
FACTS = rows("facts", "what arithmetic alone shows", a_text("fact", "what is impossible, a sentence"))
CONFLICT = rows("conflict", "requirements that cannot all hold", *_REQUIREMENT)
LIMITS = rows("limits", "of a feasible instance: what each limit has, and what it needs", *_REQUIREMENT)
REPAIRS = rows(
    "repairs",
    "cells to change, each repair enough by itself",
    a_count("repair", "the number of the repair"),
    a_text("least", "of what it takes the least: requirements, hours, money"),
    _TEXT,
    *_CHANGE,
)

RESULT = finding(
    "diagnose",
    "Why is nothing feasible, and what would have to give?",
    a_flag("feasible", "whether a design keeps every requirement; null: not settled in time", nullable=True),
    texts("facts", "what arithmetic alone shows to be impossible, a sentence each"),
    CONFLICT,
    a_flag("irreducible", "proven: without any one of them the others can hold"),
    rows(
        "repairs",
        "what to change, each enough by itself",
        _TEXT,
        a_list("least", "of what it takes the least", a_choice("", "", "requirements", "hours", "money")),
        rows("changes", "the cells to change", *_CHANGE),
    ),
    LIMITS,
    tables=(FACTS, CONFLICT, REPAIRS, LIMITS),
)
