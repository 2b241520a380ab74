"""The tables of England's instance, from what is measured and what is judged."""

from __future__ import annotations

import pandas as pd

from making.england.extracts import Extracts
from making.england.measured import HOURS_PER_WEEK, Volatility
from making.england.scenarios import Pandemic, winter_surge
from making.judgement import Judged, Rows, organisation

BEDS = {"ga_beds": "ga", "critical_care_beds": "adult_cc"}


def organisation_rows(extracts: Extracts, facts: pd.DataFrame, judged: Judged) -> Rows:
    """The centre, regions, systems and trusts, each before what is under it."""
    staff = judged["staff"]
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
        hours = staff["share_of_trust_staff_time"] * established
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


def resource_rows(beds: pd.DataFrame) -> Rows:
    """Beds available and occupied, where there are any."""
    for resource, prefix in BEDS.items():
        for trust, row in beds[beds[f"{prefix}_available"] > 0].iterrows():
            values = {"capacity": row[f"{prefix}_available"], "demand": row[f"{prefix}_occupied"]}
            yield {"organisation": trust, "resource": resource, **values}


def surge_rows(extracts: Extracts, beds: pd.DataFrame, wave: Pandemic, surge: str) -> Rows:
    """Winter by trust, the pandemic as in the trust's region."""
    region = extracts.trusts["region_code"]
    net = surge == "net"
    growth = {
        "ga_beds": wave.beds_net if net else wave.beds_gross,
        "critical_care_beds": wave.critical_net if net else wave.critical_gross,
    }
    for resource, prefix in BEDS.items():
        winter = winter_surge(extracts, f"{prefix}_occupied")
        lost = wave.beds_lost if resource == "ga_beds" else wave.beds_lost * 0
        for trust in beds.index[beds[f"{prefix}_available"] > 0]:
            where = {"resource": resource, "organisation": trust}
            yield {"scenario": "winter", **where, "surge": round(float(winter[trust]), 4), "loss": None}
            pandemic = {"surge": growth[resource][region[trust]], "loss": lost[region[trust]]}
            rounded = {name: round(float(value), 4) for name, value in pandemic.items()}
            yield {"scenario": "pandemic", **where, **rounded}
