"""Nothing that was found is lost, and no more is claimed than was proven, whenever and however a search ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyomo.environ as pyo
import pytest
from enumeration import brute_force
from instance_by_hand import made
from random_instances import random_instance

import optimiser
from optimiser import Design, InputError, Instance, Status
from optimiser.solver import highs, solve
from optimiser.solver.clock import Clock, hearing_interrupts
from optimiser.solver.highs import Ended, Outcome, Solver
from optimiser.solver.search import master as search

# A clock that is out at the k-th question, for every k


@dataclass
class Counting(Clock):
    """Out from the question after the `last` on."""

    last: int = 0
    asked: int = 0

    @property
    def left(self) -> float:
        return np.inf

    @property
    def out(self) -> bool:
        self.asked += 1
        return self.interrupted or self.asked > self.last


@dataclass
class Seen:
    """What passed through a search's hands: whether designs had a value, and the best."""

    values: list[float] = field(default_factory=list)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    found, note = Seen(), search.Progress.note

    def noting(self: search.Progress, latest: search.Candidate) -> None:
        if latest.value > -np.inf:
            found.values.append(latest.value)
        note(self, latest)

    monkeypatch.setattr(search.Progress, "note", noting)
    return found


def ended_at_every_question(
    instance: Instance, seen: Seen, monkeypatch: pytest.MonkeyPatch, most: int = 60, **asked: Any
) -> set[Status]:
    """Solve with a clock that is out at each question it is asked, evenly spaced where there are many."""
    whole = Counting(last=10**9)
    monkeypatch.setattr(solve, "Clock", lambda: whole)
    best = optimiser.solve(instance, **asked)
    assert best.status in (Status.OPTIMAL, Status.INFEASIBLE)
    statuses = set()
    for last in sorted({int(k) for k in np.linspace(0, whole.asked, most)}):
        seen.values.clear()
        monkeypatch.setattr(solve, "Clock", lambda last=last: Counting(last=last))
        design = optimiser.solve(instance, **asked)
        statuses.add(design.status)
        holds_up(design, best)
        assert design.found or not seen.values
        if design.found and not asked.get("lexicographic"):
            assert design.value >= max(seen.values) - 1e-9
    return statuses


def holds_up(design: Design, best: Design) -> None:
    """It claims no more than is true: `best` was proven."""
    if design.status is Status.INFEASIBLE:
        assert not best.found
    if not design.found:
        return
    assert best.found
    assert design.extended or design.verified, design.problems
    assert design.bound >= best.value - 1e-7
    assert design.gap >= 0
    assert np.isfinite(design.bound)
    if not design.asked["lexicographic"]:
        assert design.value <= best.value + 1e-7
    if design.status is Status.OPTIMAL:
        assert design.value == pytest.approx(best.value, abs=2e-6)


