"""Make the instance of England's acute trusts from NHS England's published extracts.

    python scripts/make_england.py DATA_DIR instances/england

DATA_DIR holds the tidy extracts (`trusts.csv`, `beds_monthly.csv`, ... or a folder `england_nhs` with them).
What is measured comes from there, what is judged from `making/england_judged.py`; `sources.csv` says which.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import click
import pandas as pd
from making import england_judged as judged
from making.england_extracts import Extracts
from making.england_measured import (
    HOURS_PER_WEEK,
    Volatility,
    admissions_volatility,
    bed_means,
    critical_care_volatility,
    trust_facts,
    waiting_to_leave,
)
from making.england_scenarios import (
    Pandemic,
    busiest_day,
    escalation_share,
    pandemic,
    winter_absence,
    winter_correlation,
    winter_surge,
)
from making.england_sources import sources
from making.judgement import current_rows, decision_rows, source_rows, workload_rows
from making.tables import number, write_instance
from making.volatility import mean_correlation

Rows = Iterator[dict[str, Any]]
BEDS = {"ga_beds": "ga", "critical_care_beds": "adult_cc"}

TOML = """\
name = "england"
title = "England's acute trusts, 2024/25"
description = \"\"\"
Which decisions of the NHS in England should sit with the centre, the 7 regions, the 42 systems (integrated care
boards) or the 120 acute trusts? Population, staff, beds, ratings, needs, volatility and the surges of winter and
pandemic are measured; stakes, delays, hours and accountability are judgements: sources.csv grades every column.
Contains public sector information licensed under the Open Government Licence v3.0.\"\"\"
perspective = "The health ministry with the national health service, answerable to parliament for England's patients"
licence = "Contains public sector information licensed under the Open Government Licence v3.0"

[[levels]]
level = "centre"
delay_days = 21
accountability = 1.0
mobilisation = 0.5

[[levels]]
level = "region"
delay_days = 10
accountability = 0.75
mobilisation = 0.7

[[levels]]
level = "system"
delay_days = 5
accountability = 0.4
mobilisation = 0.85

[[levels]]
level = "trust"
delay_days = 0
accountability = 0.1
mobilisation = 0

[limits]
reserve = 0.05

[[scenarios]]
scenario = "normal"
probability = 0.75

[[scenarios]]
scenario = "winter"
probability = 0.2
urgency = 2
absence = {winter_absence}
oversight = 0.8

[[scenarios]]
scenario = "pandemic"
probability = 0.05
urgency = 4
absence = 0.06
oversight = 0.3
correlation = {pandemic_correlation}

[[resources]]
resource = "ga_beds"
governed_by = "bed_allocation"

