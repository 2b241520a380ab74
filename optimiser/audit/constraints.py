"""The promises of model/README.md, constraints 1 to 12, held against a record: a sentence for each broken.

Every sentence names who, and both numbers as "used of available".
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimiser.audit.accounts import Accounts
from optimiser.audit.facts import Facts
from optimiser.instance.checking.problems import listing
from optimiser.record import Record
from optimiser.tolerances import TOLERANCE, margin


def unreadable(facts: Facts, record: Record) -> list[str]:
    """What keeps a record from being judged: wrong shapes, values that are no numbers, unknown levels."""
    (L, S), held, stock = facts.worth.shape[2:], facts.worth.shape[:2], facts.demand.shape
    shapes = {
        "held": held, "exercised": (*held, S), "monitored": (*held, S), "support": facts.planned.shape,
        "added": stock[:2], "lent": stock, "borrowed": stock, "unmet": stock,
        "drawn": stock,
    }  # fmt: skip
    found = []
    for name, shape in shapes.items():
        array = np.asarray(getattr(record, name))
        if array.shape != shape:
            found.append(f"{name} of the record: shape {array.shape} where {shape} is meant")
        elif array.dtype.kind not in ("iu" if name == "held" else "iuf"):
            found.append(f"{name} of the record: {array.dtype} is not a type of number it can have")
        elif not np.isfinite(array).all():
            found.append(f"{name} of the record: {np.sum(~np.isfinite(array))} values are no finite numbers")
        elif name == "held" and array.size and not (array.min() >= 0 and array.max() < L):
            wrong = array.max() if array.max() >= L else array.min()
            found.append(f"held of the record: level {wrong} where levels are 0 to {facts.bottom}")
    return found


class Constraints:
    """One method a constraint; `broken` runs them all."""

    def __init__(self, facts: Facts, record: Record, accounts: Accounts) -> None:
        self.facts, self.record, self.accounts = facts, record, accounts
        self.stocks = np.maximum(facts.demand, facts.supply)  # (O, R, S) the scale of each

    def broken(self) -> Iterator[str]:
        """A sentence for each promise that is broken, in the order of model/README.md."""
        yield from self.ranges()
        yield from self.on_who_holds_what()
        yield from self.staff_in_scenario()
        yield from self.willing_and_able()
        yield from self.monitoring()
        yield from self.support()
        yield from self.partners()
        yield from self.slack()
        yield from self.aid()
        yield from self.unmet()
        yield from self.occupancy()
        yield from self.budget()
        yield from self.change()

    def on_who_holds_what(self) -> Iterator[str]:
        """Those of `broken` that who holds what breaks on its own: (1) to (5)."""
        yield from self.one_allowed_level()
        yield from self.uniform()
        yield from self.earned()
        yield from self.rules()
        yield from self.staff()

    def over(
        self, used: np.ndarray, available: np.ndarray, term: np.ndarray | float = 1.0
    ) -> Iterator[tuple[tuple[int, ...], str]]:
        """Where used > available: the indices, and "used of available". Unlimited is inf.

        `term` is the largest that either side is made of: for shares it is 1.
        """
        available = np.broadcast_to(available, used.shape)
        for index in np.argwhere(used - margin(used, available, term) > available).tolist():
            i = tuple(index)
            yield i, f"{used[i]:.8g} of {available[i]:.8g}"

    def case(self, d: int, o: int, s: int) -> str:
        """A decision for a locality in a scenario, in words."""
        f = self.facts
        return f"{f.decisions[d]} for {f.localities[o]} in {f.scenarios[s]}"

    def stock(self, o: int, r: int, s: int) -> str:
        """A resource of a locality in a scenario, in words."""
        f = self.facts
        return f"{f.resources[r]} of {f.localities[o]} in {f.scenarios[s]}"

    def ranges(self) -> Iterator[str]:
        """Nothing is negative (upper ends: willing_and_able, monitoring, support)."""
        shares = dict.fromkeys(("exercised", "monitored", "support"), np.array(1.0))
        stocks = {"added": self.stocks.max(axis=2)} | dict.fromkeys(
            ("lent", "borrowed", "unmet", "drawn"), self.stocks
        )
        for name, scale in (shares | stocks).items():
            array = getattr(self.record, name)
            below = array[array < -TOLERANCE * scale]
            if below.size:
                yield f"{name}: {below.min():.8g} where at least 0 is meant ({below.size} in all)"

    def one_allowed_level(self) -> Iterator[str]:
        """(1)"""
        f, held = self.facts, self.record.held
        for d, level in np.argwhere(
            ~f.allowed & (held[:, :, None] == np.arange(len(f.levels))).any(1)
        ).tolist():
            may = ", ".join(f.levels[i] for i in np.flatnonzero(f.allowed[d]))
            who = listing(f.localities[o] for o in np.flatnonzero(held[d] == level))
            yield f"{f.decisions[d]} is held at level {f.levels[level]} for {who}: allowed are {may}"

    def uniform(self) -> Iterator[str]:
        """(2)"""
        f, held = self.facts, self.record.held
        for d in np.flatnonzero(f.uniform & (held != held[:, :1]).any(axis=1)):
            other = int(np.flatnonzero(held[d] != held[d, 0])[0])
            first, second = f.levels[held[d, 0]], f.levels[held[d, other]]
            yield (f"{f.decisions[d]} is uniform, but held at level {first} for {f.localities[0]} "
                   f"and at {second} for {f.localities[other]}")  # fmt: skip

    def earned(self) -> Iterator[str]:
        """(3)"""
        f = self.facts
        for d, o in np.argwhere(self.accounts.local & (f.rating < f.min_rating[:, None])).tolist():
            yield (f"{f.decisions[d]} is held locally by {f.localities[o]}: rating {f.rating[o]:.8g} "
                   f"of {f.min_rating[d]:.8g} required")  # fmt: skip

    def rules(self) -> Iterator[str]:
        """(4)"""
        f, held = self.facts, self.record.held
        for a, level, b, then in f.rules:
            for o in np.flatnonzero((held[a] == level) & ~np.isin(held[b], then)):
                meant = " or ".join(f.levels[i] for i in then)
                yield (f"rule for {f.localities[o]}: with {f.decisions[a]} at level {f.levels[level]}, "
                       f"{f.decisions[b]} is at {f.levels[held[b, o]]} where {meant} is meant")  # fmt: skip

    def staff(self) -> Iterator[str]:
        """(5)"""
        for (n,), numbers in self.over(self.accounts.asked, self.facts.planned, self.accounts.longest):
            yield f"staff of {self.facts.organisations[n]}: {numbers} hours planned"

    def staff_in_scenario(self) -> Iterator[str]:
        """(6)"""
        f = self.facts
        longest = self.accounts.longest[:, None]
        for (n, s), numbers in self.over(self.accounts.used, self.accounts.present, longest):
            yield f"staff of {f.organisations[n]} in {f.scenarios[s]}: {numbers} hours used"

    def willing_and_able(self) -> Iterator[str]:
        """(7)"""
        f, record, holder = self.facts, self.record, self.accounts.holder
        watched = f.fear[:, None, None] * record.monitored
        willing = f.morale[holder][..., None] - f.willingness[holder][..., None] * watched
        for (d, o, s), numbers in self.over(record.exercised, willing):
            yield f"{self.case(d, o, s)}: exercised {numbers} willing"
        able = (f.skill + record.support)[holder][..., None]
        for (d, o, s), numbers in self.over(record.exercised, able):
            yield f"{self.case(d, o, s)}: exercised {numbers} able"

    def monitoring(self) -> Iterator[str]:
        """(7) Only what is done can be watched, and nothing monitors the centre."""
        below = (self.record.held > 0)[..., None]
        most = np.where(below, self.facts.oversight * self.record.exercised, 0.0)
        for (d, o, s), numbers in self.over(self.record.monitored, most):
            yield f"{self.case(d, o, s)}: monitored {numbers} at most"

    def support(self) -> Iterator[str]:
        """(7), (11) None without a cost, none without a budget."""
        for (n,), numbers in self.over(self.record.support, self.facts.most_support):
            yield f"support of {self.facts.organisations[n]}: {numbers} that can be built"

    def partners(self) -> Iterator[str]:
        """(8) Joint decisions held locally, for localities that depend on anyone."""
        f, local = self.facts, self.accounts.local
        if not (f.joint.any() and f.dependence.any()):
            return
        bound = f.joint[:, None] & local & f.dependence.any(axis=1)
        theirs = f.dependence @ (self.record.exercised * local[..., None])  # (D, O, S)
        possible = (1 - f.dependence.sum(axis=1))[:, None] + theirs
        possible = np.where(bound[..., None], possible, np.inf)
        for (d, o, s), numbers in self.over(self.record.exercised, possible):
            yield f"{self.case(d, o, s)}: exercised {numbers} that partners make possible"

    def slack(self) -> Iterator[str]:
        """(9) Demand is covered, by flexing locally too, or said to be unmet; (11) what may be bought."""
        f, record = self.facts, self.record
        covered = f.supply + record.added[..., None] + record.borrowed - record.lent + record.unmet
        covered += record.drawn
        for d in np.flatnonzero(f.flexes >= 0):
            r, exercised = f.flexes[d], record.exercised[d] * self.accounts.local[d][:, None]
            covered[:, r] += f.flex[d] * f.supply[:, r] * exercised
        for (o, r, s), numbers in self.over(f.demand, covered, self.stocks):
            yield f"{self.stock(o, r, s)}: demand {numbers} covered or counted as unmet"
        for (o, r, s), numbers in self.over(record.drawn, f.stock[..., None], f.stock[..., None]):
            yield f"{self.stock(o, r, s)}: drawn {numbers} left of the reserve"
        buyable = np.where(f.can_be_bought, np.inf, 0.0)
        for (o, r), numbers in self.over(record.added, buyable, self.stocks.max(axis=2)):
            yield f"{f.resources[r]} added for {f.localities[o]}: {numbers} that can be bought"

    def aid(self) -> Iterator[str]:
        """(9) Mutual aid at the level that holds the decision which governs the resource."""
        f, record = self.facts, self.record
        governed = (f.governed_by >= 0)[:, None]
        done = np.where(governed, np.moveaxis(record.exercised[f.governed_by], 0, 1), 0.0)  # (O, R, S)
        spare, short = np.maximum(0, f.supply - f.demand) * done, f.short * done
        for (o, r, s), numbers in self.over(record.lent, spare, self.stocks):
            yield f"{self.stock(o, r, s)}: lent {numbers} spare"
        for (o, r, s), numbers in self.over(record.borrowed, short, self.stocks):
            yield f"{self.stock(o, r, s)}: borrowed {numbers} short"
        N = len(f.organisations)
        for r in np.flatnonzero(governed[:, 0]).tolist():
            level = record.held[f.governed_by[r]]  # (O,)
            # The pool of a locality: those under its holder, or, held locally, those with its parent.
            head = f.ancestor[self.accounts.o, np.where(level == f.bottom, max(f.bottom - 1, 0), level)]
            pools, pool = np.unique(level * N + head, return_inverse=True)
            in_pool = (np.arange(len(pools))[:, None] == pool).astype(float)
            borrowed, lent = in_pool @ record.borrowed[:, r], in_pool @ record.lent[:, r]
            arrives = f.mobilisation[pools // N, None] * lent
            for (i, s), numbers in self.over(borrowed, arrives, in_pool @ f.short[:, r]):
                where = (
                    f"{f.levels[pools[i] // N]} pool of {f.organisations[pools[i] % N]} in {f.scenarios[s]}"
                )
                yield f"{f.resources[r]} in the {where}: borrowed {numbers} that aid brings"

    def unmet(self) -> Iterator[str]:
        """(9) The most that may stay unmet."""
        f = self.facts
        most = f.max_unmet[:, None] * f.demand.sum(axis=0)
        most = np.where(np.isnan(most), np.inf, most)
        for (r, s), numbers in self.over(self.record.unmet.sum(axis=0), most, f.demand.sum(axis=0)):
            yield f"{f.resources[r]} in {f.scenarios[s]}: {numbers} that may stay unmet"

    def occupancy(self) -> Iterator[str]:
        """(10)"""
        f = self.facts
        room = f.max_occupancy * (f.capacity + self.record.added)
        room = np.where(np.isnan(room), np.inf, room)
        for (o, r), numbers in self.over(f.usual_demand, room, f.usual_demand):
            yield f"{f.resources[r]} of {f.localities[o]}: demand {numbers} at the highest occupancy"

    def budget(self) -> Iterator[str]:
        """(11)"""
        if self.facts.budget is not None:
            spend, budget = np.array(self.accounts.spend), np.array(float(self.facts.budget))
            for _, numbers in self.over(spend, budget, self.accounts.dearest):
                yield f"budget: {numbers} spent"

    def change(self) -> Iterator[str]:
        """(12) A decision counts once, if it differs for any locality that has a current level."""
        if self.facts.max_changes is not None:
            current = self.facts.current
            changed = ((current >= 0) & (current != self.record.held)).any(axis=1)
            if changed.sum() > self.facts.max_changes * (1 + TOLERANCE):
                names = ", ".join(self.facts.decisions[d] for d in np.flatnonzero(changed))
                yield f"changes: {changed.sum()} of {self.facts.max_changes:.8g} at most ({names})"
