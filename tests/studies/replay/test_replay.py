"""replay: by hand, against plain loops, and Germany's figures."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pandas as pd
import plain_replay
import pytest
from paths import INSTANCES
from random_instances import random_instance
from series_by_hand import series, two

import optimiser
from optimiser.instance.instance import Instance
from optimiser.studies.replay.half_life import FITTED, fitted
from optimiser.studies.replay.pools import Geography
from optimiser.studies.replay.replay import Replay

GERMANY = INSTANCES / "germany-icu"


def unmet(found: Replay) -> dict[str, float]:
    """Design -> what it leaves unmet."""
    return {row["design"]: row["unmet"] for row in found.to_dict()["summary"]}


def by_day(found: Replay, design: str) -> list[float]:
    days = found.frame("days")
    return days[days["design"] == design]["unmet"].tolist()


# By hand


def test_two_localities_three_days_and_a_delay_of_one(tmp_path: Path) -> None:
    """Each has 10 beds.

    day 1: A needs 14 (lacks 4), B 7 (spares 3). No figures yet: 4 unmet.
    day 2: A needs 13 (lacks 3), B 8 (spares 2). Planned yesterday: min(4, 3) = 3 from B to A.
           B can give min(2, 3) = 2, A can take min(3, 3) = 3: 2 arrive, 1 unmet.
    day 3: A needs 15 (lacks 5), B 4 (spares 6). Planned yesterday: min(3, 2) = 2. All of it: 3 unmet.
    At once: 4 - 3, 3 - 2, 5 - 5 = 1, 1, 0.
    """
    found = optimiser.replay(two(tmp_path), series({"A": [14, 13, 15], "B": [7, 8, 4]}), delays=[0, 1])
    assert by_day(found, "all-central") == [4, 1, 3]
    assert by_day(found, "everybody at once") == [1, 1, 0]
    assert by_day(found, "all-local") == by_day(found, "nobody") == [4, 3, 5]
    summary = found.frame("summary").set_index("design")
    assert summary["demand"].tolist() == [61.0] * 4
    assert summary["removed"].tolist() == pytest.approx([4 / 12, 0, 0, 10 / 12])
    assert summary["level"].tolist() == ["central", "local", "", ""]
    # Of a gain of 10 at once 4 are left after one day.
    assert found.frame("delays")["kept"].tolist() == [1, 0.4]
    localities = found.frame("localities").query("design == 'all-central'").set_index("organisation")
    assert localities["borrowed"].tolist() == [4, 0]
    assert localities["lent"].tolist() == [0, 4]
    assert localities["unmet"].tolist() == [8, 0]
    assert localities["demand"].tolist() == [42, 19]


def test_what_is_lent_is_shared_by_what_is_spare_and_what_is_short(tmp_path: Path) -> None:
    """A spares 6, B 3; D lacks 4, E 2: all 6 are planned, 4 from A, 2 from B, 4 to D, 2 to E.

    The next day A spares 1 and B 3: they can give min(1, 4) + min(3, 2) = 3. D lacks 5, E 1: they can take
    min(5, 4) + min(1, 2) = 5. 3 arrive, shared as 4 to 1: 2.4 to D and 0.6 to E.
    """
    four = two(
        tmp_path,
        organisations="organisation,level,parent\nC,central,\n"
        + "\n".join(f"{name},local,C" for name in "ABDE"),
        resources="organisation,resource,capacity,demand\n" + "\n".join(f"{o},beds,10,8" for o in "ABDE"),
    )
    table = series({"A": [4, 9], "B": [7, 7], "D": [14, 15], "E": [12, 11]})
    found = optimiser.replay(four, table, delays=[1])
    assert by_day(found, "all-central") == [6, 3]
    localities = found.frame("localities").query("design == 'all-central'")
    assert localities["borrowed"].tolist() == pytest.approx([0, 0, 2.4, 0.6])
    assert localities["lent"].tolist() == pytest.approx([1, 2, 0, 0])


@pytest.mark.parametrize(
    ("delay", "level_share", "asked", "left"),
    [
        # At once A lacks 4 and B spares 3 on both days; of 3 so much is lent as the share says.
        (0, 1, None, [1, 1]),
        (0, 0.5, None, [2.5, 2.5]),
        (0, 0.5, 0.2, [3.4, 3.4]),
        (0, 1, 0, [4, 4]),
        (0.1, 1, None, [4, 1]),  # rounded up to a day
        (1, 0.5, 1, [4, 1]),
        (2, 1, None, [4, 4]),  # no figures in time
        (60, 1, None, [4, 4]),
    ],
)
def test_delays_and_mobilisation(
    tmp_path: Path, delay: float, level_share: float, asked: float | None, left: list[float]
) -> None:
    table = series({"A": [14, 14], "B": [7, 7]})
    found = optimiser.replay(two(tmp_path, delay, level_share), table, delays=[0], mobilisation=asked)
    assert by_day(found, "all-central") == pytest.approx(left)
    everybody = 1.0 if asked is None else asked
    assert by_day(found, "everybody at once") == pytest.approx([4 - 3 * everybody] * 2)
    assert by_day(found, "all-local") == [4, 4]  # nobody lends where the instance has it so


def test_a_capacity_in_the_series_stands_in_place_of_the_instances(tmp_path: Path) -> None:
    """With 20 and 5 beds nobody of A is short, and B lacks 2 and then 3."""
    table = series({"A": [14, 13], "B": [7, 8]}, A=[20, 20], B=[5, 5])
    found = optimiser.replay(two(tmp_path, 0), table, delays=[0])
    assert by_day(found, "nobody") == [2, 3]
    assert by_day(found, "all-central") == [0, 0]


def test_the_order_of_rows_does_not_matter_and_files_say_the_same(tmp_path: Path) -> None:
    table = series({"A": [14, 13, 15], "B": [7, 8, 4]})
    mixed = table.sample(frac=1, random_state=1)
    mixed.to_csv(tmp_path / "mixed.csv", index=False)
    instance = two(tmp_path / "i")
    dated = table.assign(date=pd.to_datetime(table["date"]))
    found = [
        optimiser.replay(instance, each, delays=[0, 1]).tables()
        for each in (table, mixed, dated, tmp_path / "mixed.csv", str(tmp_path / "mixed.csv"))
    ]
    assert all(each == found[0] for each in found)


def test_designs_that_differ_by_locality_pool_among_those_at_the_same_level(tmp_path: Path) -> None:
    """A and B pool at the centre, D on its own lends nothing: A lacks 4, B spares 3, D spares 5."""
    three = two(
        tmp_path / "i",
        0,
        decisions="decision,type,uniform\naid,process,false\nother,input,true",
        organisations="organisation,level,parent\nC,central,\nA,local,C\nB,local,C\nD,local,C",
        resources="organisation,resource,capacity,demand\nA,beds,10,8\nB,beds,10,8\nD,beds,10,8",
        current="decision,level,organisation\naid,central,A\naid,central,B\naid,local,D",
    )
    mine = tmp_path / "mine.csv"
    mine.write_text("decision,organisation,level\naid,A,central\naid,D,central\naid,B,local\nother,,local\n")
    table = series({"A": [14], "B": [7], "D": [5]})
    found = optimiser.replay(three, table, {"mine": mine})
    assert {name: unmet(found)[name] for name in ("current", "mine", "all-central")} == {
        "current": 1,
        "mine": 0,
        "all-central": 0,
    }
    summary = found.frame("summary").set_index("design")
    assert summary["level"]["current"] == "central;local"
    assert list(summary.index) == [
        "best",
        "current",
        "all-central",
        "all-local",
        "mine",
        "nobody",
        "everybody at once",
    ]


def test_the_best_design_is_solved_for_unless_delays_alone_are_asked_for(tmp_path: Path) -> None:
    instance, table = two(tmp_path / "i"), series({"A": [14, 13, 15], "B": [7, 8, 4]})
    found = optimiser.replay(instance, table)
    best = optimiser.solve(instance).table.set_index("decision")["level"]["aid"]
    assert unmet(found)["best"] == unmet(found)[f"all-{best}"]
    assert (found.run["solves"], found.ageing) == (1, ())
    alone = optimiser.replay(instance, table, delays=[3])
    assert (alone.run["solves"], "best" in unmet(alone)) == (0, False)
    both = optimiser.replay(instance, table, {"mine": optimiser.solve(instance)}, delays=[3])
    assert both.run["solves"] == 1
    assert unmet(both)["mine"] == unmet(both)["best"]


def test_designs_that_remove_as_much_are_named_together_and_share_a_line(tmp_path: Path) -> None:
    instance, table = two(tmp_path), series({"A": [14, 13, 15], "B": [7, 8, 4]})
    found = optimiser.replay(instance, table, {"mine": optimiser.solve(instance, fix={"aid": "central"})})
    most = [name for name in ("best", "all-central", "mine") if unmet(found)[name] == unmet(found)["mine"]]
    assert {"all-central", "mine"} <= set(most)
    said = ", ".join(most[:-1]) + f" and {most[-1]}"
    assert f"{said} remove 33.3 %" in found.headline
    assert "everything at the centre and mine: 8 in all" in found.plot().svg()


def test_a_current_design_that_says_nothing_of_a_decision_is_left_out(tmp_path: Path) -> None:
    table = series({"A": [14], "B": [7]})
    silent = two(tmp_path / "a", current="decision,level\nother,central")
    assert "current" not in unmet(optimiser.replay(silent, table, delays=[0]))


def test_where_nobody_is_short_nothing_is_removed(tmp_path: Path) -> None:
    found = optimiser.replay(two(tmp_path), series({"A": [5, 5], "B": [7, 7]}), delays=[0, 1])
    assert set(found.frame("summary")["removed"].tolist()) == {None}
    assert found.to_dict()["delays"][0]["kept"] is None
    assert found.to_dict()["half_lives"] == []


def test_two_resources_may_have_days_of_their_own(tmp_path: Path) -> None:
    masks = '[[resources]]\nresource = "masks"\ngoverned_by = "other"\n'
    folder = tmp_path / "i"
    two(folder)
    toml = folder / "instance.toml"
    toml.write_text(toml.read_text() + masks)
    both = pd.concat(
        [series({"A": [14, 13], "B": [7, 8]}), series({"B": [3]}, "masks", B=[1])], ignore_index=True
    )
    found = optimiser.replay(optimiser.read(folder), both, delays=[0])
    assert [(s.resource, s.decision, len(s.dates)) for s in found.series] == [
        ("beds", "aid", 2),
        ("masks", "other", 1),
    ]
    assert found.frame("summary").query("resource == 'masks'")["unmet"].tolist() == [2, 2, 2, 2]
    assert found.frame("localities").query("resource == 'masks'")["organisation"].unique().tolist() == ["B"]


# Against plain loops


@pytest.mark.parametrize("seed", range(24))
def test_arrays_say_what_plain_loops_say(seed: int) -> None:
    """Random trees of three levels, with random delays, shares and designs that differ by locality."""
    rng = np.random.default_rng(seed)
    base = random_instance(seed, {"three_levels", "asymmetric", "resources", "aid"}, sizes=6)
    levels, names = base["levels"]["level"], base.localities
    delays, shares = rng.choice([0, 0.5, 1, 2, 3.2, 9], 3), rng.choice([0, 0.3, 1], 3)
    instance = base
    for l, level in enumerate(levels):
        instance = instance.replace(f"levels.{level}.delay_days", set=float(delays[l]))
        instance = instance.replace(f"levels.{level}.mobilisation", set=float(shares[l]))
    resource = str(base.resources[0])
    decision = str(base["decisions"]["decision"][0])
    instance = instance.replace(f"resources.{resource}.governed_by", set=decision)
    instance = instance.replace("decisions.uniform", set=False, where={"decision": decision})
    days = int(rng.integers(1, 12))
    demand = rng.integers(0, 20, (days, len(names))).astype(float)
    capacity = rng.integers(0, 20, (days, len(names))).astype(float)
    table = series(
        {name: demand[:, o] for o, name in enumerate(names)}, resource,
        **{name: capacity[:, o] for o, name in enumerate(names)},
    )  # fmt: skip
    held = rng.integers(0, 3, len(names))
    uniform = instance["decisions"]["uniform"]
    mine = pd.DataFrame(
        [(decision, name, levels[l]) for name, l in zip(names, held, strict=True)]
        + [
            (other, place, levels[2])
            for other, one in zip(instance["decisions"]["decision"], uniform, strict=True)
            if other != decision
            for place in ([""] if one else names)
        ],
        columns=["decision", "organisation", "level"],
    )
    asked = optimiser.replay(instance, table, {"mine": mine}, delays=[0], time_limit=60)
    parent = dict(
        zip(instance["organisations"]["organisation"], instance["organisations"]["parent"], strict=True)
    )
    above = {name: [parent[parent[name]], parent[name], name] for name in names}
    as_days = [[dict(zip(names, row, strict=True)) for row in each.tolist()] for each in (demand, capacity)]
    for design, level in {"mine": held, "all-central": held * 0, "all-local": held * 0 + 2}.items():
        expected = plain_replay.unmet(
            *as_days, dict(zip(names, level.tolist(), strict=True)), above, delays.tolist(), shares.tolist()
        )
        assert by_day(asked, design) == pytest.approx(expected, abs=1e-9)
    everybody = plain_replay.unmet(*as_days, dict.fromkeys(names, 0), above, [0, 0, 0], [1, 1, 1])
    assert by_day(asked, "everybody at once") == pytest.approx(everybody, abs=1e-9)
    localities = asked.frame("localities").groupby("design")[["unmet", "borrowed", "lent"]].sum()
    assert localities["borrowed"].to_numpy() == pytest.approx(localities["lent"].to_numpy())
    assert localities["unmet"].to_dict() == pytest.approx(unmet(asked))


# Half-lives


@pytest.mark.parametrize("floor", [0.0, 0.05, 0.6])
@pytest.mark.parametrize("days", [0.5, 7.0, 40.0, 300.0])
def test_a_half_life_that_is_known_is_found(days: float, floor: float) -> None:
    kept = floor + (1 - floor) * 2.0 ** (-FITTED / days)
    found = fitted(kept, kept + 0.01, free=True)
    assert (found.days, found.floor) == (pytest.approx(days, rel=1e-4), pytest.approx(floor, abs=1e-4))
    assert found.residual == pytest.approx(0, abs=1e-7)
    assert found.residual_after == pytest.approx(0.01, abs=1e-6)
    bare = fitted(kept, None, free=False)
    assert (bare.floor, bare.residual_after) == (0, None)
    if floor == 0:
        assert bare.days == pytest.approx(days, rel=1e-4)


def test_the_fit_is_the_least_of_squares() -> None:
    """Against a fine grid of half-lives and floors, of what no curve fits exactly."""
    kept = np.clip(0.2 + 0.8 * 2.0 ** (-FITTED / 6) + np.random.default_rng(3).normal(0, 0.05, 28), 0, 1)
    days, floors = np.meshgrid(np.linspace(2, 20, 721), np.linspace(0, 0.5, 201))
    curves = floors[..., None] + (1 - floors[..., None]) * 2.0 ** (-FITTED / days[..., None])
    squares = ((kept - curves) ** 2).mean(axis=2)
    free, bare = fitted(kept, None, free=True), fitted(kept, None, free=False)
    assert free.residual <= np.sqrt(squares.min())
    assert free.residual == pytest.approx(np.sqrt(squares.min()), rel=1e-4)
    assert bare.residual == pytest.approx(np.sqrt(squares[0].min()), rel=1e-4)
    assert free.residual < bare.residual


def test_what_never_decays_has_no_half_life() -> None:
    for free in (False, True):
        assert fitted(np.ones(28), None, free=free).days is None
    assert fitted(np.zeros(28), None, free=False).days == pytest.approx(0.1)


def test_what_is_fitted_before_a_day_is_held_against_what_comes_after(tmp_path: Path) -> None:
    """The first 40 days are fitted alone: the same as a series that ends with them."""
    rng = np.random.default_rng(1)
    a = 10 + 6 * np.sin(np.arange(80) / 9) + rng.normal(0, 0.5, 80)
    whole = series({"A": a, "B": 20 - a})
    start = series({"A": a[:40], "B": 20 - a[:40]})
    instance = two(tmp_path)
    split = optimiser.replay(instance, whole, delays=[7], fit_until="2020-11-10")
    alone = optimiser.replay(instance, start, delays=[7])
    mine, theirs = split.frame("half_lives"), alone.frame("half_lives")
    for column in ("days", "floor", "residual"):
        assert mine[column].tolist() == pytest.approx(theirs[column].tolist())
    gains = np.array([split.ageing[0].gain(int(d))[40:].sum() for d in (0, *FITTED)])
    curve = 2.0 ** (-FITTED / mine["days"][0])
    assert mine["residual_after"][0] == pytest.approx(np.sqrt(((gains[1:] / gains[0] - curve) ** 2).mean()))
    assert theirs["residual_after"].tolist() == [None, None]
    assert split.frame("delays")["kept"][0] == pytest.approx(
        split.ageing[0].gain(7).sum() / split.ageing[0].gain(0).sum()
    )


# Germany


@pytest.fixture(scope="module")
def germany() -> Instance:
    return optimiser.read(GERMANY)


def test_germanys_figures(germany: Instance) -> None:
    found = optimiser.replay(germany, GERMANY / "replay" / "icu.csv", delays=[0, 3, 7, 14], mobilisation=1)
    summary = found.frame("summary").set_index("design")
    assert set(summary["demand"].tolist()) == {1_431_316}
    assert summary["unmet"]["nobody"] == pytest.approx(126_297, abs=0.5)
    assert summary["unmet"]["everybody at once"] == pytest.approx(37_212, abs=0.5)
    assert summary["unmet"]["all-central"] == pytest.approx(71_991, abs=0.5)  # the federation, after 14 days
    clusters = next(each for each in found.ageing if each.level == "cluster")
    assert summary["unmet"]["nobody"] - clusters.at_once.sum() == pytest.approx(106_393, abs=0.5)
    kept = found.frame("delays").query("level == 'federation'").set_index("days")["kept"]
    assert kept[7] == pytest.approx(0.779, abs=5e-4)
    half = found.frame("half_lives").query("level == 'federation'")
    assert half["days"].tolist() == pytest.approx([19.74, 18.24], abs=0.005)
    assert half["floor"].tolist() == pytest.approx([0, 0.053], abs=5e-4)


def test_two_years_of_all_designs_and_five_delays_take_seconds(germany: Instance) -> None:
    rng = np.random.default_rng(0)
    table = series({name: rng.poisson(300, 730) for name in germany.localities}, "icu_beds")
    began = time.monotonic()
    found = optimiser.replay(germany, table, delays=[0, 3, 7, 14, 21])
    assert len(found.frame("days")) == 730 * len(found.outcomes)
    assert len(found.frame("delays")) == 3 * 5
    assert time.monotonic() - began < 10  # it takes one


def test_neighbours_are_of_one_parent_and_lend_only_where_the_instance_says_so(germany: Instance) -> None:
    own, asked = Geography(germany, None), Geography(germany, 0.9)
    assert own.mobilisation.tolist() == [0.6, 0.8, 0.1]
    assert asked.mobilisation.tolist() == [0.9] * 3
    assert (own.at("transfer", 2).pool == own.at("transfer", 1).pool).all()
    silent = germany.replace("levels.mobilisation", set=0, where={"level": "state"})
    assert Geography(silent, 0.9).mobilisation.tolist() == [0.9, 0.9, 0]
