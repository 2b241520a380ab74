"""What `help()` shows of the public names: numpydoc, with an example that runs and every argument and field named."""

from __future__ import annotations

import dataclasses
import doctest
import inspect
import re
from pathlib import Path

import pytest

import optimiser
from optimiser.studies.finding import Finding

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = {
    name: found for name in optimiser.__all__ if inspect.isfunction(found := getattr(optimiser, name))
}
METHODS = {
    f"Instance.{name}": getattr(optimiser.Instance, name) for name in ("replace", "from_tables", "to_tables")
}
RESULTS = {"Design": optimiser.Design, "Finding": Finding} | {
    name: inspect.getmodule(found).__dict__[inspect.signature(found).return_annotation]
    for name, found in FUNCTIONS.items()
    if name in optimiser.QUESTIONS and inspect.signature(found).return_annotation not in ("Design", "Batch")
}


@pytest.mark.parametrize("name", [*FUNCTIONS, *METHODS])
def test_its_example_runs(name, monkeypatch):
    monkeypatch.chdir(ROOT)
    found = (FUNCTIONS | METHODS)[name]
    whole = {"Instance": optimiser.Instance}
    (test,) = doctest.DocTestFinder(recurse=False).find(
        inspect.unwrap(getattr(found, "__func__", found)), name, globs=whole
    )
    said: list[str] = []
    assert test.examples
    assert doctest.DocTestRunner().run(test, out=said.append).failed == 0, "".join(said)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_it_names_every_argument_and_what_comes_back(name):
    found = FUNCTIONS[name]
    said = sections(inspect.getdoc(found))
    assert {"Parameters", "Returns", "Raises", "Examples"} <= said.keys()
    assert entries(said["Parameters"]) == list(inspect.signature(found).parameters)
    returned = inspect.signature(found).return_annotation.split(".")[-1]
    assert said["Returns"].splitlines()[0].split(".")[-1] == returned


@pytest.mark.parametrize("name", RESULTS)
def test_every_field_of_a_result_is_named(name):
    common = () if name in ("Design", "Finding") else {field.name for field in dataclasses.fields(Finding)}
    fields = [field.name for field in dataclasses.fields(RESULTS[name]) if field.name not in common]
    assert fields
    assert entries(sections(inspect.getdoc(RESULTS[name]))["Attributes"]) == fields


def sections(text):
    """Heading -> the lines under it."""
    parts = re.split(r"^(\w+)\n-+\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def entries(section):
    """The names that a section explains, in order."""
    lines = re.findall(r"^(\w[\w, ]*?)(?: : .*)?$", section, re.MULTILINE)
    return [name for line in lines for name in line.split(", ")]
