"""What running a study would be, before it is run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimiser.design.tables import Row
from optimiser.instance.schema.result import Part
from optimiser.introduction import Cells
from optimiser.studies.finding import Finding
from optimiser.studies.sensitivity.running.answering import Tried
from optimiser.studies.sensitivity.schema import INPUTS, PILOT, RESULT
from optimiser.studies.sensitivity.study.plan import StudyPlan
from optimiser.terminal import counted

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Rehearsal(Finding):
    """The inputs of a study, their ranges in its samples, and how long some of these took."""

    says = RESULT
    plan: StudyPlan
    samples: pd.DataFrame
    tried: tuple[tuple[int, Tried], ...]  # number of a sample, and what came of it

    @property
    def mean(self) -> float:
        """Seconds that a sample took in the mean."""
        return sum(one.seconds for _, one in self.tried) / max(1, len(self.tried))

    @property
    def slowest(self) -> float:
        """Seconds that the slowest took."""
        return max((one.seconds for _, one in self.tried), default=0.0)

    @property
    def headline(self) -> str:
        """How many samples there are, and how long one takes."""
        of, trials = counted(len(self.samples), "sample"), counted(len(self.tried), "trial")
        return f"{of}; {self.mean:.3g} s each in {trials}, {self.slowest:.3g} s at most"

    def rows(self) -> Mapping[Part, Iterable[Row]]:
        """The rows of each table."""
        return {INPUTS: self.inputs(), PILOT: self.pilot()}

    def inputs(self) -> list[Row]:
        """A row for each number that varies: what it is, and between what it lies in the samples."""
        return [
            {
                "input": varied.name, "what": varied.what, "how": varied.how, "grade": varied.grade,
                "least": self.samples[varied.name].min(), "most": self.samples[varied.name].max(),
            }
            for varied in self.plan.varied
        ]  # fmt: skip

    def pilot(self) -> list[Row]:
        """A row for each sample that was tried."""
        return [
            {"sample": number, "status": one.status, "seconds": round(one.seconds, 4), "rebuilt": one.rebuilt}
            for number, one in self.tried
        ]

    def _summary(self) -> Cells:
        rows = [(row["input"], row["what"], str(row["least"]), str(row["most"])) for row in self.inputs()]
        return [("input", "what", "least", "most"), *rows]
