"""The command line: what it prints, how it leaves, and what it does not import."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import design_by_hand
import numpy as np
import pytest

from optimiser.cli import app
from optimiser.design.design import Design
from optimiser.design.moves import Neighbours
from optimiser.design.status import Status
from optimiser.errors import InputError, SolverError
from optimiser.instance.table import Table


@pytest.fixture
def found(monkeypatch) -> Callable[[Any], dict[str, Any]]:
    """Let solve and verify find what is given, or raise it; returns how they were asked."""

    def finds(result: Any) -> dict[str, Any]:
        asked: dict[str, Any] = {}

        def answer(instance: Any, **options: Any) -> Design:
            assert callable(options.pop("progress"))
            asked.update(options)
            if isinstance(result, BaseException):
                raise result
            return result

        monkeypatch.setattr("optimiser.instance.read.read", lambda _: design_by_hand.instance())
        monkeypatch.setattr("optimiser.solver.solve.solve", answer)
        monkeypatch.setattr("optimiser.solver.verify.verify", answer)
        return asked

    return finds


GOLDEN = """\
tiny: A tiny system
optimal, verified: value 0.500000, bound 0.500000, gap 0.0000 %
  3 decisions would sit: 2 at central, 1 at several levels. Where they sit today is not said.
  Every promise and objective was recomputed from the tables: all hold.
  Held means broken by no more than 0.000001 of the larger of its two sides.
  All 4 designs one move away were looked at: none better, 1 equal.
  As good would be: inspection at local.
  in 1.2 s with HiGHS 1.15.1

WHO HOLDS WHAT
           input    process           outcome
  central  funding  redeployment 1/2  inspection
  local    -        redeployment 1/2  -

  Held differently by locality:
    redeployment: 1 local, 1 central

WHAT IT MEANS
                                    this design
  Days from a decision to practice          2.5
  The centre answers for                 75.0 %
  Volatility pooled away                 25.0 %
  Unmet, expected: beds                     0.2
  Hours used at level local              65.0 %

WHAT IT IS WORTH (0 worst, 1 best)
  objective       weight   value
  risk_pooling    0.3333  0.5000
  accountability  0.3333  0.5000
  responsiveness  0.3333  0.5000
  economy         0.0000  1.0000
  solidarity      0.0000  0.0000
  resilience      0.0000  0.9900

THE CLOSEST CALL (the cheapest single move, nothing else moving)
  Moving funding to local would cost 0.004 of value. `optimiser explain` lets other decisions move
  along, which may cost less.

HELD AND EXERCISED (share of the decision space, mean over localities, scenario normal)
  decision      held at        exercised  monitored
  funding       central             1.00          -
  redeployment  central local       0.75       0.25
  inspection    central             1.00          -
  Exercised: how much of it the holder uses, as far as hours, will, ability and partners go.
  Monitored: how much of it the centre watches; - for what it holds itself.

STAFF HOURS NEAREST TO RUNNING OUT, IN EACH ONE'S WORST SCENARIO
  organisation  level  hours used  available  scenario
  south         local          18         18  surge
  north         local          20         40  normal
  All hours are used: 1 at level local, of 2 organisations with a limit, each in its worst scenario.

DEMAND THAT NOTHING COVERS
  resource  scenario  demand  unmet  share unmet
  beds      normal       150      0       0.00 %
  beds      surge        170      2       1.18 %

MEASURED AND ASSUMED
  measured       1  organisations.population
  illustrative   2  decisions.stake_economy, levels.delay_days
  Illustrative numbers illustrate: the design says what follows from them, not what is best.
