"""map: against answers known in closed form, and against the enumeration of all designs."""

from __future__ import annotations

import csv
import json
import os
import signal
from collections.abc import Callable
from itertools import product
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from by_hand import made
from fitting import misfits
from generate import FEATURES, random_files, random_instance, write
from oracle import brute_force

import optimiser
from optimiser import InputError, Instance
from optimiser.design import InfeasibleError
from optimiser.instance.read import read
from optimiser.instance.result_schemas import RESULTS
from optimiser.studies.weight_map import THE_THREE, WeightMap

Array = np.ndarray
ARCHETYPE = Path(__file__).parents[1] / "instances" / "archetype"
SCORES = {"I1": (0.9, 0.5, 0.4), "I2": (0.8, 0.7, 0.3), "P1": (0.1, 0.2, 0.9), "P2": (0.2, 0.1, 0.8),
          "O1": (0.1, 0.9, 0.3), "O2": (0.1, 0.6, 0.5)}  # fmt: skip
CLOSE = 2e-6  # of value: the rounding of two solvers
DRAWN = tuple(f for f in FEATURES if f not in ("infeasible", "risk_aversion"))


def planes(found: WeightMap) -> Array:
    return np.array([[cell.answer.audit.objectives[g] for g in found.objectives] for cell in found.cells])


def cell_at(found: WeightMap, weights: Array) -> int:
    return int(np.argmax(planes(found) @ weights))


def inside(polygon: Array, point: Array, slack: float = 1e-9) -> bool:
    """Whether a point lies in an anticlockwise polygon."""
    ahead = np.roll(polygon, -1, axis=0) - polygon
    turn = ahead[:, 0] * (point - polygon)[:, 1] - ahead[:, 1] * (point - polygon)[:, 0]
    return bool((turn >= -slack).all())


def weightings(seed: int, count: int) -> Array:
    return np.random.default_rng(seed).dirichlet(np.ones(3), count)


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


WATCHED = {
    "decisions": "decision,type,levels,monitoring_effect,fear\nd,process,local,0.5,0.6",
}  # monitored by m, it earns 0.5 m of accountability and 1 - 0.6 m of responsiveness


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
    instance = random_instance(seed, features, most_designs=16, sizes=3)
    if not brute_force(instance).feasible:
        with pytest.raises(InfeasibleError):
            optimiser.weight_map(instance)
        return
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
    return random_instance(14, features, most_designs=64, sizes=3)


def test_a_tolerance_is_kept_with_fewer_solves(tmp_path: Path) -> None:
    exact, rough = (optimiser.weight_map(rich(tmp_path), tolerance=t) for t in (0, 0.02))
    assert len(exact.cells) >= 8
    assert rough.complete
    assert 0 < rough.error <= 0.02
    assert rough.run["solves"] < exact.run["solves"] / 2
    for weights in weightings(5, 300):
        best, mine = ((planes(found) @ weights).max() for found in (exact, rough))
        assert best - rough.error - 1e-7 <= mine <= best + 1e-7


# The current design


def held_now(tmp_path: Path, local: str) -> WeightMap:
    """The archetype, of which these decisions are local now."""
    folder = tmp_path / (local or "none")
    folder.mkdir()
    for file in ARCHETYPE.iterdir():
        (folder / file.name).write_text(file.read_text())
    rows = [f"{d},{'local' if d in local.split() else 'central'}" for d in SCORES]
    (folder / "current.csv").write_text("\n".join(["decision,level", *rows]) + "\n")
    return optimiser.weight_map(read(folder))


def short(local: str, weights: Array) -> Array:
    """By how much the archetype with these decisions local falls short of the best, without limits."""
    return sum(
        np.maximum(weights @ [p, a, 0], weights @ [0, 0, r])
        - weights @ ([0, 0, r] if d in local.split() else [p, a, 0])
        for d, (p, a, r) in SCORES.items()
    ) / 6  # fmt: skip


