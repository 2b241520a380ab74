"""A study file is read, or refused with everything that is wrong with it, a line each."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from paths import INSTANCES

from optimiser.errors import InputError
from optimiser.instance.instance import Instance
from optimiser.instance.read import read
from optimiser.studies.schemas import json_schema
from optimiser.studies.sensitivity.sampling.sampling import sample_table
from optimiser.studies.sensitivity.study.study_file import read_study

STAFF = {"name": "staff", "what": "organisations.staff_hours", "how": "multiply", "range": [0.7, 1.3]}
ABSENCE = {"name": "absence", "what": "scenarios.absence", "how": "odds", "triangular": [0.5, 1, 2]}
WEIGHTS = {"name": "weights", "simplex": ["risk_pooling", "accountability", "responsiveness"]}
FEAR = {"name": "fear", "what": "decisions.fear", "how": "multiply", "range": [0, 2], "each": "decision"}


@pytest.fixture(scope="module")
def instance() -> Instance:
    return read(INSTANCES / "three-levels")


def study(*vary: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "name": "doubts",
        "method": "latin-hypercube",
        "samples": 8,
        "vary": list(vary) or [STAFF],
        **more,
    }


def problems(document: Any, instance: Instance) -> list[str]:
    with pytest.raises(InputError) as error:
        read_study(document, instance)
    return list(error.value.problems)


def changed(entry: dict[str, Any], **by: Any) -> dict[str, Any]:
    return {key: value for key, value in {**entry, **by}.items() if value is not None}


def test_defaults_are_filled_in_and_read_again_it_is_the_same_study(
    tmp_path: Path, instance: Instance
) -> None:
    document = study(
        changed(STAFF, where={"level": ["hospital", "region"]}), ABSENCE, WEIGHTS, FEAR,
        group=[{"name": "people", "of": ["staff", "absence"]}],
        depend=[{"of": ["staff", "absence"], "rank_correlation": -0.5}],
    )  # fmt: skip
    plan = read_study(document, instance)
    assert (plan.name, plan.seed, plan.steps, plan.gap, plan.designs) == ("doubts", 1, 5, 1e-4, ())
    assert (plan.time_limit, plan.node_limit) == (None, None)
    (tmp_path / "study.toml").write_text(plan.resolved(), encoding="utf-8")
    again = read_study(tmp_path / "study.toml", instance)
    assert again.hash == plan.hash
    assert again.resolved() == plan.resolved()
    assert sample_table(again, instance).equals(sample_table(plan, instance))


def test_the_schema_takes_what_the_reader_takes(instance: Instance) -> None:
    whole = json_schema()
    schema = {**whole["$defs"]["study"], "$defs": whole["$defs"]}
    jsonschema.Draft202012Validator.check_schema(schema)
    good = study(STAFF, ABSENCE, WEIGHTS, FEAR, note="why", designs=["best"], node_limit=500)
    read_study(good, instance)
    jsonschema.validate(good, schema)
    shipped = tomllib.loads((INSTANCES / "england" / "doubts.toml").read_text(encoding="utf-8"))
    jsonschema.validate(shipped, schema)
    for wrong in (
        {**good, "vari": 1}, {**good, "samples": 0}, {**good, "vary": []}, {**good, "method": "sobl"},
        study(changed(STAFF, range=[1])), study(changed(STAFF, how="divide")), study(changed(STAFF, name=None)),
    ):  # fmt: skip
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)
        assert problems(wrong, instance)


def test_the_hash_changes_with_what_may_change_an_answer_alone(instance: Instance) -> None:
    def of(**more: Any) -> str:
        return read_study(study(**more), instance).hash

    assert (
        of()
        == of(samples=16)
        == of(name="other")
        == of(designs=["best"])
        == of(steps=9)
        == of(note="a remark")
    )
    assert len({of(), of(seed=2), of(gap=1e-3), of(node_limit=5), of(time_limit=9)}) == 5
    assert of() != of(vary=[changed(STAFF, range=[0.7, 1.2])])


def test_grades_come_from_the_sources(instance: Instance) -> None:
    plan = read_study(study(STAFF, WEIGHTS), instance)
    assert [varied.grade for varied in plan.varied] == ["illustrative", "", "", ""]


def test_each_makes_a_number_for_each_row_or_value_that_moves(instance: Instance) -> None:
    by_row = read_study(study(changed(STAFF, each="row")), instance)
    held = instance["organisations"]
    limited = held["organisation"][held["staff_hours"] == held["staff_hours"]]
    assert [varied.name for varied in by_row.varied] == [f"staff[{name}]" for name in limited]
    by_level = read_study(study(changed(STAFF, each="level")), instance)
    assert [varied.name for varied in by_level.varied] == [
        "staff[ministry]",
        "staff[region]",
        "staff[hospital]",
    ]
    flat = changed(FEAR, what="decisions.heterogeneity", name="flat")
    plan = read_study(study(flat), instance)
    still = instance["decisions"]["decision"][instance["decisions"]["heterogeneity"] == 0]
    assert len(still)
    assert not {f"flat[{name}]" for name in still} & {varied.name for varied in plan.varied}
    assert plan.unmoved == (f"flat: {len(still)} of 5 values do not move, being 0: {' and '.join(still)}",)


WRONG: list[tuple[dict[str, Any], list[str]]] = [
    ({"name": "a b"}, ["study name: 'a b' is not a name (letters, digits, - and _)"]),
    ({"name": 3}, ["study name: '3' is not a text"]),
    ({"method": "sobl"}, [
        "study method: 'sobl' is not one of latin-hypercube, grid, one-at-a-time, sobol, morris, table; "
        "did you mean 'sobol'?"]),
    ({"sample": 9}, ["study sample: 'sample' is not a key or section of a study; did you mean 'samples'?"]),
    ({"samples": 2.5}, ["study samples: '2.5' is not a whole number of at least 1"]),
    ({"samples": "9"}, ["study samples: '9' is a text, not a whole number of at least 1"]),
    ({"samples": None}, ["study samples: this key must be there for latin-hypercube: how many"]),
    ({"samples": 10**7}, ["study samples: 10,000,000; 1,000,000 at most are taken on"]),
    ({"seed": -1}, ["study seed: '-1' is not a whole number from 0 to 1e+09"]),
    ({"gap": 2}, ["study gap: '2' is not a number from 0 to 1"]),
    ({"time_limit": 0}, ["study time_limit: '0' is not a number above 0"]),
    ({"node_limit": 0}, ["study node_limit: '0' is not a whole number of at least 1"]),
    ({"steps": 1}, ["study steps: '1' is not a whole number of at least 2"]),
    ({"designs": "best"}, ["study designs: 'best' is not a list"]),
    ({"designs": ["best", "best"]}, ["study designs: 'best' stands there twice"]),
    ({"method": "table"}, ["study table: this key must be there for table: a CSV or Parquet file"]),
    ({"vary": {}}, ["study vary: is not a list: [[vary]]"]),
    ({"vary": []}, ["study vary: is empty; at least one must be given"]),
    ({"method": "grid", "steps": 100, "vary": [STAFF, ABSENCE, WEIGHTS]}, [
        "study steps: 100 x 100 x 5050 are 5.05e+07 samples; 1,000,000 at most are taken on"]),
    ({"method": "sobol", "samples": 2**19, "vary": [STAFF, ABSENCE, WEIGHTS]}, [
        "study samples: 524,288 x 5 are 2,621,440 samples; 1,000,000 at most are taken on"]),
    ({"instance": "nowhere"}, [
        "study instance: 'nowhere' cannot be read as an instance: 'nowhere' does not exist; an instance is a folder "
        "with instance.toml and CSV tables, or a workbook (.xlsx)"]),
    ({"instance": str(INSTANCES / "archetype")}, [
        f"study instance: '{INSTANCES / 'archetype'}' is 'archetype', and the call's is 'three-levels'"]),
]  # fmt: skip


@pytest.mark.parametrize(("by", "lines"), WRONG)
def test_what_is_wrong_with_a_study_is_told(by: dict[str, Any], lines: list[str], instance: Instance) -> None:
    assert problems(changed(study(), **by), instance) == lines


def test_a_study_says_which_of_two_versions_it_was_made_for(instance: Instance) -> None:
    other = instance.replace("limits.reserve", multiply=0.5)
    there = str(INSTANCES / "three-levels")
    assert problems(study(instance=there), other) == [
        f"study instance: '{there}' is another version of it, and the call's is 'three-levels'"
    ]
    assert read_study(study(instance=there), instance).name == "doubts"


WRONG_ENTRIES: list[tuple[dict[str, Any], str]] = [
    (changed(STAFF, name=None), "vary[2] name: this key must be there: what results call it"),
    (changed(STAFF, name=" x"), "vary[2] name: ' x' is not a name"),
    (changed(STAFF, name="sample"), "vary[2] name: 'sample' means something else in results"),
    (changed(STAFF, name="one"), "vary[2] name: 'one' is the name of vary[1]"),
    (changed(STAFF, what=None), "vary[2] what: this key must be there: the input; or simplex"),
    (changed(STAFF, what="organisation.staff_hours"),
     "vary[2] what: 'organisation' is not a table; did you mean 'organisations'?"),
    (changed(STAFF, what="organisations.staf_hours"),
     "vary[2] what: 'staf_hours' is not a column of organisations; did you mean 'staff_hours'?"),
    (changed(STAFF, where={"levl": "hospital"}),
     "vary[2] where: 'levl' is not a column of organisations; did you mean 'level'?"),
    (changed(STAFF, where={"level": "hospitl"}),
     "vary[2] where: no row has level 'hospitl'; did you mean 'hospital'?"),
    (changed(STAFF, where="hospital"), "vary[2] where: 'hospital' is not a table: { level = \"local\" }"),
    (changed(STAFF, how="times"), "vary[2] how: 'times' is not one of set, multiply, add, odds"),
    (changed(STAFF, how="odds"),
     "vary[2] how: organisations.staff_hours is not a share from 0 to 1, so it has no odds"),
    (changed(STAFF, range=None), "vary[2] range: this key must be there, or one of triangular, normal, lognormal, values"),
    (changed(STAFF, range=[1.3, 0.7]), "vary[2] range: [1.3, 0.7] does not go up"),
    (changed(STAFF, range=[1, 1]), "vary[2] range: [1, 1] does not go up"),
    (changed(STAFF, range=[1]), "vary[2] range: it has 1 of what there must be 2 (uniform from one to the other, of a "
     "whole number its whole numbers; with normal and lognormal where these are cut off)"),
    (changed(STAFF, range=["a", 1]), "vary[2] range: 'a' is a text, not a number"),
    (changed(STAFF, range=[0, float("inf")]), "vary[2] range: 'inf' is not a number"),
    (changed(STAFF, triangular=[0.5, 1, 2]), "vary[2] range: does not go with triangular, which says its own"),
    (changed(STAFF, range=None, triangular=[0.5, 3, 2]), "vary[2] triangular: [0.5, 3, 2] does not go up"),
    (changed(STAFF, normal=[1, 0.1], values=[1, 2]), "vary[2] values: does not go with normal: one or the other"),
    (changed(STAFF, normal=[1, -0.1]), "vary[2] normal: '-0.1' is not a standard deviation above 0"),
    (changed(STAFF, range=None, normal=[1, 0.1]),
     "vary[2] range: this key must be there with normal: where it is cut off"),
    (changed(STAFF, normal=[9, 0.1]), "vary[2] range: [0.7, 1.3] holds next to nothing of this normal distribution"),
    (changed(STAFF, lognormal=[1, 1]), "vary[2] lognormal: [1, 1] is not a median above 0 and a factor above 1"),
    (changed(STAFF, range=None, values=[1, 1]), "vary[2] values: a value stands there twice"),
    (changed(STAFF, range=None, values=["a"]), "vary[2] values: 'a' is not a number"),
    (changed(STAFF, each="levl"),
     "vary[2] each: 'levl' is not together, row or a column of organisations; did you mean 'level'?"),
    (changed(ABSENCE, range=[-1, 2], triangular=None), "vary[2] range: '-1' is below 0, and odds are not"),
    (changed(ABSENCE, how="set", triangular=[0, 0.1, 1.5]),
     "vary[2] triangular: '1.5' is not a number from 0 to 1"),
    ({"name": "n", "what": "limits.reserve", "range": [0, 0.2], "each": "row"},
     "vary[2] each: limits has no rows; leave it out"),
    ({"name": "n", "what": "limits.budget", "how": "multiply", "range": [1, 2]},
     "vary[2] what: no number would move it: all are not given"),
    ({"name": "n", "what": "decisions.spillover", "how": "multiply", "range": [1, 2]},
     "vary[2] what: no number would move it: all are 0"),
    ({"name": "n", "what": "decisions.uniform", "how": "add", "range": [1, 2]},
     "vary[2] how: decisions.uniform is not a number, so it can only be set"),
    ({"name": "n", "what": "decisions.uniform", "range": [0, 1]},
     "vary[2] range: decisions.uniform is not a number; give the values that it may have"),
    ({"name": "n", "what": "decisions.uniform", "values": [True, "no"]},
     "vary[2] values: 'no' is a text, not true or false"),
    ({"name": "n", "what": "limits.max_changes", "triangular": [1, 2, 3]},
     "vary[2] triangular: limits.max_changes is a whole number; give its range, or the values that it may have"),
    ({"name": "n", "what": "limits.max_changes", "range": [0.5, 2]},
     "vary[2] range: '0.5' is not a whole number of at least 0"),
    (changed(WEIGHTS, simplex=["risk_pooling"]),
     "vary[2] simplex: it has 1 of what there must be at least 2 (in place of what: objectives, uniform over all "
     "ways to share out what they weigh together; the others keep their weights)"),
    (changed(WEIGHTS, simplex=["risk_poling", "economy"]),
     "vary[2] simplex: 'risk_poling' is not an objective; did you mean 'risk_pooling'?"),
    (changed(WEIGHTS, simplex=["economy", "economy", "risk_pooling"]), "vary[2] simplex: 'economy' stands there twice"),
    (changed(WEIGHTS, simplex=["economy", "solidarity"]),
     "vary[2] simplex: they weigh nothing together here, so there is nothing to share out"),
    (changed(WEIGHTS, range=[0, 1]), "vary[2] range: does not go with simplex, which says it all"),
    (changed(FEAR, what="decisions.correlation", name="c", how="set", range=[0, 1]),
     "vary[2] what: 'one' moves some of the same values; where one sets them, no other can"),
    ({"name": "n", "what": "path.heal", "range": [0, 1]},
     "vary[2] what: only a path reads it, and the instance has no periods ([[periods]] in instance.toml)"),
    (changed(STAFF, color=1), "vary[2] color: 'color' is not a key of [[vary]]"),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "line"), WRONG_ENTRIES)
def test_what_is_wrong_with_an_entry_is_told(entry: dict[str, Any], line: str, instance: Instance) -> None:
    one = {"name": "one", "what": "decisions.correlation", "how": "multiply", "range": [0.5, 1.5]}
    assert problems(study(one, entry), instance) == [f"study {line}"]


def test_what_is_wrong_with_one_entry_is_told_at_once(instance: Instance) -> None:
    wrong = changed(STAFF, what="organisations.staff_hour", how="times", range=[1.3, 0.7])
    assert problems(study(wrong), instance) == [
        "study vary[1] how: 'times' is not one of set, multiply, add, odds",
        "study vary[1] what: 'staff_hour' is not a column of organisations; did you mean 'staff_hours'?",
        "study vary[1] range: [1.3, 0.7] does not go up",
    ]


def test_the_weights_of_a_simplex_are_set_by_no_other_entry(instance: Instance) -> None:
    one = {"name": "one", "what": "weights.accountability", "range": [0, 2]}
    assert problems(study(WEIGHTS, one), instance) == [
        "study vary[2] what: 'weights' moves some of the same values; where one sets them, no other can"
    ]


GROUPS: list[tuple[dict[str, Any], list[str]]] = [
    ({"group": [{"name": "g", "of": ["staff"]}]},
     ["group[1] of: it has 1 of what there must be at least 2 (their names: the share of its range that one has "
      "come, all have)"]),
    ({"group": [{"name": "g", "of": ["staff", "absense"]}]},
     ["group[1] of: 'absense' is not the name of an input; did you mean 'absence'?"]),
    ({"group": [{"name": "g", "of": ["staff", "weights"]}]},
     ["group[1] of: 'weights' is a simplex: its weights move, and are judged, as one anyway"]),
    ({"group": [{"name": "staff", "of": ["staff", "absence"]}]},
     ["group[1] name: 'staff' is the name of vary[1]"]),
    ({"group": [{"name": "g", "of": ["staff", "absence"]}, {"name": "h", "of": ["absence", "fear"]}]},
     ["group[2] of: 'absence' is in a group already"]),
    ({"depend": [{"of": ["staff", "absence"], "rank_correlation": 1}]},
     ["depend[1] rank_correlation: '1' is not a number above -1 to below 1"]),
    ({"depend": [{"of": ["staff", "staff"], "rank_correlation": 0.5}]},
     ["depend[1] of: 'staff' stands there twice"]),
    ({"depend": [{"of": ["staff", "weights"], "rank_correlation": 0.5}]},
     ["depend[1] of: 'weights' is a simplex: its weights depend on each other already"]),
    ({"depend": [{"of": ["staff", "fear"], "rank_correlation": 0.5}]},
     ["depend[1] of: 'fear' has a number for each row or value; only one number can depend on another"]),
    ({"depend": [{"of": ["staff", "absense"], "rank_correlation": 0.5}]},
     ["depend[1] of: 'absense' is not the name of an input or a group; did you mean 'absence'?"]),
    ({"depend": [{"of": ["staff", "absence"], "rank_correlation": 0.5},
                 {"of": ["absence", "staff"], "rank_correlation": 0.1}]},
     ["depend[2] of: 'absence' and 'staff' have a rank correlation already"]),
    ({"depend": [{"of": ["staff", "absence", "need"], "rank_correlation": -0.6}]},
     ["depend[1] rank_correlation: these correlations are not possible together (eigenvalue -0.236)"]),
    ({"group": [{"name": "g", "of": ["staff", "absence"]}],
      "depend": [{"of": ["staff", "need"], "rank_correlation": 0.5}]},
     ["depend[1] of: 'staff' moves with its group: name 'g'"]),
    ({"group": [{"name": "g", "of": ["staff", "absence", "need"]}],
      "depend": [{"of": ["staff", "need"], "rank_correlation": 0.5}]},
     ["group[1] of: 'absence' depends on none of its group, as others do: name all or none"]),
    ({"method": "sobol", "depend": [{"of": ["staff", "need"], "rank_correlation": 0.5}]},
     ["depend[1]: only latin-hypercube draws what depends on each other, not sobol"]),
]  # fmt: skip


@pytest.mark.parametrize(("more", "lines"), GROUPS)
def test_what_is_wrong_with_groups_and_dependences_is_told(
    more: dict[str, Any], lines: list[str], instance: Instance
) -> None:
    need = {"name": "need", "what": "needs.need", "how": "multiply", "range": [0.5, 1.5]}
    document = {**study(STAFF, ABSENCE, WEIGHTS, FEAR, need), **more}
    assert problems(document, instance) == [f"study {line}" for line in lines]


def test_a_file_is_refused_with_all_that_is_wrong_in_it_by_line(tmp_path: Path, instance: Instance) -> None:
    file = tmp_path / "doubts.toml"
    file.write_text(
        'name = "doubts"\nmethod = "latin-hypercube"\nseeds = 2\n\n[[vary]]\nname = "staff"\n'
        'what = "organisations.staff_hour"\nhow = "multiply"\nrange = [0.7, 1.3]\n\n[[vary]]\nname = "absence"\n'
        'what = "scenarios.absence"\nrange = [0, 7]\n',
        encoding="utf-8",
    )
    assert problems(file, instance) == [
        "doubts.toml samples: this key must be there for latin-hypercube: how many",
        "doubts.toml:3 seeds: 'seeds' is not a key or section of a study; did you mean 'seed'?",
        "doubts.toml:7 vary[1] what: 'staff_hour' is not a column of organisations; did you mean 'staff_hours'?",
        "doubts.toml:14 vary[2] range: 7 is not a number from 0 to 1 (7 %? write 0.07)",
    ]


@pytest.mark.parametrize(
    ("write", "line"),
    [
        (lambda file: None, "{}: cannot be read (No such file or directory)"),
        (lambda file: file.mkdir(), "{}: cannot be read (Is a directory)"),
        (lambda file: file.write_bytes(b"\xff"), "{}: is not UTF-8 text"),
        (lambda file: file.write_text("name =\n"), "doubts.toml:1: is not TOML: Invalid value"),
    ],
)
def test_what_is_no_toml_file_is_told(
    write: Callable[[Path], Any], line: str, tmp_path: Path, instance: Instance
) -> None:
    file = tmp_path / "doubts.toml"
    write(file)
    (told,) = problems(file, instance)
    assert told.startswith(line.format(file))


def test_what_is_neither_a_path_nor_a_mapping_is_told(instance: Instance) -> None:
    assert problems(3, instance) == ["study: '3' is not a path or a mapping"]


def test_a_study_leaves_the_instance_it_lies_in_as_it_was(tmp_path: Path, instance: Instance) -> None:
    instance.write(tmp_path / "mine")
    before = read(tmp_path / "mine")
    (tmp_path / "mine" / "doubts.toml").write_text(read_study(study(), instance).resolved(), encoding="utf-8")
    after = read(tmp_path / "mine")
    assert after.hash == before.hash
    assert after.noticed == before.noticed
