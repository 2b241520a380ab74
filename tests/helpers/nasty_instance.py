"""An instance that is allowed and a nuisance to print, and every kind of result of it."""

from __future__ import annotations

import csv
import unicodedata
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

import optimiser
from optimiser.cli.alternatives import alternatives_text
from optimiser.cli.check import check_text
from optimiser.cli.compare import compare_text
from optimiser.cli.diagnose import diagnosis_text
from optimiser.cli.explain import explain_text
from optimiser.cli.frontier import frontier_text
from optimiser.cli.replay import replay_text
from optimiser.cli.solve import design_text
from optimiser.cli.thresholds import thresholds_text
from optimiser.cli.weight_map import map_text
from optimiser.model.formulation import maths

DECISIONS = {
    "w" * 70: "input",
    "who may close a ward, open it again, and say so": "input",
    "病床の配分と人員の再配置": "process",
    "🏥 beds 🚑": "process",
    "Cafe\u0301 a\u0300 la cre\u0300me": "process",
    "החלטה על תקציב": "outcome",
    "plain": "outcome",
}
LEVELS = ["the ministry", "région", "地区", "trust_or_board_of_several_hospitals", "ward", "e\u0301quipe"]
OBJECTIVES = ["地域の声", "a_very_long_objective_of_our_own_that_nobody_would_want_to_type_twice"]
PLACES = ["📍 north", "south_" + "s" * 50]


def table(folder: Path, name: str, columns: str, *rows: tuple[object, ...]) -> None:
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns.split(), *rows])


def written(folder: Path) -> Path:
    """An instance that is allowed, and a nuisance to print."""
    toml = [
        'name = "nasty"',
        r'title = "turned \u202e about, red \u009b31m, 中文字幕, a\u0301"',
        'perspective = "me"',
    ]
    toml += [f'[[levels]]\nlevel = "{level}"\ndelay_days = {20 - 4 * k}' for k, level in enumerate(LEVELS)]
    toml += [f'[[objectives]]\nobjective = "{g}"\nzero = "no"\none = "yes"' for g in OBJECTIVES]
    toml += [
        "[weights]\nrisk_pooling = 1\nresponsiveness = 1\naccountability = 1\n",
        f'"{OBJECTIVES[0]}" = 0.5',
    ]
    toml += ['[[scenarios]]\nscenario = "平時"\nprobability = 0.75', "[[scenarios]]"]
    toml += [f'scenario = "{"wave " * 9}again"\nprobability = 0.25\nurgency = 3\nsurge = {{ "寝台" = 0.5 }}']
    toml += ['[[resources]]\nresource = "寝台"\ngoverned_by = "plain"']
    (folder / "instance.toml").write_text("\n".join(toml), encoding="utf-8")
    rows = [(name, kind, 3 + k, k != 3) for k, (name, kind) in enumerate(DECISIONS.items())]
    table(folder, "decisions", "decision type half_life_days uniform", *rows)
    chain = [
        (f"{level} of all", level, f"{LEVELS[k - 1]} of all" if k else "", "", "")
        for k, level in enumerate(LEVELS[:-1])
    ]
    tips = [
        (place, LEVELS[-1], f"{LEVELS[-2]} of all", 1000 * (k + 1), 12.5) for k, place in enumerate(PLACES)
    ]
    table(folder, "organisations", "organisation level parent population staff_hours", *chain, *tips)
    table(folder, "workload", "decision level hours", *((d, LEVELS[-1], 3) for d in DECISIONS))
    table(folder, "needs", "organisation need", *((place, k) for k, place in enumerate(PLACES)))
    table(folder, "resources", "organisation resource capacity demand", *((p, "寝台", 10, 9) for p in PLACES))
    scores = [(d, level, 0.1 * k) for d in DECISIONS for k, level in enumerate(LEVELS)]
    table(folder, "scores", f"decision level {OBJECTIVES[0]}", *scores)
    table(folder, "current", "decision level", *((d, LEVELS[0]) for d in DECISIONS))
    table(folder, "sources", "table column grade", ("workload", "hours", "illustrative"))
    return folder


@cache
def nasty() -> optimiser.Instance:
    with TemporaryDirectory() as folder:
        return optimiser.read(written(Path(folder)))


def waves() -> pd.DataFrame:
    """Need that rises in one place while it falls in the other."""
    return pd.DataFrame(
        [
            {
                "date": f"2020-10-{day + 1:02}",
                "organisation": place,
                "resource": "寝台",
                "demand": abs(20 * k - day),
            }
            for day in range(20)
            for k, place in enumerate(PLACES)
        ]
    )


def solved(instance: optimiser.Instance) -> optimiser.Design:
    weights = {"accountability": 2, "responsiveness": 1 / 3, OBJECTIVES[0]: 1}
    floors = {"accountability": 0.01}
    return optimiser.solve(instance, weights=weights, fix={"plain": LEVELS[-1]}, at_least=floors)


def broken(instance: optimiser.Instance) -> optimiser.Design:
    rows = optimiser.solve(instance).table[["decision", "organisation", "level"]]
    rows["level"] = LEVELS[-1]  # more than its hours allow
    return optimiser.verify(instance, rows)


IMPOSSIBLE = {"accountability": 1, "responsiveness": 1}
HOURS = {"where": {"level": LEVELS[-1]}}
THREE = ["responsiveness", OBJECTIVES[0], "accountability"]
VERBS = {
    "check": (lambda i: i, lambda found: check_text(found, ["a doubt about " + "x" * 120])),
    "maths": (lambda i: i, maths),
    "solve": (solved, design_text),
    "infeasible": (lambda i: optimiser.solve(i, at_least=IMPOSSIBLE), design_text),
    "verify": (broken, design_text),
    "explain": (lambda i: optimiser.explain(i, gap=1e-3), explain_text),
    "diagnose": (lambda i: optimiser.diagnose(i, at_least=IMPOSSIBLE), diagnosis_text),
    "compare": (lambda i: optimiser.compare(i, gap=1e-3), compare_text),
    "alternatives": (lambda i: optimiser.alternatives(i, count=9, diverse=3, by_locality=True), alternatives_text),
    "frontier": (lambda i: optimiser.frontier(i, THREE[:2], points=4), frontier_text),
    "map": (lambda i: optimiser.weight_map(i, THREE, tolerance=0.01), map_text),
    "thresholds": (
        lambda i: optimiser.thresholds(i, "organisations.staff_hours", (0, 20), **HOURS), thresholds_text,
    ),
    "replay": (
        lambda i: optimiser.replay(i, waves(), delays=[0, 700], mobilisation=0.5, designs={"a design of ours 📍 " + "x" * 60: solved(i)}),
        replay_text,
    ),
    "plane": (
        lambda i: optimiser.thresholds(
            i, "weights.responsiveness", tolerance=0.25,
            also={"what": "organisations.staff_hours", "range": (0, 20), **HOURS},
        ),
        thresholds_text,
    ),
}  # fmt: skip


def breadth(line: str) -> int:
    """Columns that a line takes up, counted here anew."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in line)
    return len(line) + wide - sum(unicodedata.category(c) in ("Mn", "Me") for c in line)
