"""Draw the two figures that the README shows: `python scripts/figures.py`."""

from __future__ import annotations

from pathlib import Path

import optimiser
from optimiser.figures.drawing import Drawing

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / "scripts" / "figures"


def figures() -> dict[str, Drawing]:
    """File -> figure: where decisions move, and whose weights lead where."""
    return {
        "arrows.svg": optimiser.solve(optimiser.read(ROOT / "instances" / "three-levels")).plot(),
        "triangle.svg": optimiser.weight_map(optimiser.read(ROOT / "instances" / "archetype")).plot(),
    }


if __name__ == "__main__":
    for name, drawing in figures().items():
        drawing.save(PLACE / name)
