"""The formulation as a page, written from the built model: it says what is solved and cannot go stale.

Every component of the model says in its `doc` what it is; a doc that begins with a tag in parentheses, a
number of the paper's constraints or a word, stands under that heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optimiser.atomic_writing import writing
from optimiser.instance.instance import Instance
from optimiser.terminal import PAGE, fold, page

STATES = ("skill", "morale", "stock", "drawn", "use", "watched", "over")  # of a period, for the path's sake
PATH = ("14", "15", "16")  # tags of what holds in a period for the path's sake
TERMS = 6  # of a sample row that are written out
HEADINGS = {
    "1": "One level, uniform or asymmetric",
    "3": "Earned",
    "4": "Rules",
    "5": "Staff capacity",
    "6": "Staff in a scenario",
    "7": "Granted, willing, able",
    "8": "Partners",
    "9": "Slack in a scenario",
    "10": "Occupancy",
    "11": "Budget",
    "12": "Change",
    "risk_pooling": "Pools that differ by locality",
    "13": "Moves",
    "14": "Skill",
    "15": "Morale",
    "16": "Reserves",
    "17": "Enabling takes time",
    "links": "Links",
    "objectives": "Objectives",
    "value": "Value",
}
TAG = re.compile(r"\((?P<tag>\d+|[a-z_]+)\) (?P<rest>.*)", re.DOTALL)


def maths(instance: Instance) -> str:
    """The numbered formulation of an instance: sets, variables, sums, constraints with a sample row each."""
    from optimiser.model import build

    periods = list(_linked(_path_parts(instance))) if instance["periods"].rows else []
    return page([[*_page(_parts(build(instance))), *periods]])


def maths_markdown(instance: Instance) -> str:
    """The formulation without the numbers of the instance, as Markdown: what every model has."""
    from optimiser.model import build

    return "\n".join(_markdown(_parts(build(instance))))


def path_markdown(instance: Instance) -> str:
    """What links the periods of an instance, without its numbers, as Markdown."""
    parts = _path_parts(instance)
    lines = [*_listed("Variables of a path", parts["VARIABLES"]), "## What a path is worth", ""]
    lines += [*_formula(parts["OBJECTIVE"]), "## What links its periods", ""]
    for heading, under in _headed(parts["CONSTRAINTS"]):
        lines += [f"### {heading}", "", *_formula(under)]
    return "\n".join(lines)


def _path_parts(instance: Instance) -> dict[str, list[Part]]:
    """What the model of a path has beside the models of its periods, and what these have for its sake."""
    import pyomo.environ as pyo

    from optimiser.coefficients import coefficients
    from optimiser.coefficients.path import links_of, periods_of
    from optimiser.model.declare import written_out
    from optimiser.model.path import assemble_path

    links = links_of(instance)
    cs = [coefficients(period) for period in periods_of(instance, links)]
    model = written_out(assemble_path(cs, links))
    last = model.period[len(links.names) - 1]
    kinds = {"VARIABLES": pyo.Var, "OBJECTIVE": pyo.Objective, "CONSTRAINTS": pyo.Constraint}
    found = {
        title: [_part(part) for part in model.component_objects(kind, descend_into=False) if part.doc]
        for title, kind in kinds.items()
    }
    found["VARIABLES"] += [_part(last.component(name)) for name in STATES if last.component(name) is not None]
    found["CONSTRAINTS"] += [part for part in _parts(last)["CONSTRAINTS"] if part.tag in PATH]
    return found


def _linked(parts: dict[str, list[Part]]) -> Iterator[str]:
    """What links the periods, as pages show it."""
    yield from [
        "",
        "THE PATH: the same in each period, with the period in the scenario's place, and beside it",
    ]
    yield from _text(f"maximise {parts['OBJECTIVE'][0].doc}", "  ")
    for heading, under in _headed([part for part in parts["CONSTRAINTS"] if part.count]):
        yield from _section(f"  {heading}", under, "    ")


def write_lp(instance: Instance, path: str | Path) -> None:
    """Write the model as an LP file, to be read or solved elsewhere.

    All of it is linear but for the pools of asymmetric decisions, which are written as quadratic constraints
    (second-order cones). HiGHS does not read these; `solve` cuts them off by linear rows instead.
    Raises OSError where the file cannot be written.
    """
    from pyomo.repn.plugins.lp_writer import LPWriter

    from optimiser.model import build

    with writing(Path(path)) as made, made.open("w", encoding="utf-8", newline="") as file:
        LPWriter().write(build(instance), file, symbolic_solver_labels=True)


@dataclass(frozen=True)
class Part:
    """A component of the model: what it is called, how much of it there is, and what it says."""

    name: str
    count: int
    tag: str  # the heading it stands under; "" where it has none
    doc: str
    span: str = ""  # the range of a variable, or of its numbers
    sample: str = ""


def _parts(model: Any) -> dict[str, list[Part]]:
    """Every component that says anything: sets, variables, sums, objective, constraints, numbers."""
    import pyomo.environ as pyo

    kinds = {
        "SETS": pyo.Set,
        "VARIABLES": pyo.Var,
        "SUMS": pyo.Expression,
        "OBJECTIVE": pyo.Objective,
        "CONSTRAINTS": pyo.Constraint,
        "NUMBERS": pyo.Param,
    }
    return {
        title: [_part(component) for component in model.component_objects(kind) if component.doc]
        for title, kind in kinds.items()
    }


def _part(component: Any) -> Part:
    import pyomo.environ as pyo

    tagged = TAG.fullmatch(component.doc)
    tag, doc = (tagged["tag"], tagged["rest"]) if tagged else ("", component.doc)
    count, span, sample = len(component), "", ""
    if component.ctype is pyo.Var:
        span = _range(component.values())
    elif component.ctype is pyo.Param:
        values = [pyo.value(entry) for entry in component.values()]
        numbers = all(isinstance(entry, float | int) for entry in values)  # not the name of a component
        span = f"{min(values):.4g} to {max(values):.4g}" if values and numbers else ""
    elif component.ctype is pyo.Constraint and count:
        first = next(iter(component.values()))
        sample = f"{first.name}: {row_text(first, TERMS)}"
    return Part(component.local_name, count, tag, doc, span, sample)


def _range(variables: Iterable[Any]) -> str:
    bounds = {(v.is_binary(), v.lb, 1 if v.is_binary() else v.ub) for v in variables}
    if len(bounds) != 1:
        return ""
    ((binary, low, high),) = bounds
    if binary:
        return "0 or 1"
    if low is None:
        return "any number"
    return f"at least {low:g}" if high is None else f"{low:g} to {high:g}"


def _headed(parts: list[Part]) -> Iterator[tuple[str, list[Part]]]:
    """Headings in the order of the paper, and what stands under each."""
    for tag, title in HEADINGS.items():
        under = [part for part in parts if part.tag == tag]
        if under:
            yield f"({tag}) {title}" if tag.isdigit() else title, under


def _page(parts: dict[str, list[Part]]) -> Iterator[str]:
    here = {title: [part for part in some if part.count] for title, some in parts.items()}
    idle = [part.name for part in here["NUMBERS"] if part.span == "0 to 0"]
    here["NUMBERS"] = [part for part in here["NUMBERS"] if part.name not in idle]
    for title in ("SETS", "VARIABLES", "SUMS"):
        yield from _section(title, here[title])
    yield "OBJECTIVE"
    yield from _text(f"maximise {here['OBJECTIVE'][0].doc}", "  ")
    yield ""
    yield "CONSTRAINTS"
    for heading, under in _headed(here["CONSTRAINTS"]):
        yield from _section(f"  {heading}", under, "    ")
    yield from _section("NUMBERS, from the tables", here["NUMBERS"])
    yield "NOT IN THIS INSTANCE"
    for title in ("VARIABLES", "SUMS", "CONSTRAINTS", "NUMBERS"):
        names = [part.name for part in parts[title] if not part.count]
        if names:
            yield from _text(f"{title.lower()}: {', '.join(names)}", "  ")
    if idle:
        yield from _text(f"numbers that are 0 throughout: {', '.join(idle)}", "  ")


def _section(title: str, parts: list[Part], indent: str = "  ") -> Iterator[str]:
    yield title
    for part in parts:
        span = f", {part.span}" if part.span else ""
        tag = f"({part.tag}) " if part.tag.isdigit() else ""
        yield f"{indent}{part.name} ({part.count:,}{span})"
        yield from _text(f"{tag}{part.doc}", f"{indent}  ")
        if part.sample:
            yield from _text(f"e.g. {part.sample}", f"{indent}  ")
    yield ""


def _text(text: str, indent: str, most: int | None = None) -> list[str]:
    return fold(text, indent, f"{indent}  ", most)


def _markdown(parts: dict[str, list[Part]]) -> Iterator[str]:
    yield from _listed("Sets", parts["SETS"])
    yield from _listed("Variables", parts["VARIABLES"])
    yield from ["## What is maximised", "", *_formula(parts["OBJECTIVE"]), "## Constraints and sums", ""]
    for heading, under in _headed(parts["SUMS"] + parts["CONSTRAINTS"]):
        yield from [f"### {heading}", "", *_formula(under)]
    yield from _listed("Numbers", parts["NUMBERS"])


def _listed(title: str, parts: list[Part]) -> Iterator[str]:
    yield from [f"## {title}", ""]
    for part in parts:
        span = f" ({part.span})" if part.span and title == "Variables" else ""
        yield (
            f"- `{part.name}`{span}: `{part.doc}`"
            if "_" in part.doc
            else f"- `{part.name}`{span}: {part.doc}"
        )
    yield ""


def _formula(parts: list[Part]) -> Iterator[str]:
    yield "```"
    for part in parts:
        yield part.name
        yield from _text(part.doc, "    ", PAGE)
    yield from ["```", ""]


def row_text(constraint: Any, most: int | None = None) -> str:
    """A row of a constraint written out with its numbers, `most` terms of it."""
    import pyomo.environ as pyo
    from pyomo.repn import generate_standard_repn

    low, body, high = constraint.to_bounded_expression()
    row = generate_standard_repn(body, compute_values=True)
    bound = pyo.value(high if high is not None else low) - row.constant
    sign = "=" if low is not None and high is not None else "<=" if high is not None else ">="
    return f"{sum_text(row, most)} {sign} {bound + 0.0:.4g}"


def sum_text(row: Any, most: int | None = None) -> str:
    """The terms of an expression (its `generate_standard_repn`), `most` of them, the last for certain."""
    terms = [f"{c:+.4g} {v.name}" for c, v in zip(row.linear_coefs, row.linear_vars, strict=True)]
    pairs = zip(row.quadratic_coefs, row.quadratic_vars, strict=True)
    terms += [f"{c:+.4g} {a.name} {b.name}" for c, (a, b) in pairs]
    if most is not None and len(terms) > most:
        terms = [*terms[: most - 1], f"... ({len(terms)} terms) ...", terms[-1]]
    return " ".join(terms) or "0"
