"""Cases that can be worked by hand: what is exercised earns, and what is held costs."""

from __future__ import annotations

from pathlib import Path

import pytest
from instance_by_hand import made
from known_cases import four_sites, local

import optimiser
from optimiser import Design, Instance


def exercised(design: Design) -> dict[str, float]:
    """How far each decision is exercised, on average over localities and scenarios."""
    found: dict[str, list[float]] = {}
    for row in design.rows("exercised"):
        found.setdefault(row["decision"], []).append(row["exercised"])
    return {decision: sum(shares) / len(shares) for decision, shares in found.items()}


@pytest.mark.parametrize("uniform", ["true", "false"])
@pytest.mark.parametrize("absence", [0, 0.25, 0.5, 1])
def test_control_earns_as_far_as_it_is_exercised(tmp_path: Path, uniform: str, absence: float) -> None:
    """Held at the centre it takes 2 x 2 hours of 4, of which 4 (1 - absence) are there.

    Two equal localities without correlation: the buffer of the pool is sqrt 2 of 2, so that full exercise saves
    1 - 1/sqrt 2 = 0.292893. It costs 2 x 3, locally 2 x 5: economy is 1 - 6/10 whatever is exercised.
    """
    instance = made(
        tmp_path,
        toml=f'[[scenarios]]\nscenario = "wave"\nprobability = 1\nabsence = {absence}',
        decisions=f"decision,type,uniform\nd,input,{uniform}",
        organisations="organisation,level,parent,staff_hours\nC,central,,4\nL1,local,C,\nL2,local,C,",
        workload="decision,level,hours,cost\nd,central,2,3\nd,local,0,5",
    )
    design = optimiser.solve(instance, fix={"d": "central"})
    done = 1 - absence
    assert exercised(design) == pytest.approx({"d": done}, abs=1e-9)
    assert design.expectations["risk_pooling"] == pytest.approx(done * 0.2928932188, abs=1e-9)
    assert design.expectations["accountability"] == pytest.approx(done, abs=1e-9)
    assert design.expectations["responsiveness"] == pytest.approx(done, abs=1e-9)
    assert design.expectations["economy"] == pytest.approx(0.4, abs=1e-9)
    assert design.spend == pytest.approx(6)


def test_delays(tmp_path: Path) -> None:
    """Half-life 14 days, one scenario half of the time.

    d: 21 days everywhere, 2^-1.5 = 0.353553, but 14 in a wave, 0.5. e: 28 days everywhere, 0.25. f: the level's.
    Urgency 2 doubles what a wave makes of each: 0.25 for d, 0.0625 for e, 2^-3 = 0.125 for f.
    """
    for urgency, in_wave in ((1, (0.5, 0.25, 0.3535533906)), (2, (0.25, 0.0625, 0.125))):
        folder = tmp_path / str(urgency)
        folder.mkdir()
        instance = made(
            folder,
            toml='[[levels]]\nlevel = "central"\ndelay_days = 21\n[[levels]]\nlevel = "local"\n'
            '[[scenarios]]\nscenario = "normal"\nprobability = 0.5\n'
            f'[[scenarios]]\nscenario = "wave"\nprobability = 0.5\nurgency = {urgency}',
            decisions="decision,type,half_life_days\nd,input,14\ne,input,14\nf,input,14",
            delays="decision,level,days,scenario\nd,central,14,wave\ne,central,28,",
        )
        normally = (0.3535533906, 0.25, 0.3535533906)
        for decision, both in zip("def", zip(normally, in_wave, strict=True), strict=True):
            fix = {d: "central" if d == decision else "local" for d in "def"}
            design = optimiser.solve(instance, fix=fix)
            # The two that are local, without delay, have 1.
            expected = (sum(both) / 2 + 2) / 3
            assert design.expectations["responsiveness"] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("stocks", "level", "resilience"),
    [
        ((80, 80), "local", 0.0),  # 70 are at risk at A, and nobody helps
        ((80, 80), "central", 1 - 40 / 70),  # B spares 30
        ((100, 100), "local", 0.0),
        ((100, 100), "central", 1.0),  # 50 at risk, 50 to spare
    ],
)
def test_resilience_counts_from_where_nobody_helps(
    tmp_path: Path, stocks: tuple[int, int], level: str, resilience: float
) -> None:
    """Demands 150 and 50; what is lent arrives in full. A second resource, of which nothing is at risk, is left out."""
    instance = made(
        tmp_path,
        toml='[[resources]]\nresource = "masks"\ngoverned_by = "d"\n[[resources]]\nresource = "gloves"',
        decisions="decision,type\nd,input",
        organisations="organisation,level,parent\nC,central,\nA,local,C\nB,local,C",
        resources=f"""organisation,resource,capacity,demand
            A,masks,{stocks[0]},150\nB,masks,{stocks[1]},50\nA,gloves,9,5""",
    )
    design = optimiser.solve(instance, fix={"d": level})
    assert design.expectations["resilience"] == pytest.approx(resilience, abs=1e-9)


