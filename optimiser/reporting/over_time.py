"""The path over the years, and the batch of samples: what if the facts are wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from optimiser.figures.path import one_path
from optimiser.figures.sensitivity import drivers, sensitivity
from optimiser.labels import label, say
from optimiser.reporting.another import described, paths_described
from optimiser.reporting.blocks import Figure, Listing, Part, Table, Text
from optimiser.reporting.results import Shown
from optimiser.terminal import fixed, percent

Document = Mapping[str, Any]
COMMAND = re.compile(r"`optimiser |--\w+|study file")  # what only who runs commands has a use for
FIRST = 6  # sentences about a study that stand open: what came of it


def pendulum(shown: Shown) -> Part | None:
    """The path with and without foresight, what each decision does, and what each period is worth."""
    found = shown.one("path")
    if found is None or not any(each["design"] for each in found["paths"]):
        return None
    paths = [each for each in found["paths"] if each["design"]]
    blocks: list[Any] = [Text(say("path.how"))]
    for each in paths:
        blocks.append(Figure(one_path(shown.names, each)))
        said = [row["sentence"] for row in each["decisions"] if row["sentence"]]
        blocks += [Listing(said)] if said else []
    return Part("path", say("path.heading"), [*blocks, _worth(shown, found, paths), *_unfinished(found)])


def _worth(shown: Shown, found: Document, paths: list[Document]) -> Table:
    own = {row["period"]: row["value"] for row in found["own_best"]}
    values = [{row["period"]: row["value"] for row in each["periods"]} for each in paths]
    rows = [
        (
            shown.names.period(period),
            *(fixed(each.get(period), 4) for each in values),
            fixed(own.get(period), 4),
        )
        for period in own or values[0]
    ]
    rows.append((say("path.whole"), *(fixed(each["value"], 4) for each in paths), "\u2013"))
    rows.append((say("path.staying"), *(fixed(found["staying"]["value"], 4) for _ in paths), "\u2013"))
    columns = [label("columns", "period"), *(label("foresights", each["foresight"]) for each in paths)]
    return Table(say("path.values"), [*columns, label("columns", "own_best")], rows)


def batch(shown: Shown) -> Part | None:
    """Shares, drivers, rules and regret."""
    found = shown.one("sensitivity")
    if found is None or not found.get("levels"):
        return None
    commands = [each for each in found.get("sentences", []) if COMMAND.search(each)]
    said = [each for each in found.get("sentences", []) if each not in commands]
    solved, drawn = len(found.get("results", ())), len(found["samples"])
    how = "samples.how" if solved == drawn else "samples.how_so_far"
    blocks: list[Any] = [Text(say(how, n=solved, of=drawn))]
    blocks += [Listing(said[:FIRST])] if said else []
    named = _named(found)
    tell = paths_described if found["designs"] and "period" in found["designs"][0] else described
    blocks += [tell(shown, say("samples.designs"), named, folded=False)] if named else []
    blocks += [Listing(said[FIRST:], say("samples.sentences"))] if said[FIRST:] else []
    blocks += [Listing(commands, say("samples.go_on"))] if commands else []
    blocks.append(Figure(sensitivity(shown.names, found)))
    moving = drivers(shown.names, found)
    blocks += [Figure(moving)] if moving.rows else []
    return Part("samples", say("samples.heading"), [*blocks, *_tables(shown, found), *_unfinished(found)])


def _named(found: Document) -> list[tuple[str, list[Document]]]:
    """The numbered designs of which a sentence speaks, with their rows."""
    said = " ".join(found.get("sentences", ()))
    numbers = {int(number) for number in re.findall(r"\bdesign (\d+)\b", said)}
    rows = {n: [row for row in found["designs"] if row["design_id"] == n] for n in sorted(numbers)}
    return [(str(n), mine) for n, mine in rows.items() if mine]


def _tables(shown: Shown, found: Document) -> Iterator[Table]:
    rules = [
        (
            shown.names.decision(r["decision"], period=r.get("period", "")),
            *(r["level"], r["rule"], percent(r["balanced_accuracy"])),
        )
        for r in found["rules"]
    ]
    yield from _table("rules", rules, "decision", "level", "rule", "accuracy")
    regret = [
        (
            label("designs", r["design"]),
            percent(r["feasible"]),
            *(fixed(r[name], 4) for name in ("mean", "p95", "worst")),
            percent(r["within_1pct"]),
        )
        for r in found["regret"]
    ]
    yield from _table("regret", regret, "design", "feasible", "mean", "p95", "worst", "within")
    knowing = [
        (shown.names.input(r["input"]), label("grades", r["grade"]), fixed(r["evppi"], 5))
        for r in found["knowing"]
    ]
    yield from _table("knowing", knowing, "input", "grade", "evppi")


def _table(name: str, rows: Sequence[Sequence[Any]], *columns: str) -> Iterator[Table]:
    if rows:
        yield Table(say(f"samples.{name}"), [label("columns", each) for each in columns], rows, folded=True)


def _unfinished(found: Document) -> Iterator[Text]:
    return (Text(said, "note") for said in found["unfinished"])
