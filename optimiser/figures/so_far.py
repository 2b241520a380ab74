"""What a search found, told from a finding where it did not come to its end: in the same words everywhere."""

from __future__ import annotations

from optimiser.labels import say
from optimiser.terminal import at_most

NONE = 1e-6  # of a value: a smaller error leaves nothing open


def so_far(said: str, complete: bool, error: float | None = 0.0) -> str:
    """A sentence about what was found; None: by how much more there may be is not known."""
    if error is None:
        return say("so_far.unknown", said=said)
    if error >= NONE:
        return say("so_far.error", said=said, error=at_most(error))
    return said if complete else say("so_far.open", said=said)
