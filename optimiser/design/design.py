"""Design: what was found. A frozen record of who holds what, the recourse, and what was proven."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from optimiser.audit import Audit
from optimiser.audit.everyday_units import Means
from optimiser.design.bound import above
from optimiser.design.evaluated import Evaluated
from optimiser.design.moves import Closest, Neighbours
from optimiser.design.status import Status
from optimiser.design.tables import BESIDE, COLUMNS, MOVE, Row, plain, rounded
from optimiser.errors import NoDesignError
from optimiser.instance.instance import Instance
from optimiser.introduction import Cells, Introduced
from optimiser.record import Record
from optimiser.terminal import counted, exact, fixed, gap
from optimiser.tolerances import TOLERANCE, size

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from optimiser.figures.drawing import Drawing


ENDINGS = {
    Status.INFEASIBLE: "Infeasible: proven that no design keeps every requirement.",
    Status.UNKNOWN: "A limit was reached before any design was found. More time may find one.",
}
FRAMES = "table objectives localities exercised monitored slack staff support".split()
SAID = 4  # sentences about what was checked that an introduction has at the most


@dataclass(frozen=True, eq=False, repr=False)
class Design(Introduced):
    """What `solve` and `verify` return: the answer, how good it is, and how far that is proven.

    Numbers about the design (`value`, `objectives`, ...) come from the audit, plain arithmetic on
    instance and record. Where no design was found they raise NoDesignError; `status` and `bound` stand.

    Attributes
    ----------
    instance : Instance
        What was asked about.
    status : Status
        How the solve ended: optimal, feasible, infeasible or unknown.
    weights : mapping of str to float
        Of every objective, normalised to sum to 1.
    asked : mapping
        The call: fix, at_least, lexicographic ...
    best : Evaluated or None
        What was found, with its record and audit.
    bound : float
        No design is worth more than this.
    current : Evaluated or None
        The current design with its best recourse, what is not known of it held as in the best; None where
        there is none, or where it breaks a requirement.
    closest : Closest or None
        The cheapest move of one decision with nothing else moving.
    neighbours : Neighbours or None
        How many designs one move away were looked at, and how many are better or equal.
    command : str
        "solve" or "verify".
    extended : bool
        Whether something was added to the model, which no audit knows.
    interrupted : bool
        Whether by Ctrl-C.
    claimed : float or None
        The value that the solver says it has.
    faults : tuple of str
        Where a result brought to `verify` is not as it says, a sentence each.
    notes : tuple of str
        What else is to be known of it.
    run : mapping
        seconds, solver, engine, instance_hash ...
    """

    instance: Instance
    status: Status
    weights: Mapping[str, float]
    asked: Mapping[str, Any] = field(default_factory=dict)
    best: Evaluated | None = None
    bound: float = math.inf
    current: Evaluated | None = None
    closest: Closest | None = None
    neighbours: Neighbours | None = None
    command: str = "solve"
    extended: bool = False
    interrupted: bool = False
    claimed: float | None = None
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    run: Mapping[str, Any] = field(default_factory=dict)

    # What was found, in one number each

    @property
    def found(self) -> bool:
        """Is there a design at all?"""
        return self.best is not None

    @property
    def value(self) -> float:
        """V of the design, recomputed by the audit."""
        return self.audit.value

    @property
    def held(self) -> np.ndarray:
        """Index of the level (0 the top) at which each decision is held for each locality, (D, O)."""
        return self.record.held

    @property
    def gap(self) -> float:
        """How far the bound lies above the value, relative to it: (bound - value) / max(|value|, 1e-9)."""
        gap = (self.bound - self.value) / size(self.value)
        return 0.0 if gap < 0 else gap  # the value is recomputed: it may pass the bound by rounding

    @property
    def expectations(self) -> Mapping[str, float]:
        """Every objective's expectation, whatever its weight."""
        return self.audit.objectives

    @property
    def no_data(self) -> tuple[str, ...]:
        """The objectives about which the instance says nothing: what they reach is a default."""
        return self.audit.no_data

    @property
    def spend(self) -> float:
        """Money a year: slack, support, fixed costs and costs of holding."""
        return self.audit.spend

    @property
    def means(self) -> Means | None:
        """The design in units that people know; None for one that could not be judged."""
        return self.audit.means

    @cached_property
    def problems(self) -> tuple[str, ...]:
        """Why the design may not be trusted: one sentence each, none for a verified one.

        A better design next to it refutes an optimum. It says nothing against a design that only
        claims to be possible (a time limit was reached, or someone made it by hand).
        """
        problems = [*self.audit.broken, *self.faults]
        if self.status is Status.OPTIMAL and self.neighbours and self.neighbours.better:
            gain = f" ({self.closest.gain})" if self.closest and self.closest.cost < 0 else ""
            problems.append(
                f"{counted(self.neighbours.better, 'design')} one move away "
                f"{'is' if self.neighbours.better == 1 else 'are'} better{gain}: it is not the optimum"
            )
        if said := above(self.value, self.bound):
            problems.append(said)
        if self.claimed is not None and not math.isclose(
            self.claimed, self.value, rel_tol=TOLERANCE, abs_tol=TOLERANCE
        ):
            problems.append(f"the value is said to be {self.claimed:.9g}; recomputed it is {self.value:.9g}")
        if self.extended:
            problems.append("what was added to the model is not verified")
        return tuple(problems)

    @property
    def verified(self) -> bool:
        """Does the design keep every promise, and is nothing next to it better than an optimum may be?"""
        return self.found and not self.problems

    # Tables

    @property
    def table(self) -> pd.DataFrame:
        """Who holds what: decision, type, organisation ('' for a uniform decision), level."""
        return self._frame("design")

    @property
    def objectives(self) -> pd.Series[float]:
        """The expectations as a Series."""
        import pandas as pd

        return pd.Series(self.expectations, name="value", dtype=float)

    @property
    def localities(self) -> pd.DataFrame:
        """Each locality's own accountability and responsiveness (means over decisions) and unmet demand."""
        return self._frame("localities")

    @property
    def exercised(self) -> pd.DataFrame:
        """How far each decision space granted is used: decision, organisation, level, scenario, exercised."""
        return self._frame("exercised")

    @property
    def monitored(self) -> pd.DataFrame:
        """How far the centre monitors what is held below it, in each scenario."""
        return self._frame("monitored")

    @property
    def slack(self) -> pd.DataFrame:
        """Demand, supply, slack bought, mutual aid and unmet demand by locality, resource and scenario."""
        return self._frame("slack")

    @property
    def staff(self) -> pd.DataFrame:
        """Hours available (NaN: not limited) and used by each organisation in each scenario."""
        return self._frame("staff")

    @property
    def support(self) -> pd.DataFrame:
        """Ability built by investment in each organisation."""
        return self._frame("support")

    def _frame(self, name: str) -> pd.DataFrame:
        import pandas as pd

        return pd.DataFrame(self.rows(name), columns=list(COLUMNS[name]))

    def rows(self, name: str) -> list[Row]:
        """The rows of one table of results, by its key in the JSON document."""
        if name == "current_localities":
            return self.current.tables.named("localities") if self.current else []
        return self._best.tables.named(name)

    @property
    def _best(self) -> Evaluated:
        if self.best is None:
            raise NoDesignError(f"there is no design to read from: the solve ended {self.status}")
        return self.best

    @property
    def record(self) -> Record:
        """What the design does, in arrays."""
        return self._best.record

    @property
    def audit(self) -> Audit:
        """What the design keeps and what it is worth."""
        return self._best.audit

    # Going out

    def to_dict(self) -> dict[str, Any]:
        """The JSON document of `optimiser solve --json`; without a design it has no value and no design."""
        from optimiser.design.result_folder import numbers_hash

        head = {"format": 1, "command": self.command, "instance": self.instance.name}
        head |= {"status": self.status.value, "verified": self.verified}
        document = head | (self._document() if self.found else self._question())
        if self.interrupted:
            document["interrupted"] = True
        document["tables"] = [*COLUMNS, *BESIDE] if self.found else []
        run = {name: plain(value) for name, value in self.run.items()}
        run["result_hash"] = numbers_hash({**document, "run": run})
        return {**document, "run": run}

    def _question(self) -> dict[str, Any]:
        weights = {name: plain(weight) for name, weight in self.weights.items()}
        return {"weights": weights, "asked": dict(self.asked)}

    def _document(self) -> dict[str, Any]:
        rows = {name: self.rows(name) for name in COLUMNS}
        rows["design"] = [{name: row[name] for name in MOVE} for row in rows["design"]]
        return {
            "value": plain(self.value),
            "bound": plain(self.bound),
            "gap": plain(self.gap),
            "objectives": {name: plain(value) for name, value in self.expectations.items()},
            "no_data": list(self.no_data),
            "means": _in_units(self._best),
            "current_means": _in_units(self.current),
            **self._question(),
            "design": rows.pop("design"),
            "closest": self._closest(),
            **rows,
            "spend": plain(self.spend),
            "problems": list(self.problems),
            "notes": list(self.notes),
            "neighbours": self._neighbours(),
        }

    def _closest(self) -> dict[str, Any] | None:
        if self.closest is None:
            return None
        return {name: plain(value) for name, value in self.closest.to_dict().items()}

    def _neighbours(self) -> dict[str, Any] | None:
        if self.neighbours is None:
            return None
        equal = [dict(zip(MOVE, move, strict=True)) for move in self.neighbours.equal]
        return {**asdict(self.neighbours), "equal": equal}

    def tables(self) -> dict[str, tuple[Sequence[str], list[Row]]]:
        """What `save` writes as CSV: name -> columns and rows; none where no design was found."""
        if not self.found:
            return {}
        tables: dict[str, tuple[Sequence[str], list[Row]]] = {
            name: (columns, self.rows(name)) for name, columns in COLUMNS.items()
        }
        reached = [(g, plain(self.weights[g]), plain(value)) for g, value in self.expectations.items()]
        rows = [dict(zip(BESIDE["objectives"], row, strict=True)) for row in reached]
        beside = {"objectives": rows, "design_by_locality": self._best.tables.by_locality()}
        return tables | {name: (columns, beside[name]) for name, columns in BESIDE.items()}

    def plot(self) -> Drawing:
        """Where decisions sit today and where they would sit: a notebook shows it, and its `save` writes it.

        Without a design there is none to draw: NoDesignError.
        """
        from optimiser.figures import plot

        return plot({**self.to_dict(), "design": self.rows("design")}, self.instance)

    def save(self, directory: str | Path) -> bool:
        """Write result.json, a CSV file a table and the instance into a folder, whole or not at all.

        The folder may be new, empty or hold an earlier result of the same command, which is replaced, but not
        by one in which no design was found: False says so. Anything else raises InputError.
        """
        from optimiser.design.result_folder import write_result

        return write_result(directory, self.to_dict(), self.tables(), self.instance, self.found)

    # Introducing itself

    @property
    def headline(self) -> str:
        """How it ended, what it is worth and how far that is proven."""
        if not self.found:
            return "Interrupted before any design was found." if self.interrupted else ENDINGS[self.status]
        trust = "verified" if self.verified else "NOT VERIFIED"
        value, bound = fixed(self.value, 6), fixed(self.bound, 6)
        proven = f", bound {bound}, gap {gap(self.value, self.bound)}" if math.isfinite(self.bound) else ""
        return f"{self._ended}, {trust}: value {value}{proven}"

    @property
    def _ended(self) -> str:
        """How it ended, in words: `feasible` alone says little."""
        if self.interrupted:
            return "interrupted, the best so far"
        if self.status is Status.FEASIBLE and self.audit.broken:
            return "not feasible"
        return str(self.status)

    def _name(self) -> str:
        return self.instance.name

    def _said(self) -> Sequence[str]:
        checks = self.checks if self.found else []
        checks = sorted(checks, key=lambda said: not said.startswith("NOT VERIFIED"))  # first things first
        return checks[:SAID] + ["And more: .checks"] * (len(checks) > SAID)

    def _summary(self) -> Cells:
        if not self.found:
            return []
        levels: dict[tuple[str, str], Counter[str]] = {}
        for row in self.rows("design"):
            levels.setdefault((row["decision"], row["type"]), Counter())[row["level"]] += 1
        rows = [("decision", "type", "held at")]
        for (decision, kind), there in levels.items():
            split = (f"{count} {level}" for level, count in there.most_common())
            rows.append((decision, kind, next(iter(there)) if len(there) == 1 else ", ".join(split)))
        return rows

    def _further(self) -> str:
        if not self.found:
            return "What was asked: .asked; why nothing is feasible: optimiser.diagnose"
        return f"All of it: {', '.join(f'.{name}' for name in FRAMES)}; .to_dict(); .save(FOLDER)"

    @property
    def checks(self) -> list[str]:
        """What was checked and what came of it, one sentence each."""
        said = [f"{note[0].upper()}{note[1:]}." for note in self.notes]
        if not self.audit.broken:
            said.append("Every promise and objective was recomputed from the tables: all hold.")
            said.append(
                f"Held means broken by no more than {exact(TOLERANCE)} of the larger of its two sides."
            )
        if self.neighbours is not None:
            said.append(self.neighbours.text)
            if self.neighbours.better and self.closest and self.closest.cost < 0:
                said.append(f"{self.closest.gain.capitalize()}.")
            equal = [f"{' for '.join(filter(None, move[:2]))} at {move[2]}" for move in self.neighbours.equal]
            if equal:
                said.append(f"As good would be: {', '.join(equal[:6])}{' and others' * (len(equal) > 6)}.")
        return said + [f"NOT VERIFIED: {problem.rstrip('.')}." for problem in self.problems]


def _in_units(evaluated: Evaluated | None) -> dict[str, Any] | None:
    means = None if evaluated is None else evaluated.audit.means
    return None if means is None else dict(rounded(means.to_dict()))
