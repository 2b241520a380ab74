"""Nothing is written that is not declared, and nothing declared that is not written: keys and tables alike."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import pandas as pd
import pytest
from path_by_hand import with_periods
from paths import ARCHETYPE, INSTANCES
from schema_misfits import misfits
from series_by_hand import series

import optimiser
from optimiser import Design, Instance
from optimiser.instance.schema.column import Column
from optimiser.instance.schema.result import Part, Result
from optimiser.studies.finding import Finding, ObjectivesFinding
from optimiser.studies.schemas import json_schema, results
from optimiser.studies.sensitivity.batch import Batch

THREE = ("risk_pooling", "accountability", "responsiveness")
SCHEMAS = json_schema()["$defs"]


@cache
def instance(name: str) -> Instance:
    return optimiser.read(INSTANCES / name)


def infeasible() -> Instance:
    local = instance("archetype").replace("decisions.levels", set="local")
    return local.replace("organisations.staff_hours", set=1)


def shorter() -> Instance:
    """The archetype with fewer hours, and other judgements of what is earned."""
    short = instance("archetype").replace("organisations.staff_hours", set=3, where={"level": "local"})
    return short.replace("scores.responsiveness", multiply=0.9)


def stocked() -> Instance:
    """Two periods of three levels, and beds set aside for them."""
    rows = [{"period": name, "scenario": name} for name in ("normal", "epidemic")]
    made = with_periods(instance("three-levels"), rows)
    return made.replace("resources.reserve", set=2)


def waves() -> pd.DataFrame:
    """Need that rises in one hospital while it falls in the next."""
    return series(
        {name: [30 + 25 * np.sin(day / 9 + k) for day in range(60)] for k, name in enumerate(HOSPITALS)},
        "icu_beds",
    )


HOSPITALS = ("alder", "birch", "cedar", "dogwood")
WEIGHT, HOURS = "weights.responsiveness", "organisations.staff_hours"
SWITCH = ("decisions.switch_cost", (0, 4))
DOUBTS = {
    "name": "doubts",
    "method": "latin-hypercube",
    "samples": 60,
    "designs": ["best"],
    "vary": [
        {"name": "staff", "what": HOURS, "how": "multiply", "range": [0.3, 1.1]},
        {"name": "weights", "simplex": THREE},
    ],
}


COSTS = {"name": "costs", "method": "grid", "vary": [{"name": "cost", "what": SWITCH[0], "values": [0, 3]}]}


def batch(do: Callable[[Batch], Finding], name: str = "archetype", study: Any = DOUBTS) -> Finding:
    with ThreadPoolExecutor(1) as threads:
        return do(optimiser.sensitivity(instance(name), study, executor=threads))


ASKED: dict[str, Callable[[str], Design | Finding]] = {
    "solve": lambda name: optimiser.solve(instance(name)),
    "verify": lambda name: optimiser.verify(instance(name), optimiser.solve(instance(name))),
    "explain": lambda name: optimiser.explain(instance(name), time_limit=5),
    "diagnose": lambda name: optimiser.diagnose(instance(name)),
    "compare": lambda name: optimiser.compare(instance(name)),
    "alternatives": lambda name: optimiser.alternatives(instance(name), count=4, diverse=2, by_locality=True),
    "frontier": lambda name: optimiser.frontier(instance(name), THREE[1:], points=3),
    "weight_map": lambda name: optimiser.weight_map(instance(name), tolerance=0.02),
    "thresholds": lambda name: optimiser.thresholds(instance(name), WEIGHT, time_limit=5),
}
CASES: dict[str, Callable[[], Design | Finding]] = (
    {
        f"{question} {name}": lambda ask=ask, name=name: ask(name)  # type: ignore[misc]
        for question, ask in ASKED.items()
        for name in ("archetype", "three-levels")
    }
    | {
        "verify by hand": lambda: optimiser.verify(
            instance("archetype"), optimiser.solve(instance("archetype")).table
        ),
        "solve infeasible": lambda: optimiser.solve(infeasible()),
        "diagnose infeasible": lambda: optimiser.diagnose(infeasible()),
        "diagnose limited": lambda: optimiser.diagnose(
            instance("three-levels").replace("limits.max_changes", set=3)
        ),
        "replay": lambda: optimiser.replay(
            instance("three-levels"), waves(), delays=[0, 7], fit_until="2020-10-25"
        ),
        "replay solved": lambda: optimiser.replay(instance("three-levels"), waves()),
        "compare two": lambda: optimiser.compare(instance("archetype"), others=[shorter()], reach=False),
        "sensitivity": lambda: batch(lambda doubts: doubts.run()),
        "sensitivity of paths": lambda: batch(lambda doubts: doubts.run(), "pendulum", COSTS),
        "sensitivity rehearsed": lambda: batch(lambda doubts: doubts.rehearse()),
        "sensitivity written": lambda: batch(lambda doubts: doubts.write(3, f"{mkdtemp()}/sample")),
        "path": lambda: optimiser.path(instance("pendulum"), fix={"visits@year 2": "local"}),
        "path with reserves": lambda: optimiser.path(stocked()),
        "thresholds of paths": lambda: optimiser.thresholds(instance("pendulum"), *SWITCH),
        "thresholds of paths two": lambda: optimiser.thresholds(
            instance("pendulum"), *SWITCH, also={"what": "path.discount", "range": (0, 0.5)}, tolerance=0.5
        ),
        "thresholds two": lambda: optimiser.thresholds(
            instance("archetype"), WEIGHT, also={"what": HOURS, "range": (1, 30)}, tolerance=0.5
        ),
    }
    | {
        f"{question} in no time": lambda question=question: getattr(optimiser, question)(  # type: ignore[misc]
            instance("three-levels"), *((WEIGHT,) if question == "thresholds" else ()), time_limit=1e-9
        )
        for question in (
            "solve",
            "explain",
            "diagnose",
            "compare",
            "alternatives",
            "weight_map",
            "thresholds",
        )
    }
    | {"path in no time": lambda: optimiser.path(stocked(), time_limit=1e-9)}
)


class EmptyPlan:
    varied, paths = (), ()


@cache
def found(case: str) -> Design | Finding:
    return CASES[case]()


RESULTS = {result.command: result for result in results()}


def declared(case: str) -> Result:
    question = case.split()[0]
    return RESULTS[{"verify": "solve", "weight_map": "map"}.get(question, question)]


@pytest.mark.parametrize("case", CASES)
def test_its_document_and_its_tables_are_as_declared(case: str) -> None:
    finding, result = found(case), declared(case)
    document = json.loads(json.dumps(finding.to_dict(), allow_nan=False))
    assert misfits(document, SCHEMAS[result.command]) == []
    assert list(undeclared(document, result.keys)) == []
    asked = finding.objectives if isinstance(finding, ObjectivesFinding) else ()
    each = {"objectives": finding.instance.objectives, "asked": asked}
    plan = getattr(finding, "plan", EmptyPlan)
    each |= {"varied": [varied.name for varied in plan.varied], "paths": plan.paths}
    for name, (columns, rows) in finding.tables().items():
        fitting = [part for part in result.tables if (part.name, part.header(each)) == (name, columns)]
        assert len(fitting) == 1
        kinds = [column for column in fitting[0].columns for _ in each.get(column.each, [""])]
        for row in rows:
            assert tuple(row) == tuple(columns)
            wrong = [c.name for c, cell in zip(kinds, row.values(), strict=True) if not may_hold(c, cell)]
            assert wrong == []


@pytest.mark.parametrize("command", sorted(RESULTS.keys() - {"check"}))
def test_every_table_that_is_declared_is_written(command: str) -> None:
    result = RESULTS[command]
    mine = [found(case).tables() for case in CASES if declared(case) is result]
    written = {(name, columns[0]) for tables in mine for name, (columns, rows) in tables.items() if rows}
    assert written == {(part.name, part.columns[0].name) for part in result.tables}


@pytest.mark.parametrize("sound", [True, False])
def test_check_is_as_declared(run: Any, tmp_path: Path, sound: bool) -> None:
    document = json.loads(run("check", str(ARCHETYPE if sound else tmp_path), "--json").out)
    assert document["sound"] is sound
    assert misfits(document, SCHEMAS["check"]) == []
    assert list(undeclared(document, RESULTS["check"].keys)) == []


@pytest.mark.parametrize("result", RESULTS.values(), ids=RESULTS)
def test_everything_says_what_it_means(result: Result) -> None:
    assert result.meaning.endswith(("?", "."))
    whole = Part(result.command, result.meaning, "object", result.keys, optional=result.optional)
    for part in every_part((whole, *result.tables)):
        names = [key.name for key in part.of]
        assert len(set(names)) == len(names)
        assert set(part.optional) <= set(names)
        if part.shape in ("rows", "object"):
            assert all(key.meaning for key in part.of), part.name
        assert all(column.kind == "number" for column in part.columns if column.unit)
    assert set(result.found) <= {key.name for key in result.keys}


def every_part(keys: Iterable[Column | Part]) -> Iterator[Part]:
    for key in keys:
        if isinstance(key, Part):
            yield key
            yield from every_part(key.of)


def may_hold(column: Column, cell: Any) -> bool:
    """Whether a cell of a table is as its column says."""
    if cell is None:
        return column.nullable
    kinds = {"flag": bool, "number": int if column.whole else int | float, "cell": str | int | float}
    kind = kinds.get(column.kind, str)
    return isinstance(cell, kind) and (not column.choices or cell in column.choices)


def undeclared(value: Mapping[str, Any], keys: Sequence[Column | Part], where: str = "") -> Iterator[str]:
    """The path of each key that no declaration names; but within `asked`, which repeats a call."""
    known = {key.name: key for key in keys}
    many = any(
        isinstance(key, Column) and key.each for key in keys
    )  # keys that are names of the instance's own
    for name, inner in value.items():
        if many and name not in known:
            continue
        if name not in known:
            yield f"{where}.{name}"
        elif name != "asked":
            yield from _within(inner, known[name], f"{where}.{name}")


def _within(value: Any, key: Column | Part, where: str) -> Iterator[str]:
    if isinstance(key, Column) or value is None:
        return
    if key.shape == "object":
        yield from undeclared(value, key.of, where)
    elif key.shape == "rows":
        for row in value:
            yield from undeclared(row, key.of, where)
    else:
        for item in value.values() if key.shape == "map" else value:
            yield from _within(item, key.of[0], where)
