"""Paths where nothing couples: each decision's best is a shortest path over (level, period), by dynamic programming."""

from __future__ import annotations

from collections.abc import Mapping

from path_facts import PathFacts
from path_program import OfPeriod

from optimiser.instance.instance import Instance


def exercised(the: OfPeriod, o: str, level: str) -> float:
    """How far it is exercised where hours, partners and oversight limit nothing."""
    holder = the.organisation[the.ancestor[o, level]]
    return float(min(holder["willingness"], holder["ability"]))


def worth(the: OfPeriod, d: str, level: str) -> float:
    """What a uniform decision is worth at a level for a period's year, as its share of the value."""
    total, alone = 0.0, sum(the.sd(d, o) for o in the.localities)
    for g, weight in the.weight.items():
        if g == "resilience":
            continue
        score = the.economy({(d, o): level for o in the.localities}, d) if g == "economy" else 0.0
        for o in the.localities if g != "economy" else ():
            share = exercised(the, o, level)
            if g == "risk_pooling" and (d, g) not in the.has_score:
                score += the.saved(d, o, level, the.s) / alone * share if alone > 0 else 0.0
            else:
                score += the.earned(g, d, o, level, the.s) * share
        total += weight * the.decision[d][f"stake_{g}"] * score
    return total / len(the.decision)


def moved_today(the: OfPeriod, d: str, level: str) -> float:
    """The share of the population for which a decision is held elsewhere today."""
    today = {o: the.current.get((d, o), the.current.get((d, ""), level)) for o in the.localities}
    return sum(the.share[o] for o, now in today.items() if now != level)


def best(instance: Instance, files: Mapping[str, str]) -> float:
    """The value of the best path, decision by decision; resilience, which no decision moves, is 1 throughout."""
    facts = PathFacts(files)
    the = [OfPeriod(instance, facts, t) for t in range(len(facts.periods))]
    total = sum(
        facts.discounted(t) * float(period["years"]) * the[t].weight["resilience"]
        for t, period in enumerate(facts.periods)
    )
    for d, row in the[0].decision.items():
        allowed = row["levels"].split(";") if row["levels"] else the[0].levels
        reached = {
            level: -moved_today(the[0], d, level) * facts.switch[d] / len(the[0].decision)
            for level in allowed
        }
        for t, period in enumerate(facts.periods):
            cost = facts.discounted(t) * facts.switch[d] / len(the[t].decision)
            arrived = {
                level: max(before - cost * (here != level) for here, before in reached.items())
                for level in allowed
            }
            reached = {
                level: before + facts.discounted(t) * float(period["years"]) * worth(the[t], d, level)
                for level, before in (arrived if t else reached).items()
            }
        total += max(reached.values())
    return total / facts.worth
