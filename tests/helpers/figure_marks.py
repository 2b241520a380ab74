"""Reading the figures that are drawn."""

from __future__ import annotations

from xml.etree import ElementTree


def marks(figure: str, kind: str) -> list[dict[str, str]]:
    """The attributes of all marks of a kind (circle, polygon), in order."""
    return [dict(e.attrib) for e in ElementTree.fromstring(figure).iter() if e.tag.endswith(f"}}{kind}")]


def words(figure: str) -> list[str]:
    """All that is written."""
    return [e.text or "" for e in ElementTree.fromstring(figure).iter() if e.tag.endswith("}text")]
