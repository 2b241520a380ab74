"""What variants share, and what each number's place rests on."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest
from full_instance import FULL, put

import optimiser
from optimiser.coefficients import coefficients
from optimiser.instance.instance import Instance


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    return optimiser.read(put(tmp_path_factory.mktemp("full"), FULL))


def test_variants_in_numbers_share_the_sets(full: Instance) -> None:
    sets = coefficients(full).sets
    assert coefficients(full.replace("workload.hours", multiply=2)).sets is sets
    assert coefficients(full.replace("decisions.uniform", set=False)).sets is not sets
    assert coefficients(full).sets is sets


def test_an_instance_of_its_own_has_the_same_coefficients(full: Instance) -> None:
    apart: Instance = pickle.loads(pickle.dumps(full))
    mine, theirs = coefficients(full), coefficients(apart)
    assert mine.sets is not theirs.sets
    assert mine.same(theirs)


def test_one_array_has_one_place(full: Instance) -> None:
    c = coefficients(full)
    begins = [c.theta[begin] for name, begin in c.places.values() if name == "willingness"]
    assert begins == [c.autonomy.willingness[0]]
    same = replace(c, autonomy=replace(c.autonomy, ability=c.autonomy.willingness))
    with pytest.raises(ValueError, match="a place of its own"):
        same.places  # noqa: B018
