"""diagnose: why is nothing feasible? Facts, what cannot hold together, and what would have to give."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optimiser.audit import audit
from optimiser.coefficients import coefficients
from optimiser.design.tables import Row, plain
from optimiser.errors import SolverError
from optimiser.instance.instance import Instance
from optimiser.instance.schema.result import Part
from optimiser.introduction import Cells
from optimiser.record import Record
from optimiser.solver.call import building, check_call, run_of
from optimiser.solver.clock import Clock, hearing_interrupts
from optimiser.studies.diagnose.arithmetic import Arithmetic
from optimiser.studies.diagnose.conflict import Conflicts
from optimiser.studies.diagnose.elastic_program import Loosened
from optimiser.studies.diagnose.feasibility import DIALS, OutOfTimeError, Questions
from optimiser.studies.diagnose.repairs import Repair, Repairs, follows
from optimiser.studies.diagnose.requirements import Requirement, about, as_text, enough, requirements
from optimiser.studies.diagnose.schema import CONFLICT, FACTS, LIMITS, REPAIRS, RESULT
from optimiser.studies.finding import Finding, remembered
from optimiser.terminal import exact
from optimiser.tolerances import TOLERANCE

SPARE = ("budget", "changes", "unmet")  # limits of which a feasible instance is told what they leave
NEEDS = {  # what is said of the number that a requirement needs to be, n, or in percent p
    "hours": "needs {n} hours",
    "budget": "costs {n} at least",
    "changes": "takes {n} changes at least",
    "unmet": "leaves {p} % unmet at least",
    "occupancy": "takes {p} % at least",
    "least": "reaches {n} at most",
}


@dataclass(frozen=True)
class Named:
    """A requirement, and where it has a number: what it is, and what `beside` it needs it to be."""

    requirement: Requirement
    has: float | None = None  # as the table has it
    needs: float | None = None  # what would have to stand there; None: no number will do, or it has none
    beside: str = ""  # the others of a conflict, or of the instance
    kept: float = 1.0  # of hours: what vacancy, absence and reserve leave of one

    @property
    def text(self) -> str:
        """The requirement in words, with both numbers."""
        said = self.requirement.text
        if self.needs is None:
            return f"{said}; no number there is enough" if self.has is not None else said
        if self.kept < 1:
            left = f"{about(self.needs * self.kept)} are needed"
            return f"{said}; {self.beside.removesuffix(' it')} {left}: {as_text(self.needs)} in staff_hours"
        n, p = as_text(self.needs), as_text(round(100 * self.needs, 6))
        return f"{said}; {self.beside} {NEEDS[self.requirement.kind].format(n=n, p=p)}"

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON document."""
        r = self.requirement
        numbers = {"has": plain(self.has), "needs": plain(self.needs)}
        return {"table": r.table, "row": r.row, "column": r.column, "text": self.text, **numbers}


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Diagnosis(Finding):
    """Why no design is possible, or that one is.

    Attributes
    ----------
    feasible : bool or None
        Whether there is a design that keeps every requirement; None where that was not settled in time.
    facts : tuple of str
        What arithmetic alone shows to be impossible.
    conflict : tuple of Named
        Requirements that cannot all hold.
    irreducible : bool
        Proven: without any one of them the others can.
    repairs : sequence of Repair
        Each enough by itself, with the cells to change.
    limits : tuple of Named
        Of a feasible instance: what each has, and the least that it needs.
    """

    says = RESULT
    feasible: bool | None
    facts: tuple[str, ...] = ()
    conflict: tuple[Named, ...] = ()
    irreducible: bool = False
    repairs: Sequence[Repair] = ()
    limits: tuple[Named, ...] = ()

    @property
    def silent(self) -> bool:
        """Whether nothing was found in time."""
        return self.feasible is None

    @property
    def headline(self) -> str:
        """Whether any design keeps every requirement, and whether there may be more to say."""
        stopped = "Interrupted" if self.interrupted else "A limit was reached"
        if self.feasible is None:
            return f"{stopped} before it was settled whether any design keeps every requirement."
        if self.feasible:
            said = "Feasible: there is a design that keeps every requirement."
            return said if self.complete else f"{said} {stopped} before all was found."
        said = "Infeasible: no design keeps every requirement."
        return said if self.complete else f"{said} {stopped}: there may be more to say."

    def _summary(self) -> Cells:
        if self.feasible:
            head, rows = ("limit", "has", "needs"), list(map(_named, self.limits))
        else:
            head = ("cannot hold together", "is", "would have to be")
            rows = list(map(_named, self.conflict))
        return [head, *rows] if rows else []

    def document(self) -> dict[str, Any]:
        """The keys of the JSON document."""
        repairs = [
            {"text": r.text, "least": list(r.least), "changes": [e.to_dict() for e in r.edits]}
            for r in self.repairs
        ]
        return {
            "feasible": self.feasible,
            "facts": list(self.facts),
            "irreducible": self.irreducible,
            "repairs": repairs,
        }

    def rows(self) -> dict[Part, Iterable[Row]]:
        """Of each table."""
        return {
            FACTS: [{"fact": fact} for fact in self.facts],
            CONFLICT: [named.to_dict() for named in self.conflict],
            REPAIRS: [
                {"repair": k, "least": " ".join(r.least), "text": r.text, **edit.to_dict()}
                for k, r in enumerate(self.repairs, 1)
                for edit in r.edits
            ],
            LIMITS: [named.to_dict() for named in self.limits],
        }


