"""What was wrong with what the user gave: every problem at once, one line each."""

from __future__ import annotations

from collections.abc import Iterable


class InputError(ValueError):
    """The input or the call is wrong. Nothing was done.

    `problems` holds one line for each thing that is wrong: where it stands, the value,
    what was expected and, where a name is unknown, the nearest that exists.
    """

    def __init__(self, problems: str | Iterable[str]) -> None:
        self.problems: tuple[str, ...] = (problems,) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(self.problems))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[str, ...]]]:
        return type(self), (self.problems,)
