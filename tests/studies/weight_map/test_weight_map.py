"""map: against answers known in closed form, and against the enumeration of all designs."""

from __future__ import annotations

import csv
import json
import os
import signal
from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from archetype_scores import SCORES
from enumeration import brute_force
from figure_marks import marks
from instance_by_hand import made
from paths import ARCHETYPE
from random_instances import random_instance, random_solvable
from schema_misfits import misfits
from weightings import CLOSE, DRAWN, WATCHED, cell_at, planes, weightings

import optimiser
from optimiser import InputError, Instance
from optimiser.errors import InfeasibleError
from optimiser.instance.read import read
from optimiser.studies.schemas import json_schema
from optimiser.studies.weight_map.weight_map import THE_THREE, WeightMap

Array = np.ndarray


def inside(polygon: Array, point: Array, slack: float = 1e-9) -> bool:
    """Whether a point lies in an anticlockwise polygon."""
    ahead = np.roll(polygon, -1, axis=0) - polygon
    turn = ahead[:, 0] * (point - polygon)[:, 1] - ahead[:, 1] * (point - polygon)[:, 0]
    return bool((turn >= -slack).all())


@pytest.fixture(scope="module")
def archetype() -> WeightMap:
    return optimiser.weight_map(optimiser.read(ARCHETYPE))


# Known answers


def test_six_numbers_of_the_archetype(archetype: WeightMap) -> None:
    """The area where (P + A) w < R w is R^2 / ((R + P) (R + A))."""
    shares = {(row["decision"], row["level"]): row["share"] for row in archetype.acceptability}
    for d, (p, a, r) in SCORES.items():
        assert shares[d, "local"] == pytest.approx(r**2 / ((r + p) * (r + a)), abs=1e-9)
        assert shares[d, "central"] == pytest.approx(1 - shares[d, "local"], abs=1e-9)
    assert archetype.complete
    assert archetype.error < 1e-9
    by_type = {(row["type"], row["level"]): row["share"] for row in archetype.by_type}
    assert by_type["process", "local"] == pytest.approx((0.736364 + 0.711111) / 2, abs=1e-6)


def test_a_thousand_weightings_lie_in_the_cell_of_the_design_that_is_best_there(archetype: WeightMap) -> None:
    local, each = np.array(list(product([0, 1], repeat=6))), np.array(list(SCORES.values()))
    points = np.stack([(1 - local) @ each[:, 0], (1 - local) @ each[:, 1], local @ each[:, 2]], axis=1) / 6
    for weights in weightings(1, 1000):
        values = points @ weights
        best = int(np.argmax(values))
        cells = [c for c in archetype.cells if inside(c.vertices, weights)]
        assert cells
        for cell in cells:
            assert cell.answer.objectives[:3] @ weights == pytest.approx(values[best], abs=1e-9)
        if np.sort(values)[-2] < values[best] - 1e-7:
            levels = [row["level"] == "local" for row in cells[0].answer.rows]
            assert levels == local[best].astype(bool).tolist()


def test_areas_add_up_by_design_and_to_one(archetype: WeightMap) -> None:
    assert sum(cell.area for cell in archetype.cells) == pytest.approx(1, abs=1e-9)
    for design in archetype.designs:
        mine = [cell.area for cell in archetype.cells if cell.design_id == design.design_id]
        assert design.area == pytest.approx(sum(mine), abs=1e-12)
    assert [d.area for d in archetype.designs] == sorted((d.area for d in archetype.designs), reverse=True)
    assert archetype.run["solves"] <= 60  # 11 cells


def test_one_design_has_two_cells_where_its_recourse_changes(tmp_path: Path) -> None:
    found = optimiser.weight_map(made(tmp_path, **WATCHED))
    assert found.complete
    assert (len(found.cells), len(found.designs)) == (2, 1)
    assert sorted(cell.area for cell in found.cells) == pytest.approx([5 / 11, 6 / 11], abs=1e-9)
    assert found.designs[0].area == pytest.approx(1, abs=1e-12)
    assert [row["share"] for row in found.acceptability] == pytest.approx([1.0])


# Degenerate cases


def test_levels_that_are_worth_the_same_share_one_cell(tmp_path: Path) -> None:
    scores = "decision,level,risk_pooling,accountability,responsiveness"
    instance = made(
        tmp_path,
        decisions="decision,type\na,input\nb,input",
        scores=f"{scores}\na,central,.5,.4,.3\na,local,.5,.4,.3\nb,central,.5,.4,.3\nb,local,.5,.4,.3",
    )
    found = optimiser.weight_map(instance)
    assert found.complete
    assert [cell.area for cell in found.cells] == [1.0]
    assert found.run["solves"] <= 4


