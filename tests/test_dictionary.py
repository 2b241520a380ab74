"""instances/README.md is what the schema says today."""

from __future__ import annotations

import dictionary


def test_the_data_dictionary_is_current():
    page = dictionary.PAGE.read_text(encoding="utf-8")
    assert "| `half_life_days` |" in page
    assert dictionary.renewed(page) == page, "run scripts/dictionary.py"
