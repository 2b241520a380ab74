"""Make the instance of England's acute trusts from NHS England's published extracts.

    python scripts/make_england.py DATA_DIR instances/england
    python scripts/make_england.py DATA_DIR instances/england-path --path

DATA_DIR holds the tidy extracts (`trusts.csv`, `beds_monthly.csv` and the others), or a folder `england_nhs`
with them. What is measured comes from there, what is judged from `making/england/*.toml`; `sources.csv` says
which is which. Prints the key figures.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click
import pandas as pd
from making.ageing import Aged
from making.england import tables
from making.england.extracts import Extracts
from making.england.measured import (
    Volatility,
    admissions_volatility,
    bed_means,
    critical_care_volatility,
    trust_facts,
    waiting_to_leave,
)
from making.england.periods import with_periods
from making.england.scenarios import (
    WAVES,
    Equipment,
    Wave,
    beds_ageing,
    busiest_day,
    equipment,
    escalation_share,
    pandemic,
    winter_absence,
    winter_beds,
    winter_correlation,
    winter_surge,
)
from making.forecast import told
from making.judgement import (
    Judged,
    current_rows,
    decision_rows,
    delay_rows,
    fill,
    load,
    pair_rows,
    shock_text,
    source_rows,
    workload_rows,
)
from making.legal import make_legal
from making.replay import series_rows, write_series
from making.tables import number, write_instance
from making.volatility import mean_correlation

HERE = Path(__file__).parent / "making" / "england"


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
@click.option("--path", is_flag=True, help="With periods from 2016 to 2024, every decision uniform.")
def main(data_dir: Path, out_dir: Path, spread: float, surge: str, path: bool) -> None:
    """Measure, judge, write, and say what was found."""
    extracts, judged = Extracts(data_dir), load(HERE / "judged.toml")
    facts, beds = trust_facts(extracts, spread), bed_means(extracts)
    admissions, critical = admissions_volatility(extracts), critical_care_volatility(extracts)
    waves = {name: pandemic(extracts, *period) for name, period in WAVES.items()}
    staying, ages = waiting_to_leave(extracts), beds_ageing(extracts)
    ppe, urgency = equipment(extracts, facts["population"]), judged["urgency"]
    half_lives = {
        "bed_allocation": ages.days * urgency["winter"],
        "ppe_distribution": ppe.aged.days * urgency["pandemic"],
    }
    figures = filled_in(extracts, facts, judged, spread)
    figures |= waves_filled_in(waves, judged, surge) | ages_filled_in(ages, ppe)
    toml = fill(HERE / "instance.toml", figures)
    correlations: dict[str, float] = {}
    pairs = []
    for unit, varying in (("admissions", admissions), ("critical_care", critical)):
        decisions = judged["volatility"][unit]
        correlations |= dict.fromkeys(decisions, mean_correlation(varying.correlation.to_numpy()))
        whole = [d for d in decisions if d in judged["volatility"]["with_matrix"]]
        pairs += list(pair_rows(whole, varying.correlation))
    made: dict[str, Iterable[Mapping[str, Any]]] = {
        "decisions": decision_rows(judged, correlations, half_lives),
        "organisations": tables.organisation_rows(extracts, facts, judged),
        "workload": workload_rows(judged),
        "delays": delay_rows(judged, tomllib.loads(toml)["levels"]),
        "risk": tables.risk_rows(facts, admissions, critical, beds["adult_cc_occupied"], judged),
        "correlations": pairs,
        "needs": ({"organisation": trust, "need": round(n, 4)} for trust, n in facts["need"].items()),
        "resources": tables.resource_rows(beds, facts["population"], ppe),
        "surges": tables.surge_rows(extracts, facts, ppe, waves, surge),
        "links": judged["links"],
        "rules": judged["rules"],
        "partners": tables.partner_rows(extracts, staying, beds["ga_occupied"]),
        "current": current_rows(judged),
        "sources": source_rows(load(HERE / "sources.toml", figures)),
    }
    if path:
        toml, made = with_periods(toml, made, extracts, facts["population"])
    write_instance(out_dir, toml, made)
    if not path:
        write_series(out_dir / "replay" / "winter.csv", series_rows("ga_beds", *winter_beds(extracts)))
    for line in (
        *people(facts, beds),
        *variation(admissions, critical),
        *shocks(extracts, beds, waves, staying),
        *shortages(ages, ppe, waves, facts["population"].groupby(extracts.trusts["region_code"]).sum()),
        *make_legal(out_dir),
    ):
        click.echo(line)


def filled_in(extracts: Extracts, facts: pd.DataFrame, judged: Judged, spread: float) -> dict[str, str]:
    """What instance.toml and sources.toml are to say in numbers."""
    figures = {name: number(value) for name, value in judged["staff"].items()}
    for name in ("willingness", "ability"):
        wide = 1 - (1 - facts[name].mean()) / spread * 0.5 if spread else 1.0
        figures[f"{name}_low"] = number(wide / facts[name].mean(), 3)
    staff = judged["staff"]
    return figures | {
        "spread": number(spread),
        "of_staff_time": number(100 * staff["managers_of_trust_staff"] * staff["of_managers_time"]),
        "winter_urgency": number(judged["urgency"]["winter"]),
        "pandemic_urgency": number(judged["urgency"]["pandemic"]),
        "winter_absence": number(winter_absence(extracts), 3),
        "winter_correlation": number(winter_correlation(extracts), 2),
        "escalation": number(100 * escalation_share(extracts), 2),
        "busiest": f"{busiest_day(extracts):%d %B %Y}",
    }


def waves_filled_in(waves: dict[str, Wave], judged: Judged, surge: str) -> dict[str, str]:
    """The same of the two waves."""
    first, second = waves.values()
    figures = {"surge": surge, "critical_peak": number(second.critical_patients / second.critical_open, 3)}
    for name, wave in waves.items():
        figures[f"{name}_correlation"] = shock_text(judged, wave.unknown)
        figures[f"{name}_peak"] = f"{wave.peak:%d %B %Y}"
    for name, wave in (("first", first), ("second", second)):
        figures[f"crowded_out_{name}"] = number(wave.crowded_out, 2)
        figures[f"crowded_out_r_{name}"] = number(wave.crowded_out_r, 2)
    return figures | {"unknowns": "; ".join(told(name, wave.unknown) for name, wave in waves.items())}


def ages_filled_in(beds: Aged, ppe: Equipment) -> dict[str, str]:
    """The same of how allocations age."""
    figures = beds.figures("beds") | ppe.aged.figures("ppe")
    return {name: number(figure, 3) for name, figure in figures.items()} | {
        "received": number(100 * ppe.stock / ppe.peak),
        "peak_patients": f"{ppe.peak:,.0f}",
        "quiet_patients": f"{ppe.need_between_waves:,.0f}",
    }


def people(facts: pd.DataFrame, beds: pd.DataFrame) -> list[str]:
    """Key figures: population, staff, beds."""
    total, smallest = beds.sum(), facts["fte"].idxmin()
    return [
        f"population {facts['population'].sum():,.0f} in {len(facts)} trusts; "
        f"RVJ {facts['population']['RVJ']:,.0f}, RA7 {facts['population']['RA7']:,.0f}",
        f"staff {facts['fte'].sum():,.0f} FTE; smallest {smallest} {facts['fte'].min():,.0f}",
        f"general and acute beds {total['ga_available']:,.0f}, occupied {total['ga_occupied']:,.0f}; "
        f"critical care {total['adult_cc_available']:,.0f}, {total['adult_cc_occupied']:,.0f}",
    ]


def variation(admissions: Volatility, critical: Volatility) -> list[str]:
    """Key figures: volatility and correlation."""
    return [
        f"{name}: cv mean {varying.cv.mean():.4f}, median {varying.cv.median():.4f}; correlation "
        f"{mean_correlation(varying.correlation.to_numpy()):.4f}, shrunk by {varying.shrunk_by:.2f}; "
        f"{varying.observations:.0f} independent months"
        for name, varying in (("emergency admissions", admissions), ("critical care", critical))
    ]


def shocks(extracts: Extracts, beds: pd.DataFrame, waves: dict[str, Wave], staying: pd.Series) -> list[str]:
    """Key figures: winter, the pandemic, and beds that wait for a way out."""
    lines = []
    for resource, prefix in tables.BEDS.items():
        winter = beds[f"{prefix}_occupied"] * (1 + winter_surge(extracts, f"{prefix}_occupied"))
        short = (winter - beds[f"{prefix}_available"]).dropna()
        lines.append(
            f"winter, {resource}: {(short > 0).sum()} trusts short of {short.clip(lower=0).sum():.0f}, "
            f"{-short.clip(upper=0).sum():,.0f} spare elsewhere"
        )
    lines += [
        f"winter: busiest fortnight to {busiest_day(extracts):%d %B %Y}; correlation "
        f"{winter_correlation(extracts):.3f}; absence {winter_absence(extracts):.4f} more; escalation beds "
        f"{escalation_share(extracts):.4f} of core beds",
        f"no longer meeting the criteria to reside, net: {staying.min():.3f} to {staying.max():.3f}, mean "
        f"{staying.mean():.3f} of occupied beds",
    ]
    for name, wave in waves.items():
        regions = {name: value for name, value in vars(wave).items() if isinstance(value, pd.Series)}
        lines += [
            f"{name}: peak {wave.peak:%d %B %Y}; each further covid patient went with "
            f"{wave.crowded_out:.2f} fewer others (r {wave.crowded_out_r:.2f}); critical care patients "
            f"{wave.critical_patients:,.0f}, beds open in 2019 {wave.critical_open:,.0f}",
            f"correlation {told(name, wave.unknown)}",
            pd.DataFrame(regions).round(3).to_string(),
        ]
    return lines


def shortages(beds: Aged, ppe: Equipment, waves: dict[str, Wave], population: pd.Series) -> list[str]:
    """Key figures: protective equipment, and how allocations age."""
    lines = [
        f"{name}: {ages.told()}"
        for name, ages in (("beds in winter", beds), ("protective equipment", ppe.aged))
    ]
    stock = ppe.stock * population / population.sum()
    for name, wave in waves.items():
        short = wave.patients - stock
        lines.append(
            f"protective equipment, {name}: {(short > 0).sum()} regions short of "
            f"{short.clip(lower=0).sum():,.0f} of {wave.patients.sum():,.0f}, "
            f"{-short.clip(upper=0).sum():,.0f} spare elsewhere"
        )
    return lines


if __name__ == "__main__":
    main()
