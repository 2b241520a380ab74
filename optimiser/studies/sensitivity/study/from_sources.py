"""A study made of sources.csv: what if everything that was assumed is wrong at once?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import ceil, floor
from typing import Any

from optimiser.errors import InputError
from optimiser.instance.arguments import check_instance, raise_any, wrong_choice
from optimiser.instance.instance import Instance
from optimiser.instance.replace import standing
from optimiser.instance.schema.column import Column
from optimiser.instance.schema.schema import SETTINGS, TABLES
from optimiser.studies.sensitivity.study.inputs import listed, moved
from optimiser.studies.sensitivity.study.plan import StudyPlan
from optimiser.studies.sensitivity.study.study_file import read_study

SAMPLES = 500
GRADES = ("all", *TABLES["sources"].by_name["grade"].choices)
_UNKEPT = ("instance", "swings", "objectives", "sources")  # tables whose numbers are no inputs of their own


def study_from_sources(instance: Instance, grades: str = "all", *, samples: int = SAMPLES) -> StudyPlan:
    """A study of every graded column for which sources.csv has a plausible range.

    Each number is triangular between `low` and `high`, its mode where the instance has it, and multiplies the
    values or, of shares, their odds. There is one for each column, in tables keyed by decision one for each
    decision, and one for the probability of each scenario.

    Parameters
    ----------
    instance : Instance
        The instance.
    grades : str, optional
        Only the columns of this grade, `illustrative` say; `all` of them.
    samples : int, optional
        How many samples.

    Returns
    -------
    StudyPlan
        A Latin hypercube. `without_range` lists graded columns without a range, `unmoved` what does not move.

    Raises
    ------
    InputError
        Where no column has a range.

    Examples
    --------
    >>> import optimiser
    >>> from optimiser.studies.sensitivity.study.from_sources import study_from_sources
    >>> plan = study_from_sources(optimiser.read("instances/three-levels"))
    >>> [varied.name for varied in plan.varied][:3]
    ['levels.delay_days', 'scenarios.probability[normal]', 'scenarios.probability[epidemic]']
    """
    check_instance(instance)
    raise_any(wrong_choice("grades", grades, GRADES))
    entries, unmoved, without = list[dict[str, Any]](), list[str](), list[str]()
    for table, column, grade, low, high in _graded(instance):
        if grades not in ("all", grade):
            continue
        for path, schema in _inputs(instance, table, column).items():
            if not low < high:
                without += [f"{path} ({grade})"] if schema.kind != "text" else []
            elif standing(instance, path)[0].of_paths:
                unmoved.append(f"{path}: only a path reads it, and these samples ask for designs")
            elif entry := _entry(instance, path, schema, low, high):
                entries.append(entry)
            elif now := listed(standing(instance, path)[1]):
                unmoved.append(f"{path}: no factor moves it, being {now}")
    if not entries:
        of = "" if grades == "all" else f" that is {grades}"
        raise InputError(
            f"sources.csv: no column{of} has a plausible range (low, high), so nothing would vary"
        )
    document = {
        "name": f"{instance.name}-doubts",
        "method": "latin-hypercube",
        "samples": samples,
        "vary": entries,
    }
    plan = read_study(document, instance)
    return replace(plan, unmoved=(*unmoved, *plan.unmoved), without_range=tuple(without))


def _graded(instance: Instance) -> Iterator[tuple[str, str, str, float, float]]:
    """Table, column, grade and range of each row of sources.csv, in the order of the schema's tables."""
    sources = instance["sources"]
    keys = ("table", "column", "grade", "low", "high")
    rows = zip(*(sources[key].tolist() for key in keys), strict=True)
    yield from sorted(
        (row for row in rows if row[0] not in _UNKEPT), key=lambda row: list(TABLES).index(row[0])
    )


def _inputs(instance: Instance, table: str, column: str) -> dict[str, Column]:
    """The paths that a column of sources.csv stands for: `surge` for the surge of each resource."""
    if table in SETTINGS:
        schema = TABLES[table].by_name["weight" if table == "weights" else column]
        return {f"{table}.{column}": schema}
    named = table if table != "resources" or column in instance[table] else "resource_types"
    columns = TABLES[named].expand(*instance.axes).items()
    return {f"{named}.{n}": schema for n, schema in columns if n == column or n.startswith(f"{column}.")}


def _entry(instance: Instance, path: str, schema: Column, low: float, high: float) -> dict[str, Any] | None:
    """The entry of a study file for one input; None where no number would move it."""
    target, now = standing(instance, path)
    how = "odds" if schema.share else "multiply"
    if not moved(now, how).any():
        return None
    entry: dict[str, Any] = {"name": path, "what": path, "how": how}
    if schema.whole:
        ends = ceil(low * now[0]), floor(high * now[0])
        return {**entry, "how": "set", "range": ends} if ends[0] < ends[1] else None
    entry["triangular"] = [low, min(max(1.0, low), high), high]
    if path == "scenarios.probability":
        entry["each"] = "scenario"
    elif "decision" in TABLES[target.table].key and any(instance[target.table]["decision"]):
        entry["each"] = "decision"
    return entry
