"""Several people's weights: whose designs agree where, and which one the worst-off regrets least."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from optimiser.errors import InputError
from optimiser.figures.so_far import NONE
from optimiser.instance.instance import Instance
from optimiser.labels import label, say
from optimiser.reporting.blocks import Heading, Table, Text
from optimiser.reporting.results import Shown
from optimiser.terminal import at_most, clean, fixed, small
from optimiser.tolerances import EQUAL

Document = Mapping[str, Any]
LONGEST = 60  # letters of a name


@dataclass(frozen=True)
class Opinion:
    """What somebody would weigh the three objectives of a map, summing to 1."""

    name: str
    weights: tuple[float, ...]


def read_opinions(path: str | Path, objectives: Sequence[str], instance: Instance) -> list[Opinion]:
    """Read name and weights; raises InputError with a line for each thing that is wrong."""
    where = Path(path)
    if not where.is_file():
        raise InputError([f"{path}: no such file"])
    try:
        lines = list(csv.reader(io.StringIO(where.read_text(encoding="utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError([f"{path}: not a CSV file in UTF-8 ({error})"]) from error
    header = [cell.strip() for cell in lines[0]] if lines else []
    if not any(header):
        raise InputError([f"{where.name}: its first line names no columns: name, {', '.join(objectives)}"])
    if len(header) == 1 and (mark := next((each for each in ";\t|" if each in header[0]), None)):
        raise InputError([f"{where.name}: its columns are parted by {mark!r}: save it with commas"])
    problems = list(_header(where.name, header, objectives, instance))
    if problems:
        raise InputError(problems)
    found, seen = list[Opinion](), dict[str, int]()
    for number, line in enumerate(lines[1:], start=2):
        if any(cell.strip() for cell in line):
            opinion = _opinion(f"{where.name}:{number}", header, line, objectives, problems)
            if opinion.name in seen:
                before = seen[opinion.name]
                problems.append(
                    f"{where.name}:{number} name: {opinion.name!r} stands already in line {before}"
                )
            seen[opinion.name] = number
            found.append(opinion)
    if not found:
        problems.append(f"{where.name}: nobody's weights stand in it")
    if problems:
        raise InputError(problems)
    return found


def _header(
    where: str, header: Sequence[str], objectives: Sequence[str], instance: Instance
) -> Iterator[str]:
    if "name" not in header:
        yield f"{where}: no column 'name'"
    for column in header:
        if header.count(column) > 1:
            yield f"{where}: column {column!r} stands twice"
        elif column not in ("name", "note", "remark", *instance.objectives):
            known = ", ".join(instance.objectives)
            yield f"{where}: column {column!r} is no objective of this instance ({known})"
    if not set(objectives) & set(header):
        yield f"{where}: no column for any objective of the map ({', '.join(objectives)})"


def _opinion(
    at: str, header: Sequence[str], line: Sequence[str], objectives: Sequence[str], problems: list[str]
) -> Opinion:
    if len(line) != len(header):
        problems.append(f"{at}: {len(line)} cells under {len(header)} column names")
        return Opinion(at, (1.0,) * len(objectives))
    row = {column: cell.strip() for column, cell in zip(header, line, strict=True)}
    name = clean(row.pop("name"))[:LONGEST]
    if not name:
        problems.append(f"{at} name: is blank")
    weights = dict.fromkeys(objectives, 0.0)
    for column, cell in row.items():
        if column in ("note", "remark") or not cell:
            continue
        try:
            weight = float(cell)
        except ValueError:
            weight = -1.0
        if not 0 <= weight < np.inf:
            problems.append(f"{at} {column}: {cell!r} is not a weight (a number of at least 0)")
        elif column in weights:
            weights[column] = weight
        elif weight:
            problems.append(
                f"{at} {column}: the map is of {', '.join(objectives)}; its weight there can only be 0"
            )
    total = sum(weights.values())
    if not total:
        problems.append(f"{at}: all weights of the map's objectives are 0")
    elif total == np.inf:
        problems.append(f"{at}: the weights are too large to be added up")
    return Opinion(name or at, tuple(weight / (total or 1.0) for weight in weights.values()))


def agreement(shown: Shown, document: Document, opinions: Sequence[Opinion]) -> Iterator[Any]:
    """Each one's design, where they agree, and the design that whoever regrets it most regrets least."""
    worth = worths(document, opinions)  # (P, designs)
    best = worth.argmax(axis=1)
    designs, error = document["designs"], document["error"]
    yield Heading(say("opinions.heading"))
    codes = [shown.names.objective(g) for g in document["objectives"]]
    rows = [
        (
            one.name,
            *(fixed(w, 2) for w in one.weights),
            str(designs[best[p]]["design_id"]),
            lead_said(worth[p], error),
        )
        for p, one in enumerate(opinions)
    ]
    columns = [label("columns", "name"), *codes, label("columns", "design"), label("columns", "how_sure")]
    yield Table(say("opinions.whose"), columns, rows)
    yield from _where_they_agree(shown, document, opinions, best)
    yield from _least_regret(document, opinions, worth)


