"""What the tables of a study say, in sentences that a reader needs no statistics for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from optimiser.design.tables import Row
from optimiser.instance.checking.problems import listing
from optimiser.labels import label
from optimiser.studies.sensitivity.findings.advice import enough, live_with, measure_next
from optimiser.studies.sensitivity.findings.ensemble import GRADES
from optimiser.studies.sensitivity.findings.findings import Findings
from optimiser.studies.sensitivity.findings.next_steps import go_on
from optimiser.studies.sensitivity.findings.outcomes import FEASIBLE, VALUE
from optimiser.studies.sensitivity.findings.rules import RARE
from optimiser.studies.sensitivity.findings.shares import wilson
from optimiser.studies.sensitivity.schema import DRIVERS, RULES
from optimiser.terminal import at_most, counted, fixed, percent, small
from optimiser.tolerances import EQUAL

SEVERAL = 3  # inputs, or reasons, named in one sentence
EXPLAINS = "Inputs that on their own explain {}:"
HEADS = {  # how a sentence begins that goes on with inputs and their indices
    "one-at-a-time": "Inputs that moved alone change {}, in the mean of their steps:",
    "morris": "Inputs that change {} as they move over their range, in the mean:",
}


def sentences(found: Findings) -> tuple[str, ...]:
    """All of them, in the order in which one would ask."""
    parts = (answered, always, depends, what_moves_value, graded, live_with, measure_next, enough, go_on)
    return tuple(said for part in parts for said in part(found))


# What came of it


def answered(found: Findings) -> Iterator[str]:
    """What came of the samples, and what is left out of all else."""
    ensemble, ends, answer = found.ensemble, found.ensemble.endings, found.ensemble.answer
    if sight := found.plan.foresight:
        periods = counted(found.instance["periods"].rows, "period")
        yield f"Each asks for the path over {periods}, {label('foresights', sight)}; a design is such a path."
    waiting = ends[""]
    asked = f"{counted(len(ensemble.found) - waiting, 'sample')}{' so far' if waiting else ''}"
    yield f"Of {asked} {ensemble.count:,} have a {answer}."
    if none := ends["infeasible"]:
        yield f"In {none:,} no {answer} keeps every requirement."
        if min(none, ensemble.count) >= RARE:
            yield from _explained(found, FEASIBLE, "", "whether there is one")
    if refused := ends["refused"]:
        yield f"{counted(refused, 'sample')} cannot be, {_mostly(found, 'refused')}."
    if waiting:
        yield f"{counted(waiting, 'sample')} not asked yet: all that follows is about those that were."
    if failed := len(ensemble.found) - ensemble.count - none - refused - waiting:
        yield f"{counted(failed, 'sample')} without an answer, {_mostly(found, 'failed', 'unknown')}."
    if failed or refused:
        yield "These are in no share and in no index."
    if limited := ends["feasible"]:
        most = float((ensemble.bound - ensemble.value).max())
        yield (
            f"{counted(limited, 'sample')} ended at a limit: the best there is worth at most "
            f"{at_most(most)} more than what was found."
        )
    used = min((row["samples_used"] for row in found.rows[DRIVERS] if row["of"] == VALUE), default=0)
    if found.plan.method in ("sobol", "morris") and used < ensemble.count:
        yield f"The indices rest on {used:,} samples: those in blocks in which all of them have a design."


def _mostly(found: Findings, *statuses: str) -> str:
    """The reason that is given most often for how samples ended."""
    reasons = Counter(reason for name, mine in found.reasons if name in statuses for reason in mine)
    return f"mostly because of this: {reasons.most_common(1)[0][0]}"


def always(found: Findings) -> Iterator[str]:
    """How many decisions sit in one place in all samples, and what that says of the others."""
    n, of = found.ensemble.count, len(found.ensemble.sets.decisions)
    if not n:
        return
    stay = of - int(found.ensemble.varies.sum())
    like = found.ensemble.independent
    low = percent(float(wilson(np.array(like), like)[0]))
    sure = f": with 95 % confidence in at least {low} of all that the ranges allow"
    sure = sure if stay and found.ensemble.random else ""
    what = ("decision in a period", "decisions in periods") if found.plan.paths else ("decision", "")
    yield f"{stay} of {counted(of, *what)} sit in one place in every sample{sure}."


# What it depends on


def depends(found: Findings) -> Iterator[str]:
    """The open decisions, each in a few sentences."""
    for d in np.flatnonzero(found.ensemble.varies):
        yield " ".join([*where(found, int(d)), *why(found, int(d))])


def where(found: Findings, d: int) -> Iterator[str]:
    """Where one decision sits how often."""
    sets, names, mean = found.ensemble.sets, found.ensemble.names, found.ensemble.mean[d]
    order = [l for l in np.argsort(-mean, kind="stable") if mean[l]]
    said = [f"at {sets.levels[l]} in {percent(mean[l])}" for l in order]
    whom = "" if sets.uniform[d] else ", by population"
    yield f"{names.decision(sets.decisions[d])} sits {listing(said, len(said))} of samples{whom}."
    if doubt := found.unresolved.get((sets.decisions[d], sets.levels[order[0]])):
        yield f"In {percent(doubt)} of those at {sets.levels[order[0]]} the gap leaves that open."


def why(found: Findings, d: int) -> Iterator[str]:
    """What moves one decision, and a rule that says when it sits where."""
    decision, l = found.ensemble.sets.decisions[d], int(found.ensemble.mean[d].argmax())
    level = found.ensemble.sets.levels[l]
    if not _told(found, d):
        yield f"It is otherwise in {counted(_otherwise(found, d), 'sample')} only, too few to say why."
        return
    yield from _explained(found, decision, level, f"whether it is at {level}")
    rules = [row for row in found.rows[RULES] if row["decision"] == decision]
    for row in sorted(rules, key=lambda row: row["level"] != level)[:1]:
        right = percent(row["balanced_accuracy"], 0)
        yield f"Rule: at {row['level']} where {row['rule']} (right in {right}, there and elsewhere)."


def _otherwise(found: Findings, d: int) -> int:
    """In how many samples a decision is not where it mostly is."""
    held = found.ensemble.sits[:, d, int(found.ensemble.mean[d].argmax())]
    return int((np.abs(held - np.median(held)) > EQUAL).sum())


def _told(found: Findings, d: int) -> bool:
    """Whether a decision moves often enough to say why."""
    return _otherwise(found, d) >= (RARE if found.ensemble.random else 1)


def what_moves_value(found: Findings) -> Iterator[str]:
    """What the best value depends on."""
    if found.ensemble.count:
        low, middle, high = np.quantile(found.ensemble.value, [0.025, 0.5, 0.975])
        span = f"{fixed(low, 4)} to {fixed(high, 4)} in 95 % of samples"
        yield f"The best value is {fixed(middle, 4)} in the median, {span}."
        yield from _explained(found, VALUE, "", "what it varies")


def _explained(found: Findings, of: str, level: str, what: str) -> Iterator[str]:
    """Which inputs move something, and how much each grade of evidence does."""
    rows = [row for row in found.rows[DRIVERS] if (row["of"], row["level"]) == (of, level)]
    rows = [row for row in rows if row["method"] != "sobol total"]
    inputs = sorted((row for row in rows if row["input"] and row["seen"]), key=lambda row: -row["index"])
    if not rows:
        return
    if not inputs:
        sure = "" if rows[0]["method"] == "one-at-a-time" else " that can be told from chance"
        yield f"No input moves {what} on its own{sure}."
        return
    named = [f"{_graded_name(found, row)} {_amount(row, of)}" for row in inputs[:SEVERAL]]
    others = f", {counted(len(inputs) - SEVERAL, 'other')} less" if len(inputs) > SEVERAL else ""
    yield f"{HEADS.get(rows[0]['method'], EXPLAINS).format(what)} {', '.join(named)}{others}."
    grades = [_of_grade(row, of) for row in rows if not row["input"]]
    if len(grades) > 1:
        yield f"By grade of evidence: {', '.join(grades)}."


def _amount(row: Row, of: str, key: str = "index") -> str:
    """An index as people read it, with its interval where it has one."""
    show = small if row["method"] == "morris" or (row["method"] in HEADS and of == VALUE) else _share
    if row["high"] - row["low"] < EQUAL:
        return show(row[key])
    return f"{show(row['index'])} ({show(row['low']).removesuffix(' %')} to {show(row['high'])})"


def _share(number: float) -> str:
    return percent(number, 0)


def _of_grade(row: Row, of: str) -> str:
    """How much inputs of one grade move."""
    name = row["grade"] or "not graded"
    if row["seen"]:
        return f"{name} {_amount(row, of)}"
    if row["high"] < EQUAL:
        return f"{name} never"
    return f"{name} none that can be seen (each at most {_amount({**row, 'low': row['high']}, of, 'high')})"


def _graded_name(found: Findings, row: Row) -> str:
    name = found.ensemble.names.input(row["input"])
    return f"{name} ({row['grade']})" if row["grade"] else name


def graded(found: Findings) -> Iterator[str]:
    """Which of the open decisions rest on which grade of evidence."""
    if not found.ensemble.count:
        return
    told = [name for d, name in enumerate(found.ensemble.sets.decisions) if _told(found, d)]
    rows = [row for row in found.rows[DRIVERS] if not row["input"] and row["level"] and row["of"] in told]
    parts, called = list[str](), found.ensemble.names.decision
    for grade in GRADES:
        mine = [row for row in rows if row["grade"] == grade]
        moved = dict.fromkeys(row["of"] for row in mine if row["seen"])
        if mine:
            parts.append(f"{grade} {f'{len(moved)} ({listing(map(called, moved), 6)})' if moved else 'none'}")
    does = "move" if found.plan.method == "one-at-a-time" else "are seen to move"
    if parts:
        does_so = "moves" if len(told) == 1 else "move"
        often = f"Of {counted(len(told), 'decision')} that {does_so} often enough to say why"
        yield f"{often}, inputs of each grade of evidence {does}, at whichever level: {', '.join(parts)}."
