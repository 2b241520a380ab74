"""`read`: an instance from a folder or a workbook."""

from __future__ import annotations

import os

from optimiser.errors import InputError
from optimiser.instance.assemble import assemble
from optimiser.instance.checking.problems import Findings, quote
from optimiser.instance.instance import Instance
from optimiser.instance.reading import folder, workbook
from optimiser.instance.reading.not_an_instance import astray, path_of
from optimiser.instance.reading.workbook_sheet import Absent
from optimiser.instance.schema.schema import TABLES


def read(path: str | os.PathLike[str]) -> Instance:
    """Read an instance and check it.

    Parameters
    ----------
    path : str or os.PathLike
        A folder of instance.toml and CSV tables, or an Excel workbook (.xlsx).

    Returns
    -------
    Instance
        Complete: every default is filled in. `noticed` says what was left alone on the way.

    Raises
    ------
    InputError
        With everything that is wrong, a line each.

    Examples
    --------
    >>> import optimiser
    >>> optimiser.read("instances/archetype")
    Instance(archetype: 6 decisions, 1 locality, 2 levels, 1 scenario)
    """
    where = path_of(path)
    findings = Findings({table: Absent(table) for table in TABLES})
    if why := astray(where):
        raise InputError(f"{quote(os.fspath(path))} {why}")
    kind = folder if where.is_dir() else workbook
    return assemble(Instance, kind.sheets(where, findings), findings)
