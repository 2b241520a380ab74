"""An instance whose best design is a known function of its samples: local if x1 > 0.7 and x2 < 0.4, else central."""

from __future__ import annotations

import pytest

import optimiser
from optimiser.instance.instance import Instance
from optimiser.studies.sensitivity.sampling.sampling import sample_table
from optimiser.studies.sensitivity.study.applying import apply_sample
from optimiser.studies.sensitivity.study.study_file import read_study

STUDY = {
    "name": "indicator",
    "method": "latin-hypercube",
    "samples": 32,
    "vary": [
        {"name": "x1", "what": "organisations.staff_hours", "where": {"organisation": "local"}, "range": [0, 1]},
        {"name": "x2", "what": "workload.hours", "where": {"at": "central"}, "range": [0, 1]},
        {"name": "idle1", "what": "decisions.monitoring_hours", "range": [0, 1]},
        {"name": "idle2", "what": "decisions.fear", "range": [0, 1]},
        {"name": "idle3", "what": "organisations.rating", "where": {"level": "local"}, "range": [0, 1]},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def instance() -> Instance:
    """Worth more locally, where it takes 0.7 of x1 hours, and x2 of the centre's 0.4."""
    decision = {"decision": "d", "type": "process", "monitoring_hours": 0.5, "fear": 0.5}
    levels = [{"level": "central", "accountability": 0}, {"level": "local", "accountability": 0}]
    organisations = [
        {"organisation": "central", "level": "central", "parent": "", "staff_hours": 0.4},
        {"organisation": "local", "level": "local", "parent": "central", "staff_hours": 1, "rating": 1},
    ]
    workload = [
        {"decision": "d", "level": "local", "at": "local", "hours": 0.7},
        {"decision": "d", "level": "local", "at": "central", "hours": 0.2},
    ]
    scores = [
        {"decision": "d", "level": "central", "responsiveness": 0.5},
        {"decision": "d", "level": "local", "responsiveness": 1},
    ]
    tables = {"decisions": [decision], "organisations": organisations, "workload": workload, "scores": scores}
    return Instance.from_tables(tables, name="indicator", levels=levels)


def test_the_best_design_of_every_sample_is_known(instance: Instance) -> None:
    plan = read_study(STUDY, instance)
    found = []
    for row in sample_table(plan, instance).to_dict("records"):
        design = optimiser.solve(apply_sample(plan, instance, row))
        local = design.table["level"].tolist() == ["local"]
        assert local == (row["x1"] > 0.7 and row["x2"] < 0.4)
        assert design.value == pytest.approx((1 if local else 0.5) / 3)
        found.append(local)
    assert 3 <= sum(found) <= 6  # of 32, where 0.3 x 0.4 of all are
