"""What `thresholds` says: every key of its document, and every table and column."""

from __future__ import annotations

from dataclasses import replace

from optimiser.instance.schema.column import a_number, a_text
from optimiser.instance.schema.result import (
    DESIGN_ID,
    FORESIGHT,
    LEVEL,
    MOVE,
    PERIOD,
    SITE,
    SPAN,
    a_cell,
    a_choice,
    a_count,
    a_flag,
    a_list,
    a_map,
    an_object,
    finding,
    maybe,
    rows,
)

_UNIT = "that of the input, or times or beyond what is given"
_INPUT = (
    a_text("what", "the input: a path as for `Instance.replace`"),
    a_choice("how", "what becomes of the values there", "set", "multiply", "add"),
    a_map("where", "the rows that are meant", a_cell("COLUMN", "")),
    a_list("range", "from and to", a_number("", "", unit=_UNIT), most=2),
    maybe("now", "where the instance is; null: not at one number", unit=_UNIT),
)
_ENDS = (a_number("from", "where it begins", unit=_UNIT), a_number("to", "where it ends", unit=_UNIT))
_FEASIBLE = a_flag("feasible", "whether any design is possible there")
_PROVEN = a_flag("proven", "whether no change was missed within it")
_INTERVAL = a_count("interval", "the number of the stretch")
_TIP = a_count("tip", "the number of the change")
_AT = a_number("at", "the simplest number at which the best design changes", unit=_UNIT)
_ONE = a_flag("proven", "whether its one design is the best in all of it")
_PERIOD = replace(PERIOD, meaning="of a path: the period")
_DESIGN = replace(rows("design", "who holds what", _PERIOD, *SITE, LEVEL), optional=("period",))
_MOVES = replace(rows("moves", "what is held elsewhere, and where", _PERIOD, *MOVE), optional=("period",))

INTERVALS = rows(
    "intervals",
    "stretches of the input, each with one best design",
    _INTERVAL,
    *_ENDS,
    _FEASIBLE,
    maybe("value_from", "the best value where it begins; none: no design is possible"),
    maybe("value_to", "the best value where it ends"),
    _PROVEN,
)
DESIGNS = rows("designs", "with one input: who holds what there", _INTERVAL, *SITE, LEVEL)
PATHS = rows("designs", "with one input, of paths: who holds what there", _INTERVAL, PERIOD, *SITE, LEVEL)
TIPS = rows(
    "tips",
    "where the best design changes",
    _TIP,
    _AT,
    a_number("low", "not before this", unit=_UNIT),
    a_number("high", "not after this", unit=_UNIT),
)
MOVING = rows("moves", "what moves there", _TIP, *MOVE)
MOVING_PATHS = rows("moves", "of paths: what moves there", _TIP, PERIOD, *MOVE)
PATCHES = rows(
    "patches",
    "with two inputs: rectangles of both",
    a_number("x_from", "where it begins in the first input", unit=_UNIT),
    a_number("x_to", "where it ends", unit=_UNIT),
    a_number("y_from", "where it begins in the second input", unit=_UNIT),
    a_number("y_to", "where it ends", unit=_UNIT),
    a_text("design_ids", "the designs at its corners, separated by `;`; 0: none is possible"),
    _ONE,
)
DESIGNS_OF_TWO = rows("designs", "with two inputs: who holds what in each design", DESIGN_ID, *SITE, LEVEL)
PATHS_OF_TWO = rows(
    "designs", "with two inputs, of paths: who holds what in each", DESIGN_ID, PERIOD, *SITE, LEVEL
)

RESULT = finding(
    "thresholds",
    "From which number on does the best design change?",
    *_INPUT,
    replace(FORESIGHT, meaning="where a path is asked for: what each period knows of those after it"),
    a_choice("method", "how changes were looked for", "lines", "limits", "grid"),
    a_number("tolerance", "to which a change is located", unit="share of the range"),
    maybe("error", "by how much a design may be worth more somewhere; null: not known"),
    a_flag("proven", "whether no change was missed anywhere in the range"),
    rows(
        "intervals",
        "stretches of the input, each with one best design",
        *_ENDS,
        _FEASIBLE,
        a_list("values", "the best value at both ends; null: no design is possible", SPAN, most=2),
        _PROVEN,
        _DESIGN,
    ),
    rows(
        "tips",
        "where the best design changes",
        _AT,
        a_list("between", "not before and not after", a_number("", "", unit=_UNIT), most=2),
        _MOVES,
    ),
    an_object("and", "the second input", *_INPUT),
    rows(
        "patches",
        "with two inputs: rectangles of both",
        a_list("x", "from and to in the first input", a_number("", "", unit=_UNIT), most=2),
        a_list("y", "from and to in the second input", a_number("", "", unit=_UNIT), most=2),
        a_list("design_ids", "the designs at its corners; 0: none is possible", a_count("", "")),
        _ONE,
    ),
    rows("designs", "with two inputs: the designs", DESIGN_ID, _DESIGN),
    tables=(INTERVALS, DESIGNS, PATHS, TIPS, MOVING, MOVING_PATHS, PATCHES, DESIGNS_OF_TWO, PATHS_OF_TWO),
    optional=("foresight", "and", "patches", "designs"),
)
