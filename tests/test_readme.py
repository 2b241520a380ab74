"""README.md, word for word: its commands exist, its examples run, its outputs are current."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest
import readme

from optimiser.cli import app

ROOT = Path(__file__).resolve().parent.parent

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
FENCED = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
COMMANDS = re.findall(r"^(?:\$ )?scripts/optimiser (.+)$", "".join(text for _, text in FENCED), re.MULTILINE)
SLOW = "england"  # its answer takes a minute: not renewed here


def test_the_first_block_is_the_main_job_and_the_tests():
    language, block = FENCED[0]
    first, second = block.splitlines()
    assert (language, second) == ("", "scripts/test")
    assert first.startswith("scripts/optimiser solve instances/england")
    assert first in readme.blocks(TEXT)  # and its answer is shown
    for script in ("scripts/optimiser", "scripts/test", ".ci/run"):
        assert os.access(ROOT / script, os.X_OK)


@pytest.mark.parametrize("command", COMMANDS)
def test_its_commands_exist(command):
    verb, *arguments = shlex.split(command)
    app.commands[verb].make_context(verb, arguments)


@pytest.mark.parametrize("command", [command for command in readme.blocks(TEXT) if SLOW not in command])
def test_its_outputs_are_current(command):
    shown = readme.timeless(readme.blocks(TEXT)[command])
    assert shown == readme.timeless(readme.output(command)), "run scripts/readme.py"


@pytest.mark.parametrize("code", [text for language, text in FENCED if language == "python"])
def test_its_python_runs(code, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102 (our own page)
    assert "archetype" in capsys.readouterr().out or "verified" in code


def test_its_links_lead_somewhere():
    links = re.findall(r"\]\((?!https?:)([^)#]+)", TEXT)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
