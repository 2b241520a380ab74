"""Instance: what is true, and how to make a variant of it, write it down, or make one from tables."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from optimiser.instance import frames, write
from optimiser.instance.content import Content
from optimiser.instance.replace import Change, replaced

if TYPE_CHECKING:
    import pandas as pd


class Instance(Content):
    """The facts of one centralisation question, and what can be made of them."""

    def replace(
        self,
        path: str,
        *,
        set: float | str | bool | None = None,  # noqa: A002 (the word of a study file)
        multiply: float | None = None,
        add: float | None = None,
        odds: float | None = None,
        where: Mapping[str, Any] | None = None,
    ) -> Instance:
        """A variant in which one input is other: exactly one of `set`, `multiply`, `add` and `odds`.

        Parameters
        ----------
        path : str
            ``table.column``, or ``weights.X``, ``limits.X``, ``uncertainty.X``, ``path.X``,
            ``scenarios.NAME.X``, ``levels.NAME.X``, ``periods.NAME.X`` or ``resources.NAME.X`` (X of toml's
            ``[[resources]]``). Setting ``scenarios.NAME.probability`` leaves the other scenarios the rest, in
            their proportions.
        set : float, str or bool, optional
            What the cells become.
        multiply, add : float, optional
            What the cells are multiplied by, or what is added to them.
        odds : float, optional
            What the odds x / (1 - x) of shares are multiplied by, so that they stay shares. Probabilities of
            scenarios share out what there is after that.
        where : mapping, optional
            Columns of that table -> a value, or a list of values, that rows must have.

        Returns
        -------
        Instance
            A new one; this one stays as it is.

        Raises
        ------
        InputError
            Where the path or `where` matches nothing, where something that is not given would be multiplied
            or added to, or where the variant would not pass the checks that files must pass.

        Examples
        --------
        >>> import optimiser
        >>> instance = optimiser.read("instances/archetype")
        >>> short = instance.replace("organisations.staff_hours", set=3, where={"level": "local"})
        >>> short["organisations"]["staff_hours"].tolist()
        [nan, 3.0]
        """

        return replaced(self, [Change(path, set=set, multiply=multiply, add=add, odds=odds, where=where)])

    @classmethod
    def from_tables(
        cls, tables: Mapping[str, pd.DataFrame | Iterable[Mapping[str, Any]]], **keys: Any
    ) -> Instance:
        """An instance from Python: tables by name, and the keys and sections of instance.toml as keywords.

        Parameters
        ----------
        tables : mapping of str to DataFrame or list of rows
            A row is a mapping of column to value; None and NaN are blanks.
        **keys
            What instance.toml holds (``name="mine"``, ``weights={"economy": 1}``,
            ``levels=[{"level": "centre"}, {"level": "trust"}]``). It may stand among the tables as well,
            named as the sheets of a workbook (``instance``, ``levels``, ``weights``, ``resource_types``);
            keywords win.

        Returns
        -------
        Instance
            Checked as files are. The inverse of `to_tables`.

        Raises
        ------
        InputError
            With everything that is wrong, a line each.

        Examples
        --------
        >>> from optimiser import Instance
        >>> rows = [{"decision": "ppe", "type": "input"}, {"decision": "discharge", "type": "process"}]
        >>> Instance.from_tables({"decisions": rows}, name="mine")
        Instance(mine: 2 decisions, 1 locality, 2 levels, 1 scenario)
        """
        return frames.from_tables(cls, tables, keys)

    def to_tables(self) -> dict[str, pd.DataFrame]:
        """Everything in it as DataFrames by name, instance.toml included: the inverse of `from_tables`.

        Returns
        -------
        dict of str to DataFrame
            Columns that say nothing but their default are left out, and tables without rows, as in files.

        Examples
        --------
        >>> import optimiser
        >>> list(optimiser.read("instances/archetype").to_tables()["decisions"])
        ['decision', 'type', 'label']
        """
        return frames.to_tables(self)

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write it as a folder or, where the name ends in .xlsx, as a workbook: whole or not at all.

        Read again it is the same instance, with the same hash. Raises InputError where `path` exists already.
        """
        write.write(self, path)
