"""What a design says of itself, as tables and as JSON, and its way to the disk and back."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import design_by_hand
import numpy as np
import pandas as pd
import pytest

from optimiser.design.design_rows import held_from_rows, read_design_rows
from optimiser.design.moves import Neighbours
from optimiser.design.result_folder import check_target, read_document
from optimiser.design.status import Status
from optimiser.errors import InputError, NoDesignError
from optimiser.studies.schemas import json_schema

ROWS = [("funding", "", "central"), ("redeployment", "north", "local")]
ROWS += [("redeployment", "south", "central"), ("inspection", "", "central")]
KEYS = (
    "format command instance status verified value bound gap objectives no_data means current_means weights asked design closest "
    "localities current_localities exercised monitored slack staff support spend problems notes neighbours tables run"
).split()


def test_a_design_is_frozen_and_introduces_itself():
    design = design_by_hand.design()
    assert repr(design) == "Design(tiny: optimal, verified: value 0.500000, bound 0.500000, gap 0.0000 %)"
    assert "All 4 designs one move away were looked at: none better, 1 equal." in str(design)
    assert "As good would be: inspection at local." in str(design)
    with pytest.raises(FrozenInstanceError):
        design.bound = 1.0


def test_the_tables_have_the_columns_of_the_json_document():
    design = design_by_hand.design()
    assert list(design.table.itertuples(index=False, name=None)) == [
        ("funding", "input", "", "central"),
        ("redeployment", "process", "north", "local"),
        ("redeployment", "process", "south", "central"),
        ("inspection", "outcome", "", "central"),
    ]
    assert design.objectives["resilience"] == 0.99
    assert design.exercised.query(
        "decision == 'redeployment' and organisation == 'north'"
    ).exercised.tolist() == [
        0.5,
        0.25,
    ]
    monitored = design.monitored  # nothing monitors what the centre holds
    assert monitored.organisation.tolist() == ["north", "north"]
    assert not np.signbit(monitored.monitored).any()
    assert design.slack.query("scenario == 'surge'").unmet.tolist() == [0, 2]
    assert design.staff.available.isna().sum() == 2
    assert design.support.columns.tolist() == ["organisation", "support"]
    assert design.localities.unmet.tolist() == [0.0, 0.2]


def test_the_json_document_has_the_keys_of_the_contract_in_their_order():
    document = design_by_hand.design().to_dict()
    assert list(document) == KEYS
    assert document["design"][1] == {"decision": "redeployment", "organisation": "north", "level": "local"}
    assert document["closest"] == {"decision": "funding", "organisation": "", "to": "local", "cost": 0.004}
    assert document["staff"][0] == {
        "organisation": "nation",
        "scenario": "normal",
        "available": None,
        "used": 5.0,
    }
    assert list(document["slack"][0]) == (
        "organisation resource scenario demand supply added lent borrowed unmet".split()
    )
    assert document["neighbours"]["equal"] == [
        {"decision": "inspection", "organisation": "", "level": "local"}
    ]
    json.dumps(document, allow_nan=False)
    assert set(json_schema()["$defs"]["solve"]["properties"]) - {"interrupted"} == set(document)


@pytest.mark.parametrize("status", [Status.INFEASIBLE, Status.UNKNOWN])
def test_nothing_is_readable_where_nothing_was_found(status):
    design = design_by_hand.design(status=status, best=None, closest=None, neighbours=None)
    for name in ("value", "gap", "spend", "table", "objectives", "exercised", "staff", "problems"):
        with pytest.raises(NoDesignError, match=status.value):
            getattr(design, name)
    assert not design.verified
    assert {"value", "design", "gap"}.isdisjoint(design.to_dict())
    assert repr(design).startswith(
        "Design(tiny: Infeasible" if status == "infeasible" else "Design(tiny: A limit"
    )


def test_the_gap_is_relative_to_the_value_and_never_negative():
    assert design_by_hand.design(bound=0.55).gap == pytest.approx(0.1)
    assert design_by_hand.design(bound=0.5 - 1e-12).gap == 0
    assert math.isnan(design_by_hand.design(bound=math.nan).gap)
    assert design_by_hand.design(bound=math.inf).to_dict()["gap"] is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"audit": replace(design_by_hand.audit(), broken=("north has 40 hours; 45 are used",))},
            "45 are used",
        ),
        ({"neighbours": Neighbours(4, 4, better=1)}, "1 design one move away is better"),
        ({"bound": 0.49}, "lies above the solver's bound"),
        ({"claimed": 0.6}, "the value is said to be 0.6; recomputed it is 0.5"),
        (
            {"audit": replace(design_by_hand.audit(), broken=("lent is not finite",), value=math.nan)},
            "not finite",
        ),
        ({"extended": True}, "what was added to the model is not verified"),
    ],
)
def test_what_keeps_a_design_from_being_verified(change, said):
    design = design_by_hand.design(**change)
    assert not design.verified
    assert not design.to_dict()["verified"]
    assert said in str(design)


def test_a_better_neighbour_refutes_an_optimum_only():
    assert design_by_hand.design(status=Status.FEASIBLE, neighbours=Neighbours(4, 4, better=1)).verified


def test_save_and_read_back(tmp_path):
    design = design_by_hand.design()
    design.save(tmp_path / "deep" / "result")
    folder = tmp_path / "deep" / "result"
    assert [path.name for path in folder.parent.iterdir()] == ["result"]  # nothing is left beside it
    assert json.loads((folder / "result.json").read_text()) == design.to_dict()
    with (folder / "exercised.csv").open(newline="") as file:
        assert list(csv.DictReader(file))[4]["exercised"] == "0.5"
    assert (folder / "objectives.csv").read_text().splitlines()[0] == "objective,weight,value"
    for source in (folder, folder / "result.json", folder / "design.csv", design.table):
        rows = read_design_rows(source, design.instance)
        assert rows == ROWS
        assert (held_from_rows(design.instance, rows) == design.record.held).all()
    for source in (folder, folder / "result.json"):
        assert read_document(source) == (folder / "result.json", design.to_dict())
    for source in (folder / "design.csv", design.table):
        assert read_document(source) is None


def test_save_replaces_an_earlier_result_and_nothing_else(tmp_path):
    (tmp_path / "empty").mkdir()
    design_by_hand.design().save(tmp_path / "empty")
    design_by_hand.design(bound=0.6).save(tmp_path / "empty")
    assert json.loads((tmp_path / "empty" / "result.json").read_text())["bound"] == 0.6
    (tmp_path / "empty" / "thesis.docx").write_text("years of work")
    (tmp_path / "file").write_text("")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "result.json").write_text('{"my": "own"}')
    for name in ("empty", "file", "other"):
        with pytest.raises(InputError, match="is not written"):
            design_by_hand.design().save(tmp_path / name)
        with pytest.raises(InputError, match="is not written"):
            check_target(tmp_path / name, "solve")
    assert (tmp_path / "empty" / "thesis.docx").exists()


def test_a_save_that_fails_leaves_what_was_there(tmp_path, monkeypatch):
    design_by_hand.design().save(tmp_path / "result")
    before = (tmp_path / "result" / "result.json").read_text()

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        design_by_hand.design(bound=0.6).save(tmp_path / "result")
    assert (tmp_path / "result" / "result.json").read_text() == before
    assert [path.name for path in tmp_path.iterdir()] == ["result"]


def written(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_design_by_hand_may_name_a_level_for_every_locality_and_exceptions(tmp_path):
    lines = ["\ufeffdecision,level,organisation", "funding,local,", "redeployment,central,"]
    mine = written(tmp_path / "mine.csv", *lines, "redeployment,local,south", "", "inspection,central,")
    rows = read_design_rows(mine, design_by_hand.instance())
    assert held_from_rows(design_by_hand.instance(), rows).tolist() == [[1, 1], [0, 1], [0, 0]]
    short = pd.DataFrame({"decision": ["funding", "redeployment", "inspection"], "level": ["local"] * 3})
    assert (
        held_from_rows(design_by_hand.instance(), read_design_rows(short, design_by_hand.instance())) == 1
    ).all()


@pytest.mark.parametrize(
    ("lines", "problems"),
    [
        (
            [
                "decision,organisation,level",
                "fundin,,central",
                "redeployment,nort,top",
                "inspection,,central",
            ],
            [
                "mine.csv:2 decision: 'fundin' is not a decision of this instance; did you mean 'funding'?",
                "mine.csv:3 organisation: 'nort' is not a locality of this instance; did you mean 'north'?",
                "mine.csv:3 level: 'top' is not a level of this instance",
            ],
        ),
        (
            [
                "decision,organisation,level",
                "funding,north,local",
                "redeployment,north,local",
                "redeployment,north,central",
            ],
            [
                "mine.csv:2 organisation: funding is uniform: leave the organisation empty",
                "mine.csv:4: redeployment at north stands already at {}mine.csv:3",
                "mine.csv: decision 'funding' has no row",
                "mine.csv: decision 'redeployment' has no row for south",
                "mine.csv: decision 'inspection' has no row",
            ],
        ),
        (
            ["decision;organisation;level", "funding;;central"],
            [
                "mine.csv: no column 'decision'",
                "mine.csv: no column 'level'",
                "mine.csv: column 'decision;organisation;level' is not one of "
                "decision, organisation, level, type",
            ],
        ),
        (
            ["decision,organisation,level", "funding,,central,"],
            ["mine.csv:2: 4 cells under 3 column names"],
        ),
        (["decision,level,level", "funding,local,local"], ["mine.csv: column 'level' stands twice"]),
    ],
)
def test_what_is_wrong_with_a_design_by_hand_is_said_at_once(tmp_path, lines, problems):
    mine = written(tmp_path / "mine.csv", *lines)
    with pytest.raises(InputError) as error:
        read_design_rows(mine, design_by_hand.instance())
    folder = f"{tmp_path}/"
    assert list(error.value.problems) == [folder + problem.format(folder) for problem in problems]


def test_what_is_no_result_is_said_in_one_line(tmp_path):
    design_by_hand.design(status=Status.INFEASIBLE, best=None).save(tmp_path / "none")
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "latin.csv").write_bytes(b"decision,level\nf\xfcnding,central\n")
    (tmp_path / "quoted.csv").write_text('decision,level\n"funding,central\n')
    (tmp_path / "list.json").write_text('{"design": [1]}')
    for name, said in {
        "none": "holds no design (its status is infeasible)",
        "broken.json": "holds no design",
        "latin.csv": "not UTF-8 text (byte 16)",
        "quoted.csv": "unexpected end of data",
        "list.json": "design is a list of objects",
        "nowhere": "no such result",
    }.items():
        with pytest.raises(InputError) as error:
            read_design_rows(tmp_path / name, design_by_hand.instance())
        assert len(error.value.problems) == 1
        assert said in error.value.problems[0]