[[resources]]
resource = "critical_care_beds"
governed_by = "bed_allocation"
"""


def organisation_rows(extracts: Extracts, facts: pd.DataFrame) -> Rows:
    """The centre, regions, systems and trusts, each above what is under it."""
    regions = extracts.systems.groupby("region_code").agg(
        name=("region_name", "first"), patients=("registered_population", "sum")
    )
    own = dict.fromkeys(("population", "vacancy", "absence", "willingness", "ability", "rating"))
    centre = {"organisation": "ENGLAND", "level": "centre", "parent": "", "name": "England", **own}
    yield _with_hours(centre, judged.CENTRE_HOURS)
    for code, region in regions.iterrows():
        row = {"organisation": code, "level": "region", "parent": "ENGLAND", "name": region["name"], **own}
        yield _with_hours(row, judged.REGION_HOURS_PER_1000 * region["patients"] / 1000)
    for code, system in extracts.systems.iterrows():
        row = {"organisation": code, "level": "system", "parent": system["region_code"]}
        row |= {"name": system["icb_name"], **own}
        yield _with_hours(row, judged.SYSTEM_HOURS_PER_1000 * system["registered_population"] / 1000)
    for code, trust in extracts.trusts.iterrows():
        fact = facts.loc[code]
        row = {"organisation": code, "level": "trust", "parent": trust["icb_code"], "name": trust["org_name"]}
        row |= {name: fact[name] for name in own} | {"population": int(fact["population"])}
        established = fact["fte"] / (1 - fact["vacancy"]) * HOURS_PER_WEEK
        yield _with_hours(row, judged.SHARE_OF_STAFF_TIME * established)


def _with_hours(row: dict[str, Any], hours: float) -> dict[str, Any]:
    return {**row, "staff_hours": round(hours, 1)}


def risk_rows(
    population: pd.Series, admissions: tuple[Volatility, pd.Series], critical: Volatility, patients: pd.Series
) -> Rows:
    """Absolute standard deviations, and what a head costs in each unit."""
    varying, monthly = admissions
    for decision in judged.ADMISSIONS:
        sd, mean = varying.cv * monthly, monthly * 12 / population
        for trust in population.index:
            yield {"decision": decision, "organisation": trust, "sd": sd[trust], "mean": mean[trust]}
    sd = (critical.cv * patients).reindex(population.index).fillna(0.0)
    mean = patients / population * 100_000
    for decision in judged.CRITICAL_CARE:
        for trust in population.index:
            yield {"decision": decision, "organisation": trust, "sd": sd[trust], "mean": mean[trust]}


def correlation_rows(admissions: Volatility, critical: Volatility) -> Rows:
    """The shrunk matrices, for the decisions that use one."""
    for decision in judged.WITH_MATRIX:
        matrix = (critical if decision in judged.CRITICAL_CARE else admissions).correlation
        for a, b in combinations(matrix.index, 2):
            row = {"decision": decision, "organisation_a": a, "organisation_b": b}
            yield row | {"correlation": float(matrix.loc[a, b])}


def partner_rows(extracts: Extracts, staying: pd.Series, beds: pd.Series) -> Rows:
    """Each trust leans on the others of its system, as far as the system's beds wait for a way out."""
    for system, trusts in extracts.trusts.groupby("icb_code", sort=False):
        for trust in trusts.index if len(trusts) > 1 else ():
            others = beds[trusts.index].drop(trust)
            for partner, share in (others / others.sum()).items():
                dependence = round(staying[system] * share, 4)
                yield {"organisation": trust, "partner": partner, "dependence": dependence}


def resource_rows(beds: pd.DataFrame) -> Rows:
    """Beds available and occupied, where there are any."""
    for resource, prefix in BEDS.items():
        for trust, row in beds[beds[f"{prefix}_available"] > 0].iterrows():
            values = {"capacity": row[f"{prefix}_available"], "demand": row[f"{prefix}_occupied"]}
            yield {"organisation": trust, "resource": resource, **values}


def surge_rows(extracts: Extracts, beds: pd.DataFrame, wave: Pandemic, net: bool) -> Rows:
    """Winter by trust, the pandemic as in the trust's region."""
    region = extracts.trusts["region_code"]
    pandemic_surge = {
        "ga_beds": wave.beds_net if net else wave.beds_gross,
        "critical_care_beds": wave.critical_net if net else wave.critical_gross,
    }
    for resource, prefix in BEDS.items():
        winter = winter_surge(extracts, f"{prefix}_occupied")
        lost = wave.beds_lost if resource == "ga_beds" else wave.beds_lost * 0
        for trust in beds.index[beds[f"{prefix}_available"] > 0]:
            where = {"resource": resource, "organisation": trust}
            yield {"scenario": "winter", **where, "surge": round(float(winter[trust]), 4), "loss": None}
            surge, loss = pandemic_surge[resource][region[trust]], lost[region[trust]]
            yield {"scenario": "pandemic", **where, "surge": round(surge, 4), "loss": round(loss, 4)}


