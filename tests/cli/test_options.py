"""Options: everything that is wrong with them is said, a line each, for people and as JSON."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from paths import ARCHETYPE

from optimiser.cli import app
from optimiser.errors import SolverError
from optimiser.instance.read import read

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
THREADS = f"--threads: '2000' is not a whole number from 1 to {CORES} (as many as this machine has)"
SHARED = "--gap x --time-limit 0 --threads 2000 --weights acountability=1,economy=x,solidarity=-1"
SAID = [
    "--weights: 'acountability' is not an objective; did you mean 'accountability'?",
    "--weights: economy: 'x' is not a number of at least 0",
    "--weights: solidarity: '-1' is not a number of at least 0",
    "--gap: 'x' is not a number of at least 0",
    "--time-limit: '0' is not a number above 0",
    THREADS,
]
WRONG = {
    f"solve I {SHARED}": SAID,
    f"explain I {SHARED}": SAID,
    f"compare I {SHARED}": SAID,
    f"alternatives I {SHARED}": SAID,
    f"thresholds I organisations.staff_hours --range 1,2 {SHARED}": SAID,
    "solve I --fix P1=centrl --fix P9=local --fix P1@x=local --lexicographic a,economy,economy --at-least economy=x": [
        "--fix: P1: 'centrl' is not a level (central, local); did you mean 'central'?",
        "--fix: 'P9' is not a decision",
        "--fix: P1@x: 'x' is not a locality",
        "--fix: P1@x: P1 is uniform, it has one level for every locality",
        "--lexicographic: 'a' is not an objective",
        "--lexicographic: economy stands twice",
        "--at-least: economy: 'x' is not a number of at most 1",
    ],
    "solve I --at-least accountability=85 --at-least responsiveness=-1": [
        "--at-least: accountability: 85 is not a number from 0 to 1 (85 %? write 0.85)",
        "--at-least: responsiveness: '-1' is not a number from 0 to 1",
    ],
    "solve I --weights a --weights a,b=1,b=2 --fix x --fix P1=local --fix P1=central --at-least a=.1 --at-least a=.2": [
        "--weights: 'a' is not NAME=NUMBER",
        "--weights: 'b' is given twice",
        "--fix: 'x' is not of the form NAME=WORD",
        "--fix: 'P1' is given twice",
        "--at-least: 'a' is given twice",
    ],
    "solve I --gap nan --time-limit inf": [
        "--gap: 'nan' is not a number of at least 0", "--time-limit: 'inf' is not a number above 0",
    ],
    "diagnose I --fix P1=x --at-least economics=1 --threads 2000": [
        "--fix: P1: 'x' is not a level (central, local)",
        "--at-least: 'economics' is not an objective; did you mean 'economy'?",
        THREADS,
    ],
    "explain I --decision P9 --locality localty --workers 0": [
        "--decision: 'P9' is not a decision",
        "--locality: 'localty' is not a locality; did you mean 'locality'?",
        "--workers: '0' is not a whole number from 1 to 10000, or auto",
    ],
    "alternatives I --count 0 --within x --diverse 1.5": [
        "--count: '0' is not a whole number of at least 1",
        "--within: 'x' is not a number of at least 0",
        "--diverse: '1.5' is not a whole number of at least 0",
    ],
    "frontier I --objectives acountability,economy --points 1 --tolerance -1 --figure x.png": [
        "--figure: 'x.png' is not the name of an .svg file",
    ],
    "frontier I --objectives acountability,economy --points 1 --tolerance -1": [
        "--objectives: 'acountability' is not an objective; did you mean 'accountability'?",
        "--points: '1' is not a whole number of at least 2",
        "--tolerance: '-1' is not a number of at least 0",
    ],
    "map I --objectives economy,economy --tolerance x": [
        "--objectives: economy stands twice",
        "--objectives: a map is of three objectives, not of 2",
        "--tolerance: 'x' is not a number of at least 0",
    ],
    "thresholds I staff_hours --how st --tolerance 2": [
        "staff_hours: 'staff_hours' is not a table; did you mean 'organisations.staff_hours'?",
        "--how: 'st' is not one of set, multiply, add; did you mean 'set'?",
        "--tolerance: '2' is not a number above 0 to below 1",
    ],
    "thresholds I organisations.staff_hours --where levl=local --and weights.x --and-range a,1": [
        "organisations.staff_hours: where: 'levl' is not a column of organisations; did you mean 'level'?",
        "--and: weights.x: 'x' is not an objective",
        "--and: range: 'a' is not a number",
    ],
    "thresholds I weights.economy --range 1 --where level --and-how set": [
        "--range: '1' is not FROM,TO",
        "--where: 'level' is not of the form NAME=WORD",
        "--and-range, --and-where and --and-how belong to --and",
    ],
    "replay I x.csv --delays 1,x,-1,2.5 --mobilisation 2 --fit-until 1.1.2021 --gap -1": [
        "x.csv: there is no such file",
        "--delays: 'x' is not a whole number of at least 0",
        "--delays: '-1' is not a whole number of at least 0",
        "--delays: '2.5' is not a whole number of at least 0",
        "--mobilisation: '2' is not a number from 0 to 1",
        "--fit-until: '1.1.2021' is not a date, written as 2020-10-01",
        "--gap: '-1' is not a number of at least 0",
    ],
    "path I --foresight none,far --gap -1": [
        "the instance has no periods ([[periods]] in instance.toml)",
        "--foresight: 'far' is not one of none, path",
        "--gap: '-1' is not a number of at least 0",
    ],
    "replay I x.csv --fit-until 2021-01-01 --figure x.png": ["--figure: 'x.png' is not the name of an .svg file"],
    "replay I x.csv --delays 7,0,7": ["x.csv: there is no such file", "--delays: 7 stands twice"],
    "replay I": ["Missing argument 'SERIES.csv'"],
    "sensitivity I x.toml --workers 0 --limit x --retry all --format xlsx --scheduler here --fresh --dry-run": [
        "--workers: '0' is not a whole number from 1 to 10000, or auto",
        "--limit: 'x' is not a whole number of at least 0",
        "--format: 'xlsx' is not one of csv, parquet",
        "--retry: 'all' is not one of failed",
        "--scheduler: 'here' is not the address of a Dask scheduler (tcp://HOST:PORT)",
        "x.toml: cannot be read",
    ],
    "sensitivity I x.toml --dry-run --figure x.svg": ["--figure draws what was found: not with --dry-run or"],
    "sensitivity I": ["study: a study file is needed, or --from-sources"],
    "sensitivity I x.toml --from-sources": ["study: a study file is needed, or --from-sources"],
    "sensitivity I --from-sources measurd": ["--from-sources: 'measurd' is not one of all, measured,"],
    "sensitivity I --from-sources --write 5000 x": ["--write: sample: '5000' is not a whole number from 0 to 499"],
    "report no/such --figures x --weights-of no/such.csv": ["no/such: no result"],
    "compare I --design no/such --with no/such/either": ["'no/such/either' does not exist"],
    "compare I --design no/such": ["no/such: no such result"],
    "verify I no/such": ["no/such: no such result"],
    "solv I": ["No such command 'solv'"],
    "solve": ["Missing argument 'INSTANCE'"],
    "verify I": ["Missing argument 'RESULT'"],
    "solve I --gpa 1": ["No such option '--gpa'"],
    "solve I another": ["Got unexpected extra argument"],
    "solve I --gap": ["Option '--gap' requires an argument"],
    "solve no/such/folder": ["'no/such/folder' does not exist"],
    "check no/such/folder": ["'no/such/folder' does not exist"],
    "maths no/such/folder": ["'no/such/folder' does not exist"],
}  # fmt: skip


@pytest.mark.parametrize("call", WRONG)
def test_everything_wrong_is_said_a_line_each_for_people_and_as_json(run, call: str) -> None:
    arguments = [ARCHETYPE if word == "I" else word for word in shlex.split(call)]
    ran = run(*arguments)
    lines = ran.err.splitlines()
    assert (ran.code, ran.out, len(lines)) == (2, "", len(WRONG[call])), ran.err
    for line, said in zip(lines, WRONG[call], strict=True):
        assert line.startswith(said)
    ran = run(arguments[0], "--json", *arguments[1:])
    document = json.loads(ran.out)
    assert ran.code == 2
    assert document["problems"] == lines
    assert (document["format"], document["command"]) == (
        1,
        call.split()[0] if call.split()[0] in app.commands else "",
    )


def test_every_option_of_every_verb_is_tried() -> None:
    """But for those that take any text, and flags."""
    free = {
        "--json",
        "--out",
        "--workshop",
        "--excel",
        "--lp",
        "--with",
        "--design",
        "--reach",
        "--by-locality",
        "--example",
    }
    tried = {word for call in WRONG for word in call.split() if word.startswith("--")}
    options = {p.opts[0] for c in app.commands.values() for p in c.params if isinstance(p, click.Option)}
    assert options - free - tried == {"--and-where", "--start"} & options


@pytest.mark.parametrize(
    "verb", ["solve", "explain", "compare", "alternatives", "frontier", "map", "diagnose"]
)
@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SolverError("no"), 6),
        (OSError(28, "full", "x"), 1),
        (ZeroDivisionError(), 1),
        (KeyboardInterrupt(), 130),
    ],
)
def test_json_is_json_whatever_happens(run, monkeypatch, verb: str, error: BaseException, code: int) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("optimiser.instance.read.read", fail)
    ran = run(verb, "x", "--json")
    assert ran.code == code
    assert json.loads(ran.out)["command"] == verb
    assert json.loads(ran.out)["problems"]


def test_json_is_json_where_nothing_is_feasible(run, tmp_path: Path) -> None:
    none = (
        read(ARCHETYPE).replace("decisions.levels", set="local").replace("organisations.staff_hours", set=1)
    )
    none.write(tmp_path / "mine")
    for verb in ("solve", "explain", "compare", "alternatives", "frontier", "map", "diagnose"):
        options = ["--objectives", "accountability,responsiveness"] if verb == "frontier" else []
        ran = run(verb, str(tmp_path / "mine"), "--json", *options)
        assert json.loads(ran.out)["format"] == 1
        assert ran.code == (0 if verb == "diagnose" else 3), verb


def test_a_document_that_is_out_is_the_only_one(run, monkeypatch, tmp_path: Path) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("optimiser.design.design.Design.save", fail)
    ran = run("solve", ARCHETYPE, "--json", "--out", str(tmp_path / "out"))
    assert ran.code == 1
    assert json.loads(ran.out)["status"] == "optimal"
    assert ran.err == "[Errno 28] No space left on device\n"


def shell(command: str) -> subprocess.CompletedProcess[str]:
    program = f"{shlex.quote(sys.executable)} -m optimiser"
    return subprocess.run(
        ["bash", "-c", command.replace("optimiser", program, 1)], capture_output=True, text=True, check=False
    )


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such shell")
@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (f"optimiser solve {ARCHETYPE} >&-", 1, "standard output: it is closed; not all could be printed\n"),
        (f"optimiser solve {ARCHETYPE} --json >/dev/full", 1, "standard output: No space left on device; not all could be printed\n"),
        (f"optimiser solve {ARCHETYPE} --gap x >&-", 2, "--gap: 'x' is not a number of at least 0\n"),
        (f"optimiser solve {ARCHETYPE} --gap x 2>&-", 2, ""),
        (f"optimiser solve {ARCHETYPE} --gap x 2>/dev/full", 2, ""),
        (f"optimiser solve {ARCHETYPE} --time-limit 60 >/dev/null 2>&-", 0, ""),
        (f"optimiser solve {ARCHETYPE} >&- 2>&- <&-", 1, ""),
        (f"optimiser check {ARCHETYPE} | head -1; exit ${{PIPESTATUS[0]}}", 0, ""),
        ("optimiser --help >&-", 1, "standard output: it is closed; not all could be printed\n"),
    ],
)  # fmt: skip
def test_streams_that_are_closed_or_full_are_told(command: str, code: int, said: str) -> None:
    ran = shell(command)
    assert (ran.returncode, ran.stderr) == (code, said)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk")
def test_a_result_that_cannot_be_printed_is_written_all_the_same(tmp_path: Path) -> None:
    ran = shell(f"optimiser solve {ARCHETYPE} --out {tmp_path / 'out'} >/dev/full")
    assert ran.returncode == 1
    assert json.loads((tmp_path / "out" / "result.json").read_text())["status"] == "optimal"
