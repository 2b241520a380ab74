"""The instance of one sample, written to be looked into."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from optimiser.design.tables import Row
from optimiser.instance.schema.result import Part
from optimiser.introduction import Cells
from optimiser.studies.finding import Finding
from optimiser.studies.sensitivity.schema import RESULT


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Excerpt(Finding):
    """Which sample was written where, and what it says."""

    says = RESULT
    sample: int
    values: Mapping[str, Any]
    folder: str

    @property
    def headline(self) -> str:
        """What was written where."""
        return f"the instance of sample {self.sample} is in {self.folder}"

    def document(self) -> dict[str, Any]:
        """The sample, and where its instance is."""
        return {"sample": self.sample, "values": dict(self.values), "written": self.folder}

    def rows(self) -> Mapping[Part, Iterable[Row]]:
        """No tables."""
        return {}

    def _further(self) -> str:
        return f'optimiser.read("{self.folder}") reads it'

    def _summary(self) -> Cells:
        return [("input", "value"), *((name, str(value)) for name, value in self.values.items())]
