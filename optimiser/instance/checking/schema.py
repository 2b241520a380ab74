"""What `check` says, with --json."""

from __future__ import annotations

from optimiser.instance.schema.result import (
    FORMAT,
    INSTANCE,
    Result,
    a_count,
    a_flag,
    a_map,
    texts,
    the_command,
)

RESULT = Result(
    "check",
    "Is my data sound?",
    (
        FORMAT,
        the_command("check"),
        INSTANCE,
        a_flag("sound", "whether everything was read and checked"),
        texts("problems", "what is wrong, a line each"),
        texts("warnings", "what is allowed but suspicious, a line each"),
        a_map("rows", "how many rows were read", a_count("TABLE", "")),
    ),
    optional=("instance", "warnings", "rows"),
)