"""


def test_solve_prints_the_answer_for_people(run, found):
    instance = design_by_hand.instance()
    sources = {"table": design_by_hand.text("organisations", "decisions", "levels")}
    sources["column"] = design_by_hand.text("population", "stake_economy", "delay_days")
    sources["grade"] = design_by_hand.text("measured", "illustrative", "illustrative")
    instance = design_by_hand.instance(tables={**instance.tables, "sources": Table(sources)})
    found(design_by_hand.design(instance=instance))
    assert run("solve", "tiny") == (0, GOLDEN, "")


def test_solve_prints_one_json_document_and_nothing_else(run, found):
    found(design_by_hand.design())
    ran = run("solve", "tiny", "--json")
    assert json.loads(ran.out) == design_by_hand.design().to_dict()
    assert ran.err == ""


def test_solve_passes_its_options_on(run, found):
    asked = found(design_by_hand.design())
    options = "--weights a=2,b=.5 --fix x=local --fix y@north=central --lexicographic a,b --at-least a=.1"
    options += " --at-least b=0.2 --gap 1e-3 --time-limit 5 --threads 2"
    assert run("solve", "tiny", *options.split()).code == 0
    assert asked == {
        "weights": {"a": 2.0, "b": 0.5},
        "fix": {"x": "local", "y@north": "central"},
        "lexicographic": ("a", "b"),
        "at_least": {"a": 0.1, "b": 0.2},
        "gap": 1e-3,
        "time_limit": 5.0,
        "threads": 2,
    }


def test_into_a_file_progress_is_a_line_now_and_then(run, monkeypatch):
    def long(instance: Any, progress: Callable[[str], None], **options: Any) -> Design:
        progress("value 0.4\x1b")
        progress("value 0.5")
        return design_by_hand.design()

    monkeypatch.setattr("optimiser.instance.read.read", lambda _: design_by_hand.instance())
    monkeypatch.setattr("optimiser.solver.solve.solve", long)
    assert run("solve", "tiny").err == ""
    monkeypatch.setattr("optimiser.cli.say.EVERY", 0.0)
    said = run("solve", "tiny").err.splitlines()
    assert [re.sub(r"\d", "0", line) for line in said] == [
        "00:00:00  reading tiny", "00:00:00  value 0.0\\x0b", "00:00:00  value 0.0"
    ]  # fmt: skip


def nothing(status: Status, **changes: Any) -> Design:
    return design_by_hand.design(status=status, best=None, closest=None, neighbours=None, **changes)


@pytest.mark.parametrize(
    ("result", "code", "said"),
    [
        (design_by_hand.design(), 0, "optimal, verified"),
        (nothing(Status.INFEASIBLE), 3, "Infeasible: proven that no design"),
        (
            design_by_hand.design(status=Status.FEASIBLE, bound=0.6),
            4,
            "feasible, verified: value 0.500000, bound 0.6",
        ),
        (
            design_by_hand.design(bound=0.51),
            0,
            "cost 0.004 of value. That is within the gap: it may be as good.",
        ),
        (nothing(Status.UNKNOWN), 5, "before any design was found"),
        (design_by_hand.design(neighbours=Neighbours(4, 4, 1)), 6, "NOT VERIFIED"),
        (
            design_by_hand.design(status=Status.FEASIBLE, interrupted=True),
            130,
            "interrupted, the best so far",
        ),
        (nothing(Status.UNKNOWN, interrupted=True), 130, "Interrupted before any design"),
    ],
)
def test_solve_leaves_with_the_code_of_how_it_ended(run, found, result, code, said):
    found(result)
    ran = run("solve", "tiny")
    assert (ran.code, ran.err) == (code, "")
    assert said in ran.out
    assert json.loads(run("solve", "tiny", "--json").out)["status"] == result.status


def test_verify_leaves_with_0_for_what_can_be_trusted(run, found):
    asked = found(design_by_hand.design(status=Status.FEASIBLE, command="verify"))
    assert run("verify", "tiny", "mine.csv").code == 0
    assert asked == {"result": "mine.csv"}
    found(design_by_hand.design(claimed=0.9))
    assert run("verify", "tiny", "mine.csv").code == 6
    found(nothing(Status.INFEASIBLE))
    assert run("verify", "tiny", "mine.csv").code == 3


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (
            InputError(["weights: 'a' is not an objective", "time_limit: nan", "a.csv:2 gap: x"]),
            2,
            "--weights: 'a' is not an objective\n--time-limit: nan\na.csv:2 gap: x\n",
        ),
        (OSError(28, "No space left on device", "r"), 1, "[Errno 28] No space left on device: 'r'\n"),
        (SolverError("HiGHS: model error"), 6, "the solver failed: HiGHS: model error\n"),
        (KeyboardInterrupt(), 130, "\ninterrupted before there was an answer\n"),
    ],
)
def test_what_goes_wrong_is_one_line_each_on_standard_error(run, found, error, code, said):
    found(error)
    assert run("solve", "tiny") == (code, "", said)


def test_an_interruption_that_a_loading_module_calls_a_failed_import_is_one(run, found):
    error = ImportError("initialization failed")
    error.__cause__ = KeyboardInterrupt()
    found(error)
    assert run("solve", "tiny") == (130, "", "interrupted before there was an answer\n")


def test_a_bug_shows_where_it_is(run, found):
    found(ZeroDivisionError("division by zero"))
    ran = run("solve", "tiny")
    assert ran.code == 1
    assert ran.err.startswith("Traceback")
    assert "ZeroDivisionError: division by zero\nThis is a bug: please report it" in ran.err


def test_a_missing_instance_is_said_with_code_2(run):
    ran = run("solve", "no/such/folder")
    assert (ran.code, ran.out) == (2, "")
    assert len(ran.err.splitlines()) == 1
    assert "no/such/folder" in ran.err


def test_out_is_looked_at_before_the_solve_and_written_after_it(run, found, tmp_path):
    asked = found(design_by_hand.design())
    (tmp_path / "mine.txt").write_text("")
    assert run("solve", "tiny", "--out", str(tmp_path)).code == 2
    assert asked == {}
    ran = run("solve", "tiny", "--out", str(tmp_path / "result"))
    assert (ran.code, ran.err) == (0, f"written to {tmp_path / 'result'}\n")
    assert json.loads((tmp_path / "result" / "result.json").read_text()) == design_by_hand.design().to_dict()


def test_names_too_long_for_a_grid_stand_below_each_other(run, found):
    instance = design_by_hand.instance()
    names = [f"a_decision_with_a_name_of_fifty_characters_in_all_{i}" for i in range(3)]
    decisions = instance["decisions"].with_column("decision", np.array(names, dtype=object))
    found(
        design_by_hand.design(
            instance=design_by_hand.instance(tables={**instance.tables, "decisions": decisions})
        )
    )
    out = run("solve", "tiny").out
    assert f"  local\n    input    -\n    process  {names[1]} 1/2\n    outcome  -\n" in out
    assert max(map(len, out.splitlines())) <= 100


LIGHT = """
import sys
from optimiser.cli import main
try:
    main({arguments!r})
