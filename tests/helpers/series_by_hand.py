"""Instances with one resource, and series for them, made by hand for tests of replay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
from instance_by_hand import made

from optimiser.instance.instance import Instance

START = date(2020, 10, 1)
BEDS = '[[resources]]\nresource = "beds"\ngoverned_by = "aid"\n'
TWO = "organisation,level,parent\nC,central,\nA,local,C\nB,local,C"


def two(folder: Path, delay: float = 1, mobilisation: float = 1, **files: str) -> Instance:
    """A centre and two localities, A and B, with 10 beds each; `aid` governs them."""
    levels = f'[[levels]]\nlevel = "central"\ndelay_days = {delay}\nmobilisation = {mobilisation}\n'
    tables = {
        "decisions": "decision,type\naid,process\nother,input",
        "organisations": TWO,
        "resources": "organisation,resource,capacity,demand\nA,beds,10,8\nB,beds,10,8",
    }
    folder.mkdir(exist_ok=True)
    return made(folder, toml=levels + '[[levels]]\nlevel = "local"\n' + BEDS, **(tables | files))


def series(
    demand: dict[str, Sequence[float]], resource: str = "beds", **capacity: Sequence[float]
) -> pd.DataFrame:
    """Day by day from the first of October 2020; capacity where it is given."""
    rows = [
        {"date": (START + timedelta(days=t)).isoformat(), "organisation": name, "resource": resource}
        | {"demand": need}
        | ({"capacity": capacity[name][t]} if capacity else {})
        for name, needs in demand.items()
        for t, need in enumerate(needs)
    ]
    return pd.DataFrame(rows)
