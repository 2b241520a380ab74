"""A sample put to an instance: the variant that it means, or why no instance can be so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from optimiser.errors import InputError
from optimiser.instance.arguments import plain
from optimiser.instance.instance import Instance
from optimiser.instance.replace import Change, replaced, resolve
from optimiser.studies.sensitivity.study.plan import StudyPlan, Varied

MOST = 3  # problems told of one sample


class Refused(ValueError):
    """A sample that a rule of instances refuses, such as a share above 1."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def apply_sample(plan: StudyPlan, instance: Instance, row: Mapping[str, Any]) -> Instance:
    """The instance in which every input has the value of a sample; an input left blank stays as it is.

    Parameters
    ----------
    plan : StudyPlan
        The study, read with this instance.
    instance : Instance
        The one whose doubts these are.
    row : mapping
        One row of `sample_table`: a value for each name.

    Returns
    -------
    Instance
        The variant. Its numbers are those of the sample, never clipped.

    Raises
    ------
    Refused
        Where the variant would not pass the checks that files must pass: the reason says which.
    """
    changes = []
    for varied in plan.varied:
        value = plain(row[varied.name])
        if value is not None and value == value:  # what is blank stays as it is
            by = value if varied.total is None else value * varied.total
            changes.append(Change(varied.what, rows=varied.rows, **{varied.how: by}))
    try:
        return replaced(instance, changes) if changes else instance
    except InputError as error:
        more = len(error.problems) - MOST
        reasons = [*error.problems[:MOST], *([f"and {more} more"] if more > 0 else [])]
        raise Refused("; ".join(reasons)) from None


def base_sample(plan: StudyPlan, instance: Instance) -> dict[str, Any]:
    """The sample that is the instance itself; blank (NaN) where an input has other values in other rows."""
    return {varied.name: _stands(varied, instance) for varied in plan.varied}


def _stands(varied: Varied, instance: Instance) -> Any:
    if varied.how != "set":
        return 0.0 if varied.how == "add" else 1.0
    target = resolve(instance, varied.what)
    if target.rows is None:
        now = getattr(instance, target.table)[target.column]
        return np.nan if now is None else float(now) / (varied.total or 1.0)
    now = instance[target.table][target.column][target.rows if varied.rows is None else varied.rows]
    values = set(now.tolist())
    return values.pop() if len(values) == 1 else np.nan
