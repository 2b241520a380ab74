"""Words of the trade that stand on the page, explained."""

from __future__ import annotations

from optimiser.labels import label, say
from optimiser.reporting.blocks import Listing, Part
from optimiser.reporting.results import Shown

ALWAYS = ("stake", "gap", "bound")
BY_COMMAND = {
    "alternatives": ("verdicts",),
    "map": ("weighting",),
    "sensitivity": ("regret", "index", "mobilisation", "links"),
}


def explained(shown: Shown) -> Part:
    """What the words mean that the results on the page use."""
    words = [*ALWAYS, *(word for command, some in BY_COMMAND.items() if shown.one(command) for word in some)]
    return Part("words", say("words.heading"), [Listing([label("words", word) for word in words])])
