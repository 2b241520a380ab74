"""Cases whose answer this project did not compute, or that can be worked by hand."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
import stone_1977
from archetype_scores import SCORES
from instance_by_hand import made
from known_cases import four_sites, local
from paths import INSTANCES

import optimiser
from optimiser import Instance

# Williams, Model Building in Mathematical Programming: Decentralisation


def test_decentralisation() -> None:
    design = optimiser.solve(optimiser.read(INSTANCES / "decentralisation"))
    assert design.value == pytest.approx(0.149, abs=1e-9)
    at = {row["decision"].split()[-1][-1].upper(): row["level"].lower() for row in design.rows("design")}
    assert {d for d, city in at.items() if city.startswith("bristol")} == {"A", "D"}
    assert {d for d, city in at.items() if city.startswith("brighton")} == {"B", "C", "E"}


# Stone 1977, as taught after Sinha: two sites


@pytest.fixture
def two_sites(tmp_path: Path) -> Instance:
    return stone_1977.two_sites(tmp_path)


def test_two_sites_at_least_cost(two_sites: Instance) -> None:
    design = optimiser.solve(two_sites)
    assert sum(stone_1977.costs(design.expectations)) == 38
    assert local(design, "site2") == {"t6"}


def test_two_sites_pareto_points(two_sites: Instance) -> None:
    """All four, by a ceiling on split cost, which counts a little: of those that cost the same, the least.

    (23, 29) is on no weighted sum.
    """
    points = []
    for ceiling in (38, 37, 28, 11):
        floor = {"split_cost": -(ceiling + 0.5) / (6 * stone_1977.SCALE)}
        design = optimiser.solve(two_sites, weights={"own_cost": 1000, "split_cost": 1}, at_least=floor)
        points.append(stone_1977.costs(design.expectations))
    assert points == stone_1977.PARETO
    by_weights = [
        optimiser.solve(two_sites, weights={"own_cost": w, "split_cost": 100 - w}) for w in range(5, 100, 5)
    ]
    assert (23, 29) not in {stone_1977.costs(design.expectations) for design in by_weights}


# Eppen 1979: pooling


@pytest.mark.parametrize(("rho", "ratio"), [(0.0, 0.5), (0.5, (2.5 / 4) ** 0.5), (1.0, 1.0)])
def test_equal_sites_pooled(tmp_path: Path, rho: float, ratio: float) -> None:
    instance = four_sites(tmp_path, f"decision,type,correlation\nd,input,{rho}")
    design = optimiser.solve(instance, fix={"d": "central"})
    assert 1 - design.expectations["risk_pooling"] == pytest.approx(ratio, abs=1e-12)


@pytest.mark.parametrize("uniform", ["true", "false"])
def test_unequal_sites_pooled(tmp_path: Path, uniform: str) -> None:
    instance = four_sites(
        tmp_path,
        f"decision,type,uniform\nd,input,{uniform}",
        (1, 1, 1),
        risk="decision,organisation,sd\nd,s1,5\nd,s2,10\nd,s3,20",
        correlations="decision,organisation_a,organisation_b,correlation\nd,s1,s2,.2\nd,s1,s3,.1\nd,s2,s3,.3",
    )
    design = optimiser.solve(instance, fix={"d": "central"})
    assert 35 * (1 - design.expectations["risk_pooling"]) == pytest.approx(26.1725, abs=5e-5)


def test_deviation_grows_as_the_square_root_of_the_list(tmp_path: Path) -> None:
    """Crump et al, BMJ 1991: 18,349, 32,512 and 87,149 pounds for 9,000, 24,000 and 179,400 people."""
    published = {9_000: 18_349, 24_000: 32_512, 179_400: 87_149}
    instance = four_sites(tmp_path, "decision,type\nd,input", tuple(published))
    pooled = optimiser.solve(instance, fix={"d": "central"}).expectations["risk_pooling"]
    by_default = 1 - sum(published) ** 0.5 / sum(p**0.5 for p in published)
    assert pooled == pytest.approx(by_default, abs=1e-12)
    for small, large in pairwise(published):
        assert published[large] / published[small] == pytest.approx((large / small) ** 0.5, rel=0.1)


# The archetype, by hand


@pytest.mark.parametrize(
    ("hours", "weights", "value", "decisions"),
    [
        (22, (1, 1, 1), 2.1 / 6, {"P1", "P2"}),
        (3, (1, 1, 1), 1.9 / 6, {"P2"}),
        (0, (1, 1, 1), 1.733333333333 / 6, set()),
        (22, (0.1, 0.1, 0.8), 2.56 / 6, set(SCORES)),
        (3, (0.1, 0.1, 0.8), 1.13 / 6, {"P2"}),
        (6, (1, 1, 1), None, {"P1"}),
    ],
)
def test_archetype(
    hours: float, weights: tuple[float, ...], value: float | None, decisions: set[str]
) -> None:
    instance = optimiser.read(INSTANCES / "archetype")
    instance = instance.replace("organisations.staff_hours", set=hours, where={"level": "local"})
    names = ("risk_pooling", "accountability", "responsiveness")
    design = optimiser.solve(instance, weights=dict(zip(names, weights, strict=True)))
    assert local(design) == decisions
    assert value is None or design.value == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize(
    ("decision", "tip"),
    {"I1": 0.636364, "I2": 0.714286, "P1": 0.142857, "P2": 0.157895, "O1": 0.625, "O2": 0.411765}.items(),
)
def test_where_the_archetype_tips(decision: str, tip: float) -> None:
    """On the line (s, s, 1 - 2s): central at a weight of responsiveness just below, local just above."""
    instance = optimiser.read(INSTANCES / "archetype")
    instance = instance.replace("organisations.staff_hours", set=1000, where={"level": "local"})
    p, a, r = SCORES[decision]
    assert (p + a) / (p + a + 2 * r) == pytest.approx(tip, abs=1e-6)
    for weight, there in ((tip - 1e-5, False), (tip + 1e-5, True)):
        rest = (1 - weight) / 2
        weights = {"risk_pooling": rest, "accountability": rest, "responsiveness": weight}
        assert (decision in local(optimiser.solve(instance, weights=weights))) is there


# Heterogeneity, Oates' decentralisation theorem with a quadratic loss


@pytest.mark.parametrize(("level", "fit"), [("central", 0.65), ("local", 1.0)])
def test_fit(tmp_path: Path, level: str, fit: float) -> None:
    needs = "organisation,need\ns1,1\ns2,2\ns3,3\ns4,6"
    instance = four_sites(tmp_path, "decision,type,heterogeneity\nd,process,0.1", needs=needs)
    design = optimiser.solve(instance, fix={"d": level}, weights={"responsiveness": 1})
    assert design.expectations["responsiveness"] == pytest.approx(fit, abs=1e-12)


# An intermediate level can win


@pytest.mark.parametrize(
    ("w", "level"), [(0.38, "local"), (0.385, "regional"), (0.75, "regional"), (0.757, "national")]
)
def test_the_region_wins_between(tmp_path: Path, w: float, level: str) -> None:
    """Scores 1 - cv and 1 - distance; the region is strictly best for w in (0.382499, 0.754083)."""
    cv, distance = (0.0297509, 0.192808, 1.0), (1.0, 0.5, 0.0)
    names = ("national", "regional", "local")
    scores = [f"d,{n},{1 - c},{1 - x}" for n, c, x in zip(names, cv, distance, strict=True)]
    instance = made(
        tmp_path,
        toml="".join(f'[[levels]]\nlevel = "{n}"\n' for n in names),
        decisions="decision,type\nd,input",
        scores="\n".join(["decision,level,risk_pooling,accountability", *scores]),
    )
    design = optimiser.solve(instance, weights={"risk_pooling": w, "accountability": 1 - w})
    assert local(design, level) == {"d"}


# Normalisation


@pytest.mark.parametrize("third", [False, True])
def test_another_decision_moves_none(tmp_path: Path, third: bool) -> None:
    given = {"D1": (0.30, 0.20), "D2": (0.10, 0.25)} | ({"D3": (0.30, 1.0)} if third else {})
    scores = [f"{d},central,{p},0\n{d},local,0,{r}" for d, (p, r) in given.items()]
    instance = made(
        tmp_path,
        decisions="\n".join(["decision,type", *(f"{d},input" for d in given)]),
        scores="\n".join(["decision,level,risk_pooling,responsiveness", *scores]),
    )
    design = optimiser.solve(instance, weights={"risk_pooling": 1, "responsiveness": 1})
    assert local(design) - {"D3"} == {"D2"}
