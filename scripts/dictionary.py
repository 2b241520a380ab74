"""Renew what is written from the code: the dictionaries of data and of results, and the mathematics.

The text around them, in the READMEs of instances, optimiser/studies and optimiser/model, stays as it is.
"""

from __future__ import annotations

import re
from pathlib import Path

from optimiser.instance.read import read
from optimiser.instance.schema.dictionary import data_dictionary, results_dictionary, study_dictionary
from optimiser.model.formulation import maths_markdown
from optimiser.studies.schemas import results

ROOT = Path(__file__).resolve().parent.parent
DICTIONARY, MATHEMATICS = ROOT / "instances" / "README.md", ROOT / "optimiser" / "model" / "README.md"
RESULTS = ROOT / "optimiser" / "studies" / "README.md"
BLOCK = re.compile(r"(<!-- from the (\w+) -->\n).*?(<!-- end of what is from the \2)", re.DOTALL)


def mathematics() -> str:
    """Every component that a model can have, from an instance which uses all of them."""
    instance = read(ROOT / "instances" / "germany-icu")
    return maths_markdown(
        instance.replace("uncertainty.risk_aversion", set=0.25).replace("limits.max_changes", set=3)
    )


PAGES = (DICTIONARY, MATHEMATICS, RESULTS)
SOURCES = {  # what stands in a block of this name
    "schema": data_dictionary,
    "model": mathematics,
    "study": study_dictionary,
    "results": lambda: results_dictionary(results()),
}


def renewed(page: Path) -> str:
    """The page with what is written from the code as the code has it now."""
    return BLOCK.sub(
        lambda found: f"{found[1]}\n{SOURCES[found[2]]().strip()}\n\n{found[3]}",
        page.read_text(encoding="utf-8"),
    )


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(renewed(page), encoding="utf-8")
