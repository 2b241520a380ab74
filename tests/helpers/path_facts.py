"""What the files of an instance say of its periods, in dictionaries: read from the text, not by the reader."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Mapping
from typing import Any

DEFAULTS = {"discount": 0.0, "learn": 0.0, "heal": 0.0, "hurt": 0.0, "burn": 0.0, "safe": 1.0}


class PathFacts:
    """Periods in order, [path], and what the tables add to them; blank is None."""

    def __init__(self, files: Mapping[str, str]) -> None:
        toml = tomllib.loads(files["instance.toml"])
        self.periods = [{"years": 1.0, "weights": None} | period for period in toml["periods"]]
        self.path = DEFAULTS | toml.get("path", {})
        self.refill = {row["resource"]: row.get("refill", 1.0) for row in toml.get("resources", ())}
        rows = {name: list(csv.DictReader(io.StringIO(text))) for name, text in files.items()}
        self.switch = {row["decision"]: _number(row, "switch_cost") or 0.0 for row in rows["decisions.csv"]}
        self.organisation = {row["organisation"]: row for row in rows.get("organisations.csv", ())}
        self.reserve = {(row["organisation"], row["resource"]): reserve
                        for row in rows.get("resources.csv", ())
                        if (reserve := _number(row, "reserve"))}  # fmt: skip
        self.rules = [row | {"lag": int(row.get("lag") or 0)} for row in rows.get("rules.csv", ())]

    def own(self, n: str, name: str) -> float | None:
        """What organisations.csv says of n."""
        return _number(self.organisation.get(n, {}), name)

    def rate(self, n: str, name: str) -> float:
        """learn, heal, hurt, burn or safe of n."""
        own = self.own(n, name)
        return float(self.path[name]) if own is None else own

    def over(self, t: int, a_year: float) -> float:
        """What a yearly rate comes to over the whole of a period."""
        return 1 - (1 - a_year) ** float(self.periods[t]["years"])

    def discounted(self, t: int) -> float:
        before = sum(float(period["years"]) for period in self.periods[:t])
        return float((1 + self.path["discount"]) ** -before)

    @property
    def worth(self) -> float:
        """What the value of a path is divided by."""
        return sum(self.discounted(t) * float(p["years"]) for t, p in enumerate(self.periods))


def _number(row: Mapping[str, Any], column: str) -> float | None:
    return float(row[column]) if row.get(column) else None
