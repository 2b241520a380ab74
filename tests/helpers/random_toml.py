"""The instance.toml of a random instance in the making."""

from __future__ import annotations

import numpy as np


class Toml:
    """What a draft writes of its sections; the draft has the names, and the dice."""

    rng: np.random.Generator
    on: set[str]
    decisions: list[str]
    localities: list[str]
    levels: list[str]
    scenarios: list[str]
    resources: list[str]
    own: list[str]
    objectives: list[str]

    def _toml(self) -> list[str]:
        lines = ['name = "random"']
        for i, level in enumerate(self.levels):
            lines += ["[[levels]]", f'level = "{level}"']
            if "urgency" in self.on:
                lines.append(f"delay_days = {[20, 9.5, 1][i if i < 2 else 2] if self.coin(0.9) else 0}")
            if self.coin(0.3):
                lines.append(f"accountability = {self.number(0, 1)}")
            if "aid" in self.on and (level != "local" or "local_aid" in self.on):
                lines.append(f"mobilisation = {self.number(0.3, 1)}")
        lines += ["[weights]"]
        for g in self.objectives:
            always = "all_weights" in self.on or g in self.own
            if always or self.coin(0.4):
                lines.append(f"{g} = {self.number(0.1, 3)}")
        for name in self.own:
            lines += ["[[objectives]]", f'objective = "{name}"', 'zero = "none"', 'one = "full"']
        lines += self._limits()
        if "risk_aversion" in self.on:
            beta, aversion = self.pick([0, 0.5, 0.8, 0.9]), self.pick([0.3, 0.7, 1])
            lines += ["[uncertainty]", f"risk_aversion = {aversion}", f"beta = {beta}"]
        return lines + self._scenarios() + self._resource_types()

    def _limits(self) -> list[str]:
        lines = ["[limits]"]
        if "budget" in self.on:
            most = 8 * len(self.decisions) * len(self.localities)
            some = "costs" in self.on or self.coin(0.9)
            lines.append(f"budget = {self.number(0.4 * most, 1.2 * most, 0) if some else 0}")
        if "max_changes" in self.on:
            lines.append(f"max_changes = {self.pick([0, 1, 1, 2, 2, 3])}")
        if "reserve" in self.on:
            lines.append(f"reserve = {self.number(0, 0.2)}")
        return lines

    def _scenarios(self) -> list[str]:
        if "scenarios" not in self.on:
            return []
        S, lines = len(self.scenarios), []
        shares = self.rng.dirichlet(np.ones(S)).round(3)
        if "zero_probability" in self.on:
            shares[-1] = 0
        shares[0] = 0
        shares[0] = round(1 - shares.sum(), 6)
        for s, name in enumerate(self.scenarios):
            lines += ["[[scenarios]]", f'scenario = "{name}"', f"probability = {shares[s]}"]
            if s > 0 or self.coin(0.2):
                lines += [f"urgency = {self.number(0.5, 4, 1)}", f"absence = {self.number(0, 0.4)}"]
                if self.coin(0.7):
                    lines.append(f"oversight = {self.number(0, 1)}")
                lines += self._shock()
                for key, high in (("surge", 0.7), ("loss", 0.3)):
                    cells = ", ".join(
                        f"{r} = {self.number(0, high)}" for r in self.resources if self.coin(0.7)
                    )
                    if cells:
                        lines.append(f"{key} = {{ {cells} }}")
        return lines

    def _shock(self) -> list[str]:
        """What a scenario correlates: every decision, some by name, or none."""
        correlations = [0, 0.5, 0.9, 1, -0.2]
        if "shock_by_decision" in self.on and self.coin(0.7):
            some = [d for d in self.decisions if self.coin(0.6)] or self.decisions[:1]
            return [f"correlation = {{ {', '.join(f'{d} = {self.pick(correlations)}' for d in some)} }}"]
        if "common_shock" in self.on and self.coin(0.7):
            return [f"correlation = {self.pick(correlations)}"]
        return []

    def _resource_types(self) -> list[str]:
        lines = []
        for r in self.resources:
            lines += ["[[resources]]", f'resource = "{r}"']
            if "aid" in self.on and self.coin(0.85):
                lines.append(f'governed_by = "{self.pick(self.decisions)}"')
            if "max_occupancy" in self.on and self.coin(0.7):
                lines.append(f"max_occupancy = {self.number(0.85, 1)}")
            if "max_unmet" in self.on and self.coin(0.7):
                lines.append(f"max_unmet = {self.number(0.02, 0.5)}")
            if "slack" in self.on and self.coin(0.8):
                lines.append(f"slack_cost = {self.number(0.5, 4)}")
        return lines