finally:
    heavy = {{"numpy", "pandas", "pyomo", "highspy", "openpyxl", "scipy"}}
    print(sorted(heavy & set(sys.modules)))
"""


@pytest.mark.parametrize("arguments", [["--help"], ["solve", "--help"], ["--version"]])
def test_help_imports_click_and_nothing_heavy(arguments):
    code = LIGHT.format(arguments=arguments)
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(("name", "stream"), [("say", "stdout"), ("complain", "stderr")])
def test_a_reader_that_leaves_is_no_failure(name, stream):
    """Not of the result's, nor of the lines' after which more is to be written."""
    code = f"from optimiser.cli.say import {name}\ninput()\n{name}('x')\n{name}('lost')\nraise SystemExit(3)"
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen([sys.executable, "-c", code], text=True, **pipes) as ran:
        other = ran.stderr if stream == "stdout" else ran.stdout
        getattr(ran, stream).close()
        ran.stdin.write("now\n")
        ran.stdin.flush()
        assert (other.read(), ran.wait()) == ("", 3)


def test_every_verb_has_help_with_an_example_and_json(run):
    for name, command in app.commands.items():
        text = run(name, "--help").out
        assert re.search(rf"Example\n +optimiser {name} ?", text), name
        assert "--json" in text
        assert command.short_help