@pytest.mark.parametrize(("b", "level", "worth"), [(1, "local", 0.9), (2.5, "central", 0.65)])
def test_both_halves_of_oates(tmp_path: Path, b: float, level: str, worth: float) -> None:
    """Needs 1, 2, 3, 6 (their standard deviation is sqrt 3.5 = 1.870829), heterogeneity 0.1, spillover 0.1 b^2.

    The centre loses 0.1 x 3.5 on average, a locality on its own 0.1 b^2: 0.1 at b = 1, 0.625 at 2.5.
    """
    instance = oates(tmp_path, b)
    for held, expected in (("central", 0.65), ("local", 1 - 0.1 * b**2)):
        design = optimiser.solve(instance, fix={"d": held}, weights={"responsiveness": 1})
        assert design.expectations["responsiveness"] == pytest.approx(expected, abs=1e-9)
    design = optimiser.solve(instance, weights={"responsiveness": 1})
    assert local(design, level) == {"d"}
    assert design.value == pytest.approx(worth, abs=1e-9)


def test_where_the_two_halves_of_oates_meet(tmp_path: Path) -> None:
    for b, level in ((1.8708, "local"), (1.87086, "central")):
        folder = tmp_path / str(b)
        folder.mkdir()
        design = optimiser.solve(oates(folder, b), weights={"responsiveness": 1})
        assert local(design, level) == {"d"}


def oates(folder: Path, b: float) -> Instance:
    decisions = f"decision,type,heterogeneity,spillover\nd,process,0.1,{0.1 * b**2}"
    return four_sites(folder, decisions, needs="organisation,need\ns1,1\ns2,2\ns3,3\ns4,6")


def test_a_spillover_counts_the_others_that_nobody_answers_for(tmp_path: Path) -> None:
    """Populations 1, 2, 3 and 4 of 10, the first two in a region, spillover 0.5.

    A region of A and B answers, beside A, for 2 of the 9 others; beside B for 1 of 8: outside 7/9 and 7/8. That of
    C and D beside C for 4 of 7, beside D for 3 of 6: outside 3/7 and 3/6. Together
    1 - 0.5 (0.1 x 7/9 + 0.2 x 7/8 + 0.3 x 3/7 + 0.4 x 1/2) = 0.709325; the centre loses nothing, a locality half.
    """
    instance = made(
        tmp_path,
        toml='[[levels]]\nlevel = "centre"\n[[levels]]\nlevel = "region"\n[[levels]]\nlevel = "local"',
        decisions="decision,type,spillover\nd,process,0.5",
        organisations="""organisation,level,parent,population
            N,centre,,\nR1,region,N,\nR2,region,N,\nA,local,R1,1\nB,local,R1,2\nC,local,R2,3\nD,local,R2,4""",
    )
    for level, fit in (("centre", 1.0), ("region", 0.709325396825), ("local", 0.5)):
        design = optimiser.solve(instance, fix={"d": level})
        assert design.expectations["responsiveness"] == pytest.approx(fit, abs=1e-9)


@pytest.mark.parametrize(
    ("accountable", "prompt", "returns", "care"),
    [(0.9, 0.8, 2 / 3, 1), (0.9, 0.5, 1, 0.5)],
)
def test_a_burden_that_is_chosen(
    tmp_path: Path, accountable: float, prompt: float, returns: float, care: float
) -> None:
    """Returns to the centre cost 6 hours at the locality, care 4; of 10 hours, 8 are there.

    What earns more an hour comes first: 0.9/6 = 0.15 against 0.8/4 = 0.2, so care in full and returns with the 4
    that are left; against 0.5/4 = 0.125 returns in full, and care with 2 of 4.
    """
    instance = made(
        tmp_path,
        toml='[[scenarios]]\nscenario = "wave"\nprobability = 1\nabsence = 0.2',
        decisions="decision,type,levels\nreturns,outcome,central\ncare,process,local",
        organisations="organisation,level,parent,staff_hours\nC,central,,\nL,local,C,10",
        workload="decision,level,at,hours\nreturns,central,local,6\ncare,local,local,4",
        scores=f"""decision,level,accountability,responsiveness
            returns,central,{accountable},0\ncare,local,0,{prompt}""",
    )
    design = optimiser.solve(instance)
    assert exercised(design) == pytest.approx({"returns": returns, "care": care}, abs=1e-8)
    earned = accountable * returns + prompt * care
    assert design.value == pytest.approx(earned / 2 / 3, abs=1e-8)  # two decisions, three weights


SAVED = {"s1": 5 - 45 / 26.1725047, "s2": 10 - 170 / 26.1725047, "s3": 20 - 470 / 26.1725047}


