"""Make the instance of England's regions, and the series for it to replay, from NHS England's counts.

    python scripts/make_england_regions.py DATA_DIR instances/england-regions

DATA_DIR holds `covid_region_daily.csv` and `trusts.csv` (OGL v3.0), or a folder `england_nhs` with them. What
is judged stands in `making/england_regions/*.toml`. Prints the key figures.
"""

from __future__ import annotations

from pathlib import Path

import click
import pandas as pd
from making.ageing import aged
from making.england.extracts import Extracts
from making.england_regions.measured import Regions, regions
from making.judgement import Rows, fill, load, source_rows
from making.replay import SHARE_OF_PEAK, series_rows, stock, write_series
from making.tables import number, write_instance

HERE = Path(__file__).parent / "making" / "england_regions"
GOVERNED = {"ppe": "ppe_distribution", "ventilators": "ventilator_allocation"}


@click.command(help=__doc__)
@click.argument("data_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("out_dir", type=click.Path(file_okay=False, path_type=Path))
def main(data_dir: Path, out_dir: Path) -> None:
    """Measure, judge, write, and say what was found."""
    found, decisions = regions(Extracts(data_dir)), load(HERE / "judged.toml")["decisions"]
    people = found.facts["population"]
    half_lives = {GOVERNED[r]: aged(need, stock(need, people)).days for r, need in found.needs.items()}
    figures = filled_in(found, half_lives)
    write_instance(
        out_dir,
        fill(HERE / "instance.toml", figures),
        {
            "decisions": decision_rows(decisions, half_lives),
            "organisations": organisation_rows(found.facts),
            "needs": (
                {"organisation": code, "need": round(need, 4)} for code, need in found.facts["need"].items()
            ),
            "resources": resource_rows(found),
            "surges": surge_rows(found),
            "current": ({"decision": d["decision"], "level": d["current"]} for d in decisions),
            "sources": source_rows(load(HERE / "sources.toml", figures)),
        },
    )
    rows = (row for resource, need in found.needs.items() for row in series_rows(resource, need))
    write_series(out_dir / "replay" / "covid.csv", rows)
    for resource, need in found.needs.items():
        total = need.sum(axis=1)
        click.echo(
            f"{resource}: {len(need)} days to {need.index[-1]:%d %B %Y}, peak {total.max():,.0f} on "
            f"{total.idxmax():%d %B %Y}, half-life {half_lives[GOVERNED[resource]]:.1f} days"
        )


def decision_rows(judged: list[dict[str, object]], half_lives: dict[str, float]) -> Rows:
    """What is judged, and the half-lives that are measured."""
    columns = ("decision", "type", "label", "stake_accountability", "stake_responsiveness")
    for each in judged:
        days = half_lives.get(str(each["decision"]), each.get("half_life_days"))
        row = {name: each[name] for name in columns}
        yield row | {"half_life_days": days, "heterogeneity": each["heterogeneity"]}


def organisation_rows(facts: pd.DataFrame) -> Rows:
    """The centre and its regions."""
    yield {"organisation": "ENGLAND", "level": "centre", "parent": "", "name": "England", "population": None}
    for code, region in facts.iterrows():
        row = {"organisation": code, "level": "region", "parent": "ENGLAND", "name": region["name"]}
        yield row | {"population": int(region["population"])}


def resource_rows(found: Regions) -> Rows:
    """A stock by population, and the need between waves."""
    for resource, need in found.needs.items():
        usual = found.usual(resource)
        for code, have in stock(need, found.facts["population"]).items():
            row = {"organisation": code, "resource": resource, "capacity": number(have, 9)}
            yield row | {"demand": float(usual[str(code)])}


def surge_rows(found: Regions) -> Rows:
    """Each wave, in each region."""
    for wave in found.waves:
        for resource in found.needs:
            for code, surge in found.surge(resource, wave).items():
                row = {"scenario": wave, "resource": resource, "organisation": code}
                yield row | {"surge": round(float(surge), 4)}


def filled_in(found: Regions, half_lives: dict[str, float]) -> dict[str, str]:
    """What instance.toml and sources.toml are to say in numbers; the shares of days sum to 1."""
    shares = {wave: round(float(days.mean()), 3) for wave, days in found.waves.items()}
    days = found.needs["ppe"].index
    return {
        **{wave: number(share) for wave, share in shares.items()},
        "between": number(1 - sum(shares.values())),
        "percent": number(100 * SHARE_OF_PEAK),
        "start": f"{days[0]:%d %B %Y}",
        "end": f"{days[-1]:%d %B %Y}",
        **{resource: number(half_lives[decision], 3) for resource, decision in GOVERNED.items()},
    }


if __name__ == "__main__":
    main()
