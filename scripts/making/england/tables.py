"""The tables of England's instance, from what is measured and what is judged."""

from __future__ import annotations

from typing import Any

import pandas as pd

from making.england.extracts import Extracts
from making.england.measured import HOURS_PER_WEEK, Volatility
from making.england.scenarios import Equipment, Wave, winter_surge
from making.judgement import Judged, Rows, organisation

BEDS = {"ga_beds": "ga", "critical_care_beds": "adult_cc"}


def organisation_rows(extracts: Extracts, facts: pd.DataFrame, judged: Judged) -> Rows:
    """The centre, regions, systems and trusts, each before what is under it."""
    staff = judged["staff"]
    of_their_time = staff["managers_of_trust_staff"] * staff["of_managers_time"]
    regions = extracts.systems.groupby("region_code").agg(
        name=("region_name", "first"), patients=("registered_population", "sum")
    )
    yield organisation("ENGLAND", "centre", "", "England", staff["centre_hours"], {})
    for code, region in regions.iterrows():
        hours = staff["region_hours_per_1000"] * region["patients"] / 1000
        yield organisation(str(code), "region", "ENGLAND", region["name"], hours, {})
    for code, system in extracts.systems.iterrows():
        hours = staff["system_hours_per_1000"] * system["registered_population"] / 1000
        yield organisation(str(code), "system", system["region_code"], system["icb_name"], hours, {})
    for code, trust in extracts.trusts.iterrows():
        fact = facts.loc[str(code)].to_dict()
        established = fact["fte"] / (1 - fact["vacancy"]) * HOURS_PER_WEEK
        hours = of_their_time * established
        fact["population"] = int(fact["population"])
        yield organisation(str(code), "trust", trust["icb_code"], trust["org_name"], hours, fact)


def risk_rows(
    facts: pd.DataFrame, admissions: Volatility, critical: Volatility, patients: pd.Series, judged: Judged
) -> Rows:
    """Absolute standard deviations, and the burden a head."""
    population = facts["population"]
    units = {
        "admissions": (admissions.cv * admissions.mean, admissions.mean * 12 / population),
        "critical_care": (
            (critical.cv * patients).reindex(facts.index).fillna(0.0),
            patients / population * 1e5,
        ),
    }
    for unit, (sd, mean) in units.items():
        for decision in judged["volatility"][unit]:
            for trust in facts.index:
                yield {"decision": decision, "organisation": trust, "sd": sd[trust], "mean": mean[trust]}


def partner_rows(extracts: Extracts, staying: pd.Series, beds: pd.Series) -> Rows:
    """Each trust leans on the others of its system, as far as the system's beds wait for a way out."""
    for system, trusts in extracts.trusts.groupby("icb_code", sort=False):
        for trust in trusts.index if len(trusts) > 1 else ():
            others = beds[trusts.index].drop(trust)
            for partner, share in (others / others.sum()).items():
                dependence = round(float(staying[system] * share), 4)
                yield {"organisation": trust, "partner": partner, "dependence": dependence}


def resource_rows(beds: pd.DataFrame, population: pd.Series, ppe: Equipment) -> Rows:
    """Beds available and occupied (0 where there are none), and protective equipment by population."""
    for resource, prefix in BEDS.items():
        for trust, row in beds.fillna(0.0).iterrows():
            values = {"capacity": row[f"{prefix}_available"], "demand": row[f"{prefix}_occupied"]}
            yield {"organisation": trust, "resource": resource, **values}
    for trust, share in (population / population.sum()).items():
        values = {"capacity": ppe.stock * share, "demand": ppe.need_between_waves * share}
        yield {"organisation": trust, "resource": "ppe", **values}


def surge_rows(
    extracts: Extracts, facts: pd.DataFrame, ppe: Equipment, waves: dict[str, Wave], surge: str
) -> Rows:
    """Winter by trust, the waves as in the trust's region."""
    region, net = extracts.trusts["region_code"], surge == "net"
    population = facts["population"].groupby(region).sum()
    base = ppe.need_between_waves * population / population.sum()
    for resource, prefix in BEDS.items():
        winter = winter_surge(extracts, f"{prefix}_occupied").fillna(0.0)
        for trust in facts.index:
            yield _surge("winter", resource, trust, winter[trust])
    for scenario, wave in waves.items():
        struck = {
            "ga_beds": (wave.beds_net if net else wave.beds_gross, wave.beds_lost),
            "critical_care_beds": (wave.critical_net if net else wave.critical_gross, None),
            "ppe": (wave.patients / base - 1, None),
        }
        for resource, (growth, lost) in struck.items():
            for trust in facts.index:
                loss = None if lost is None else lost[region[trust]]
                yield _surge(scenario, resource, trust, growth[region[trust]], loss)


def _surge(
    scenario: str, resource: str, trust: str, surge: float, loss: float | None = None
) -> dict[str, Any]:
    """One row of surges.csv."""
    row = {"scenario": scenario, "resource": resource, "organisation": trust, "surge": round(float(surge), 4)}
    return row | {"loss": None if loss is None else round(float(loss), 4)}
