"""What is measured of England's regions: population, deprivation, need for equipment, and the two waves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from making.england.extracts import Extracts
from making.volatility import standardised

NEEDS = {"ppe": "covid_inpatients", "ventilators": "covid_mv_beds"}
WAVES = {"spring_2020": slice("2020-03-01", "2020-07-31"), "winter_2021": slice("2020-12-01", "2021-04-30")}


@dataclass(frozen=True)
class Regions:
    """One row a region, and the need for each resource as day x region."""

    facts: pd.DataFrame  # name, population, need
    needs: dict[str, pd.DataFrame]
    waves: dict[str, pd.Series]  # day -> whether it is of the wave

    @property
    def between(self) -> pd.Series:
        """The days of no wave."""
        return ~pd.concat(list(self.waves.values()), axis=1).any(axis=1)

    def usual(self, resource: str) -> pd.Series:
        """Mean need between waves."""
        need = self.needs[resource]
        return need[self.between.reindex(need.index)].mean()

    def surge(self, resource: str, wave: str) -> pd.Series:
        """Growth of need in a wave over the days between waves."""
        need = self.needs[resource]
        return need[self.waves[wave].reindex(need.index)].mean() / self.usual(resource) - 1


def regions(extracts: Extracts) -> Regions:
    """All of it. Days before a count was kept for every region are left out."""
    daily = extracts.read("covid_region_daily").assign(date=lambda d: pd.to_datetime(d["date"]))
    wide = daily.pivot(index="date", columns="region_code")
    needs = {name: pd.DataFrame(wide[column]).dropna() for name, column in NEEDS.items()}
    total = needs["ppe"].sum(axis=1)
    waves = {}
    for name, season in WAVES.items():
        waves[name] = (total > total.loc[season].max() / 2) & total.index.isin(total.loc[season].index)
    trusts = extracts.read("trusts").dropna(subset=["catchment_population"])
    of = trusts.groupby("region_code")
    facts = pd.DataFrame({"name": of["region_name"].first(), "population": of["catchment_population"].sum()})
    facts["need"] = standardised(
        of[["imd_score", "catchment_population"]].apply(
            lambda region: np.average(region["imd_score"], weights=region["catchment_population"])
        ),
        facts["population"],
    )
    return Regions(facts, needs, waves)
