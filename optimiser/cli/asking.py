"""What the verbs that ask a study share: their options, and how they end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from optimiser.cli.say import as_json as json_option
from optimiser.cli.say import complain, end_progress, progress, say, say_json, written
from optimiser.cli.say import instance as instance_argument
from optimiser.cli.solving import finite, out, pairs

if TYPE_CHECKING:
    from optimiser.studies.study import Finding

OPTIONS = (
    click.option("--weights", type=pairs, metavar="A=2,B=1", help="Weights; those not named are 0."),
    click.option(
        "--gap", type=click.FloatRange(0), callback=finite, default=1e-6, metavar="SHARE", show_default=True,
        help="Stop each solve when the bound is this close to the value.",
    ),
    click.option(
        "--time-limit", type=click.FloatRange(0, min_open=True), callback=finite, metavar="SECONDS",
        help="Stop by then, with what is known.",
    ),
    click.option(
        "--threads", type=click.IntRange(1), default=1, metavar="N", show_default=True,
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
    from optimiser.design import InfeasibleError
    from optimiser.instance.errors import InputError
    from optimiser.result import check_target
    from optimiser.studies.study import DrawnFinding

    if figure is not None and Path(figure).suffix.lower() != ".svg":
        raise InputError(f"--figure: {figure!r} is not the name of an .svg file")
    if figure is not None and not Path(figure).parent.is_dir():
        raise InputError(f"--figure: there is no folder {str(Path(figure).parent)!r}")
    if out is not None:
        check_target(out, command)
    try:
        finding = find(progress())
    except InfeasibleError as error:
        if as_json:
            say_json({"format": 1, "command": command, "status": "infeasible"})
        complain(str(error))
        if out is not None:
            written(False, out)
        return 3
    finally:
        end_progress()
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
