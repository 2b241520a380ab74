"""Renew the data dictionary in instances/README.md from the schema. The text around it stays as it is."""

from __future__ import annotations

import re
from pathlib import Path

from optimiser.instance.dictionary import data_dictionary

PAGE = Path(__file__).resolve().parent.parent / "instances" / "README.md"
BLOCK = re.compile(
    r"(?<=<!-- from the schema -->\n).*(?=<!-- end of what is from the schema -->\n)", re.DOTALL
)


def renewed(text: str) -> str:
    """The page with the dictionary as the schema has it now."""
    return BLOCK.sub(lambda _: f"\n{data_dictionary().strip()}\n\n", text)


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
