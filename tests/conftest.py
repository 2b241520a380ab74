"""What several test files share."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import NamedTuple

import pytest

from optimiser.cli import main

os.environ["COLUMNS"] = "100"  # what is printed does not depend on who runs the tests, and where


class Ran(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def by_either_tree(request, monkeypatch) -> None:
    """What is drawn with an odd seed is searched as what is large, by our own tree."""
    call = getattr(request.node, "callspec", None)
    if call is not None and isinstance(seed := call.params.get("seed"), int) and seed % 2:
        monkeypatch.setattr("optimiser.solver.session.FEW", 0)


@pytest.fixture
def run(capsys) -> Callable[..., Ran]:
    """Run the command, here and now, and say how it left and what it printed."""

    def runs(*arguments: object) -> Ran:
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return Ran(left.value.code or 0, printed.out, printed.err)

    return runs
