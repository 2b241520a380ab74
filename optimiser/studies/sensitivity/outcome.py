"""What a study says by now: its document, its tables, and how it ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from optimiser.design.tables import Row
from optimiser.instance.schema.result import Part
from optimiser.introduction import Cells
from optimiser.studies.finding import Finding
from optimiser.studies.sensitivity.findings.findings import Findings
from optimiser.studies.sensitivity.findings.sentences import sentences
from optimiser.studies.sensitivity.running.export import records
from optimiser.studies.sensitivity.schema import RESULT, TABLES
from optimiser.studies.sensitivity.study.plan import StudyPlan
from optimiser.terminal import counted

if TYPE_CHECKING:
    import pandas as pd

    from optimiser.studies.sensitivity.findings.ensemble import Array

FAILED = ("failed", "unknown")  # statuses of samples that are no answer


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Outcome(Finding):
    """What a study found by now."""

    says = RESULT
    plan: StudyPlan
    frames: Mapping[str, pd.DataFrame]  # samples, results, designs and fared
    named: Mapping[str, Array]  # (D, O) designs that the study asks for by name

    @property
    def statuses(self) -> Counter[str]:
        """How many samples ended how."""
        return Counter(self.frames["results"]["status"].tolist())

    @property
    def failed(self) -> int:
        """How many samples failed."""
        return sum(self.statuses[status] for status in FAILED)

    @property
    def empty(self) -> bool:
        """Whether nothing came of any sample yet."""
        return not len(self.frames["results"])

    @property
    def headline(self) -> str:
        """How many samples there are, and how they ended."""
        of, answered = len(self.frames["samples"]), len(self.frames["results"])
        ended = ", ".join(f"{n:,} {status}" for status, n in self.statuses.most_common())
        return f"{self._open}{answered:,} of {counted(of, 'sample')}" + (f": {ended}" if ended else "")

    @cached_property
    def findings(self) -> Findings:
        """What the samples say."""
        return Findings(self.plan, self.instance, self.frames, self.named)

    @cached_property
    def every(self) -> dict[str, pd.DataFrame]:
        """All tables, in the order in which they are declared."""
        found = {**self.frames, **self.findings.frames()}
        return {part.name: found[part.name] for part in TABLES}

    def frame(self, name: str) -> pd.DataFrame:
        """One of the tables as a DataFrame."""
        return self.every[name]

    def document(self) -> dict[str, Any]:
        """What it says in sentences."""
        return {"sentences": list(sentences(self.findings))}

    def rows(self) -> Mapping[Part, Iterable[Row]]:
        """The rows of each table."""
        return {part: list(records(self.every[part.name])) for part in TABLES}

    def _each(self) -> dict[str, Any]:
        varied = [varied.name for varied in self.plan.varied]
        return {**super()._each(), "varied": varied, "paths": self.plan.paths}

    def _summary(self) -> Cells:
        rows = [(status, f"{n:,}") for status, n in self.statuses.most_common()]
        return [("samples", "how many"), *rows]
