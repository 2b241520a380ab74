"""The house rules that no other tool looks after: small files, short functions, all of it in its room."""

from __future__ import annotations

import ast
import importlib
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

import optimiser

ROOT = Path(__file__).resolve().parent.parent
PYTHON = [path for room in ("optimiser", "scripts", "tests") for path in sorted((ROOT / room).rglob("*.py"))]
AT_THE_ROOT = {
    ".ci", ".gitattributes", ".gitignore", "CHANGELOG.md", "CITATION.cff", "LICENSE", "README.md",
    "constraints.txt", "instances", "optimiser", "pyproject.toml", "scripts", "tests",
}  # fmt: skip


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_a_few_screens_and_a_function_one(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    long = {node.name: lines_of_code(node) for node in functions}
    assert {name: lines for name, lines in long.items() if lines > 60} == {}


def lines_of_code(function):
    """How long a function is without what it says of itself."""
    said = function.body[0] if ast.get_docstring(function) is not None else None
    whole = function.end_lineno - function.lineno + 1
    return whole - (said.end_lineno - said.lineno + 1 if said else 0)


def test_nothing_odd_stands_at_the_root():
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout
    assert {path.split("/")[0] for path in tracked.splitlines()} <= AT_THE_ROOT


def test_every_package_goes_into_the_wheel():
    with (ROOT / "pyproject.toml").open("rb") as file:
        listed = set(tomllib.load(file)["tool"]["setuptools"]["packages"])
    found = {".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "optimiser").rglob("*.py")}
    assert listed == found | {"optimiser.examples"}


def test_what_is_public_is_the_same_for_those_who_read_types():
    tree = ast.parse((ROOT / "optimiser" / "__init__.py").read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    typed = {alias.asname: node.module for node in imports for alias in node.names if alias.asname}
    del typed["__version__"]
    found = {name: getattr(optimiser, name) for name in optimiser.__all__ if name != "__version__"}
    assert set(typed) == set(found)
    for name, module in typed.items():
        assert getattr(importlib.import_module(module), name) is found[name]


def test_no_file_imports_another_in_a_circle():
    """Function-level and type-only imports included: what knows each other belongs together."""
    graph = grimp.build_graph("optimiser")  # the package itself imports every public name, lazily
    reached = {
        module: {other for other in graph.find_upstream_modules(module) if other != "optimiser"}
        for module in graph.modules
    }
    assert [(m, other) for m in reached for other in reached[m] if m in reached[other]] == []


def test_tests_stand_in_the_rooms_of_what_they_test():
    rooms = {path.parent.relative_to(ROOT / "tests") for path in (ROOT / "tests").rglob("test_*.py")}
    own = {Path(), Path("documentation")}
    assert [str(room) for room in sorted(rooms - own) if not (ROOT / "optimiser" / room).is_dir()] == []


def own(node: ast.AST) -> Iterator[ast.AST]:
    """What stands in a function itself, not in those within it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.Lambda):
            yield child
            yield from own(child)


def test_no_test_passes_by_returning_or_skipping():
    """Where a draw does not suit, draw again: what returns, skips or assumes may be all that there is."""
    leaving = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for test in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(test, ast.FunctionDef) and test.name.startswith("test_"):
                leaving += [
                    f"{path.name}:{node.lineno}"
                    for node in own(test)
                    if isinstance(node, ast.Return)
                    or (isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("skip", "assume")))
                ]
    assert leaving == []
