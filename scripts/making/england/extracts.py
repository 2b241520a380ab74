"""NHS England's published extracts as England's instance uses them: today's trusts, one code each."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import pandas as pd

# RVJ and RA7 merged after the period and are kept apart; RW6 was divided between two trusts, so that it is
# nobody's predecessor (its region, the North West, is that of both).
KEPT_APART = ("RVJ", "RW6")
DIVIDED = {"RW6": "RM3"}
YEAR = slice("2024-09-01", "2025-08-31")


class Extracts:
    """The extracts under a folder, read when first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "england_nhs" if (folder / "england_nhs").is_dir() else folder

    def read(self, name: str, period: str = "") -> pd.DataFrame:
        """A file with its period as index and, where rows are trusts', today's code in `trust`."""
        frame = pd.read_csv(self.folder / f"{name}.csv", keep_default_na=False, na_values=[""])
        if "org_code" in frame:
            frame["trust"] = [self.today(code) for code in frame["org_code"]]
        if period in ("date", "month"):
            frame[period] = pd.to_datetime(frame[period])
        return frame.set_index(period).sort_index() if period else frame

    @cached_property
    def successors(self) -> dict[str, str]:
        """What each merged trust's code became."""
        merged = pd.read_csv(self.folder / "org_successions.csv")
        pairs = zip(merged["old_code"], merged["new_code"], strict=True)
        return {old: new for old, new in pairs if old not in KEPT_APART}

    def today(self, code: str) -> str:
        """The trust that a code stands for today, through any number of mergers."""
        while code in self.successors:
            code = self.successors[code]
        return code

    @cached_property
    def trusts(self) -> pd.DataFrame:
        """The 120 core trusts by code, with their system and region."""
        every = pd.read_csv(self.folder / "trusts.csv")
        core = every[every["core_panel"] == 1].set_index("org_code").sort_index()
        return core.sort_values(["region_code", "icb_code"], kind="stable")

    @cached_property
    def systems(self) -> pd.DataFrame:
        """The 42 integrated care boards by code, with their region."""
        frame = pd.read_csv(self.folder / "icbs.csv").set_index("icb_code").sort_index()
        return frame.sort_values("region_code", kind="stable")

    def panel(self, name: str, column: str, period: str) -> pd.DataFrame:
        """One column as period x core trust, predecessors added to their successors."""
        frame = self.read(name, period)
        wide = frame.groupby([frame.index, "trust"])[column].sum().unstack()
        return wide.reindex(columns=self.trusts.index)

    def regional(self, name: str, column: str, period: str) -> pd.DataFrame:
        """One column as period x region, over the core trusts and their predecessors."""
        frame = self.read(name, period)
        frame["trust"] = frame["trust"].replace(DIVIDED)
        frame = frame[frame["trust"].isin(self.trusts.index)]
        region = frame["trust"].map(self.trusts["region_code"])
        return frame.groupby([frame.index, region])[column].sum().unstack()
