"""The words of pages, figures and the command line: one file a language, english.toml the first.

Codes of an instance (decisions, organisations, levels) are its own and are not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any


@cache
def _words() -> dict[str, Any]:
    import tomllib
    from importlib.resources import files

    return tomllib.loads(files(__name__).joinpath("english.toml").read_text(encoding="utf-8"))


def say(key: str, **values: object) -> str:
    """The words that stand under `section.name`, with values put in.

    Where they differ by number there are two of them, `one` and `many`, and the value `n` decides.

    Examples
    --------
    >>> say("counts.decisions", n=1), say("counts.decisions", n=4)
    ('1 decision', '4 decisions')
    """
    found: Any = _words()
    for part in key.split("."):
        found = found[part]
    if isinstance(found, dict):
        found = found["one" if values["n"] == 1 else "many"]
    return str(found.format(**values))


def label(section: str, code: str) -> str:
    """What people call a code of a section; one of the user's own by itself, without underscores."""
    return str(_words()[section].get(code, code.replace("_", " ")))


def section(name: str) -> Mapping[str, str]:
    """All the labels of a section, in their order."""
    found: Mapping[str, str] = _words()[name]
    return found
