"""The designs that a call gives, for questions that set them beside the best one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from optimiser.design.design import Design
from optimiser.design.design_rows import held_from_rows, read_design_rows
from optimiser.errors import InputError
from optimiser.instance.arguments import pairs
from optimiser.instance.instance import Instance

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray


def given_designs(
    instance: Instance,
    designs: Mapping[str, Design | str | Path | pd.DataFrame] | None,
    taken: Collection[str],
    problems: list[str],
) -> dict[str, Array]:
    """Designs by name, (D, O) levels each; what is wrong with them, or with names `taken`, are problems."""
    given = pairs("designs", designs, "names to designs", problems)
    problems += [f"designs: {name!r} is the name of another design here" for name in given if name in taken]
    held = dict[str, Array]()
    for name, source in given.items():
        try:
            rows = read_design_rows(source.table if isinstance(source, Design) else source, instance)
            held[name] = held_from_rows(instance, rows)
        except InputError as error:
            problems += error.problems
    return held
