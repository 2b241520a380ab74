"""The record: what two readers wrote of each decision in each wave, and what they agree on."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

HERE = Path(__file__).resolve().parent
WAVES = ("first", "second")
LEVELS = ("centre", "region", "system", "trust")
NEW = ("created", "created-later")  # nobody took it in 2019
MOVED = ("up", "down")
LESS, MORE = ("relaxed", "suspended"), ("intensified",)
CODES = (*MOVED, "stayed", *MORE, *LESS, *NEW, "unattainable")
T = TypeVar("T")


@dataclass(frozen=True)
class Coding:
    """What one reader wrote of a decision in a wave."""

    code: str  # of CODES
    from_level: str  # who took it in 2019, empty: nobody
    to_level: str  # who took it in the wave, empty: nobody
    evidence: str
    confidence: int  # 3 read in a document of the time ... 1 inferred, split or nothing found

    @property
    def moved_up(self) -> bool | None:
        """Whether it was taken nearer the centre; None where that cannot be asked."""
        return None if self.code in (*NEW, "unattainable") else self.code == "up"

    @property
    def more(self) -> bool | None:
        """Whether it was exercised or monitored more (or less) at its level; None where it was neither."""
        return {**dict.fromkeys(MORE, True), **dict.fromkeys(LESS, False)}.get(self.code)


Sheet = Mapping[tuple[str, str], Coding]  # by decision and wave


def decisions() -> list[dict[str, str]]:
    """What is coded: decision, type, label and meaning."""
    with (HERE / "decisions.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sheet(reader: int) -> dict[tuple[str, str], Coding]:
    """The sheet of reader 1 or 2, in the order of the decisions."""
    with (HERE / f"reader{reader}.csv").open(encoding="utf-8", newline="") as file:
        rows = {(row["decision"], row["wave"]): row for row in csv.DictReader(file)}
    fields = ("code", "from_level", "to_level", "evidence")
    return {
        (row["decision"], wave): Coding(
            **{field: rows[row["decision"], wave][field] for field in fields},
            confidence=int(rows[row["decision"], wave]["confidence"]),
        )
        for row in decisions()
        for wave in WAVES
    }


def agreed(
    one: Sheet, other: Sheet, what: Callable[[Coding], T | None]
) -> tuple[dict[tuple[str, str], T], list[tuple[str, str]]]:
    """What both readers say where it is the same, and where it is not; None from both: left out."""
    same: dict[tuple[str, str], T] = {}
    disputed = []
    for place in one:
        first, second = what(one[place]), what(other[place])
        if first != second:
            disputed.append(place)
        elif first is not None:
            same[place] = first
    return same, disputed


@dataclass(frozen=True)
class Reading:
    """What the record says, by both readers where they agree, or by one of them."""

    name: str
    moved_up: Mapping[tuple[str, str], bool]  # by decision and wave
    starts: Mapping[str, str]  # decision -> level in 2019


def readings(one: Sheet, other: Sheet) -> list[Reading]:
    """As agreed, as reader 1 has it, and as reader 2 has it."""
    return [
        _reading("agreed", one, other),
        _reading("reader 1", one, one),
        _reading("reader 2", other, other),
    ]


def _reading(name: str, one: Sheet, other: Sheet) -> Reading:
    moved, _ = agreed(one, other, lambda coding: coding.moved_up)
    levels, _ = agreed(one, other, lambda coding: coding.from_level or None)
    return Reading(name, moved, {decision: level for (decision, _), level in levels.items()})
