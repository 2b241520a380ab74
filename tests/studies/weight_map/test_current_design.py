"""map: the current design among all weightings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from archetype_scores import SCORES
from enumeration import brute_force
from instance_by_hand import made
from paths import ARCHETYPE
from random_instances import random_files, write
from weightings import CLOSE, DRAWN, WATCHED, cell_at, weightings

import optimiser
from optimiser.instance.read import read
from optimiser.studies.weight_map.weight_map import THE_THREE, WeightMap

Array = np.ndarray


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


def test_a_current_design_that_is_best_somewhere(tmp_path: Path) -> None:
    archetype = optimiser.weight_map(read(ARCHETYPE))
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
    draws = (random_files(each, features, most_designs=12, sizes=3) for each in range(seed, 10_000, 100))
    for files in draws:
        write(tmp_path, files)
        every = brute_force(read(tmp_path))
        if every.feasible:
            break
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
