"""What winter and the pandemic did to England's beds and staff, measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from making.ageing import Aged, aged
from making.england.extracts import YEAR, Extracts
from making.forecast import Unknown, unknown
from making.replay import stock
from making.volatility import mean_correlation

BUSY_DAYS = 14
WINTER = ("2024-12-01", "2025-02-01")
BEFORE = ["2018-19 Q4", "2019-20 Q1", "2019-20 Q2", "2019-20 Q3"]  # the calendar year 2019
WAVES = {  # the quarter of each wave, in which every region had its peak or nearly
    "first_wave": ("2020-21 Q1", slice("2020-04-01", "2020-06-30")),
    "second_wave": ("2020-21 Q4", slice("2021-01-01", "2021-03-31")),
}
WEEKS_AHEAD = (1, 2)


@dataclass(frozen=True)
class Wave:
    """By region: patients on the day of England's peak; growth with and without the care put off."""

    peak: pd.Timestamp
    patients: pd.Series
    beds_net: pd.Series
    beds_gross: pd.Series
    beds_lost: pd.Series
    critical_net: pd.Series
    critical_gross: pd.Series
    unknown: dict[int, Unknown]  # by weeks ahead
    crowded_out: float  # other patients fewer for each further covid patient, across regions
    crowded_out_r: float
    critical_patients: float  # at the peak, with what other critical care went on
    critical_open: float  # beds open in 2019


@dataclass(frozen=True)
class Equipment:
    """Protective equipment, in the covid inpatients that a day's supply is enough for."""

    stock: float  # in all
    peak: float
    need_between_waves: float
    aged: Aged


def busiest_day(extracts: Extracts) -> pd.Timestamp:
    """The last day of the fortnight of winter 2019/20 in which most general and acute beds were occupied."""
    daily = extracts.panel("sitrep_daily_winter_2019_20", "ga_occupied", "date")
    day = daily.sum(axis=1).rolling(BUSY_DAYS).mean().idxmax()
    assert isinstance(day, pd.Timestamp)
    return day


def winter_surge(extracts: Extracts, column: str) -> pd.Series:
    """Growth of occupied beds from the year's mean to England's busiest fortnight, by trust.

    The trust's mean over the fortnight (the same for all, so that it is one state of one system), as a
    multiple of its mean over the winter of 2019/20, times the winter of 2024/25 as a multiple of the year
    around it. NaN where there are no such beds.
    """
    daily = extracts.panel("sitrep_daily_winter_2019_20", column, "date").replace(0, np.nan)
    end = busiest_day(extracts)
    busy = daily.loc[end - pd.Timedelta(days=BUSY_DAYS - 1) : end].mean() / daily.mean()
    year = extracts.panel("beds_monthly", column, "month").loc[YEAR]
    return busy * year.loc[slice(*WINTER)].mean() / year.mean() - 1


def winter_absence(extracts: Extracts) -> float:
    """Share of the staff normally there who are absent in December and January, in addition."""
    frame = extracts.read("sickness_monthly", "month")
    frame = frame[frame["trust"].isin(extracts.trusts.index)]
    winter = frame.loc["2024-12-01":"2025-01-01"]
    rate, usual = (part["fte_days_lost"].sum() / part["fte_days_available"].sum() for part in (winter, frame))
    return float((rate - usual) / (1 - usual))


def escalation_share(extracts: Extracts) -> float:
    """Beds that trusts opened on their own beyond their core beds, winter 2019/20."""
    core, more = (
        extracts.panel("sitrep_daily_winter_2019_20", name, "date").sum().sum()
        for name in ("ga_core_open", "ga_escalation_open")
    )
    return float(more / core)


def covid_patients(extracts: Extracts, column: str = "covid_inpatients") -> pd.DataFrame:
    """Covid patients by day and region."""
    return extracts.read("covid_region_daily", "date").pivot(columns="region_code", values=column)


