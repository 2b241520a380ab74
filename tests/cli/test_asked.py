"""Every document repeats the call, and names the objectives about which the instance says nothing."""

from __future__ import annotations

import inspect
import json

import pytest
from full_instance import FULL, put
from paths import ARCHETYPE

import optimiser

QUESTIONS = {
    "explain": ("--decision P1 --weights accountability=1,responsiveness=2", {"decisions": ["P1"]}),
    "diagnose": ("--fix P1=central", {"fix": {"P1": "central"}}),
    "compare": (f"--no-reach --with {ARCHETYPE}", {"others": ["archetype"], "reach": False}),
    "alternatives": ("--count 2 --gap 1e-4", {"count": 2, "within": None, "gap": 1e-4}),
    "frontier": (
        "--objectives risk_pooling,responsiveness --points 3",
        {"objectives": ["risk_pooling", "responsiveness"], "points": 3},
    ),
    "map": ("--tolerance 0.01 --time-limit 60", {"tolerance": 0.01, "time_limit": 60.0}),
    "thresholds": (
        "weights.responsiveness --range 0,0.5",
        {"what": "weights.responsiveness", "range": [0.0, 0.5], "how": None},
    ),
}


@pytest.mark.parametrize("command", QUESTIONS)
def test_a_question_repeats_every_argument_of_its_call(run, command):
    options, expected = QUESTIONS[command]
    what, _, rest = options.partition(" ") if command == "thresholds" else ("", "", options)
    ran = run(command, ARCHETYPE, *filter(None, [what]), *rest.split(), "--json")
    document = json.loads(ran.out)
    asked = document["asked"]
    assert {name: asked[name] for name in expected} == expected
    ask = getattr(optimiser, "weight_map" if command == "map" else command)
    how = {"threads", "workers", "progress"}  # of these no answer depends
    assert set(asked) == set(inspect.signature(ask).parameters) - {"instance"} - how
    assert document["no_data"] == ["economy", "solidarity", "resilience"]


def test_solve_repeats_what_was_asked_of_it(run):
    options = "--fix P1=central --at-least responsiveness=.1 --lexicographic accountability --time-limit 60"
    expected = {
        "fix": {"P1": "central"},
        "at_least": {"responsiveness": 0.1},
        "lexicographic": ["accountability"],
        "gap": 1e-6,
        "time_limit": 60.0,
    }
    assert json.loads(run("solve", ARCHETYPE, *options.split(), "--json").out)["asked"] == expected
    plain = {"fix": {}, "at_least": {}, "lexicographic": [], "gap": 1e-6, "time_limit": None}
    assert json.loads(run("solve", ARCHETYPE, "--json").out)["asked"] == plain


def test_so_does_one_that_found_nothing(run):
    ran = run("solve", ARCHETYPE, "--at-least", "responsiveness=0.9", "--json")
    assert (ran.code, json.loads(ran.out)["asked"]["at_least"]) == (3, {"responsiveness": 0.9})


BARE = {
    "instance.toml": 'name = "bare"\n[[objectives]]\nobjective = "voice"\nzero = "none"\none = "all"\n',
    "decisions.csv": "decision,type\na,input\nb,process\n",
}
TWO = "organisation,level,parent\nn,central,\nx,local,n\ny,local,n\n"
BEDS = {"instance.toml": BARE["instance.toml"] + '[[resources]]\nresource = "beds"\n'}
SILENT = ["risk_pooling", "responsiveness", "economy", "solidarity", "resilience", "voice"]


@pytest.mark.parametrize(
    ("files", "spoken"),
    [
        ({}, set()),
        ({"organisations.csv": TWO}, {"risk_pooling"}),
        ({"organisations.csv": "organisation,level,parent,willingness\nn,central,,\nx,local,n,0.5\n"},
         {"responsiveness"}),
        ({"decisions.csv": "decision,type,heterogeneity\na,input,0.5\nb,process,0\n"}, set()),
        ({"decisions.csv": "decision,type,heterogeneity\na,input,0.5\nb,process,0\n",
          "organisations.csv": TWO, "needs.csv": "organisation,need\nx,1\ny,2\n"},
         {"risk_pooling", "responsiveness"}),
        ({"workload.csv": "decision,level,hours\na,local,4\n"}, set()),
        ({"workload.csv": "decision,level,cost\na,local,4\n"}, {"economy"}),
        ({"workload.csv": "decision,level,fixed_cost\na,central,4\n"}, {"economy"}),
        ({"organisations.csv": TWO, "risk.csv": "decision,organisation,mean\na,x,1\na,y,1\n"},
         {"risk_pooling", "solidarity"}),
        ({**BEDS, "organisations.csv": TWO}, {"risk_pooling"}),
        ({**BEDS, "organisations.csv": TWO,
          "resources.csv": "organisation,resource,capacity,demand\nx,beds,5,5\n"}, {"risk_pooling"}),
        ({**BEDS, "organisations.csv": TWO,
          "resources.csv": "organisation,resource,capacity,demand\nx,beds,5,6\n"},
         {"risk_pooling", "resilience"}),
        ({"scores.csv": "decision,level,voice\na,central,0\na,local,1\n"}, {"voice"}),
        ({"scores.csv": "decision,level,economy\na,central,0\na,local,1\n"}, {"economy"}),
        ({"links.csv": "decision_a,decision_b,objective,loss\na,b,solidarity,0.1\n"}, {"solidarity"}),
    ],
)  # fmt: skip
def test_an_objective_has_no_data_where_nothing_speaks_of_it(tmp_path, files, spoken):
    instance = optimiser.read(put(tmp_path / "bare", {**BARE, **files}))
    document = optimiser.solve(instance).to_dict()
    assert document["no_data"] == [g for g in SILENT if g not in spoken]
    assert list(document["objectives"]) == list(instance.objectives)


def test_an_instance_in_which_every_table_stands_speaks_of_all(tmp_path):
    full = optimiser.read(put(tmp_path / "full", FULL))
    assert optimiser.solve(full.replace("limits.max_changes", set=4)).no_data == ()
