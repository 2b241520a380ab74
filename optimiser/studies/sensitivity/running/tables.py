"""The tables of what a study asked and what came of it, from its store: the same whatever came first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from optimiser.design.tables import Row, design_rows, plain
from optimiser.instance.instance import Instance
from optimiser.studies.sensitivity.running.answering import unpacked
from optimiser.studies.sensitivity.running.running import most_met
from optimiser.studies.sensitivity.running.store import Kept, Store, design_key
from optimiser.studies.sensitivity.sampling.keyed_samples import Samples
from optimiser.studies.sensitivity.schema import DESIGNS, FARED, RESULTS
from optimiser.studies.sensitivity.study.plan import StudyPlan
from optimiser.tolerances import size

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray


def result_row(instance: Instance, number: int, one: Kept) -> dict[str, Any]:
    """A row of `results` but for its `design_id`."""
    gap = None if one.value is None or one.bound is None else (one.bound - one.value) / size(one.value)
    objectives = one.objectives or [None] * len(instance.objectives)
    return {
        "sample": number, "status": one.status, "reason": one.reason,
        "value": plain(one.value), "bound": plain(one.bound), "gap": plain(gap and max(0.0, gap)),
        **{g: plain(x) for g, x in zip(instance.objectives, objectives, strict=True)},
        "verified": one.verified, "neighbours": one.neighbours,
    }  # fmt: skip


class Tables:
    """`samples`, `results`, `designs` and `fared` as DataFrames, of what is kept by now.

    `named` are designs (D, O) as bytes, by the name under which the study asks for them.
    """

    def __init__(
        self,
        plan: StudyPlan,
        instance: Instance,
        samples: Samples,
        store: Store,
        named: Mapping[str, bytes],
    ) -> None:
        self.plan, self.instance, self.samples, self.store, self.named = plan, instance, samples, store, named
        every = store.answers()
        self.answers = {key: every[key] for key in samples.distinct if key in every}
        met = dict.fromkeys(one.design for one in self.answers.values() if one.design is not None)
        self.ids = {design: number for number, design in enumerate(met, 1)}

    def frames(self) -> dict[str, pd.DataFrame]:
        """All four."""
        found = {"samples": self.samples.frame, "results": self._results(), "designs": self._designs()}
        return found | {"fared": self._fared()}

    @property
    def _rows(self) -> list[tuple[int, bytes, Kept]]:
        """Number, key and answer of every sample that has one."""
        numbers = self.samples.frame["sample"].tolist()
        each = zip(numbers, self.samples.keys, strict=True)
        return [(number, key, self.answers[key]) for number, key in each if key in self.answers]

    def _results(self) -> pd.DataFrame:
        import pandas as pd

        columns = RESULTS.header({"objectives": self.instance.objectives})
        rows = [
            {**result_row(self.instance, number, one), "design_id": self.ids.get(one.design or b"")}
            for number, _, one in self._rows
        ]
        frame = pd.DataFrame(rows, columns=list(columns))
        kinds = dict.fromkeys(("value", "bound", "gap", *self.instance.objectives), "float64")
        kinds |= {"design_id": "Int64", "verified": "boolean", "neighbours": "boolean"}
        return frame.astype(kinds)  # also where a column is blank throughout

    def _designs(self) -> pd.DataFrame:
        import pandas as pd

        rows = [
            {"design_id": number, **row}
            for design, number in self.ids.items()
            for row in self._design(unpacked(self.store.held(design), self.instance))
        ]
        return pd.DataFrame(rows, columns=list(DESIGNS.header({"paths": self.plan.paths})))

    def _design(self, held: Array) -> Iterator[Row]:
        """The rows of a design (D, O), of a path (T D, O) those of every period."""
        if not self.plan.paths:
            yield from design_rows(self.instance, held)
            return
        periods = self.instance["periods"]["period"].tolist()
        for period, there in zip(periods, np.split(held, len(periods)), strict=True):
            yield from ({"period": period, **row} for row in design_rows(self.instance, there))

    def _fared(self) -> pd.DataFrame:
        """A row for each sample that has a design and each design that was evaluated there."""
        import pandas as pd

        rows = [(number, key, one) for number, key, one in self._rows if one.design is not None]
        columns = [self._column(design, rows) for design in self._asked().values()]
        best = np.array([one.value for _, _, one in rows], float)
        value = np.array([column[0] for column in columns], float).reshape(len(columns), len(rows)).T
        broken = np.array([column[1] for column in columns], object).reshape(len(columns), len(rows)).T
        there = np.array([column[2] for column in columns], bool).reshape(len(columns), len(rows)).T
        highest = np.fmax(best, np.nanmax(value, axis=1, initial=-np.inf))
        regret = highest[:, None] - value
        s, f = np.nonzero(there)
        numbers, names = np.array([number for number, _, _ in rows], int), [*self._asked()]
        possible = np.isfinite(value[s, f])
        return pd.DataFrame(
            {
                "sample": numbers[s] if len(s) else s,
                "design": np.array(names, object)[f],
                "status": np.where(possible, "feasible", "infeasible"),
                "value": _plain(value[s, f]),
                "regret": _plain(regret[s, f]),
                "broken": broken[s, f],
            }
        )[list(FARED.header())]

    def _asked(self) -> dict[str, bytes]:
        """Designs that are held against every sample, each once: by name, the others by number."""
        if self.plan.foresight == "none":
            return {}
        found, seen = {}, set[bytes]()
        for name, held in self.named.items():
            found[name] = design_key(held)
            seen.add(found[name])
        met = [design for design in most_met(self.samples, self.answers) if design not in seen]
        return found | {str(self.ids[design]): design for design in met}

    def _column(
        self, design: bytes, rows: Sequence[tuple[int, bytes, Kept]]
    ) -> tuple[list[float], list[str], list[bool]]:
        """What a design is worth in samples, what it breaks, and whether that is known."""
        fared = self.store.fared(design)
        values, broken, there = [], [], []
        for _, key, one in rows:
            own, known = one.design == design, fared.get(key)
            worth = one.value if own else None if known is None else known.value
            values.append(np.nan if worth is None else worth)
            broken.append("" if own or known is None else known.broken)
            there.append(own or known is not None)
        return values, broken, there


def _plain(numbers: Array) -> Array:
    """As results have them."""
    return np.array([np.nan if (x := plain(n)) is None else x for n in numbers.tolist()], float)
