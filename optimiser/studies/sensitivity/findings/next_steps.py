"""How to go on from a study: more samples, a look into one, a sharper question about what moves most."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator

import numpy as np

from optimiser.studies.sensitivity.findings.findings import Findings
from optimiser.studies.sensitivity.schema import DRIVERS
from optimiser.studies.sensitivity.study.plan import StudyPlan
from optimiser.terminal import exact
from optimiser.tolerances import EQUAL


def go_on(found: Findings) -> Iterator[str]:
    """What could be asked next, a sentence each with its command."""
    ensemble, fixed = found.ensemble, found.fixed
    if not ensemble.count:
        return
    asked = found.plan.samples
    if asked and found.plan.method != "table" and not ensemble.endings[""]:
        twice = f"samples = {2 * asked:,}".replace(",", "")
        yield (
            f"To know more closely, write {twice} into the study file (with --out its study.toml) and ask "
            "again with it: what is kept counts."
        )
    if (best := fixed.least_mean) is not None and (loss := fixed.loss[:, best]).max() > EQUAL:
        number = ensemble.drawn.index[ensemble.found][fixed.asked][int(loss.argmax())]
        yield (
            f"To see what would go wrong with design {fixed.names[best]}, look into sample "
            f"{number}, in which it falls short most: add --write {number} DIR to the command."
        )
    yield from _where_it_tips(found)


def _where_it_tips(found: Findings) -> Iterator[str]:
    """A question about the one input that is seen to move most decisions first."""
    leading = dict[tuple[str, str], tuple[float, str]]()
    for row in found.rows[DRIVERS]:
        if row["input"] and row["level"] and row["seen"]:
            site = row["of"], row["level"]
            leading[site] = max(leading.get(site, (0.0, "")), (row["index"], row["input"]))
    if not leading:
        return
    name = Counter(name for _, name in leading.values()).most_common(1)[0][0]
    first = f"The input that comes first for most decisions is {found.ensemble.names.input(name)}"
    if not next(each.fact for each in found.ensemble.inputs if each.name == name):
        if not found.plan.paths:
            yield f"{first}: `optimiser map INSTANCE` shows which weights lead where."
    elif command := _thresholds(found.plan, name):
        yield f"{first}; where exactly it does, the rest as it is: `{command}`"


def _thresholds(plan: StudyPlan, name: str) -> str:
    """The question about one input alone; empty where one call cannot ask it."""
    varied = next((each for each in plan.varied if each.name == name), None)
    if varied is None or varied.distribution is None or varied.how == "odds":
        return ""
    entry = next(each for each in plan.document["vary"] if each["name"] == varied.entry)
    where = dict(entry.get("where", {}))
    if varied.name != varied.entry:  # one for each row, or for each value of a column
        where[entry["each"]] = varied.name.removeprefix(f"{varied.entry}[").removesuffix("]")
    ends = varied.distribution.at(np.array([0.0, 1.0])).tolist()
    if "row" in where or any(not isinstance(value, str | int | float) for value in (*where.values(), *ends)):
        return ""
    rows = "".join(f" --where {shlex.quote(f'{column}={value}')}" for column, value in where.items())
    span = ",".join(exact(end).replace(",", "") for end in ends)
    sight = f" --foresight {plan.foresight}" if plan.foresight else ""
    return f"optimiser thresholds INSTANCE {varied.what} --how {varied.how} --range {span}{rows}{sight}"
