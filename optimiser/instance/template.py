"""A first instance to start from: small, commented, made-up, and solvable; or one for a workshop to score."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from pathlib import Path
from typing import Any

from optimiser.atomic_writing import followed, write_folder, writing
from optimiser.errors import InputError
from optimiser.instance import examples
from optimiser.instance.checking.problems import quote
from optimiser.instance.schema.column import Column
from optimiser.instance.schema.dictionary import data_dictionary
from optimiser.instance.schema.schema import TABLES
from optimiser.instance.write_workbook import book_of, write_book

Row = tuple[str | float, ...]

_DECISIONS = {
    "ppe": ("input", "Buying protective equipment"),
    "staff_pool": ("input", "A shared pool of staff"),
    "redeployment": ("process", "Moving staff between wards"),
    "discharge": ("process", "Arranging discharge"),
    "targets": ("outcome", "Waiting-time targets"),
    "inspection": ("outcome", "Inspection"),
}
_OBJECTIVES = ("risk_pooling", "accountability", "responsiveness", "local_voice")

_FILES: dict[str, tuple[Row, ...]] = {
    "decisions": (
        ("decision", "type", "label", "half_life_days", "heterogeneity", "monitoring_effect", "fear"),
        ("ppe", *_DECISIONS["ppe"], 30, 0, 0.5, 0.1),
        ("staff_pool", *_DECISIONS["staff_pool"], 30, 0.1, 0.3, 0.1),
        ("redeployment", *_DECISIONS["redeployment"], 3, 0.3, 0.2, 0.4),
        ("discharge", *_DECISIONS["discharge"], 5, 0.2, 0.2, 0.3),
        ("targets", *_DECISIONS["targets"], "", 0.1, 0.6, 0.3),
        ("inspection", *_DECISIONS["inspection"], "", 0, 0.2, 0.5),
    ),
    "organisations": (
        ("organisation", "level", "parent", "name", "population", "staff_hours", "willingness", "ability"),
        ("nation", "central", "", "The ministry", "", 120, 1, 0.9),
        ("north", "local", "nation", "Northern hospitals", 400000, 40, 0.9, 0.8),
        ("middle", "local", "nation", "Central hospitals", 900000, 60, 0.8, 0.9),
        ("south", "local", "nation", "Southern hospitals", 250000, 30, 0.95, 0.7),
    ),
    "workload": (
        ("decision", "level", "hours"),
        *zip(_DECISIONS, ("central",) * 6, (6, 8, 9, 12, 3, 5), strict=True),
        *zip(_DECISIONS, ("local",) * 6, (9, 10, 8, 10, 6, 12), strict=True),
    ),
    "needs": (("organisation", "need"), ("north", 1.2), ("middle", 0.4), ("south", 2)),
    "sources": (
        ("table", "column", "grade", "note", "low", "high"),
        *(
            (table, column, "illustrative", "made up, to start from", 0.5, 1.5)
            for table, columns in {
                "levels": ("delay_days",),
                "limits": ("reserve",),
                "scenarios": ("probability", "urgency", "absence", "oversight", "correlation"),
                "decisions": ("half_life_days", "heterogeneity", "monitoring_effect", "fear"),
                "organisations": ("population", "staff_hours", "willingness", "ability"),
                "workload": ("hours",),
                "needs": ("need",),
            }.items()
            for column in columns
        ),
    ),
}

_WORKSHOP: dict[str, tuple[Row, ...]] = {
    "decisions": (("decision", "type", "label"), *((name, *rest) for name, rest in _DECISIONS.items())),
    "scores": (
        ("decision", "level", *_OBJECTIVES),
        *((name, level, *("",) * len(_OBJECTIVES)) for name in _DECISIONS for level in ("central", "local")),
    ),
    "sources": (
        ("table", "column", "grade", "note"),
        *(("scores", objective, "elicited", "who scored it, and when") for objective in _OBJECTIVES),
    ),
}

# Sections of instance.toml, as table of the schema and what stands there.
_SECTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("levels", {"level": "central", "delay_days": 21}),
    ("levels", {"level": "local", "delay_days": 0}),
    ("weights", dict.fromkeys(_OBJECTIVES[:3], 1)),
    ("limits", {"reserve": 0.1}),
    ("scenarios", {"scenario": "normal", "probability": 0.9}),
    (
        "scenarios",
        {
            "scenario": "pandemic",
            "probability": 0.1,
            "urgency": 4,
            "absence": 0.15,
            "oversight": 0.3,
            "correlation": 0.7,
        },
    ),
)
_WORKSHOP_SECTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("levels", {"level": "central"}),
    ("levels", {"level": "local"}),
    ("objectives", {"objective": "local_voice", "zero": "no local say", "one": "a local body decides"}),
    ("weights", dict.fromkeys(_OBJECTIVES, 1)),
)

_WORKSHOP_STEPS = """\
1. In `decisions.csv`, put the decisions that you want to talk about.
2. In `scores.csv`, agree on a score from 0 (worst) to 1 (best) for each decision at each level: how well it
   would do on that objective if it were held there.
