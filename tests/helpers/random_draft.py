"""A random instance in the making: rows of every table, then the text of its files."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from random_toml import Toml

from optimiser.instance.schema.schema import SYSTEM_OBJECTIVES


class Draft(Toml):
    """An instance in the making: rows of every table as dicts."""

    def __init__(self, rng: np.random.Generator, features: set[str], most_designs: int, sizes: int) -> None:
        self.rng, self.on, self.most_designs = rng, features, most_designs
        self.levels = ["centre", "region", "local"] if "three_levels" in features else ["centre", "local"]
        self.decisions = [f"d{i}" for i in range(1, int(rng.integers(2, sizes + 1)) + 1)]
        self.tables: dict[str, list[dict[str, Any]]] = {}
        self._organisations(int(rng.integers(2, sizes + 1)))
        count = int(rng.integers(2, 4)) if "scenarios" in features else 1
        self.scenarios = ["normal", "winter", "pandemic"][:count]
        self.resources = ["beds", "masks"][: int(rng.integers(1, 3))] if "resources" in features else []
        self.own = ["local_voice"] if "own_objective" in features else []
        self.objectives = [*SYSTEM_OBJECTIVES, *self.own]
        self._decisions()
        for step in (self._workload, self._risk, self._needs, self._resources, self._scores, self._links,
                     self._rules, self._current, self._partners, self._delays):  # fmt: skip
            step()

    def number(self, low: float, high: float, digits: int = 2) -> float:
        return round(float(self.rng.uniform(low, high)), digits)

    def coin(self, chance: float = 0.5) -> bool:
        return bool(self.rng.random() < chance)

    def pick(self, things: Sequence[Any]) -> Any:
        return things[int(self.rng.integers(len(things)))]

    def where(self, feature: str, value: Any, otherwise: Any = "") -> Any:
        """The value where the feature is on and a coin says so."""
        return value if feature in self.on and self.coin(0.7) else otherwise

    # Tables, in the order in which they depend on each other.

    def _organisations(self, count: int) -> None:
        if "bare" in self.on:
            self.localities = [self.levels[-1]]
            self.organisations = list(self.levels)
            return
        self.localities = [f"L{i}" for i in range(1, count + 1)]
        rows: list[dict[str, Any]] = [{"organisation": "C", "level": "centre", "parent": ""}]
        regions = ["C"]
        if "three_levels" in self.on:
            regions = [f"R{i}" for i in range(1, self.pick([1, 2]) + 1)]
            rows += [{"organisation": name, "level": "region", "parent": "C"} for name in regions]
        for i, name in enumerate(self.localities):
            parent = regions[i] if i < len(regions) else self.pick(regions)
            rows.append({"organisation": name, "level": "local", "parent": parent})
        for row in rows:
            local = row["level"] == "local"
            if "population" in self.on and local:
                nobody = self.coin(0.1) and row is not rows[-1]
                row["population"] = 0 if nobody else self.number(10, 200, 0)
            if "vacancy" in self.on:
                row |= {"vacancy": self.number(0, 0.3), "absence": self.number(0, 0.2)}
            if "willing_able" in self.on:
                row |= {"willingness": self.number(0.3, 1), "ability": self.number(0.2, 1)}
            if "support" in self.on:
                row["support_cost"] = self.where("support", self.number(1, 20))
            if "min_rating" in self.on and local:
                row["rating"] = self.where("min_rating", self.pick([1, 2, 3]))
        self.rng.shuffle(rows)
        self.organisations = [row["organisation"] for row in rows]
        self.localities = [row["organisation"] for row in rows if row["level"] == "local"]
        self.tables["organisations"] = rows

    def _decisions(self) -> None:
        rows: list[dict[str, Any]] = []
        designs = 1
        for name in self.decisions:
            allowed = list(self.levels)
            if ("restricted" in self.on and self.coin()) or ("infeasible" in self.on and name == "d2"):
                allowed.remove(self.pick(allowed))
            by_locality = len(allowed) ** len(self.localities)
            others = len(self.levels) ** (
                len(self.decisions) - len(rows) - 1
            )  # if all that follow are uniform
            asymmetric = "asymmetric" in self.on and designs * by_locality * others <= self.most_designs
            asymmetric = asymmetric and (self.coin(0.8) or designs == 1)
            designs *= by_locality if asymmetric else len(allowed)
            row: dict[str, Any] = {
                "decision": name, "type": self.pick(["input", "process", "outcome"]),
                "levels": ";".join(allowed) if len(allowed) < len(self.levels) else "",
                "uniform": "false" if asymmetric else self.pick(["true", ""]),
                "half_life_days": self.where("urgency", self.number(2, 60, 1)),
                "heterogeneity": self.where("needs", self.number(0.02, 0.5)),
                "correlation": self.where("correlation", self.number(-0.25, 1)),
                "monitoring_effect": self.where("monitoring", self.number(0.1, 1)),
                "monitoring_hours": self.where("monitoring", self.number(0, 3, 1)),
                "reporting_hours": self.where("monitoring", self.number(0, 3, 1)),
                "fear": self.where("fear", self.number(0.1, 1)),
                "joint": self.where("partners", "true"),
                "min_rating": self.where("min_rating", self.pick([1, 2, 3])),
            }  # fmt: skip
            if "spillover" in self.on:
                row["spillover"] = self.where("spillover", self.number(0.05, 0.6))
            if "flex" in self.on and self.coin(0.7):
                row |= {"flexes": self.pick(self.resources), "flex": self.number(0.05, 0.4)}
            if "stakes" in self.on:
                row |= {f"stake_{g}": self.number(0, 1) for g in self.objectives if g != "resilience"}
            rows.append(row)
        self.tables["decisions"] = rows

    def _allowed(self, decision: str) -> list[str]:
        given = next(row["levels"] for row in self.tables["decisions"] if row["decision"] == decision)
        return given.split(";") if given else list(self.levels)

    def _workload(self) -> None:
        rows: list[dict[str, Any]] = []
        share = {name: 1 if level == "local" else len(self.localities)
                 for name, level in zip(self.organisations, self._levels(), strict=True)}  # fmt: skip
        for decision in self.decisions if {"staff", "costs"} & self.on else ():
            for level in self.levels:
                row: dict[str, Any] = {"decision": decision, "level": level, "at": self.pick(["", level])}
                if "staff" in self.on:
                    row["hours"] = self.number(0, 8, 1)
                    row["fixed_hours"] = self.where("fixed_hours", self.number(0, 6, 1))
                if "costs" in self.on:
                    row |= {"fixed_cost": self.number(0, 8, 1), "cost": self.number(0, 4, 1)}
                rows.append(row)
                others = [other for other in self.levels if "burdens" in self.on and other != level]
                rows += [{"decision": decision, "level": level, "at": other, "hours": self.number(0, 4, 1)}
                         for other in others if self.coin(0.4)]  # fmt: skip
                if {"local_hours", "local_costs"} & self.on:
                    rows += self._local_work(decision, level, [level, *others])
        if rows:
            self.tables["workload"] = rows
        for row in self.tables.get("organisations", ()):
            if "staff" in self.on and self.coin(0.75):
                most = 10 * len(self.decisions) * share[row["organisation"]]
                row["staff_hours"] = self.number(0.4 * most, 1.4 * most, 1)

    def _local_work(self, decision: str, level: str, falls: list[str]) -> list[dict[str, Any]]:
        """Rows of their own for some localities, blank in some columns, and some beside no common row."""
        rows = []
        for at, o in itertools.product(falls, self.localities):
            cells = {"hours": self.where("local_hours", self.number(0, 8, 1))}
            if at == level:
                cells["cost"] = self.where("local_costs", self.number(0, 6, 1))
            if self.coin(0.35):
                rows.append({"decision": decision, "level": level, "at": at, "organisation": o, **cells})
        return rows

    def _levels(self) -> list[str]:
        rows = self.tables.get("organisations")
        return [row["level"] for row in rows] if rows else list(self.levels)

    def _risk(self) -> None:
        rows = []
        for decision in self.decisions if {"risk", "means"} & self.on else ():
            if self.coin(0.8):
                none, means = self.coin(0.1), self.coin(0.8)
                for o in self.localities:
                    sd = 0 if none else self.where("risk", self.number(0, 20))
                    mean = self.number(1, 5) if "means" in self.on and means else ""
                    rows.append({"decision": decision, "organisation": o, "sd": sd, "mean": mean})
        if rows:
            self.tables["risk"] = rows
        self._correlations()

    def _correlations(self) -> None:
        count = len(self.localities)
        pairs = [(a, b) for a in range(count) for b in range(a)]
        rows = []
        for row in self.tables["decisions"] if "matrix" in self.on and pairs else ():
            if self.coin(0.7):
                # Three factors and a remainder of their own: positive definite, negative entries too.
                factors = self.rng.normal(size=(count, 3))
                factors /= np.linalg.norm(factors, axis=1)[:, None]
                matrix, given = 0.9 * factors @ factors.T, pairs
                if self.coin(0.3):  # only one pair given: the others have the decision's
                    row["correlation"], matrix, given = 0.1, matrix / 2, pairs[:1]
                for a, b in given:
                    rows.append({"decision": row["decision"], "organisation_a": self.localities[a],
                                 "organisation_b": self.localities[b],
                                 "correlation": round(matrix[a, b], 3)})  # fmt: skip
        if rows:
            self.tables["correlations"] = rows

    def _needs(self) -> None:
        rows = []
        for o in self.localities if "needs" in self.on else ():
            if self.coin(0.85):
                rows.append({"organisation": o, "need": self.number(0, 4), "decision": ""})
            if self.coin(0.3):
                rows.append(
                    {"organisation": o, "need": self.number(0, 4), "decision": self.pick(self.decisions)}
                )
        if rows:
            self.tables["needs"] = rows

    def _resources(self) -> None:
        rows, surges = [], []
        for r in self.resources:
            for o in self.localities:
                if self.coin(0.9):
                    capacity = self.number(8, 20, 0)
                    demand = self.number(
                        0.5 * capacity, (0.9 if "max_occupancy" in self.on else 1.1) * capacity, 1
                    )
                    rows.append({"organisation": o, "resource": r, "capacity": capacity, "demand": demand})
                if "surges" in self.on and self.coin(0.4):
                    surges.append({"scenario": self.pick(self.scenarios), "resource": r, "organisation": o,
                                   "surge": self.where("surges", self.number(-0.3, 0.8)),
                                   "loss": self.number(0, 0.3)})  # fmt: skip
        if rows:
            self.tables["resources"] = rows
        if surges:
            self.tables["surges"] = surges

    def _scores(self) -> None:
        rows: dict[tuple[str, str, str], dict[str, Any]] = {}
        scored = (
            [g for g in self.objectives if g != "resilience" and self.coin()] if "scores" in self.on else []
        )
        for decision in self.decisions:
            for g in dict.fromkeys([*scored, *self.own]):
                if self.coin(0.3):
                    continue
                for level in self._allowed(decision):
                    key = (decision, level, "")
                    rows.setdefault(key, {})[g] = self.number(0, 1)
                    for o in self.localities if "local_scores" in self.on else ():
                        if self.coin(0.4):
                            rows.setdefault((decision, level, o), {})[g] = self.number(0, 1)
        if rows:
            self.tables["scores"] = [
                {"decision": d, "level": level, "organisation": o, **cells}
                for (d, level, o), cells in rows.items()
            ]

    def _links(self) -> None:
        rows: dict[tuple[str, ...], dict[str, Any]] = {}
        for feature in ("links", "level_links"):
            for _ in range(int(self.rng.integers(1, 4)) if feature in self.on else 0):
                a, b = self.rng.choice(self.decisions, size=2, replace=False).tolist()
                key = {"decision_a": a, "decision_b": b, "objective": self.pick(self.objectives)}
                if feature == "links":
                    key |= {"decision_a": min(a, b), "decision_b": max(a, b)}
                    levels = ("", "")
                else:
                    levels = (self.pick(self.levels), self.pick(self.levels))
                row = {**key, "loss": self.number(-0.5, 1), "level_a": levels[0], "level_b": levels[1]}
                # One kind for a pair of decisions and an objective, so that no row says another's again.
                rows[(min(a, b), max(a, b), key["objective"])] = row
        if rows:
            self.tables["links"] = list(rows.values())

    def _rules(self) -> None:
        rows: dict[tuple[str, str, str], dict[str, Any]] = {}
        for _ in range(int(self.rng.integers(1, 3)) if "rules" in self.on else 0):
            a, b = self.rng.choice(self.decisions, size=2, replace=False).tolist()
            then = self.rng.choice(self.levels, size=self.pick([1, len(self.levels) - 1]), replace=False)
            key = (a, self.pick(self.levels), b)
            rows[key] = {
                "if_decision": a,
                "if_level": key[1],
                "then_decision": b,
                "then_level": ";".join(then),
            }
        if "infeasible" in self.on:  # wherever the first is held, the second must be where it may not
            a, b = self.decisions[:2]
            banned = next(level for level in self.levels if level not in self._allowed(b))
            for level in self._allowed(a):
                rows[(a, level, b)] = {
                    "if_decision": a,
                    "if_level": level,
                    "then_decision": b,
                    "then_level": banned,
                }
        if rows:
            self.tables["rules"] = list(rows.values())

    def _current(self) -> None:
        rows = []
        for decision in self.decisions if {"max_changes", "current"} & self.on else ():
            if self.coin(0.8) or decision == self.decisions[0]:
                levels = self._allowed(decision) if self.coin(0.8) else self.levels
                rows.append({"decision": decision, "level": self.pick(levels), "organisation": ""})
            if self.coin(0.3):
                o = self.pick(self.localities)
                rows.append({"decision": decision, "level": self.pick(self.levels), "organisation": o})
        if rows:
            self.tables["current"] = rows

    def _partners(self) -> None:
        rows = []
        for o in self.localities if "partners" in self.on and len(self.localities) > 1 else ():
            others = [p for p in self.localities if p != o]
            left = 1.0
            for p in others[: int(self.rng.integers(0, len(others) + 1))]:
                dependence = self.number(0.05, left * 0.6) if left > 0.1 else 0.0
                if dependence > 0:
                    rows.append({"organisation": o, "partner": p, "dependence": dependence})
                    left -= dependence
        if rows:
            self.tables["partners"] = rows

    def _delays(self) -> None:
        rows = []
        for decision, level in itertools.product(self.decisions if "delays" in self.on else (), self.levels):
            some = [""] if self.coin(0.6) else []
            if "scenario_delays" in self.on:
                some += [scenario for scenario in self.scenarios if self.coin(0.4)]
            rows += [{"decision": decision, "level": level, "days": self.number(0, 30, 1), "scenario": scenario}
                     for scenario in some]  # fmt: skip
        if rows:
            self.tables["delays"] = rows

    # Text.

    def files(self) -> dict[str, str]:
        files = {f"{name}.csv": as_csv(rows) for name, rows in self.tables.items()}
        return {"instance.toml": "\n".join(self._toml()) + "\n", **files}


def as_csv(rows: list[dict[str, Any]]) -> str:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
