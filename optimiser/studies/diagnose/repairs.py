"""The least that would have to give: what to write where, each shown to be enough by an audited design.

A repair is offered only with a witness: the instance is changed as the repair says, through the checks that
files must pass, and a design found for it is judged by the audit, which has never met the model.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optimiser.audit import audit
from optimiser.design.tables import plain
from optimiser.errors import InputError
from optimiser.instance.checking.problems import number_text
from optimiser.instance.fixed import fixed_levels
from optimiser.instance.instance import Instance
from optimiser.instance.replace import Change, replaced
from optimiser.record import Record
from optimiser.studies.diagnose.conflict import Conflicts
from optimiser.studies.diagnose.feasibility import DIALS
from optimiser.studies.diagnose.recourse_cuts import Point
from optimiser.studies.diagnose.requirements import Requirement, about, enough, ratings
from optimiser.tolerances import TOLERANCE


@dataclass(frozen=True)
class Edit:
    """One cell to change: None is an empty one. An option of the call has no column."""

    table: str
    row: str | int
    column: str
    old: Any
    new: Any

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON document."""
        cells = {"table": self.table, "row": self.row, "column": self.column}
        return {**cells, "from": plain(self.old), "to": plain(self.new)}

    def __str__(self) -> str:
        old, new = (number_text(value) if value is not None else "nothing" for value in (self.old, self.new))
        if not self.column:
            return f"{self.table} {self.row}: " + ("leave it out" if self.new is None else f"{old} to {new}")
        row = f"row {self.row}" if isinstance(self.row, int) else self.row
        return f"{self.table} {row} {self.column}: {old} to {new}"


@dataclass(frozen=True, eq=False)
class Repair:
    """Cells to change so that there is a design. `least`: of what there is no smaller repair."""

    edits: tuple[Edit, ...]
    least: tuple[str, ...]  # of requirements, hours, money
    witness: Record  # a design that the instance then allows

    @property
    def title(self) -> str:
        """What is least about it: 'One requirement, none fewer; 12 more hours, the least'."""
        count = len(self.edits)
        said = ["One requirement" if count == 1 else f"{count} requirements"]
        if "requirements" in self.least and count > 1:
            said[0] += ", none fewer"
        for column, unit in (("staff_hours", "hours"), ("budget", "money")):
            raised = [
                edit.new - (edit.old or 0.0) for edit in self.edits if edit.column == column and edit.new
            ]
            if raised:
                least = ", the least" if unit in self.least else ""
                more = about(sum(raised))
                said.append(f"{more} more {'hour' if (more, unit) == ('1', 'hours') else unit}{least}")
        return "; ".join(said)

    @property
    def text(self) -> str:
        """The repair in a sentence."""
        return f"{self.title}: {'; '.join(map(str, self.edits))}."


