"""Every line that a verb prints fits the terminal, whatever names an instance has, and loses none of them."""

from __future__ import annotations

import re
import shlex
import unicodedata
from functools import cache

import pytest
from nasty_instance import DECISIONS, LEVELS, VERBS, breadth, nasty

import optimiser
from optimiser import terminal
from optimiser.cli.diagnose import diagnosis_text
from optimiser.design.moves import Neighbours

WIDTHS = (40, 60, 80, 100, 200)
NAMELESS = ("check", "infeasible", "diagnose", "maths", "replay")  # do not say who holds what


@cache
def found(verb: str) -> object:
    """What is printed: found once for all widths."""
    return VERBS[verb][0](nasty())


def said(verb: str, width: int, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COLUMNS", str(width))
    return VERBS[verb][1](found(verb))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("verb", VERBS)
def test_every_line_fits_and_harms_no_terminal(verb, width, monkeypatch):
    lines = said(verb, width, monkeypatch).split("\n")
    assert [line for line in lines if breadth(line) > width] == []
    assert [line for line in lines if line != line.rstrip()] == []
    assert [line for line in lines if any(unicodedata.category(c).startswith("C") for c in line)] == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb not in NAMELESS])
def test_no_decision_is_lost(verb, width, monkeypatch):
    text = re.sub(r"\s+", "", said(verb, width, monkeypatch))  # folded or not
    assert [d for d in DECISIONS if d.replace(" ", "") not in text] == []


def test_wide_letters_are_aligned(monkeypatch):
    text = said("alternatives", 200, monkeypatch)
    block = text.split("WHAT MUST, MAY AND NEVER BE")[1].split("BY LOCALITY")[0].strip("\n").split("\n")
    head = next(line for line in block if line.split()[:1] == ["decision"])
    start = breadth(head[: head.index(LEVELS[0])])
    for name in DECISIONS:
        line = next(line for line in block if line.strip().startswith(name))
        assert breadth(line[: re.search(r"  +(must|may|never|undecided|no)", line).end(1)]) > start
        before = line[: re.search(r"  +(?=must|may|never|undecided|no)", line).end()]
        assert breadth(before) == start, line


def test_what_was_asked_stands_under_the_title_and_can_be_typed_again(run):
    options = ["--fix", "P1=central", "--weights", "accountability=1,responsiveness=2", "--gap", "0.001"]
    first = run("solve", "instances/archetype", *options).out
    line = next(line for line in first.split("\n") if line.startswith("  asked: "))
    assert first.split("\n").index(line) == 2
    again = run("solve", "instances/archetype", *shlex.split(line.removeprefix("  asked: "))).out
    assert re.sub(r"in \d.*", "", again) == re.sub(r"in \d.*", "", first)
    assert "asked" not in run("solve", "instances/archetype").out
    assert "\n  asked: --no-reach\n" in run("compare", "instances/archetype", "--no-reach").out


@pytest.mark.parametrize(
    "call",
    [
        "verify I OUT", "compare I --with I --design OUT", "explain I --decision O2 --locality locality",
        "alternatives I --count 2 --diverse 1", "frontier I --objectives accountability,responsiveness",
        "map I --tolerance 0.1", "diagnose I --fix P1=local --at-least accountability=0.1",
        "solve I --start OUT --lexicographic accountability,responsiveness",
    ],
)  # fmt: skip
def test_every_verb_repeats_a_call_that_it_takes(run, call, tmp_path):
    """Word by word what was typed, but for the order and the folders of other instances, which have names."""
    out = str(tmp_path / "out")
    run("solve", "instances/archetype", "--out", out)
    verb, *arguments = [{"I": "instances/archetype", "OUT": out}.get(word, word) for word in call.split()]
    text = run(verb, *arguments).out
    head = text.split("\n\n")[0].split("\n")
    first = next(i for i, line in enumerate(head) if line.startswith("  asked: "))
    said = " ".join(
        [head[first].removeprefix("  asked: "), *(l for l in head[first + 1 :] if l.startswith("   "))]
    )
    typed = [word.replace("instances/archetype", "archetype") for word in arguments[1:]]
    assert sorted(shlex.split(said)) == sorted(typed)


def test_an_objective_without_data_has_a_dash_and_the_dash_is_explained(run):
    text = run("solve", "instances/archetype").out
    assert re.search(r"\n  economy +0.0000 +-\n", text)
    assert "\n  -: the instance says nothing about it.\n" in text
    assert (
        "says nothing" not in run("solve", "instances/germany-icu", "--gap", "0.01").out.split("HELD AND")[1]
    )


