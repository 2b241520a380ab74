"""Every column of every table, spoilt in every way that people spoil cells: each told, and where."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from full_instance import FULL, put

from optimiser.errors import InputError
from optimiser.instance.instance import Instance
from optimiser.instance.read import read
from optimiser.instance.schema.column import Column
from optimiser.instance.schema.schema import CSV_TABLES, TABLES

OBJECTIVES = (
    "risk_pooling",
    "accountability",
    "responsiveness",
    "economy",
    "solidarity",
    "resilience",
    "local_voice",
)
NUMBERS = [
    (table, name)
    for table in CSV_TABLES
    for name, column in TABLES[table].expand(OBJECTIVES, ("beds",), ("ppe",)).items()
    if column.kind == "number"
]
FLAGS = [(table, c.name) for table in CSV_TABLES for c in TABLES[table].columns if c.kind == "flag"]
NAMED = [(table, c.name) for table in CSV_TABLES for c in TABLES[table].columns if c.named]


def column_of(table: str, name: str) -> Column:
    return TABLES[table].expand(OBJECTIVES, ("beds",), ("ppe",))[name]


def spoilt(table: str, name: str, *cells: str) -> dict[str, str]:
    """The full instance with these cells in the first rows of one column."""
    header, *rows = list(csv.reader(io.StringIO(FULL[f"{table}.csv"])))
    if name not in header:
        header.append(name)
        rows = [[*row, ""] for row in rows]
    for row, cell in zip(rows, cells, strict=False):
        row[header.index(name)] = cell
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return FULL | {f"{table}.csv": text.getvalue()}


def everywhere(cell: str) -> dict[str, str]:
    """The full instance with this cell in the first row of every column of numbers in every table."""
    files = dict(FULL)
    for table, name in NUMBERS:
        header, *rows = list(csv.reader(io.StringIO(files[f"{table}.csv"])))
        if name not in header:
            header.append(name)
            rows = [[*row, ""] for row in rows]
        rows[0][header.index(name)] = cell
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([header, *rows])
        files[f"{table}.csv"] = text.getvalue()
    return files


def problems(folder: Path, files: dict[str, str]) -> list[str]:
    try:
        read(put(folder, files))
    except InputError as error:
        return list(error.problems)
    return []


@pytest.mark.parametrize(
    "cell", ["high", "nan", "inf", "-inf", "1e999", "1e400", "0x10", "1;2", "½", "TRUE", "'3"]
)
def test_what_is_no_number_is_told_where_it_stands(cell: str, tmp_path: Path) -> None:
    lines = problems(tmp_path, everywhere(cell))
    for table, name in NUMBERS:
        found = [line for line in lines if line.startswith(f"{table}.csv:2 {name}: ")]
        assert len(found) == 1
        assert found[0].startswith(f"{table}.csv:2 {name}: '{cell}' is not {column_of(table, name).expected}")


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("0,85", "0,85: write a decimal point (0.85)"),
        ("-0,5", "-0,5: write a decimal point (-0.5)"),
        ("312 000", "312 000: leave out the space"),
        ("312\u00a0000", "312 000: leave out the space"),
        ("312\u202f000,5", "312 000,5: leave out the space and write a decimal point"),
        ("1,234", "1,234: write 1234 or, with a decimal point, 1.234"),
        ("1,234,567", "1,234,567: leave out the comma"),
        ("1,234.5", "1,234.5: leave out the comma"),
        ("1.234,5", "1.234,5: leave out the points between thousands (write 1234.5)"),
        ("1'234", "1'234: leave out the '"),
        ("1_234", "1_234: leave out the _"),
        ("85%", "85%: write 0.85"),
        ("8,5 %", "8,5 %: write 0.085"),
        ("£120", "£120: leave out the £"),
        ("1200 €", "1200 €: leave out the €"),
        (" 0.5", " 0.5: leave out the blanks around it"),
        ("−0.5", "−0.5: write -0.5, with a hyphen for the minus"),
        ("12 h", "12 h: write the number alone"),
    ],
)  # fmt: skip
def test_the_likely_mistake_is_said(cell: str, said: str, tmp_path: Path) -> None:
    lines = problems(tmp_path, everywhere(cell))
    assert {f"{table}.csv:2 {name}: {said}" for table, name in NUMBERS} <= set(lines)


@pytest.mark.parametrize("cell", ["n/a", "NA", "-", "?", "None"])
def test_what_is_not_known_is_left_empty(cell: str, tmp_path: Path) -> None:
    lines = problems(tmp_path, everywhere(cell))
    for table, name in NUMBERS:
        column = column_of(table, name)
        advice = "" if column.required else " (not known? leave it empty)"
        assert f"{table}.csv:2 {name}: '{cell}' is not {column.expected}{advice}" in lines


@pytest.mark.parametrize(("table", "name"), [pair for pair in NUMBERS if column_of(*pair).high == 1])
def test_a_percentage_is_recognised_where_a_share_belongs(table: str, name: str, tmp_path: Path) -> None:
    expected = column_of(table, name).expected
    lines = problems(tmp_path, spoilt(table, name, "85"))
    assert f"{table}.csv:2 {name}: 85 is not {expected} (85 %? write 0.85)" in lines
    assert any(line.startswith(f"{table}.csv:2 {name}: '1.5' is not {expected}") and "%" not in line
               for line in problems(tmp_path, spoilt(table, name, "1.5")))  # fmt: skip
    assert not any("%" in line for line in problems(tmp_path, spoilt(table, name, "1000")))


@pytest.mark.parametrize(("table", "name"), NUMBERS)
def test_a_number_out_of_range_is_told(table: str, name: str, tmp_path: Path) -> None:
    column = column_of(table, name)
    if column.low == float("-inf"):
        assert not any(
            "is not a number" in line for line in problems(tmp_path, spoilt(table, name, "-1e300"))
        )
    else:
        below = f"{column.low - 0.5:g}"
        line = f"{table}.csv:2 {name}: '{below}' is not {column.expected}"
        assert line in problems(tmp_path, spoilt(table, name, below))


@pytest.mark.parametrize(("table", "name"), [pair for pair in NUMBERS if column_of(*pair).required])
def test_a_blank_that_must_be_filled_is_told(table: str, name: str, tmp_path: Path) -> None:
    found = [line for line in problems(tmp_path, spoilt(table, name, "")) if f"{name}" in line]
    assert found == [f"{table}.csv:2 {name}: '' is not {column_of(table, name).expected}"]


@pytest.mark.parametrize(("table", "name"), FLAGS)
@pytest.mark.parametrize(
    ("cell", "said"),
    [("yes", " (write true)"), ("1", " (write true)"), ("Wahr", " (write true)"), ("no", " (write false)"),
     ("0", " (write false)"), ("maybe", ""), (" true", " (leave out the blanks around it)")],
)  # fmt: skip
def test_flags_are_told_how_to_be_written(
    table: str, name: str, cell: str, said: str, tmp_path: Path
) -> None:
    line = f"{table}.csv:2 {name}: '{cell}' is not true or false{said}"
    assert line in problems(tmp_path, spoilt(table, name, cell))


@pytest.mark.parametrize(("table", "name"), FLAGS)
@pytest.mark.parametrize("cell", ["TRUE", "True", "true", "FALSE"])
def test_flags_may_have_capitals(table: str, name: str, cell: str, tmp_path: Path) -> None:
    assert not problems(tmp_path, spoilt(table, name, cell))


@pytest.mark.parametrize(("table", "name"), NAMED)
@pytest.mark.parametrize("cell", ["=A1", "+1", "-x", "@home"])
def test_names_are_no_formulas(table: str, name: str, cell: str, tmp_path: Path) -> None:
    why = f"is not a name: a spreadsheet would take what begins with {cell[0]} for a formula"
    assert f"{table}.csv:2 {name}: '{cell}' {why}" in problems(tmp_path, spoilt(table, name, cell))


@pytest.mark.parametrize("table", ["levels", "scenarios", "resources", "objectives"])
def test_names_in_the_toml_are_no_formulas_either(table: str) -> None:
    key = {"levels": "level", "scenarios": "scenario", "resources": "resource", "objectives": "objective"}[
        table
    ]
    rows = [
        {key: "+1", **({"probability": 1} if table == "scenarios" else {})},
        *[{key: "b"}] * (table == "levels"),
    ]
    with pytest.raises(InputError, match=r"'\+1' is not a name: a spreadsheet would take"):
        Instance.from_tables({"decisions": [{"decision": "a", "type": "input"}]}, name="x", **{table: rows})


@pytest.mark.parametrize("table", CSV_TABLES)
@pytest.mark.parametrize("free", ["note", "remark"])
def test_remarks_are_free_in_every_table(table: str, free: str, tmp_path: Path) -> None:
    plain = read(put(tmp_path / "plain", FULL))
    found = read(put(tmp_path / "noted", spoilt(table, free, "=1+1, n/a, 85 %", "-")))
    assert found["decisions"]["fear"].tolist() == plain["decisions"]["fear"].tolist()
    assert (found.hash == plain.hash) == (free not in TABLES[table].by_name)


@pytest.mark.parametrize("table", CSV_TABLES)
def test_an_unknown_column_is_refused_with_what_to_do(table: str, tmp_path: Path) -> None:
    line, *others = problems(tmp_path, spoilt(table, "zzz_qqq", "1"))
    assert line.startswith(f"{table}.csv:1 zzz_qqq: 'zzz_qqq' is not a column of {table}")
    assert "a remark? call it 'note'" in line
    assert not others


@pytest.mark.parametrize(
    ("table", "name"), [(t, c.name) for t in CSV_TABLES for c in TABLES[t].columns if not c.each]
)
def test_a_header_in_capitals_or_with_blanks_is_told_once(table: str, name: str, tmp_path: Path) -> None:
    for wrong in (name.upper(), f" {name}", f"{name} "):
        files = spoilt(table, name)
        head, rest = files[f"{table}.csv"].split("\n", 1)
        cells = [wrong if cell == name else cell for cell in head.split(",")]
        found = [line for line in problems(tmp_path, files | {f"{table}.csv": f"{','.join(cells)}\n{rest}"})
                 if line.startswith(f"{table}.csv:1 ")]  # fmt: skip
        line = f"{table}.csv:1 {wrong}".rstrip()
        assert found == [f"{line}: {wrong!r} is not a column of {table}; did you mean {name!r}?"]


@pytest.mark.parametrize("table", CSV_TABLES)
@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_other_separators_are_told(table: str, sign: str, tmp_path: Path) -> None:
    text = FULL[f"{table}.csv"].replace('"said, and done"', "").replace(";", "/").replace(",", sign)
    lines = problems(tmp_path, FULL | {f"{table}.csv": text})
    shown = sign.encode("unicode_escape").decode()
    assert len([line for line in lines if line.startswith(f"{table}.csv")]) == 1
    assert any(
        line.startswith(f"{table}.csv:1: columns are separated by '{shown}', not by commas") for line in lines
    )


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "latin-1", "cp1252"])
def test_other_encodings_are_told(encoding: str, tmp_path: Path) -> None:
    text = FULL["organisations.csv"].replace("The nation", "Die Länder")
    files: dict[str, str | bytes] = {
        **FULL,
        "organisations.csv": ("\ufeff" * (encoding == "utf-16-le") + text).encode(encoding),
    }
    with pytest.raises(InputError) as error:
        read(put(tmp_path, files))
    line = next(line for line in error.value.problems if line.startswith("organisations.csv"))
    assert ("UTF-16" in line) == encoding.startswith("utf-16")
    assert ("'ä' of Windows?" in line) == (not encoding.startswith("utf-16"))
    assert "UTF-8" in line


def test_a_line_that_names_the_separator_is_told(tmp_path: Path) -> None:
    for sign in ",;":
        lines = problems(tmp_path, FULL | {"needs.csv": f"sep={sign}\n" + FULL["needs.csv"]})
        assert lines == [
            f"needs.csv:1: leave out this line ('sep={sign}'): columns are always separated by commas"
        ]


def test_rows_and_columns_in_which_nothing_stands_are_nothing(tmp_path: Path) -> None:
    plain = read(put(tmp_path / "plain", FULL))
    risk = "decision,organisation,sd,mean,,\nppe,A1,30,1.5,,\n,,,,,\nppe,A2,40,2,,\nppe,B1,,1,,\n,,,,,\n"
    assert read(put(tmp_path / "wide", FULL | {"risk.csv": risk})).hash == plain.hash
    found = problems(tmp_path / "x", FULL | {"risk.csv": risk.replace("1.5,,", "1.5,7,")})
    assert found == ["risk.csv:1: column 5 has no name (a remark? call it 'note')"]


# One cause, one line.

LOCALITIES = [f"o{i:03d}" for i in range(1, 121)]
WIDE = {
    "instance.toml": 'name = "wide"\n',
    "decisions.csv": "decision,type\nppe,input\ncare,process\n",
    "organisations.csv": "organisation,level,parent,vacancy\ntop,central,,0\n"
    + "".join(f"{name},local,top,0.1\n" for name in LOCALITIES),
}


def risk(decision: str = "ppe", sd: str = "3") -> str:
    return "decision,organisation,sd\n" + "".join(f"{decision},{name},{sd}\n" for name in LOCALITIES)


@pytest.mark.parametrize(
    ("files", "lines"),
    [
        ({"risk.csv": risk("pep")},
         ["risk.csv:2 decision: 'pep' is not a decision; did you mean 'ppe'?; so in 120 rows, lines 2-121"]),
        ({"risk.csv": risk(sd='"0,5"')}, ["risk.csv:2 sd: 0,5: write a decimal point (0.5); so in 120 rows, lines 2-121"]),
        ({"risk.csv": risk(sd="n/a").replace("o007,n/a", "o007,3")},
         ["risk.csv:2 sd: 'n/a' is not a number of at least 0 (not known? leave it empty); "
          "so in 119 rows, lines 2-7 and 9-121"]),
        ({"risk.csv": risk().replace(",o0", ",x0").replace(",o1", ",x1")},
         ["risk.csv:2 organisation: 'x001' is not a locality (an organisation at level local); "
          "did you mean 'o001'?; so in 120 rows, lines 2-121"]),
        ({"organisations.csv": WIDE["organisations.csv"].replace(",0.1", ",")
          .replace("top,local", "top,central").replace("o001,local", "o001,") .replace("o002,local", "o002,")},
         ["organisations.csv: level is blank in 2 rows, lines 3-4; it must be a level"]),
        ({"scores.csv": "decision,level,accountability\n"
          + "".join(f"{d},{level},\n" for d in ("ppe", "care") for level in ("central", "local"))},
         ["scores.csv: accountability is blank in 4 rows, lines 2-5; it must be a number from 0 to 1 (nothing is scored yet)"]),
        ({"risk.csv": risk(sd="0,5")},
         ["risk.csv:2: 4 cells, but the header has 3 (a decimal comma? write a point); so in 120 rows, lines 2-121"]),
        ({"risk.csv": risk().replace("organisation", "organization")},
         ["risk.csv:1 organization: 'organization' is not a column of risk; did you mean 'organisation'?"]),
        ({"risk.csv": risk().replace(",3\n", "\n")},
         ["risk.csv:2: 2 cells, but the header has 3; so in 120 rows, lines 2-121"]),
    ],
)  # fmt: skip
def test_problems_with_one_cause_are_told_in_one_line(
    files: dict[str, str], lines: list[str], tmp_path: Path
) -> None:
    assert problems(tmp_path, WIDE | files) == lines


def test_different_numbers_with_one_mistake_are_one_line(tmp_path: Path) -> None:
    text = "organisation,level,parent,vacancy\ntop,central,,0\n" + "".join(
        f"{name},local,top,{10 + i % 50}\n" for i, name in enumerate(LOCALITIES)
    )
    assert problems(tmp_path, WIDE | {"organisations.csv": text}) == [
        "organisations.csv:3 vacancy: 10 is not a number from 0 to 1 (10 %? write 0.1); so in 120 rows, lines 3-122"
    ]


def test_a_name_that_is_unknown_in_many_tables_is_one_line(tmp_path: Path) -> None:
    needs = "organisation,need\no001,1\nx9,2\n"
    partners = "organisation,partner,dependence\nx9,o001,0.1\no002,x9,0.1\n"
    assert problems(tmp_path, WIDE | {"needs.csv": needs, "partners.csv": partners}) == [
        "needs.csv:3 organisation: 'x9' is not a locality (an organisation at level local); "
        "so in 3 rows: needs.csv line 3; partners.csv lines 2-3"
    ]


def test_different_causes_are_told_each(tmp_path: Path) -> None:
    wrong = (
        risk().replace("ppe,o001", "pep,o001").replace("ppe,o002", "crae,o002").replace("o003,3", "o003,many")
    )
    assert problems(tmp_path, WIDE | {"risk.csv": wrong}) == [
        "risk.csv:2 decision: 'pep' is not a decision; did you mean 'ppe'?",
        "risk.csv:3 decision: 'crae' is not a decision; did you mean 'care'?",
        "risk.csv:4 sd: 'many' is not a number of at least 0",
    ]


def test_a_name_in_other_letters_is_told(tmp_path: Path) -> None:
    assert problems(tmp_path, WIDE | {"needs.csv": "organisation,need\n\u043e001,1\n"}) == [
        "needs.csv:2 organisation: '\u043e001' is not a locality (an organisation at level local); "
        "did you mean 'o001', which is written with other characters?"
    ]


@pytest.mark.parametrize(
    ("document", "rows"),
    [({}, 600_000), ({"scenarios": [{"scenario": f"s{i}", "probability": 0.01} for i in range(100)]}, 6_000)],
)  # fmt: skip
def test_what_no_computer_could_build_is_refused_at_once(document: dict[str, object], rows: int) -> None:
    decisions = [{"decision": f"d{i}", "type": "input"} for i in range(rows)]
    with pytest.raises(InputError, match=r"holdings; 1,000,000 at most are taken on"):
        Instance.from_tables({"decisions": decisions}, name="x", **document)