class Repairs:
    """Finds repairs of an instance in conflict, `conflict` being one that is known."""

    def __init__(
        self,
        conflicts: Conflicts,
        conflict: Sequence[int],
        fix: Mapping[str, str],
        at_least: Mapping[str, float],
    ) -> None:
        self.conflicts, self.conflict, self.tell = conflicts, conflict, conflicts.tell
        self.questions = questions = conflicts.questions
        self.fix, self.at_least = dict(fix), dict(at_least)
        self.instance, self.requirements = questions.loosened.instance, questions.requirements
        self.every = list(range(len(self.requirements)))
        self.found: list[Repair] = []
        self._hours_point: Point | None = None  # of a repair with more hours alone

    def look(self) -> None:
        """All that are looked for, the fewest requirements first; `found` fills up on the way."""
        for i in self.conflict:  # whatever else gives, one of these must
            self.tell(f"looking for repairs: {self.requirements[i].where}")
            self._offer([i])
        if not self.found:
            self._offer(self.conflicts.fewest(self.conflict))
        self._hours()
        self._money()

    def _hours(self) -> None:
        """The least hours, of whoever has a limit; no more than a repair that is known."""
        hours = {
            i: 1.0 for i, r in enumerate(self.requirements) if r.kind == "hours" and self.questions.most(i)
        }
        self.tell("looking for the least hours")
        if hours:
            kept = [i for i in self.every if i not in hours]
            self._write("hours", list(hours), self.questions.point(kept, hours, start=self._hours_point))

    def _money(self) -> None:
        """A higher budget; or a first one, where money could buy what is short."""
        self.tell("looking for the least money")
        i = next((i for i, r in enumerate(self.requirements) if r.kind == "budget"), len(self.every))
        if i < self.questions.loosened.count:
            point = self.questions.point([k for k in self.every if k != i], {i: 1.0})
            self._write("money", [i], point)

    def _offer(self, out: Sequence[int]) -> None:
        """Let these requirements give as little as they can, or else go."""
        dials = {i: self.questions.price(i) for i in out if self.questions.most(i) > 0}
        point = self.questions.repair(out, dials)
        if point is None:  # no share is enough where there is no capacity: nothing in its place
            dials = {i: cost for i, cost in dials.items() if self.requirements[i].kind != "occupancy"}
            point = self.questions.repair(out, dials)
        if self._write("requirements", out, point) and all(self.requirements[i].kind == "hours" for i in out):
            self._hours_point = point

    def _write(self, kind: str, out: Sequence[int], point: Point | None) -> bool:
        """Say it as edits, make them, and judge the design; nothing is offered that fails."""
        if point is None:
            return False
        record = self.questions.loosened.record(point.x)
        edits = [edit for i in out for edit in self._edits(i, point, record)]
        if not edits or not self._enough(edits, record):
            return False
        for k, repair in enumerate(self.found):
            if set(repair.edits) == set(edits):  # it is the least of this kind too
                self.found[k] = replace(repair, least=(*repair.least, kind))
                return True
        self.found.append(Repair(tuple(edits), (kind,), record))
        return True

    # Edits

    def _edits(self, i: int, point: Point, record: Record) -> list[Edit]:
        """What to write for requirement i so that the design is allowed; nothing where it is already."""
        if i == len(self.every):  # a first budget
            spent = audit(self.instance, record).spend
            return [Edit("instance.toml", "limits", "budget", None, enough(spent))]
        r = self.requirements[i]
        new = self._dialled(r, float(point.gives[i]), record) if r.kind in DIALS else self._new(r, record)
        return [] if new == r.value else [Edit(r.table, r.row, r.column, r.value, new)]

    def _dialled(self, r: Requirement, gives: float, record: Record) -> Any:
        """The number in the place of r's; None: none will do."""
        if r.kind == "least":
            reached = audit(self.instance, record).objectives[self.instance.objectives[r.of]]
            return r.value if reached >= r.value else math.floor(reached * 1e6 + 1e-3) / 1e6
        if r.kind == "occupancy":
            rows, fullest = self.instance["resources"], r.value
            place = {name: o for o, name in enumerate(self.instance.localities)}
            for name, kind, has, asks in zip(
                *(rows[column] for column in ("organisation", "resource", "capacity", "demand")), strict=True
            ):
                if kind == self.instance.resources[r.of] and asks > 0:
                    room = has + record.added[place[name], r.of]
                    fullest = max(fullest, asks / room if room > 0 else math.inf)
            if fullest > 1:  # a share cannot be so much: nothing in its place
                return None
            return min(1.0, enough(fullest)) if fullest > r.value + TOLERANCE else r.value
        if r.kind == "hours" and not self.questions.loosened.kept_hours(r.of):
            return None
        few = TOLERANCE * self.questions.loosened.unit[self.requirements.index(r)]
        more = enough(r.value + gives) if gives > few else r.value
        return min(1.0, more) if r.kind == "unmet" else more

    def _new(self, r: Requirement, record: Record) -> Any:
        held, levels = record.held, self.questions.loosened.c.sets.levels
        if r.kind == "fix":
            return None
        if r.kind == "uniform":
            return bool((held[r.of] == held[r.of, 0]).all())
        if r.kind == "rating":
            rating = ratings(self.instance, self.questions.loosened.c)
            local = rating[held[r.of] == len(levels) - 1]
            return float(min([r.value, *local[~np.isnan(local)].tolist()]))
        used = set(held[r.of].tolist()) if r.kind == "levels" else set()
        if r.kind == "rule":
            a, level, b, _ = self.questions.loosened.c.structure.rules[r.of]
            used = set(held[b, held[a] == level].tolist())
        before = r.value.split(";")
        more = [levels[l] for l in sorted(used) if levels[l] not in before]
        return ";".join([*before, *more])

    # Proof

    def _enough(self, edits: Sequence[Edit], record: Record) -> bool:
        """Whether the design keeps every promise of the instance as repaired, and what the call asks."""
        try:
            repaired = edited(self.instance, edits)
        except InputError:  # say, a level that would need scores
            return False
        judged = audit(repaired, record)
        fix, floors = dict(self.fix), dict(self.at_least)
        for edit in edits:
            if edit.table == "--fix":
                fix.pop(str(edit.row).rpartition("=")[0])
            if edit.table == "--at-least":
                floors[str(edit.row).rpartition("=")[0]] = edit.new
        reached = all(judged.objectives[g] >= value - TOLERANCE for g, value in floors.items())
        return not judged.broken and reached and follows(repaired, record, fix)


def follows(instance: Instance, record: Record, fix: Mapping[str, str]) -> bool:
    """Whether a design holds everything where it is fixed."""
    return all(record.held[site] == level for site, level in fixed_levels(fix, instance).items())


def edited(instance: Instance, edits: Sequence[Edit]) -> Instance:
    """The instance with these cells changed, and checked."""
    changes = []
    for edit in edits:
        if edit.table == "instance.toml" and edit.row == "limits":
            changes.append(Change(f"limits.{edit.column}", set=edit.new))
        elif edit.column and edit.new is None:
            instance = _blanked(instance, edit)
        elif edit.column:
            table, rows = _rows(instance, edit)
            changes.append(Change(f"{table}.{edit.column}", set=edit.new, where=rows))
    return replaced(instance, changes) if changes else instance


def _rows(instance: Instance, edit: Edit) -> tuple[str, dict[str, Any]]:
    """The table of an edit, and the cells that tell its row."""
    if edit.table == "instance.toml":
        return "resource_types", {"resource": str(edit.row).removeprefix("resources ")}
    table = edit.table.removesuffix(".csv")
    if table == "rules":
        key = ("if_decision", "if_level", "then_decision", "then_level")
        return table, {name: instance[table][name][int(edit.row) - 2] for name in key}
    return table, {table.removesuffix("s"): edit.row}


def _blanked(instance: Instance, edit: Edit) -> Instance:
    """With a number taken out, which a change cannot say."""
    table, where = _rows(instance, edit)
    column, ((key, name),) = instance[table][edit.column].copy(), where.items()
    column[instance[table][key] == name] = np.nan
    return replace(
        instance, tables={**instance.tables, table: instance[table].with_column(edit.column, column)}
    )
