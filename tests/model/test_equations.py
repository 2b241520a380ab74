"""Every constraint's rows on a small instance, in text files to be held against the paper by hand.

`REWRITE=1 pytest tests/model/test_equations.py` writes them anew, for a reviewer to read.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from equation_goldens import holds
from instance_by_hand import made
from paths import GOLDENS

import optimiser

EQUATIONS = GOLDENS / "equations"

TOML = """
[[levels]]
level = "top"
delay_days = 4
mobilisation = 0.5
[[levels]]
level = "low"
[limits]
budget = 100
max_changes = 1
reserve = 0.1
[uncertainty]
risk_aversion = 0.25
beta = 0.75
[[scenarios]]
scenario = "calm"
probability = 0.6
[[scenarios]]
scenario = "storm"
probability = 0.4
urgency = 2
absence = 0.2
oversight = 0.5
correlation = { run = 0.5 }
surge = { beds = 0.5 }
[[resources]]
resource = "beds"
governed_by = "buy"
max_occupancy = 0.9
max_unmet = 0.1
slack_cost = 7
"""

TABLES = {
    "decisions": """
decision,type,uniform,half_life_days,heterogeneity,spillover,monitoring_effect,monitoring_hours,reporting_hours,fear,joint,min_rating,flexes,flex,stake_accountability
buy,input,true,,,,,,,,,,,,0.5
run,process,false,4,0.1,0.2,0.4,2,3,0.3,true,2,beds,0.2,1
""",
    "organisations": """
organisation,level,parent,population,staff_hours,vacancy,absence,willingness,ability,rating,support_cost
T,top,,,40,0.1,0.2,1,0.9,,
L1,low,T,3,20,,,0.8,0.7,1,11
L2,low,T,1,,,,0.9,1,2,
""",
    "workload": """
decision,level,at,organisation,hours,fixed_hours,fixed_cost,cost
buy,top,top,,1,2,5,3
buy,low,low,,4,1,2,1
run,top,top,,2,3,6,
run,top,low,,0.5,,,
run,low,low,,5,,,4
run,low,low,L1,6,,,
""",
    "delays": "decision,level,days,scenario\nrun,top,8,\nrun,top,2,storm",
    "needs": "organisation,need\nL1,1\nL2,3",
    "resources": "organisation,resource,capacity,demand\nL1,beds,10,8\nL2,beds,6,6",
    "links": "decision_a,decision_b,objective,loss,level_a,level_b\nbuy,run,accountability,0.2,,",
    "rules": "if_decision,if_level,then_decision,then_level\nrun,low,buy,top",
    "partners": "organisation,partner,dependence\nL1,L2,0.4",
    "current": "decision,level,organisation\nbuy,top,\nrun,low,L1",
}


@cache
def model() -> Any:
    with TemporaryDirectory() as folder:
        return optimiser.build(made(Path(folder), toml=TOML, **TABLES))


def families() -> list[str]:
    import pyomo.environ as pyo

    return [component.local_name for component in model().component_objects(pyo.Constraint)]


@pytest.mark.parametrize("family", families())
def test_rows_are_as_reviewed(family: str) -> None:
    holds(model().component(family), EQUATIONS / f"{family}.txt")


def test_no_golden_is_left_over() -> None:
    assert {path.stem for path in EQUATIONS.glob("*.txt")} == set(families())
