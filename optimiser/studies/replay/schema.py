"""What `replay` says: every key of its document, and every table and column."""

from __future__ import annotations

from optimiser.instance.schema.column import Column, a_number, a_text
from optimiser.instance.schema.result import a_count, finding, maybe, rows

_RESOURCE = a_text("resource", "the resource")
_DESIGN = a_text("design", "the design; `nobody`: no help; `everybody at once`: one pool, with no delay")
_LEVEL = a_text("level", "the level at which help is arranged")


def _units(name: str, meaning: str) -> Column:
    return a_number(name, meaning, unit="units of the resource")


_DEMAND, _UNMET = _units("demand", "what was needed"), _units("unmet", "of that, what nothing covers")
SUMMARY = rows(
    "summary",
    "what each design leaves unmet, over all days",
    _RESOURCE,
    _DESIGN,
    a_text("level", "where the decision that governs the resource is held; several, separated by `;`"),
    maybe("delay", "how old the figures are that help is planned with; none: no help, or several", "days"),
    _DEMAND,
    _UNMET,
    maybe("removed", "of what nobody's help would leave; none: it would leave nothing", "share"),
)
DELAYS = rows(
    "delays",
    "what is left of the gain when it rests on older figures",
    _RESOURCE,
    _LEVEL,
    a_number("days", "how old the figures are", unit="days", low=0, whole=True),
    maybe("kept", "of the gain with the figures of the day; none: there is no gain", "share"),
)
HALF_LIVES = rows(
    "half_lives",
    "how fast the gain is lost as figures age: with a floor of 0, and with the floor that fits best",
    _RESOURCE,
    _LEVEL,
    maybe("days", "in which half of what is above the floor is lost; none: no loss can be seen", "days"),
    a_number("floor", "the part of the gain that is never lost", unit="share"),
    a_number("residual", "root of the mean squared distance from what is kept", unit="share"),
    maybe("residual_after", "the same on the days from --fit-until on; none: not asked", "share"),
)
DAYS = rows(
    "days",
    "what each design leaves unmet, day by day",
    a_text("date", "the day"),
    _RESOURCE,
    _DESIGN,
    _DEMAND,
    _UNMET,
)
LOCALITIES = rows(
    "localities",
    "the same over all days, by locality, with what each had from others and gave them",
    _RESOURCE,
    _DESIGN,
    a_text("organisation", "the locality"),
    _DEMAND,
    _UNMET,
    _units("borrowed", "had from others of its pool"),
    _units("lent", "given to others of its pool"),
)
TABLES = (SUMMARY, DELAYS, HALF_LIVES, LOCALITIES, DAYS)

RESULT = finding(
    "replay",
    "What would have happened? Designs run through a real series of demand, day by day.",
    rows(
        "series",
        "what was replayed",
        _RESOURCE,
        a_text("decision", "the decision that governs it"),
        a_text("from", "the first day"),
        a_text("to", "the last day"),
        a_count("days", "how many days"),
        a_count("localities", "how many localities have it"),
    ),
    *TABLES,
    tables=TABLES,
)
