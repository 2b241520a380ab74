"""What is measured of Germany's intensive care: beds, waves, staff pressure and how much demand varies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from making.ageing import Aged, aged
from making.forecast import Unknown, unknown
from making.replay import stock
from making.volatility import (
    coefficients_of_variation,
    irregular,
    ranked,
    shrunk_correlation,
    standardised,
)

# Reporting was voluntary before; units stop reporting after.
PERIOD = slice("2020-05-01", "2023-03-31")
WAVES = {
    "national_wave": slice("2020-10-01", "2021-02-28"),
    "regional_wave": slice("2021-10-01", "2022-02-10"),
}
WAVE_DAYS = 14
REPLAYED = slice("2020-10-01", "2022-02-28")  # three waves: all but 0.2 % of what states lacked
WEEKS_AHEAD = (1, 2)
HALF_A_PATIENT = 0.5  # added before taking logarithms: small states had weeks without covid patients


class Register:
    """The DIVI register's daily counts, as day x state."""

    def __init__(self, folder: Path) -> None:
        folder = folder / "germany_divi" if (folder / "germany_divi").is_dir() else folder
        self.states = pd.read_csv(folder / "states.csv", dtype={"state_id": str}).set_index("state_id")
        daily = pd.read_csv(folder / "icu_state_daily.csv", dtype={"state_id": str}, parse_dates=["date"])
        self.daily = daily.pivot(index="date", columns="state_id").loc[PERIOD]
        self.occupied = self.counts("icu_beds_occupied")
        self.capacity = self.occupied + self.counts("icu_beds_free")
        self.covid = self.counts("covid_icu_patients")

    def counts(self, column: str) -> pd.DataFrame:
        """One of the counts, day x state."""
        return pd.DataFrame(self.daily[column])

    def share_of_units(self, column: str) -> pd.Series:
        """Mean share of a state's reporting units that give an answer."""
        return (self.counts(column) / self.counts("reporting_units")).mean()


@dataclass(frozen=True)
class Wave:
    """The fortnight of a season with most covid patients, by state and against the period's means."""

    end: pd.Timestamp
    gross: pd.Series  # growth of demand with nothing put off
    net: pd.Series  # growth of beds occupied in all
    lost: pd.Series
    unknown: dict[int, Unknown]  # by weeks ahead


def state_facts(register: Register, spread: float) -> pd.DataFrame:
    """One row a state: population, units, beds, staff pressure and what follows from it."""
    facts = pd.DataFrame(index=register.states.index)
    facts["population"] = register.states["population"]
    facts["units"] = register.counts("reporting_units").mean()
    facts["capacity"] = register.capacity.mean()
    facts["demand"] = register.occupied.mean()
    facts["covid"] = register.covid.mean()
    facts["pressure"] = register.share_of_units("units_limited_by_staff")
    facts["ability"] = ranked(facts["pressure"], spread, best_is_high=False)
    facts["need"] = standardised(facts["pressure"], facts["population"])
    facts["rating"] = 1 - register.share_of_units("units_no_answer")
    return facts


def volatility(patients: pd.DataFrame) -> tuple[pd.Series, pd.DataFrame, float]:
    """Coefficients of variation from week to week, shrunk correlation matrix, and how far it was shrunk."""
    weekly = patients.resample("W").mean().iloc[1:-1] + HALF_A_PATIENT
    changes, observations = irregular(weekly)
    matrix, weight = shrunk_correlation(changes)
    names = patients.columns
    return (
        coefficients_of_variation(changes, observations),
        pd.DataFrame(matrix, index=names, columns=names),
        weight,
    )


def wave(register: Register, season: slice) -> Wave:
    """The worst fortnight of a season, gross of the care that was put off: which beds it would have taken."""
    end = register.covid.loc[season].sum(axis=1).rolling(WAVE_DAYS).mean().idxmax()
    assert isinstance(end, pd.Timestamp)
    days = slice(end - pd.Timedelta(days=WAVE_DAYS - 1), end)
    usual = register.occupied.mean()
    return Wave(
        end=end,
        gross=(register.covid.loc[days].mean() - register.covid.mean()) / usual,
        net=register.occupied.loc[days].mean() / usual - 1,
        lost=(1 - register.capacity.loc[days].mean() / register.capacity.mean()).clip(lower=0),
        unknown={weeks: unknown(register.covid, end, weeks) for weeks in WEEKS_AHEAD},
    )


def patients_ageing(register: Register) -> Aged:
    """How fast an allocation of covid patients to beds ages, were beds for them laid out by population."""
    patients = register.covid.loc[REPLAYED]
    return aged(patients, stock(patients, register.states["population"]))
