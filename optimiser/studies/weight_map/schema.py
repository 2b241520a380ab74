"""What `map` says: every key of its document, and every table and column."""

from __future__ import annotations

from optimiser.instance.schema.column import a_number, a_share
from optimiser.instance.schema.result import (
    DECISION,
    DESIGN,
    DESIGN_ID,
    LEVEL,
    OBJECTIVES,
    REACHED,
    SITE,
    TYPE,
    a_count,
    a_flag,
    a_list,
    an_object,
    finding,
    maybe,
    rows,
    texts,
)

_AREA = a_share("area", "of all weightings")
_SHARE = a_share("share", "of all weightings under which it is held there: its acceptability")
_MEAN = a_share("share", "the mean of the same")
_CELL = a_count("cell", "the number of the cell")
_WEIGHT = a_share("", "")
CELLS = rows("cells", "the cells of the map, each of one supported point", _CELL, DESIGN_ID, _AREA, REACHED)
VERTICES = rows(
    "vertices",
    "their corners",
    _CELL,
    a_count("vertex", "in order around the cell"),
    a_share("{}", "what the objective weighs there", each="asked"),
)
DESIGNS = rows("designs", "who holds what in each design", DESIGN_ID, _AREA, *SITE, LEVEL)
ACCEPTABILITY = rows("acceptability", "how often each decision sits where", *SITE, LEVEL, _SHARE)
BY_DECISION = rows("by_decision", "the same, the mean over localities", DECISION, TYPE, LEVEL, _MEAN)
BY_TYPE = rows("by_type", "the same, the mean over decisions", TYPE, LEVEL, _MEAN)

RESULT = finding(
    "map",
    "Whose weights lead where?",
    texts("objectives", "the three"),
    a_number("tolerance", "0: every cell; else no design is worth more by more than this, anywhere"),
    maybe("error", "by how much a design may be worth more somewhere; null: not known"),
    a_count("solves", "how many searches it took"),
    a_list("own", "the instance's own weights of the three", _WEIGHT),
    rows(
        "cells",
        "the cells of the map, each of one supported point",
        _AREA,
        a_list("vertices", "the weights of the three at its corners", a_list("", "", _WEIGHT)),
        OBJECTIVES,
        DESIGN_ID,
    ),
    rows("designs", "the designs, each best in one cell or several", DESIGN_ID, _AREA, DESIGN),
    ACCEPTABILITY,
    BY_TYPE,
    an_object(
        "current",
        "where the current design stands; null: there is none, or not a whole one",
        a_flag("feasible", "whether it keeps every requirement"),
        texts("broken", "requirements that it breaks, a sentence each"),
        a_share("share", "of all weightings under which nothing is better"),
        a_list(
            "nearest",
            "the nearest of these to the instance's own weights; null: none",
            _WEIGHT,
            nullable=True,
        ),
        maybe("distance", "to it, Euclidean, between weights"),
        maybe("least_loss", "the least by which it falls short of the best"),
        a_list("least_loss_at", "the weights at which it does", _WEIGHT, nullable=True),
        nullable=True,
    ),
    tables=(CELLS, VERTICES, DESIGNS, ACCEPTABILITY, BY_DECISION, BY_TYPE),
)
