"""A study file, read and checked as an instance is: everything that is wrong with it, at once."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from optimiser.errors import InputError
from optimiser.instance.arguments import check_instance, said
from optimiser.instance.instance import Instance
from optimiser.instance.reading.toml import key_lines
from optimiser.studies.sensitivity.study.checking import checked
from optimiser.studies.sensitivity.study.form import Problems, Spot, formed
from optimiser.studies.sensitivity.study.plan import StudyPlan

LARGEST = 2**24  # bytes of a study file


def read_study(study: str | os.PathLike[str] | Mapping[str, Any], instance: Instance) -> StudyPlan:
    """Read a study of an instance.

    Parameters
    ----------
    study : path or mapping
        A TOML file, or what stands in one as a mapping; paths in it start from the file's folder, those of a
        mapping from where one is.
    instance : Instance
        The instance whose inputs vary.

    Returns
    -------
    StudyPlan
        With every default in its place.

    Raises
    ------
    InputError
        With everything that is wrong with it, one line each.

    Examples
    --------
    >>> import optimiser
    >>> from optimiser.studies.sensitivity.study.study_file import read_study
    >>> staff = {"name": "staff", "what": "organisations.staff_hours", "how": "multiply", "range": [0.2, 1.2]}
    >>> study = {"name": "doubts", "method": "latin-hypercube", "samples": 100, "vary": [staff]}
    >>> plan = read_study(study, optimiser.read("instances/archetype"))
    >>> plan.seed, plan.gap, [varied.name for varied in plan.varied]
    (1, 0.0001, ['staff'])
    """
    check_instance(instance)
    if isinstance(study, Mapping):
        document, problems, folder = study, Problems("study"), Path()
    elif isinstance(study, str | os.PathLike):
        path = Path(study)
        text = _text(path)
        problems, folder = Problems(path.name, key_lines(text)), path.parent
        document = _parsed(text, path.name)
    else:
        raise InputError(f"study: {said(study)} is not a path or a mapping")
    _named(document, problems)
    found = formed(document, problems)
    return checked(found, instance, folder, problems)


def _text(path: Path) -> str:
    try:
        if path.is_file() and path.stat().st_size > LARGEST:
            raise InputError(f"{path}: is too large for a study file")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8 text") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error


def _parsed(text: str, source: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise InputError(f"{source}: is not TOML: nested too deeply") from error
    except ValueError as error:
        found = re.fullmatch(r"(.*?) \(at line (\d+), column (\d+)\)", str(error))
        where, why = (f"{source}:{found[2]}", found[1]) if found else (source, str(error))
        raise InputError(f"{where}: is not TOML: {why}") from error


def _named(document: Mapping[str, Any], problems: Problems) -> None:
    """The name of a study becomes that of a folder and of a file."""
    name = document.get("name")
    if isinstance(name, str) and not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        problems.add(Spot(key="name"), f"{said(name)} is not a name (letters, digits, - and _)")
