"""The tree of our own and HiGHS's search the same designs: both are exact, and neither knows of the other."""

from __future__ import annotations

import numpy as np
import pytest
from paths import INSTANCES
from random_instances import random_instance

import optimiser
from optimiser.solver.clock import Clock
from optimiser.solver.search.branch_and_cut import Tree
from optimiser.solver.search.master import Searched
from optimiser.solver.search.neighbourhood import Neighbourhood
from optimiser.solver.session import Session, _ceilings

TIGHT = "three_levels asymmetric staff fixed_hours scenarios risk stakes means".split()
SEEDS = (0, 1, 18, 23, 25, 29)  # of which relaxations split uniform decisions


def searched(seed: int, monkeypatch: pytest.MonkeyPatch, *, by_tree: bool) -> Searched:
    """Some decisions for all and some by locality, with hours for three in five of what could be done."""
    instance = random_instance(seed, TIGHT, most_designs=10**9, sizes=12)
    session = Session(instance.replace("organisations.staff_hours", multiply=0.6))
    with monkeypatch.context() as patch:
        patch.setattr(Session, "_branches", by_tree)
        return session.optimise(0.0, Clock())


@pytest.mark.parametrize("seed", SEEDS)
def test_both_find_the_same(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    split, part = [], Tree._part_uniform

    def counted(self: Tree, *args: object) -> None:
        split.append(args)
        part(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(Tree, "_part_uniform", counted)
    ours = searched(seed, monkeypatch, by_tree=True)
    theirs = searched(seed, monkeypatch, by_tree=False)
    assert split
    assert ours.value == pytest.approx(theirs.value, abs=1e-7)
    assert ours.bound == pytest.approx(theirs.bound, abs=1e-7)


def test_where_no_relaxation_is_near_a_design_one_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on England where hours are short everywhere: rounding found none in a hundred nodes."""

    looking, find = list[Tree](), Tree._find

    def kept(self: Neighbourhood, design: np.ndarray, clock: Clock) -> np.ndarray | None:
        return design if looking and self.keeps(design) else None  # rounding itself finds nothing

    def looked(self: Tree) -> None:
        looking.append(self)
        find(self)
        looking.clear()

    monkeypatch.setattr(Neighbourhood, "repaired", kept)
    monkeypatch.setattr(Tree, "_find", looked)
    monkeypatch.setattr("optimiser.solver.session.FEW", 0)
    instance = optimiser.read(INSTANCES / "three-levels").replace("organisations.staff_hours", multiply=0.4)
    found = Session(instance).optimise(1e-6, Clock(nodes=1))
    assert found.found
    monkeypatch.setattr(Tree, "_find", lambda self: None)
    assert not Session(instance).optimise(1e-6, Clock(nodes=10)).found


@pytest.mark.parametrize("weights", [None, {"responsiveness": 1.0}], ids=["own weights", "one alone"])
@pytest.mark.parametrize("name", ["three-levels", "england-regions", "germany-icu", "archetype"])
def test_nothing_of_a_relaxation_is_unbounded(name: str, weights: dict[str, float] | None) -> None:
    """Not even without a cut: HiGHS once ended so on England."""
    session = Session(optimiser.read(INSTANCES / name), weights)
    found = session.optimise(1e-6, Clock())
    assert found.found
    opening, program = session._opening_cuts({}), session.program
    upper = _ceilings(opening, program)
    gains = np.flatnonzero((program.cost > 0) & ~session.recourse.is_recourse)
    assert np.isinf(program.column_upper[gains]).any()
    assert np.isfinite(upper[gains]).all()
    master = session._master(program, session.no_cuts(), {})
    reached = master.whole(master.run(Clock()).solution)[gains]
    assert (reached <= upper[gains] - 1 + 1e-6).all()  # generously, so that it decides nothing