def test_a_current_design_that_is_best_somewhere(tmp_path: Path, archetype: WeightMap) -> None:
    found = held_now(tmp_path, "")
    region = next(d for d in archetype.designs if all(row["level"] == "central" for row in d.rows))
    now = found.current
    assert now.share == pytest.approx(region.area, abs=1e-9)
    assert now.loss == pytest.approx(0, abs=1e-9)
    assert short("", now.nearest) == pytest.approx(0, abs=1e-8)
    closer = [w for w in weightings(2, 4000) if np.linalg.norm(w - 1 / 3) < now.distance - 1e-6]
    assert closer
    assert min(short("", w) for w in closer) > 0
    assert np.linalg.norm(now.nearest - 1 / 3) == pytest.approx(now.distance)


def test_a_current_design_that_is_best_at_the_weights_in_force(tmp_path: Path) -> None:
    now = held_now(tmp_path, "P1 P2").current
    assert now.nearest == pytest.approx(np.full(3, 1 / 3))
    assert now.distance == pytest.approx(0)


def test_a_current_design_that_is_best_nowhere(tmp_path: Path) -> None:
    now = held_now(tmp_path, "I1 I2").current
    assert (now.share, now.nearest, now.distance) == (0, None, None)
    losses = [short("I1 I2", w) for w in weightings(3, 4000)]
    assert 0 < now.loss <= min(losses) < now.loss + 5e-3
    assert short("I1 I2", now.loss_at) == pytest.approx(now.loss, abs=1e-8)


def test_a_current_design_that_is_best_at_a_corner_alone(tmp_path: Path) -> None:
    """Locally worth as much as at the centre where only pooling counts, and less everywhere else."""
    scores = "decision,level,risk_pooling,accountability,responsiveness\na,central,.5,.4,.3\na,local,.5,.1,.2"
    now = optimiser.weight_map(
        made(tmp_path, decisions="decision,type\na,input", scores=scores, current="decision,level\na,local")
    ).current
    assert now.share == 0
    assert now.nearest == pytest.approx([1, 0, 0], abs=1e-6)
    assert now.distance == pytest.approx(np.sqrt(2 / 3), abs=1e-6)


def test_the_recourse_of_the_current_design_follows_the_weights(tmp_path: Path) -> None:
    found = optimiser.weight_map(made(tmp_path, **WATCHED, current="decision,level\nd,local"))
    assert len(found.cells) == 2
    assert found.current.share == pytest.approx(1, abs=1e-12)
    assert found.current.distance == pytest.approx(0)


@pytest.mark.parametrize(
    ("current", "standing"),
    [("a,central", None), ("a,central\nb,local", False), ("a,central\nb,central", True)],
)
def test_a_current_design_that_is_not_whole_or_breaks_a_requirement(
    tmp_path: Path, current: str, standing: bool | None
) -> None:
    """b does not fit into the hours of the locality."""
    instance = made(
        tmp_path,
        decisions="decision,type\na,input\nb,process",
        organisations="organisation,level,parent,staff_hours\nC,central,,\nL,local,C,1",
        workload="decision,level,hours\nb,local,2",
        current="decision,level\n" + current,
    )
    now = optimiser.weight_map(instance).current
    assert (now if now is None else now.feasible) is standing
    if standing is False:
        assert "L" in now.broken[0]
        assert (now.share, now.nearest, now.loss) == (0, None, None)


