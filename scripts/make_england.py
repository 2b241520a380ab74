"""Make the instance of England's acute trusts from NHS England's published extracts.

    python scripts/make_england.py DATA_DIR instances/england

DATA_DIR holds the tidy extracts (`trusts.csv`, `beds_monthly.csv` and the others), or a folder `england_nhs`
with them. What is measured comes from there, what is judged from `making/england/*.toml`; `sources.csv` says
which is which. Prints the key figures.
"""

from __future__ import annotations

from pathlib import Path

import click
import pandas as pd
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
from making.england.scenarios import (
    Pandemic,
    busiest_day,
    escalation_share,
    pandemic,
    winter_absence,
    winter_correlation,
    winter_surge,
)
from making.judgement import (
    Judged,
    current_rows,
    decision_rows,
    fill,
    load,
    pair_rows,
    source_rows,
    workload_rows,
)
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
def main(data_dir: Path, out_dir: Path, spread: float, surge: str) -> None:
    """Measure, judge, write, and say what was found."""
    extracts, judged = Extracts(data_dir), load(HERE / "judged.toml")
    facts, beds = trust_facts(extracts, spread), bed_means(extracts)
    admissions, critical = admissions_volatility(extracts), critical_care_volatility(extracts)
    wave, staying = pandemic(extracts), waiting_to_leave(extracts)
    figures = filled_in(extracts, facts, wave, judged, spread) | {"surge": surge}
    correlations: dict[str, float] = {}
    pairs = []
    for unit, varying in (("admissions", admissions), ("critical_care", critical)):
        decisions = judged["volatility"][unit]
        correlations |= dict.fromkeys(decisions, mean_correlation(varying.correlation.to_numpy()))
        whole = [d for d in decisions if d in judged["volatility"]["with_matrix"]]
        pairs += list(pair_rows(whole, varying.correlation))
    write_instance(
        out_dir,
        fill(HERE / "instance.toml", figures),
        {
            "decisions": decision_rows(judged, correlations),
            "organisations": tables.organisation_rows(extracts, facts, judged),
            "workload": workload_rows(judged),
            "risk": tables.risk_rows(facts, admissions, critical, beds["adult_cc_occupied"], judged),
            "correlations": pairs,
            "needs": ({"organisation": trust, "need": round(n, 4)} for trust, n in facts["need"].items()),
            "resources": tables.resource_rows(beds),
            "surges": tables.surge_rows(extracts, beds, wave, surge),
            "links": judged["links"],
            "rules": judged["rules"],
            "partners": tables.partner_rows(extracts, staying, beds["ga_occupied"]),
            "current": current_rows(judged),
            "sources": source_rows(load(HERE / "sources.toml", figures)),
        },
    )
    for line in (
        *people(facts, beds),
        *variation(admissions, critical),
        *shocks(extracts, beds, wave, staying),
    ):
        click.echo(line)


def filled_in(
    extracts: Extracts, facts: pd.DataFrame, wave: Pandemic, judged: Judged, spread: float
) -> dict[str, str]:
    """What instance.toml and sources.toml are to say in numbers."""
    figures = {name: number(value) for name, value in judged["staff"].items()}
    for name in ("willingness", "ability"):
        wide = 1 - (1 - facts[name].mean()) / spread * 0.5 if spread else 1.0
        figures[f"{name}_low"] = number(wide / facts[name].mean(), 3)
    return figures | {
        "spread": number(spread),
        "winter_absence": number(winter_absence(extracts), 3),
        "winter_correlation": number(winter_correlation(extracts), 2),
        "pandemic_correlation": number(wave.correlation, 3),
        "below_bar": str((facts["rating"] < 0.5).sum()),
        "escalation": number(100 * escalation_share(extracts), 2),
        "critical_peak": number(wave.critical_peak / wave.critical_open, 3),
        "crowded_out": number(wave.crowded_out, 2),
        "crowded_out_r": number(wave.crowded_out_r, 2),
        "busiest": f"{busiest_day(extracts):%d %B %Y}",
    }


def people(facts: pd.DataFrame, beds: pd.DataFrame) -> list[str]:
    """Key figures: population, staff, beds, ratings."""
    total, smallest = beds.sum(), facts["fte"].idxmin()
    return [
        f"population {facts['population'].sum():,.0f} in {len(facts)} trusts; "
        f"RVJ {facts['population']['RVJ']:,.0f}, RA7 {facts['population']['RA7']:,.0f}",
        f"staff {facts['fte'].sum():,.0f} FTE; smallest {smallest} {facts['fte'].min():,.0f}",
        f"general and acute beds {total['ga_available']:,.0f}, occupied {total['ga_occupied']:,.0f}; "
        f"critical care {total['adult_cc_available']:,.0f}, {total['adult_cc_occupied']:,.0f}",
        f"within four hours {facts['rating'].min():.3f} to {facts['rating'].max():.3f}; "
        f"{(facts['rating'] < 0.5).sum()} trusts below 0.5",
    ]


def variation(admissions: Volatility, critical: Volatility) -> list[str]:
    """Key figures: volatility and correlation."""
    return [
        f"{name}: cv mean {varying.cv.mean():.4f}, median {varying.cv.median():.4f}; correlation "
        f"{mean_correlation(varying.correlation.to_numpy()):.4f}, shrunk by {varying.shrunk_by:.2f}; "
        f"{varying.observations:.0f} independent months"
        for name, varying in (("emergency admissions", admissions), ("critical care", critical))
    ]


def shocks(extracts: Extracts, beds: pd.DataFrame, wave: Pandemic, staying: pd.Series) -> list[str]:
    """Key figures: winter, the pandemic, and beds that wait for a way out."""
    lines = []
    for resource, prefix in tables.BEDS.items():
        winter = beds[f"{prefix}_occupied"] * (1 + winter_surge(extracts, f"{prefix}_occupied"))
        short = (winter - beds[f"{prefix}_available"]).dropna()
        lines.append(
            f"winter, {resource}: {(short > 0).sum()} trusts short of {short.clip(lower=0).sum():.0f}, "
            f"{-short.clip(upper=0).sum():,.0f} spare elsewhere"
        )
    regions = {name: value for name, value in vars(wave).items() if isinstance(value, pd.Series)}
    return [
        *lines,
        f"winter: busiest fortnight to {busiest_day(extracts):%d %B %Y}; correlation "
        f"{winter_correlation(extracts):.3f}; absence {winter_absence(extracts):.4f} more; escalation beds "
        f"{escalation_share(extracts):.4f} of core beds",
        f"no longer meeting the criteria to reside, net: {staying.min():.3f} to {staying.max():.3f}, mean "
        f"{staying.mean():.3f} of occupied beds",
        f"pandemic: correlation {wave.correlation:.3f}; each further covid patient went with "
        f"{wave.crowded_out:.2f} fewer others (r {wave.crowded_out_r:.2f}); critical care patients at the "
        f"peaks {wave.critical_peak:,.0f}, beds open in 2019 {wave.critical_open:,.0f}",
        pd.DataFrame(regions).round(3).to_string(),
    ]


if __name__ == "__main__":
    main()
