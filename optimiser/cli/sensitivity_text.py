"""What a study says, as text for people: where decisions sit, what moves them, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from optimiser.cli.text import held, moved
from optimiser.labels import label
from optimiser.studies.sensitivity.findings.advice import enough, live_with, measure_next
from optimiser.studies.sensitivity.findings.next_steps import go_on
from optimiser.studies.sensitivity.findings.sentences import always, answered, graded, what_moves_value, why
from optimiser.terminal import columns, entries, listing, paragraph, percent, small, spans

if TYPE_CHECKING:
    from optimiser.design.tables import Row
    from optimiser.studies.sensitivity.findings.ensemble import Array
    from optimiser.studies.sensitivity.findings.findings import Findings

SHOWN = 8  # designs of the table; --json and --out have all of them


def findings_sections(found: Findings) -> list[list[str]]:
    """The sections of the page, each with its heading."""
    every = [
        _section(label("columns", "came_of_it").upper(), answered(found)),
        _always(found),
        _depends(found),
        _section("WHAT THE BEST IS WORTH", what_moves_value(found)),
        _designs(found),
        _section("WHAT TO MEASURE NEXT", measure_next(found)),
        _section("WERE THERE ENOUGH SAMPLES", enough(found)),
        _section("HOW TO GO ON", go_on(found)),
    ]
    return every if found.ensemble.count else every[:1]


def _section(heading: str, sentences: Iterable[str]) -> list[str]:
    """Nothing where there is nothing to say."""
    lines = _said(sentences)
    return [heading, *lines] if lines else []


def _said(sentences: Iterable[str]) -> list[str]:
    return [line for sentence in sentences for line in paragraph(sentence)]


def _always(found: Findings) -> list[str]:
    """The decisions that sit in one place in every sample, level by level."""
    ensemble, lines = found.ensemble, ["WHERE IT ALWAYS SITS"]
    if not ensemble.count:
        return []
    stay = [
        row
        for row in _rows(found, ensemble.held[0])
        if not ensemble.varies[ensemble.sets.decisions.index(row["decision"])]
    ]
    for level, decisions in held(stay).items():
        lines += listing(decisions, f"  {level}: ")
    return lines + _said(always(found))


def _depends(found: Findings) -> list[str]:
    """The open decisions: shares by level, then each one's reasons."""
    ensemble, sets = found.ensemble, found.ensemble.sets
    open_ = np.flatnonzero(ensemble.varies).tolist()
    if not open_:
        return []
    compared = found.plan.foresight != "none"  # with others, so that it is known what the gap leaves open
    rows = [("decision", *sets.levels, *["undecided"] * compared)]
    for d in open_:
        name, mean = sets.decisions[d], ensemble.mean[d]
        shares = [
            percent(share) if allowed else "-" for share, allowed in zip(mean, sets.allowed[d], strict=True)
        ]
        doubt = sum(mean[l] * found.unresolved.get((name, level), 0.0) for l, level in enumerate(sets.levels))
        rows.append((name, *shares, *[percent(doubt)] * compared))
    lines = ["WHERE IT DEPENDS (share of samples)", *columns(rows, right=range(1, len(rows[0])))]
    if compared:
        lines += paragraph(
            "Undecided: a design that holds it elsewhere is as near to the best as the gap tells."
        )
    for names, reasons in _alike(found, open_):
        lines += ["", f"  {names}", *(line for said in reasons for line in paragraph(said, "    "))]
    grades = _said(graded(found))
    return [*lines, *([""] if grades else []), *grades]


def _alike(found: Findings, open_: Iterable[int]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The open decisions and the reasons of each; a path's periods together for which they are the same."""
    ensemble, periods = found.ensemble, found.instance["periods"]["period"].tolist()
    alike: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for d in open_:
        name, period = ensemble.sites.get(ensemble.sets.decisions[d], (ensemble.sets.decisions[d], ""))
        there = alike.setdefault((name, tuple(why(found, d))), [])
        there += [periods.index(period)] if period else []
    for (name, reasons), there in alike.items():
        yield f"{name}@{spans(periods, there)}" if there else name, reasons


def _designs(found: Findings) -> list[str]:
    """How fixed designs fare, which to live with, and who holds what in it."""
    fixed = found.fixed
    if not found.ensemble.count or not fixed.names:
        return []
    named = [f for f, name in enumerate(fixed.names) if not name.isdigit()]
    chosen = {fixed.least_mean, fixed.least_worst, *named}
    order = [fixed.names.index(row["design"]) for row in fixed.rows()]
    shown = [f for k, f in enumerate(order) if k < SHOWN or f in chosen]
    lost = [small(loss) for loss in fixed.loss.mean(axis=0)] if fixed.loss.size else ["-"] * len(order)
    rows = [("design", "possible in", "regret", "worst", "within 1 %", "loses")]
    for f in shown:
        regret = ("-", "-") if not fixed.feasible[f] else (small(fixed.mean[f]), small(fixed.worst[f]))
        rows.append((fixed.names[f], percent(fixed.feasible[f]), *regret, percent(fixed.near[f]), lost[f]))
    lines = ["WHICH DESIGN TO LIVE WITH", *columns(rows, right=range(1, 6))]
    if len(order) > len(shown):
        lines.append(f"  and {len(order) - len(shown):,} more")
    lines += paragraph(
        "Regret: what it is worth less than the best design of the sample, in the mean where it is possible. "
        "Loses: the same in the mean of all, counted as worth nothing where it is not."
    )
    return [
        *lines,
        *_said(live_with(found)),
        *_who_holds_what(found, [f for f in shown if fixed.held[f, 0] >= 0]),
    ]


def _who_holds_what(found: Findings, shown: list[int]) -> list[str]:
    """The first design whole, and what moves from it to the others."""
    if not shown:
        return []
    first = _rows(found, found.fixed.held[shown[0]])
    whole = "; ".join(f"{level}: {', '.join(names)}" for level, names in held(first).items())
    rows = [
        (
            found.fixed.names[f],
            ", ".join(moved(first, _rows(found, found.fixed.held[f]))) if f != shown[0] else whole,
        )
        for f in shown
    ]
    return [
        "",
        *paragraph("Who holds what: the first, and what moves from it to the others."),
        *entries(rows),
    ]


def _rows(found: Findings, held_at: Array) -> list[Row]:
    """Who holds what in a design (H,)."""
    sets = found.ensemble.sets
    return [
        {"decision": sets.decisions[d], "organisation": sets.place(h), "level": sets.levels[l]}
        for h, (d, l) in enumerate(zip(sets.holding_decision, held_at, strict=True))
    ]
