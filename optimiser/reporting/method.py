"""How it was computed: each call with versions and bound, a paragraph for a paper, and what to cite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimiser.design.bound import how_sure
from optimiser.labels import label, say
from optimiser.reporting.asked import given
from optimiser.reporting.blocks import Heading, Listing, Part, Table, Text
from optimiser.reporting.results import Shown
from optimiser.terminal import exact
from optimiser.version import VERSION

Document = Mapping[str, Any]
USED = (
    "solve",
    "verify",
    "map",
    "alternatives",
    "frontier",
    "compare",
    "explain",
    "thresholds",
    "sensitivity",
    "replay",
    "path",
)


def how(shown: Shown) -> Part:
    """The calls, the paragraph and the citations."""
    rows = [
        _call(shown, document) for documents in shown.results.documents.values() for document in documents
    ]
    columns = [label("columns", name) for name in ("command", "asked", "came_of_it", "found_with")]
    blocks = [
        Table(say("method.calls"), columns, rows),
        Text(say("method.hash", hash=shown.instance.hash)),
        Heading(say("method.paragraph_heading")),
        Text(_paragraph(shown)),
        Heading(say("method.cite_heading")),
        Listing([label("citations", key).format(version=VERSION) for key in _cited(shown)]),
    ]
    return Part("method", say("method.heading"), blocks)


def _call(shown: Shown, document: Document) -> tuple[str, str, str, str]:
    run = document["run"]
    asked = ", ".join(
        f"{name} {given(value)}"
        for name, value in document["asked"].items()
        if value not in (None, {}, [], "")
    )
    found = say("method.found_with", solver=run.get("solver", "\u2013"), engine=run.get("engine", "\u2013"))
    seconds = say("method.seconds", seconds=exact(round(run["seconds"], 1))) if "seconds" in run else ""
    return (
        document.get("command", "solve"),
        asked or say("method.by_default"),
        _outcome(shown, document),
        f"{found} {seconds}".strip(),
    )


def _outcome(shown: Shown, document: Document) -> str:
    if "status" in document:
        said = label("status", document["status"])
        if document.get("value") is not None:
            bound = float("inf") if shown.bound is None else shown.bound
            sure, late = how_sure(document["value"], bound), document["status"] == "feasible"
            said = f"{said}, {sure}" if late else sure
        return f"{said}, {label('verified', 'yes' if document.get('verified') else 'no')}"
    if "complete" in document:
        if document["complete"]:
            return label("complete", "yes")
        return ": ".join(filter(None, (label("complete", "no"), " ".join(shown.unfinished(document)))))
    return "\u2013"


def _paragraph(shown: Shown) -> str:
    """A paragraph of methods, of what was in fact done."""
    instance = shown.instance
    said = [
        say(
            "method.model",
            decisions=say("counts.decisions", n=len(shown.names.decisions)),
            localities=say("counts.localities", n=len(shown.names.localities)),
            levels=say("counts.levels", n=len(shown.names.levels)),
            scenarios=say("counts.scenarios", n=instance["scenarios"].rows),
            version=VERSION,
        )
    ]
    done = [name for name in USED if shown.one(name)]
    said += [label("methods", "solve" if name == "verify" else name) for name in done]
    return " ".join(dict.fromkeys(said))


def _cited(shown: Shown) -> list[str]:
    keys = ["optimiser", "highs", "pyomo", "mannion", "marsh"]
    return keys + ["lahdelma"] * bool(shown.one("map"))
