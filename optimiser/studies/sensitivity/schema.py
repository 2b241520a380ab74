"""What `sensitivity` says: every key of its document, and every table and column."""

from __future__ import annotations

from dataclasses import replace

from optimiser.instance.schema.column import Column, a_number, a_share, a_text
from optimiser.instance.schema.result import (
    BOUND,
    DESIGN_ID,
    LEVEL,
    SITE,
    VALUE,
    a_cell,
    a_count,
    a_flag,
    a_map,
    finding,
    maybe,
    rows,
    texts,
)

_SAMPLE = a_count("sample", "the number of the sample")
_STATUS = a_text("status", "how it ended")
_FIXED = a_text("design", "the design: the name by which it was asked for, or its design_id")
_INPUT = a_text("input", "the input, or the group of inputs that moves as one")
_GRADE = a_text(
    "grade", "how well it is known, as `sources.csv` grades it; of a group the poorest; empty: not said"
)
_LEVEL = a_text("level", "the level of which it is said; empty: of a value there is none")
_PERIOD = Column("period", "text", "of paths: the period; empty of `value` and `feasible`", each="paths")


def _interval(of: str) -> tuple[Column, Column]:
    """The two ends of an interval that holds the truth in 95 % of such studies."""
    return maybe("low", f"from here: the 95 % interval of {of}"), maybe("high", "to here")


SAMPLES = rows(
    "samples",
    "what varies, in every sample",
    _SAMPLE,
    Column("{}", "cell", "what it is there; none: as the instance has it", each="varied", nullable=True),
)
RESULTS = rows(
    "results",
    "the best design of every sample",
    _SAMPLE,
    _STATUS,
    a_text("reason", "why there is no design; empty: there is one"),
    VALUE,
    BOUND,
    maybe("gap", "how far the bound lies above the value, as a share of the value"),
    a_number("{}", "what the design reaches of the objective", each="objectives", nullable=True),
    a_number("design_id", "the number of the design", low=0, whole=True, nullable=True),
    a_flag("verified", "whether every number was recomputed, and found as it should be", nullable=True),
    a_flag("neighbours", "whether the designs next to it were looked at, too", nullable=True),
)
DESIGNS = rows("designs", "who holds what in each design", DESIGN_ID, _PERIOD, *SITE, LEVEL)
FARED = rows(
    "fared",
    "how designs that stay as they are fare in every sample",
    _SAMPLE,
    _FIXED,
    _STATUS,
    VALUE,
    maybe("regret", "how much less it is worth than the best design of the sample"),
    a_text("broken", "the first requirement that it breaks; empty: none"),
)
LEVELS = rows(
    "levels",
    "how often each decision sits where",
    *SITE,
    _PERIOD,
    LEVEL,
    a_share("share", "of the samples that have a design, those in which it is held there"),
    *_interval("the share; none: a grid, or single steps"),
    maybe(
        "unresolved",
        "of these, those in which a design that holds it elsewhere lies no farther below the one found than "
        "the bound lies above it; none: it is never held there",
        "share",
    ),
)
DRIVERS = rows(
    "drivers",
    "what moves each decision, the best value, and whether there is a design at all",
    a_text("of", "a decision; `value`: the best value; `feasible`: whether there is a design"),
    _PERIOD,
    _LEVEL,
    a_text("input", "the input, or the group of inputs; empty: all those of the grade that can be seen to"),
    _GRADE,
    maybe("index", "how much of it the input moves, in the sense of the method"),
    *_interval("the index"),
    a_text(
        "method",
        "`first-order`: the share of its variance that goes with the input, less what chance alone would "
        "show; `sobol first-order`, `sobol total`: SALib's; `morris`: the mean change as the input moves "
        "over its range, SALib's mu*; `one-at-a-time`: the share of steps that move it, or by how much",
    ),
    a_count("samples_used", "the samples that it rests on"),
    a_flag("seen", "whether it can be told from chance that the input moves it"),
)
RULES = rows(
    "rules",
    "when each decision sits where, in a few words; none where they would be right too seldom",
    a_text("decision", "the decision"),
    _PERIOD,
    LEVEL,
    a_text("rule", "it is held there, for most localities, where this is so"),
    a_share(
        "balanced_accuracy", "how often that is right where it is so and where not, in samples kept back"
    ),
)
REGRET = rows(
    "regret",
    "what it costs to stay with one design whatever comes",
    _FIXED,
    a_share("feasible", "of the samples that have a design, those in which this one is possible"),
    maybe("mean", "regret where it is possible: the mean"),
    maybe("p95", "exceeded in one of twenty"),
    maybe("worst", "the largest"),
    a_share("within_1pct", "of the samples, those in which it is possible and within 1 % of the best value"),
)
KNOWING = rows(
    "knowing",
    "what it would be worth to know an input before deciding, nothing else being known",
    _INPUT,
    _GRADE,
    maybe("evppi", "the value gained by choosing by it (expected value of partial perfect information)"),
    *_interval("the same"),
    a_count("rank", "from the one most worth knowing"),
)
INPUTS = rows(
    "inputs",
    "with --dry-run: what varies",
    a_text("input", "its name"),
    a_text("what", "the number: a path as for `Instance.replace`"),
    a_text("how", "what becomes of the values there"),
    _GRADE,
    a_cell("least", "the least of all samples", nullable=True),
    a_cell("most", "the most of all samples", nullable=True),
)
PILOT = rows(
    "pilot",
    "with --dry-run: samples that were tried, from all over the table",
    _SAMPLE,
    _STATUS,
    a_number("seconds", "how long it took, without building the model", unit="seconds", low=0),
    a_text("rebuilt", "what of the model appears or vanishes, so that it was built anew; empty: nothing"),
)
FINDINGS = (LEVELS, DRIVERS, RULES, REGRET, KNOWING)
TABLES = (SAMPLES, RESULTS, DESIGNS, FARED, *FINDINGS)

RESULT = finding(
    "sensitivity",
    "What if the facts are wrong? A batch of solves.",
    texts("sentences", "what the tables say, a sentence each"),
    *TABLES,
    INPUTS,
    PILOT,
    replace(_SAMPLE, meaning="with --write: the number of the sample"),
    a_map("values", "with --write: what varies, in this sample", a_cell("INPUT", "", nullable=True)),
    a_text("written", "with --write: the folder that holds its instance"),
    tables=(*TABLES, INPUTS, PILOT),
    optional=("sentences", *(part.name for part in TABLES), "inputs", "pilot", "sample", "values", "written"),
)