3. `optimiser check` lists the blanks that are left.
4. In `instance.toml`, agree on what the objectives weigh; then ask, and show what came of it:

       optimiser solve . --out ../results/solve
       optimiser map . --out ../results/map
       optimiser report ../results/solve ../results/map --out ../workshop.html

   A map is of three objectives, `--objectives risk_pooling,accountability,local_voice` for one; the others
   weigh nothing on it.

5. Where people weigh the objectives differently, let each write a line into a file beside this folder,
   `../weights.csv`: `name`, and a column for each objective of the map. The last line again, with
   `--weights-of ../weights.csv`, shows whose designs agree where, and which design the worst-off regrets
   least.
"""

_STEPS = """\
Every number here is made up. `optimiser check` says whether what you put in its place is sound, and
`optimiser solve` what should sit where.
"""


def write_template(
    directory: str | os.PathLike[str],
    *,
    workshop: bool = False,
    example: str | None = None,
    excel: bool = False,
) -> tuple[Path, ...]:
    """Write a first instance into a new folder and return the files' paths.

    `workshop`: one whose scores are left blank, to be agreed on by hand; `check` lists the blanks.
    `example`: a copy of one that ships. `excel`, or a name that ends in .xlsx: a workbook and no folder.
    Raises InputError where what is to be written exists already (an empty folder may).
    """
    if workshop and example is not None:
        raise InputError("workshop and example: an example is scored already; one of the two")
    target = Path(directory)
    if excel and target.suffix.lower() != ".xlsx":
        target = target.with_name(f"{target.name}.xlsx")
    book = target.suffix.lower() == ".xlsx"
    if target.exists() and (book or not target.is_dir() or any(target.iterdir())):
        raise InputError(f"{quote(os.fspath(target))} exists already; nothing was written")
    whole = followed(target)
    above = next(folder for folder in whole.parents if folder.exists())
    if not above.is_dir():
        raise InputError(f"{quote(os.fspath(target))}: {quote(os.fspath(above))} is a file, not a folder")
    texts = (
        _texts(whole.stem if book else whole.name, workshop) if example is None else examples.texts(example)
    )
    if book:
        whole.parent.mkdir(parents=True, exist_ok=True)
        with writing(whole) as made:
            write_book(book_of({name: text for name, text in texts.items() if "/" not in name}), made)
        return (target,)
    write_folder(whole, texts)
    return tuple(target / name for name in texts)


def _texts(name: str, workshop: bool) -> dict[str, str]:
    """The files of the template."""
    tables = {f"{table}.csv": _csv(rows) for table, rows in (_WORKSHOP if workshop else _FILES).items()}
    return {
        "instance.toml": _toml(name, workshop=workshop),
        **tables,
        "README.md": _readme(workshop=workshop),
    }


def _csv(rows: tuple[Row, ...]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _toml(folder: str, *, workshop: bool) -> str:
    """instance.toml, with the meaning of each key from the schema beside it where it first stands."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", folder).strip("-") or "first"
    head = {"name": name, "title": "A first instance", "perspective": "the ministry"}
    lines: list[str] = []
    said: set[str] = set()
    for table, keys in [("instance", head), *(_WORKSHOP_SECTIONS if workshop else _SECTIONS)]:
        schema = TABLES[table]
        if schema.section:
            brackets = "[[{}]]" if schema.shape == "list" else "[{}]"
            lines += ["", brackets.format(schema.section)]
        if schema.shape == "keyed":
            lines[-1] += f"  # {schema.meaning}"
        for key, value in keys.items():
            line = f"{key} = {json.dumps(value)}"
            column = schema.by_name.get(key)
            if column is not None and (note := _meaning(column)) not in said:
                said.add(note)
                line = f"{line:<32}  # {note}"
            lines.append(line)
    return "\n".join(lines) + "\n"


def _meaning(column: Column) -> str:
    return column.meaning if column.unit in ("", "share") else f"{column.unit}: {column.meaning}"


def _readme(*, workshop: bool) -> str:
    steps = _WORKSHOP_STEPS if workshop else _STEPS
    return f"# Start here\n\n{steps}\n## What can stand in an instance\n\n{data_dictionary()}"
