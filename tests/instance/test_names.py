"""What people call the things of an instance."""

from __future__ import annotations

import pytest
from paths import INSTANCES

import optimiser
from optimiser.instance.names import Names

NAMES = Names(optimiser.read(INSTANCES / "three-levels"))


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("staff_hours", "staff hours"),
        ("weights.risk_pooling", "weight of Risk pooling"),
        ("organisations.staff_hours", "staff hours of organisations"),
        ("scenarios.epidemic.probability", "probability of scenarios epidemic"),
        (
            "decisions.half_life_days[icu_transfer]",
            "half life days of decisions (Moving intensive-care patients)",
        ),
        ("values.economy", "values: Economy"),
        ("near[nothing]", "near (nothing)"),
    ],
)
def test_inputs_are_said_in_words(code: str, said: str) -> None:
    assert NAMES.input(code) == said


def test_codes_that_are_no_words_give_way_to_names() -> None:
    said = NAMES.spoken("staff of ministry: icu_transfer and rota, not icu_transfers nor my_icu_transfer")
    assert (
        said
        == "staff of ministry: Moving intensive-care patients and rota, not icu_transfers nor my_icu_transfer"
    )


def test_a_name_that_holds_a_code_is_not_taken_apart() -> None:
    tables = {
        "decisions": [
            {"decision": "a_1", "type": "input", "label": "b_2"},
            {"decision": "b_2", "type": "input"},
        ],
        "organisations": [
            {"organisation": "T", "level": "central"},
            {"organisation": "L", "level": "local", "parent": "T"},
        ],
    }
    names = Names(optimiser.Instance.from_tables(tables, name="x"))
    assert names.spoken("a_1, b_2, T") == "b_2, b_2, T"  # one letter is a word