@click.command(help=__doc__)
@click.argument("data_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("out_dir", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--spread",
    default=0.2,
    show_default=True,
    type=click.FloatRange(0, 0.5),
    help="Between the best and the worst trust's willingness and ability; plausible from 0 to 0.5.",
)
@click.option(
    "--surge",
    default="net",
    show_default=True,
    type=click.Choice(["net", "gross"]),
    help="The pandemic's demand, net of the care that was put off or gross.",
)
def main(data_dir: Path, out_dir: Path, spread: float, surge: str) -> None:
    extracts = Extracts(data_dir)
    facts, beds = trust_facts(extracts, spread), bed_means(extracts)
    admissions, monthly = admissions_volatility(extracts)
    critical = critical_care_volatility(extracts)
    wave, staying = pandemic(extracts), waiting_to_leave(extracts)
    correlations = dict.fromkeys(judged.ADMISSIONS, mean_correlation(admissions.correlation.to_numpy()))
    correlations |= dict.fromkeys(judged.CRITICAL_CARE, mean_correlation(critical.correlation.to_numpy()))
    toml = TOML.format(
        winter_absence=number(winter_absence(extracts), 3),
        pandemic_correlation=number(wave.correlation, 3),
    )
    tables = {
        "decisions": decision_rows(judged.DECISIONS, correlations),
        "organisations": organisation_rows(extracts, facts),
        "workload": workload_rows(judged.DECISIONS, judged.LEVELS, judged.SCALES, judged.HOURLY_COST),
        "risk": risk_rows(facts["population"], (admissions, monthly), critical, beds["adult_cc_occupied"]),
        "correlations": correlation_rows(admissions, critical),
        "needs": ({"organisation": trust, "need": round(need, 4)} for trust, need in facts["need"].items()),
        "resources": resource_rows(beds),
        "surges": surge_rows(extracts, beds, wave, surge == "net"),
        "links": (dict(zip(("decision_a", "decision_b", "objective", "loss"), x)) for x in judged.LINKS),
        "rules": (
            dict(zip(("if_decision", "if_level", "then_decision", "then_level", "note"), x))
            for x in judged.RULES
        ),
        "partners": partner_rows(extracts, staying, beds["ga_occupied"]),
        "current": current_rows(judged.DECISIONS),
        "sources": source_rows(sources(spread, surge)),
    }
    write_instance(out_dir, toml, tables)
    click.echo(summary(extracts, facts, beds, admissions, critical, wave, staying))


def summary(
    extracts: Extracts,
    facts: pd.DataFrame,
    beds: pd.DataFrame,
    admissions: Volatility,
    critical: Volatility,
    wave: Pandemic,
    staying: pd.Series,
) -> str:
    """The key figures, one a line."""
    in_all, smallest = beds.sum(), facts["fte"].idxmin()
    lines = [
        f"population {facts['population'].sum():,.0f} in {len(facts)} trusts; "
        f"RVJ {facts['population']['RVJ']:,.0f}, RA7 {facts['population']['RA7']:,.0f}",
        f"staff {facts['fte'].sum():,.0f} FTE; smallest {smallest} {facts['fte'][smallest]:,.0f}",
        f"general and acute beds {in_all['ga_available']:,.0f}, occupied {in_all['ga_occupied']:,.0f}; "
        f"critical care {in_all['adult_cc_available']:,.0f}, {in_all['adult_cc_occupied']:,.0f}",
        f"within four hours {facts['rating'].min():.3f} to {facts['rating'].max():.3f}; "
        f"{(facts['rating'] < 0.5).sum()} trusts below 0.5",
    ]
    for name, varying in (("emergency admissions", admissions), ("critical care", critical)):
        mean = mean_correlation(varying.correlation.to_numpy())
        lines.append(
            f"{name}: cv mean {varying.cv.mean():.4f}, median {varying.cv.median():.4f}; correlation "
            f"{mean:.4f} after shrinking by {varying.shrunk_by:.2f}; {varying.observations:.0f} free months"
        )
    for resource, prefix in BEDS.items():
        winter = beds[f"{prefix}_occupied"] * (1 + winter_surge(extracts, f"{prefix}_occupied"))
        short = (winter - beds[f"{prefix}_available"]).dropna()
        lines.append(
            f"winter, {resource}: {(short > 0).sum()} trusts short of {short.clip(lower=0).sum():.0f}, "
            f"{-short.clip(upper=0).sum():,.0f} spare elsewhere"
        )
    lines += [
        f"busiest fortnight to {busiest_day(extracts):%d %B %Y}; winter correlation "
        f"{winter_correlation(extracts):.3f}; absence {winter_absence(extracts):.4f} more; "
        f"escalation beds {escalation_share(extracts):.4f} of core beds",
        f"no longer meeting the criteria to reside, net: {staying.min():.3f} to {staying.max():.3f}, "
        f"mean {staying.mean():.3f} of occupied beds",
        f"pandemic: correlation {wave.correlation:.3f}; by region",
        pd.DataFrame({k: v for k, v in vars(wave).items() if isinstance(v, pd.Series)}).round(3).to_string(),
        f"critical care patients at the peaks {wave.critical_peak:,.0f}, beds open in 2019 "
        f"{wave.critical_open:,.0f}",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
