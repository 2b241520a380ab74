"""Every README, word for word: its commands exist, its examples run, its outputs are current, its links lead on."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest
import readme
from paths import ROOT

from optimiser.cli import app

TEXTS = {page: page.read_text(encoding="utf-8") for page in readme.PAGES}
FENCED = {
    page: re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE) for page, text in TEXTS.items()
}
CALLS = r"(?:^|[$&] )scripts/optimiser ([^|&>\n]+)"


def named(found):
    """Cases of a page and what stands there, called after both."""
    return [pytest.param(*case, id=f"{case[0].parent.name}: {title(case[1])}") for case in found]


def title(what):
    """The command or the first line of what stands in a page."""
    return getattr(what, "command", what).splitlines()[0][:90]


def test_the_first_block_is_the_main_job_and_the_tests():
    language, block = FENCED[ROOT / "README.md"][0]
    first, second = block.splitlines()
    assert (language, second) == ("", "scripts/test")
    england = ROOT / "instances" / "england" / "README.md"
    assert first in [shown.command for shown in readme.outputs(england)]  # and its answer is shown
    for script in ("scripts/optimiser", "scripts/test", ".ci/run"):
        assert os.access(ROOT / script, os.X_OK)


@pytest.mark.parametrize(
    ("page", "call"),
    named(
        (page, call)
        for page, blocks in FENCED.items()
        for call in re.findall(CALLS, "".join(text for _, text in blocks), re.MULTILINE)
    ),
)
def test_its_commands_exist(page, call):
    verb, *arguments = shlex.split(call)
    app.commands[verb].make_context(verb, arguments)


@pytest.mark.parametrize(
    ("page", "shown"),
    named((page, shown) for page in TEXTS for shown in readme.outputs(page) if not shown.hash),
)
def test_its_outputs_are_current(page, shown):
    fresh = readme.output(shown.command)
    assert readme.timeless(shown.shown) == readme.timeless(fresh), "run scripts/readme.py"


@pytest.mark.parametrize(
    ("page", "shown"), named((page, shown) for page in TEXTS for shown in readme.outputs(page) if shown.hash)
)
def test_its_long_outputs_are_of_the_instance_as_it_is(page, shown):
    assert shown.shown.startswith(f"```\n$ {shown.command}\n")
    assert shown.hash == readme.current_hash(shown.instance), "run scripts/readme.py (many minutes)"


@pytest.mark.parametrize(
    ("page", "code", "shown"), named((page, *piece) for page in TEXTS for piece in readme.pieces(page))
)
def test_its_python_prints_what_is_shown(page, code, shown):
    assert shown == readme.printed(code), "run scripts/readme.py"


@pytest.mark.parametrize("page", TEXTS, ids=lambda page: page.parent.name)
def test_its_python_says_what_it_prints(page):
    python = re.findall(r"^(`[\w/]+\.py`:\n\n)?```python\n(.*?)^```$", TEXTS[page], re.DOTALL | re.MULTILINE)
    assert [code for file, code in python if not file] == [code for code, _ in readme.pieces(page)]


@pytest.mark.parametrize("page", TEXTS, ids=lambda page: page.parent.name)
def test_its_links_lead_somewhere(page):
    links = re.findall(r"\]\((?!https?:)([^)\s]+)\)", TEXTS[page])
    assert [link for link in links if not leads(page, link)] == []


def test_a_link_that_leads_nowhere_is_noticed():
    page = ROOT / "README.md"
    assert leads(page, "CITATION.cff")
    assert leads(page, "instances/README.md#instances")
    assert not leads(page, "instances/READYOU.md")
    assert not leads(page, "instances/README.md#nowhere")


def leads(page: Path, link: str) -> bool:
    """Whether a link leads to a file and, in a page, to a heading that exist."""
    name, _, heading = link.partition("#")
    there = (page.parent / name).resolve() if name else page
    return there.exists() and (not heading or heading in anchors(there))


def anchors(page: Path) -> set[str]:
    """The names under which a page's headings are linked to."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
