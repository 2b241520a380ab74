"""What a study file means for an instance: its inputs, groups and dependences, each checked."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from math import prod
from pathlib import Path

import numpy as np

from optimiser.errors import InputError
from optimiser.instance.checking.problems import quote
from optimiser.instance.instance import Instance
from optimiser.instance.read import read
from optimiser.instance.schema.study import SAMPLED
from optimiser.studies.inputs import every_weight_own
from optimiser.studies.sensitivity.sampling.axes import axes_of
from optimiser.studies.sensitivity.sampling.futures import read_futures
from optimiser.studies.sensitivity.sampling.sampling import gaussian_correlation
from optimiser.studies.sensitivity.study.form import Document, Problems, Spot
from optimiser.studies.sensitivity.study.inputs import NO_PERIODS, Inputs
from optimiser.studies.sensitivity.study.plan import StudyPlan, Varied

MOST_SAMPLES = 1_000_000
BESIDE = "samples.csv"  # what a table is called beside the results, where a resolved study stands
_LEAST_EIGENVALUE = 1e-9
_RESERVED = ("sample", "value", "feasible")  # columns of results, and what drivers are of


def checked(document: Document, instance: Instance, folder: Path, problems: Problems) -> StudyPlan:
    """A study whose form has been looked at as a plan; raises InputError with everything that is wrong."""
    for key in ("designs", "vary", "group", "depend"):
        document.setdefault(key, [])
    _instance(document, instance, folder, problems)
    _method(document, problems)
    inputs = Inputs(document, instance, problems)
    _foresight(document, instance, inputs, problems)
    _names(document, inputs.varied, problems)
    groups = _groups(document, inputs.varied, problems)
    depends = _depends(document, inputs.varied, groups, problems)
    futures = None
    if document.get("method") == "table" and "table" in document and problems.sound("", 0, "table"):
        futures = read_futures(folder / document["table"], inputs.varied, instance, problems)
    problems.raise_any()
    document.pop("instance", None)
    if futures is not None:
        document["table"] = BESIDE
    plan = StudyPlan(document, inputs.varied, groups, depends, futures, tuple(inputs.unmoved))
    _not_too_many(plan, problems)
    problems.raise_any()
    return plan


def _instance(document: Document, instance: Instance, folder: Path, problems: Problems) -> None:
    """The instance that the file names is that of the call."""
    if "instance" not in document:
        return
    spot = Spot(key="instance")
    try:
        named = read(folder / document["instance"])
    except InputError as error:
        problems.add(
            spot, f"{quote(document['instance'])} cannot be read as an instance: {error.problems[0]}"
        )
        return
    if named.hash != instance.hash:
        same = "is another version of it" if named.name == instance.name else f"is {quote(named.name)}"
        problems.add(spot, f"{quote(document['instance'])} {same}, and the call's is {quote(instance.name)}")


def _method(document: Document, problems: Problems) -> None:
    """What the method needs is there."""
    method = document.get("method")
    if method in SAMPLED and "samples" not in document and problems.sound("", 0, "samples"):
        problems.add(Spot(key="samples"), f"this key must be there for {method}: how many")
    if method == "table" and "table" not in document and problems.sound("", 0, "table"):
        problems.add(Spot(key="table"), "this key must be there for table: a CSV or Parquet file")
    if method not in ("latin-hypercube", None) and document["depend"]:
        problems.add(
            Spot("depend", 0), f"only latin-hypercube draws what depends on each other, not {method}"
        )
    designs = document["designs"]
    for name in dict.fromkeys(name for name in designs if designs.count(name) > 1):
        problems.add(Spot(key="designs"), f"{quote(name)} stands there twice")


def _foresight(document: Document, instance: Instance, inputs: Inputs, problems: Problems) -> None:
    """Whether it asks for paths, and may."""
    if inputs.of_paths:
        document.setdefault("foresight", "path")
    foresight = document.get("foresight")
    if foresight is not None and not instance["periods"].rows:
        problems.add(Spot(key="foresight"), NO_PERIODS)
    for at, entry in enumerate(document["vary"] if foresight and every_weight_own(instance) else ()):
        key = "simplex" if "simplex" in entry else "what"
        if key == "simplex" or str(entry.get(key)).startswith("weights."):
            problems.add(Spot("vary", at, key), "every period has weights of its own")
    if foresight == "none" and document["designs"]:
        text = "without foresight no path is the best, so that how others fare beside it is not asked"
        problems.add(Spot(key="designs"), text)


def _names(document: Document, varied: tuple[Varied, ...], problems: Problems) -> None:
    """Each entry, group and column has a name of its own."""
    seen: dict[str, str] = {}
    for section in ("vary", "group"):
        for at, entry in enumerate(document[section]):
            name, spot = entry.get("name"), Spot(section, at, "name")
            if name in _RESERVED:
                problems.add(spot, f"{quote(name)} means something else in results")
            elif name in seen:
                problems.add(spot, f"{quote(name)} is the name of {seen[name]}")
            elif name is not None:
                seen[name] = f"{section}[{at + 1}]"
    entries = [entry.get("name") for entry in document["vary"]]
    columns: dict[str, str] = {}
    for one in varied:
        other = columns.setdefault(one.name, one.entry)
        if other != one.entry or (one.name != one.entry and one.name in seen):
            text = f"{quote(one.name)} would be the name of two columns"
            problems.add(Spot("vary", entries.index(one.entry), "name"), text)


def _groups(document: Document, varied: tuple[Varied, ...], problems: Problems) -> dict[str, tuple[str, ...]]:
    """The columns of what is judged as one: the weights of each simplex, and each group."""
    columns: dict[str, list[str]] = {}
    for one in varied:
        columns.setdefault(one.entry, []).append(one.name)
    simplexes = {one.entry for one in varied if one.total is not None}
    found = {name: tuple(columns[name]) for name in columns if name in simplexes}
    entries = [entry["name"] for entry in document["vary"] if "name" in entry]
    taken: dict[str, str] = {}
    for at, group in enumerate(document["group"]):
        spot, members = Spot("group", at, "of"), group.get("of", [])
        for member in members:
            if member not in entries:
                problems.add(
                    spot, f"{quote(member)} is not the name of an input{problems.hint(member, entries)}"
                )
            elif member in simplexes:
                problems.add(
                    spot, f"{quote(member)} is a simplex: its weights move, and are judged, as one anyway"
                )
            elif taken.setdefault(member, str(at)) != str(at) or members.count(member) > 1:
                problems.add(spot, f"{quote(member)} is in a group already")
        if "name" in group:
            found[group["name"]] = tuple(name for member in members for name in columns.get(member, ()))
    return found


def _depends(
    document: Document,
    varied: tuple[Varied, ...],
    groups: Mapping[str, tuple[str, ...]],
    problems: Problems,
) -> dict[tuple[str, str], float]:
    """The rank correlation of each pair of names, where all of them together are possible."""
    found: dict[tuple[str, str], float] = {}
    entries = {entry.get("name") for entry in document["vary"]} - {one.entry for one in varied}
    broken = entries | {g.get("name") for g in document["group"] if entries & set(g.get("of", []))}
    for at, depend in enumerate(document["depend"]):
        spot, names = Spot("depend", at, "of"), depend.get("of", [])
        if broken & set(names):
            continue
        wrong = {name: _undependable(name, names, varied, groups, problems) for name in names}
        for text in filter(None, wrong.values()):
            problems.add(spot, text)
        for a, b in combinations([name for name in names if not wrong[name]], 2):
            pair = (min(a, b), max(a, b))
            if a == b:
                problems.add(spot, f"{quote(a)} stands there twice")
            elif pair in found:
                problems.add(spot, f"{quote(a)} and {quote(b)} have a rank correlation already")
            else:
                found[pair] = depend.get("rank_correlation", 0.0)
    _whole_groups(found, groups, document, problems)
    names = sorted({name for pair in found for name in pair})
    if names and document["depend"]:
        least = float(np.linalg.eigvalsh(gaussian_correlation(found, names))[0])
        if least < _LEAST_EIGENVALUE:
            text = f"these correlations are not possible together (eigenvalue {least:.3g})"
            problems.add(Spot("depend", len(document["depend"]) - 1, "rank_correlation"), text)
    return found


def _undependable(
    name: str,
    others: list[str],
    varied: tuple[Varied, ...],
    groups: Mapping[str, tuple[str, ...]],
    problems: Problems,
) -> str:
    """Why a name cannot depend on the others; '' where it can."""
    single = [one.name for one in varied if one.name == one.entry]
    simplexes = {one.entry for one in varied if one.total is not None}
    if name in simplexes:
        return f"{quote(name)} is a simplex: its weights depend on each other already"
    if name in groups or name in single:
        own = next((group for group, columns in groups.items() if name in columns), None)
        if own is not None and not set(others) <= set(groups[own]):
            return f"{quote(name)} moves with its group: name {quote(own)}"
        return ""
    if any(name in (one.entry, one.name) for one in varied):
        return f"{quote(name)} has a number for each row or value; only one number can depend on another"
    known = [*single, *groups]
    return f"{quote(name)} is not the name of an input or a group{problems.hint(name, known)}"


def _whole_groups(
    depends: Mapping[tuple[str, str], float],
    groups: Mapping[str, tuple[str, ...]],
    document: Document,
    problems: Problems,
) -> None:
    """A group whose members depend on each other does not move as one: then it is said of all of them."""
    for at, group in enumerate(document["group"]):
        columns = set(groups.get(group.get("name"), ()))
        inside = {name for pair in depends if set(pair) <= columns for name in pair}
        if inside and inside != columns:
            text = (
                f"{quote(min(columns - inside))} depends on none of its group, as others do: name all or none"
            )
            problems.add(Spot("group", at, "of"), text)
        if inside and any(group["name"] in pair for pair in depends):
            text = f"{quote(group['name'])} cannot depend on others where its members depend on each other"
            problems.add(Spot("group", at, "name"), text)


def _not_too_many(plan: StudyPlan, problems: Problems) -> None:
    """The samples can be counted before they are made."""
    axes = axes_of(plan)
    if plan.method == "grid":
        counts: list[int] = [axis.points(plan.steps) for axis in axes]
        total = prod(counts)
        said = (
            f"{' x '.join(map(str, counts[:8]))}{' x ...' * (len(counts) > 8)} are {float(total):.3g} samples"
        )
    elif plan.method in ("sobol", "morris"):
        inputs = len({axis.judged for axis in axes}) + (2 if plan.method == "sobol" else 1)
        total = plan.samples * inputs
        said = f"{plan.samples:,} x {inputs} are {total:,} samples"
    else:
        total, said = plan.samples, f"{plan.samples:,}"
    if total > MOST_SAMPLES:
        key = "steps" if plan.method == "grid" else "samples"
        problems.add(Spot(key=key), f"{said}; {MOST_SAMPLES:,} at most are taken on")
