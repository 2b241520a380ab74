"""What is measured of England's trusts: people, staff, beds, needs and how much demand varies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from making.england.extracts import YEAR, Extracts
from making.volatility import (
    coefficients_of_variation,
    irregular,
    ranked,
    shrunk_correlation,
    standardised,
)

HOURS_PER_WEEK = 37.5
HALF_A_BED = 0.5  # added before taking logarithms: small units were empty on some census days
MERGED = ("RVJ", "RA7")  # RA7's catchment already holds RVJ's


@dataclass(frozen=True)
class Volatility:
    """How a monthly series of the trusts varies: its mean, sd as a share of it, and correlation."""

    mean: pd.Series
    cv: pd.Series
    correlation: pd.DataFrame
    shrunk_by: float
    observations: float


def trust_facts(extracts: Extracts, spread: float) -> pd.DataFrame:
    """One row a core trust: population, staff, vacancy, absence, willingness, ability, need."""
    trusts = extracts.trusts
    admissions = extracts.panel("derived_core_ae_panel", "em_adm_total", "month").loc[YEAR]
    facts = pd.DataFrame(index=trusts.index)
    facts["population"] = populations(trusts["catchment_population"], admissions.sum())
    staff = extracts.read("sickness_monthly").groupby("trust")[["fte_days_lost", "fte_days_available"]].sum()
    staff = staff.reindex(trusts.index)
    facts["fte"] = staff["fte_days_available"] / 365
    facts["absence"] = staff["fte_days_lost"] / staff["fte_days_available"]
    facts["vacancy"] = vacancies(extracts, facts["fte"])
    survey = survey_answers(extracts)
    facts["willingness"] = ranked(survey["q3f_can_make_improvements_pct"], spread)
    facts["ability"] = ranked(survey["q12b_burnt_out_often_always_pct"], spread, best_is_high=False)
    deprivation = trusts["imd_score"].copy()
    deprivation[MERGED[0]] = deprivation[MERGED[1]]
    facts["need"] = standardised(deprivation, facts["population"])
    return facts


def populations(catchment: pd.Series, admissions: pd.Series) -> pd.Series:
    """Catchments, with RA7's divided between RVJ and RA7 as their emergency admissions are."""
    population = catchment.copy()
    pair = list(MERGED)
    population[pair] = catchment[MERGED[1]] * admissions[pair] / admissions[pair].sum()
    return population.round()


def vacancies(extracts: Extracts, fte: pd.Series) -> pd.Series:
    """The acute vacancy rate of each trust's region; where there is none, the others' FTE-weighted mean."""
    table = extracts.read("vacancy_rate_region_2026q1").set_index("region_name")
    rate = extracts.trusts["region_name"].map(table["acute_vacancy_rate_all_pct"]) / 100
    known = rate.notna()
    return rate.fillna(np.average(rate[known], weights=fte[known]))


def survey_answers(extracts: Extracts) -> pd.DataFrame:
    """The staff survey of 2024; trusts that have merged since count by their respondents."""
    survey = extracts.read("staff_survey_2021_2024")
    survey = survey[(survey["year"] == 2024) & survey["trust"].isin(extracts.trusts.index)]
    items = ["q3f_can_make_improvements_pct", "q12b_burnt_out_often_always_pct"]
    weighted = survey[items].mul(survey["respondents"], axis=0).groupby(survey["trust"]).sum()
    return weighted.div(survey.groupby("trust")["respondents"].sum(), axis=0).reindex(extracts.trusts.index)


def bed_means(extracts: Extracts) -> pd.DataFrame:
    """Mean beds available and occupied over the year, general and acute and adult critical care."""
    columns = ["ga_available", "ga_occupied", "adult_cc_available", "adult_cc_occupied"]
    panels = {name: extracts.panel("beds_monthly", name, "month").loc[YEAR].mean() for name in columns}
    return pd.DataFrame(panels)


def admissions_volatility(extracts: Extracts) -> Volatility:
    """Emergency admissions per day from April 2022; the mean is that of the year, a month."""
    monthly = extracts.panel("derived_core_ae_panel", "em_adm_total", "month").loc["2022-04-01":]
    days = pd.DatetimeIndex(monthly.index).days_in_month
    changes, observations = irregular(monthly.div(days, axis=0))
    return _volatility(monthly.loc[YEAR].mean(), changes, observations)


def critical_care_volatility(extracts: Extracts) -> Volatility:
    """Occupied adult critical care beds, January 2018 to February 2020, with the season of 2015 to 2020."""
    every = extracts.panel("critical_care_monthly_2015_2020", "adult_cc_occupied", "month")
    open_now = bed_means(extracts)["adult_cc_available"] > 0
    every = every.loc[:, open_now] + HALF_A_BED
    recent = every.loc["2018-01-01":]
    changes, observations = irregular(recent, season_from=every)
    return _volatility(recent.mean(), changes, observations)


def _volatility(mean: pd.Series, changes: pd.DataFrame, observations: float) -> Volatility:
    matrix, weight = shrunk_correlation(changes)
    return Volatility(
        mean,
        coefficients_of_variation(changes, observations),
        pd.DataFrame(matrix, index=changes.columns, columns=changes.columns),
        weight,
        observations,
    )


def waiting_to_leave(extracts: Extracts) -> pd.Series:
    """By system, the share of occupied beds whose patients no longer meet the criteria to reside.

    Net of those discharged the same day. A day with no patients was not submitted and is left out. A system
    that stopped publishing counts with the last twelve months it published, over the beds of those months.
    """
    daily = extracts.read("discharge_icb_daily", "date")
    daily = daily[daily["no_longer_meet_criteria"] > 0]
    occupied = extracts.panel("beds_monthly", "ga_occupied", "month")
    occupied = occupied.T.groupby(extracts.trusts["icb_code"]).sum(min_count=1).T
    shares = {}
    for system, rows in daily.groupby("icb_code"):
        end = min(pd.DatetimeIndex(rows.index).max(), pd.Timestamp(YEAR.stop))
        months = slice(end - pd.DateOffset(years=1) + pd.DateOffset(days=1), end)
        staying = (rows["no_longer_meet_criteria"] - rows["discharged"]).loc[months].mean()
        shares[system] = staying / occupied[system].loc[months].mean()
    return pd.Series(shares)
