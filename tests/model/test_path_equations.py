"""The rows that link periods on a small instance, in text files to be held against the paper by hand.

`REWRITE=1 pytest tests/model/test_path_equations.py` writes them anew, for a reviewer to read.
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

from optimiser.coefficients import coefficients
from optimiser.coefficients.path import links_of, periods_of
from optimiser.model.declare import written_out
from optimiser.model.path import assemble_path

EQUATIONS = GOLDENS / "path_equations"
TOML = """
[limits]
max_changes = 1
[path]
discount = 0.1
learn = 0.5
heal = 0.25
hurt = 0.4
burn = 0.3
safe = 0.5
[[scenarios]]
scenario = "calm"
probability = 0.5
[[scenarios]]
scenario = "storm"
probability = 0.5
absence = 0.2
surge = { beds = 0.5 }
[[resources]]
resource = "beds"
refill = 0.75
[[periods]]
period = "one"
scenario = "calm"
[[periods]]
period = "two"
scenario = "storm"
years = 2
"""
TABLES = {
    "decisions": """
decision,type,uniform,monitoring_effect,monitoring_hours,reporting_hours,fear,switch_cost
buy,input,true,,,,,0.5
run,process,false,0.4,2,3,0.3,0.25
""",
    "organisations": """
organisation,level,parent,population,staff_hours,willingness,ability,skill
T,central,,,40,1,1,
L1,local,T,3,20,0.8,0.6,0.7
L2,local,T,1,,0.9,0.9,
""",
    "workload": "decision,level,hours,fixed_hours\nrun,local,5,1\nrun,central,2,",
    "resources": "organisation,resource,capacity,demand,reserve\nL1,beds,10,8,4\nL2,beds,6,6,",
    "rules": "if_decision,if_level,then_decision,then_level,lag\nrun,local,buy,central,1",
    "current": "decision,level,organisation\nbuy,central,\nrun,local,L1",
}


@cache
def model() -> Any:
    with TemporaryDirectory() as folder:
        instance = made(Path(folder), toml=TOML, **TABLES)
    links = links_of(instance)
    cs = [coefficients(period) for period in periods_of(instance, links)]
    return written_out(assemble_path(cs, links))


def families() -> dict[str, Any]:
    """What links periods, and what holds within the second for its sake."""
    import pyomo.environ as pyo

    within = [
        component
        for component in model().period[1].component_objects(pyo.Constraint)
        if component.doc.startswith(("(14)", "(15)", "(16)"))
    ]
    between = model().component_objects(pyo.Constraint, descend_into=False)
    return {component.local_name: component for component in (*between, *within)}


@pytest.mark.parametrize("family", families())
def test_rows_are_as_reviewed(family: str) -> None:
    holds(families()[family], EQUATIONS / f"{family}.txt")


def test_no_golden_is_left_over() -> None:
    assert {path.stem for path in EQUATIONS.glob("*.txt")} == set(families())


def test_what_is_maximised() -> None:
    """Periods by their years, discounted; moves of the second by population, also discounted."""
    import pyomo.environ as pyo

    sure = pyo.value
    total = 1 + 2 / 1.1
    value, m = m_value(), model()
    for t, weight in ((0, 1 / total), (1, 2 / 1.1 / total)):
        for key, cost in ((("run", "L1"), 0.25 * 0.75), (("run", "L2"), 0.25 * 0.25), (("buy", ""), 0.5)):
            h = [("buy", ""), ("run", "L1"), ("run", "L2")].index(key)
            if t == 1:
                assert value[m.moved[h, 1].name] == pytest.approx(-cost / 2 / 1.1 / total)
        achieved = m.period[t].achieved["accountability", ("calm", "storm")[t]]
        assert value[achieved.name] == pytest.approx(weight / 3)
    assert sure(m.period[0].moving["buy", "", "local"]) == pytest.approx(0.25)


def m_value() -> dict[str, float]:
    from pyomo.repn import generate_standard_repn

    found = generate_standard_repn(model().value.expr, compute_values=True)
    return {v.name: c for c, v in zip(found.linear_coefs, found.linear_vars, strict=True)}
