"""How the command leaves: the exit codes, and which of them follows from what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimiser.design.design import Design
    from optimiser.studies.finding import Finding

EXITS = """
\b
Exit codes
  0  done, and the result verified
  1  a bug, or the disk or the file system failed
  2  the input or the call is wrong
  3  proven infeasible
  4  a limit was reached: a design, with its bound and gap
  5  a limit was reached and there is no design
  6  the solver failed, or its answer did not pass verification
  7  a study in which some samples failed
  130  interrupted; what was found is kept and said
"""


def exit_code(found: Design | Finding) -> int:
    """How the command leaves, whatever was asked."""
    from optimiser.design.design import Design

    if found.interrupted:
        return 130
    if not isinstance(found, Design):
        return 7 if found.failed else 5 if found.empty else 0 if found.complete else 4
    if found.found and not found.verified:
        return 6
    if found.command == "verify":
        return 0
    return {"optimal": 0, "infeasible": 3, "feasible": 4, "unknown": 5}[found.status]
