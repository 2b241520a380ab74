"""What studies/README.md says of adding a question: its example, put where it says, is a verb like the others."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from paths import ARCHETYPE, ROOT
from schema_misfits import misfits

README = ROOT / "optimiser" / "studies" / "README.md"
SECTION = README.read_text(encoding="utf-8").split("## Adding a question\n")[1].split("\n## ")[0]
SHOWN = re.search(r"^```\n\$ optimiser (?P<call>.+)\n(?P<page>(?:.*\n)*?)```$", SECTION, re.MULTILINE)
Ran = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Ran]:
    """Run the command of a copy that has the question, and nothing else of the section's words."""
    copy = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "optimiser", copy / "optimiser", ignore=shutil.ignore_patterns("__pycache__"))
    blocks = re.findall(r"^`(optimiser/\S+)`:\n\n```python\n(.*?)^```$", SECTION, re.DOTALL | re.MULTILINE)
    *files, line = blocks
    assert len(files) == 3
    for path, code in files:
        assert not (copy / path).exists()
        (copy / path).parent.mkdir(exist_ok=True)
        (copy / path).write_text(code, encoding="utf-8")
    table = (copy / line[0]).read_text(encoding="utf-8")
    assert table.count("QUESTIONS = {\n") == 1
    (copy / line[0]).write_text(
        table.replace("QUESTIONS = {\n", f"QUESTIONS = {{\n{line[1]}"), encoding="utf-8"
    )

    def asks(*arguments: str, program: tuple[str, ...] = ("-m", "optimiser")) -> Ran:
        return subprocess.run(
            [sys.executable, *program, *arguments], cwd=copy, env=os.environ | {"COLUMNS": "100"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    return asks


def test_its_page_is_the_one_shown(ask: Callable[..., Ran]) -> None:
    assert SHOWN is not None
    verb, instance = SHOWN["call"].split()
    ran = ask(verb, str(ROOT / instance))
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, SHOWN["page"], "")


def test_it_stands_among_the_verbs_and_explains_its_options(ask: Callable[..., Ran]) -> None:
    assert re.search(
        r"^  without +Which objectives make the design what it is\?$", ask("--help").stdout, re.MULTILINE
    )
    options = re.findall(r"^  (--[a-z]+)", ask("without", "--help").stdout, re.MULTILINE)
    assert options == ["--gap", "--threads", "--out", "--json"]


def test_its_document_and_its_tables(ask: Callable[..., Ran], tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = ask("without", str(ARCHETYPE), "--json", "--gap", "1e-3", "--out", str(out))
    document = json.loads(ran.stdout)
    assert (ran.returncode, ran.stderr) == (0, f"written to {out}\n")
    assert (document["command"], document["asked"], document["complete"]) == ("without", {"gap": 1e-3}, True)
    assert {move["objective"] for move in document["moves"]} == {"accountability", "responsiveness"}
    assert json.loads((out / "result.json").read_text()) == document
    rows = (out / "moves.csv").read_text().splitlines()
    assert rows[0] == "objective,decision,organisation,from,to"
    assert len(rows) == 1 + len(document["moves"]) == 5


def test_what_it_says_is_in_the_schema(ask: Callable[..., Ran]) -> None:
    schema = json.loads(ask("schema").stdout)["$defs"]["without"]
    assert misfits(json.loads(ask("without", str(ARCHETYPE), "--json").stdout), schema) == []
    assert "moves" in schema["required"]


def test_it_repeats_the_call_and_refuses_a_wrong_one(ask: Callable[..., Ran]) -> None:
    assert "\n  asked: --gap 0.001\n" in ask("without", str(ARCHETYPE), "--gap", "1e-3").stdout
    ran = ask("without", str(ARCHETYPE), "--gap", "x", "--json")
    assert (ran.returncode, json.loads(ran.stdout)["problems"]) == (
        2,
        ["--gap: 'x' is not a number of at least 0"],
    )


def test_where_nothing_is_feasible_it_leaves_with_3(ask: Callable[..., Ran], tmp_path: Path) -> None:
    import optimiser

    none = optimiser.read(ARCHETYPE).replace("decisions.levels", set="local")
    none.replace("organisations.staff_hours", set=1).write(tmp_path / "none")
    ran = ask("without", str(tmp_path / "none"))
    assert (ran.returncode, ran.stdout) == (3, "")
    assert f"optimiser diagnose {tmp_path / 'none'}" in ran.stderr


def test_python_has_it_too(ask: Callable[..., Ran]) -> None:
    code = f"import optimiser; print(optimiser.without(optimiser.read({str(ARCHETYPE)!r})), 'without' in dir(optimiser))"
    ran = ask(program=("-c", code))
    assert ran.returncode == 0, ran.stderr
    assert "2 of 3 objectives move the best design" in ran.stdout
    assert ran.stdout.endswith("True\n")
