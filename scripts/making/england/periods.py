"""England's instance as a path: nine periods from 2016 to 2024, and what is judged to link them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from making.england.extracts import Extracts
from making.england.scenarios import covid_patients
from making.judgement import Judged, Rows, load, source_rows
from making.tables import number

HERE = Path(__file__).parent
SEASONS = {"first_wave": slice("2020-03-01", "2020-07-31"), "second_wave": slice("2020-08-01", "2021-03-31")}
A_FIFTH = 0.2  # of a wave's highest count of patients: what lies above it is the wave
YEAR = 365.25
WINTERS_BEFORE, WINTERS_AFTER = (2016, 2017, 2018), (2022, 2023, 2024)  # December of these years and on

Table = Iterable[Mapping[str, Any]]


def with_periods(
    toml: str, tables: Mapping[str, Table], extracts: Extracts, population: pd.Series
) -> tuple[str, dict[str, Table]]:
    """The instance's toml and tables, with periods and all that links them; every decision is uniform."""
    patients = covid_patients(extracts).dropna().sum(axis=1)
    waves = {name: wave_days(patients.loc[season]) for name, season in SEASONS.items()}
    figures = wave_figures(waves)
    judged = load(HERE / "path.toml", figures)
    stockpile = judged["stockpile"]
    figures |= survey_figures(extracts) | winter_figures(extracts) | {
        "days_at_peak": number(stockpile["days_at_peak"]),
        "first_wave_days": number(len(waves["first_wave"])),
    }  # fmt: skip
    a_day = stockpile["days_at_peak"] * patients.loc[waves["first_wave"]].max() / len(waves["first_wave"])
    sources = list(source_rows(load(HERE / "path_sources.toml", figures)))
    reserve = a_day * population / population.sum()
    more = {
        "decisions": linked_decisions(tables["decisions"], judged),
        "resources": with_reserve(tables["resources"], stockpile["resource"], reserve),
        "sources": replaced(tables["sources"], sources),
    }
    return path_toml(toml, judged), {**tables, **more}


def wave_days(patients: pd.Series) -> pd.DatetimeIndex:
    """The days on which there were more than a fifth of a season's most patients, and those between."""
    high = patients.index[patients > A_FIFTH * patients.max()]
    return pd.date_range(high[0], high[-1])


def wave_figures(waves: Mapping[str, pd.DatetimeIndex]) -> dict[str, str]:
    """When each wave began, and the day after it."""
    days = {f"{name}_from": wave[0] for name, wave in waves.items()}
    days |= {f"{name}_over": wave[-1] + pd.Timedelta(days=1) for name, wave in waves.items()}
    return {name: f"{day:%Y-%m-%d}" for name, day in days.items()}


def winter_figures(extracts: Extracts) -> dict[str, str]:
    """The share of attendances beyond four hours, and of beds occupied, winter by winter."""
    late = of_winters(extracts, "ae_type1_monthly_2016_2019", "over4h_type1", "att_type1", WINTERS_BEFORE)
    full = of_winters(extracts, "beds_monthly", "ga_occupied", "ga_available", WINTERS_AFTER)
    figures: dict[str, str] = {}
    for name, shares in (("late", late), ("full", full)):
        told = {year: f"{100 * share:.1f} % in {year}/{year % 100 + 1}" for year, share in shares.items()}
        worst = told.pop(max(shares, key=lambda year: shares[year]))
        figures |= {name: worst, f"{name}_others": " and ".join(told.values())}
    return figures


def of_winters(
    extracts: Extracts, file: str, part: str, whole: str, winters: Iterable[int]
) -> dict[int, float]:
    """One column over another from December to February."""
    monthly = extracts.read(file, "month")[[part, whole]].groupby(level=0).sum()
    shares = {}
    for year in winters:
        winter = monthly.loc[f"{year}-12-01" : f"{year + 1}-02-01"].sum()
        shares[year] = float(winter[part] / winter[whole])
    return shares


def survey_figures(extracts: Extracts) -> dict[str, str]:
    """How many of the trusts' staff felt burnt out, year by year."""
    survey = extracts.read("staff_survey_2021_2024")
    survey = survey[survey["trust"].isin(extracts.trusts.index)]
    burnt_out = survey.groupby("year")["q12b_burnt_out_often_always_pct"].mean()
    return {"burnt_out": ", ".join(f"{share:.1f}" for share in burnt_out)}


def path_toml(toml: str, judged: Judged) -> str:
    """instance.toml under the path's name, with what a path reads at its end."""
    stockpile = judged["stockpile"]
    named = f'resource = "{stockpile["resource"]}"\n'
    for old, new in (
        ('name = "england"', 'name = "england-path"'),
        ('title = "England\'s acute trusts, 2024/25"', 'title = "England\'s acute trusts, 2016 to 2024"'),
        ('description = """\n', f'description = """\n{INTRODUCTION}'),
        (named, f"{named}refill = {stockpile['refill']}\n"),
    ):
        assert toml.count(old) == 1
        toml = toml.replace(old, new)
    lines = ["", "[path]", *(f"{name} = {value}" for name, value in judged["path"].items())]
    for period, years in zip(judged["periods"], lengths(judged), strict=True):
        lines += ["", "[[periods]]", *(f'{name} = "{period[name]}"' for name in ("period", "scenario"))]
        lines.append(f"years = {number(years, 4)}")
    return toml + "\n".join(lines) + "\n"


INTRODUCTION = """\
Nine periods from 2016 to 2024, each like one scenario of the instance england, whose facts these are; \\
every decision is uniform. What links the periods (rates, costs of moves, a stockpile) is judged. \\
"""


def lengths(judged: Judged) -> list[float]:
    """Years from the start of each period to that of the next."""
    starts: list[datetime.date] = [*(period["starts"] for period in judged["periods"]), judged["until"]]
    return [(after - before).days / YEAR for before, after in pairwise(starts)]


def linked_decisions(decisions: Table, judged: Judged) -> Rows:
    """Rows of decisions.csv with what a move costs; all uniform."""
    kind = {decision: kind for kind, decisions in judged["moved_by"].items() for decision in decisions}
    for row in decisions:
        cost = judged["switch_cost"][kind[row["decision"]]]
        rest = {name: value for name, value in row.items() if name != "note"}
        yield {**rest, "uniform": True, "switch_cost": cost, "note": row["note"]}


def with_reserve(resources: Table, resource: str, reserve: pd.Series) -> Rows:
    """Rows of resources.csv with what is set aside of one resource."""
    for row in resources:
        yield {**row, "reserve": reserve[row["organisation"]] if row["resource"] == resource else None}


def replaced(sources: Table, ours: list[dict[str, Any]]) -> Rows:
    """Rows of sources.csv: those of the path in place of England's of the same column, or after them."""
    own = {(row["table"], row["column"]) for row in ours}
    yield from (dict(row) for row in sources if (row["table"], row["column"]) not in own)
    yield from ours
