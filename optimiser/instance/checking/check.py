"""Checks of a whole instance: what the schema says of single columns, and then the rules."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from optimiser.instance.checking import periods  # noqa: F401 (it registers its rules)
from optimiser.instance.checking.problems import Findings, quote
from optimiser.instance.checking.rules import RULES
from optimiser.instance.checking.warnings import warnings as warnings
from optimiser.instance.content import Content
from optimiser.instance.schema.column import NOUNS, Column
from optimiser.instance.schema.schema import HELD_TABLES, TABLES


def check(instance: Content, findings: Findings, changed: Collection[str] | None = None) -> None:
    """Check everything, or only what the changed inputs ('table.column') can break."""
    if changed is not None and "organisations.level" in changed:
        changed = None  # who is a locality decides what other tables may name
    inputs = None if changed is None else {*changed, *(path.partition(".")[0] for path in changed)}
    for name in HELD_TABLES:
        if inputs is None or name in inputs:
            columns = TABLES[name].expand(*instance.axes)
            touched = [key for key in columns if inputs is None or f"{name}.{key}" in inputs]
            if set(touched) & set(TABLES[name].key):
                _no_duplicates(instance, name, findings)
            for key in touched:
                if (columns[key].of or columns[key].choices) and instance[name].rows:
                    _names_exist(instance, name, key, columns[key], findings)
    for reads, function in RULES:
        if inputs is None or reads & inputs:
            function(instance, findings)


def names(instance: Content, of: str) -> tuple[str, ...]:
    """The names that a column declared `of` a table may hold."""
    if of == "objectives":
        return instance.objectives
    if of == "localities":
        return instance.localities
    return tuple(instance[of][TABLES[of].key[0]])


def _reliable(instance: Content, of: str, findings: Findings) -> bool:
    """Whether all the names are known; if not, a name that seems to lead nowhere may be right."""
    if of == "decisions" and not instance["decisions"].rows:
        return False
    tables = {"localities": ("organisations", "levels"), "organisations": ("organisations", "levels")}
    return not findings.unreliable & set(tables.get(of, (of,)))


def _names_exist(instance: Content, name: str, key: str, column: Column, findings: Findings) -> None:
    if column.choices:
        known: Iterable[str] = column.choices
    elif _reliable(instance, column.of, findings):
        known = tuple(dict.fromkeys(names(instance, column.of)))
    else:
        return
    expected = column.expected
    if column.of == "levels":
        expected += f" ({', '.join(known)})"
    elif column.of == "localities":
        expected += f" (an organisation at level {instance['levels']['level'][-1]})"
    allowed = set(known)
    if column.of == "localities":  # whose level is not known may well be one
        levels = set(instance["levels"]["level"])
        table = instance["organisations"]
        pairs = zip(table["organisation"], table["level"], strict=True)
        allowed |= {organisation for organisation, level in pairs if level not in levels}
    sound = findings.sound(name, instance[name].rows, key)
    for row, value in enumerate(instance[name][key]):
        if value and value not in allowed and sound[row]:
            parts = value.split(";") if column.several else [value]
            for part in parts:
                if part not in allowed:
                    findings.unknown(name, row, key, part, expected, known)
            if len(set(parts)) < len(parts):
                findings.add(name, row, key, f"{quote(value)} names a {NOUNS[column.of]} twice")


def _no_duplicates(instance: Content, name: str, findings: Findings) -> None:
    key, table = TABLES[name].key, instance[name]
    if not key or table.rows < 2 or name in findings.unreliable:
        return
    columns = [list(table[column]) for column in key]
    if name == "correlations":  # the same pair either way round
        pairs = [sorted(pair) for pair in zip(columns[1], columns[2], strict=True)]
        columns = [columns[0], [a for a, _ in pairs], [b for _, b in pairs]]
    elif name == "rules":  # the same levels in any order
        columns[3] = [";".join(sorted(levels.split(";"))) for levels in columns[3]]
    first: dict[tuple[str, ...], int] = {}
    for row, values in enumerate(zip(*columns, strict=True)):
        before = first.setdefault(values, row)
        if before != row and values[0]:
            given = quote(", ".join(table[column][row] for column in key if table[column][row]))
            text = f"{given} has a row already, {findings.line(name, before)}"
            findings.add(name, row, ", ".join(key), text)
