"""Small instances and records made by hand, for tests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from random_instances import write

from optimiser.instance.instance import Instance
from optimiser.instance.read import read
from optimiser.record import Record


def made(folder: Path, **files: str) -> Instance:
    """An instance from the text of its files; `toml` is added to the instance's name."""
    toml = files.pop("toml", "")
    texts = {f"{name}.csv": text.strip().replace(" ", "") + "\n" for name, text in files.items()}
    write(folder, {"instance.toml": f'name = "by-hand"\n{toml}\n', **texts})
    return read(folder)


def at(instance: Instance, held: Any, exercised: Any = 1.0, **others: Any) -> Record:
    """A record of these levels, everything exercised alike, nothing else done."""
    held = np.array(held)
    places, stock = (*held.shape, instance["scenarios"].rows), instance["resource_types"].rows
    idle = np.zeros((held.shape[1], stock, places[2]))
    record = Record(
        held=held, exercised=np.full(places, exercised), monitored=np.zeros(places),
        support=np.zeros(instance["organisations"].rows), added=np.zeros((held.shape[1], stock)),
        lent=idle, borrowed=idle, unmet=idle,
    )  # fmt: skip
    return replace(record, **others)


def localities(count: int, columns: str = "", **values: Any) -> str:
    rows = [f"L{i},local,C" for i in range(count)]
    return "\n".join(["organisation,level,parent" + columns, "C,central,", *rows])
