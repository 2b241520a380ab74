"""One schema: the template, the dictionary and the JSON Schema say what the reader does."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from full_instance import FULL

from optimiser.errors import InputError
from optimiser.instance.checking.check import warnings
from optimiser.instance.checking.rules import RULES
from optimiser.instance.read import read
from optimiser.instance.schema.dictionary import data_dictionary
from optimiser.instance.schema.schema import HELD_TABLES, SETTINGS, TABLES
from optimiser.instance.template import write_template
from optimiser.studies.schemas import json_schema


def test_every_column_says_what_it_means() -> None:
    for table in TABLES.values():
        assert table.meaning.endswith(".")
        for column in table.columns:
            assert column.meaning
            assert column.kind == "number" or not column.unit
        assert set(table.key) <= set(table.by_name)


def test_rules_read_what_exists() -> None:
    for reads, _ in RULES:
        for path in reads:
            table, _, column = path.partition(".")
            assert table in HELD_TABLES or table in SETTINGS
            assert not column or column in TABLES[table].by_name


def test_the_dictionary_names_every_table_and_column() -> None:
    page = data_dictionary()
    for name, table in TABLES.items():
        assert (f"`{name}.csv`" if table.shape == "csv" else "`instance.toml`") in page
        for column in table.columns:
            shown = column.name.replace("{}", column.each.removesuffix("s").upper())
            assert f"| `{shown}` | {column.meaning}" in page
    assert not any("  |" in line.replace("|  |", "") for line in page.splitlines())


def test_the_json_schema_is_plain_json() -> None:
    schema = json_schema()
    assert json.loads(json.dumps(schema)) == schema
    assert [part["$ref"].split("/")[-1] for part in schema["anyOf"]] == list(schema["$defs"])


def test_the_json_schema_knows_every_key_of_an_instance() -> None:
    schema = json_schema()["$defs"]["instance"]
    document = tomllib.loads(FULL["instance.toml"])
    assert fits(document, schema)
    assert fits(document | {"note": "mine", "limits": {"remark": "mine"}}, schema)
    assert not fits(document | {"limit": 1}, schema)
    assert not fits(document | {"limits": {"reserve": 2}}, schema)
    assert not fits({key: value for key, value in document.items() if key != "name"}, schema)
    assert not fits(document | {"levels": [{"level": "one"}]}, schema)
    for correlation, fitting in (
        (0.5, True),
        ({"ppe": 0.5}, True),
        (1.5, False),
        ({"ppe": 1.5}, False),
        ("ppe", False),
    ):
        scenarios = [{"scenario": "s", "probability": 1, "correlation": correlation}]
        assert fits(document | {"scenarios": scenarios}, schema) is fitting


def fits(value: Any, schema: dict[str, Any]) -> bool:
    """Whether a value is as a schema says, as far as the words that instance.toml's schema uses go."""
    kinds = {
        "object": dict,
        "array": list,
        "string": str,
        "boolean": bool,
        "number": int | float,
        "integer": int,
    }
    if "anyOf" in schema:
        return any(fits(value, other) for other in schema["anyOf"])
    if "type" in schema and not isinstance(value, kinds[schema["type"]]):
        return False
    if isinstance(value, dict):
        known, rest = schema.get("properties", {}), schema.get("additionalProperties", True)
        return set(schema.get("required", ())) <= set(value) and all(
            fits(inner, known[key]) if key in known else rest is not False and fits(inner, rest or {})
            for key, inner in value.items()
        )
    if isinstance(value, list):
        return len(value) >= schema.get("minItems", 0) and all(fits(item, schema["items"]) for item in value)
    if isinstance(value, str):
        return len(value) >= schema.get("minLength", 0)
    return schema.get("minimum", value) <= value <= schema.get("maximum", value)


def test_a_new_instance_is_sound_and_commented(tmp_path: Path) -> None:
    written = write_template(tmp_path / "my first")
    assert sorted(path.name for path in written) == sorted(
        path.name for path in (tmp_path / "my first").iterdir()
    )
    instance = read(tmp_path / "my first")
    assert instance.name == "my-first"
    assert set(instance["decisions"]["type"]) == {"input", "process", "outcome"}
    assert warnings(instance) == ()
    assert (
        TABLES["levels"].by_name["delay_days"].meaning
        in (tmp_path / "my first" / "instance.toml").read_text()
    )
    assert data_dictionary() in (tmp_path / "my first" / "README.md").read_text()


def test_a_workshop_lists_its_blanks_in_order(tmp_path: Path) -> None:
    write_template(tmp_path / "workshop", workshop=True)
    with pytest.raises(InputError) as error:
        read(tmp_path / "workshop")
    rows = (tmp_path / "workshop" / "scores.csv").read_text().splitlines()
    objectives = rows[0].split(",")[2:]
    assert list(error.value.problems) == [
        f"scores.csv: {objective} is blank in 12 rows, lines 2-13; it must be a number from 0 to 1 (nothing is scored yet)"
        for objective in objectives
    ]
    scores = [rows[0]] + [row.replace(",,,,", ",0.1,0.2,0.3,0.4") for row in rows[1:]]
    (tmp_path / "workshop" / "scores.csv").write_text("\n".join([*scores[:-1], rows[-1]]))
    with pytest.raises(InputError) as error:
        read(tmp_path / "workshop")
    assert len(error.value.problems) == len(objectives)
    (tmp_path / "workshop" / "scores.csv").write_text("\n".join(scores))
    assert read(tmp_path / "workshop")["scores"]["local_voice"][0] == 0.4


def test_a_new_instance_takes_no_ones_place(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine").write_text("mine")
    with pytest.raises(InputError, match="exists already; nothing was written"):
        write_template(tmp_path / "taken")
    assert [path.name for path in (tmp_path / "taken").iterdir()] == ["mine"]
