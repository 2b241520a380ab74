"""What the auditor takes from an instance: its tables as arrays, read straight from model/README.md.

Axes: D decisions, L levels (0 the top, K = L - 1 local), O localities, N organisations, S scenarios,
R resources, each in table order.
"""

from __future__ import annotations

from collections.abc import Iterable
from weakref import WeakKeyDictionary

import numpy as np

from optimiser.instance.instance import Instance
from optimiser.instance.period import Period

_PREPARED: WeakKeyDictionary[Instance, Facts] = WeakKeyDictionary()


def facts_of(instance: Instance) -> Facts:
    """The facts of an instance, prepared once for each Instance object."""
    if instance not in _PREPARED:
        _PREPARED[instance] = Facts(instance)
    return _PREPARED[instance]


def _numbered(names: Iterable[str]) -> dict[str, int]:
    return {name: i for i, name in enumerate(names)}


class Facts:
    """Every number of an instance that a promise or an objective speaks about, with defaults worked out."""

    def __init__(self, instance: Instance) -> None:
        self._names(instance)
        self._tree(instance)
        self._scenarios(instance)
        self._decisions(instance)
        self._work(instance)
        self._people(instance)
        self._resources(instance)
        self._rules(instance)
        self._direct_scores(instance)
        self._pooling(instance)
        self._distance(instance)
        self._links(instance)

    def _names(self, instance: Instance) -> None:
        self.objectives = instance.objectives
        self.weights = dict(instance.weights)
        self.risk_aversion = float(instance.uncertainty["risk_aversion"])
        self.beta = float(instance.uncertainty["beta"])
        self.budget = instance.limits["budget"]
        self.max_changes = instance.limits["max_changes"]
        self.decisions = list(instance["decisions"]["decision"])
        self.levels = list(instance["levels"]["level"])
        self.organisations = list(instance["organisations"]["organisation"])
        self.scenarios = list(instance["scenarios"]["scenario"])
        self.resources = list(instance["resource_types"]["resource"])
        self.bottom = len(self.levels) - 1
        self._d, self._l, self._n = map(_numbered, (self.decisions, self.levels, self.organisations))
        self._s, self._r = _numbered(self.scenarios), _numbered(self.resources)

    def _tree(self, instance: Instance) -> None:
        table = instance["organisations"]
        parent = [self._n.get(name, -1) for name in table["parent"]]
        self.level_of = np.array([self._l[name] for name in table["level"]], dtype=int)  # (N,)
        local = np.flatnonzero(self.level_of == self.bottom)
        self.localities = [self.organisations[n] for n in local]
        self._o = _numbered(self.localities)
        self.ancestor = np.zeros((len(local), len(self.levels)), dtype=int)  # n(o,l)
        above = local.tolist()
        for level in reversed(range(len(self.levels))):
            self.ancestor[:, level] = above
            above = [parent[n] for n in above]
        population = table["population"][local]
        self.population = population if np.nansum(population) > 0 else np.ones(len(local))
        self.share = self.population / self.population.sum()  # pi_o

    def _scenarios(self, instance: Instance) -> None:
        table = instance["scenarios"]
        self.probability = table["probability"]
        self.urgency, self.absence, self.oversight = table["urgency"], table["absence"], table["oversight"]
        self.shock = np.tile(table["correlation"], (len(self.decisions), 1))  # (D, S) NaN: the decision's own
        for d, name in enumerate(self.decisions):
            own = table[f"correlation.{name}"]
            self.shock[d] = np.where(np.isnan(own), self.shock[d], own)

    def _decisions(self, instance: Instance) -> None:
        table = instance["decisions"]
        self.uniform, self.joint, self.min_rating = table["uniform"], table["joint"], table["min_rating"]
        self.allowed = np.zeros((len(self.decisions), len(self.levels)), dtype=bool)
        for d, levels in enumerate(table["levels"]):
            self.allowed[d, [self._l[name] for name in levels.split(";")] if levels else slice(None)] = True
        self.stakes = {g: table[f"stake_{g}"] for g in self.objectives if g != "resilience"}
        self.monitoring_effect = table["monitoring_effect"]
        self.monitoring_hours, self.reporting_hours = table["monitoring_hours"], table["reporting_hours"]
        self.fear, self.flex = table["fear"], table["flex"]
        self.flexes = np.array([self._r.get(name, -1) for name in table["flexes"]], dtype=int)

    def _work(self, instance: Instance) -> None:
        """Hours [d, o, held at, falling at], cost [d, o, held at]; fixed hours and costs [d, held at]."""
        D, O, L, table = len(self.decisions), len(self.localities), len(self.levels), instance["workload"]
        self.hours, self.cost = np.zeros((D, O, L, L)), np.zeros((D, O, L))
        self.fixed_hours, self.fixed_cost = np.zeros((2, D, L))
        # Every locality first, so that a locality's own row wins.
        for row in sorted(range(table.rows), key=lambda row: table["organisation"][row] != ""):
            d, held = self._d[table["decision"][row]], self._l[table["level"][row]]
            falls, name = self._l[table["at"][row]], table["organisation"][row]
            where = self._o[name] if name else slice(None)
            self.hours[d, where, held, falls] = table["hours"][row]
            if held == falls:
                self.cost[d, where, held] = table["cost"][row]
                if not name:
                    self.fixed_hours[d, held] = table["fixed_hours"][row]
                    self.fixed_cost[d, held] = table["fixed_cost"][row]

    def _people(self, instance: Instance) -> None:
        table = instance["organisations"]
        share = (1 - table["vacancy"]) * (1 - table["absence"]) * (1 - float(instance.limits["reserve"] or 0))
        hours = table["staff_hours"]
        self.planned = np.where(np.isnan(hours), np.inf, hours * share)  # H_n, inf: not limited
        self.willingness, self.ability = table["willingness"], table["ability"]
        self.morale, self.skill = self.willingness, self.ability
        self.stock = np.zeros((len(self.localities), len(self.resources)))  # (O, R) of the reserve
        if isinstance(instance, Period):
            inherited = instance.inherited
            self.morale, self.skill, self.stock = inherited.morale, inherited.skill, inherited.stock
        self.support_cost = np.nan_to_num(table["support_cost"])
        can_be_built = ~np.isnan(table["support_cost"]) & (self.budget is not None)
        self.most_support = np.where(can_be_built, 1 - self.ability, 0.0)
        self.rating = table["rating"][self.ancestor[:, -1]]  # (O,) NaN passes every bar
        self.dependence = np.zeros((len(self.localities), len(self.localities)))
        partners = instance["partners"]
        for row in range(partners.rows):
            o, p = self._o[partners["organisation"][row]], self._o[partners["partner"][row]]
            self.dependence[o, p] += partners["dependence"][row]

    def _resources(self, instance: Instance) -> None:
        types, table, surges = instance["resource_types"], instance["resources"], instance["surges"]
        usual = len(self.localities), len(self.resources)  # (O, R)
        self.max_occupancy, self.max_unmet = types["max_occupancy"], types["max_unmet"]
        self.slack_cost = np.nan_to_num(types["slack_cost"])
        self.can_be_bought = ~np.isnan(types["slack_cost"]) & (self.budget is not None)
        self.governed_by = np.array([self._d.get(name, -1) for name in types["governed_by"]], dtype=int)
        self.mobilisation = instance["levels"]["mobilisation"]
        self.capacity, self.usual_demand = np.zeros((2, *usual))
        for row in range(table.rows):
            o, r = self._o[table["organisation"][row]], self._r[table["resource"][row]]
            self.capacity[o, r], self.usual_demand[o, r] = table["capacity"][row], table["demand"][row]
        surge, loss = np.zeros((2, *usual, len(self.scenarios)))
        for r, name in enumerate(self.resources):
            surge[:, r] = instance["scenarios"][f"surge.{name}"]
            loss[:, r] = instance["scenarios"][f"loss.{name}"]
        for row in range(surges.rows):
            cell = (
                self._o[surges["organisation"][row]],
                self._r[surges["resource"][row]],
                self._s[surges["scenario"][row]],
            )
            for figure, column in ((surge, "surge"), (loss, "loss")):
                if not np.isnan(surges[column][row]):
                    figure[cell] = surges[column][row]
        self.demand = self.usual_demand[:, :, None] * (1 + surge)  # (O, R, S)
        self.supply = self.capacity[:, :, None] * (1 - loss)
        self.short = np.maximum(0.0, self.demand - self.supply)  # what is at risk where nobody helps

    def _rules(self, instance: Instance) -> None:
        rules, current = instance["rules"], instance["current"]
        self.rules = [
            (self._d[rules["if_decision"][row]], self._l[rules["if_level"][row]],
             self._d[rules["then_decision"][row]],
             [self._l[name] for name in rules["then_level"][row].split(";")])
            for row in range(rules.rows)
        ]  # fmt: skip
        self.current = np.full((len(self.decisions), len(self.localities)), -1)  # -1: has none
        # Every locality first, so that a locality's own row wins.
        for row in sorted(range(current.rows), key=lambda row: current["organisation"][row] != ""):
            name = current["organisation"][row]
            where = self._o[name] if name else slice(None)
            self.current[self._d[current["decision"][row]], where] = self._l[current["level"][row]]

    def _direct_scores(self, instance: Instance) -> None:
        """`direct[g]` (D, O, L), NaN where not scored; `scored[g]` (D,): has any score."""
        table = instance["scores"]
        shape = (len(self.decisions), len(self.localities), len(self.levels))
        self.direct = {g: np.full(shape, np.nan) for g in self.objectives if g != "resilience"}
        rows = sorted(range(table.rows), key=lambda row: table["organisation"][row] != "")
        for g, direct in self.direct.items():
            for row in rows if g in table else ():
                if not np.isnan(table[g][row]):
                    name = table["organisation"][row]
                    where = self._o[name] if name else slice(None)
                    direct[self._d[table["decision"][row]], where, self._l[table["level"][row]]] = table[g][
                        row
                    ]
        self.scored = {g: ~np.isnan(direct).all(axis=(1, 2)) for g, direct in self.direct.items()}

    def _pooling(self, instance: Instance) -> None:
        risk, table, D = instance["risk"], instance["correlations"], len(self.decisions)
        self.sd = np.tile(np.sqrt(self.population), (D, 1))  # (D, O)
        self.mean = np.full((D, len(self.localities)), np.nan)
        for row in range(risk.rows):
            cell = self._d[risk["decision"][row]], self._o[risk["organisation"][row]]
            if not np.isnan(risk["sd"][row]):
                self.sd[cell] = risk["sd"][row]
            self.mean[cell] = risk["mean"][row]
        self.rho = instance["decisions"]["correlation"]
        # Pairs with a correlation of their own: decision, two localities, and what their covariance
        # has beyond the one that rho_d gives.
        self.pair_d = np.array([self._d[name] for name in table["decision"]], dtype=int)
        self.pair_a = np.array([self._o[name] for name in table["organisation_a"]], dtype=int)
        self.pair_b = np.array([self._o[name] for name in table["organisation_b"]], dtype=int)
        d = self.pair_d
        self.pair_beyond = (
            (table["correlation"] - self.rho[d]) * self.sd[d, self.pair_a] * self.sd[d, self.pair_b]
        )
        self.saved = self._saved()

    def _saved(self) -> np.ndarray:
        """(D, O, L, S) what a locality's part saves when all under n(o,l) is pooled: sd less its marginal
        share of the buffer (Euler's allocation)."""
        saved = np.zeros((*self.sd.shape, len(self.levels), len(self.scenarios)))
        own = np.isnan(self.shock)
        for level in range(self.bottom):
            n = self.ancestor[:, level]
            together = (n[:, None] == n).astype(float)
            others = self.sd * (self.sd @ together - self.sd)  # (D, O) sum over o' != o of sd_o sd_o'
            beyond = np.zeros(self.sd.shape)
            same = n[self.pair_a] == n[self.pair_b]
            for end in (self.pair_a, self.pair_b):
                np.add.at(beyond, (self.pair_d, end), self.pair_beyond * same)
            rho = np.where(own, self.rho[:, None], self.shock)[:, None, :]
            shared = (self.sd**2)[..., None] + rho * others[..., None] + own[:, None] * beyond[..., None]
            variance = np.einsum("dos,op->dps", shared, together)  # of the whole pool, told of each member
            some = variance > 0
            part = np.where(some, shared / np.sqrt(np.where(some, variance, 1.0)), 0.0)
            saved[:, :, level] = np.maximum(0.0, self.sd[..., None] - part)
        return saved

    def _distance(self, instance: Instance) -> None:
        """What distance does: accountability kept, worth of exercise, sharing lost; the dearest level."""
        decisions, levels, needs = instance["decisions"], instance["levels"], instance["needs"]
        direct = self.direct["accountability"]
        self.accountability = np.where(np.isnan(direct), levels["accountability"], direct)  # (D, O, L)

        half_life = np.where(np.isnan(decisions["half_life_days"]), np.inf, decisions["half_life_days"])
        self.delays = self._delays(instance)
        timeliness = 2.0 ** -(self.delays * self.urgency / half_life[:, None, None])  # (D, L, S)
        need = np.full(self.sd.shape, np.nan)
        for row in sorted(range(needs.rows), key=lambda row: needs["decision"][row] != ""):
            name = needs["decision"][row]
            need[self._d[name] if name else slice(None), self._o[needs["organisation"][row]]] = needs["need"][
                row
            ]
        apart = need[:, :, None] - self._means(need)
        unlike = np.where(np.isnan(need)[:, :, None], 0.0, apart**2)
        ignored = decisions["spillover"][:, None, None] * self._outside()
        fit = np.maximum(0, 1 - decisions["heterogeneity"][:, None, None] * unlike - ignored)
        worth = timeliness[:, None] * fit[..., None]
        direct = self.direct["responsiveness"][..., None]
        self.worth = np.where(np.isnan(direct), worth, direct)  # (D, O, L, S)

        means = self._means(self.mean)
        apart = self.share[:, None] * np.abs(means - means[:, :, :1])
        apart = np.where(np.isnan(self.mean)[:, :, None], 0.0, apart)  # (D, O, L) of the pool from the centre
        alone = apart[:, :, -1].sum(axis=1)
        largest = np.abs(np.nan_to_num(self.mean)).max(axis=1)
        uneven = alone > 1e-12 * largest  # all means equal but for rounding: nothing to share
        gained = np.where(uneven[:, None, None], apart[:, :, -1:] - apart, 0.0)
        self.shared = (
            gained / np.where(uneven, alone, 1.0)[:, None, None]
        )  # (D, O, L) of what could be shared

        holders = np.bincount(self.level_of, minlength=len(self.levels))
        self.dearest = (self.fixed_cost * holders + self.cost.sum(axis=1)).max(axis=1)

    def _delays(self, instance: Instance) -> np.ndarray:
        """(D, L, S) days: the level's, or the decision's, or the decision's in the scenario."""
        table, usual = instance["delays"], instance["levels"]["delay_days"]
        delays = np.broadcast_to(
            usual[:, None], (len(self.decisions), len(usual), len(self.scenarios))
        ).copy()
        for row in sorted(range(table.rows), key=lambda row: table["scenario"][row] != ""):
            name = table["scenario"][row]
            where = self._s[name] if name else slice(None)
            delays[self._d[table["decision"][row]], self._l[table["level"][row]], where] = table["days"][row]
        return delays

    def _outside(self) -> np.ndarray:
        """(O, L) the share of the others for which n(o,l) does not answer."""
        outside = np.zeros(self.ancestor.shape)
        others = 1 - self.share
        for level in range(1, len(self.levels)):
            n = self.ancestor[:, level]
            answers = (n[:, None] == n) @ self.share - self.share
            some = others > 1e-12
            outside[:, level] = np.where(some, 1 - answers / np.where(some, others, 1.0), 0.0)
        return outside

    def _means(self, values: np.ndarray) -> np.ndarray:
        """(D, O), NaN where a locality has none -> (D, O, L): the mean over those of O(n(o,l)) with one."""
        known = ~np.isnan(values)
        value = np.where(known, values, 0.0)
        means = np.repeat(values[:, :, None], len(self.levels), axis=2)  # at the local level its own
        for level in range(self.bottom):
            together = (self.ancestor[:, level, None] == self.ancestor[:, level]).astype(float)
            weight, count = (known * self.share) @ together, known @ together
            with np.errstate(invalid="ignore", divide="ignore"):
                weighted = (value * self.share) @ together / weight
                means[:, :, level] = np.where(weight > 0, weighted, value @ together / count)
        return means

    def _links(self, instance: Instance) -> None:
        table, objective = instance["links"], _numbered(self.objectives)
        self.link_a = np.array([self._d[name] for name in table["decision_a"]], dtype=int)
        self.link_b = np.array([self._d[name] for name in table["decision_b"]], dtype=int)
        self.link_objective = np.array([objective[name] for name in table["objective"]], dtype=int)
        self.link_loss = table["loss"]
        # -1 where no level is named: lost when parted
        self.link_levels = np.array(
            [[self._l.get(name, -1) for name in table[column]] for column in ("level_a", "level_b")],
            dtype=int,
        )