def _named(one: Named) -> tuple[str, str, str]:
    has, needs = ("-" if number is None else exact(number) for number in (one.has, one.needs))
    return one.requirement.where, has, needs


@remembered
def diagnose(
    instance: Instance,
    *,
    fix: Mapping[str, str] | None = None,
    at_least: Mapping[str, float] | None = None,
    time_limit: float | None = None,
    threads: int = 1,
    progress: Callable[[str], None] | None = None,
) -> Diagnosis:
    """Find why no design is possible: facts, an irreducible conflict, and the least that would have to give.

    A requirement is a cell of a table, or an option of the call. The conflict is found by QuickXplain (Junker
    2004) on integer programs, and proven irreducible by taking out each of its members; a repair is offered
    only with a design that the audit finds to keep every promise of the instance so repaired.

    Parameters
    ----------
    instance : Instance
        The facts.
    fix, at_least, time_limit, threads, progress
        As for `solve`.

    Returns
    -------
    Diagnosis
        What was found in time; `complete` says whether that is all.

    Raises
    ------
    InputError
        For a call that is wrong.

    Examples
    --------
    >>> import optimiser
    >>> instance = optimiser.read("instances/archetype")
    >>> found = optimiser.diagnose(instance, fix={"O2": "local"}, at_least={"accountability": 0.5})
    >>> found.feasible
    False
    >>> found.frame("conflict")[["table", "row", "has", "needs"]]
            table                 row  has  needs
    0       --fix            O2=local  NaN    NaN
    1  --at-least  accountability=0.5  0.5    0.4
    """
    call = check_call(
        instance,
        fix=fix,
        at_least=at_least,
        time_limit=time_limit,
        threads=threads,
        functions={"progress": progress},
    )
    clock, tell = Clock(call.time_limit), progress or (lambda text: None)
    tell(building(instance))
    doctor = _Doctor(instance, call.fix, call.at_least, clock, call.threads, tell)
    with hearing_interrupts(clock):
        complete = doctor.work()
    return Diagnosis(
        instance=instance,
        complete=complete,
        unfinished=() if complete else (f"Time ran out while {doctor.doing}.",),
        interrupted=clock.interrupted,
        run=run_of(instance, clock, {"solves": doctor.solves}),
        **doctor.found,
    )


