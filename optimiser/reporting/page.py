"""The page: parts in the order in which one would ask, in one file that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from optimiser.atomic_writing import writing
from optimiser.errors import InputError
from optimiser.figures.drawing import Drawing, colours
from optimiser.labels import say
from optimiser.reporting import certain, doubts, evidence, method, over_time, people, today, verdict, words
from optimiser.reporting.blocks import Figure, Part, Triangle
from optimiser.reporting.opinions import Opinion
from optimiser.reporting.results import Results, Shown
from optimiser.terminal import clean
from optimiser.version import VERSION

ORDER: tuple[Callable[[Shown], Part | None], ...] = (
    verdict.verdict,
    today.where,
    today.why,
    today.against,
    people.who_gains,
    people.what_binds,
    doubts.impossible,
    doubts.nearly,
)
LAST: tuple[Callable[[Shown], Part | None], ...] = (
    doubts.costs,
    doubts.tips,
    over_time.batch,
    doubts.happened,
    over_time.pendulum,
    evidence.rests_on,
    method.how,
)


@dataclass(frozen=True, eq=False)
class Page:
    """A report: one HTML page that opens offline in any browser, and the figures that are on it.

    Attributes
    ----------
    html : str
        The page.
    title : str
        What it is about.
    drawings : tuple of Drawing
        The figures, in their order on the page.
    """

    html: str
    title: str
    drawings: tuple[Drawing, ...]

    def __repr__(self) -> str:
        return f"Page({self.title}: {len(self.drawings)} figures, {len(self.html.encode()) // 1024} KB)"

    def save(self, path: str | Path) -> None:
        """Write the page, whole or not at all."""
        with writing(Path(path)) as made:
            made.write_text(self.html, encoding="utf-8", newline="\n")

    def save_figures(self, directory: str | Path) -> tuple[str, ...]:
        """Write each figure as SVG, PDF and PNG, 180 and 85 mm wide, and its data as CSV.

        Returns what could not be written and why, each reason once.
        """
        folder = Path(directory)
        folder.mkdir(parents=True, exist_ok=True)
        problems = dict[str, None]()
        for drawing in self.drawings:
            drawing.save(folder / f"{drawing.name}.csv")
            for kind in (".svg", ".png", ".pdf"):
                try:
                    drawing.save(folder / f"{drawing.name}{kind}")
                    drawing.save(folder / f"{drawing.name}-narrow{kind}", narrow=True)
                except InputError as error:
                    problems |= dict.fromkeys(error.problems)
        return tuple(problems)


def page(results: Results, opinions: Sequence[Opinion] = ()) -> Page:
    """The page of results, with people's weights on its triangle."""
    shown = Shown(results)
    first, *rest = (part for part in _parts(shown, opinions) if part is not None)
    parts = _numbered([first, words.explained(shown, [first, *rest]), *rest])
    title = say("page.title", name=shown.instance.title or shown.instance.name)
    drawings = tuple(figure.drawing for part in parts for figure in part.figures)
    return Page(_rendered(shown, title, parts), clean(title), drawings)


def _parts(shown: Shown, opinions: Sequence[Opinion]) -> Iterator[Part | None]:
    yield from (part(shown) for part in ORDER)
    yield certain.weights(shown, opinions)
    yield from (part(shown) for part in LAST)


def _numbered(parts: Sequence[Part]) -> list[Part]:
    """Drawings of one name get a number, so that each has a file and an address of its own."""
    seen = Counter[str]()

    def own(block: Any) -> Any:
        if isinstance(block, Triangle):
            return replace(block, figure=own(block.figure))
        if not isinstance(block, Figure):
            return block
        name = block.drawing.name
        seen[name] += 1
        number = f"-{seen[name]}" if seen[name] > 1 else ""
        return replace(block, drawing=replace(block.drawing, name=f"{name}{number}"))

    return [replace(part, blocks=[own(block) for block in part.blocks]) for part in parts]


def _rendered(shown: Shown, title: str, parts: Sequence[Part]) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    def finalize(value: Any) -> Any:
        return value if isinstance(value, Markup) else clean(str(value))

    templates = Environment(
        loader=PackageLoader("optimiser.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=finalize,
    )
    style, script = colours() + "\n" + _file("page.css"), _file("triangle.js")
    answering = any(isinstance(block, Triangle) for part in parts for block in part.blocks)
    return templates.get_template("page.html").render(
        say=say,
        title=title,
        version=VERSION,
        instance=shown.instance,
        parts=parts,
        svg=lambda drawing, narrow: Markup(drawing.inline(narrow=narrow)),
        style=Markup(style),
        script=Markup(script) if answering else "",
        policy=_policy(style, script if answering else ""),
    )


def _policy(style: str, script: str) -> str:
    """What the page may do: show itself in its own style, and run the one script that is in it."""
    allowed = [f"default-src 'none'; base-uri 'none'; form-action 'none'; style-src {_hash(style)}"]
    return "; ".join([*allowed, *([f"script-src {_hash(script)}"] if script else [])])


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _file(name: str) -> str:
    return files("optimiser.reporting").joinpath("templates", name).read_text(encoding="utf-8")
