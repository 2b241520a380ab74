"""The judgements an instance rests on, one record a decision, and the tables that follow from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

STAKES = ("risk_pooling", "accountability", "responsiveness", "economy", "solidarity")
WEEKS = 52


@dataclass(frozen=True)
class Decision:
    """What is judged of one decision; the reasons stand in `note` and in the instance's sources."""

    name: str
    type: str
    label: str
    hours: float  # a week, for a locality that holds it itself
    kind: str  # how the work grows when it is held above: a key of the scales
    burden: float  # hours a week that a decision held above takes from a locality (returns, compliance)
    half_life: float  # days
    heterogeneity: float
    stakes: tuple[float, float, float, float, float]  # in the order of STAKES
    monitoring: tuple[float, float, float, float]  # effect, hours above, hours in the locality, fear
    note: str
    current: str = ""  # the level it is held at today; empty where it did not exist
    relay: float = 0.0  # hours a week per locality that the level between takes when it is held above that
    levels: str = ""
    uniform: bool = True
    joint: bool = False
    min_rating: float | None = None
    flexes: str = ""
    flex: float | None = None


# Hours of an organisation that holds a decision, as multiples of what one locality would take: once for the
# organisation, and for each locality under it.
Scales = Mapping[str, Mapping[str, tuple[float, float]]]


def decision_rows(
    decisions: Sequence[Decision], correlations: Mapping[str, float]
) -> Iterator[dict[str, Any]]:
    """Rows of decisions.csv; the correlations are measured."""
    for d in decisions:
        effect, hours, reporting, fear = d.monitoring
        yield {
            "decision": d.name,
            "type": d.type,
            "label": d.label,
            "levels": d.levels,
            "uniform": d.uniform,
            **{f"stake_{name}": stake for name, stake in zip(STAKES, d.stakes, strict=True)},
            "half_life_days": d.half_life,
            "heterogeneity": d.heterogeneity,
            "correlation": correlations.get(d.name),
            "monitoring_effect": effect,
            "monitoring_hours": hours,
            "reporting_hours": reporting,
            "fear": fear,
            "joint": d.joint,
            "min_rating": d.min_rating,
            "flexes": d.flexes,
            "flex": d.flex,
            "note": d.note,
        }


def workload_rows(
    decisions: Sequence[Decision], levels: Sequence[str], scales: Scales, hourly_cost: float
) -> Iterator[dict[str, Any]]:
    """Rows of workload.csv: hours where a decision is held, and what it takes from those below.

    `levels` run from the top down; the level next to the lowest is the one that relays. Costs are those of all
    the hours, wherever they fall.
    """
    local, between = levels[-1], levels[-2]
    for d in decisions:
        for level in d.levels.split(";") if d.levels else levels:
            once, each = (0.0, 1.0) if level == local else scales[d.kind][level]
            burden = 0.0 if level == local else d.burden
            relay = 0.0 if level in (local, between) else d.relay
            yield {
                "decision": d.name,
                "level": level,
                "at": level,
                "hours": d.hours * each,
                "fixed_hours": d.hours * once,
                "fixed_cost": round(d.hours * once * WEEKS * hourly_cost),
                "cost": round((d.hours * each + burden + relay) * WEEKS * hourly_cost),
            }
            if burden:
                yield {"decision": d.name, "level": level, "at": local, "hours": burden}
            if relay:
                yield {"decision": d.name, "level": level, "at": between, "hours": relay}


def current_rows(decisions: Sequence[Decision]) -> Iterator[dict[str, Any]]:
    """Rows of current.csv: what existed, and where it was held."""
    return ({"decision": d.name, "level": d.current} for d in decisions if d.current)


def source_rows(sources: Sequence[tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
    """Rows of sources.csv from (table, columns separated by spaces, grade, source, note, low, high)."""
    for table, columns, grade, source, note, low, high in sources:
        for column in columns.split():
            yield {
                "table": table,
                "column": column,
                "grade": grade,
                "source": source,
                "note": note,
                "low": low,
                "high": high,
            }
