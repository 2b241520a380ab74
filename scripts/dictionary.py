"""Renew what is written from the code: the dictionaries of data and of results, and the mathematics.

The text around them, in the READMEs of instances, optimiser/studies and optimiser/model, stays as it is.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from optimiser.instance.instance import Instance
from optimiser.instance.read import read
from optimiser.instance.schema.dictionary import data_dictionary, results_dictionary, study_dictionary
from optimiser.model.formulation import maths_markdown, path_markdown
from optimiser.studies.schemas import results

ROOT = Path(__file__).resolve().parent.parent
DICTIONARY, MATHEMATICS = ROOT / "instances" / "README.md", ROOT / "optimiser" / "model" / "README.md"
RESULTS = ROOT / "optimiser" / "studies" / "README.md"
BLOCK = re.compile(r"(<!-- from the (\w+) -->\n).*?(<!-- end of what is from the \2)", re.DOTALL)


def mathematics() -> str:
    """Every component that a model can have, from an instance which uses all of them."""
    instance = read(ROOT / "instances" / "germany-icu")
    whole = instance.replace("uncertainty.risk_aversion", set=0.25).replace("limits.max_changes", set=3)
    return f"{maths_markdown(whole)}\n{path_markdown(with_periods())}"


def with_periods() -> Instance:
    """A small instance with everything that links periods."""
    tables = read(ROOT / "instances" / "three-levels").to_tables()
    tables["periods"] = pd.DataFrame([{"period": name, "scenario": "normal"} for name in ("one", "two")])
    tables["path"] = pd.DataFrame([{"learn": 0.2, "heal": 0.2, "hurt": 0.2, "burn": 0.2, "safe": 0.8}])
    tables["organisations"]["ability"] = 0.8
    tables["resources"]["reserve"] = 1.0
    first, second = tables["decisions"]["decision"][:2]
    rule = {"if_decision": first, "if_level": "hospital", "then_decision": second, "then_level": "hospital"}
    tables["rules"] = pd.DataFrame([rule | {"lag": 1}])
    made = Instance.from_tables(tables)
    return made.replace("limits.max_changes", set=1).replace("decisions.switch_cost", set=1)


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