@pytest.mark.parametrize("seed", [2, 5, 11, 17])
def test_the_current_design_of_random_instances(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng([seed, 9])
    features = {f for f in DRAWN if rng.random() < 0.4 and f != "max_changes"}
    files = random_files(seed, features, most_designs=12, sizes=3)
    write(tmp_path, files)
    every = brute_force(read(tmp_path))
    if not every.feasible:
        return
    now = every.designs[len(every.designs) // 2].record.held
    instance = read(tmp_path)
    levels, names = instance["levels"]["level"], instance["decisions"]["decision"]
    rows = [f"{d},{o},{levels[k]}" for d, held in zip(names, now, strict=True)
            for o, k in zip(instance.localities, held, strict=True)]  # fmt: skip
    write(tmp_path, files | {"current.csv": "\n".join(["decision,organisation,level", *rows]) + "\n"})
    found = optimiser.weight_map(read(tmp_path))
    mine = {c.design_id for c in found.cells if (c.answer.record.held == now).all()}
    assert found.current.share == pytest.approx(sum(c.area for c in found.cells if c.design_id in mine))
    for weights in weightings(seed, 5):
        truth = brute_force(found.instance, weights=dict(zip(THE_THREE, weights.tolist(), strict=True)))
        own = next(j.value for j in truth.designs if (j.record.held == now).all())
        assert truth.best.value - own >= found.current.loss - CLOSE
        if found.cells[cell_at(found, weights)].design_id in mine:
            assert own == pytest.approx(truth.best.value, abs=CLOSE)
    at = found.current.loss_at
    truth = brute_force(found.instance, weights=dict(zip(THE_THREE, at.tolist(), strict=True)))
    own = next(j.value for j in truth.designs if (j.record.held == now).all())
    assert truth.best.value - own == pytest.approx(found.current.loss, abs=CLOSE)


# Calls that are wrong, and calls that end early


def test_everything_wrong_with_a_call_is_said_at_once(tmp_path: Path) -> None:
    instance = made(tmp_path, decisions="decision,type\na,input", toml="[uncertainty]\nrisk_aversion = 0.3")
    with pytest.raises(InputError) as refused:
        optimiser.weight_map(instance, ("acountability", "economy"), tolerance=-1, time_limit=0)
    assert refused.value.problems == (
        "objectives: 'acountability' is not an objective; did you mean 'accountability'?",
        "objectives: a map is of three objectives, not of 2",
        "tolerance: -1 is not a number of at least 0",
        "uncertainty.risk_aversion: a map needs 0, not 0.3: with risk aversion the value is not linear in the "
        "weights",
        "time_limit: 0 is not a number of seconds above 0",
    )
    with pytest.raises(InputError, match="economy stands twice"):
        optimiser.weight_map(instance, ("economy", "economy", "accountability"))


def test_no_time_no_map(tmp_path: Path, run: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = run("map", str(ARCHETYPE), "--time-limit", "1e-9", "--json")
    document = json.loads(out)
    assert code == 5
    assert (document["complete"], document["error"], document["cells"]) == (False, None, [])
    assert misfits(document, RESULTS["map"]) == []
    assert "before any design" in run("map", str(ARCHETYPE), "--time-limit", "1e-9").out


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
    code, printed, _ = run("map", str(ARCHETYPE), "--json", "--out", str(out), "--figure", str(drawn))
    document = json.loads(printed)
    assert code == 0
    assert misfits(document, RESULTS["map"]) == []
    assert document == json.loads((out / "result.json").read_text())
    assert document["complete"]
    assert document["solves"] == document["run"]["solves"]
    for name in ("cells", "vertices", "designs", "acceptability", "by_decision", "by_type"):
        rows = list(csv.DictReader((out / f"{name}.csv").open()))
        assert rows
        if name in document and name != "designs":
            assert len(rows) == len(document[name])
    figure = ElementTree.parse(drawn).getroot()
    polygons = [e for e in figure if e.tag.endswith("polygon")]
    assert len(polygons) == len(document["cells"])


def test_the_text(run: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = run("map", str(ARCHETYPE))
    lines = out.splitlines()
    assert code == 0
    assert "complete and exact: 11 cells of 11 designs" in lines
    assert "    1   30.9 %  at 0.27 0.44 0.30  central: I1, I2, O1, O2; local: P1, P2" in lines
    assert "  P1           process   26.4 %  73.6 %" in lines
    assert "  The instance itself weighs them 0.33 0.33 0.33: there design 1 is best." in lines
    assert max(map(len, lines)) <= 100


def test_names_in_a_figure_are_escaped(tmp_path: Path) -> None:
    scores = "decision,level,risk_pooling,accountability,responsiveness"
    instance = made(
        tmp_path,
        decisions="decision,type\na<b>&,input",
        scores=f"{scores}\na<b>&,central,0,1,0\na<b>&,local,0,0,.5",
    )
    picture = ElementTree.fromstring(optimiser.weight_map(instance).figure())
    assert "a<b>& to local" in "".join(picture.itertext())


@pytest.mark.parametrize(
    "options",
    [("--objectives", "accountability,economy"), ("--tolerance", "-1"), ("--figure", "map.png"),
     ("--objectives", "accountability,economy,responsivness")],
)  # fmt: skip
def test_wrong_options(run: Callable[..., tuple[int, str, str]], options: tuple[str, ...]) -> None:
    code, out, err = run("map", str(ARCHETYPE), *options)
    assert (code, out) == (2, "")
    assert options[1].split(",")[-1] in err or "three" in err
    assert "Traceback" not in err
