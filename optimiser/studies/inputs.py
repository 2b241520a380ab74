"""Inputs that a study moves: where they stand, over which range, and how they enter the best value.

An input that the value of every record (design and recourse) is straight in, and that no constraint looks
at, makes the best value convex. One that only constraints look at, and that widens them all in one direction,
makes it monotone. Of any other nothing is known beyond the points that are asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from optimiser.errors import InputError
from optimiser.instance.arguments import pairs, raise_any, said, wrong_choice, wrong_number
from optimiser.instance.instance import Instance
from optimiser.instance.replace import Change, Target, meant, replaced, standing
from optimiser.terminal import exact

Array = np.ndarray
HOWS = {"set": "", "multiply": "x ", "add": "+ "}
# Columns that stand in the objective only, each in one factor of its products.
STRAIGHT = (
    ("decisions", "stake_"), ("decisions", "monitoring_effect"), ("links", "loss"),
    ("levels", "accountability"), ("uncertainty", "risk_aversion"), ("decisions", "switch_cost"),
)  # fmt: skip
# Columns that stand in constraints only: 1 where more of it leaves every record that was possible so, and
# worth as much.
WIDENS = {
    "organisations.staff_hours": 1, "organisations.vacancy": -1, "organisations.absence": -1,
    "organisations.willingness": 1, "organisations.ability": 1, "organisations.rating": 1,
    "organisations.support_cost": -1, "limits.budget": 1, "limits.max_changes": 1, "limits.reserve": -1,
    "decisions.min_rating": -1, "decisions.fear": -1, "decisions.monitoring_hours": -1,
    "decisions.reporting_hours": -1, "decisions.flex": 1, "workload.hours": -1, "workload.fixed_hours": -1,
    "scenarios.absence": -1, "resource_types.max_unmet": 1, "resource_types.max_occupancy": 1,
    "resource_types.slack_cost": -1, "levels.mobilisation": 1, "partners.dependence": -1,
    "resources.capacity": 1, "surges.loss": -1,
}  # fmt: skip
# The same of a path, whose states follow from them too: without those that then widen and tighten at once,
# and with those that only a path reads.
MIXED = ("organisations.willingness", "organisations.ability", "scenarios.absence")
WIDENS_PATH = {path: way for path, way in WIDENS.items() if path not in MIXED} | {
    "organisations.skill": 1, "organisations.morale": 1, "resources.reserve": 1, "resource_types.refill": 1,
    **{f"{table}.{rate}": way for table in ("path", "organisations")
       for rate, way in (("hurt", -1), ("burn", -1), ("safe", 1))},
}  # fmt: skip
# Columns that say besides what is at risk, of which resilience is a share: with it, nothing is known of them.
AT_RISK = ("resources.capacity", "surges.loss", "scenarios.loss.", "scenarios.probability")


@dataclass(frozen=True)
class Input:
    """One input and its range. `straight` and `widens` say how it enters (see above)."""

    what: str
    low: float
    high: float
    how: str = "set"
    where: Mapping[str, Any] = field(default_factory=dict)
    straight: bool = False
    widens: int = 0  # 1 or -1: constraints widen as it rises, or as it falls
    whole: bool = False  # only whole numbers have a meaning
    now: float | None = None  # where the instance stands; None where rows differ

    @property
    def objective(self) -> str:
        """The objective whose weight it is; '' for other inputs."""
        head, _, name = self.what.partition(".")
        return name if head == "weights" else ""

    def show(self, x: float) -> str:
        """A value as people read it."""
        return HOWS[self.how] + exact(float(x))


def input_of(
    instance: Instance,
    what: str,
    span: tuple[float, float] | None = None,
    how: str | None = None,
    where: Mapping[str, Any] | None = None,
    weights: Mapping[str, float] | None = None,
    foresight: str | None = None,
) -> Input:
    """The input that a call means; raises InputError with everything that is wrong about it.

    `foresight` is that of the path that is asked for; None: a design is.
    """
    if not isinstance(what, str):
        raise InputError(f"what: {said(what)} is not a text, such as organisations.staff_hours")
    problems = [] if how is None else wrong_choice("how", how, HOWS)
    span = _pair(span, problems)
    where = pairs("where", where, "columns to values", problems)
    try:
        target, values = standing(instance, what, where := typed(instance, what, where))
    except InputError as error:
        raise InputError([*error.problems, *problems]) from error
    if target.schema.kind != "number":
        problems.append(f"{what}: is not a number, so it has no range")
    if target.of_paths and foresight is None:
        problems.append(f"{what}: only a path reads it, and this question is about one design")
    raise_any(problems)
    if target.table == "weights":
        given = _weight(instance, target, span, how, weights)
        return given if foresight is None else replace(given, straight=foresight == "path")
    span, how = _range(instance, what, target, span, how)
    whole = target.schema.whole and how != "multiply"
    if problems := _out_of_range(what, span, whole):
        raise InputError(problems)
    straight, widens = _enters(instance, target, instance.weights if weights is None else weights, foresight)
    if how == "multiply":
        widens *= _sign(values)
    neutral = {"multiply": 1.0, "add": 0.0}.get(how)
    same = len(set(values.tolist())) == 1 and values[0] is not None and not np.isnan(float(values[0]))
    now = neutral if neutral is not None else float(values[0]) if same else None
    return Input(what, float(span[0]), float(span[1]), how, where, straight, widens, whole, now)


def _pair(span: Any, problems: list[str]) -> tuple[float, float] | None:
    """A range as two numbers; what is none is a problem."""
    if span is None:
        return None
    if isinstance(span, str) or not isinstance(span, Sequence | np.ndarray) or len(span) != 2:
        problems.append(f"range: {said(span)} is not two numbers, from and to")
        return None
    wrong = [line for end in span for line in wrong_number("range", end)]
    problems += wrong
    return None if wrong else (float(span[0]), float(span[1]))


def typed(instance: Instance, what: str, where: Mapping[str, Any]) -> dict[str, Any]:
    """`where` with texts turned into what their columns hold."""
    table = what.partition(".")[0]
    known: Mapping[str, Array] = instance.tables.get(table, {})
    found: dict[str, Any] = {}
    for column, value in where.items():
        kind = known[column].dtype.kind if column in known else "O"
        if isinstance(value, str) and kind == "b":
            value = {"true": True, "false": False}.get(value.lower(), value)
        elif isinstance(value, str) and kind == "f":
            try:
                value = float(value)
            except ValueError as error:
                raise InputError([f"{what}: where: {column} holds numbers; {value!r} is none"]) from error
        found[column] = value
    return found


def variant(instance: Instance, inputs: Sequence[Input], x: Sequence[float]) -> Instance:
    """The instance with each of these inputs at its value (weights apart: see `weights_at`)."""
    moved: list[tuple[Input, dict[str, Any]]] = [
        (i, {i.how: float(value)}) for i, value in zip(inputs, x, strict=True) if not i.objective
    ]
    changes = [Change(i.what, where=dict(i.where) or None, **by) for i, by in moved]
    return replaced(instance, changes) if changes else instance


def weights_at(weights: Mapping[str, float], inputs: Sequence[Input], x: Sequence[float]) -> dict[str, float]:
    """Weights that sum to 1: what an input gives its objective is taken from the others in proportion."""
    total = sum(weights.values())
    found = {g: w / total for g, w in weights.items()}
    for i, value in zip(inputs, x, strict=True):
        if i.objective:
            rest = 1 - found[i.objective]
            found = {
                g: float(value) if g == i.objective else w / rest * (1 - value) for g, w in found.items()
            }
    return found


def _weight(
    instance: Instance,
    target: Target,
    span: tuple[float, float] | None,
    how: str | None,
    weights: Mapping[str, float] | None,
) -> Input:
    what, given = f"weights.{target.column}", instance.weights if weights is None else weights
    span = (0.0, 1.0) if span is None else span
    problems = _out_of_range(what, span, whole=False)
    if how not in (None, "set"):
        problems.append(f"{what}: a weight is its share of all, so it can only be set")
    if not problems and not 0 <= span[0] < span[1] <= 1:
        problems.append(f"{what}: a weight is its share of all, from 0 to 1")
    others = sum(w for g, w in given.items() if g != target.column)
    if others <= 0:
        problems.append(f"{what}: no other objective has a weight to give to it or take from it")
    if problems:
        raise InputError(problems)
    own = given.get(target.column, 0.0)
    straight = instance.uncertainty["risk_aversion"] == 0
    return Input(what, float(span[0]), float(span[1]), straight=straight, now=own / (own + others))


def _range(
    instance: Instance,
    what: str,
    target: Target,
    span: tuple[float, float] | None,
    how: str | None,
) -> tuple[tuple[float, float], str]:
    """The range given; or the plausible one of sources.csv; or that of a share."""
    if span is not None:
        return span, how or "set"
    sources = instance["sources"]
    for row in range(sources.rows):
        if (sources["table"][row], sources["column"][row]) == (target.table, target.column):
            low, high = float(sources["low"][row]), float(sources["high"][row])
            if low < high and how in (None, "multiply"):
                return (low, high), "multiply"
    if how in (None, "set") and np.isfinite(target.schema.low) and np.isfinite(target.schema.high):
        return (target.schema.low, target.schema.high), "set"
    raise InputError([f"{what}: say over which range, FROM,TO (sources.csv gives no plausible one)"])


def _out_of_range(what: str, span: tuple[float, float], whole: bool) -> list[str]:
    if not np.isfinite(span).all():
        return [f"{what}: the range {span[0]:g},{span[1]:g} is not finite"]
    if span[0] >= span[1]:
        return [f"{what}: the range {span[0]:g},{span[1]:g} does not go up"]
    if whole and any(value != round(value) for value in span):
        return [f"{what}: the range {span[0]:g},{span[1]:g} must be of whole numbers"]
    return []


def _sign(values: Array) -> int:
    """The direction in which values go as they are multiplied by more: 0 where some rise and others fall."""
    given = np.array([np.nan if value is None else float(value) for value in values])
    return 1 if not (given < 0).any() else -1 if not (given > 0).any() else 0


def every_weight_own(instance: Instance) -> bool:
    """Whether every period has weights of its own, so that a path reads no others."""
    periods = instance["periods"]
    given = np.array([periods[f"weights.{g}"] > 0 for g in instance.objectives])
    return bool(periods.rows and given.any(axis=0).all())


def reads_path(instance: Instance, what: Any) -> bool:
    """Whether an input is one that only a path reads."""
    try:
        return isinstance(what, str) and meant(instance, what).of_paths
    except InputError:  # said where the input is made
        return False


def _enters(
    instance: Instance, target: Target, weights: Mapping[str, float], foresight: str | None
) -> tuple[bool, int]:
    """Whether every record's value is straight in it, and in which direction constraints widen.

    Nothing is known of what short sight does: what it takes is not the best of anything.
    """
    if foresight == "none":
        return False, 0
    averse = instance.uncertainty["risk_aversion"] > 0 and foresight is None
    resilient = bool(instance.resources) and _resilient(instance, weights, foresight)
    path, column = f"{target.table}.{target.column}", target.column
    if resilient and path.startswith(AT_RISK):
        return False, 0
    if target.table == "uncertainty":
        return column == "risk_aversion", 0
    straight = any(target.table == table and column.startswith(start) for table, start in STRAIGHT)
    straight = straight or target.table == "scores" or (path == "scenarios.probability" and target.by_name)
    if target.table == "scenarios" and column.startswith("loss."):
        return False, -1
    return straight and not averse, (WIDENS if foresight is None else WIDENS_PATH).get(path, 0)


def _resilient(instance: Instance, weights: Mapping[str, float], foresight: str | None) -> bool:
    """Whether resilience weighs anything, on a path in any of its periods."""
    own = instance["periods"]["weights.resilience"] if foresight is not None else np.zeros(0)
    return weights.get("resilience", 0) > 0 or bool((own > 0).any())
