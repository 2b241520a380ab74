"""The figures that the README shows are those that are drawn now."""

from __future__ import annotations

from figures import PLACE, figures


def test_the_figures_of_the_readme_are_current():
    for name, drawing in figures().items():
        assert (PLACE / name).read_text(encoding="utf-8") == drawing.svg(), "run scripts/figures.py"
