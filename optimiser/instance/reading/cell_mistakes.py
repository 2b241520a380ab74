"""What a cell that is no number, flag or name was likely meant to be: said, never guessed."""

from __future__ import annotations

import re

from optimiser.instance.schema.column import Column

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_DIGITS = r"\d[\d.,' _\u00a0\u2009\u202f\u2019]*"
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?", re.ASCII)
_THOUSANDS = r"[+-]?\d{{1,3}}({0}\d{{3}})+"  # and a decimal sign
_MANY = r"[+-]?\d{{1,3}}({0}\d{{3}}){{2,}}"
_SPACES = r"[ \u00a0\u2009\u202f]"
_CURRENCY = "£$€¥₹"
_NOTHING = frozenset(
    "na n/a n.a. #n/a nan none null nil - -- – — ? . .. x unknown missing k.a. tbc tbd".split()
)
_YES = frozenset("yes y 1 1.0 on t x ja j oui si sí wahr vrai verdadero vero".split())
_NO = frozenset("no n 0 0.0 off f nein non falsch faux falso".split())
BEGINS = "=+-@"  # a spreadsheet takes what begins so for a formula


def number(cell: str, column: Column) -> tuple[str, str]:
    """What is said of a text that is not a number of this column, and the kind of mistake; '' if unknown.

    What begins with a colon follows the cell itself; the rest follows what was expected.
    """
    text = cell.strip()
    if text.lower() in _NOTHING:
        return ("", "") if column.required else (" (not known? leave it empty)", "nothing")
    if NUMBER.fullmatch(text):
        return (": leave out the blanks around it", "blanks") if text != cell else _percent(text, column)
    if text.endswith("%"):
        share = text[:-1].strip().replace(",", ".")
        return (f": write {_shifted(share)}", "%") if NUMBER.fullmatch(share) else ("", "")
    if (bare := text.strip(_CURRENCY + " ")) != text and re.fullmatch(_DIGITS, bare.lstrip("+-")):
        sign = next(c for c in text if c in _CURRENCY)
        return f": leave out the {sign}", "currency"
    if NUMBER.fullmatch(minus := re.sub("^[\u2212\u2013\u2014]", "-", text)):
        return f": write {minus}, with a hyphen for the minus", "minus"
    return _separated(text) or _with_unit(text)


def _percent(text: str, column: Column) -> tuple[str, str]:
    """A number that would be a share if it were a percentage."""
    value = float(text)
    if column.high == 1 and 2 < abs(value) <= 100 and column.admits(value / 100):
        return f" ({text} %? write {_shifted(text)})", "%"
    return "", ""


def _shifted(percentage: str) -> str:
    return f"{float(percentage) / 100:.12g}"


def _separated(text: str) -> tuple[str, str] | None:
    """Digits with something between them."""
    if re.fullmatch(_THOUSANDS.format(_SPACES) + r"([.,]\d+)?", text):
        comma = " and write a decimal point" * ("," in text)
        return f": leave out the space{comma}", "space"
    for sign, name in (("_", "_"), ("['\u2019]", "'")):
        if re.fullmatch(_THOUSANDS.format(sign) + r"([.,]\d+)?", text):
            return f": leave out the {name}", name
    if re.fullmatch(_THOUSANDS.format(",") + r"\.\d+", text) or re.fullmatch(_MANY.format(","), text):
        return ": leave out the comma", "comma"
    if re.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}", text):
        thousands, decimal = text.replace(",", ""), text.replace(",", ".")
        return f": write {thousands} or, with a decimal point, {decimal}", "comma"
    if re.fullmatch(_THOUSANDS.format(r"\.") + r",\d+", text) or re.fullmatch(_MANY.format(r"\."), text):
        number = text.replace(".", "").replace(",", ".")
        return f": leave out the points between thousands (write {number})", "points"
    if _DECIMAL_COMMA.fullmatch(text):
        return f": write a decimal point ({text.replace(',', '.')})", "decimal comma"
    return None


def _with_unit(text: str) -> tuple[str, str]:
    """A number and a word."""
    found = re.fullmatch(r"([+-]?[\d.]+)\s*[^\W\d_][^\d]*", text)
    return (": write the number alone", "unit") if found and NUMBER.fullmatch(found[1]) else ("", "")


def flag(text: str) -> str:
    """What is said of a text that is not a flag."""
    plain = text.strip().lower()
    if plain in ("true", "false"):
        return " (leave out the blanks around it)"
    return " (write true)" if plain in _YES else " (write false)" if plain in _NO else ""
