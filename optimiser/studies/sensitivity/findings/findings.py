"""What the samples of a study say, from its tables: where decisions sit, what moves them, and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from optimiser.design.tables import Row, plain
from optimiser.instance.instance import Instance
from optimiser.instance.schema.result import Part
from optimiser.studies.sensitivity.findings.drivers import drivers
from optimiser.studies.sensitivity.findings.ensemble import Array, Tables, ensemble_of
from optimiser.studies.sensitivity.findings.fixed_designs import fixed_of
from optimiser.studies.sensitivity.findings.knowing import knowing
from optimiser.studies.sensitivity.findings.rules import possible, rules
from optimiser.studies.sensitivity.findings.shares import levels
from optimiser.studies.sensitivity.schema import DRIVERS, KNOWING, LEVELS, REGRET, RULES
from optimiser.studies.sensitivity.study.plan import StudyPlan

if TYPE_CHECKING:
    import pandas as pd


class Findings:
    """Everything that is computed from samples and their answers, each part when it is first asked for.

    Parameters
    ----------
    plan : StudyPlan
        The study.
    instance : Instance
        The one that it varies.
    tables : mapping of str to DataFrame
        `samples`, `results`, `designs` and `fared`, as `optimiser schema` declares them. Samples without a
        row in `results` were not asked yet.
    named : mapping of str to (D, O) array
        Who holds what, as positions of levels, in those of the designs of `fared` that have a name.
    """

    def __init__(
        self,
        plan: StudyPlan,
        instance: Instance,
        tables: Tables,
        named: Mapping[str, Array] = MappingProxyType({}),
    ) -> None:
        self.plan, self.instance = plan, instance
        self.ensemble = ensemble_of(plan, instance, tables)
        self.fixed = fixed_of(self.ensemble, tables, named)
        self.reasons = tables["results"].groupby("status")["reason"]

    @cached_property
    def rows(self) -> dict[Part, list[Row]]:
        """The rows of each table."""
        return {
            LEVELS: levels(self.ensemble, self.fixed),
            DRIVERS: drivers(self.ensemble),
            RULES: rules(self.ensemble) if possible() else [],
            REGRET: self.fixed.rows(),
            KNOWING: knowing(self.ensemble, self.fixed),
        }

    @cached_property
    def unresolved(self) -> dict[tuple[str, str], float]:
        """The share that the gap leaves open, by decision and level, the mean over the population."""
        sets, people = self.ensemble.sets, self.ensemble.people
        whom = {(sets.decisions[d], sets.place(h)): people[h] for h, d in enumerate(sets.holding_decision)}
        share, open_ = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        for row in self.rows[LEVELS]:
            site, held = (
                (row["decision"], row["level"]),
                whom[row["decision"], row["organisation"]] * row["share"],
            )
            share[site] += held
            open_[site] += held * (row["unresolved"] or 0.0)
        return {site: open_[site] / share[site] for site in share if share[site]}

    def frames(self) -> dict[str, pd.DataFrame]:
        """The same as DataFrames."""
        import pandas as pd

        return {
            part.name: pd.DataFrame(
                [{name: plain(value) for name, value in self._parted(row).items()} for row in rows],
                columns=list(part.header({"paths": self.plan.paths})),
            )
            for part, rows in self.rows.items()
        }

    def _parted(self, row: Row) -> Row:
        """A row with the period of a path apart from the decision."""
        sites = self.ensemble.sites
        for key in ("decision", "of") if sites else ():
            if key in row:
                decision, period = sites.get(row[key], (row[key], ""))
                return {**row, key: decision, "period": period}
        return row
