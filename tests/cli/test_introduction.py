"""Results introduce themselves: in a line, a few lines, and a table for notebooks, whatever is in them."""

from __future__ import annotations

import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from functools import cache
from html.parser import HTMLParser
from tempfile import mkdtemp

import design_by_hand
import pandas as pd
import pytest
from nasty_instance import VERBS, breadth, nasty
from path_by_hand import with_periods
from series_by_hand import series

import optimiser
from optimiser import Instance
from optimiser.design.status import Status
from optimiser.introduction import Introduced
from optimiser.studies.finding import Finding, ObjectivesFinding
from optimiser.studies.sensitivity.batch import Batch

SCRIPT = "<script>alert('&amp')</script>"  # ; is no part of a name
ASK = {
    "instance": lambda i: i,
    "design": optimiser.solve,
    "nothing": lambda i: optimiser.solve(i, at_least={"accountability": 1, "responsiveness": 1}),
    "verified": lambda i: optimiser.verify(i, optimiser.solve(i)),
    "explain": optimiser.explain,
    "diagnose": optimiser.diagnose,
    "infeasible": lambda i: optimiser.diagnose(i, at_least={"accountability": 1, "responsiveness": 1}),
    "compare": optimiser.compare,
    "alternatives": optimiser.alternatives,
    "frontier": lambda i: optimiser.frontier(i, ["accountability", "responsiveness"]),
    "map": lambda i: optimiser.weight_map(i, tolerance=0.01),
    "thresholds": lambda i: optimiser.thresholds(i, "weights.responsiveness"),
    "path": lambda i: optimiser.path(with_periods(i, [{"period": f"p{SCRIPT}", "scenario": i["scenarios"]["scenario"][0]}])),
    "replay": lambda i: optimiser.replay(
        i, series({f"L{SCRIPT}": [3, 4]}, f"beds{SCRIPT}"), delays=[1], fit_until="2020-10-02"
    ),
    "study": lambda i: batch(i).run(),
    "rehearsal": lambda i: batch(i).rehearse(),
    "excerpt": lambda i: batch(i).write(1, f"{mkdtemp()}/1"),
    "plane": lambda i: optimiser.thresholds(
        i, "weights.responsiveness", tolerance=0.25,
        also={"what": "organisations.staff_hours", "range": (0, 9), "where": {"level": f"local{SCRIPT}"}},
    ),
}  # fmt: skip


def batch(instance: Instance) -> Batch:
    weights = {"name": f"w{SCRIPT}", "simplex": ["accountability", "responsiveness"]}
    study = {"name": "x", "method": "latin-hypercube", "samples": 3, "vary": [weights]}
    return optimiser.sensitivity(instance, study, executor=ThreadPoolExecutor(1))


@cache
def scripted() -> Instance:
    """Every name that an instance has is markup."""
    names = {d: f"{d}{SCRIPT}" for d in "abcde"}
    scores = [
        {
            "decision": name,
            "level": level,
            "risk_pooling": k % 3 / 2,
            "accountability": p,
            "responsiveness": (1 - p) * k / 5,
        }
        for k, name in enumerate(names.values())
        for p, level in enumerate([f"local{SCRIPT}", f"central{SCRIPT}"])
    ]
    return Instance.from_tables(
        {
            "decisions": [{"decision": name, "type": "input"} for name in names.values()],
            "organisations": [
                {"organisation": f"C{SCRIPT}", "level": f"central{SCRIPT}", "parent": ""},
                {
                    "organisation": f"L{SCRIPT}",
                    "level": f"local{SCRIPT}",
                    "parent": f"C{SCRIPT}",
                    "staff_hours": 3,
                },
            ],
            "scores": scores,
            "workload": [
                {"decision": name, "level": f"local{SCRIPT}", "hours": 1} for name in names.values()
            ],
        },
        name="mine",
        title=SCRIPT,
        levels=[{"level": f"central{SCRIPT}"}, {"level": f"local{SCRIPT}"}],
        resources=[{"resource": f"beds{SCRIPT}", "governed_by": f"a{SCRIPT}"}],
    )


@cache
def results(which: str) -> dict[str, Introduced]:
    """Of the nuisance of an instance, of one in markup, and of findings of which little was found."""
    if which == "scripted":
        return {name: ask(scripted()) for name, ask in ASK.items()}
    if which == "nasty":
        verbs = (verb for verb in VERBS if verb not in ("check", "maths", "compare"))
        return {"instance": nasty(), **{verb: VERBS[verb][0](nasty()) for verb in verbs}}
    return {
        "unknown": design_by_hand.design(status=Status.UNKNOWN, best=None, closest=None, neighbours=None),
        "long": design_by_hand.design(
            instance=design_by_hand.instance(name="n" * 500, title="t " * 500),
            notes=tuple("a note that goes on " * 40 for _ in range(30)),
        ),
        "wide": design_by_hand.design(instance=design_by_hand.instance(name="病" * 300)),
    }


