"""What the cases with a known answer share."""

from __future__ import annotations

from pathlib import Path

from instance_by_hand import made

from optimiser import Design, Instance


def local(design: Design, level: str = "local") -> set[str]:
    return {row["decision"] for row in design.rows("design") if row["level"] == level}


def four_sites(
    folder: Path, decisions: str, population: tuple[object, ...] = (1, 1, 1, 1), **more: str
) -> Instance:
    rows = [f"s{i},local,c,{p}" for i, p in enumerate(population, 1)]
    organisations = "\n".join(["organisation,level,parent,population", "c,central,,", *rows])
    return made(folder, decisions=decisions, organisations=organisations, **more)
