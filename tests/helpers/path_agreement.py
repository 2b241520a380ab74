"""Whether what `path` says of an instance is what enumeration finds: everything that the model determines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from linear_program import Expression, add
from path_enumeration import Paths, Sequence, label
from path_program import PathProgram, State, told

from optimiser.instance.instance import Instance

CLOSE = 2e-6  # of value: the gap proven, and the rounding of two solvers
STATE = 2e-5  # of states, which recourse of the same value may leave otherwise
Said = Mapping[str, Any]  # one of the paths of the document


class Agreement:
    """The document of an instance held against every sequence of its designs."""

    def __init__(self, instance: Instance, files: Mapping[str, str]) -> None:
        self.paths = Paths(instance, files)
        self.names = [period["period"] for period in self.paths.facts.periods]

    def sequence(self, said: Said) -> Sequence:
        """The designs of a path that was said, as far as it went."""
        held: dict[str, dict[tuple[str, str], str]] = defaultdict(dict)
        for row in said["design"]:
            where = [row["organisation"]] if row["organisation"] else self.paths.the[0].localities
            held[row["period"]] |= {(row["decision"], o): row["level"] for o in where}
        return tuple(self.paths.designs.index(held[name]) for name in self.names if name in held)

    def states(self, said: Said, t: int) -> dict[State, float]:
        """The states with which a period begins."""
        states: dict[State, float] = {}
        for row in said["states"]:
            if row["period"] == self.names[t]:
                states |= {(name, row["organisation"]): row[name] for name in ("skill", "morale")}
        for row in said["stocks"]:
            at = (row["organisation"], row["resource"])
            if row["period"] == self.names[t] and at in self.paths.facts.reserve:
                states["stock", *at] = row["stock"]
        return states

    # With foresight.

    def planned(self, said: Said) -> None:
        """The value and the bound are those of the best of all sequences; states are left by such recourse."""
        best = self.paths.best()
        if best is None:
            assert said["status"] == "infeasible"
            return
        assert (said["status"], said["verified"]) == ("optimal", True)
        assert abs(said["value"] - best.value) <= CLOSE
        assert said["bound"] >= best.value - CLOSE
        sequence = self.sequence(said)
        value = self.paths.value(sequence)
        assert value is not None
        assert abs(value - best.value) <= CLOSE
        program = self.paths.program(sequence)
        answer = program.maximise(program.value)
        assert answer is not None
        program.no_worse(program.value, answer[0] - 1e-7)
        for t in range(len(sequence)):
            program.cap_overwork(t, self.paths.period(t, sequence[t]))
        for t in range(len(sequence)):
            self.period(said, t, sequence, told(t, self.paths.period(t, sequence[t]).value), program)
            for state, left in self.left(sequence, t).items():
                self.between(self.states(said, t)[state], program, left)

    def left(self, sequence: Sequence, t: int) -> dict[State, Expression]:
        """The states of a period, told by what was done before."""
        left: dict[State, Expression] = {
            state: {1: start} for state, start in self.paths.the[0].starts().items()
        }
        for before in range(t):
            after = self.paths.period(before, sequence[before]).left()
            now = {state: told(before, what) for state, what in after.items()}
            for state, what in now.items():
                add(what, left[state], what.pop((before, *state), 0.0))
            left = now
        return left

    def period(self, said: Said, t: int, sequence: Sequence, value: Expression, program: PathProgram) -> None:
        """What is said of a period: its value is one that best recourse can leave, its moves are counted."""
        row = said["periods"][t]
        assert row["period"] == self.names[t]
        self.between(row["value"], program, value)
        assert abs(row["move_cost"] - self.paths.move_cost(sequence, t)) <= 1e-9
        before, now = self.paths.held(sequence, t - 1), self.paths.held(sequence, t)
        uniform = {d for d, facts in self.paths.the[t].decision.items() if facts["uniform"]}
        moved = {
            (d, "" if d in uniform else o)
            for (d, o), level in now.items()
            if before.get((d, o), level) != level
        }
        assert row["moves"] == len(moved)

    def between(self, said: float, program: PathProgram, what: Expression) -> None:
        lowest, highest = program.range(what)
        assert lowest - STATE <= said <= highest + STATE, (said, lowest, highest)

    # Without foresight.

    def myopic(self, said: Said) -> None:
        """Every period has a best design for what it inherits, and leaves what such recourse leaves."""
        sequence, values = self.sequence(said), list[float]()
        for t in range(len(self.names)):
            states = self.states(said, t)
            now = self.paths.best_now(sequence[:t], states)
            assert abs(now[sequence[t]] - max(now.values())) <= CLOSE * max(
                1.0, self.paths.facts.periods[t]["years"]
            )
            program = PathProgram([self.paths.period(t, sequence[t])], states)
            value = told(0, self.paths.period(t, sequence[t]).value)
            most = program.tied(0, self.paths.period(t, sequence[t]))
            values.append(most)
            self.period(said, t, sequence, value, program)
            if t + 1 < len(self.names):
                for state, left in self.paths.period(t, sequence[t]).left().items():
                    self.between(self.states(said, t + 1)[state], program, told(0, left))
        assert abs(said["value"] - self.paths.total(sequence, values)) <= CLOSE

    def ended(self, said: Said) -> None:
        """Where no design is possible any more, the period is named."""
        found = self.paths.greedy()
        if found is not None and len(found) < len(self.names):
            assert (said["status"], said["ended_in"]) == ("infeasible", self.names[len(found)])
        if found is not None and len(found) == len(self.names):
            values = [value for _, value in found]
            assert said["status"] == "optimal"
            total = self.paths.total(tuple(i for i, _ in found), values)
            assert abs(said["value"] - total) <= CLOSE

    # Labels.

    def labels(self, said: Said) -> None:
        """Where each period has one best design of its own, what every decision does is named as it is."""
        paths, sequence = self.paths, self.sequence(said)
        own = [paths.own_best(t) for t in range(len(self.names))]
        if any(len(best) != 1 for best in own):
            return
        for row in said["decisions"]:
            d = row["decision"]
            levels = [paths.most_held(paths.held(sequence, t), d) for t in range(-1, len(sequence))]
            assert row["label"] == label(levels, [paths.most_held(paths.designs[best[0]], d) for best in own])


def agrees(instance: Instance, files: Mapping[str, str], document: Mapping[str, Any]) -> None:
    """All of it."""
    agreement = Agreement(instance, files)
    said = {path["foresight"]: path for path in document["paths"]}
    agreement.planned(said["path"])
    if said["none"]["design"]:
        agreement.myopic(said["none"])
    agreement.ended(said["none"])
    for path in said.values():
        if path["design"]:
            agreement.labels(path)