def test_an_objective_that_never_varies(tmp_path: Path) -> None:
    """Risk pooling is 0 for all: the border is where accountability 1 and responsiveness .5 weigh alike."""
    scores = "decision,level,risk_pooling,accountability,responsiveness"
    instance = made(
        tmp_path,
        decisions="decision,type\na,input",
        scores=f"{scores}\na,central,0,1,0\na,local,0,0,.5",
    )
    found = optimiser.weight_map(instance)
    assert found.complete
    shares = {row["level"]: row["share"] for row in found.acceptability}
    assert shares == pytest.approx({"central": 2 / 3, "local": 1 / 3}, abs=1e-9)


def test_an_infeasible_instance_is_said_to_be(
    tmp_path: Path, run: Callable[..., tuple[int, str, str]]
) -> None:
    made(
        tmp_path,
        decisions="decision,type,levels\na,input,central\nb,input,local",
        rules="if_decision,if_level,then_decision,then_level\na,central,b,central",
    )
    with pytest.raises(InfeasibleError):
        optimiser.weight_map(read(tmp_path))
    code, out, _ = run("map", str(tmp_path), "--json")
    assert (code, json.loads(out)["status"]) == (3, "infeasible")


def test_an_infeasible_instance_with_a_current_design(tmp_path: Path) -> None:
    """A tenth of the beds must stay free, and no money can buy any."""
    instance = made(
        tmp_path,
        decisions="decision,type\na,input",
        current="decision,level\na,central",
        resources="organisation,resource,capacity,demand\nlocal,beds,10,10",
        toml="[[resources]]\nresource = 'beds'\nmax_occupancy = 0.9\nslack_cost = 1\n[limits]\nbudget = 0",
    )
    with pytest.raises(InfeasibleError):
        optimiser.weight_map(instance)


@pytest.mark.parametrize(("levels", "uniform"), [("central", "true"), ("", "true"), ("", "false")])
def test_one_decision_one_locality(tmp_path: Path, levels: str, uniform: str) -> None:
    instance = made(
        tmp_path, decisions=f"decision,type,levels,uniform,heterogeneity\nd,input,{levels},{uniform},0.5"
    )
    found = optimiser.weight_map(instance)
    assert found.complete
    assert sum(cell.area for cell in found.cells) == pytest.approx(1, abs=1e-9)
    holds(found, seed=3, count=12)


# Against the enumeration of all designs


def holds(found: WeightMap, seed: int, count: int) -> None:
    """At random weightings and at the corners the map is worth what the best of all designs is."""
    for weights in [*weightings(seed, count), *np.eye(3)]:
        truth = brute_force(
            found.instance, weights=dict(zip(found.objectives, weights.tolist(), strict=True))
        )
        mine = float((planes(found) @ weights).max())
        assert truth.best.value - found.error - CLOSE <= mine <= truth.best.value + CLOSE
        cell = found.cells[cell_at(found, weights)]
        assert inside(cell.vertices, weights, 1e-6)
        same = [j for j in truth.designs if (j.record.held == cell.answer.record.held).all()]
        assert same[0].value >= mine - CLOSE


@pytest.mark.parametrize("seed", range(15))
def test_random_instances(seed: int) -> None:
    rng = np.random.default_rng([seed, 7])
    features = {f for f in DRAWN if rng.random() < 0.5} | {DRAWN[(7 * seed) % len(DRAWN)]}
    instance = random_solvable(seed, features, most_designs=16, sizes=3)
    others = [g for g in instance.objectives if g not in THE_THREE]
    objectives = THE_THREE if seed % 2 else (*THE_THREE[seed % 3 : seed % 3 + 1], *others[:2])
    found = optimiser.weight_map(instance, objectives)
    assert found.complete, found.error
    assert found.objectives == tuple(objectives)
    assert sum(cell.area for cell in found.cells) == pytest.approx(1, abs=1e-9)
    by_site: dict[tuple[str, str], float] = {}
    for row in found.acceptability:
        key = (row["decision"], row["organisation"])
        by_site[key] = by_site.get(key, 0.0) + row["share"]
    assert list(by_site.values()) == pytest.approx([1.0] * len(by_site), abs=1e-9)
    holds(found, seed, 4)


def rich(tmp_path: Path) -> Instance:
    """Recourse in two scenarios, three levels: the map of its three objectives has many cells."""
    features = {"three_levels", "scenarios", "scores", "monitoring", "fear", "staff", "urgency", "asymmetric"}
    return random_instance(1, features, most_designs=64, sizes=3)


