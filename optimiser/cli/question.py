"""A question, declared once: its verb, its help, and the one way from a call to an exit code follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import click

from optimiser import QUESTIONS
from optimiser.atomic_writing import writing
from optimiser.cli.exit_codes import exit_code
from optimiser.cli.options import INSTANCE, READ, refuse_malformed
from optimiser.cli.say import complain, end_progress, progress, reading, say, say_json, why, written
from optimiser.errors import InfeasibleError, InputError
from optimiser.signals import unbroken

T = TypeVar("T", bound="Callable[[Any], str]")


class Question(click.Command):
    """A verb that asks a function of the library about an instance and shows what it finds.

    Parameters
    ----------
    name
        Of the verb.
    summary, help
        What it is for: in the list of verbs, and in its own help.
    options
        In the order in which help lists them. Each is an argument of the function under the name that click
        gives it, and left to the function where it is not given; `out`, `as_json` and `figure` are for here.
    function
        Its public name, where that is not the verb's. It takes the instance, the arguments and `progress`.
    arguments
        Makes arguments of options, where they are not the same; may `note` what is malformed.
    said
        Arguments that the page says in words of its own: they are not repeated under its title.
    """

    declared: ClassVar[dict[str, Question]] = {}  # verb -> question
    text: Callable[[Any], str]

    def __init__(
        self,
        name: str,
        *,
        summary: str,
        help: str,  # noqa: A002 (click's name)
        options: Sequence[click.Parameter],
        function: str = "",
        arguments: Callable[[dict[str, Any]], dict[str, Any]] = dict,
        said: Sequence[str] = (),
    ) -> None:
        super().__init__(name, params=[INSTANCE, *options], callback=self.ask, short_help=summary, help=help)
        self.function, self.arguments, self.said = function or name, arguments, said
        self.declared[name] = self

    def page(self, text: T) -> T:
        """Have this function make the page that the verb prints of what was found."""
        self.text = text
        return text

    @property
    def find(self) -> Callable[..., Any]:
        """The function that is asked, imported only now."""
        return getattr(import_module(QUESTIONS[self.function]), self.function)

    def ask(self, as_json: bool, out: str | None = None, figure: str | None = None, **given: Any) -> int:
        """Ask, print, write, draw; the exit code."""
        arguments = {name: each for name, each in self.arguments(given).items() if each is not None}
        refuse_malformed(self.name or "", out, figure)
        try:
            arguments |= self._read(given)
            found = self.find(**arguments, progress=progress())
        except InfeasibleError as error:
            return self._infeasible(error.where, out, as_json)
        finally:
            end_progress()
        with unbroken():
            if as_json:
                say_json(found.to_dict())
            else:
                say(self.text(found))
            if out is not None:  # last: what was found is said even where the disk fails
                written(found.save(out), out)
            if figure is not None and not found.empty:
                with writing(Path(figure)) as made:
                    made.write_text(found.figure(), encoding="utf-8")
                complain(f"drawn in {figure}")
        return exit_code(found)

    def _read(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Every instance that the call names; what is wrong with any of them is said at once."""
        problems = list[str]()

        def read(paths: str | Sequence[str]) -> Any:
            if not isinstance(paths, str):
                return [read(path) for path in paths]
            try:
                return reading(paths)
            except InputError as error:
                return problems.extend(error.problems)

        found = {p.name or "": read(given[p.name or ""]) for p in self.params if p.type is READ}
        if problems:
            raise InputError(problems)
        return found

    def _infeasible(self, where: str, out: str | None, as_json: bool) -> int:
        if as_json:
            problems = [where or f"no design keeps every requirement; `{why()}` says why"]
            say_json({"format": 1, "command": self.name, "status": "infeasible", "problems": problems})
        if out is not None:
            written(False, out)
        call = ("no design keeps every requirement; what cannot hold together is said by", f"  {why()}")
        complain(*((where,) if where else call))
        return 3
