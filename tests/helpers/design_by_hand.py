"""A design made by hand: two localities, three decisions, one of them held differently by locality."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from optimiser.audit import Audit
from optimiser.audit.everyday_units import Hours, Means
from optimiser.design.design import Design
from optimiser.design.evaluated import Evaluated
from optimiser.design.moves import Closest, Neighbours
from optimiser.design.status import Status
from optimiser.instance.instance import Instance
from optimiser.record import Record


def text(*values: str) -> np.ndarray:
    return np.array(values, dtype=object)


def instance(**changes: Any) -> Instance:
    types, uniform = ("input", "process", "outcome"), (True, False, True)
    labels = {"funding": "Funding", "redeployment": "", "inspection": "Inspecting"}
    given = Instance.from_tables(
        {
            "scenarios": [
                {"scenario": "normal", "probability": 0.9},
                {"scenario": "surge", "probability": 0.1},
            ],
            "resource_types": [{"resource": "beds"}],
            "decisions": [
                {"decision": name, "type": kind, "label": labels[name], "uniform": one}
                for name, kind, one in zip(labels, types, uniform, strict=True)
            ],
            "organisations": [
                {"organisation": "nation", "level": "central"},
                {
                    "organisation": "north",
                    "level": "local",
                    "parent": "nation",
                    "name": "The north",
                    "population": 1000,
                },
                {
                    "organisation": "south",
                    "level": "local",
                    "parent": "nation",
                    "name": "The south",
                    "population": 2500,
                },
            ],
        },
        name="tiny",
        title="A tiny system",
        weights={"accountability": 1.0},
    )
    return replace(given, **changes)


def record() -> Record:
    return Record(
        held=np.array([[0, 0], [1, 0], [0, 0]]),
        exercised=np.array([[[1, 1], [1, 1]], [[0.5, 0.25], [1, 1]], [[1, 1], [1, 1]]]),
        monitored=np.array([[[0, 0], [0, 0]], [[0.25, -0.0], [0, 0]], [[0, 0], [0, 0]]]),
        support=np.zeros(3),
        added=np.zeros((2, 1)),
        lent=np.array([[[0, 5]], [[0, 0]]]),
        borrowed=np.array([[[0, 0]], [[0, 3]]]),
        unmet=np.array([[[0, 0]], [[0, 2]]]),
    )


def audit() -> Audit:
    objectives = dict.fromkeys(("risk_pooling", "accountability", "responsiveness"), 0.5)
    return Audit(
        broken=(),
        value=0.5,
        objectives=objectives | {"economy": 1.0, "solidarity": 0.0, "resilience": 0.99},
        values=np.array([0.5, 0.5]),
        scores={},
        localities={
            "accountability": np.array([0.4, 0.6]),
            "responsiveness": np.array([0.7, 0.3]),
            "unmet": np.array([0.0, 0.2]),
        },
        staff_available=np.array([[np.inf, np.inf], [40.0, 36.0], [20.0, 18.0]]),
        staff_used=np.array([[5.0, 5.0], [20.0, 10.0], [19.0, 18.0]]),
        demand=np.array([[[100, 110]], [[50, 60]]]),
        supply=np.array([[[120, 120]], [[55, 55]]]),
        spend=0.0,
        means=Means(2.5, 0.25, 0.75, {"beds": 0.2}, (Hours("local", 39.0, 60.0),), 0.0),
    )


def design(**changes: Any) -> Design:
    """One found by hand; its record and audit may be changed by name, and there is none with best=None."""
    parts = {"instance": changes.get("instance"), "record": changes.pop("record", None)}
    parts["audit"] = changes.pop("audit", None)
    given = {name: part for name, part in parts.items() if part is not None}
    best = Evaluated(**({"instance": instance(), "record": record(), "audit": audit()} | given))
    weights = dict.fromkeys(("risk_pooling", "accountability", "responsiveness"), 1 / 3)
    found = Design(
        instance=instance(),
        status=Status.OPTIMAL,
        weights=weights | dict.fromkeys(("economy", "solidarity", "resilience"), 0.0),
        best=best,
        bound=0.5,
        closest=Closest("funding", "", "local", 0.004),
        neighbours=Neighbours(checked=4, total=4, better=0, equal=(("inspection", "", "local"),)),
        run={"seconds": 1.25, "solver": "HiGHS 1.15.1", "engine": "0.1.0", "instance_hash": "abc"},
    )
    return replace(found, **changes)
