"""The formulation as a page, written from the built model: it says what is solved and cannot go stale."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap
from typing import Any

from optimiser.instance.instance import Instance

WIDTH = 100
TERMS = 6  # of a sample row that are written out


def maths(instance: Instance) -> str:
    """The numbered formulation of an instance: sets, variables, sums, constraints with a sample row each."""
    from optimiser.model import build

    return "\n".join(_page(build(instance)))


def write_lp(instance: Instance, path: str | Path) -> None:
    """Write the model as an LP file, the pools of asymmetric decisions as quadratic constraints.

    Raises OSError where the file cannot be written.
    """
    from optimiser.model import build

    build(instance).write(str(path), format="lp", io_options={"symbolic_solver_labels": True})


def _page(model: Any) -> Iterator[str]:
    import pyomo.environ as pyo

    yield from _section("SETS", _described(model, pyo.Set))
    yield from _section("VARIABLES", _described(model, pyo.Var))
    yield from _section("SUMS", _described(model, pyo.Expression))
    objective = next(model.component_objects(pyo.Objective))
    yield from _section("OBJECTIVE", [("maximise", objective.doc, None)])
    constraints = sorted(_described(model, pyo.Constraint), key=lambda entry: _number(entry[1]))
    yield from _section("CONSTRAINTS", constraints)
    yield from _section("NUMBERS, from the tables", _described(model, pyo.Param))


def _described(model: Any, kind: Any) -> list[tuple[str, str, str | None]]:
    """(name with its count, what it says, a sample row) of every component of a kind that says anything."""
    import pyomo.environ as pyo

    found = []
    for component in model.component_objects(kind):
        if component.doc:
            some = kind is pyo.Constraint and len(component)
            sample = row_text(next(iter(component.values())), TERMS) if some else None
            found.append((f"{component.local_name} ({len(component)})", component.doc, sample))
    return found


def _section(title: str, entries: list[tuple[str, str, str | None]]) -> Iterator[str]:
    yield title
    for name, doc, sample in entries:
        yield f"  {name}"
        for text in (doc, sample and f"e.g. {sample}"):
            if text:
                yield from wrap(
                    text, WIDTH, initial_indent="    ", subsequent_indent="      ", break_long_words=False
                )
    yield ""


def _number(doc: str) -> int:
    """The equation number that a doc begins with; what has none comes last, with the objectives."""
    found = re.match(r"\((\d+)\)", doc)
    return int(found[1]) if found else 99


def row_text(constraint: Any, most: int | None = None) -> str:
    """A row of a constraint written out with its numbers, `most` terms of it."""
    import pyomo.environ as pyo
    from pyomo.repn import generate_standard_repn

    low, body, high = constraint.to_bounded_expression()
    row = generate_standard_repn(body, compute_values=True)
    terms = [f"{c:+.4g} {v.name}" for c, v in zip(row.linear_coefs, row.linear_vars, strict=True)]
    pairs = zip(row.quadratic_coefs, row.quadratic_vars, strict=True)
    terms += [f"{c:+.4g} {a.name} {b.name}" for c, (a, b) in pairs]
    shown = " ".join(terms[:most]) + (f" ... ({len(terms)} terms)" if len(terms) > len(terms[:most]) else "")
    bound = pyo.value(high if high is not None else low) - row.constant
    sign = "=" if low is not None and high is not None else "<=" if high is not None else ">="
    return f"{shown or 0} {sign} {bound + 0.0:.4g}"
