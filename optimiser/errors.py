"""Every error that a caller may catch."""

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


class NoDesignError(ValueError):
    """Something was read from a design that was never found."""


class InfeasibleError(ValueError):
    """A question about best designs was asked of an instance that is proven to allow none.

    `where` is what is known of why, in a sentence; empty where `optimiser diagnose` has to say it.
    """

    def __init__(self, where: str = "") -> None:
        super().__init__(where or "no design keeps every requirement; `optimiser diagnose` says why")
        self.where = where


class SolverError(RuntimeError):
    """The solver failed: it ended with an error, or said something that cannot be."""