class _Doctor:
    """`found` grows as the work goes on, so that what is known is kept when time runs out."""

    def __init__(
        self,
        instance: Instance,
        fix: Mapping[str, str],
        at_least: Mapping[str, float],
        clock: Clock,
        threads: int,
        tell: Callable[[str], None],
    ) -> None:
        self.instance, self.fix, self.at_least, self.clock, self._tell = instance, fix, at_least, clock, tell
        self.threads, self.solves = threads, 0
        self.found: dict[str, Any] = {"feasible": None}
        self.doing = "nothing was known"

    def tell(self, doing: str) -> None:
        """Say what is being done, and remember it for where time runs out."""
        self.doing = doing
        self._tell(doing)

    def work(self) -> bool:
        """Find all there is to find; False where time ran out."""
        self.tell("adding up")
        facts = tuple(Arithmetic(self.instance, self.fix, self.at_least).facts())
        self.found |= {"facts": facts} | ({"feasible": False} if facts else {})
        every = requirements(self.instance, coefficients(self.instance), self.fix, self.at_least)
        loosened = Loosened(self.instance, every, self.fix)
        questions = Questions(loosened, self.clock, self.threads)
        conflicts = Conflicts(questions, self.tell)
        try:
            self._ask(questions, conflicts)
        except OutOfTimeError:
            if "conflict" not in self.found and conflicts.smallest is not None:
                self.found["conflict"] = tuple(Named(every[i]) for i in conflicts.smallest)
            return False
        finally:
            self.solves = questions.solves
        return True

    def _ask(self, questions: Questions, conflicts: Conflicts) -> None:
        every = range(len(questions.requirements))
        self.tell(f"looking for a design that keeps all {len(every)} requirements")
        point = None if self.found["facts"] else questions.point(every)
        self.found["feasible"] = point is not None
        if point is not None:
            self._confirm(questions.loosened.record(point.x))
            self.found["limits"] = tuple(self._limits(questions))
            return
        conflict = conflicts.conflict(every)
        self.found |= {"conflict": tuple(self._both_numbers(conflicts, conflict)), "irreducible": True}
        repairs = Repairs(conflicts, conflict, self.fix, self.at_least)
        self.found["repairs"] = repairs.found  # fills up while they are looked for
        repairs.look()

    def _confirm(self, record: Record) -> None:
        """The design that shows it feasible, judged by the audit."""
        judged = audit(self.instance, record)
        broken = list(judged.broken)
        broken += [g for g, value in self.at_least.items() if judged.objectives[g] < value - TOLERANCE]
        if broken or not follows(self.instance, record, self.fix):
            raise SolverError(f"a design found breaks a promise: {', '.join(broken[:1])}")

    def _limits(self, questions: Questions) -> Iterator[Named]:
        """What some limits have, and the least that they need with all else as it is."""
        every = range(len(questions.requirements))
        for i, r in enumerate(questions.requirements):
            if r.kind in SPARE:
                self.tell(f"looking for the least that {r.where} could be")
                point = questions.point([k for k in every if k != i], {i: 1.0}, spare=True)
                if point is not None:
                    yield _with_numbers(questions, i, float(point.gives[i]), "with all else kept it")

    def _both_numbers(self, conflicts: Conflicts, conflict: list[int]) -> Iterator[Named]:
        """Take each out of the conflict: the others can hold, and need so much of its number."""
        questions = conflicts.questions
        beside = "with the others it" if len(conflict) > 1 else "with nothing else required it"
        for i in conflict:
            r, others = questions.requirements[i], [k for k in conflict if k != i]
            self.tell(f"without {r.where}")
            point = questions.point(others, {i: 1.0}) if questions.most(i) > 0 else None
            if point is not None:
                yield _with_numbers(questions, i, float(point.gives[i]), beside)
            elif conflicts.hold(others):
                yield Named(r, float(r.value) if r.kind in DIALS else None)
            else:
                raise SolverError(f"what cannot hold together cannot hold without {r.where} either")


def _with_numbers(questions: Questions, i: int, gives: float, beside: str) -> Named:
    """What the number of a requirement is, and what it would be with its dial so."""
    r, kept = questions.requirements[i], 1.0
    has, needs = float(r.value), enough(float(r.value) + gives)
    if r.kind == "hours":
        kept = questions.loosened.kept_hours(r.of)
    elif r.kind == "occupancy":
        needs = min(1.0, enough(1 / (1 / has - gives)))
    elif r.kind == "unmet":
        needs = min(1.0, needs)
    elif r.kind == "least":
        needs = round(has - gives, 6)
    return Named(r, has, needs, beside, kept)