@pytest.mark.parametrize(
    ("said", "number"),
    [
        (terminal.exact(1e6), "1,000,000"), (terminal.exact(312000.5), "312,000.5"), (terminal.exact(12.0), "12"),
        (terminal.exact(-0.0), "0"), (terminal.exact(1e-7), "0.0000001"), (terminal.fixed(-1e-9, 4), "0.0000"),
        (terminal.fixed(None, 4), "-"), (terminal.fixed(float("nan"), 4), "-"), (terminal.signed(-1e-9, 4), "+0.0000"),
        (terminal.small(3.8e-5), "0.000038"), (terminal.small(-1e-12), "0"), (terminal.at_most(0.00123), "0.0013"),
        (terminal.at_most(0.012), "0.012"), (terminal.at_most(12.0), "12"),
        (terminal.money(94681080.4), "94,681,080"), (terminal.counted(1, "design"), "1 design"),
        (terminal.counted(2571, "design"), "2,571 designs"), (" ".join(terminal.amounts([7.0, 22.0])), "7 22"),
        (" ".join(terminal.amounts([7.25, 22.0])), "7.25 22.00"), (" ".join(terminal.amounts([1e6, -0.0])), "1,000,000 0"),
        (terminal.percent(1e-9), "< 0.1 %"), (terminal.percent(0.99999), "> 99.9 %"), (terminal.percent(0.5), "50.0 %"),
        (terminal.gap(0.5, 0.5), "0.0000 %"), (terminal.gap(0.5, 0.505), "1.0000 %"), (terminal.gap(-0.5, -0.495), "1.0000 %"),
        (terminal.gap(0.0, 0.25), "0.25 of value"), (terminal.gap(0.0, 0.0), "0.0000 %"), (terminal.gap(1e-7, 0.5), "0.5 of value"),
        (terminal.gap(0.5, 0.4), "0.0000 %"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_people_write_them(said, number):
    assert said == number


@pytest.mark.parametrize(
    "verb", [verb for verb in VERBS if verb != "maths"]
)  # its coefficients are the solver's
def test_no_number_has_an_exponent_or_is_minus_nothing(verb, monkeypatch):
    text = said(verb, 200, monkeypatch)
    assert re.findall(r"\b\d[\d.]*e[+-]\d+\b", text) == []
    assert re.findall(r"-0\.0+(?![0-9])", text) == []


@pytest.mark.parametrize("verb", ["solve", "explain", "compare", "alternatives"])
def test_where_nothing_is_feasible_the_call_to_type_says_why(verb, run, tmp_path):
    folder = tmp_path / "it's mine"  # to be quoted
    archetype = optimiser.read("instances/archetype")
    archetype.replace("decisions.levels", set="local", where={"decision": "P1"}).replace(
        "organisations.staff_hours", set=0, where={"level": "local"}
    ).write(folder)
    ran = run(verb, str(folder))
    assert ran.code == 3
    line = next(
        line for line in (ran.out + ran.err).split("\n") if line.strip().startswith("optimiser diagnose")
    )
    _, *call = shlex.split(line)
    assert run(*call).out.count("Infeasible: no design keeps every requirement.") == 1


def test_the_call_says_all_that_was_asked(run):
    asked = ["--at-least", "accountability=0.5", "--at-least", "responsiveness=0.5", "--fix", "P1=local"]
    ran = run("solve", "instances/archetype", *asked)
    assert ran.code == 3
    _, *call = shlex.split(ran.out.strip().split("\n")[-1])
    assert sorted(call) == sorted(["diagnose", "instances/archetype", *asked])
    assert "Infeasible" in run(*call).out


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        ((0, 0, 0), "There is no design one move away."),
        ((1, 1, 0), "The one design one move away was looked at: none better, none equal."),
        ((0, 1, 0), "The one design one move away was not looked at."),
        ((2571, 2571, 1200), "All 2,571 designs one move away were looked at: 1,200 better, none equal."),
        ((1, 2571, 1), "1 of 2,571 designs one move away were looked at: 1 better, none equal."),
    ],
)
def test_one_is_not_said_as_many(seen, said):
    assert Neighbours(*seen).text == said


def test_one_more_hour_is_one_hour():
    archetype = optimiser.read("instances/archetype")
    short = archetype.replace("organisations.staff_hours", set=21, where={"level": "local"})
    text = diagnosis_text(optimiser.diagnose(short, fix=dict.fromkeys("I1 I2 P1 P2 O1 O2".split(), "local")))
    assert "1 more hour" in text
    assert "1 more hours" not in text
