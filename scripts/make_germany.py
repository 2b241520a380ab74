"""Make the instance of Germany's intensive care from the DIVI register's published counts.

    python scripts/make_germany.py DATA_DIR instances/germany-icu

DATA_DIR holds `icu_state_daily.csv` and `states.csv` (Robert Koch-Institut, CC BY 4.0), or a folder
`germany_divi` with them. What is judged stands in `making/germany/*.toml`. Prints the key figures.
"""

from __future__ import annotations

from pathlib import Path

import click
import pandas as pd
from making.ageing import Aged
from making.forecast import told
from making.germany.measured import (
    REPLAYED,
    WAVES,
    Register,
    Wave,
    patients_ageing,
    state_facts,
    volatility,
    wave,
)
from making.judgement import (
    Judged,
    Rows,
    current_rows,
    decision_rows,
    fill,
    load,
    organisation,
    pair_rows,
    shock_text,
    source_rows,
    workload_rows,
)
from making.legal import make_legal
from making.replay import SHARE_OF_PEAK, series_rows, stock, write_series
from making.tables import number, write_instance
from making.volatility import mean_correlation

HERE = Path(__file__).parent / "making" / "germany"


@click.command(help=__doc__)
@click.argument("data_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("out_dir", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--spread",
    default=0.2,
    show_default=True,
    type=click.FloatRange(0, 0.5),
    help="Between the state with the least and the most staff pressure, in ability; plausible from 0 to 0.5.",
)
def main(data_dir: Path, out_dir: Path, spread: float) -> None:
    """Measure, judge, write, and say what was found."""
    register, judged = Register(data_dir), load(HERE / "judged.toml")
    facts = state_facts(register, spread)
    waves = {name: wave(register, season) for name, season in WAVES.items()}
    ages, urgency = patients_ageing(register), judged["urgency"]["wave"]
    figures = filled_in(register, facts, judged, spread) | waves_filled_in(waves, ages, judged)
    correlations: dict[str, float] = {}
    pairs, risk = [], []
    for unit, patients in (("occupied", register.occupied), ("covid", register.covid)):
        cv, matrix, shrunk_by = volatility(patients)
        mean, decisions = mean_correlation(matrix.to_numpy()), judged["volatility"][unit]
        correlations |= dict.fromkeys(decisions, mean)
        pairs += list(pair_rows(decisions, matrix.rename(index=states(register))))
        risk += list(risk_rows(decisions, register, cv * patients.mean(), patients.mean()))
        click.echo(f"{unit}: cv mean {cv.mean():.4f}; correlation {mean:.4f}, shrunk by {shrunk_by:.2f}")
    write_instance(
        out_dir,
        fill(HERE / "instance.toml", figures),
        {
            "decisions": decision_rows(judged, correlations, {"transfer": ages.days * urgency}),
            "organisations": organisation_rows(register, facts, judged),
            "workload": workload_rows(judged),
            "risk": risk,
            "correlations": pairs,
            "needs": need_rows(register, facts),
            "resources": resource_rows(register, facts),
            "surges": surge_rows(register, waves),
            "links": judged["links"],
            "rules": judged["rules"],
            "partners": partner_rows(register, facts, judged["staff"]["dependence"]),
            "current": current_rows(judged),
            "sources": source_rows(load(HERE / "sources.toml", figures)),
        },
    )
    need = register.covid.loc[REPLAYED].rename(columns=states(register))
    people = register.states["population"].rename(index=states(register))
    write_series(out_dir / "replay" / "icu.csv", series_rows("icu_beds", need, stock(need, people)))
    for line in (*summary(facts, waves, ages), *make_legal(out_dir)):
        click.echo(line)


def states(register: Register) -> dict[str, str]:
    """A state's name in the instance: `DE-` and its number in the register."""
    return {state: f"DE-{state}" for state in register.states.index}


def organisation_rows(register: Register, facts: pd.DataFrame, judged: Judged) -> Rows:
    """The federation, clusters and states, each before what is under it."""
    staff = judged["staff"]
    yield organisation("DE", "federation", "", "Deutschland", staff["federation_hours"], {})
    clusters = register.states["cloverleaf"]
    for cluster, members in clusters.groupby(clusters):
        hours = staff["cluster_hours"] + staff["cluster_hours_per_state"] * len(members)
        yield organisation(str(cluster), "cluster", "DE", f"Kleeblatt {cluster}", hours, {})
    for state, code in states(register).items():
        fact = facts.loc[state].to_dict()
        fact["population"] = int(fact["population"])
        fact["support_cost"] = float(round(staff["support_cost_per_unit"] * fact["units"], -4))
        hours = staff["state_hours"] + staff["state_hours_per_unit"] * fact["units"]
        name = register.states["state_name"][state]
        yield organisation(code, "state", clusters[state], name, hours, fact)


