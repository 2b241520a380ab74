"""The words of pages and figures: each that is asked for is there, and what differs by number is told apart."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

import pytest
from paths import ROOT

from optimiser.labels import _words, label, say

SOURCES = [*(ROOT / "optimiser").rglob("*.py"), *(ROOT / "optimiser" / "reporting").rglob("*.html")]


def test_every_word_that_is_asked_for_is_there():
    words, missing = _words(), []
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        asked = [key.split(".") for key in re.findall(r"\bsay\(\s*['\"](\w+\.\w+)['\"]", text)]
        asked += re.findall(r'\blabel\("(\w+)", "([\w-]+)"\)', text)
        columns = re.findall(r'label\("columns", \w+\)\s+for \w+ in \(([^)]*)\)', text)
        asked += [("columns", name) for names in columns for name in re.findall(r'"(\w+)"', names)]
        missing += [f"{path.name}: {a}.{b}" for a, b in asked if b not in words.get(a, {})]
    assert missing == []


def test_one_and_many():
    assert say("counts.decisions", n=1) == "1 decision"
    assert say("counts.decisions", n=0) == "0 decisions"
    with pytest.raises(KeyError):
        say("counts.nothing", n=1)


def test_a_code_of_the_users_own_is_said_without_underscores():
    assert label("objectives", "risk_pooling") == "Risk pooling"
    assert label("objectives", "local_voice") == "local voice"


def test_no_sentence_stands_in_the_code_as_well():
    """What pages say and what is printed comes from one place; a schema says what a table means in its own."""
    said = {plain(text) for text in texts(_words()) if len(text.split()) >= 4}
    twice = [
        f"{path.name}: {node.value}"
        for room in ("cli", "studies", "design", "figures", "reporting")
        for path in (ROOT / "optimiser" / room).rglob("*.py")
        if path.name != "schema.py"
        for node in strings(ast.parse(path.read_text(encoding="utf-8")))
        if plain(node.value) in said
    ]
    assert twice == []


def strings(tree: ast.AST) -> Iterator[ast.Constant]:
    """All texts but docstrings."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node


def plain(text: str) -> str:
    """As it sounds: small letters and no marks at its ends."""
    return text.lower().strip(" .:;,(")


def texts(words: Any) -> Iterator[str]:
    if isinstance(words, str):
        yield words
    else:
        for each in words.values():
            yield from texts(each)
