"""What it rests on, under the headings of ISPOR's checklist for multi-criteria decision analysis.

Marsh et al., Value in Health 2016;19:125-137. Each is filled from instance and results, or said to be empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from optimiser.labels import label, say
from optimiser.reporting.blocks import Heading, Part, Table, Text
from optimiser.reporting.results import Shown
from optimiser.reporting.verdict import GRADES, grades
from optimiser.terminal import ceiling, exact, fixed, percent

DOUBTS = ("map", "alternatives", "frontier", "thresholds", "sensitivity", "replay")


def rests_on(shown: Shown) -> Part:
    """The checklist, and the grade and range of every column."""
    rows = []
    for step, answer in CHECKLIST.items():
        said = answer(shown)
        rows.append(
            (label("steps", step), said or say("ispor.empty"), label("filled", "yes" if said else "no"))
        )
    columns = [label("columns", name) for name in ("step", "said", "filled")]
    blocks = [
        Text(say("ispor.how")),
        Table(say("ispor.caption"), columns, rows),
        *_definitions(shown),
        *_sources(shown),
    ]
    return Part("evidence", say("ispor.heading"), blocks)


def _problem(shown: Shown) -> str:
    return ". ".join(
        part.strip().rstrip(".") for part in (shown.instance.title, shown.instance.description) if part
    )


def _criteria(shown: Shown) -> str:
    own = [str(name) for name in shown.instance["objectives"]["objective"]]
    said = say("ispor.criteria", n=len(shown.instance.objectives) - len(own))
    return said + (" " + say("ispor.criteria_own", names=", ".join(own)) if own else "")


def _measured(shown: Shown) -> str:
    count = grades(shown.instance)
    parts = ", ".join(f"{count[grade]} {label('grades', grade)}" for grade in GRADES if count[grade])
    return say("ispor.measured", of=count.total(), parts=parts) if parts else ""


def _matrix(shown: Shown) -> str:
    return say("ispor.matrix") if shown.one("compare") else ""


def _scoring(shown: Shown) -> str:
    rows = shown.instance["scores"].rows
    return say("ispor.scored", n=rows, how=_graded(shown, "scores")) if rows else say("ispor.computed")


def _weighting(shown: Shown) -> str:
    return _graded(shown, "weights")


def _graded(shown: Shown, table: str) -> str:
    """What sources.csv says of a table: grades, sources and notes, each once."""
    sources = shown.instance["sources"]
    said = dict[str, None]()
    for name, *words in zip(*(sources[c] for c in ("table", "grade", "source", "note")), strict=True):
        if name == table:
            said[
                ": ".join(
                    filter(
                        None, (label("grades", str(words[0])), " ".join(map(str, filter(None, words[1:]))))
                    )
                )
            ] = None
    return "; ".join(said)


def _weights(shown: Shown) -> str:
    total = sum(shown.instance.weights.values())
    return ", ".join(
        f"{shown.names.objective(g)} {percent(weight / total, 0)}"
        for g, weight in shown.instance.weights.items()
        if weight
    )


def _aggregation(shown: Shown) -> str:
    aversion, beta = (shown.instance.uncertainty[name] for name in ("risk_aversion", "beta"))
    worst = say("ispor.averse", share=percent(aversion, 0), tail=percent(1 - beta, 0)) if aversion else ""
    return say("ispor.sum") + worst


def _aggregated(shown: Shown) -> str:
    best = shown.best
    if best is None or best["value"] is None:
        return ""
    bound = "\u2013" if shown.bound is None else ceiling(shown.bound, 6)
    key = "ispor.value" if shown.free else "ispor.value_asked"
    return say(key, value=fixed(best["value"], 6), bound=bound)


def _doubtful(shown: Shown) -> str:
    sources = shown.instance["sources"]
    ranged = sum(
        not (low != low and high != high) for low, high in zip(sources["low"], sources["high"], strict=True)
    )
    said = say(
        "ispor.doubtful",
        n=shown.instance["scenarios"].rows,
        illustrative=grades(shown.instance)["illustrative"],
    )
    return said + (" " + say("ispor.ranged", n=ranged) if ranged else "")


def _doubted(shown: Shown) -> str:
    done = [label("commands", name) for name in DOUBTS if shown.one(name)]
    return say("ispor.doubted", done=", ".join(done)) if done else ""


def _examined(shown: Shown) -> str:
    return say("ispor.examined") if shown.one("explain") or shown.one("compare") else ""


def _unsaid(shown: Shown) -> str:  # noqa: ARG001 (every step is asked in the same way)
    return ""


CHECKLIST: dict[str, Callable[[Shown], str]] = {
    "problem": _problem,
    "problem_validated": _unsaid,
    "criteria": _criteria,
    "criteria_defined": lambda shown: say("ispor.defined"),
    "criteria_validated": _unsaid,
    "measured_from": _measured,
    "matrix_reported": _matrix,
    "scoring": _scoring,
    "scores_validated": _unsaid,
    "weighting": _weighting,
    "weights_reported": _weights,
    "aggregation": _aggregation,
    "aggregated": _aggregated,
    "uncertain": _doubtful,
    "uncertainty_analysed": _doubted,
    "reported": lambda shown: say("ispor.this_page"),
    "examined": _examined,
}


def _definitions(shown: Shown) -> Iterator[Heading | Table]:
    """What each objective means, and what is said of the user's own."""
    own = shown.instance["objectives"]
    ends = {
        str(g): (str(a), str(b)) for g, a, b in zip(own["objective"], own["zero"], own["one"], strict=True)
    }
    rows, total = [], sum(shown.instance.weights.values())
    for code in shown.instance.objectives:
        zero, one = ends.get(code, ("", ""))
        meaning = (
            say("ispor.ends", zero=zero or "?", one=one or "?") if code in ends else label("meanings", code)
        )
        rows.append(
            (shown.names.objective(code), percent(shown.instance.weights.get(code, 0.0) / total, 0), meaning)
        )
    columns = [label("columns", name) for name in ("objective", "weight_given", "meaning")]
    yield Table(say("ispor.objectives"), columns, rows, folded=True)


def _sources(shown: Shown) -> Iterator[Table | Text]:
    sources = shown.instance["sources"]
    if not sources.rows:
        yield Text(say("verdict.rests_unsaid"), "warning")
        return
    names = ("table", "column", "grade", "source", "note", "low", "high")
    said = dict[tuple[str, ...], list[str]]()  # what is said of several inputs alike, once
    for table, column, grade, source, note, low, high in zip(*(sources[name] for name in names), strict=True):
        words = label("grades", str(grade)), str(source), str(note), _range(low, high)
        said.setdefault(words, []).append(f"{table}.{column}")
    rows = sorted(((", ".join(inputs), *words) for words, inputs in said.items()), key=lambda row: row[1])
    columns = [label("columns", name) for name in ("input", "grade", "source", "note", "range")]
    yield Table(say("ispor.sources", n=sources.rows), columns, rows, folded=True)


def _range(low: float, high: float) -> str:
    if low != low and high != high:
        return "\u2013"
    return say(
        "ispor.range",
        low="\u2013" if low != low else exact(low),
        high="\u2013" if high != high else exact(high),
    )