EVERY = [(which, name) for which, names in (
    ("scripted", ASK),
    ("nasty", ["instance", *(v for v in VERBS if v not in ("check", "maths", "compare"))]),
    ("handmade", ["unknown", "long", "wide"]),
) for name in names]  # fmt: skip


@pytest.mark.parametrize(("which", "name"), EVERY)
def test_a_line_is_a_line(which, name):
    found = results(which)[name]
    line = repr(found)
    assert line.startswith(f"{type(found).__name__}(")
    assert len(line) <= 200
    assert not [c for c in line if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")]
    assert "..." in line or found.headline in line


@pytest.mark.parametrize(("which", "name"), EVERY)
def test_a_few_lines_are_few(which, name, monkeypatch):
    found = results(which)[name]
    for width in (40, 60, 100):
        monkeypatch.setenv("COLUMNS", str(width))
        text = str(found)
        assert 1 < len(text.split("\n")) <= 25
        assert not [line for line in text.split("\n") if breadth(line) > width]
        assert re.sub(r"\s", "", found._further()) in re.sub(r"\s", "", text)


class Tags(HTMLParser):
    """The markup of a page, and the text in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags, self.open, self.text = set(), [], ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        assert not attrs
        self.tags.add(tag)
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize(("which", "name"), EVERY)
def test_what_stands_in_a_notebook_is_text_and_no_markup(which, name):
    found = results(which)[name]
    page = Tags(found._repr_html_())
    assert page.tags <= {"div", "p", "table", "tr", "th", "td"}
    assert page.open == []
    assert len(page.text) < 10_000
    if which == "scripted" and name in ("instance", "design", "explain", "alternatives", "compare"):
        assert "<script>" in page.text  # said as it is


@pytest.mark.parametrize(
    "name", [name for name in ASK if name not in ("instance", "design", "nothing", "verified", "excerpt")]
)
def test_the_tables_that_a_finding_names_are_there(name):
    found = results("scripted")[name]
    said = re.search(r"\.frame\(NAME\) with (.*?);", found._further()).group(1)
    names = re.findall(r'"(\w+)"', said)
    assert names == list(found.tables())
    for each in names:
        assert isinstance(found.frame(each), pd.DataFrame)


def test_what_a_design_and_an_instance_name_is_there():
    design, instance = results("scripted")["design"], scripted()
    for name in re.findall(r"\.(\w+)", design._further()):
        assert hasattr(design, name)
    for name in re.findall(r"\.(\w+)\(", instance._further()):
        assert hasattr(instance, name) or hasattr(instance["decisions"], name)


def test_every_kind_of_result_introduces_itself():
    kinds = {type(found) for found in results("scripted").values()}
    every = {kind for base in (Finding, ObjectivesFinding) for kind in base.__subclasses__()} - {
        ObjectivesFinding
    }
    assert every < kinds
    for kind in kinds:
        assert [
            m
            for m in ("__repr__", "__str__", "_repr_html_")
            if getattr(kind, m) is not getattr(Introduced, m)
        ] == []


@pytest.mark.parametrize("interrupted", [True, False])
@pytest.mark.parametrize("name", ["explain", "alternatives", "frontier", "map", "compare"])
def test_what_was_not_finished_says_so(name, interrupted):
    found = results("scripted")[name]
    partly = replace(found, complete=False, interrupted=interrupted, unfinished=("much is open.",))
    assert re.search("interrupted" if interrupted else "not complete|time limit|a limit", repr(partly))
    assert "much is open." in str(partly)
    assert {"complete", "unfinished"} < {field.name for field in fields(found)}


def test_the_archetype_says_what_people_want_to_know(monkeypatch):
    archetype = optimiser.read("instances/archetype")
    assert repr(archetype) == "Instance(archetype: 6 decisions, 1 locality, 2 levels, 1 scenario)"
    design = optimiser.solve(archetype)
    assert (
        repr(design) == "Design(archetype: optimal, verified: value 0.350000, bound 0.350000, gap 0.0000 %)"
    )
    assert re.search(r"\n +O2 +outcome +central\n", str(design))
    short = archetype.replace("organisations.staff_hours", set=20, where={"level": "local"})
    compared = str(optimiser.compare(short, reach=False))
    assert re.search(r"\n +all-local +\(0.177778\) +infeasible: staff of locality", compared)
