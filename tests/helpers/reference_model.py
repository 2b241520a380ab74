"""model/README.md's definitions, in dictionaries and names: what the oracle reads an instance with.

It reads the tables of an Instance and shares no other line with the package.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from optimiser.instance.instance import Instance
from optimiser.instance.table import Table

Held = dict[tuple[str, str], str]  # (decision, locality) -> level


def _rows(table: Table) -> list[dict[str, Any]]:
    return [dict(zip(table, cells, strict=True)) for cells in zip(*table.values(), strict=True)]


class Reference:
    """An instance as dictionaries, and model/README.md's definitions as functions of names."""

    def __init__(self, instance: Instance, weights: Mapping[str, float] | None = None) -> None:
        self.instance = instance
        given = instance.weights if weights is None else weights
        self.weight = {g: given.get(g, 0.0) / sum(given.values()) for g in instance.objectives}
        self.levels = [row["level"] for row in _rows(instance["levels"])]
        self.level = {row["level"]: row for row in _rows(instance["levels"])}
        self.top, self.bottom = self.levels[0], self.levels[-1]
        self.decision = {row["decision"]: row for row in _rows(instance["decisions"])}
        self.organisation = {row["organisation"]: row for row in _rows(instance["organisations"])}
        self.scenario = {row["scenario"]: row for row in _rows(instance["scenarios"])}
        self.resource = {row["resource"]: row for row in _rows(instance["resource_types"])}
        self.localities = [n for n, row in self.organisation.items() if row["level"] == self.bottom]
        people = {o: float(self.organisation[o]["population"]) for o in self.localities}
        known = all(not math.isnan(x) for x in people.values()) and sum(people.values()) > 0
        self.population = people if known else dict.fromkeys(self.localities, 1.0)
        self.share = {o: x / sum(self.population.values()) for o, x in self.population.items()}
        self.ancestor = {
            (o, level): self._ancestor(o, level) for o in self.localities for level in self.levels
        }
        self.under = {n: [o for o in self.localities if self.ancestor[o, row["level"]] == n]
                      for n, row in self.organisation.items()}  # fmt: skip
        self.budget = instance.limits["budget"]
        self._index_tables()
        for slow in (
            "fit",
            "direct",
            "timeliness",
            "saved",
            "could_save",
            "shared",
            "costs",
            "dearest",
            "demand",
            "supply",
        ):
            setattr(self, slow, cache(getattr(self, slow)))

    def _ancestor(self, o: str, level: str) -> str:
        while self.organisation[o]["level"] != level:
            o = self.organisation[o]["parent"]
        return o

    def _index_tables(self) -> None:
        tables = self.instance.tables
        self.work = {(row["decision"], row["level"], row["at"], row["organisation"]): row
                     for row in _rows(tables["workload"])}  # fmt: skip
        self.days = {
            (row["decision"], row["level"], row["scenario"]): row["days"] for row in _rows(tables["delays"])
        }
        self.risk = {(row["decision"], row["organisation"]): row for row in _rows(tables["risk"])}
        self.matrix = {}
        for row in _rows(tables["correlations"]):
            a, b = row["organisation_a"], row["organisation_b"]
            self.matrix[row["decision"], a, b] = self.matrix[row["decision"], b, a] = row["correlation"]
        self.needs = {(row["decision"], row["organisation"]): row["need"] for row in _rows(tables["needs"])}
        self.stock = {(row["organisation"], row["resource"]): row for row in _rows(tables["resources"])}
        self.surge = {(row["scenario"], row["resource"], row["organisation"]): row
                      for row in _rows(tables["surges"])}  # fmt: skip
        self.score = {
            (row["decision"], row["level"], row["organisation"]): row for row in _rows(tables["scores"])
        }
        self.has_score = {
            (row["decision"], g)
            for row in _rows(tables["scores"])
            for g in self.instance.objectives
            if not math.isnan(row.get(g, math.nan))
        }
        self.links, self.rules = _rows(tables["links"]), _rows(tables["rules"])
        self.partners: dict[str, dict[str, float]] = defaultdict(dict)
        for row in _rows(tables["partners"]):
            self.partners[row["organisation"]][row["partner"]] = row["dependence"]
        self.current = {
            (row["decision"], row["organisation"]): row["level"] for row in _rows(tables["current"])
        }

    # Definitions.

    def duty(self, what: str, d: str, level: str, o: str = "", at: str = "") -> float:
        """hours or cost of d for o where it is held at a level; what is fixed stands where no o is named."""
        for where in dict.fromkeys((o, "")):
            row = self.work.get((d, level, at or level, where))
            if row is not None:
                return float(row[what])
        return 0.0

    def staff(self, n: str) -> float | None:
        """H_n, None where staff is not limited."""
        row, reserve = self.organisation[n], self.instance.limits["reserve"] or 0.0
        if math.isnan(row["staff_hours"]):
            return None
        return row["staff_hours"] * (1 - row["vacancy"]) * (1 - row["absence"]) * (1 - reserve)

    def demand(self, o: str, r: str, s: str) -> float:
        usual = self.stock[o, r]["demand"] if (o, r) in self.stock else 0.0
        return usual * (1 + self._figure("surge", o, r, s))

    def supply(self, o: str, r: str, s: str) -> float:
        capacity = self.stock[o, r]["capacity"] if (o, r) in self.stock else 0.0
        return capacity * (1 - self._figure("loss", o, r, s))

    def apart(self, o: str, r: str, s: str) -> tuple[float, float]:
        """What o has to spare of r, and what it is short of."""
        spare = self.supply(o, r, s) - self.demand(o, r, s)
        return max(0.0, spare), max(0.0, -spare)

    def _figure(self, which: str, o: str, r: str, s: str) -> float:
        own = self.surge.get((s, r, o), {}).get(which, math.nan)
        return self.scenario[s][f"{which}.{r}"] if math.isnan(own) else own

    def _mean(self, values: dict[str, float], n: str) -> float:
        there = {o: values[o] for o in self.under[n] if o in values}
        people = sum(self.population[o] for o in there)
        if people > 0:
            return sum(self.population[o] * x for o, x in there.items()) / people
        return sum(there.values()) / len(there)

    def need(self, d: str) -> dict[str, float]:
        every = {o: need for (of, o), need in self.needs.items() if of == ""}
        return every | {o: need for (of, o), need in self.needs.items() if of == d}

    def fit(self, d: str, o: str, level: str) -> float:
        need = self.need(d)
        apart = need[o] - self._mean(need, self.ancestor[o, level]) if o in need else 0.0
        unlike = self.decision[d]["heterogeneity"] * apart**2
        return max(0.0, 1 - unlike - self.decision[d]["spillover"] * self.outside(o, level))

    def outside(self, o: str, level: str) -> float:
        """The share of all others for which the holder at a level does not answer."""
        others = sum(self.population[p] for p in self.localities if p != o)
        if others == 0:
            return 0.0
        pool = self.under[self.ancestor[o, level]]
        return sum(self.population[p] for p in self.localities if p not in pool) / others

    def timeliness(self, d: str, level: str, s: str) -> float:
        half_life = self.decision[d]["half_life_days"]
        if math.isnan(half_life):
            return 1.0
        days = self.days.get((d, level, s), self.days.get((d, level, ""), self.level[level]["delay_days"]))
        return 0.5 ** (days * self.scenario[s]["urgency"] / half_life)

    def direct(self, d: str, level: str, o: str, g: str) -> float | None:
        for where in (o, ""):
            score = self.score.get((d, level, where), {}).get(g, math.nan)
            if not math.isnan(score):
                return float(score)
        return None

    def covariance(self, d: str, s: str, a: str, b: str) -> float:
        product = self.sd(d, a) * self.sd(d, b)
        if a == b:
            return product
        for shock in (self.scenario[s][f"correlation.{d}"], self.scenario[s]["correlation"]):
            if not math.isnan(shock):
                return product * shock
        return product * self.matrix.get((d, a, b), self.decision[d]["correlation"])

    def sd(self, d: str, o: str) -> float:
        given = self.risk.get((d, o), {}).get("sd", math.nan)
        return math.sqrt(self.population[o]) if math.isnan(given) else given

    def buffer(self, d: str, s: str, pool: Iterable[str]) -> float:
        """The deviation of a pool."""
        variance = math.fsum(self.covariance(d, s, a, b) for a, b in itertools.product(pool, repeat=2))
        return math.sqrt(max(0.0, variance))

    def could_save(self, d: str, s: str, pool: tuple[str, ...]) -> float:
        """What a pool takes off the deviations of its members, where it is exercised in full."""
        return sum(self.sd(d, o) for o in pool) - self.buffer(d, s, pool)

    def saved(self, d: str, o: str, level: str, s: str) -> float:
        """What o's part saves where all under its organisation at a level are pooled: Euler's allocation."""
        pool = self.under[self.ancestor[o, level]]
        buffer = self.buffer(d, s, pool)
        if buffer == 0:
            return self.sd(d, o)
        return self.sd(d, o) - math.fsum(self.covariance(d, s, o, p) for p in pool) / buffer

    def pools(self, held: Held, d: str) -> dict[str, tuple[str, ...]]:
        """The localities for which each organisation that holds d holds it."""
        pools: dict[str, tuple[str, ...]] = {}
        for o in self.localities:
            n = self.ancestor[o, held[d, o]]
            pools[n] = (*pools.get(n, ()), o)
        return pools

    def costs(self, d: str, levels: tuple[str, ...]) -> float:
        each = list(zip(self.localities, levels, strict=True))
        holders = {(self.ancestor[o, level], level) for o, level in each}
        fixed = sum(self.duty("fixed_cost", d, level) for _, level in holders)
        return fixed + sum(self.duty("cost", d, level, o) for o, level in each)

    def dearest(self, d: str) -> float:
        """The most that d costs with all of it at one level, allowed or not."""
        return max(self.costs(d, (level,) * len(self.localities)) for level in self.levels)

    def shared(self, d: str, o: str, level: str) -> float:
        """What o, with its share of the population, adds to the part of the burden's spread that is shared."""
        means = {p: self.risk[d, p]["mean"] for p in self.localities
                 if not math.isnan(self.risk.get((d, p), {}).get("mean", math.nan))}  # fmt: skip
        if not means:
            return 0.0
        nation = self._mean(means, self.ancestor[o, self.top])
        alone = sum(self.share[p] * abs(means[p] - nation) for p in means)
        if alone <= 1e-12 * max(abs(mean) for mean in means.values()):
            return 0.0
        left = abs(self._mean(means, self.ancestor[o, level]) - nation)
        return self.share[o] * (abs(means[o] - nation) - left) / alone

    def earned(self, g: str, d: str, o: str, level: str, s: str) -> float:
        """What exercising d in full for o at a level earns: no pooling, nor economy, but by direct scores."""
        direct = self.direct(d, level, o, g)
        if direct is not None:
            return self.share[o] * direct
        if g == "accountability":
            return self.share[o] * float(self.level[level]["accountability"])
        if g == "responsiveness":
            return self.share[o] * self.timeliness(d, level, s) * self.fit(d, o, level)
        return self.shared(d, o, level) if g == "solidarity" else 0.0

    def at_risk(self, r: str) -> float:
        """Units expected to be unmet where nobody helps."""
        return sum(row["probability"] * self.apart(o, r, s)[1]
                   for s, row in self.scenario.items() for o in self.localities)  # fmt: skip

    # Designs.

    def levels_of(self, held: Held, d: str) -> tuple[str, ...]:
        return tuple(held[d, o] for o in self.localities)

    def economy(self, held: Held, d: str) -> float:
        if (d, "economy") in self.has_score:
            given = {o: self.direct(d, held[d, o], o, "economy") or 0.0 for o in self.localities}
            return sum(self.share[o] * score for o, score in given.items())
        dearest = self.dearest(d)
        return 1 - self.costs(d, self.levels_of(held, d)) / dearest if dearest > 0 else 1.0

    def lost(self, link: dict[str, Any], held: Held, o: str) -> bool:
        a, b = held[link["decision_a"], o], held[link["decision_b"], o]
        return (a, b) == (link["level_a"], link["level_b"]) if link["level_a"] else a != b

    def options(self, d: str) -> list[tuple[str, ...]]:
        """The levels, one for each locality, at which d may be held: (1), (2) and (3)."""
        allowed = self.decision[d]["levels"].split(";") if self.decision[d]["levels"] else self.levels
        if self.decision[d]["uniform"]:
            options = [(level,) * len(self.localities) for level in allowed]
        else:
            options = list(itertools.product(allowed, repeat=len(self.localities)))
        return [option for option in options if self._earned(d, option)]

    def designs(self) -> Iterator[Held]:
        """Every assignment of levels that keeps (1), (2) and (3)."""
        for choice in itertools.product(*map(self.options, self.decision)):
            yield {
                (d, o): level
                for d, option in zip(self.decision, choice, strict=True)
                for o, level in zip(self.localities, option, strict=True)
            }

    def _earned(self, d: str, option: tuple[str, ...]) -> bool:
        bar = self.decision[d]["min_rating"]
        return not any(
            level == self.bottom and self.organisation[o]["rating"] < bar
            for o, level in zip(self.localities, option, strict=True)
        )

    def active(self, held: Held, d: str, n: str) -> bool:
        return any(held[d, o] == self.organisation[n]["level"] for o in self.under[n])

    def fixed_hours(self, held: Held, n: str) -> float:
        level = self.organisation[n]["level"]
        return sum(self.duty("fixed_hours", d, level) for d in self.decision if self.active(held, d, n))

    def held_is_allowed(self, held: Held) -> bool:
        """(4), (5), (12)"""
        obeyed = all(self.obeys(rule, held, held) for rule in self.rules)
        return obeyed and self.staffed(held) and self.few_changes(held)

    def obeys(self, rule: dict[str, Any], held: Held, before: Held) -> bool:
        """(4), or (17) where it is the design of another time that enables."""
        then = rule["then_level"].split(";")
        return all(
            held[rule["if_decision"], o] != rule["if_level"]
            or before.get((rule["then_decision"], o)) in (None, *then)
            for o in self.localities
        )

    def staffed(self, held: Held) -> bool:
        """(5)"""
        for n, row in self.organisation.items():
            asked = self.fixed_hours(held, n) + sum(
                self.duty("hours", d, held[d, o], o, row["level"])
                for d in self.decision
                for o in self.under[n]
            )
            most = self.staff(n)
            if most is not None and asked > most + 1e-9 * max(1.0, most):
                return False
        return True

    def few_changes(self, held: Held) -> bool:
        """(12)"""
        most = self.instance.limits["max_changes"]
        return most is None or self._changes(held) <= most

    def _changes(self, held: Held) -> int:
        def changed(d: str, o: str) -> bool:
            now = self.current.get((d, o), self.current.get((d, "")))
            return now is not None and now != held[d, o]

        return sum(any(changed(d, o) for o in self.localities) for d in self.decision)
