"""A drawing as a PDF: in Helvetica, and in a font with more letters where a name needs them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from optimiser.errors import InputError

FONT = "Helvetica, Arial, 'DejaVu Sans', sans-serif"
WIDER = "DejaVu Sans"  # Latin, Greek, Cyrillic and more; svglib asks the system for it


def pdf(svg: str, title: str) -> bytes:
    """The bytes of a PDF file; InputError where no font here has a letter that is to be shown."""
    from reportlab.graphics import renderPDF
    from reportlab.pdfgen.canvas import Canvas as Sheet

    found, lacking = _shapes(svg)
    if lacking:
        found, lacking = _shapes(svg.replace(FONT, WIDER))
    if lacking:
        letters = ", ".join(sorted(lacking))
        raise InputError([f"a .pdf: neither Helvetica nor {WIDER}, if it is installed, has {letters}"])
    made = io.BytesIO()
    sheet = Sheet(made, pagesize=(found.width, found.height), invariant=1)  # no dates: the same bytes
    sheet.setTitle(title)
    sheet.setAuthor("")
    sheet.setCreator("optimiser")
    renderPDF.draw(found, sheet, 0, 0)
    sheet.save()
    return made.getvalue()


def _shapes(svg: str) -> tuple[Any, set[str]]:
    """What is drawn, and the letters for which its fonts have no sign."""
    from svglib.svglib import svg2rlg

    found = svg2rlg(io.BytesIO(svg.encode()))
    assert found is not None  # as for what is no SVG
    return found, set(_lacking(found))


def _lacking(shape: Any) -> Iterator[str]:
    from reportlab.graphics.shapes import String
    from reportlab.pdfbase.pdfmetrics import getFont

    if isinstance(shape, String):
        font = getFont(shape.fontName)
        yield from (letter for letter in shape.text if not _has(font, letter))
    for inner in getattr(shape, "contents", ()):
        yield from _lacking(inner)


def _has(font: Any, letter: str) -> bool:
    """Whether a font, or one of those that stand in for it, has a sign for a letter."""
    if hasattr(font.face, "charToGlyph"):
        return ord(letter) in font.face.charToGlyph
    for each in (font, *font.substitutionFonts):
        try:
            letter.encode(each.encName)
        except UnicodeEncodeError:
            continue
        return True
    return False
