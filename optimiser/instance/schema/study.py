"""What a study file holds: which inputs vary in a batch of solves, and how. Part of the schema."""

from __future__ import annotations

from dataclasses import replace

from optimiser.instance.schema.column import Column, a_number, a_text
from optimiser.instance.schema.result import (
    FORESIGHTS,
    Part,
    a_cell,
    a_choice,
    a_list,
    a_map,
    an_object,
    rows,
)

METHODS = ("latin-hypercube", "grid", "one-at-a-time", "sobol", "morris", "table")
SAMPLED = ("latin-hypercube", "sobol", "morris")  # those that say how many samples
HOWS = ("set", "multiply", "add", "odds")
_NAME = Column("name", "name", "what results call it", required=True)


def _with_default(column: Column, default: str | float) -> Column:
    return replace(column, default=default)


def _several(name: str, meaning: str, of: Column, least: int, most: int | None = None) -> Part:
    return replace(a_list(name, meaning, of, most=most), least=least)


VARY = replace(
    rows(
        "vary",
        "the inputs that vary, in the order in which they are applied",
        _NAME,
        a_text(
            "what",
            "the input: table.column, or weights.X, limits.X, uncertainty.X, scenarios.NAME.X, "
            "levels.NAME.X, resources.NAME.X",
        ),
        a_map(
            "where",
            "only the rows that have this value, or one of a list of values, in this column",
            Part("COLUMN", "", "several", (a_cell("", ""),)),
        ),
        _with_default(
            a_choice(
                "how",
                "what a number does to the values that stand there; odds multiplies x / (1 - x), so that a "
                "share stays one (of a scenario's probability: the others share the rest)",
                *HOWS,
            ),
            "set",
        ),
        _several(
            "range",
            "uniform from one to the other, of a whole number its whole numbers; with normal and lognormal "
            "where these are cut off",
            a_number("", ""), 2, 2,
        ),
        _several("triangular", "low, mode and high", a_number("", ""), 3, 3),
        _several("normal", "mean and standard deviation, cut off at range", a_number("", ""), 2, 2),
        _several(
            "lognormal",
            "median and factor, cut off at range: two thirds lie within the median divided and multiplied by "
            "the factor",
            a_number("", ""), 2, 2,
        ),
        _several("values", "each of these as often as the others", a_cell("", ""), 1),
        _with_default(
            a_text(
                "each",
                "together: one number for all rows; row: one for each row; a column: one for each of its "
                "values. A row or value that no number would move has none",
            ),
            "together",
        ),
        _several(
            "simplex",
            "in place of what: objectives, uniform over all ways to share out what they weigh together; the "
            "others keep their weights",
            a_text("", ""), 2,
        ),
    ),
    optional=(
        "what", "where", "how", "range", "triangular", "normal", "lognormal", "values", "each", "simplex",
    ),
    least=1,
)  # fmt: skip
GROUP = rows(
    "group",
    "inputs that move, and are judged, as one",
    _NAME,
    _several("of", "their names: the share of its range that one has come, all have", a_text("", ""), 2),
)
DEPEND = rows(
    "depend",
    "inputs that go together (a Gaussian copula; latin-hypercube only)",
    _several("of", "their names, or those of groups; every two of them", a_text("", ""), 2),
    a_number("rank_correlation", "Spearman's", low=-1, high=1, above=True, below=True),
)
STUDY = an_object(
    "study",
    "A batch of solves: which inputs vary, over which range, and how they are combined.",
    Column("name", "name", "a short name: letters, digits, `-` and `_`", required=True),
    a_text("instance", "where its instance is, from the study file's folder; the call's must be the same"),
    a_choice("method", "how the samples are chosen", *METHODS),
    a_number(
        "samples",
        "how many, for latin-hypercube; for sobol and morris SALib's N, which makes N (inputs + 2) and "
        "N (inputs + 1)",
        low=1, whole=True,
    ),
    a_number("seed", "of all that is drawn", 1, low=0, high=1e9, whole=True),
    a_number("steps", "values an input, for grid and one-at-a-time", 5, low=2, whole=True),
    a_text("table", "a CSV or Parquet file from the study file's folder, for table: a row a sample"),
    a_number("gap", "relative gap to which each sample is solved", 1e-4, low=0, high=1),
    a_number("time_limit", "seconds a sample; what it stops cannot be reproduced", low=0, above=True),
    a_number("node_limit", "nodes a sample; what it stops can be reproduced", low=1, whole=True),
    _several("designs", "how these fare in every sample: best, current, or a result", a_text("", ""), 0),
    a_choice(
        "foresight",
        "ask each sample for the best path over the instance's periods: of all periods at once (path), or "
        "each by itself (none). Where an input is one that only a path reads: path",
        *FORESIGHTS,
    ),
    VARY,
    GROUP,
    DEPEND,
    optional=(
        "instance", "samples", "seed", "steps", "table", "gap", "time_limit", "node_limit", "designs",
        "foresight", "group", "depend",
    ),
)  # fmt: skip
SECTIONS = (VARY, GROUP, DEPEND)
