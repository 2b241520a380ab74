"""A study is made of what sources.csv says of each column, unedited, of every instance that ships."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from paths import INSTANCES

from optimiser.errors import InputError
from optimiser.instance.instance import Instance
from optimiser.instance.read import read
from optimiser.studies.sensitivity.sampling.sampling import sample_table
from optimiser.studies.sensitivity.study.applying import Refused, apply_sample, base_sample
from optimiser.studies.sensitivity.study.from_sources import study_from_sources
from optimiser.studies.sensitivity.study.plan import StudyPlan
from optimiser.studies.sensitivity.study.study_file import read_study

SHIPPED = sorted(path.parent.name for path in INSTANCES.glob("*/instance.toml"))


@pytest.fixture(scope="module")
def instances() -> dict[str, Instance]:
    return {name: read(INSTANCES / name) for name in SHIPPED}


def entry(plan: StudyPlan, name: str) -> dict[str, object]:
    (found,) = [one for one in plan.document["vary"] if one["name"] == name]
    return {key: value for key, value in found.items() if key not in ("name", "what")}


def outcomes(plan: StudyPlan, instance: Instance) -> Counter[str]:
    """How many samples can be applied, and how many are refused; what else happens fails the test."""
    found = Counter[str]()
    for row in sample_table(plan, instance).to_dict("records"):
        try:
            apply_sample(plan, instance, row)
            found["applied"] += 1
        except Refused as refused:
            found["refused" if refused.reason else "without a reason"] += 1
    return found


@pytest.mark.parametrize("name", SHIPPED)
def test_every_instance_that_ships_has_its_doubts(instances: dict[str, Instance], name: str) -> None:
    instance = instances[name]
    plan = study_from_sources(instance, samples=12)
    assert plan.name == f"{name}-doubts"
    came = outcomes(plan, instance)
    assert came["applied"] + came["refused"] == 12
    assert came["applied"] >= 6
    assert apply_sample(plan, instance, base_sample(plan, instance)).hash == instance.hash
    assert all(varied.grade for varied in plan.varied)


def test_the_study_that_is_written_is_the_study(instances: dict[str, Instance], tmp_path: Path) -> None:
    plan = study_from_sources(instances["germany-icu"], samples=4)
    (tmp_path / "study.toml").write_text(plan.resolved(), encoding="utf-8")
    again = read_study(tmp_path / "study.toml", instances["germany-icu"])
    assert again.hash == plan.hash
    assert [varied.name for varied in again.varied] == [varied.name for varied in plan.varied]


def test_ranges_multiply_values_and_the_odds_of_shares(instances: dict[str, Instance]) -> None:
    plan = study_from_sources(instances["england"])
    assert entry(plan, "organisations.staff_hours") == {
        "how": "multiply",
        "triangular": [0.5, 1, 2.5],
        "each": "together",
    }
    assert entry(plan, "organisations.vacancy") == {
        "how": "odds",
        "triangular": [0.7, 1, 1.3],
        "each": "together",
    }
    assert entry(plan, "risk.sd") == {"how": "multiply", "triangular": [0.7, 1, 1.4], "each": "decision"}
    assert entry(plan, "decisions.fear") == {"how": "odds", "triangular": [0, 1, 2], "each": "decision"}
    assert entry(plan, "scenarios.probability") == {
        "how": "odds",
        "triangular": [0.5, 1, 1.333],
        "each": "scenario",
    }
    assert entry(plan, "needs.need")["each"] == "together"  # no need of one decision alone
    assert entry(plan, "scenarios.correlation.bed_allocation")["triangular"] == [0.5, 1, 1.485]


def test_what_has_no_range_and_what_does_not_move_is_listed(instances: dict[str, Instance]) -> None:
    england = study_from_sources(instances["england"])
    assert {"weights.resilience (illustrative)", "decisions.uniform (illustrative)"} <= set(
        england.without_range
    )
    assert not [line for line in england.without_range if line.startswith(("decisions.label", "rules.note"))]
    assert "levels.mobilisation: 1 of 4 values do not move, being 0: trust" in england.unmoved
    regions = study_from_sources(instances["england-regions"])
    assert "levels.mobilisation: no factor moves it, being 0 or 1" in regions.unmoved
    assert not [varied for varied in regions.varied if varied.what == "levels.mobilisation"]
    path = study_from_sources(instances["england-path"])
    assert "path.learn: only a path reads it, and these samples ask for designs" in path.unmoved
    assert not [varied for varied in path.varied if varied.what.startswith(("path.", "decisions.switch"))]


def test_only_columns_of_one_grade_vary_where_that_is_asked(instances: dict[str, Instance]) -> None:
    instance = instances["england"]
    some, every = study_from_sources(instance, "illustrative"), study_from_sources(instance)
    assert {varied.grade for varied in some.varied} == {"illustrative"}
    assert {varied.grade for varied in every.varied} == {"measured", "proxy", "illustrative"}
    wanted = [varied.name for varied in every.varied if varied.grade == "illustrative"]
    assert [varied.name for varied in some.varied] == wanted


def test_a_limit_of_whole_numbers_stays_one(instances: dict[str, Instance]) -> None:
    tables = instances["three-levels"].to_tables()
    limits = {"table": "limits", "column": "max_changes", "grade": "elicited", "low": 0.5, "high": 2}
    del tables["limits"]
    instance = Instance.from_tables({**tables, "sources": [limits]}, limits={"max_changes": 3})
    plan = study_from_sources(instance)
    assert entry(plan, "limits.max_changes") == {"how": "set", "range": [2, 6], "each": "together"}
    assert set(sample_table(plan, instance)["limits.max_changes"]) == {2, 3, 4, 5, 6}


def test_what_no_range_is_given_for_is_told(instances: dict[str, Instance]) -> None:
    with pytest.raises(InputError) as error:
        study_from_sources(instances["archetype"], "measured")
    assert error.value.problems == (
        "sources.csv: no column that is measured has a plausible range (low, high), so nothing would vary",
    )
    with pytest.raises(InputError, match="did you mean 'illustrative'"):
        study_from_sources(instances["archetype"], "ilustrative")


def test_the_shipped_doubts_of_england_can_all_be_applied(instances: dict[str, Instance]) -> None:
    instance = instances["england"]
    plan = read_study(INSTANCES / "england" / "doubts.toml", instance)
    drawn = sample_table(plan, instance)
    assert (len(drawn), plan.designs) == (500, ("best", "current"))
    for row in drawn[::50].to_dict("records"):
        variant = apply_sample(plan, instance, row)
        assert variant["scenarios"]["probability"].sum() == pytest.approx(1)
        assert np.isfinite(variant.sd).all()


def test_the_shipped_doubts_of_england_have_the_ranges_of_its_sources(instances: dict[str, Instance]) -> None:
    plan = read_study(INSTANCES / "england" / "doubts.toml", instances["england"])
    known = {
        one["what"]: (one["how"], one["triangular"])
        for one in study_from_sources(instances["england"]).document["vary"]
    }
    assert {
        one["what"]: (one["how"], one["triangular"]) for one in plan.document["vary"]
    }.items() <= known.items()
