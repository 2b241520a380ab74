"""report: results of any commands as one page that opens offline, and its figures as files."""

from __future__ import annotations

from pathlib import Path

from optimiser.errors import InputError
from optimiser.reporting.opinions import Opinion, read_opinions
from optimiser.reporting.page import Page, page
from optimiser.reporting.results import Result, Results, gather


def report(*results: str | Path | Result, weights_of: str | Path | None = None) -> Page:
    """Make one page of what was found.

    Parameters
    ----------
    results : str, Path, Design or what a study returns
        Folders that `--out` or `.save` wrote, or the results themselves, all of one instance: one of each
        question; of explanations, thresholds, frontiers and replays as many as there are.
    weights_of : str or Path, optional
        A CSV file of what several people would weigh: `name`, and a column an objective of the map.

    Returns
    -------
    Page
        `.html`, `.save(FILE)`, `.drawings`, `.save_figures(FOLDER)`.

    Raises
    ------
    InputError
        With all that is wrong with the results or the file, a line each.

    Examples
    --------
    >>> import optimiser
    >>> instance = optimiser.read("instances/archetype")
    >>> page = optimiser.report(optimiser.solve(instance), optimiser.weight_map(instance))
    >>> page.title
    'Who should decide what? Six decisions between a centre and a locality'
    >>> [drawing.name for drawing in page.drawings]
    ['arrows', 'objectives', 'hours', 'triangle', 'acceptability']
    """
    problems, found, opinions = list[str](), None, list[Opinion]()
    try:
        found = gather(results)
    except InputError as error:
        problems += error.problems
    if weights_of is not None and found is not None:
        try:
            opinions = _opinions(found, weights_of)
        except InputError as error:
            problems += error.problems
    if problems or found is None:
        raise InputError(problems)
    return page(found, opinions)


def _opinions(results: Results, weights_of: str | Path) -> list[Opinion]:
    document = results.one("map")
    if document is None:
        raise InputError("weights_of: people's weights are shown on a map: give a result of `map` as well")
    return read_opinions(weights_of, document["objectives"], results.instance)
