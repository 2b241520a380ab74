"""What was asked, as options that a reader could type again."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from optimiser.cli.options import amounts, names, numbers, words
from optimiser.cli.question import Question
from optimiser.terminal import exact, listing

if TYPE_CHECKING:
    from optimiser.design.design import Design
    from optimiser.studies.finding import Finding


def asked_lines(found: Design | Finding) -> list[str]:
    """A line under the title, where anything was asked that is not asked by default."""
    options = [*_weights(found), *options_of(found.asked, found.command)]
    return listing(options, "  asked: ", mark="") if options else []


def options_of(asked: Mapping[str, Any], command: str) -> Iterator[str]:
    """The arguments of a call as options, but for what is so by default, or said by the page itself.

    What a verb has no option for (`verify` repeats what was asked of the result) is taken for one of solve's.
    """
    questions = [Question.declared[name] for name in ("solve", command) if name in Question.declared]
    params = {p.name: p for question in questions for p in question.params}
    said = {name for question in questions for name in question.said}
    for name, value in asked.items():
        if name not in said and value not in (None, {}, [], _default(params.get(name))):
            yield from _options(name, value, params.get(name))


def _default(param: click.Parameter | None) -> Any:
    """What an argument is where its option is not given."""
    default = param.default if param else None
    if isinstance(default, str) and param and param.callback is names:
        return default.split(",")
    return default if isinstance(default, bool | int | float) else False


def _options(name: str, value: Any, param: click.Parameter | None) -> Iterator[str]:
    """An argument as it is typed; what only Python can ask, in its own name."""
    if isinstance(value, bool):
        yes, no = (param.opts, param.secondary_opts) if param else ([f"--{name}"], [])
        yield yes[0] if value else no[0]
    elif isinstance(param, click.Argument):
        yield from map(shlex.quote, _words(value, param))
    else:
        option = param.opts[0] if param else f"--{name.replace('_', '-')}"
        texts = _words(value, param)
        if param and param.callback in (amounts, names, numbers):  # several in one, with commas between
            texts = [",".join(texts)]
        yield from (f"{option} {shlex.quote(text)}" for text in texts)


def _words(value: Any, param: click.Parameter | None) -> list[str]:
    from optimiser.instance.checking.problems import number_text

    if isinstance(value, Mapping) and param and param.callback in (words, numbers):
        return [f"{name}={number_text(each)}" for name, each in value.items()]
    several = list(value.values()) if isinstance(value, Mapping) else value
    return [number_text(each) for each in (several if isinstance(several, list) else [several])]


def _weights(found: Design | Finding) -> Iterator[str]:
    """The weights of a design that are not its instance's: a result keeps them, but not as what was asked."""
    from optimiser.design.design import Design

    if not isinstance(found, Design) or not found.asked or found.asked.get("weights"):
        return
    total = sum(found.instance.weights.values())
    own = {name: weight / total for name, weight in found.instance.weights.items()}
    if any(abs(weight - own.get(name, 0.0)) > 1e-9 for name, weight in found.weights.items()):
        said = [f"{name}={exact(round(weight, 6))}" for name, weight in found.weights.items() if weight]
        yield f"--weights {shlex.quote(','.join(said))}"
