"""Paths of random small instances against the enumeration of all sequences, and where nothing couples."""

from __future__ import annotations

from pathlib import Path

import pytest
import shortest_paths
from path_agreement import Agreement, agrees
from random_instances import write
from random_paths import random_path_files, uncoupled_files

import optimiser
from optimiser import InfeasibleError, Instance


def reading(folder: Path, files: dict[str, str]) -> Instance:
    write(folder, files)
    return optimiser.read(folder)


@pytest.mark.parametrize("seed", [35, 78, 103, 121, 124, 129, 184, 196])
def test_the_best_path_is_the_best_of_all_sequences(tmp_path: Path, seed: int) -> None:
    files = random_path_files(seed)
    instance = reading(tmp_path, files)
    agrees(instance, files, optimiser.path(instance).document())


@pytest.mark.parametrize("seed", [9])
def test_no_sequence_is_possible(tmp_path: Path, seed: int) -> None:
    files = random_path_files(seed)
    instance = reading(tmp_path, files)
    assert Agreement(instance, files).paths.best() is None
    with pytest.raises(InfeasibleError):
        optimiser.path(instance)


@pytest.mark.parametrize("seed", range(3))
def test_where_nothing_couples_it_is_a_shortest_path(tmp_path: Path, seed: int) -> None:
    files = uncoupled_files(seed)
    instance = reading(tmp_path, files)
    found = optimiser.path(instance, foresight=["path"])
    assert found.walks["path"].value == pytest.approx(shortest_paths.best(instance, files), abs=2e-6)
