"""What HiGHS prints, it prints to nobody; what others print at the same time is not lost."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from paths import ARCHETYPE

# HiGHS as its releases come: it prints through C, without and with a newline, when it is made and when it runs.
LOUD = """
import ctypes, sys, threading
import highspy
from optimiser.solver import quiet
c = ctypes.CDLL(None)
{variant}

class Loud(highspy.Highs):
    def __init__(self):
        c.puts(b"LOUD made")
        super().__init__()

    def run(self):
        c.printf(b"LOUD run")
        return super().run()

highspy.Highs = Loud
"""
VARIABLE, DESCRIPTOR = "", "quiet._variable = lambda: None"
COMMAND = 'from optimiser.cli import main; main(["solve", sys.argv[1], "--json"])'
PYTHON = 'import optimiser; print(optimiser.solve(optimiser.read(sys.argv[1])).status, end="")'


def ran(code: str, variant: str = VARIABLE) -> str:
    command = [sys.executable, "-c", LOUD.format(variant=variant) + code, ARCHETYPE]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("variant", [VARIABLE, DESCRIPTOR])
def test_the_command_prints_its_result_alone(variant: str) -> None:
    assert json.loads(ran(COMMAND, variant))["status"] == "optimal"


@pytest.mark.parametrize("variant", [VARIABLE, DESCRIPTOR])
def test_python_prints_nothing_but_its_own(variant: str) -> None:
    assert ran(PYTHON, variant) == "optimal"


@pytest.mark.skipif(
    sys.platform not in ("linux", "darwin"), reason="C keeps its stdout where nobody may write"
)
def test_nothing_that_others_print_meanwhile_is_lost() -> None:
    """By another thread while HiGHS runs, by C before, and by a child process that starts within."""
    code = """
import subprocess, time
c.printf(b"before\\n")
with quiet.quiet():
    c.puts(b"LOUD")
    thread = threading.Thread(target=lambda: print("thread", flush=True))
    thread.start(); thread.join()
    with quiet.quiet():
        subprocess.run([sys.executable, "-c", "print('child')"])
    c.puts(b"LOUD still")
c.printf(b"after\\n")
"""
    assert sorted(ran(code).split()) == ["after", "before", "child", "thread"]


def test_the_version_is_known_without_asking_highs() -> None:
    code = "import optimiser.solver.highs as h; assert h.VERSION.startswith('HiGHS 1.'), h.VERSION"
    assert ran(code) == ""
