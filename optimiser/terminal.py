"""Text that fits its page: what letters take up, lines folded, tables aligned, numbers as people write them.

A page is as wide as the terminal (or as COLUMNS says), and 100 columns where there is none.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_CEILING, Decimal
from html import escape
from math import ceil, floor, isfinite, log10
from unicodedata import category, east_asian_width

PAGE = 100  # columns where there is no terminal, and the most that lines of prose have
LEAST = 20  # columns that a page has at least
COLUMN = 12  # columns that a text in a table keeps, as long as there is another way
JOINS = "\u200c\u200d"  # within words of some scripts, and within pictures
LITTLE = 1e-9  # less than this is not told apart from nothing

# Letters


def width() -> int:
    """How many columns a line may have."""
    return max(LEAST, shutil.get_terminal_size((PAGE, 24)).columns)


def clean(text: str) -> str:
    """On one line, with nothing that moves the cursor, turns the direction of writing or cannot be seen."""
    if text.isprintable():
        return text
    return "".join(
        c
        if c.isprintable() or c in JOINS or category(c) == "Zs"
        else " "
        if c in "\t\n\r"
        else c.encode("unicode_escape").decode()
        for c in text
    )


def breadth(text: str) -> int:
    """How many columns a text takes up: two for wide letters, none for accents that combine."""
    return len(text) if text.isascii() else sum(_breadth(c) for c in text)


def _breadth(c: str) -> int:
    if c == "\ufe0f":  # asks for the letter before it as a picture, which is wide
        return 1
    if category(c) in ("Mn", "Me", "Cf") or "\u1160" <= c <= "\u11ff":
        return 0
    return 2 if east_asian_width(c) in "WF" else 1


def _letters(text: str) -> Iterator[str]:
    """Each letter with what combines with it."""
    letter = ""
    for c in text:
        if letter and category(c) not in ("Mn", "Me", "Cf") and letter[-1] not in JOINS:
            yield letter
            letter = ""
        letter += c
    if letter:
        yield letter


def _pad(text: str, size: int, right: bool) -> str:
    blank = " " * (size - breadth(text))
    return blank + text if right else text + blank


# Lines


def fold(text: str, first: str = "", rest: str | None = None, most: int | None = None) -> list[str]:
    """One paragraph on lines that fit, `first` before its first line and `rest` before the others."""
    return _fill(re.findall(r" *[^ ]+", clean(text)), first, rest, most or min(width(), PAGE))


def paragraph(text: str, first: str = "  ") -> list[str]:
    """One paragraph, folded, `first` before its first line."""
    return fold(text, first)


def listing(items: Sequence[str], first: str, mark: str = ",") -> list[str]:
    """Items with commas between, folded between items as long as there is a way."""
    parts = [f"{clean(item)}{mark}" for item in items[:-1]] + [clean(item) for item in items[-1:]]
    return _fill([f" {part}" for part in parts], first, None, min(width(), PAGE))


def _fill(parts: Sequence[str], first: str, rest: str | None, most: int) -> list[str]:
    """Parts on lines of `most` columns; a part that is too long for one is folded, a word only if it must."""
    first = clean(first)
    if rest is None:
        longest = max((breadth(part.strip()) for part in parts), default=0)
        hang = breadth(first)
        if hang > 0.6 * most or (hang > most // 2 and hang + longest > most):  # too long to hang a text on
            indent = " " * (len(first) - len(first.lstrip()) + 2)
            head = _fill(re.findall(r" *[^ ]+", first.strip()), indent[2:], indent, most)
            return [*head, *_fill(parts, indent + "  ", indent + "  ", most)] if parts else head
        rest = " " * breadth(first)
    lines, line, bare = list[str](), first, True
    for part in parts:
        said = part.lstrip(" ") if bare else part
        if breadth(line + said) > most:
            if not bare:
                lines.append(line.rstrip())
                line = rest
            said = part.lstrip(" ")
            if breadth(line + said) > most:
                *full, line = _broken(said, line, rest, most)
                lines += full
                bare = False
                continue
        line, bare = line + said, False
    return [*lines, line.rstrip()]


def _broken(text: str, first: str, rest: str, most: int) -> list[str]:
    """What is too long for one line: between words, else after a mark within a word, else anywhere."""
    if " " in text:
        return _fill(re.findall(r" *[^ ]+", text), first, rest, most)
    lines, line, room = list[str](), first, max(2, most - breadth(first))
    while breadth(text) > room:
        letters, end, size = list(_letters(text)), 0, 0
        while end < len(letters) and size + breadth(letters[end]) <= room:
            size, end = size + breadth(letters[end]), end + 1
        marks = [k + 1 for k in range(end) if letters[k] in "_-/.,:" and k + 1 >= end // 2]
        head = "".join(letters[: marks[-1] if marks else max(1, end)])
        lines.append(line + head)
        text, line, room = text[len(head) :], rest, max(2, most - breadth(rest))
    return [*lines, line + text]


def page(sections: Iterable[Sequence[str]]) -> str:
    """Sections with a blank line between; what is still too long or unprintable is mended."""
    most, pages = width(), list[str]()
    for section in sections:
        lines = list[str]()
        for line in section:
            if breadth(line) > most or not line.isprintable():
                indent = " " * (len(line) - len(line.lstrip(" ")))
                lines += fold(line.strip(), indent, f"{indent}  ", most)
            else:
                lines.append(line.rstrip())
        if lines:
            pages.append("\n".join(lines))
    return "\n\n".join(pages)


# Tables


def columns(rows: Sequence[Sequence[str]], right: Iterable[int] = (), indent: str = "  ") -> list[str]:
    """Rows of cells, the first of them headings, as aligned lines that fit.

    The columns named in `right` hold numbers, which are never folded. What is too wide has its texts folded;
    if that is not enough, its columns stand in blocks one under the other, each with the first of them.
    """
    cells = [[clean(cell) for cell in row] for row in rows]
    numbers, count, most = set(right), len(rows[0]), width() - len(indent)
    if _size(_natural(cells, range(count))) <= most:
        return _block(cells, range(count), _natural(cells, range(count)), numbers, indent)
    lines = list[str]()
    for block in _blocks(cells, numbers, most):
        sizes = _fitted(cells, block, numbers, most)
        lines += [*([""] if lines else []), *_block(cells, block, sizes, numbers, indent)]
    return lines


def entries(rows: Sequence[Sequence[str]], right: Iterable[int] = (), indent: str = "  ") -> list[str]:
    """A table whose last column may be long: it stands under the others where there is little room beside."""
    cells = [[clean(cell) for cell in row] for row in rows]
    heads = [row[:-1] for row in cells]
    block, sizes = range(len(heads[0])), _natural(heads, range(len(heads[0])))
    most = min(width(), PAGE)
    beside = breadth(indent) + _size(sizes) + 2
    lines = list[str]()
    for row in cells:
        (head,) = _block([row], block, sizes, set(right), indent)
        parts = [f" {part}" for part in re.split(r"(?<=[,;]) ", row[-1])]
        if most - beside >= COLUMN * 2:
            lines += _fill(parts, _pad(head, beside, right=False), " " * beside, most)
        else:
            lines += [head, *_fill(parts, 3 * indent, 4 * indent, most)]
    return lines


def _natural(cells: Sequence[Sequence[str]], block: Iterable[int]) -> list[int]:
    return [max(breadth(row[i]) for row in cells) for i in block]


def _size(sizes: Sequence[int]) -> int:
    return sum(sizes) + 2 * (len(sizes) - 1)


def _narrowest(cells: Sequence[Sequence[str]], i: int, numbers: set[int], least: int) -> int:
    """How narrow a column may become: its numbers whole, its heading and its texts folded, to `least`."""
    if i in numbers:
        body, texts = max((breadth(row[i]) for row in cells[1:]), default=1), [cells[0][i]]
    else:
        body, texts = 1, [row[i] for row in cells]
    widest = max(map(breadth, texts))
    if least == COLUMN:  # words stay whole as long as there is another way
        words = [breadth(word) for text in texts for word in re.findall(r"[^ _-]+[_-]*", text)]
        least = max(0 if i in numbers else COLUMN, min(PAGE // 5, max(words, default=0)))
    return max(body, min(least, widest))


def _blocks(cells: Sequence[Sequence[str]], numbers: set[int], most: int) -> Iterator[list[int]]:
    """The columns in as few blocks as it takes, spread evenly over them."""
    first, left, chosen = [0], list(range(1, len(cells[0]))), list[list[int]]()
    for parts in range(1, max(1, len(left)) + 1):
        size = ceil(len(left) / parts)
        chosen = [first + left[k : k + size] for k in range(0, len(left), size)] or [first]
        if all(_size([_narrowest(cells, i, numbers, COLUMN) for i in block]) <= most for block in chosen):
            break
    yield from chosen


def _fitted(cells: Sequence[Sequence[str]], block: Sequence[int], numbers: set[int], most: int) -> list[int]:
    """Widths that fit: the widest column gives first, texts and headings before numbers."""
    sizes = _natural(cells, block)
    for least in (COLUMN, 4, 1):
        floors = [_narrowest(cells, i, numbers, least) for i in block]
        while _size(sizes) > most:
            spare = [size - floor for size, floor in zip(sizes, floors, strict=True)]
            wide = max((k for k in range(len(sizes)) if spare[k] > 0), key=lambda k: sizes[k], default=None)
            if wide is None:
                break
            sizes[wide] -= 1
    return sizes


def _block(
    cells: Sequence[Sequence[str]], block: Sequence[int], sizes: Sequence[int], numbers: set[int], indent: str
) -> list[str]:
    lines = list[str]()
    for row in cells:
        stacks = [_stack(row[i], size, i in numbers) for i, size in zip(block, sizes, strict=True)]
        for k in range(max(map(len, stacks))):
            parts = [
                _pad(stack[k] if k < len(stack) else "", size, i in numbers)
                for i, stack, size in zip(block, stacks, sizes, strict=True)
            ]
            lines.append((indent + "  ".join(parts)).rstrip())
    return lines


def _stack(cell: str, size: int, number: bool) -> list[str]:
    """A cell on as many lines as it takes; those after the first are set in, where there is room."""
    if breadth(cell) <= size:
        return [cell]
    parts = [f" {part}" for part in re.split(r"(?<=,) ", cell)]
    return _fill(parts, "", "" if number or size < 6 else " ", size)


def html(above: Iterable[str], rows: Sequence[Sequence[str]], below: Iterable[str]) -> str:
    """A table between paragraphs, the first row its headings. What stands in it is text, never markup."""
    parts = ["<table>"]
    for k, row in enumerate(rows):
        tag = "td" if k else "th"
        parts.append(f"<tr>{''.join(f'<{tag}>{escape(clean(cell))}</{tag}>' for cell in row)}</tr>")
    table = "".join([*parts, "</table>"]) if rows else ""
    first, last = ("".join(f"<p>{escape(clean(text))}</p>" for text in part) for part in (above, below))
    return f"<div>{first}{table}{last}</div>"


# Numbers


def fixed(number: float | None, digits: int) -> str:
    """A number to so many decimals; no minus before a zero, a dash where there is none."""
    if number is None or not isfinite(number):
        return "-"
    text = f"{number:,.{digits}f}"
    return text.lstrip("-") if not any(c in "123456789" for c in text) else text


def ceiling(number: float, digits: int) -> str:
    """What nothing exceeds, to so many decimals: never rounded down."""
    lifted = Decimal(repr(float(number))).quantize(Decimal(1).scaleb(-digits), ROUND_CEILING)
    return fixed(float(lifted), digits)


def signed(number: float, digits: int) -> str:
    """A change to so many decimals, with its sign."""
    text = fixed(number, digits)
    return text if text.startswith("-") else f"+{text}"


def exact(number: float) -> str:
    """A number as it was written: 12, not 12.0; 312,000, not 3.12e+05."""
    if not isfinite(number):
        return "-"
    text = f"{Decimal(f'{number:.10g}'):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text if text != "-0" else "0"


def amounts(numbers: Sequence[float]) -> list[str]:
    """Hours, beds or money of one column: whole if all are, else to as many decimals as the largest needs."""
    largest = max((abs(number) for number in numbers if isfinite(number)), default=0.0)
    most = min(15, max(1, 3 - floor(log10(largest)))) if largest else 0
    enough = (
        k
        for k in range(most)
        if all(abs(number - round(number, k)) <= LITTLE * largest for number in numbers if isfinite(number))
    )
    digits = next(enough, most)
    return [fixed(number, digits) for number in numbers]


def money(number: float) -> str:
    """A sum of money: without its cents where it is large."""
    return fixed(number, 0) if abs(number) >= 1000 else amounts([number])[0]


def small(number: float, digits: int = 3) -> str:
    """A difference to so many significant digits, written out: 0.000038."""
    if not isfinite(number):
        return "-"
    if abs(number) < LITTLE:
        return "0"
    decimals = max(0, digits - 1 - floor(log10(abs(number))))
    text = f"{number:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def at_most(number: float) -> str:
    """A bound on a difference to two digits, written out and never rounded down."""
    if number < LITTLE:
        return "0.000000001"
    step = Decimal(1).scaleb(floor(log10(number)) - 1)
    text = f"{Decimal(repr(float(number))).quantize(step, ROUND_CEILING):,f}"  # the number as it is written
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: float, digits: int = 1) -> str:
    """A share in percent; what is there but would be shown as nothing, or as all, is said to be near it."""
    text, least = fixed(100 * share, digits), 10.0**-digits
    if 0 < share < 1 and float(text.replace(",", "")) in (0.0, 100.0):
        return f"< {fixed(least, digits)} %" if share < 0.5 else f"> {fixed(100 - least, digits)} %"
    return f"{text} %"


def duration(seconds: float) -> str:
    """A time in the unit that people would use."""
    for unit, size, most in (("s", 1, 120), ("min", 60, 7200), ("h", 3600, 172800)):
        if seconds < most:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 86400:.0f} days"


def counted(number: int, noun: str, nouns: str = "") -> str:
    """So many of something: '1 solve', '2,571 designs'."""
    return f"{number:,} {noun if number == 1 else nouns or f'{noun}s'}"


def spans(names: Sequence[str], places: Iterable[int]) -> str:
    """Those at some places in an order, the places rising: what follows each other is 'first to last'."""
    found: list[list[int]] = []
    for k in places:
        if found and found[-1][-1] == k - 1:
            found[-1].append(k)
        else:
            found.append([k])
    return ", ".join(names[s[0]] if len(s) == 1 else f"{names[s[0]]} to {names[s[-1]]}" for s in found)


def gap(value: float, bound: float) -> str:
    """How far a bound lies above a value, in percent of the value where that means something."""
    above = max(0.0, bound - value)
    if above <= 1e-8 * abs(value):
        return "0.0000 %"
    if above <= 10 * abs(value) and abs(value) > 1e-6:
        return percent(above / abs(value), 4)
    return f"{at_most(above)} of value" if above else "0"
