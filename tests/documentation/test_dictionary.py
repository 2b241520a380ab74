"""The dictionaries of data and of results, and the page of mathematics, are what the code says today."""

from __future__ import annotations

import dictionary


def test_the_data_dictionary_is_current():
    page = dictionary.DICTIONARY.read_text(encoding="utf-8")
    assert "| `half_life_days` |" in page
    assert dictionary.renewed(dictionary.DICTIONARY) == page, "run scripts/dictionary.py"


def test_the_mathematics_is_current():
    page = dictionary.MATHEMATICS.read_text(encoding="utf-8")
    assert "shortfall[s] >= eta - V_s" in page
    assert dictionary.renewed(dictionary.MATHEMATICS) == page, "run scripts/dictionary.py"


def test_the_dictionary_of_results_is_current():
    page = dictionary.RESULTS.read_text(encoding="utf-8")
    assert "| `decisions[].moves[].cost` |" in page
    assert "| **`attribution.csv`** |" in page
    assert dictionary.renewed(dictionary.RESULTS) == page, "run scripts/dictionary.py"