def risk_rows(decisions: list[str], register: Register, sd: pd.Series, mean: pd.Series) -> Rows:
    """Absolute standard deviations, and patients per 100,000."""
    per_head = mean / register.states["population"] * 1e5
    for decision in decisions:
        for state, code in states(register).items():
            yield {"decision": decision, "organisation": code, "sd": sd[state], "mean": per_head[state]}


def need_rows(register: Register, facts: pd.DataFrame) -> Rows:
    """Staff pressure, standardised."""
    for state, code in states(register).items():
        yield {"organisation": code, "need": round(facts["need"][state], 4)}


def resource_rows(register: Register, facts: pd.DataFrame) -> Rows:
    """Beds, and how many are occupied."""
    for state, code in states(register).items():
        beds = {"capacity": facts["capacity"][state], "demand": facts["demand"][state]}
        yield {"organisation": code, "resource": "icu_beds", **beds}


def partner_rows(register: Register, facts: pd.DataFrame, dependence: float) -> Rows:
    """Each state leans on the others of its cluster, on those with free beds the most."""
    free, names = facts["capacity"] - facts["demand"], states(register)
    for _, members in register.states.groupby("cloverleaf"):
        for state in members.index if len(members) > 1 else ():
            others = free[members.index].drop(state)
            for partner, share in (others / others.sum()).items():
                row = {"organisation": names[state], "partner": names[str(partner)]}
                yield row | {"dependence": round(float(dependence * share), 4)}


def surge_rows(register: Register, waves: dict[str, Wave]) -> Rows:
    """Each wave, in each state."""
    for scenario, struck in waves.items():
        for state, code in states(register).items():
            row = {"scenario": scenario, "resource": "icu_beds", "organisation": code}
            surge, loss = float(struck.gross[state]), float(struck.lost[state])
            yield row | {"surge": round(surge, 4), "loss": round(loss, 4)}


def filled_in(register: Register, facts: pd.DataFrame, judged: Judged, spread: float) -> dict[str, str]:
    """What instance.toml and sources.toml are to say in numbers."""
    figures = {name: number(value) for name, value in judged["staff"].items()}
    wide = 1 - (1 - facts["ability"].mean()) / spread * 0.5 if spread else 1.0
    covid = register.covid.sum(axis=1)
    reserve = register.counts("icu_reserve_7day").sum(axis=1, min_count=1) / register.capacity.sum(axis=1)
    return figures | {
        "spread": number(spread),
        "ability_low": number(wide / facts["ability"].mean(), 3),
        "below_bar": str((facts["rating"] < 0.85).sum()),
        "reserve": number(100 * reserve.mean(), 2),
        "pressure": number(100 * facts["pressure"].mean(), 2),
        "wave_days": number(100 * (covid > covid.max() / 2).mean(), 2),
    }


def waves_filled_in(waves: dict[str, Wave], ages: Aged, judged: Judged) -> dict[str, str]:
    """The same of the waves, and of how transfers age in them."""
    figures = {"wave_urgency": number(judged["urgency"]["wave"]), "laid_out": number(100 * SHARE_OF_PEAK)}
    for name, struck in waves.items():
        figures[name] = shock_text(judged, struck.unknown)
    return figures | {
        "unknowns": "; ".join(told(name, struck.unknown) for name, struck in waves.items()),
        "national_end": f"{waves['national_wave'].end:%d %B %Y}",
        "regional_end": f"{waves['regional_wave'].end:%d %B %Y}",
        **{name: number(figure, 3) for name, figure in ages.figures("transfers").items()},
    }


def summary(facts: pd.DataFrame, waves: dict[str, Wave], ages: Aged) -> list[str]:
    """The key figures, one a line."""
    lines = [
        f"beds {facts['capacity'].sum():,.0f}, occupied {facts['demand'].sum():,.0f}, of which covid "
        f"{facts['covid'].sum():,.0f}; staff pressure {facts['pressure'].min():.2f} to "
        f"{facts['pressure'].max():.2f}; units answering {facts['rating'].min():.3f} to "
        f"{facts['rating'].max():.3f}",
        f"transfers: {ages.told()}",
    ]
    for name, struck in waves.items():
        demand = facts["demand"] * (1 + struck.gross)
        short = demand - facts["capacity"] * (1 - struck.lost)
        lines.append(
            f"{name}: fortnight to {struck.end:%d %B %Y}; {(short > 0).sum()} states short of "
            f"{short.clip(lower=0).sum():.0f} ({short.clip(lower=0).sum() / demand.sum():.3f} of demand), "
            f"{-short.clip(upper=0).sum():.0f} spare elsewhere; net growth "
            f"{(facts['demand'] * struck.net).sum() / facts['demand'].sum():.3f}, gross "
            f"{demand.sum() / facts['demand'].sum() - 1:.3f}; {told(name, struck.unknown)}"
        )
    return lines


if __name__ == "__main__":
    main()
