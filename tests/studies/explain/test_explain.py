"""explain: known answers, costs and contributions against the enumeration of all designs, and its sentences."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from archetype_scores import SCORES
from enumeration import Answer, brute_force
from instance_by_hand import made
from paths import ARCHETYPE, INSTANCES
from random_instances import random_instance, random_solvable
from schema_misfits import misfits

import optimiser
from optimiser import Instance
from optimiser.design.status import Status
from optimiser.errors import InfeasibleError, InputError
from optimiser.studies.explain.explanation import Explained, Explanation, Move
from optimiser.studies.explain.sentences import sentence
from optimiser.studies.schemas import json_schema

CLOSE = 3e-6
FEATURES = ["staff", "fixed_hours", "asymmetric", "stakes", "urgency", "monitoring", "scenarios", "links", "risk",
            "rules", "restricted", "min_rating", "max_changes", "all_weights"]  # fmt: skip


def by_name(found: Explanation) -> dict[str, Explained]:
    return {one.decision: one for one in found.decisions}


def only(one: Explained) -> Move:
    (move,) = one.moves
    return move


# The archetype, by hand


@pytest.fixture(scope="module")
def archetype() -> dict[str, Explained]:
    return by_name(optimiser.explain(optimiser.read(ARCHETYPE)))


def test_costs_and_contributions_of_the_archetype(archetype: dict[str, Explained]) -> None:
    for decision, (pooling, accountability, responsiveness) in SCORES.items():
        one = archetype[decision]
        assert one.level == ("local" if decision in ("P1", "P2") else "central")
        assert only(one).cost == pytest.approx(abs(pooling + accountability - responsiveness) / 18, abs=1e-9)
        assert only(one).also == ()
        central, local = one.contributions, only(one).contributions
        if one.level == "local":
            central, local = local, central
        assert [central[g] for g in ("risk_pooling", "accountability")] == pytest.approx(
            [pooling / 6, accountability / 6]
        )
        assert local["responsiveness"] == pytest.approx(responsiveness / 6)


def test_weights_between_which_decisions_of_the_archetype_stay(archetype: dict[str, Explained]) -> None:
    for decision, (P, A, R) in SCORES.items():
        weights = archetype[decision].weights
        tip = (P + A) / (P + A + 2 * R)
        expected = (tip, 1.0) if decision in ("P1", "P2") else (0.0, tip)
        assert weights["responsiveness"] == pytest.approx(expected, abs=1e-9)
        assert weights["economy"] == pytest.approx((0, 1))
    # accountability at x, the others (1 - x) / 2: central while x A + (1 - x) P / 2 > (1 - x) R / 2
    assert archetype["O2"].weights["accountability"] == pytest.approx((0.25, 1))
    assert archetype["O1"].weights["accountability"] == pytest.approx((0.1, 1))


def test_the_sentences_of_the_archetype(archetype: dict[str, Explained]) -> None:
    assert archetype["O2"].sentence == (
        "Setting targets sits at central. It is worth 0.0333 more on Accountability and 0.00556 more on "
        "Risk pooling than at local, and 0.0278 less on Responsiveness. Moving it to local would cost 0.0111. It "
        "would move if Responsiveness weighed more than 0.412 of all (now 0.333)."
    )


def test_the_limits_met_have_both_numbers() -> None:
    instance = optimiser.read(ARCHETYPE).replace("organisations.staff_hours", set=3, where={"level": "local"})
    found = by_name(optimiser.explain(instance))
    assert found["P2"].level == "local"
    binding = [limit for limit in found["P2"].limits if not limit.to]
    assert [(limit.row, limit.available, limit.used) for limit in binding] == [("locality staff_hours", 3, 3)]
    (stops,) = [limit for limit in found["P1"].limits if limit.to == "local"]
    assert (stops.table, stops.row, stops.available, stops.used) == (
        "organisations.csv", "locality staff_hours", 3, 7,
    )  # fmt: skip
    assert only(found["P1"]).cost is None  # it takes 4 hours
    assert "It cannot be at local: The locality has 3 staff hours, 7 would be needed." in found["P1"].sentence
    assert "No room is left in: 3 of The locality's 3 staff hours in use." in found["P2"].sentence
    assert found["P1"].limits[0].to_dict()["text"]


def test_what_has_to_follow_follows() -> None:
    instance = optimiser.read(ARCHETYPE).replace("organisations.staff_hours", set=4, where={"level": "local"})
    found = by_name(optimiser.explain(instance))
    move = only(found["P2"])  # 3 hours, where P1 has 4 of 4
    assert move.cost == pytest.approx((5.8 - 5.7) / 18, abs=1e-9)
    assert move.also == ({"decision": "P1", "organisation": "", "from": "local", "to": "central"},)
    assert "would cost 0.00556, and Redeploying staff (to central) would follow." in found["P2"].sentence


def test_the_most_urgent_process_is_called_so(tmp_path: Path) -> None:
    instance = made(
        tmp_path,
        toml='[weights]\nrisk_pooling = 0\n[[levels]]\nlevel = "central"\ndelay_days = 20\n[[levels]]\nlevel = "local"',
        decisions="decision,type,half_life_days\nwards,process,2\nplans,process,400\nmoney,input,1",
        scores="decision,level,accountability\nwards,central,0.5\nwards,local,0.2\nplans,central,1\nplans,local,0",
    )
    found = by_name(optimiser.explain(instance))
    assert found["wards"].level == "local"
    assert "it is the most urgent process (half-life 2 days)" in found["wards"].sentence
    assert "most urgent" not in found["plans"].sentence + found["money"].sentence


# Against the enumeration of all designs


def held_at(instance: Instance, answer: Answer, one: Explained, level: str) -> Answer:
    """The designs in which a decision is held there (for its locality, where it names one)."""
    d = list(instance["decisions"]["decision"]).index(one.decision)
    where: Any = instance.localities.index(one.organisation) if one.organisation else slice(None)
    at = list(instance["levels"]["level"]).index(level)
    there = (j for j in answer.designs if (j.record.held[d, where] == at).all())
    return Answer(tuple(there), answer.tried)


def costs_agree(instance: Instance, found: Explanation, answer: Answer) -> None:
    assert found.value == pytest.approx(answer.best.value, abs=CLOSE)
    for one in found.decisions:
        for move in one.moves:
            there = held_at(instance, answer, one, move.to)
            assert (move.cost is None) == (not there.feasible)
            if move.cost is None:
                assert move.status is Status.INFEASIBLE
                continue
            cost = answer.best.value - there.best.value
            assert move.cost == pytest.approx(cost, abs=CLOSE)
            assert move.least - CLOSE <= cost <= move.most + CLOSE


@pytest.mark.parametrize("seed", range(20, 25))
def test_costs_against_brute_force(seed: int) -> None:
    instance = random_solvable(seed, FEATURES, most_designs=64, sizes=3)
    answer = brute_force(instance)
    found = optimiser.explain(instance)
    assert found.complete
    costs_agree(instance, found, answer)
    sums_agree(instance, found)
    follows(instance, found, answer)
    table = optimiser.explain(instance, locality=instance.localities[-1])
    assert any(one.organisation for one in table.decisions) == (not instance["decisions"]["uniform"].all())
    costs_agree(instance, table, answer)


def sums_agree(instance: Instance, found: Explanation) -> None:
    """What decisions contribute adds up to the objectives; resilience has no shares."""
    design = optimiser.solve(instance)
    shares = {
        g: sum(one.contributions[g] for one in found.decisions) for g in found.decisions[0].contributions
    }
    assert set(shares) == set(instance.objectives) - {"resilience"}
    value = sum(found.weights[g] * share for g, share in shares.items())
    value += found.weights["resilience"] * design.expectations["resilience"]
    assert value == pytest.approx(found.value, abs=CLOSE)


LINKED = ["staff", "fixed_hours", "stakes", "links", "level_links", "rules", "urgency", "scores"]


@pytest.mark.parametrize("seed", [102, 116, 130, 202])
def test_what_follows_against_brute_force(seed: int) -> None:
    """Moves that others have to follow: no fewer would do."""
    instance = random_instance(seed, LINKED, most_designs=64, sizes=5)
    found, answer = optimiser.explain(instance), brute_force(instance)
    costs_agree(instance, found, answer)
    assert follows(instance, found, answer) >= 4


def follows(instance: Instance, found: Explanation, answer: Answer) -> int:
    """The design with a decision moved, and what is said to follow, is one of the best with it there, and with
    any one of the followers left behind it is not. How many moves have any."""
    names, levels = list(instance["decisions"]["decision"]), list(instance["levels"]["level"])

    def put(held: np.ndarray, rows: Any, key: str) -> np.ndarray:
        there = held.copy()
        for row in rows:
            where = instance.localities.index(row["organisation"]) if row["organisation"] else slice(None)
            there[names.index(row["decision"]), where] = levels.index(row[key])
        return there

    def worth(held: np.ndarray) -> float:
        return max((j.value for j in answer.designs if (j.record.held == held).all()), default=-np.inf)

    shape = (len(names), len(instance.localities))
    base, followed = put(np.zeros(shape, int), optimiser.solve(instance).rows("design"), "level"), 0
    for one in found.decisions:
        for move in (m for m in one.moves if m.cost is not None):
            moved = put(base, [{"decision": one.decision, "organisation": "", "to": move.to}], "to")
            there = put(moved, move.also, "to")
            assert worth(there) == pytest.approx(found.value - move.cost, abs=CLOSE)
            for decision in {row["decision"] for row in move.also}:
                behind = put(there, [row for row in move.also if row["decision"] == decision], "from")
                assert worth(behind) < worth(there) - 1e-7
            followed += bool(move.also)
    return followed


@pytest.mark.parametrize("seed", [31, 33])
def test_ranges_of_weights_against_brute_force(seed: int) -> None:
    instance = random_instance(seed, ["staff", "stakes", "urgency", "links", "all_weights"], sizes=3)
    found = optimiser.explain(instance)
    g, met = "responsiveness", Counter[str]()
    now = found.weights[g]
    for x in (0.02, 0.21, 0.43, 0.71, 0.95):
        weights = {h: x if h == g else w / (1 - now) * (1 - x) for h, w in found.weights.items()}
        answer = brute_force(instance, weights=weights)
        for d, one in enumerate(found.decisions):
            low, high = one.weights[g]
            at = list(instance["levels"]["level"]).index(one.level)
            if low + 1e-6 < x < high - 1e-6:
                there = [j for j in answer.designs if (j.record.held[d] == at).all()]
                assert there[0].value == pytest.approx(answer.best.value, abs=CLOSE)
                met["range"] += 1
    for d, one in enumerate(found.decisions):  # just within an edge it is there, just beyond it is not
        for edge, beyond in zip(one.weights[g], (-1e-4, 1e-4), strict=True):
            for x, stays in ((edge - beyond, True), (edge + beyond, False)):
                if 1e-3 < edge < 1 - 1e-3:
                    weights = {h: x if h == g else w / (1 - now) * (1 - x) for h, w in found.weights.items()}
                    best = brute_force(instance, weights=weights).best
                    assert (instance["levels"]["level"][best.record.held[d, 0]] == one.level) == stays
                    met["edge"] += 1
    assert min(met["range"], met["edge"]) >= 2, met


# Degenerate cases


def test_risk_aversion_leaves_weights_out() -> None:
    instance = random_instance(5, ["scenarios", "urgency", "risk_aversion", "common_shock"], sizes=3)
    assert instance.uncertainty["risk_aversion"] > 0
    found = optimiser.explain(instance)
    assert all(one.weights == {} for one in found.decisions)
    assert found.complete
    costs_agree(instance, found, brute_force(instance))


def test_all_weight_on_one_objective_and_a_decision_without_a_choice(tmp_path: Path) -> None:
    instance = made(
        tmp_path,
        toml="[weights]\nrisk_pooling = 0\nresponsiveness = 0",
        decisions="decision,type,levels\na,input,central\nb,process,",
    )
    found = by_name(optimiser.explain(instance))
    assert found["a"].moves == ()
    assert found["a"].sentence == "a sits at central. No other level is allowed."
    assert found["a"].weights["accountability"] is None
    assert found["b"].to_dict()["weights"]["accountability"] == []
    assert only(found["b"]).cost == pytest.approx(0.5)


def test_a_tie_costs_nothing_and_says_so(tmp_path: Path) -> None:
    instance = made(
        tmp_path,
        decisions="decision,type\na,input",
        scores="decision,level,risk_pooling,accountability,responsiveness\na,central,1,0,0\na,local,0,0,1",
    )
    (one,) = optimiser.explain(instance).decisions
    assert only(one).cost == pytest.approx(0, abs=1e-9)
    assert "would cost nothing that the gap can tell" in one.sentence


def test_what_need_not_move_is_put_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer to a question may hold an indifferent decision elsewhere: that does not follow."""
    from optimiser.studies.study import Study

    instance = made(
        tmp_path,
        decisions="decision,type\na,input\nb,input\nc,input",
        scores="decision,level,risk_pooling,accountability,responsiveness\n"
        "a,central,1,1,0\na,local,0,0,1\nb,central,0,1,0\nb,local,1,0,0\nc,central,0,1,0\nc,local,0,0,0",
        rules="if_decision,if_level,then_decision,then_level\na,local,c,local",
    )
    ask = Study.ask

    def careless(self: Study, **how: Any) -> Any:
        answer = ask(self, **how)
        if how.get("fixed") == {0: 1}:
            other = self.evaluate(np.array([1, 1 - answer.design[1], 1]))
            return replace(answer, record=other.record, audit=other.audit)
        return answer

    monkeypatch.setattr(Study, "ask", careless)
    move = only(by_name(optimiser.explain(instance))["a"])
    assert move.cost == pytest.approx(2 / 9)
    assert [row["decision"] for row in move.also] == ["c"]


