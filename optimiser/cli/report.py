"""The verb report: one page of results, and its figures."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import click

from optimiser.cli.options import AS_JSON
from optimiser.cli.say import complain, say, say_json
from optimiser.errors import InputError


@click.command(
    "report",
    short_help="Show me: one page of the results of any commands.",
    params=[
        click.Argument(["results"], nargs=-1, required=True, metavar="RESULT ..."),
        click.Option(
            ["--out"], metavar="FILE.html", default="report.html", show_default=True, help="The page."
        ),
        click.Option(
            ["--figures"],
            metavar="DIR",
            help="Also write each figure as SVG, PDF and PNG, and its data as CSV.",
        ),
        click.Option(
            ["--weights-of"],
            metavar="FILE.csv",
            help="What several people would weigh: name, and a column an objective.",
        ),
        AS_JSON,
    ],
)
def verb(
    results: tuple[str, ...], out: str, figures: str | None, weights_of: str | None, as_json: bool
) -> int:
    """Show me: one self-contained page of the results of any commands.

    RESULT is a folder that another command wrote with --out. The page opens offline in any browser, prints,
    and can be sent by mail.

    \b
    Example
      optimiser report results/solve results/map --out archetype.html
      optimiser report results/map --weights-of weights.csv --figures results/figures
    """
    from optimiser.reporting.report import report

    problems = list(_places(out, figures))
    try:
        page = report(*results, weights_of=weights_of)
    except InputError as error:
        problems += error.problems
    if problems:
        raise InputError(problems)
    page.save(out)
    unwritten = page.save_figures(figures) if figures is not None else ()
    names = [drawing.name for drawing in page.drawings]
    if as_json:
        say_json({"format": 1, "command": "report", "title": page.title, "written": out, "figures": names})
    else:
        say(
            f"{page.title}\nwritten to {out}"
            + (f", {len(page.drawings)} figures to {figures}" if figures else "")
        )
    for problem in (*unwritten, *_left(figures, names)):
        complain(problem)
    return 0


def _left(figures: str | None, names: Collection[str]) -> Iterator[str]:
    """Which files of the folder are none of this page's figures: those of an earlier page, it may be."""
    from optimiser.instance.checking.problems import listing  # reads numpy, and `--help` must not

    there = Path(figures).iterdir() if figures is not None else ()
    others = sorted(file.name for file in there if file.stem.removesuffix("-narrow") not in names)
    if others:
        yield f"--figures: not of this page, and left there: {listing(others)}"


def _places(out: str, figures: str | None) -> list[str]:
    """What is wrong with the places to which it should be written."""
    problems = []
    if Path(out).suffix.lower() not in (".html", ".htm"):
        problems.append(f"--out: {out!r} is not the name of an .html file")
    if not Path(out).parent.is_dir():
        problems.append(f"--out: there is no folder {str(Path(out).parent)!r}")
    if figures is not None and Path(figures).exists() and not Path(figures).is_dir():
        problems.append(f"--figures: {figures!r} is no folder")
    return problems