def pandemic(extracts: Extracts, quarter: str, days: slice) -> Wave:
    """A wave against 2019, by region, as it stood on the day on which England had most covid inpatients.

    The same day for all, so that it is one state of one system: regions' own peaks, days apart, would leave
    nobody with anything to lend. Net of the care put off, general and acute beds are those occupied in all,
    on the quarter's mean: where covid patients were more, others were fewer by more than as many
    (`crowded_out`). For critical care no totals were published: covid patients on ventilators, and of other
    critical care the share that went on in general and acute beds.
    """
    occupied, available = (
        extracts.regional("beds_ae_quarterly_2018_2025", name, "quarter")
        for name in ("ga_occupied", "ga_available")
    )
    usual, wave = occupied.loc[BEFORE].mean(), occupied.loc[[quarter]].mean()
    patients, ventilated = covid_patients(extracts), covid_patients(extracts, "covid_mv_beds")
    peak = patients.sum(axis=1).loc[days].idxmax()
    assert isinstance(peak, pd.Timestamp)
    then, on_ventilators = patients.loc[[peak]].mean(), ventilated.loc[[peak]].mean()
    on_wards = (patients - ventilated).loc[days].mean()
    others = (wave - on_wards) / usual
    slope, _ = np.polyfit(on_wards / usual, others, 1)
    critical, critical_open = (
        extracts.regional("critical_care_monthly_2015_2020", name, "month").loc["2019":"2019"].mean()
        for name in ("adult_cc_occupied", "adult_cc_open")
    )
    return Wave(
        peak=peak,
        patients=then,
        beds_net=wave / usual - 1,
        beds_gross=(then - on_ventilators) / usual,
        beds_lost=(1 - available.loc[[quarter]].mean() / available.loc[BEFORE].mean()).clip(lower=0),
        critical_net=on_ventilators / critical + others - 1,
        critical_gross=on_ventilators / critical,
        unknown={weeks: unknown(patients, peak, weeks) for weeks in WEEKS_AHEAD},
        crowded_out=float(-slope),
        crowded_out_r=float(np.corrcoef(on_wards / usual, others)[0, 1]),
        critical_patients=float((on_ventilators + others * critical).sum()),
        critical_open=float(critical_open.sum()),
    )


def equipment(extracts: Extracts, population: pd.Series) -> Equipment:
    """What there is and what is needed of protective equipment, and how fast its allocation ages.

    The stock is what trusts received of what they were estimated to need, at the national peak of need, laid
    out by population. Need follows covid inpatients.
    """
    patients = covid_patients(extracts).dropna()
    total = patients.sum(axis=1)
    regions = population.groupby(extracts.trusts["region_code"]).sum()
    have = stock(patients, regions[patients.columns])
    first, second = (total.loc[days].idxmax() for _, days in WAVES.values())
    quietest = total.loc[first:second].min()
    return Equipment(float(have.sum()), float(total.max()), float(quietest), aged(patients, have))


def beds_ageing(extracts: Extracts) -> Aged:
    """How fast an allocation of beds ages: trusts' occupied beds against their core beds, winter 2019/20."""
    occupied, core = (
        extracts.panel("sitrep_daily_winter_2019_20", name, "date")
        for name in ("ga_occupied", "ga_core_open")
    )
    whole = core.columns[(core > 0).all() & occupied.notna().all()]
    return aged(occupied[whole], core[whole])


def winter_beds(extracts: Extracts) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Occupied and core beds by day and trust, winter 2019/20.

    Where a trust returned nothing for a day, all 0, it has those of the day before, else of the day after.
    """
    occupied, core = (
        extracts.panel("sitrep_daily_winter_2019_20", name, "date")
        for name in ("ga_occupied", "ga_core_open")
    )
    return occupied.where(core > 0).ffill().bfill(), core.where(core > 0).ffill().bfill()


def winter_correlation(extracts: Extracts) -> float:
    """Mean correlation of trusts' daily occupancy, weekdays' effects and the Christmas fortnight out."""
    beds = extracts.panel("sitrep_daily_winter_2019_20", "ga_occupied", "date")
    daily = beds.replace(0, np.nan).apply(np.log)
    days = pd.DatetimeIndex(daily.index)
    daily = daily[(days < pd.Timestamp("2019-12-20")) | (days > pd.Timestamp("2020-01-03"))]
    weekday = pd.DatetimeIndex(daily.index).day_of_week
    return mean_correlation((daily - daily.groupby(weekday).transform("mean")).corr().to_numpy())
