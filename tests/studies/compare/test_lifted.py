"""Infeasible designs beside others: what they would be worth, in brackets, were what they break lifted."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from instance_by_hand import made
from random_instances import random_instance

import optimiser
from optimiser import Instance
from optimiser.audit import past_mending
from optimiser.cli.compare import compare_text
from optimiser.studies.compare.lifted import Lifting
from optimiser.studies.judged import Judged, judge
from optimiser.studies.study import Study

LOCAL = {"where": {"level": "local"}}
TWO = "organisation,level,parent,staff_hours\nC,central,,{}\nA,local,C,{}\nB,local,C,{}"
HELD = {"a": "local", "b": "central"}


def two(folder: Path, toml: str = "", central="", first="", second="", **files: str) -> Instance:
    """Two localities; a takes 10 hours locally, b 6 at the centre for each; both differ by locality."""
    tables = {
        "decisions": "decision,type,half_life_days,uniform,flexes,flex\na,input,3,false,,\nb,process,9,true,beds,.1",
        "organisations": TWO.format(central, first, second),
        "workload": "decision,level,hours\na,central,2\na,local,10\nb,central,6\nb,local,1",
        "resources": "organisation,resource,capacity,demand\nA,beds,10,9\nB,beds,10,9",
    }
    levels = '[[levels]]\nlevel="central"\ndelay_days=4\n[[levels]]\nlevel="local"\n'
    beds = '[[resources]]\nresource="beds"\n'
    return made(folder, toml=f"{toml}{levels}{beds if 'beds' not in toml else ''}", **tables | files)


def judged(instance: Instance, **held: str) -> Judged:
    """The design of these levels, one a decision, as compare judges it."""
    study, levels = Study(instance), list(instance["levels"]["level"])
    names = instance["decisions"]["decision"]
    rows = [[levels.index((held or HELD)[name])] * len(instance.localities) for name in names]
    return Lifting(study)(judge(study, np.array(rows), "it", ""))


def beyond(folder: Path, **changed: object) -> tuple[Instance, Instance]:
    """The instance as it is, and with tables or keys of its toml changed."""
    folder.joinpath("free").mkdir()
    folder.joinpath("bound").mkdir()
    return two(folder / "free"), two(folder / "bound", **changed)


BREAKS = {
    "levels": {"decisions": "decision,type,half_life_days,uniform,levels,flexes,flex\na,input,3,false,central,,\nb,process,9,true,,beds,.1"},
    "rule": {"rules": "if_decision,if_level,then_decision,then_level\nb,central,a,central"},
    "changes": {"toml": "[limits]\nmax_changes=0\n", "current": "decision,level\na,central\nb,central"},
    "rating": {
        "decisions": "decision,type,half_life_days,uniform,min_rating,flexes,flex\na,input,3,false,3,,\nb,process,9,true,,beds,.1",
        "organisations": "organisation,level,parent,rating\nC,central,,\nA,local,C,1\nB,local,C,5",
    },
    "several": {
        "rules": "if_decision,if_level,then_decision,then_level\nb,central,a,central",
        "toml": "[limits]\nmax_changes=0\n", "current": "decision,level\na,central\nb,local",
    },
}  # fmt: skip


@pytest.mark.parametrize("breaks", BREAKS)
def test_what_is_only_forbidden_is_worth_what_it_would_be_if_it_were_not(breaks, tmp_path):
    free, bound = beyond(tmp_path, **BREAKS[breaks])
    there, here = judged(free), judged(bound)
    assert there.feasible
    assert there.lifted is None
    assert here.feasible is False
    assert (here.value, set(here.objectives.values())) == (None, {None})
    assert here.lifted.value == pytest.approx(there.value, abs=1e-9)
    assert here.lifted.objectives == pytest.approx(there.objectives, abs=1e-9)
    assert here.lifted.broken == ()


@pytest.mark.parametrize(
    ("short", "enough"),
    [
        ({"first": 4, "second": 20}, {"first": 10, "second": 20}),
        ({"first": 0, "second": 10}, {"first": 10, "second": 10}),
        ({"central": 5}, {"central": 12}),
        ({"central": 1, "first": 1, "second": 1}, {"central": 12, "first": 10, "second": 10}),
    ],
)
def test_hours_are_raised_to_what_the_design_takes_and_no_further(short, enough, tmp_path):
    for name in ("short", "enough"):
        (tmp_path / name).mkdir()
    waves = '[[scenarios]]\nscenario="normal"\nprobability=0.5\n[[scenarios]]\nscenario="wave"\nprobability=0.5\nabsence=0.5\n'
    bound, free = two(tmp_path / "short", waves, **short), two(tmp_path / "enough", waves, **enough)
    here, there = judged(bound), judged(free)
    assert here.feasible is False
    assert there.feasible
    assert here.lifted.value == pytest.approx(there.value, abs=1e-9)
    assert here.lifted.objectives == pytest.approx(there.objectives, abs=1e-9)
    (tmp_path / "unlimited").mkdir()
    unlimited = judged(two(tmp_path / "unlimited", waves))
    assert unlimited.value > there.value + 1e-3


def test_staff_of_whom_none_are_left_have_no_limit(tmp_path):
    table = "organisation,level,parent,staff_hours,vacancy\nC,central,,,0\nA,local,C,40,1\nB,local,C,40,0"
    free, bound = beyond(tmp_path, organisations=table)
    assert judged(bound).lifted.value == pytest.approx(judged(free).value, abs=1e-9)


def test_a_budget_is_raised_to_what_holding_costs_and_buys_no_more(tmp_path):
    costs = {
        "workload": "decision,level,hours,cost\na,central,2,0\na,local,10,300\nb,central,6,100\nb,local,1,0"
    }
    surge = '[[scenarios]]\nscenario="normal"\nprobability=0.5\n[[scenarios]]\nscenario="wave"\nprobability=0.5\nsurge={beds=0.5}\n'
    beds = '[[resources]]\nresource="beds"\nslack_cost=1\n'
    folders = [tmp_path / name for name in ("short", "enough", "plenty")]
    found = []
    for folder, budget in zip(folders, (799, 800, 2000), strict=True):
        folder.mkdir()
        found.append(
            judged(two(folder, f"[limits]\nbudget={budget}\n[weights]\nresilience=1\n{surge}{beds}", **costs))
        )
    short, enough, plenty = found
    assert [each.feasible for each in found] == [False, True, True]
    assert short.broken == ("budget: 800 of 799 spent",)
    assert short.lifted.spend == pytest.approx(800)
    assert short.lifted.value == pytest.approx(enough.value, abs=1e-9)
    assert plenty.value > enough.value


@pytest.mark.parametrize("limit", ["max_unmet=0", "max_occupancy=0.5"])
def test_limits_that_no_recourse_keeps_give_way(limit, tmp_path):
    surge = '[[scenarios]]\nscenario="normal"\nprobability=0.5\n[[scenarios]]\nscenario="wave"\nprobability=0.5\nsurge={beds=0.5}\n'
    for name in ("free", "bound"):
        (tmp_path / name).mkdir()
    beds = f'{surge}[[resources]]\nresource="beds"\n'
    free, bound = two(tmp_path / "free", beds), two(tmp_path / "bound", f"{beds}{limit}\n")
    here = judged(bound)
    assert here.feasible is False
    assert here.lifted.value == pytest.approx(judged(free).value, abs=1e-9)


def test_whatever_a_design_breaks_is_named_and_lifted():
    """Everything at one level, and designs by chance, on random instances of all kinds."""
    kinds, unknown = set(), 0
    for seed in range(12):
        instance = random_instance(seed)
        study, rng = Study(instance), np.random.default_rng(seed)
        lift, sets = Lifting(study), study.session.c.sets
        shape = len(sets.decisions), len(sets.localities)
        for _ in range(2):
            held = rng.integers(0, len(sets.levels), shape)  # uniform decisions, too, by locality
            found = lift(judge(study, held, "it", ""))
            if found.feasible:
                continue
            assert found.lifted is not None, seed
            assert found.lifted.broken == (), seed
            assert found.broken, seed
            kinds |= {re.split(r"[ :]", line.removeprefix("staff of "))[0] for line in found.broken}
            unknown += not np.isfinite(found.lifted.value)
    assert len(kinds) > 8
    assert unknown < 8


def test_compare_says_and_writes_them(tmp_path, run):
    folder = tmp_path / "mine"
    optimiser.read("instances/archetype").replace("organisations.staff_hours", set=20, **LOCAL).write(folder)
    (folder / "current.csv").write_text(
        "decision,level\n" + "".join(f"{d},local\n" for d in "I1 I2 P1 P2 O1 O2".split())
    )
    text = run("compare", str(folder), "--no-reach", "--out", str(tmp_path / "out")).out
    # As everything is scored, it is worth what it is without a limit: 3.2 / 18.
    assert re.search(r"value +0.350000 +\(0.177778\) +0.288889 +\(0.177778\)", text)
    assert re.search(r"responsiveness +0.3333 +0.2833 +\(0.5333\) +0.0000 +\(0.5333\)", text)
    assert re.search(r"economy +0.0000 +- +- +- +-", text)
    assert text.count("In brackets: infeasible") == 1
    assert "Infeasible. It breaks: staff of locality: 22 of 20 hours planned." in text
    document = json.loads((tmp_path / "out" / "result.json").read_text())
    best, current, central, local = document["designs"]
    assert current["feasible"] is local["feasible"] is False
    assert current["value"] is None
    assert current["lifted"]["value"] == pytest.approx(3.2 / 18)
    assert current["lifted"]["objectives"]["responsiveness"] == pytest.approx(3.2 / 6)
    assert best["lifted"] is central["lifted"] is None
    rows = (tmp_path / "out" / "objectives.csv").read_text().splitlines()
    assert rows[0] == "name,instance,objective,value,lifted"
    assert next(row for row in rows if row.startswith("current,archetype,value")).endswith(",,0.177777777778")


def test_where_all_are_feasible_no_brackets_are_explained():
    text = compare_text(optimiser.compare(optimiser.read("instances/archetype"), reach=False))
    assert "In brackets" not in text


def test_a_level_without_scores_has_a_dash_and_not_a_number(tmp_path):
    instance = made(
        tmp_path,
        decisions="decision,type,levels\na,input,central\nb,input,",
        scores="decision,level,risk_pooling\na,central,1\nb,central,1\nb,local,0",
    )
    found = optimiser.compare(instance, reach=False)
    assert re.search(r"risk_pooling +0.3333 +1.0000 +1.0000 +-\n", compare_text(found))
    local = next(each for each in found.to_dict()["designs"] if each["name"] == "all-local")
    assert local["lifted"]["value"] is local["lifted"]["objectives"]["risk_pooling"] is None
    assert past_mending(instance, found.designs[0].record) == ()
