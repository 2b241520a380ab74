"""A drawing: a figure in two widths, what it shows in words, and the numbers behind it as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from optimiser.atomic_writing import writing
from optimiser.errors import InputError
from optimiser.figures.canvas import COLOURS, Canvas, wrapped
from optimiser.figures.pdf import FONT, pdf
from optimiser.terminal import clean

WIDE, NARROW = 720.0, 340.0  # units: two columns of a journal, or one
UNIT = 0.25  # mm: a page of a journal has 180 mm, a column 85
DOTS = 300  # of a picture, an inch
MARGIN = 10.0
HEADING = 15.0  # size of the title
BOLD = 0.82  # of the width is what a title may be thought to take, as bold letters take more
SVG = "http://www.w3.org/2000/svg"
KINDS = (".svg", ".png", ".pdf", ".csv")
NEEDS = {".png": "resvg-py", ".pdf": "svglib"}


@dataclass(frozen=True, eq=False)
class Drawing:
    """What `.plot()` returns: a notebook shows it, and `save` writes it.

    Attributes
    ----------
    name : str
        Of the files that are made of it.
    title : str
        What it is.
    said : str
        What it shows, for those who cannot see it.
    columns : tuple of str
        Headings of the table behind it.
    rows : sequence of tuple
        The numbers that are drawn.
    wide, narrow : Canvas
        The same for a page (180 mm) and for a phone or one column of a journal (85 mm).

    Examples
    --------
    >>> import optimiser
    >>> drawing = optimiser.weight_map(optimiser.read("instances/archetype")).plot()
    >>> drawing.title
    'The best design under every weighting'
    >>> drawing.svg()[:5]
    '<svg '
    """

    name: str
    title: str
    said: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    wide: Canvas
    narrow: Canvas

    def __repr__(self) -> str:
        return f"Drawing({clean(self.title)})"

    def _repr_svg_(self) -> str:
        return self.svg()

    def svg(self, *, narrow: bool = False) -> str:
        """The text of an SVG file that stands alone, with its title above and on white."""
        canvas = self.narrow if narrow else self.wide
        heading = wrapped(self.title, canvas.width * BOLD, HEADING)
        top = 20.0 * len(heading) + 14
        height = canvas.height + top + MARGIN
        root = _root(
            canvas.width, height, {"width": f"{canvas.width * UNIT:g}mm", "height": f"{height * UNIT:g}mm"}
        )
        for tag, words in (("title", self.title), ("desc", self.said)):
            ElementTree.SubElement(root, tag).text = clean(words)
        ElementTree.SubElement(root, "rect", {"width": "100%", "height": "100%", "fill": COLOURS["paper"]})
        for k, line in enumerate(heading):
            place = {"x": "0", "y": f"{20 * (k + 1)}", "font-size": f"{HEADING:g}", "font-weight": "bold"}
            ElementTree.SubElement(root, "text", place).text = line
        ElementTree.SubElement(root, "g", {"transform": f"translate(0 {top:g})"}).append(canvas.marks)
        return ElementTree.tostring(root, encoding="unicode") + "\n"

    def inline(self, *, narrow: bool = False) -> str:
        """The same as a part of a page, which says its title elsewhere and has `colours` in its style."""
        canvas = self.narrow if narrow else self.wide
        words = {"role": "img", "aria-label": clean(f"{self.title}. {self.said}")}
        root = _root(canvas.width, canvas.height + MARGIN, words | {"class": "narrow" if narrow else "wide"})
        root.append(_by_class(canvas.marks))
        return ElementTree.tostring(root, encoding="unicode")

    def csv(self) -> str:
        """The numbers behind it, as the text of a CSV file."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(self.rows)
        return text.getvalue()

    def save(self, path: str | Path, *, narrow: bool = False) -> None:
        """Write it as .svg, .png (300 dots an inch), .pdf or, its numbers, as .csv.

        PNG needs resvg-py and PDF svglib (`pip install optimiser[figures]`). Raises InputError where the name
        ends otherwise, one of them is not installed or no font has the letters of a PDF, OSError where the
        disk fails.
        """
        target = Path(path)
        kind = target.suffix.lower()
        if kind not in KINDS:
            raise InputError([f"{str(path)!r} ends in none of {', '.join(KINDS)}"])
        made = self._made(kind, narrow=narrow)
        with writing(target) as place:
            place.write_bytes(made)

    def _made(self, kind: str, *, narrow: bool) -> bytes:
        if kind in NEEDS and missing(kind):
            raise InputError([f"a {kind} needs {NEEDS[kind]}: pip install optimiser[figures]"])
        if kind == ".csv":
            return self.csv().encode()
        svg = self.svg(narrow=narrow)
        if kind == ".png":
            import resvg_py

            return bytes(resvg_py.svg_to_bytes(svg_string=svg, dpi=DOTS))
        return pdf(svg, clean(self.title)) if kind == ".pdf" else svg.encode()


def missing(kind: str) -> bool:
    """Whether what a kind of file needs is not installed."""
    from importlib.util import find_spec

    return kind in NEEDS and find_spec({".png": "resvg_py", ".pdf": "svglib"}[kind]) is None


def drawing(
    name: str, title: str, said: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]],
    draw: Callable[[Canvas], None],
) -> Drawing:  # fmt: skip
    """A drawing of what `draw` puts on a canvas, wide and narrow."""
    wide, narrow = Canvas(WIDE), Canvas(NARROW)
    draw(wide)
    draw(narrow)
    return Drawing(name, title, said, tuple(columns), rows, wide, narrow)


def colours() -> str:
    """The style in which the marks of `Drawing.inline` have their colours."""
    return "".join(f".f-{name}{{fill:{c}}}.s-{name}{{stroke:{c}}}" for name, c in COLOURS.items())


def _by_class(marks: ElementTree.Element) -> ElementTree.Element:
    """Marks without the colours that their classes say again: a tenth of a page of England's."""
    copy = deepcopy(marks)
    for mark in copy.iter():
        for name in mark.get("class", "").split():
            mark.attrib.pop({"f-": "fill", "s-": "stroke"}.get(name[:2], ""), None)
    return copy


def _root(width: float, height: float, more: dict[str, str]) -> ElementTree.Element:
    size = {"viewBox": f"0 0 {width:g} {height:.1f}", "font-family": FONT}
    return ElementTree.Element("svg", {"xmlns": SVG} | more | size)
