"""How far the two readers of the covid record agree, and on what they do not.

    python scripts/covid_readers.py

Prints the share coded alike and Cohen's kappa, by wave and for both, and what is disputed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from covid.agreement import interval, kappa, share
from covid.record import WAVES, Coding, agreed, sheet

from optimiser.terminal import columns

SAID: dict[str, Callable[[Coding], str | None]] = {
    "moved up": lambda coding: None if coding.moved_up is None else str(coding.moved_up),
    "code": lambda coding: coding.code,
    "level in 2019": lambda coding: coding.from_level,
    "level in the wave": lambda coding: coding.to_level,
}


def main() -> None:
    """Count, and print it."""
    one, other = sheet(1), sheet(2)
    print("AGREEMENT OF THE TWO READERS")
    head = ("", "wave", "rows", "alike", "kappa", "95 %")
    rows = [row for what in SAID for row in compared(what)]
    print("\n".join(columns([head, *rows], right=(2, 3, 4, 5))))
    print("\nDISPUTED (left out of the main figures)")
    _, disputed = agreed(one, other, lambda coding: coding.code)
    said = [(d, wave, *map(shown, (one[d, wave], other[d, wave]))) for d, wave in disputed]
    print("\n".join(columns([("decision", "wave", "reader 1", "reader 2"), *said])))
    print("\nAGREED CODES")
    for wave in WAVES:
        codes, _ = agreed(one, other, lambda coding: coding.code)
        counts = Counter(code for (_, at), code in codes.items() if at == wave)
        print(f"  {wave}: " + ", ".join(f"{code} {count}" for code, count in counts.most_common()))
    for reader, said_by in enumerate((one, other), start=1):
        sure = Counter(coding.confidence for coding in said_by.values())
        print(f"  reader {reader}: " + ", ".join(f"confidence {c} in {sure[c]} rows" for c in (3, 2, 1)))


def compared(what: str) -> list[Sequence[str]]:
    """The rows of the table for one thing that is coded."""
    one, other, read = sheet(1), sheet(2), SAID[what]
    both: dict[tuple[str, str], tuple[str, str]] = {}
    for place in one:
        first, second = read(one[place]), read(other[place])
        if first is not None and second is not None:
            both[place] = first, second
    rows: list[Sequence[str]] = []
    for name, waves in (*((wave, (wave,)) for wave in WAVES), ("both", WAVES)):
        places = [place for place in both if place[1] in waves]
        pair = [both[place][0] for place in places], [both[place][1] for place in places]
        low, high = interval(*pair, [d for d, _ in places])
        alike = f"{100 * share(*pair):.0f} %"
        rows.append((
            what, name, str(len(places)), alike, f"{kappa(*pair):.2f}", f"{low:.2f}-{high:.2f}"
        ))  # fmt: skip
    return rows


def shown(coding: Coding) -> str:
    """A coding on one line: up (system to centre)."""
    levels = coding.from_level if coding.from_level == coding.to_level else "{} to {}"
    return f"{coding.code} ({levels.format(coding.from_level or 'nobody', coding.to_level or 'nobody')})"


if __name__ == "__main__":
    main()
