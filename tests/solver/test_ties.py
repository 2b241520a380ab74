"""Ties: where hours, spare beds or help could go either way, the first in the order of the tables has them."""

from itertools import permutations

import pytest

import optimiser
from optimiser import Instance


def competing(decisions, hospitals=("only",)):
    """Alike decisions of alike hospitals, which have the hours for half of one in the scenario."""
    return Instance.from_tables(
        {
            "decisions": [{"decision": d, "type": "process"} for d in decisions],
            "organisations": [
                {"organisation": "centre", "level": "central"},
                *({"organisation": o, "level": "local", "parent": "centre"} for o in hospitals),
            ],
            "workload": [
                {"decision": d, "level": level, "at": "central", "hours": 1}
                for d in decisions
                for level in ("central", "local")
            ],
            "scenarios": [{"scenario": "short", "probability": 1, "absence": 0.75}],
        },
        name="competing",
    ).replace("organisations.staff_hours", set=2.0 * len(hospitals), where={"level": "central"})


@pytest.mark.parametrize("order", list(permutations(["rota", "triage"])))
def test_the_first_decision_has_the_hours_that_serve_either(order):
    design = optimiser.solve(competing(order))
    exercised = {row["decision"]: row["exercised"] for row in design.rows("exercised")}
    assert exercised == pytest.approx({order[0]: 0.5, order[1]: 0.0})


@pytest.mark.parametrize("order", list(permutations(["ash", "elm", "oak"])))
def test_the_first_hospital_has_the_hours_that_serve_any(order):
    design = optimiser.solve(competing(["rota", "triage"], order))
    exercised = [row["exercised"] for row in design.rows("exercised") if row["organisation"] == order[0]]
    assert exercised == pytest.approx([1.0, 0.5])


@pytest.mark.parametrize("order", list(permutations(["ash", "elm", "oak"])))
def test_the_first_hospital_lends_and_none_more_than_is_of_use(order):
    beds = {"ash": 15, "elm": 15, "oak": 4}
    instance = Instance.from_tables(
        {
            "decisions": [{"decision": "transfer", "type": "input"}],
            "organisations": [
                {"organisation": "centre", "level": "central"},
                *({"organisation": o, "level": "local", "parent": "centre"} for o in order),
            ],
            "resource_types": [{"resource": "beds", "governed_by": "transfer"}],
            "resources": [
                {"organisation": o, "resource": "beds", "capacity": beds[o], "demand": 10} for o in order
            ],
        },
        name="lending",
    )
    rows = {row["organisation"]: row for row in optimiser.solve(instance).rows("slack")}
    lenders = [o for o in order if o != "oak"]
    assert [rows[o]["lent"] for o in lenders] == pytest.approx([5, 1])
    assert rows["oak"]["borrowed"] == pytest.approx(6)
