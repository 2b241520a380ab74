"""The verb path, and its text."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import click

from optimiser.cli.options import FIGURE, STUDY, gap, names, words
from optimiser.cli.question import Question
from optimiser.cli.text import ending, named, opening
from optimiser.labels import label, say
from optimiser.terminal import columns, fixed, listing, page, paragraph, signed

if TYPE_CHECKING:
    from optimiser.studies.path.path import Path

LABELS = ("swings", "ratchets", "inert", "follows", "stays")  # the order in which they are told

verb = Question(
    "path",
    summary="How does the balance move over the years? What swings, what ratchets, what stays.",
    help="""How does the balance move over the years? The best sequence of designs over the instance's
    periods, with and without foresight.

    \b
    Example
      optimiser path instances/pendulum
      optimiser path instances/pendulum --foresight path --fix visits@calm=local --figure path.svg
    """,
    options=[
        click.Option(
            ["--foresight"],
            callback=names,
            default="none,path",
            show_default=True,
            metavar="A,B",
            help="none: each period does what is best for itself; path: all at once.",
        ),
        click.Option(
            ["--fix"],
            multiple=True,
            callback=words,
            metavar="DECISION[@ORGANISATION][@PERIOD]=LEVEL",
            help="Hold it there. Repeatable.",
        ),
        gap("Stop when the bound is this close to the value: of a period, or of the whole path."),
        *STUDY,
        FIGURE,
    ],
)


@verb.page
def path_text(found: Path) -> str:
    """What the paths are worth, what becomes of each decision, and why."""
    last = ending(found.unfinished, found.interrupted, found.run)
    sections = [opening(found), [*_values(found), *last]]
    if not found.empty:
        sections += [_holders(found), *_labels(found), _sentences(found), _periods(found), *_states(found)]
    return page(sections)


def _sight(foresight: str) -> str:
    return label("foresights", foresight)


def _values(found: Path) -> list[str]:
    """Each path beside the others."""
    rows = [("", "value", "bound", "moves")]
    for name, walk in found.walks.items():
        moves = sum(
            row["moves"] for row in found.frame("periods").to_dict("records") if row["foresight"] == name
        )
        bound = fixed(walk.bound, 6) if name == "path" and walk.judged else "-"
        value = fixed(walk.value, 6) if walk.judged else _why_none(found, name)
        rows.append((f"{_sight(name)} ({walk.status})", value, bound, str(moves) if walk.judged else "-"))
    staying = fixed(found.staying.value, 6) if not found.staying.broken else "not possible"
    rows.append(("staying put", staying, "-", "-"))
    lines = ["WHAT THE YEARS ARE WORTH (mean a year, less what moves cost)", *columns(rows, right=(1, 2, 3))]
    for line in found.staying.broken[:3]:
        lines += paragraph(f"Staying put: {line}.")
    none, path = found.walks.get("none"), found.walks.get("path")
    if none and path and none.judged and path.judged:
        lines += paragraph(f"Foresight is worth {signed(path.value - none.value, 6)}.")
    if any(walk.judged for walk in found.walks.values()):
        lines += paragraph(
            "Every promise in every period, the states and the values were recomputed: all hold."
        )
    return lines


def _why_none(found: Path, name: str) -> str:
    where = found.walks[name].ended_in
    said = "not possible" if found.walks[name].status == "infeasible" else "none found"
    return said if where is None else f"{said} in {found.names[where]}"


def _holders(found: Path) -> list[str]:
    """Who holds what, decisions down and periods across, by the level of most of the population."""
    levels = found.instance["levels"]["level"]
    lines = [f"WHO HOLDS WHAT, {_sight(found.foremost).upper()} (* it moved; by most of the population)"]
    rows = [("decision", "today", *found.names)]
    for name, turns in zip(found.instance["decisions"]["decision"], found.turns(found.foremost), strict=True):
        moved = {t for t, _, _ in turns.moves}
        cells = (f"{levels[l]}{'*' * (t in moved)}" for t, l in enumerate(turns.held))
        rows.append((name, levels[turns.today] if turns.today >= 0 else "-", *cells))
    return lines + columns(rows)


def _labels(found: Path) -> list[list[str]]:
    """Which decisions do what: a section for each foresight, and the words under the last."""
    sections = list[list[str]]()
    decisions = found.instance["decisions"]["decision"]
    for name in found.walks:
        labelled = defaultdict(list)
        for decision, turns in zip(decisions, found.turns(name), strict=False):
            labelled[turns.label].append(decision)
        if labelled:
            lines = [f"WHAT THEY DO, {_sight(name).upper()}"]
            for each in (each for each in LABELS if each in labelled):
                lines += listing(labelled[each], f"  {label('turns', each):<9} ")
            sections.append(lines)
    labels = {turns.label for name in found.walks for turns in found.turns(name)}
    said = (f"{label('turns', name)}: {label('turns_mean', name)}" for name in LABELS if name in labels)
    sections[-1] += [line for each in said for line in paragraph(each)]
    return sections


def _sentences(found: Path) -> list[str]:
    said = found.sentences(found.foremost).items()
    return ["WHY THEY MOVE, OR STAY AGAINST THEIR PERIOD", *named(said)] if said else []


def _periods(found: Path) -> list[str]:
    """Each period, beside its own best."""
    periods = found.frame("periods")
    rows = [("period", "scenario", "years", *(_sight(name) for name in found.walks), "its own best")]
    table = found.instance["periods"]
    for t, name in enumerate(found.names):
        cells = []
        for sight in found.walks:
            mine = periods[(periods["foresight"] == sight) & (periods["period"] == name)]["value"].tolist()
            cells.append(fixed(mine[0], 4) if mine else "-")
        best = found.own[t].value
        own = fixed(best, 4) if best > float("-inf") else "-"
        rows.append((name, table["scenario"][t], f"{table['years'][t]:g}", *cells, own))
    lines = [say("path.values").upper(), *columns(rows, right=range(2, len(rows[0])))]
    return lines + paragraph(
        "Its own best: moves free, no lags and no max_changes, skill, morale and reserves as they start. No "
        "bound on what a path reaches: what is practised may leave a later period more than it started with."
    )


def _states(found: Path) -> list[list[str]]:
    """Means of skill and morale by level, and what is left of reserves: a section each."""
    states = found.frame("states")
    states = states[states["foresight"] == found.foremost]
    moving = [s for s in ("skill", "morale") if (states.groupby("organisation")[s].nunique() > 1).any()]
    sections, levels = list[list[str]](), found.instance["organisations"]["level"].tolist()
    at = dict(zip(found.instance["organisations"]["organisation"].tolist(), levels, strict=True))
    for state in moving:
        means = states.assign(level=states["organisation"].map(at)).groupby(["period", "level"])[state].mean()
        rows = [("level", *found.names)]
        rows += [
            (l, *(fixed(means[p, l], 3) for p in found.names)) for l in found.instance["levels"]["level"]
        ]
        head = f"{state.upper()} (mean at the start of each period)"
        sections.append([head, *columns(rows, right=range(1, len(rows[0])))])
    stocks = found.frame("stocks")
    stocks = stocks[stocks["foresight"] == found.foremost]
    if len(stocks):
        sums = stocks.groupby(["resource", "period"])[["stock", "drawn", "unmet"]].sum()
        rows = [("resource", "", *found.names)]
        for kind in dict.fromkeys(stocks["resource"]):
            rows += [
                (kind, what, *(fixed(sums[what][kind, p], 1) for p in found.names))
                for what in ("stock", "drawn", "unmet")
            ]
        head = "RESERVES (units, all localities)"
        sections.append([head, *columns(rows, right=range(2, len(rows[0])))])
    return sections
