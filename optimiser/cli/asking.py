"""What the verbs that ask a study share: their options, and how they end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from optimiser.cli.options import NUMBER, PAIRS, refuse_malformed
from optimiser.cli.say import as_json as json_option
from optimiser.cli.say import complain, end_progress, progress, say, say_json, why, written
from optimiser.cli.say import instance as instance_argument
from optimiser.cli.solving import out
from optimiser.signals import unbroken

if TYPE_CHECKING:
    from optimiser.studies.finding import Finding

OPTIONS = (
    click.option("--weights", type=PAIRS, metavar="A=2,B=1", help="Weights; those not named are 0."),
    click.option(
        "--gap", type=NUMBER, default=1e-6, metavar="SHARE", show_default=True,
        help="Stop each solve when the bound is this close to the value.",
    ),
    click.option(
        "--time-limit", type=NUMBER, metavar="SECONDS",
        help="Stop by then, with what is known.",
    ),
    click.option(
        "--threads", type=NUMBER, default=1, metavar="N", show_default=True,
        help="Threads of the solver.",
    ),
    out,
    json_option,
)  # fmt: skip


drawn = click.option("--figure", metavar="FILE.svg", help="Also draw it.")


def asking(without: tuple[str, ...] = ()) -> Callable[[Any], Any]:
    """INSTANCE and the options that every study has, but for those named in `without`."""

    def decorate(function: Any) -> Any:
        for option in reversed(OPTIONS):
            probe = option(lambda: None).__click_params__[0]  # type: ignore[attr-defined]
            if probe.name not in without:
                function = option(function)
        return instance_argument(function)

    return decorate


def answer(
    command: str,
    find: Callable[[Callable[[str], None] | None], Finding],
    text: Callable[[Any], str],
    out: str | None,
    as_json: bool,
    figure: str | None = None,
) -> int:
    """Ask, print, write, draw; the exit code. `find` is called with where progress goes."""
    from optimiser.design.design import InfeasibleError
    from optimiser.studies.finding import DrawnFinding

    refuse_malformed(command, out, figure)
    try:
        finding = find(progress())
    except InfeasibleError:
        if as_json:
            problems = [f"no design keeps every requirement; `{why()}` says why"]
            say_json({"format": 1, "command": command, "status": "infeasible", "problems": problems})
        if out is not None:
            written(False, out)
        complain("no design keeps every requirement; what cannot hold together is said by", f"  {why()}")
        return 3
    finally:
        end_progress()
    with unbroken():
        if as_json:
            say_json(finding.to_dict())
        else:
            say(text(finding))
        if out is not None:  # last: what was found is said even where the disk fails
            written(finding.save(out), out)
        if figure is not None and not finding.empty:
            assert isinstance(finding, DrawnFinding)
            Path(figure).write_text(finding.figure(), encoding="utf-8")
            complain(f"drawn in {figure}")
    if finding.interrupted:
        return 130
    if finding.empty:
        return 5
    return 0 if finding.complete else 4
