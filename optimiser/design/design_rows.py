"""Who holds what, as a file or a table says it: a result, or a CSV that a person wrote."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from optimiser.design.result_folder import read_document, read_table
from optimiser.errors import InputError
from optimiser.instance.arguments import said
from optimiser.instance.instance import Instance

if TYPE_CHECKING:
    from optimiser.design.result_folder import Source

_Rows = list[tuple[str, dict[str, str]]]  # (where it stands, the row)


def read_design_rows(source: Source, instance: Instance) -> list[tuple[str, str, str]]:
    """Read who holds what: a list of (decision, organisation, level), organisation '' for every locality.

    `source` is a result folder, a result.json, a CSV file or a DataFrame with the columns decision, level
    and, where it differs by locality, organisation. Raises InputError with everything that is wrong:
    unknown names (and the nearest known), duplicates, decisions and localities left out.
    """
    where, rows = _rows(source)
    problems = _strangers(rows, instance)
    if not problems:
        problems = _gaps(where, rows, instance)
    if problems:
        raise InputError(problems)
    return [(row["decision"], row["organisation"], row["level"]) for _, row in rows]


def held_from_rows(instance: Instance, rows: Iterable[tuple[str, str, str]]) -> np.ndarray:
    """The level held, as a Record has it, (D, O) int, from rows that `read_design_rows` has passed.

    A locality's own row wins over the row of its decision for every locality.
    """
    decisions = {name: d for d, name in enumerate(instance["decisions"]["decision"])}
    levels = {name: level for level, name in enumerate(instance["levels"]["level"])}
    places = {name: o for o, name in enumerate(instance.localities)}
    held = np.full((len(decisions), len(places)), -1)
    for decision, organisation, level in sorted(rows, key=lambda row: row[1] != ""):
        where = places[organisation] if organisation else slice(None)
        held[decisions[decision], where] = levels[level]
    return held


def _rows(source: Source) -> tuple[str, _Rows]:
    """The source's name and its rows with the columns decision, organisation and level, as text."""
    if not isinstance(source, str | Path):
        if not hasattr(source, "notna"):
            raise InputError(f"{said(source)} is neither a Design, a path nor a DataFrame")
        frame = source.astype(object).where(source.notna(), "")
        raw = [(f"table row {i}", row) for i, row in enumerate(frame.to_dict("records"))]
        return "table", _checked("table", list(frame.columns), raw)
    where, saved = str(source), read_document(source)
    if saved is not None:
        raw = [(f"{where} design[{i}]", row) for i, row in enumerate(saved[1]["design"])]
        if not all(isinstance(row, dict) for _, row in raw):
            raise InputError([f"{where}: design is a list of objects with decision, organisation and level"])
        return where, _checked(where, list(dict.fromkeys(key for _, row in raw for key in row)), raw)
    header, lines = read_table(Path(source))
    raw = [(f"{where}:{n}", dict(zip(header, line, strict=True))) for n, line in lines]
    return where, _checked(where, header, raw)


def _checked(where: str, columns: list[Any], raw: list[tuple[str, dict[Any, Any]]]) -> _Rows:
    known, needed = ("decision", "organisation", "level", "type"), ("decision", "level")
    problems = [f"{where}: no column {name!r}" for name in needed if name not in columns]
    problems += [
        f"{where}: column {name!r} is not one of {', '.join(known)}" for name in columns if name not in known
    ]
    problems += [f"{where}: column {name!r} stands twice" for name in known if columns.count(name) > 1]
    if problems:
        raise InputError(problems)
    return [(at, {name: str(row.get(name, "")).strip() for name in known[:3]}) for at, row in raw]


def _strangers(rows: _Rows, instance: Instance) -> list[str]:
    """Names that the instance does not know."""
    known = {
        "decision": list(instance["decisions"]["decision"]),
        "organisation": ["", *instance.localities],
        "level": list(instance["levels"]["level"]),
    }
    kinds = {"decision": "a decision", "organisation": "a locality", "level": "a level"}
    problems = []
    for at, row in rows:
        for column, name in row.items():
            if name not in known[column]:
                near = get_close_matches(name, known[column], 1)
                hint = f"; did you mean {near[0]!r}?" if near and near[0] else ""
                problems.append(f"{at} {column}: {name!r} is not {kinds[column]} of this instance{hint}")
    return problems


def _gaps(where: str, rows: _Rows, instance: Instance) -> list[str]:
    """Rows that say a thing twice, and what no row says."""
    decisions = instance["decisions"]
    uniform = dict(zip(decisions["decision"], decisions["uniform"], strict=True))
    problems, seen = [], dict[tuple[str, str], str]()
    for at, row in rows:
        key = (row["decision"], row["organisation"])
        if key in seen:
            problems.append(f"{at}: {' at '.join(filter(None, key))} stands already at {seen[key]}")
        elif row["organisation"] and uniform[row["decision"]]:
            problems.append(f"{at} organisation: {row['decision']} is uniform: leave the organisation empty")
        seen.setdefault(key, at)
    for decision in uniform:
        if (decision, "") in seen:
            continue
        missing = [name for name in instance.localities if (decision, name) not in seen]
        if uniform[decision] or len(missing) == len(instance.localities):
            problems.append(f"{where}: decision {decision!r} has no row")
        elif missing:
            others = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
            problems.append(f"{where}: decision {decision!r} has no row for {', '.join(missing[:3])}{others}")
    return problems
