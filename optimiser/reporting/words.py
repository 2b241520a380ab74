"""Words of the trade that a page uses, explained before they come up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from optimiser.labels import label, say, section
from optimiser.reporting.blocks import Facts, Figure, Heading, Listing, Part, Sentences, Table, Text, Triangle
from optimiser.reporting.results import Shown


def explained(shown: Shown, parts: Sequence[Part]) -> Part:
    """What the objectives and the other words mean that these parts use where they can be seen at once."""
    text = "\n".join(said for part in parts for block in part.blocks for said in _visible(block))
    objectives = {shown.names.objective(g): label("meanings", g) for g in section("meanings")}
    meanings = [f"{name}: {means}" for name, means in objectives.items() if name in text]
    words = [
        means for stem, means in section("words").items() if re.search(rf"\b{stem}", text, re.IGNORECASE)
    ]
    names = ", ".join(said.partition(":")[0].lower() for said in (*meanings, *words))
    caption = say("page.words_caption", names=names)
    return Part("words", say("page.words"), [Listing([*meanings, *words], caption)])


def _visible(block: Any) -> Iterator[str]:
    """What stands in a block, but for the rows of a table that is folded."""
    match block:
        case Text() | Heading():
            yield block.words
        case Facts():
            yield from (said for fact in block.facts for said in fact)
        case Listing():
            yield from (block.caption, *block.items)
        case Sentences():
            yield from (said for _, _, said, _ in block.items)
        case Table():
            yield from (block.caption, *block.columns)
            yield from (str(cell) for row in block.rows for cell in row if not block.folded)
        case Figure():
            yield from (block.drawing.title, block.drawing.said, *block.drawing.columns)
        case Triangle():
            yield from _visible(block.figure)
