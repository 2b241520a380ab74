"""Signals end a search, and what was found is printed and written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from hard_permutations import permutations

from optimiser.solver.clock import Clock, hearing_interrupts


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
    was = signal.signal(
        number, signal.SIG_DFL
    )  # the tests may run under `nohup`, and what is ignored is inherited
    try:
        code, out, err = interrupted(tmp_path, "relaxation", [(1.5, number)], "--json", "--out", str(target))
    finally:
        signal.signal(number, was)
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
        assert "the best so far" in out or "nterrupted before" in out + err
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
