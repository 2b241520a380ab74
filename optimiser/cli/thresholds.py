"""The verb thresholds, and its text."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from math import isfinite
from typing import TYPE_CHECKING, Any

import click

from optimiser.cli.options import NUMBER, SPAN, WEIGHED_ROUNDS, note, words
from optimiser.cli.question import Question
from optimiser.cli.text import held, opening, took
from optimiser.labels import label
from optimiser.terminal import (
    at_most,
    breadth,
    columns,
    counted,
    fixed,
    listing,
    page,
    paragraph,
    spans,
    width,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimiser.design.tables import Row
    from optimiser.studies.inputs import Input
    from optimiser.studies.thresholds.intervals import Patch, Tip
    from optimiser.studies.thresholds.thresholds import Thresholds

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PROOFS = {
    "lines": "The best value is convex along it and was followed exactly: no change is skipped.",
    "limits": "Only limits depend on it, and it widens them one way: a {design} that is best where they are "
    "tight, and that no other passes where they are wide, is best between.",
    "grid": "Nothing is known of the best value between the points that were solved.",
    "none": "Nothing is known of the path between the points that were walked.",
}


HOW = "[set|multiply|add]"


def _second(given: dict[str, Any]) -> dict[str, Any]:
    """What is said of the second input, put together."""
    what = given["also"]
    more = {name: given.pop(f"and_{name}") for name in ("range", "how", "where")}
    if what is None and any(more.values()):
        note("--and-range, --and-where and --and-how belong to --and")
    return {**given, "also": None if what is None else {"what": what, **more}}


verb = Question(
    "thresholds",
    summary="When does the design tip? Every change along one input, or two.",
    help="""When does the design tip? Every value in a range of one input at which the best design changes.

    WHAT is a table and a column, or weights.X, limits.X, uncertainty.X, scenarios.NAME.X, levels.NAME.X.
    weights.X is the share of all weights that X has; the others keep their proportions.

    Of what only a path reads (path.X, periods.NAME.years, decisions.switch_cost, organisations.skill,
    resources.reserve ...) it is the best path over the instance's periods that is followed, of the rest the
    best design; with --foresight always the path.

    \b
    Example
      optimiser thresholds instances/archetype weights.responsiveness
      optimiser thresholds instances/archetype organisations.staff_hours --where level=local --range 0,12
      optimiser thresholds instances/archetype weights.responsiveness \\
          --and organisations.staff_hours --and-where level=local --and-range 0,12
      optimiser thresholds instances/pendulum decisions.switch_cost --range 0,4
    """,
    options=[
        *WEIGHED_ROUNDS,
        click.Argument(["what"], metavar="WHAT"),
        click.Option(
            ["--range"],
            type=SPAN,
            metavar="FROM,TO",
            help="Default: a weight 0,1; else what sources.csv calls plausible.",
        ),
        click.Option(
            ["--where"],
            multiple=True,
            callback=words,
            metavar="COLUMN=VALUE",
            help="Only rows that have this. Repeatable.",
        ),
        click.Option(["--how"], metavar=HOW, help="What becomes of the values there. Default: set."),
        click.Option(["--and", "also"], metavar="WHAT2", help="A second input: a map of both."),
        click.Option(["--and-range"], type=SPAN, metavar="FROM,TO", help="Its range."),
        click.Option(
            ["--and-where"],
            multiple=True,
            callback=words,
            metavar="COLUMN=VALUE",
            help="Its rows. Repeatable.",
        ),
        click.Option(["--and-how"], metavar=HOW, help="What becomes of its values."),
        click.Option(
            ["--foresight"],
            metavar="[path|none]",
            help="Follow the path that is best: over all periods at once, or each period by itself.",
        ),
        click.Option(
            ["--tolerance"],
            type=NUMBER,
            metavar="SHARE",
            help="Locate a change to this share of the range. Default: 1e-6, on a map 1/16; a weight's are "
            "exact.",
        ),
    ],
    arguments=_second,
    said=("what", "range", "how", "where", "also", "foresight"),
)


@verb.page
def thresholds_text(found: Thresholds) -> str:
    """Where the best design changes, what moves there, and how sure that is."""
    sections = [[*opening(found), *_asked(found), *_trust(found)]]
    if len(found.inputs) > 1:
        sections += [_raster(found), _legend(found)]
    elif found.intervals:
        sections += [_start(found), _changes(found), _stretches(found)]
    return page(sections)


def _kind(found: Thresholds) -> str:
    return "path" if found.foresight else "design"


def _asked(found: Thresholds) -> list[str]:
    lines = []
    for i in found.inputs:
        rows = f" where {', '.join(f'{column}={value}' for column, value in i.where.items())}" * bool(i.where)
        now = "" if i.now is None else f", now {i.show(_round(i.now))}"
        others = "; the other weights keep their proportions" * bool(i.objective)
        lines += paragraph(f"{i.what}{rows} from {i.show(i.low)} to {i.show(i.high)}{now}{others}", "")
    if found.foresight:
        periods = counted(found.instance["periods"].rows, "period")
        lines += paragraph(f"the path over {periods}, {label('foresights', found.foresight)}", "")
    return lines


def _trust(found: Thresholds) -> list[str]:
    lines = [found.headline]
    if found.complete or found.method != "lines":
        proof = "none" if found.foresight == "none" else found.method
        lines += paragraph(PROOFS[proof].format(design=_kind(found)))
    if not found.proven and len(found.inputs) == 1:
        lines += paragraph("Stretches marked ? are not proven: a change within them may have been missed.")
    if isfinite(found.error) and not found.empty:
        lines += paragraph(_sure(found))
    return lines + took(found.run)


def _sure(found: Thresholds) -> str:
    """How far anything may be better than what is named."""
    most = at_most(found.error)
    if found.foresight == "none":
        return f"Where it was solved each period does its best with what it inherits, to {most} in all."
    where = "" if found.method == "lines" else " where it was solved"
    return f"No {_kind(found)} beats the one named{where} by more than {most} of value."


def _start(found: Thresholds) -> list[str]:
    first = found.intervals[0]
    lines = [f"THE {_kind(found).upper()} AT THE LOW END"]
    for level, decisions in _holders(found, first.design).items():
        lines += listing(decisions, f"  {level}: ")
    return lines if first.design else [*lines, "  none is possible"]


def _holders(found: Thresholds, rows: Sequence[Row]) -> dict[str, list[str]]:
    """Level -> the decisions held there; of a path the levels that one decision goes through."""
    if not found.foresight:
        return held(rows)
    steps: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        steps[row["decision"], row["organisation"]].append((row["level"], row["period"]))
    ways: list[Row] = []
    for (decision, organisation), each in steps.items():
        (first, _), *others = (next(same) for _, same in groupby(each, key=lambda step: step[0]))
        way = ", ".join([first, *(f"{level} from {since}" for level, since in others)])
        ways.append({"decision": decision, "organisation": organisation, "level": way})
    return held(ways)


def _changes(found: Thresholds) -> list[str]:
    (i,) = found.inputs
    if not found.tips:
        return ["WHERE IT CHANGES", "  nowhere in this range, as far as was asked"]
    lines = ["WHERE IT CHANGES"]
    rows = [("at", "what moves")]
    for tip, after in zip(found.tips, found.intervals[1:], strict=True):
        none = f"a {_kind(found)} becomes possible" if after.design else f"no {_kind(found)} is possible"
        said = moved(tip.moves, _periods(found)) if tip.moves else [none]
        rows += [(_place(i, tip) if text is said[0] else "", text) for text in said]
    return [*lines, *columns(rows, right=(0,))]


def _periods(found: Thresholds) -> list[str]:
    return found.instance["periods"]["period"].tolist()


def moved(moves: Sequence[Row], periods: Sequence[str] = ()) -> list[str]:
    """Moves in words, those of one decision together: 'pay: centre -> region (for 3: R1A, RBD, RC9)'.

    Of a path with the periods in which it is so: 'pay: centre -> region in 2021 to 2023'.
    """
    from optimiser.instance.checking.problems import listing as several

    when: dict[tuple[str, str, str, str], list[int]] = defaultdict(list)
    for row in moves:
        here = when[row["decision"], row["from"], row["to"], row["organisation"]]
        here += [periods.index(row["period"])] if "period" in row else []
    places: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    for (decision, before, to, organisation), those in when.items():
        places[decision, before, to, spans(periods, those)].append(organisation)
    return [
        f"{decision}: {before} -> {to}{f' in {those}' * bool(those)}"
        + (f" (for {several(who, 3)})" if any(who) else "")
        for (decision, before, to, those), who in places.items()
    ]


def _place(i: Input, tip: Tip) -> str:
    """Where a change is: the simplest number that it cannot be told from, or between which."""
    if tip.high - tip.low <= (1 if i.whole else 1e-4 * (i.high - i.low)):
        return i.show(_round(tip.at))
    return f"{i.show(_round(tip.low))} to {i.show(_round(tip.high))}"


def _round(x: float) -> float:
    return x if x == round(x) else float(f"{x:.6g}")


def _stretches(found: Thresholds) -> list[str]:
    (i,) = found.inputs
    rows: list[tuple[str, ...]] = [("from", "to", "value at from", "at to", "")]
    for part in found.intervals:
        values = [fixed(value, 6) for value in part.values] if part.design else ["-", "-"]
        here = "now" if i.now is not None and part.low <= i.now <= part.high else ""
        mark = "" if part.proven else "?"
        none = "" if part.design else f"no {_kind(found)} is possible"
        rows.append(
            (
                i.show(_round(part.low)),
                i.show(_round(part.high)),
                *values,
                " ".join(filter(None, (mark, here, none))),
            )
        )
    best = "" if found.foresight == "none" else "BEST "
    return [f"THE {best}VALUE BETWEEN", *columns(rows, right=(0, 1, 2, 3))]


def _raster(found: Thresholds) -> list[str]:
    """The plane of both inputs, a letter for each design, sampled evenly."""
    if not found.patches:
        return []
    x, y = found.inputs
    finest = min((p.x[1] - p.x[0]) / (x.high - x.low) for p in found.patches)
    low, high = y.show(_round(y.low)), y.show(_round(y.high))
    wide = max(breadth(low), breadth(high))
    count = max(2, min(32, round(1 / finest), (width() - wide - 4) // 2))
    across, up = ([i.low + (k + 0.5) / count * (i.high - i.low) for k in range(count)] for i in (x, y))
    lines = [f"WHICH {_kind(found).upper()} IS BEST WHERE ({y.what} upwards, {x.what} to the right)"]
    for k, b in reversed(list(enumerate(up))):
        label = {0: low, count - 1: high}.get(k, "")
        letters = [
            next((_letter(p.design_ids) for p in found.patches if _inside(p, a, b)), " ") for a in across
        ]
        lines.append(f"  {label:>{wide}}  " + "".join(2 * letter for letter in letters))
    left, right = x.show(_round(x.low)), x.show(_round(x.high))
    return [*lines, f"  {'':>{wide}}  {left}{right:>{max(len(right) + 1, 2 * count - len(left))}}"]


def _inside(patch: Patch, x: float, y: float) -> bool:
    return patch.x[0] <= x <= patch.x[1] and patch.y[0] <= y <= patch.y[1]


def _letter(ids: Sequence[int]) -> str:
    if len(ids) > 1:
        return "."
    return "-" if ids[0] == 0 else LETTERS[(ids[0] - 1) % len(LETTERS)]


def _legend(found: Thresholds) -> list[str]:
    kind = _kind(found)
    lines = [f"{kind.upper()}S"]
    first = found.designs[0] if found.designs else ()
    for k, design in enumerate(found.designs, 1):
        if k == 1:
            there = _holders(found, design)
            parts = [f"{level}: {', '.join(decisions)}" for level, decisions in there.items()]
            lines += listing(parts, "  A  ", mark=";")
            continue
        moves = [
            {**a, "from": a["level"], "to": b["level"]}
            for a, b in zip(first, design, strict=True)
            if a["level"] != b["level"]
        ]
        said, *more = moved(moves, _periods(found))
        lines += listing([f"as A, but {said}", *more], f"  {_letter((k,))}  ")
    lines += paragraph(f". is where {kind}s meet; - is where none is possible.")
    unproven = sum(not p.proven for p in found.patches if len(p.design_ids) == 1)
    if unproven:
        lines += paragraph(
            f"In {unproven:,} of {len(found.patches):,} cells only the corners were solved: "
            f"another {kind} may be best inside."
        )
    return lines
