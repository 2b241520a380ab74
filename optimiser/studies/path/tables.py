"""The rows of a path's tables, of one foresight each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from optimiser.audit.path import PathAudit, Step
from optimiser.design.tables import Row, design_rows, plain
from optimiser.instance.instance import Instance
from optimiser.studies.path.labels import Turns


class PathRows:
    """Of the path with one foresight; none of them where none was found."""

    def __init__(self, instance: Instance, foresight: str, judged: PathAudit | None) -> None:
        self.instance, self.judged = instance, judged
        self._steps: list[tuple[Row, Step]] = []
        if judged is not None:
            heads = [{"foresight": foresight, "period": name} for name in instance["periods"]["period"]]
            self._steps = list(zip(heads, judged.steps, strict=True))
        self._head = {"foresight": foresight}

    def periods(self) -> list[Row]:
        """What each period is worth."""
        return [
            head
            | {"value": plain(step.audit.value)}
            | {g: plain(reached) for g, reached in step.audit.objectives.items()}
            | {"moves": sum(row["moved"] for row in self._held(step)), "move_cost": plain(step.move_cost)}
            for head, step in self._steps
        ]

    def design(self) -> list[Row]:
        """Who holds what in each period."""
        return [head | row for head, step in self._steps for row in self._held(step)]

    def _held(self, step: Step) -> list[Row]:
        uniform, rows = self.instance["decisions"]["uniform"], design_rows(self.instance, step.record.held)
        moved = [
            bool(each)
            for one, there in zip(uniform, step.moved, strict=True)
            for each in ([there.any()] if one else there)
        ]
        return [row | {"moved": each} for row, each in zip(rows, moved, strict=True)]

    def states(self) -> list[Row]:
        """What each period starts from, and what it asks."""
        organisations = self.instance["organisations"]["organisation"].tolist()
        return [
            head | {"organisation": who, "skill": plain(skill), "morale": plain(morale), "load": plain(load)}
            for head, step in self._steps
            for who, skill, morale, load in zip(
                organisations,
                step.period.inherited.skill,
                step.period.inherited.morale,
                step.load,
                strict=True,
            )
        ]

    def stocks(self) -> list[Row]:
        """What is left of reserves."""
        return [head | row for head, step in self._steps for row in self._stocks_of(step)]

    def _stocks_of(self, step: Step) -> Iterator[Row]:
        table, resources = self.instance["resources"], list(self.instance.resources)
        for row in np.flatnonzero(table["reserve"] > 0):
            place, kind = table["organisation"][row], table["resource"][row]
            o, r = self.instance.localities.index(place), resources.index(kind)
            yield {
                "organisation": place,
                "resource": kind,
                "stock": plain(step.period.inherited.stock[o, r]),
                "drawn": plain(step.record.drawn[o, r, 0]),
                "unmet": plain(step.record.unmet[o, r, 0]),
            }

    def decisions(self, turns: Sequence[Turns], sentences: Mapping[str, str]) -> list[Row]:
        """What becomes of each decision."""
        if self.judged is None:
            return []
        names = self.instance["decisions"]["decision"].tolist()
        return [
            self._head
            | {"decision": name, "organisation": "", "up": each.up, "down": each.down}
            | {"label": each.label, "sentence": sentences.get(name, "")}
            for name, each in zip(names, turns, strict=True)
        ]