def test_an_infeasible_instance_and_wrong_names() -> None:
    instance = optimiser.read(ARCHETYPE)
    none = instance.replace("decisions.levels", set="local").replace("organisations.staff_hours", set=1)
    with pytest.raises(InfeasibleError):
        optimiser.explain(none)
    with pytest.raises(InputError) as error:
        optimiser.explain(instance, ["P3", "X"], locality="localty")
    assert list(error.value.problems) == [
        "decisions: 'P3' is not a decision", "decisions: 'X' is not a decision",
        "locality: 'localty' is not a locality; did you mean 'locality'?",
    ]  # fmt: skip


def test_only_what_is_asked_for() -> None:
    found = optimiser.explain(optimiser.read(ARCHETYPE), ["O2", "P1"])
    assert [one.decision for one in found.decisions] == ["P1", "O2"]


def test_time_that_runs_out_is_said() -> None:
    found = optimiser.explain(optimiser.read(ARCHETYPE), time_limit=1e-9)
    assert not found.complete
    assert found.to_dict()["value"] is None
    assert found.decisions == ()


def test_what_was_known_when_time_ran_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the first answer the clock stops: moves are bounded by what moving them alone costs."""
    from optimiser.studies.study import Study

    ask = Study.ask

    def once(self: Study, **how: Any) -> Any:
        answer = ask(self, **how)
        self.clock.interrupted = True
        return answer

    monkeypatch.setattr(Study, "ask", once)
    found = optimiser.explain(optimiser.read(ARCHETYPE))
    assert not found.complete
    assert found.interrupted
    for one in found.decisions:
        P, A, R = SCORES[one.decision]
        move = only(one)
        assert move.status is Status.FEASIBLE
        assert move.least <= abs(P + A - R) / 18 <= move.most + 1e-9
        assert "time ran out" in one.sentence
        assert all(span is None for span in one.weights.values())


# The command


def test_the_command(run: Any, tmp_path: Path) -> None:
    ran = run("explain", ARCHETYPE, "--out", str(tmp_path / "e"))
    assert ran.code == 0
    assert "  O2        central        here  0.011111" in ran.out.splitlines()
    assert "O1                 any     0.100-1.000     0.000-0.625      any" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 100
    names = {path.stem for path in (tmp_path / "e").iterdir()}
    assert names == {"result", "instance", "decisions", "contributions", "moves", "also", "weights", "limits"}


@pytest.mark.parametrize("name", ["archetype", "decentralisation"])
def test_the_document_is_as_its_schema_says(run: Any, name: str) -> None:
    ran = run("explain", str(INSTANCES / name), "--json")
    assert ran.code == 0
    document = json.loads(ran.out)
    assert misfits(document, json_schema()["$defs"]["explain"]) == []
    assert document["decisions"][0]["moves"]


@pytest.mark.parametrize(
    ("edge", "said"), [(0.5, "0.5"), (0.9996, "0.9996"), (0.99999994, "0.9999999"), (0.25004, "0.25004")]
)
def test_an_edge_is_told_from_all_weight_and_from_what_it_is_now(edge: float, said: str) -> None:
    instance = optimiser.read(ARCHETYPE)
    (one,) = optimiser.explain(instance, ["O2"]).decisions
    one = replace(one, weights={"responsiveness": (0.0, edge)})
    weights = dict.fromkeys(instance.objectives, 0.0) | {"responsiveness": 0.25, "accountability": 0.75}
    words = sentence(instance, one, weights)
    assert f"weighed more than {said} of all (now 0.25)." in words
    sought = sentence(instance, one, weights, {"responsiveness"})
    assert f"weighed more than {said} of all (now 0.25), as far as the search came." in sought