@pytest.mark.parametrize("uniform", ["true", "false"])
@pytest.mark.parametrize("idle", [(), ("s1",), ("s2",), ("s3",), ("s1", "s3"), ("s1", "s2", "s3")])
def test_what_each_part_of_a_pool_saves(tmp_path: Path, uniform: str, idle: tuple[str, ...]) -> None:
    """Deviations 5, 10, 20 with correlations .2, .1, .3: their covariances sum to 25 + 10 + 10 = 45, 10 + 100 + 60
    = 170 and 10 + 60 + 400 = 470, in all 685 = 26.1725^2. What each saves, its own less its row by 26.1725, sums
    to 35 - 26.1725. Those whose locality bears hours for it, and has nobody there, do not exercise it.
    """
    assert sum(SAVED.values()) == pytest.approx(35 - 685**0.5)
    hours = [f"d,central,local,{o},1" for o in idle]
    sites = [f"{o},local,c,1" for o in SAVED]
    instance = made(
        tmp_path,
        toml='[[scenarios]]\nscenario = "away"\nprobability = 1\nabsence = 1',
        decisions=f"decision,type,uniform\nd,input,{uniform}",
        organisations="\n".join(["organisation,level,parent,staff_hours", "c,central,,", *sites]),
        workload="\n".join(["decision,level,at,organisation,hours", *hours]),
        risk="decision,organisation,sd\nd,s1,5\nd,s2,10\nd,s3,20",
        correlations="decision,organisation_a,organisation_b,correlation\nd,s1,s2,.2\nd,s1,s3,.1\nd,s2,s3,.3",
    )
    design = optimiser.solve(instance, fix={"d": "central"}, weights={"risk_pooling": 1})
    saved = sum(part for o, part in SAVED.items() if o not in idle)
    assert 35 * design.expectations["risk_pooling"] == pytest.approx(saved, abs=1e-6)


def test_the_shock_of_one_decision(tmp_path: Path) -> None:
    """Four equal sites: with correlation 0.6 the buffer is sqrt((1 + 3 x 0.6) / 4) = 0.836660 of the sum, by name
    in place of the decision's own 0 and of its matrix; 0.5 for the decision that is not named."""
    instance = four_sites(
        tmp_path,
        "decision,type\nd,input\ne,input",
        toml='[[scenarios]]\nscenario = "wave"\nprobability = 1\ncorrelation = { d = 0.6 }',
        correlations="decision,organisation_a,organisation_b,correlation\nd,s1,s2,1",
    )
    design = optimiser.solve(instance, fix={"d": "central", "e": "central"})
    expected = (1 - 0.8366600265 + 1 - 0.5) / 2
    assert design.expectations["risk_pooling"] == pytest.approx(expected, abs=1e-9)


def test_the_tail_ends_in_the_middle_of_a_scenario(tmp_path: Path) -> None:
    """Six equally likely scenarios, the worst 5/12 of probability: (V3 + 2 V2 + 2 V1) / 5 (Rockafellar & Uryasev 2002).

    Absences 0, 0.1 ... 0.5 leave so much of what is exercised: 0.5, 0.6, 0.7 are the worst, (0.7 + 1.2 + 1) / 5.
    """
    scenarios = [
        f'[[scenarios]]\nscenario = "s{k}"\nprobability = {1 / 6}\nabsence = {k / 10}' for k in range(6)
    ]
    instance = made(
        tmp_path,
        toml="\n".join([f"[uncertainty]\nrisk_aversion = 1\nbeta = {7 / 12}", *scenarios]),
        decisions="decision,type,levels\nd,process,local",
        organisations="organisation,level,parent,staff_hours\nC,central,,\nL,local,C,1",
        workload="decision,level,hours\nd,local,1",
    )
    design = optimiser.solve(instance, weights={"responsiveness": 1})
    assert design.value == pytest.approx(0.58, abs=1e-9)
    assert design.expectations["responsiveness"] == pytest.approx(0.75, abs=1e-9)


def test_hours_and_costs_of_one_locality(tmp_path: Path) -> None:
    """The common row says 2 hours and 3 of cost; A's own says 5 hours, B's own costs 1: the rest is as for all.

    Local: A needs 5, B 2 and C 2 hours, and it costs 3 + 1 + 3 = 7; central it costs 10: economy 0.3.
    """
    rows = [f"{o},local,N,{hours}" for o, hours in (("A", 5), ("B", 2), ("C", 2))]
    instance = made(
        tmp_path,
        decisions="decision,type\nd,process",
        organisations="\n".join(["organisation,level,parent,staff_hours", "N,central,,", *rows]),
        workload="""decision,level,organisation,hours,cost,fixed_cost
            d,local,,2,3,\nd,local,A,5,,\nd,local,B,,1,\nd,central,,,,10""",
    )
    design = optimiser.solve(instance, fix={"d": "local"})
    assert exercised(design) == pytest.approx({"d": 1})
    assert design.spend == pytest.approx(7)
    assert design.expectations["economy"] == pytest.approx(0.3)
    short = instance.replace("organisations.staff_hours", set=4.9, where={"organisation": "A"})
    assert local(optimiser.solve(short)) == set()
