"""The folder of a study: its store, and beside it tables that are renewed whole or not at all.

New files are made in a folder of their own inside it; once they are whole they take the places of the old
ones, `result.json` last. A run that was ended between is brought to its end by the next.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimiser.atomic_writing import check_place, write_folder
from optimiser.design.result_folder import DOCUMENT, INSTANCE
from optimiser.errors import InputError
from optimiser.instance.arguments import said
from optimiser.instance.instance import Instance
from optimiser.instance.write import texts
from optimiser.studies.sensitivity.running.store import BESIDE, STORE
from optimiser.studies.sensitivity.schema import RESULT, TABLES

if TYPE_CHECKING:
    import pandas as pd

STUDY = "study.toml"
FORMATS = ("csv", "parquet")
MAKING, MADE = ".making", ".made"  # folders of new files: not yet whole, and whole
SAID = 50_000  # rows of a table that are written at a time


def check_folder(folder: str | os.PathLike[str]) -> Path:
    """Where a study can be kept: a folder that is new, empty, or holds one. Raises InputError."""
    if not isinstance(folder, str | os.PathLike):
        raise InputError(f"out: {said(folder)} is not a path")
    target = check_place(os.fspath(folder))
    entries = {entry.name for entry in target.iterdir()} if target.is_dir() else set()
    if not entries - {MAKING}:
        return target
    tables = {f"{part.name}.{format_}" for part in TABLES for format_ in FORMATS}
    strangers = entries - tables - {*BESIDE, STUDY, DOCUMENT, INSTANCE, MAKING, MADE}
    if strangers or STORE not in entries:
        which = min(strangers or entries)
        raise InputError(
            f"{str(folder)!r} is not written: it holds {which!r}, which is no part of a study; "
            "name another folder"
        )
    return target


def export(
    folder: Path,
    frames: Mapping[str, pd.DataFrame],
    document: Mapping[str, Any],
    instance: Instance,
    study: str,
    format_: str,
) -> None:
    """Renew the tables of a folder, `study.toml` as it was resolved, and result.json; the instance stays."""
    settle(folder)
    if not (folder / INSTANCE).is_dir():
        write_folder(folder / INSTANCE, texts(instance))
    making = folder / MAKING
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir()
    try:
        (making / STUDY).write_text(study, encoding="utf-8", newline="")
        for name, frame in frames.items():
            if format_ == "csv":
                frame.to_csv(making / f"{name}.csv", index=False, lineterminator="\n")
            else:
                frame.to_parquet(making / f"{name}.parquet", index=False)
        with (making / DOCUMENT).open("w", encoding="utf-8", newline="") as file:
            file.writelines(_said(document, frames))
        _to_disk(making)
        making.rename(folder / MADE)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    settle(folder)


def settle(folder: Path) -> None:
    """Put new files that are whole in the places of the old ones: the study first, the document last.

    Between the two there is no document: what is beside it may be of two exports.
    """
    made = folder / MADE
    if not made.is_dir():
        return
    names = {entry.name for entry in made.iterdir()}
    if STUDY in names:  # nothing has its new place yet
        tables = {f"{part.name}.{format_}" for part in TABLES for format_ in FORMATS}
        for gone in (DOCUMENT, *sorted(tables - names)):
            (folder / gone).unlink(missing_ok=True)
    for name in sorted(names, key=lambda name: (name == DOCUMENT, name != STUDY, name)):
        (made / name).replace(folder / name)
    made.rmdir()
    _to_disk(folder, files=False)


def _to_disk(folder: Path, *, files: bool = True) -> None:
    """A full disk may be noticed here and nowhere else."""
    for path in folder.iterdir() if files else ():
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    if os.name != "posix":  # elsewhere a folder cannot be opened
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _said(document: Mapping[str, Any], frames: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """The document as JSON, a row of a table on a line: never all of it at once."""
    names = [key.name for key in RESULT.keys if key.name in document or key.name in frames]
    for at, name in enumerate(names):
        yield f"{',' if at else '{'}\n {json.dumps(name)}: "
        if name in document:
            yield json.dumps(document[name], ensure_ascii=False, allow_nan=False)
            continue
        yield "["
        for k, row in enumerate(records(frames[name])):
            yield f"{',' if k else ''}\n  {json.dumps(row, ensure_ascii=False, allow_nan=False)}"
        yield "]"
    yield "\n}\n"


def records(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """The rows of a table, blanks as None."""
    columns = list(frame.columns)
    for start in range(0, len(frame), SAID):
        part = frame.iloc[start : start + SAID]
        cells = part.astype(object).where(part.notna(), None)
        for row in cells.itertuples(index=False, name=None):
            yield dict(zip(columns, row, strict=True))
