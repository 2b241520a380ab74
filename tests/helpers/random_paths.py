"""Random small instances with periods, which between them use all that links one period to the next."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from random_draft import Draft, as_csv
from random_instances import FEATURES, random_files

LINKS = ("learn", "heal", "own_rates", "starts", "reserve", "lags", "switch", "weights", "discount")


class PathDraft(Draft):
    """An instance in the making, with periods."""

    links, lengths = LINKS, (2, 3, 3, 4)

    def files(self) -> dict[str, str]:
        files = super().files()
        self.on |= {link for link in self.links if self.coin(0.7)}
        self._columns()
        toml = files["instance.toml"]
        for r in self.resources:
            if self.coin(0.7):
                named = f'resource = "{r}"\n'
                toml = toml.replace(
                    f"[[resources]]\n{named}", f"[[resources]]\n{named}refill = {self.number(0, 1)}\n"
                )
        files |= {f"{name}.csv": as_csv(rows) for name, rows in self.tables.items()}
        return files | {"instance.toml": toml + "\n".join(self._path()) + "\n"}

    def _columns(self) -> None:
        for row in self.tables["decisions"]:
            row["switch_cost"] = self.where("switch", self.number(0, 0.15))
        for row in self.tables.get("organisations", ()):
            if "own_rates" in self.on:
                row |= {"learn": self.where("learn", self.number(0, 1)), "heal": self.where("heal", self.number(0, 1)),
                        "hurt": self.where("heal", self.number(0, 0.5)), "safe": self.where("heal", self.number(0, 1))}  # fmt: skip
            if "starts" in self.on:
                row |= {name: self.where("starts", self.number(0.2, 1)) for name in ("skill", "morale")}
        for row in self.tables.get("resources", ()):
            row["reserve"] = self.where("reserve", self.number(0, 8, 1))
        for row in self.tables.get("rules", ()):
            row["lag"] = self.where("lags", self.pick([0, 1, 1, 2]))

    def _path(self) -> list[str]:
        lines = ["[path]"]
        if "discount" in self.on:
            lines.append(f"discount = {self.number(0, 0.2)}")
        if "learn" in self.on:
            lines.append(f"learn = {self.number(0.1, 1)}")
        if "heal" in self.on:
            lines += [f"heal = {self.number(0.1, 1)}", f"hurt = {self.number(0, 0.5)}",
                      f"burn = {self.number(0, 0.5)}", f"safe = {self.number(0.2, 1)}"]  # fmt: skip
        for t in range(self.pick(self.lengths)):
            lines += ["[[periods]]", f'period = "p{t + 1}"', f'scenario = "{self.pick(self.scenarios)}"']
            if self.coin(0.7):
                lines.append(f"years = {self.number(0.2, 3)}")
            if "weights" in self.on and self.coin(0.6):
                weights = {g: self.number(0, 2) for g in self.objectives if self.coin(0.6)}
                weights[self.pick(self.objectives)] = 1
                lines.append("weights = { " + ", ".join(f"{g} = {w}" for g, w in weights.items()) + " }")
        return lines


def random_path_files(
    seed: int, features: Iterable[str] | None = None, *, most_designs: int = 16, sizes: int = 3
) -> dict[str, str]:
    """The files of an instance with periods, most of them with a current design."""
    rng = np.random.default_rng([seed, 4])
    chosen = set(features) if features is not None else {f for f in FEATURES if rng.random() < 0.5}
    chosen -= {"infeasible", "bare"} if seed % 10 else set()
    return random_files(seed, chosen | {"current"}, most_designs=most_designs, sizes=sizes, draft=PathDraft)


class LooseDraft(PathDraft):
    """One in which nothing couples decisions, and moves alone couple periods."""

    links, lengths = ("switch", "weights", "discount"), (5, 6, 7)


UNCOUPLED = (
    "three_levels", "population", "stakes", "scenarios", "correlation", "risk", "means", "needs", "urgency",
    "delays", "scenario_delays", "spillover", "costs", "scores", "local_scores", "own_objective", "all_weights",
    "willing_able", "restricted", "common_shock", "shock_by_decision",
)  # fmt: skip


def uncoupled_files(seed: int) -> dict[str, str]:
    """The files of an instance whose best path is a shortest path, decision by decision."""
    return random_files(seed, {*UNCOUPLED, "current"}, sizes=6, draft=LooseDraft)
