"""Every table, section and column of an instance, once.

Reading, checking, writing, the template, the JSON Schema and the data dictionary all come from here.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from optimiser.instance.schema.column import TableSchema
from optimiser.instance.schema.sections import SECTIONS
from optimiser.instance.schema.series import SERIES
from optimiser.instance.schema.tables import CSV_FILES

SYSTEM_OBJECTIVES = (
    "risk_pooling",
    "accountability",
    "responsiveness",
    "economy",
    "solidarity",
    "resilience",
)
DEFAULT_WEIGHTS = {name: float(name in SYSTEM_OBJECTIVES[:3]) for name in SYSTEM_OBJECTIVES}


TABLES: Mapping[str, TableSchema] = {table.name: table for table in (*SECTIONS, *CSV_FILES)}
CSV_TABLES = tuple(table.name for table in CSV_FILES)
TOML_TABLES = tuple(table.name for table in SECTIONS)
SHEETS: Mapping[str, TableSchema] = {**TABLES, SERIES.name: SERIES}  # and what stands beside an instance


def level_defaults(levels: int) -> dict[str, np.ndarray]:
    """What each level has where nothing is given: accountability falls in even steps; no local mutual aid."""
    bottom = np.arange(levels) == levels - 1
    return {"accountability": np.linspace(1.0, 0.0, levels), "mobilisation": np.where(bottom, 0.0, 1.0)}


# Tables that Instance.tables holds; the others are its attributes.
HELD_TABLES = ("levels", "objectives", "resource_types", "scenarios", "periods", *CSV_TABLES)
SETTINGS = ("weights", "limits", "uncertainty", "path")  # attributes that map names to numbers
