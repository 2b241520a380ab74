"""Renew what is written from the code: the dictionaries of data and of results, and the mathematics.

The text around them, in the READMEs of instances, optimiser/studies and optimiser/model, stays as it is.
"""

from __future__ import annotations

import re
from pathlib import Path

from optimiser.instance.read import read
from optimiser.instance.schema.dictionary import data_dictionary, results_dictionary
from optimiser.model.formulation import maths_markdown
from optimiser.studies.schemas import results

ROOT = Path(__file__).resolve().parent.parent
DICTIONARY, MATHEMATICS = ROOT / "instances" / "README.md", ROOT / "optimiser" / "model" / "README.md"
RESULTS = ROOT / "optimiser" / "studies" / "README.md"
BLOCK = re.compile(r"(<!-- from the (?:schema|model|results) -->\n).*(<!-- end of what is from)", re.DOTALL)


def mathematics() -> str:
    """Every component that a model can have, from an instance which uses all of them."""
    instance = read(ROOT / "instances" / "germany-icu")
    return maths_markdown(
        instance.replace("uncertainty.risk_aversion", set=0.25).replace("limits.max_changes", set=3)
    )


SOURCES = {
    DICTIONARY: data_dictionary,
    MATHEMATICS: mathematics,
    RESULTS: lambda: results_dictionary(results()),
}


def renewed(page: Path) -> str:
    """The page with what is written from the code as the code has it now."""
    return BLOCK.sub(
        lambda found: f"{found[1]}\n{SOURCES[page]().strip()}\n\n{found[2]}", page.read_text(encoding="utf-8")
    )


if __name__ == "__main__":
    for page in SOURCES:
        page.write_text(renewed(page), encoding="utf-8")
