"""Rows of a built model held against what a person has reviewed; REWRITE=1 writes them anew."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from optimiser.model.formulation import row_text


def written(component: Any) -> str:
    rows = [f"{row.name}:\n    {row_text(row)}" for row in component.values()]
    return f"{component.doc}\n\n" + "\n".join(rows) + "\n"


def holds(component: Any, golden: Path) -> None:
    if os.environ.get("REWRITE"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(written(component), encoding="utf-8")
    assert golden.is_file(), f"no golden for {golden.stem}: write one with REWRITE=1 and read it"
    assert written(component) == golden.read_text(encoding="utf-8")
    assert len(component) > 0, "the instance has no row of it"
