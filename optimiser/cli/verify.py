"""The verb verify: a design made elsewhere, on the page that `solve` prints."""

from __future__ import annotations

import click

from optimiser.cli.options import AS_JSON, OUT
from optimiser.cli.question import Question
from optimiser.cli.solve import design_text

verb = Question(
    "verify",
    summary="Can I trust it? A result, or a design made by hand.",
    help="""Can I trust it? RESULT is a result folder, a result.json, or a CSV decision,organisation,level.

    \b
    Example
      optimiser verify instances/archetype results/p1
      optimiser verify instances/archetype mine.csv
    """,
    options=[click.Argument(["result"], metavar="RESULT"), OUT, AS_JSON],
)
verb.page(design_text)