def test_a_tolerance_is_kept_with_fewer_solves(tmp_path: Path) -> None:
    exact, rough = (optimiser.weight_map(rich(tmp_path), tolerance=t) for t in (0, 0.02))
    assert len(exact.cells) >= 8
    assert rough.complete
    assert 0 < rough.error <= 0.02
    assert rough.run["solves"] < exact.run["solves"] / 2
    for weights in weightings(5, 300):
        best, mine = ((planes(found) @ weights).max() for found in (exact, rough))
        assert best - rough.error - 1e-7 <= mine <= best + 1e-7


# Calls that are wrong, and calls that end early


def test_everything_wrong_with_a_call_is_said_at_once(tmp_path: Path) -> None:
    instance = made(tmp_path, decisions="decision,type\na,input", toml="[uncertainty]\nrisk_aversion = 0.3")
    with pytest.raises(InputError) as refused:
        optimiser.weight_map(instance, ("acountability", "economy"), tolerance=-1, time_limit=0)
    assert refused.value.problems == (
        "objectives: 'acountability' is not an objective; did you mean 'accountability'?",
        "objectives: a map is of three objectives, not of 2",
        "uncertainty.risk_aversion: a map needs 0, not 0.3: with risk aversion the value is not linear in the "
        "weights",
        "tolerance: '-1' is not a number of at least 0",
        "time_limit: '0' is not a number above 0",
    )
    with pytest.raises(InputError, match="economy stands twice"):
        optimiser.weight_map(instance, ("economy", "economy", "accountability"))


def test_no_time_no_map(tmp_path: Path, run: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = run("map", ARCHETYPE, "--time-limit", "1e-9", "--json")
    document = json.loads(out)
    assert code == 5
    assert (document["complete"], document["error"], document["cells"]) == (False, None, [])
    assert misfits(document, json_schema()["$defs"]["map"]) == []
    assert "before any design" in run("map", ARCHETYPE, "--time-limit", "1e-9").out


def test_an_interruption_keeps_the_map_so_far_and_its_error(tmp_path: Path) -> None:
    told: list[str] = []

    def stop(text: str) -> None:
        told.append(text)
        if len(told) == 3:
            os.kill(os.getpid(), signal.SIGINT)

    instance = rich(tmp_path)
    found = optimiser.weight_map(instance, progress=stop)
    assert found.interrupted
    assert not found.complete
    assert 0 < found.error < np.inf
    assert sum(cell.area for cell in found.cells) == pytest.approx(1, abs=1e-9)
    holds(found, seed=1, count=6)


# The command


def test_the_command(tmp_path: Path, run: Callable[..., tuple[int, str, str]]) -> None:
    out, drawn = tmp_path / "out", tmp_path / "map.svg"
    code, printed, _ = run("map", ARCHETYPE, "--json", "--out", str(out), "--figure", str(drawn))
    document = json.loads(printed)
    assert code == 0
    assert misfits(document, json_schema()["$defs"]["map"]) == []
    assert document == json.loads((out / "result.json").read_text())
    assert document["complete"]
    assert document["solves"] == document["run"]["solves"]
    for name in ("cells", "vertices", "designs", "acceptability", "by_decision", "by_type"):
        rows = list(csv.DictReader((out / f"{name}.csv").open()))
        assert rows
        if name in document and name != "designs":
            assert len(rows) == len(document[name])
    assert len(marks(drawn.read_text(encoding="utf-8"), "polygon")) == len(document["cells"])


def test_the_text(run: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = run("map", ARCHETYPE)
    lines = out.splitlines()
    assert code == 0
    assert "complete and exact: 11 cells of 11 designs" in lines
    assert "    1   30.9 %  at 0.27 0.44 0.30  central: I1, I2, O1, O2; local: P1, P2" in lines
    assert "  P1           process   26.4 %  73.6 %" in lines
    assert "  The instance itself weighs them 0.33 0.33 0.33: there design 1 is best." in lines
    assert max(map(len, lines)) <= 100
    _, out, _ = run("map", ARCHETYPE, "--objectives", "accountability,responsiveness,economy")
    assert "It weighs risk_pooling as well, at 0 on this map." in " ".join(out.split())


@pytest.mark.parametrize(
    "options",
    [("--objectives", "accountability,economy"), ("--tolerance", "-1"), ("--figure", "map.png"),
     ("--objectives", "accountability,economy,responsivness")],
)  # fmt: skip
def test_wrong_options(run: Callable[..., tuple[int, str, str]], options: tuple[str, ...]) -> None:
    code, out, err = run("map", ARCHETYPE, *options)
    assert (code, out) == (2, "")
    assert options[1].split(",")[-1] in err or "three" in err
    assert "Traceback" not in err