def worths(document: Document, opinions: Sequence[Opinion]) -> np.ndarray:
    """(P, designs) what each design is worth to each: its best cell, as recourse follows the weights."""
    weights = np.array([one.weights for one in opinions])
    worth = np.full((len(opinions), len(document["designs"])), -np.inf)
    place = {each["design_id"]: k for k, each in enumerate(document["designs"])}
    for cell in document["cells"]:
        reached = np.array([cell["objectives"][g] for g in document["objectives"]])
        k = place[cell["design_id"]]
        worth[:, k] = np.maximum(worth[:, k], weights @ reached)
    return worth


def lead_said(worth: np.ndarray, error: float | None) -> str:
    """How far the best design is ahead of the next, held against what the map may miss."""
    if len(worth) == 1:
        return say("opinions.only")
    second, first = np.sort(worth)[-2:]
    lead = float(first - second)
    if lead < EQUAL and error is not None and error < NONE:
        return say("opinions.level")
    if error is None:
        return say("opinions.lead_unknown", lead=small(lead))
    if lead <= error:
        return say("opinions.lead_within", lead=small(lead), error=at_most(error))
    return say("opinions.lead", lead=small(lead))


def _where_they_agree(
    shown: Shown, document: Document, opinions: Sequence[Opinion], best: np.ndarray
) -> Iterator[Any]:
    held = [shown.names.held(document["designs"][k]["design"]) for k in best]
    rows, same = list[list[str]](), 0
    for d, code in enumerate(shown.names.decisions):
        together = all((each[d] == held[0][d]).all() for each in held)
        same += together
        cells = [_places(shown, each[d]) for each in held]
        rows.append([shown.names.decision(code), label("agree", "yes" if together else "no"), *cells])
    yield Text(say("opinions.agree", n=same, of=len(rows)))
    columns = [label("columns", "decision"), label("columns", "agree"), *(one.name for one in opinions)]
    yield Table(say("opinions.where"), columns, rows, folded=True)


def _places(shown: Shown, levels: np.ndarray) -> str:
    there, counts = np.unique(levels, return_counts=True)
    if len(there) == 1:
        return shown.names.levels[there[0]]
    return ", ".join(f"{n} {shown.names.levels[k]}" for k, n in zip(there, counts, strict=True))


def _least_regret(document: Document, opinions: Sequence[Opinion], worth: np.ndarray) -> Iterator[Any]:
    regret = worth.max(axis=1, keepdims=True) - worth
    worst = regret.max(axis=0)
    order = np.argsort(worst, kind="stable")
    least = int(order[0])
    who = opinions[int(regret[:, least].argmax())].name
    design = document["designs"][least]["design_id"]
    yield Text(say("opinions.least", design=design, regret=small(float(worst[least])), who=who))
    rows = [
        (
            str(document["designs"][k]["design_id"]),
            *(small(float(r)) for r in regret[:, k]),
            small(float(worst[k])),
        )
        for k in order[:8]
    ]
    columns = [label("columns", "design"), *(one.name for one in opinions), label("columns", "worst_regret")]
    yield Table(say("opinions.regret"), columns, rows, folded=True)
    error = document["error"]
    yield Text(
        say("opinions.regret_unbounded")
        if error is None
        else say("opinions.regret_error", error=at_most(error)),
        "note",
    )
