"""A page as a browser would take it apart: its elements, what they say, and what could act."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "input", "img", "hr"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    texts: list[str] = field(default_factory=list)
    children: list[Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.texts)

    def all(self, tag: str = "") -> list[Element]:
        found = [self] if tag in ("", self.tag) else []
        return found + [each for child in self.children for each in child.all(tag)]

    def said(self) -> str:
        return " ".join(
            text for each in self.all() for text in each.texts if each.tag not in ("script", "style")
        )


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("", {})]

    def handle_starttag(self, tag, attrs):
        made = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(made)
        if tag not in VOID:
            self.open.append(made)

    def handle_startendtag(self, tag, attrs):
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag):
        assert self.open.pop().tag == tag, f"</{tag}> closes something else"

    def handle_data(self, data):
        self.open[-1].texts.append(data)


def parsed(html: str) -> Element:
    """The whole page; fails where an element is closed by another's end."""
    parser = _Parser()
    parser.feed(html)
    parser.close()
    assert len(parser.open) == 1, f"{parser.open[-1].tag} is never closed"
    return parser.open[0]


def shape(page: Element) -> set[tuple[str, frozenset[str]]]:
    """Which elements there are, with which attributes."""
    return {(each.tag, frozenset(each.attributes)) for each in page.all()}


def check_harmless(page: Element) -> None:
    """Nothing is fetched, nothing runs but what the policy of the page names by its hash."""
    policy = next(m.attributes["content"] for m in page.all("meta") if "http-equiv" in m.attributes)
    assert policy.startswith("default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    named = set(re.findall(r"'sha256-([^']+)'", policy))
    running = [s for s in page.all("script") if s.attributes.get("type") != "application/json"]
    inline = [each.text for each in (*page.all("style"), *running)]
    assert {base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in inline} == named
    for each in page.all():
        assert not any(
            name.startswith("on") or name in ("style", "src", "srcset") for name in each.attributes
        )
        assert each.attributes.get("href", "#").startswith("#")
        assert "url(" not in each.attributes.get("fill", "")
    assert "url(" not in "".join(inline)
    assert "@import" not in "".join(inline)