KINDS = {
    "uniform": "staff three_levels willing_able links rules",
    "asymmetric": "asymmetric three_levels staff fixed_hours population correlation",
    "mixed": "asymmetric staff links scenarios monitoring fear max_changes",
    "averse": "asymmetric scenarios risk_aversion urgency staff",
    "coupled": "asymmetric budget support slack resources surges scenarios max_unmet willing_able",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_clock_that_is_out_at_any_moment_loses_nothing(
    kind: str, seed: int, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = random_instance(seed, KINDS[kind].split(), most_designs=64, sizes=3)
    statuses = ended_at_every_question(instance, seen, monkeypatch, most=25)
    assert {Status.UNKNOWN} < statuses


@pytest.mark.parametrize("kind", ["uniform", "asymmetric", "coupled", "averse"])
@pytest.mark.parametrize("seed", [4, 5])
def test_nor_under_floors_and_with_what_is_fixed(
    kind: str, seed: int, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = random_instance(seed, KINDS[kind].split(), most_designs=48, sizes=3)
    free = brute_force(instance).designs
    assert free
    reached = sorted(judged.objectives["accountability"] for judged in free)
    floor = {"accountability": reached[len(reached) // 2] - 1e-3}
    top = instance["levels"]["level"][free[0].record.held[0, 0]]
    fix = {f"{instance['decisions']['decision'][0]}": top}
    statuses = ended_at_every_question(instance, seen, monkeypatch, most=15, at_least=floor)
    assert {Status.UNKNOWN, Status.OPTIMAL} <= statuses
    ended_at_every_question(instance, seen, monkeypatch, most=10, fix=fix)


@pytest.mark.parametrize("kind", ["uniform", "asymmetric", "averse"])
def test_nor_between_objectives_in_order(kind: str, seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound is one of the value, whichever objective was being raised."""
    instance = random_instance(6, KINDS[kind].split(), most_designs=48, sizes=3)
    order = ("responsiveness", "accountability")
    statuses = ended_at_every_question(instance, seen, monkeypatch, most=25, lexicographic=order)
    assert {Status.UNKNOWN, Status.FEASIBLE, Status.OPTIMAL} <= statuses


def test_nor_where_the_model_was_extended(seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    def at_most_two_at_the_top(model: pyo.ConcreteModel) -> None:
        first = model.LEVELS.first()
        model.few = pyo.Constraint(expr=sum(model.placed[k] for k in model.placed if k[2] == first) <= 2)

    for seed in (1, 2):
        instance = random_instance(seed, KINDS["mixed"].split(), most_designs=64, sizes=3)
        statuses = ended_at_every_question(
            instance, seen, monkeypatch, most=25, extend=at_most_two_at_the_top
        )
        assert {Status.UNKNOWN, Status.OPTIMAL} <= statuses


@pytest.mark.parametrize("kind", ["uniform", "extended"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_highs_holds_when_it_is_stopped_is_kept(
    kind: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mixed-integer run that ends as HiGHS does at a limit: with a solution, and no bound."""
    instance = random_instance(seed, KINDS["uniform"].split(), most_designs=64, sizes=4)
    extend: Callable[[Any], None] | None = (lambda model: None) if kind == "extended" else None
    best = optimiser.solve(instance)
    assert best.found
    runs, running = 0, Solver.run

    def stopped(self: Solver, clock: Clock, *rest: Any, **more: Any) -> Outcome:
        nonlocal runs
        outcome = running(self, clock, *rest, **more)
        if not self._whole_numbers or outcome.x is None:
            return outcome
        runs += 1
        clock.interrupted = True
        return replace(outcome, ended=Ended.STOPPED, bound=np.inf)

    monkeypatch.setattr(Solver, "run", stopped)
    design = optimiser.solve(instance, extend=extend, gap=0.0)
    assert runs
    assert design.found
    assert design.interrupted
    holds_up(design, best)


def test_what_highs_held_is_kept_where_it_does_not_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is left alone, with the last solution that it told of."""
    instance = permutations(tmp_path, 5)
    best = optimiser.solve(instance)
    monkeypatch.setattr(highs.threading.Event, "is_set", lambda self: False)
    monkeypatch.setattr(highs, "GRACE", 5.0)  # in truth it ends sooner
    design = optimiser.solve(instance, time_limit=10.0)
    assert design.value == pytest.approx(best.value)
    holds_up(design, best)


# Signals


def permutations(folder: Path, size: int, seed: int = 1) -> Instance:
    """Quadratic assignment: so many uniform decisions, each at a level of its own; long to prove."""
    rng = np.random.default_rng(seed)
    levels = [f"s{k}" for k in range(size)]
    flow, distance = rng.integers(0, 9, (size, size)), rng.integers(1, 9, (size, size))
    links = [
        f"d{a},d{b},work,{flow[a, b] * distance[j, k] / 81},{levels[j]},{levels[k]}"
        for a in range(size)
        for b in range(a)
        for j in range(size)
        for k in range(size)
        if j != k and flow[a, b]
    ]
    toml = "".join(f'[[levels]]\nlevel = "{level}"\n' for level in levels)
    toml += "[weights]\nwork = 1\nrisk_pooling = 0\naccountability = 0\nresponsiveness = 0\n"
    toml += '[[objectives]]\nobjective = "work"\nzero = "much"\none = "none"\n'
    return made(
        folder,
        toml=toml,
        decisions="decision,type\n" + "\n".join(f"d{a},process" for a in range(size)),
        links="decision_a,decision_b,objective,loss,level_a,level_b\n" + "\n".join(links),
        organisations="organisation,level,parent,staff_hours\n"
        + "\n".join(f"S{k},{level},{f'S{k - 1}' if k else ''},1" for k, level in enumerate(levels)),
        workload="decision,level,hours\n"
        + "\n".join(f"d{a},{level},1" for a in range(size) for level in levels),
    )


def interrupted(
    folder: Path, wait: str, signals: list[tuple[float, signal.Signals]], *options: str
) -> tuple[int, str, str]:
    """Run `solve` on what is in a folder; once its progress says `wait`, send it signals, each so long after
    the one before. Of what it says on standard error, the last."""
    import pty

    command = [sys.executable, "-m", "optimiser", "solve", str(folder), *options]
    ours, theirs = pty.openpty()
    with tempfile.TemporaryFile("w+") as printed:
        process = subprocess.Popen(command, stdout=printed, stderr=theirs)
        os.close(theirs)
        said = ""
        try:
            while wait not in said:
                said += os.read(ours, 1000).decode()
            for after, number in signals:
                time.sleep(after)
                process.send_signal(number)
            process.wait(timeout=60)
        finally:
            process.kill()
        printed.seek(0)
        return process.returncode, printed.read(), rest_of(ours)


def rest_of(terminal: int) -> str:
    try:
        return os.read(terminal, 100_000).decode()
    except OSError:  # nothing more, and nobody there
        return ""
    finally:
        os.close(terminal)


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_search_and_the_design_is_printed_and_written(
    number: signal.Signals, tmp_path: Path
) -> None:
    permutations(tmp_path, 9)
    target = tmp_path / "out"
    code, out, err = interrupted(tmp_path, "relaxation", [(4.0, number)], "--json", "--out", str(target))
    assert code == 130, err
    printed, written = json.loads(out), json.loads((target / "result.json").read_text())
    assert printed == written
    assert printed["status"] == "feasible"
    assert printed["interrupted"]
    assert printed["verified"]
    assert printed["bound"] >= printed["value"]
    assert len(printed["design"]) == 9


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
@pytest.mark.parametrize("after", [0.4, 0.8, 1.2, 1.6, 2.0, 3.0, 5.0])
def test_whenever_it_comes_it_is_heard_and_said(after: float, tmp_path: Path) -> None:
    """Also while the command still starts, when Python may not be there yet to hear it."""
    permutations(tmp_path, 9)
    target = tmp_path / "out"
    command = [sys.executable, "-m", "optimiser", "solve", str(tmp_path), "--json", "--out", str(target)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        time.sleep(after)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert "Traceback" not in err
    assert process.returncode in (
        -signal.SIGTERM,
        130,
        -signal.SIGINT,
    )  # the last two are the same to a shell
    document = json.loads(out or "{}")
    if process.returncode == -signal.SIGTERM:
        assert (out, err) == ("", "")
    elif "status" not in document:
        assert document["problems"] == ["interrupted before there was an answer"]
    else:
        assert document["interrupted"]
        assert ("design" in document) == (document["status"] == "feasible")
        written = target / "result.json"
        assert not document.get("design") or document == json.loads(written.read_text())


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
def test_a_second_one_ends_it_at_once(tmp_path: Path) -> None:
    """Whatever is at hand by then: an answer, or the word that there is none."""
    permutations(tmp_path, 9)
    for apart in (0.001, 0.1):
        signals = [(1.0, signal.SIGINT), (apart, signal.SIGTERM)]
        code, out, err = interrupted(tmp_path, "relaxation", signals)
        assert code == 130
        assert "feasible" in out or "nterrupted before" in out + err
        assert "Traceback" not in err


def test_what_is_ignored_stays_ignored() -> None:
    """A program started under `nohup` goes on when the terminal closes."""
    was = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    clock = Clock()
    try:
        with hearing_interrupts(clock):
            os.kill(os.getpid(), signal.SIGHUP)
            assert not clock.interrupted
            os.kill(os.getpid(), signal.SIGTERM)
            assert clock.interrupted
            with pytest.raises(KeyboardInterrupt):
                os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGHUP, was)


# While the model is built


def test_a_limit_while_the_model_is_built_ends_with_a_sentence(run: Any, tmp_path: Path) -> None:
    permutations(tmp_path, 5)
    ran = run("solve", str(tmp_path), "--time-limit", "0.001")
    assert ran.code == 5
    assert "A limit was reached before any design was found" in ran.out


def test_an_interruption_while_the_model_is_built(
    tmp_path: Path, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from optimiser.solver import problem

    assemble = problem.assemble

    def interrupting(*arguments: Any) -> Any:
        os.kill(os.getpid(), signal.SIGINT)
        return assemble(*arguments)

    monkeypatch.setattr(problem, "assemble", interrupting)
    permutations(tmp_path, 5)
    ran = run("solve", str(tmp_path), "--json")
    assert ran.code == 130
    document = json.loads(ran.out)
    assert (document["status"], document["interrupted"]) == ("unknown", True)
    assert "design" not in document


# To begin from a design


def rows(instance: Instance, held: np.ndarray) -> pd.DataFrame:
    """A design (D, O) as a table by hand, every decision for every locality where it may differ."""
    decisions, levels = instance["decisions"], instance["levels"]["level"]
    return pd.DataFrame(
        [
            {"decision": name, "organisation": "" if whole else place, "level": levels[held[d, o]]}
            for d, (name, whole) in enumerate(zip(decisions["decision"], decisions["uniform"], strict=True))
            for o, place in enumerate(instance.localities[:1] if whole else instance.localities)
        ]
    )


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_found_is_never_worth_less_than_the_start(kind: str) -> None:
    tried = 0
    for seed in range(4):
        instance = random_instance(seed, KINDS[kind].split(), most_designs=32, sizes=3)
        for judged in brute_force(instance).designs[::5]:
            for limit in (None, 1e-9):
                design = optimiser.solve(instance, start=rows(instance, judged.record.held), time_limit=limit)
                assert design.run["start"] == "kept"
                assert design.verified
                assert design.value >= judged.value - 1e-7
                assert design.status is (Status.OPTIMAL if limit is None else Status.FEASIBLE) or limit
                tried += 1
    assert tried > 8


@pytest.mark.parametrize("kind", KINDS)
def test_a_start_that_breaks_something_is_repaired_or_left(kind: str) -> None:
    """Whatever it says, the answer is the same as without."""
    said = set()
    for seed in range(4):
        instance = random_instance(seed, KINDS[kind].split(), most_designs=32, sizes=3)
        best, levels = optimiser.solve(instance), instance["levels"].rows
        size = len(instance["decisions"]["decision"]), len(instance.localities)
        for level in range(levels):
            for limit in (None, 1e-9):
                held = np.full(size, level)
                design = optimiser.solve(instance, start=rows(instance, held), time_limit=limit)
                said.add(design.run["start"])
                if limit is None:
                    assert design.status is best.status
                    assert not best.found or design.value == pytest.approx(best.value, abs=2e-6)
                else:
                    assert design.found or design.run["start"] == "unusable"
                    holds_up(design, best)
    assert len(said) > 1 or kind == "averse"


def test_a_start_keeps_to_what_is_asked(tmp_path: Path) -> None:
    instance = optimiser.read("instances/archetype")
    first = optimiser.solve(instance)
    again = optimiser.solve(instance, start=first, fix={"P1": "central"}, time_limit=1e-9)
    assert again.run["start"] == "repaired"
    assert again.table.set_index("decision").level["P1"] == "central"
    first.save(tmp_path / "first")
    first.table.to_csv(tmp_path / "hand.csv", index=False)
    for start in (tmp_path / "first", tmp_path / "first" / "result.json", str(tmp_path / "hand.csv"), first):
        found = optimiser.solve(instance, start=start, time_limit=1e-9)
        assert found.value == pytest.approx(first.value, abs=1e-12)
        assert found.asked["start"]


def test_a_start_that_cannot_be_read_is_refused(tmp_path: Path, run: Any) -> None:
    (tmp_path / "hand.csv").write_text("decision,organisation,level\nP1,,centrel\n")
    ran = run("solve", "instances/archetype", "--start", str(tmp_path / "hand.csv"))
    assert ran.code == 2
    assert "did you mean 'central'?" in ran.err
    ran = run("solve", "instances/archetype", "--start", str(tmp_path / "nowhere"))
    assert (ran.code, ran.out) == (2, "")
    instance = optimiser.read("instances/archetype")
    nothing = optimiser.solve(instance, time_limit=1e-9)
    with pytest.raises(InputError, match="no design to begin from"):
        optimiser.solve(instance, start=nothing)
    with pytest.raises(InputError, match="start: "):
        optimiser.solve(instance, start=5)  # type: ignore[arg-type]


# Neighbours


@pytest.mark.parametrize("gap", [1e-6, 10.0])
@pytest.mark.parametrize("kind", KINDS)
def test_no_design_is_reported_beside_a_better_one(kind: str, gap: float) -> None:
    """With a gap that anything closes, or with no time, what is found is at least better than its moves."""
    for seed in range(6):
        instance = random_instance(seed, KINDS[kind].split(), most_designs=64, sizes=3)
        for judged in brute_force(instance).designs[-1:]:
            start = rows(instance, judged.record.held)
            for limit in (None, 1e-9):
                design = optimiser.solve(instance, gap=gap, time_limit=limit, start=start)
                assert design.verified
                assert design.neighbours.better == 0
                assert design.neighbours.checked == design.neighbours.total
                assert design.closest is None or design.closest.cost >= 0
