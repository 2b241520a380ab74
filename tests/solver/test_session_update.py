"""A Session updated to an instance is, bit for bit, a Session of that instance: every number of the schema."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from full_instance import FULL
from paths import ARCHETYPE
from random_instances import FEATURES, random_instance
from scipy import sparse

import optimiser
from optimiser.coefficients import coefficients
from optimiser.errors import InputError
from optimiser.instance.instance import Instance
from optimiser.instance.schema.column import Column
from optimiser.instance.schema.schema import SETTINGS, TABLES
from optimiser.solver.clock import Clock
from optimiser.solver.highs import Solver
from optimiser.solver.session import Session

ALL = [f for f in FEATURES if f not in ("bare", "infeasible", "scores", "local_scores")]
KINDS = ("uniform", "asymmetric", "mixed", "scored", "full")
SAYS_NOTHING = {  # of what no equation of one design hears: grades, and what links the periods of a path
    "sources.low", "sources.high", "resource_types.refill", "resources.reserve", "rules.lag",
    "path.discount", "path.learn", "path.heal", "path.hurt", "path.burn", "path.safe",
    "periods.years", "periods.weights.{}", "decisions.switch_cost", "organisations.learn", "organisations.heal",
    "organisations.hurt", "organisations.burn", "organisations.safe", "organisations.skill", "organisations.morale",
}  # fmt: skip
READ_ONLY = {"swings.from", "swings.to", "swings.points"}  # become weights when they are read


@cache
def instance(kind: str) -> Instance:
    """Instances that between them use every feature, with a design that is possible."""
    if kind == "full":
        with tempfile.TemporaryDirectory() as folder:
            for name, text in FULL.items():
                (Path(folder) / name).write_text(text)
            return optimiser.read(folder)
    off = {"asymmetric"} if kind == "uniform" else set()
    features = [f for f in ALL if f not in off] + ["scores", "local_scores"] * (kind == "scored")
    for seed in count(5):
        made = random_instance(seed, features, sizes=3)
        if kind == "asymmetric":
            made = made.replace("decisions.uniform", set=False)
        if Session(made).optimise(1e-6, Clock()).found:
            return made
    raise AssertionError


def numbers() -> list[str]:
    """Every numeric column of the schema; one added later is among them."""
    return [
        f"{name}.{column.name}"
        for name, schema in TABLES.items()
        for column in schema.columns
        if column.kind == "number"
    ]


def others(column: Column, now: float) -> list[float]:
    """Other legal values: one near what stands there, and 0 or else an end of what is legal."""
    base = 1.0 if np.isnan(now) else now
    near = [base * 1.37, base * 0.61, base + 1, base - 1, (base + 1) / 2, base / 3 + 0.11]
    legal = [v for v in (*near, 0.0, column.low, column.high) if v != now and column.admits(v)]
    far = [v for v in legal if v in (0.0, column.low, column.high)]
    return [float(v) for v in dict.fromkeys([*legal[:1], *far[:1]])]


def places(origin: Instance, table: str, column: str) -> Iterator[tuple[str, dict[str, Any] | None, float]]:
    """Paths, rows and present values of one column or key."""
    if table in SETTINGS:
        for key, value in getattr(origin, table).items():
            if table == "weights" or key == column:
                yield f"{table}.{key}", None, np.nan if value is None else value
        return
    for row in range(origin[table].rows):
        where = {key: origin[table][key][row] for key in TABLES[table].key or ("decision_a", "decision_b")}
        yield f"{table.replace('resource_types', 'resources')}.{column}", where, origin[table][column][row]


def variants(origin: Instance, name: str, turn: int) -> Iterator[tuple[str, Instance]]:
    """The instance with one number of a column changed, in each row in turn, to other legal values.

    Of columns that differ by a name alone, such as an objective's, each kind of instance takes some in turn,
    and of two rows with two values each it takes two of the four, each row and each value in one of them.
    """
    table, column = name.split(".", 1)
    schema = TABLES[table].expand(*origin.axes)
    stem = column.partition("{")[0]
    expanded = [
        c
        for c in schema
        if c == column or ("{" in column and c.startswith(stem) and schema[c].kind == "number")
    ]
    if column == "{}":
        expanded = [c for c in schema if c in origin.objectives]
    for each in expanded[turn % len(KINDS) :: len(KINDS)] if len(expanded) >= len(KINDS) else expanded:
        found = list(places(origin, table, each))
        for row, (path, where, now) in enumerate(found[:1] + [place for place in found if place[2] > 0][-1:]):
            for value in others(schema[each], now)[(row + turn) % 2 :: 2]:
                try:
                    yield f"{path} {where} {now} -> {value}", changed(origin, path, where, value, table)
                except InputError:
                    continue


def changed(origin: Instance, path: str, where: dict[str, Any] | None, value: float, table: str) -> Instance:
    if path == "scenarios.probability":
        assert where is not None
        return origin.replace(f"scenarios.{where['scenario']}.probability", set=value)
    if table == "resource_types":
        assert where is not None
        return origin.replace(f"resources.{where['resource']}.{path.split('.')[1]}", set=value)
    return origin.replace(path, set=value, where=where)


def differences(a: Any, b: Any, at: str = "", seen: set[int] | None = None) -> list[str]:
    """Where two objects differ, in whatever they hold: arrays bit for bit. What HiGHS holds is not looked at."""
    seen = set() if seen is None else seen
    if id(a) in seen or isinstance(a, Solver | Instance):
        return []
    if type(a) is not type(b):
        return [f"{at}: {type(a)} {type(b)}"]
    if isinstance(a, np.ndarray):
        same = a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
        return [] if same else [at]
    if sparse.issparse(a):
        parts = ("data", "indices", "indptr") if hasattr(a, "indptr") else ("data", "coords")
        return [d for p in parts for d in differences(getattr(a, p), getattr(b, p), f"{at}.{p}", seen)]
    if isinstance(a, dict):
        keys = [] if list(a) == list(b) else [f"{at}: keys"]
        return keys + [d for k in a if k in b for d in differences(a[k], b[k], f"{at}[{k}]", seen)]
    if isinstance(a, list) and a and isinstance(a[0], str | tuple) and a == b:
        return []
    if isinstance(a, list | tuple) or type(a).__name__ == "deque":
        size = [] if len(a) == len(b) else [f"{at}: length"]
        return size + [
            d
            for i, (x, y) in enumerate(zip(a, b, strict=False))
            for d in differences(x, y, f"{at}[{i}]", seen)
        ]
    if is_dataclass(a):  # without what it has cached of itself
        seen.add(id(a))
        return [
            d
            for f in fields(a)
            for d in differences(getattr(a, f.name), getattr(b, f.name), f"{at}.{f.name}", seen)
        ]
    if hasattr(a, "__dict__"):
        seen.add(id(a))
        return differences(vars(a), vars(b), at, seen)
    return [] if a == b or (a != a and b != b) else [f"{at}: {a} {b}"]


def apart(updated: Session, fresh: Session) -> list[str]:
    """Where two sessions differ in anything that they ask or know."""
    held = [{k: v for k, v in vars(s).items() if k != "rebuilt"} for s in (updated, fresh)]
    return differences(*held)


def layout(session: Session) -> Any:
    """Columns, rows, where the two meet, and which scenarios share the numbers of a pool there."""
    compiled, pattern = session.compiled, session.compiled.pattern
    names = [(n.components, n.keys) for n in (compiled.columns, compiled.rows)]
    return names, pattern.indptr.tobytes(), pattern.indices.tobytes(), session.c.layout["correlation"]


@cache
def standing(kind: str) -> tuple[Session, Session]:
    """A session that stays, and one that goes from variant to variant."""
    return Session(instance(kind)), Session(instance(kind))


@pytest.mark.parametrize("name", [n for n in numbers() if n not in READ_ONLY])
def test_every_number_reaches_an_updated_session(name: str) -> None:
    heard = False
    for turn, kind in enumerate(KINDS if name not in SAYS_NOTHING else KINDS[-1:]):
        origin, (staying, session) = instance(kind), standing(kind)
        for said, variant in variants(origin, name, turn):
            before = layout(session)
            session.update(variant)
            fresh = Session(variant)
            assert apart(session, fresh) == [], f"{kind}: {said}"
            if " nan " not in said:  # a number appears: whatever is built anew says so
                assert bool(session.rebuilt) == (layout(session) != before), (
                    f"{kind}: {said}: {session.rebuilt}"
                )
            changes = [d for d in apart(fresh, staying) if d.startswith(("[program]", "[pools]"))]
            heard |= bool(changes)
            assert not (changes and coefficients(variant).same(coefficients(origin))), f"{kind}: {said}"
            session.update(origin)
    assert heard is (name not in SAYS_NOTHING), "no instance here hears of this number: give one that does"


@pytest.mark.parametrize("kind", KINDS)
def test_an_updated_session_answers_as_a_fresh_one(kind: str) -> None:
    """Whatever it was asked before: the same design, value and bound."""
    origin = instance(kind)
    session = Session(origin)
    session.optimise(1e-6, Clock())
    for path in (
        "workload.hours",
        "workload.cost",
        "decisions.stake_accountability",
        "organisations.ability",
    ):
        variant = origin.replace(path, multiply=0.7)
        session.update(variant)
        mine, fresh = (s.optimise(1e-6, Clock()) for s in (session, Session(variant)))
        assert (mine.value, mine.bound, mine.ended) == (fresh.value, fresh.bound, fresh.ended)
        assert mine.found is fresh.found
        assert not mine.found or np.array_equal(mine.design, fresh.design)


@pytest.mark.parametrize("kind", KINDS)
def test_weights_reach_a_session_as_a_fresh_one(kind: str) -> None:
    origin = instance(kind)
    session = Session(origin)
    for k, name in enumerate(origin.objectives):
        weights = {g: 1.0 + 2 * (g == name) for g in origin.objectives[: k + 2]}
        fresh = Session(origin, weights)
        session.weigh(fresh.weights)
        assert apart(session, fresh) == []
        assert not session.rebuilt or session.rebuilt == "nothing was built yet"


def test_an_extension_is_built_anew() -> None:
    session = Session(instance("uniform"), extend=lambda m: None)
    session.update(instance("uniform").replace("levels.delay_days", multiply=2))
    assert "extension" in session.rebuilt


def test_no_answer_leaves_with_a_value_above_its_bound() -> None:
    """Wherever a value and what nothing should be worth more than are put together."""
    from dataclasses import replace

    from optimiser.errors import SolverError
    from optimiser.studies.judged import judge
    from optimiser.studies.study import Study

    study = Study(instance("mixed"))
    answer = study.ask()
    assert answer.found
    with pytest.raises(SolverError, match="above the solver's bound"):
        replace(answer, bound=answer.value - 1e-5)
    judged = judge(study, answer.design[study.session.c.sets.holding], "best", "")
    with pytest.raises(SolverError, match="above the solver's bound"):
        replace(judged, bound=answer.value - 1e-5)


@pytest.mark.parametrize("study", ["compare", "thresholds", "explain", "alternatives", "map"])
def test_stale_numbers_end_every_study(study: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that proves too little is found out: the audit's value lies above its bound."""
    from dataclasses import replace

    from optimiser.errors import SolverError

    search = Session.optimise

    def low(self: Session, *args: Any, **kwargs: Any) -> Any:
        found = search(self, *args, **kwargs)
        return replace(found, bound=found.bound - 0.01)

    monkeypatch.setattr(Session, "optimise", low)
    origin = optimiser.read(ARCHETYPE)
    ask: dict[str, Any] = {
        "thresholds": lambda: optimiser.thresholds(origin, "workload.hours", (0, 9)),
        "map": lambda: optimiser.weight_map(origin),
    }
    with pytest.raises(SolverError, match="above the solver's bound"):
        ask.get(study, lambda: getattr(optimiser, study)(origin))()
