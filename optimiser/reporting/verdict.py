"""The verdict: one sentence, four facts, and the warning that illustrative numbers illustrate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from optimiser.design.bound import proven, wide
from optimiser.figures.arrows import arrows_said, ends_said
from optimiser.instance.instance import Instance
from optimiser.labels import label, say
from optimiser.reporting.asked import conditions
from optimiser.reporting.blocks import Facts, Part, Text
from optimiser.reporting.results import Shown, bidden
from optimiser.terminal import ceiling, fixed, percent
from optimiser.tolerances import EQUAL


def verdict(shown: Shown) -> Part:
    """What a reader takes away who reads no further."""
    return Part("verdict", say("verdict.heading"), list(_blocks(shown)))


def _blocks(shown: Shown) -> Iterator[Any]:
    infeasible = _infeasible(shown)
    if infeasible:
        yield Text(infeasible, "lead")
    elif shown.held is not None:
        yield Text(arrows_said(shown.names, shown.held), "lead")
        if ends := ends_said(shown.names, shown.held):
            yield Text(ends)
    else:
        yield Text(say("verdict.no_design"), "lead")
    asked = shown.origin or shown.one("solve", "verify", "diagnose")
    if asked and (said := " ".join(conditions(shown, asked))):
        yield Text(said, "warning")
    near = (shown.origin or {}).get("closest")
    if near and near["cost"] is not None and near["cost"] <= EQUAL:
        name = shown.names.decision(near["decision"], near["organisation"])
        yield Text(say("verdict.as_good", decision=name, level=near["to"]))
    yield from _facts(shown)
    yield from _doubts(shown)
    if grades(shown.instance)["illustrative"] or not shown.instance["sources"].rows:
        yield Text(say("verdict.illustrative"), "warning")
    if shown.instance.perspective:
        yield Text(say("verdict.perspective", who=shown.instance.perspective))


def _facts(shown: Shown) -> Iterator[Any]:
    """The facts, and how many questions of the page have no full answer."""
    facts = [fact for fact in (_today(shown), _best(shown), _sure(shown), _rests(shown.instance)) if fact]
    if facts:
        yield Facts(facts)
    settled = [each["complete"] for each in shown.every() if each.get("complete") is not None]
    if not all(settled):
        yield Text(say("verdict.unsettled", n=settled.count(False), of=len(settled)), "warning")


def _doubts(shown: Shown) -> Iterator[Text]:
    """In how many samples the best design is possible, where that is not all."""
    doubts = shown.one("sensitivity")
    rows = [row for row in (doubts or {}).get("regret", []) if row["design"] == "best"]
    if rows and (share := rows[0]["feasible"]) is not None and share < 1:
        assert doubts is not None
        fared = Counter(row["sample"] for row in doubts["fared"])
        asked = sum(count == len(doubts["regret"]) for count in fared.values())  # of all designs
        yield Text(say("verdict.doubted", n=asked, share=percent(share)), "warning")


def _infeasible(shown: Shown) -> str:
    asked = shown.one("diagnose")
    solved = shown.one("solve", "verify")
    for found, none in ((asked, "feasible"), (solved, "status")):
        if found and found[none] in (False, "infeasible"):
            return say("verdict.infeasible_asked" if bidden(found) else "verdict.infeasible")
    return ""


def _today(shown: Shown) -> tuple[str, str, str] | None:
    compared = shown.one("compare")
    if not shown.knows_today:
        return say("verdict.today"), "\u2013", say("verdict.today_unknown")
    now = (
        next((each for each in compared["designs"] if each["name"] == "current"), None) if compared else None
    )
    if now is None or compared is None:
        return None
    if not shown.weighed_as(compared):
        return say("verdict.today"), "\u2013", say("verdict.today_unweighed")
    if now["value"] is None:
        return say("verdict.today"), "\u2013", say("verdict.today_breaks")
    return say("verdict.today"), fixed(now["value"], 3), say("verdict.value_of_today")


def _best(shown: Shown) -> tuple[str, str, str] | None:
    if shown.best is None or shown.best["value"] is None:
        return None
    today = _today(shown)
    beside = today is not None and today[1] != "\u2013"
    said = say("verdict.value_of_best" if beside else "verdict.value_alone")
    return say("verdict.best"), fixed(shown.best["value"], 3), said


def _sure(shown: Shown) -> tuple[str, str, str] | None:
    best = shown.best
    if best is None or best["value"] is None:
        return None
    bound = shown.bound
    if bound is None:
        return say("verdict.sure"), "\u2013", say("verdict.no_bound")
    if best.get("verified") is False:
        return say("verdict.sure"), say("verdict.unverified"), say("verdict.unverified_said")
    kept = "" if shown.free else "_asked"
    if proven(best["value"], bound):
        return say("verdict.sure"), say("sure.proven"), say(f"verdict.proven{kept}")
    gap = wide(best["value"], bound)
    return (
        say("verdict.sure"),
        say("verdict.within_short", gap=gap.replace(" ", "\u00a0")),
        say(f"verdict.within{kept}", gap=gap, bound=ceiling(bound, 6)),
    )


def _rests(instance: Instance) -> tuple[str, str, str]:
    count = grades(instance)
    if not count:
        return say("verdict.rests"), "\u2013", say("verdict.rests_unsaid")
    total = count.total()
    others = "".join(f", {count[grade]} {label('grades', grade)}" for grade in GRADES[1:] if count[grade])
    short = say("verdict.rests_short", n=count["measured"], of=total)
    return say("verdict.rests"), short, say("verdict.rests_words", others=others)


GRADES = ("measured", "proxy", "elicited", "illustrative")


def grades(instance: Instance) -> Counter[str]:
    """How many columns of the instance have which grade."""
    return Counter(map(str, instance["sources"]["grade"]))
