"""Names that look alike, and numbers that may stand in different units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from optimiser.instance.checking.problems import listing, look, number_text, quote
from optimiser.instance.content import Content, row_name
from optimiser.instance.schema.column import NOUNS
from optimiser.instance.schema.schema import TABLES

_APART = 1e6  # a factor that no unit of one column should span
_NAMING = ("decisions", "levels", "organisations", "objectives", "scenarios", "resource_types")
# Columns whose rows have units of their own: by what they are parted, () where every row has its own.
_UNITS = {
    "risk": ("decision",),
    "needs": ("decision",),
    "resources": ("resource",),
    "resource_types": ("resource",),
    "sources": ("table", "column"),
}


def twins(instance: Content) -> Iterator[str]:
    """Names of one kind that people would take for the same."""
    for table in _NAMING:
        schema = TABLES[table]
        looks: defaultdict[str, list[str]] = defaultdict(list)
        names = instance.objectives if table == "objectives" else instance[table][schema.key[0]]
        for name in names:
            looks[look(name)].append(name)
        for same in looks.values():
            if len(same) > 1:
                shown = listing([f"{quote(name)}{_unlike(name, same)}" for name in same])
                noun = NOUNS[table] + "s"
                yield f"{schema.label}: {shown} look alike, and are {len(same)} different {noun}"


def _unlike(name: str, same: list[str]) -> str:
    """The characters that people cannot tell from those of the others, spelt out."""
    others = set("".join(other for other in same if other != name))
    odd = [c for c in name if ord(c) > 127 and c not in others]
    return f" (with {', '.join(f'U+{ord(c):04X}' for c in dict.fromkeys(odd))})" if odd else ""


def far_apart(instance: Content) -> Iterator[str]:
    """Columns in which one number is a million times another, as far as they have one unit."""
    for table, held in instance.tables.items():
        columns = TABLES[table].expand(*instance.axes)
        for name, column in columns.items():
            if column.kind != "number":
                continue
            sizes = np.where(held.blank(name), np.nan, np.abs(held[name]))
            sizes[sizes == 0] = np.nan
            for rows in _same_unit(instance, table):
                known = rows[~np.isnan(sizes[rows])]
                if known.size and sizes[known].max() >= _APART * sizes[known].min():
                    ends = (known[np.argmax(sizes[known])], known[np.argmin(sizes[known])])
                    most, least = (
                        f"{number_text(float(held[name][row]))} ({row_name(instance, table, int(row))})"
                        for row in ends
                    )
                    factor = f"{sizes[ends[0]] / sizes[ends[1]]:.2g}"
                    yield f"{TABLES[table].label} {name}: {most} is {factor} times {least}: in the same unit?"


def _same_unit(instance: Content, table: str) -> list[np.ndarray]:
    """Groups of rows whose numbers can be compared."""
    held = instance[table]
    groups: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for row, key in enumerate(zip(*(held[column] for column in _UNITS.get(table, ())), strict=True)):
        groups[key].append(row)
    return [np.array(rows) for rows in groups.values()] if table in _UNITS else [np.arange(held.rows)]
