"""Measure optimiser beside what a user would pick instead: all in one run, as ratios."""

from __future__ import annotations

import argparse
import json
import platform
import re
import sys
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from importlib.metadata import version
from pathlib import Path

import alone
import published
from cases import CASES, Row, public

README = Path(__file__).parent / "README.md"
TABLES = {"study": "study", "doubts": "study", "public": "public"}  # of the first case; others share one
BLOCK = r"(<!-- {} -->\n).*(<!-- end of {} -->)"


def main(arguments: Sequence[str]) -> None:
    """Run the cases asked for, print each figure as it comes, then the table."""
    parser = argparse.ArgumentParser(prog="scripts/benchmark", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few minutes instead of an hour")
    parser.add_argument("--json", metavar="FILE", help="write the rows: case, competitor, seconds, ratio")
    parser.add_argument("--case", action="append", choices=list(CASES), help="only this one; repeatable")
    parser.add_argument("--readme", action="store_true", help="put the table into its README.md")
    parser.add_argument(
        "--folder", action="append", default=[], help="more instances for `public`; repeatable"
    )
    chosen = parser.parse_args(arguments)
    cases = CASES | {"public": partial(public, folders=chosen.folder)}
    rows: list[Row] = []
    for name in chosen.case or CASES:
        for row in cases[name](chosen.quick):
            rows.append(row)
            ratio = "" if row.ratio is None else f"  x {row.ratio:.3g}"
            print(f"{row.case}: {row.competitor}: {row.seconds:.4g}{ratio}  {row.note}", flush=True)
    table = "\n".join(markdown(rows))
    print(f"\n{table}")
    if chosen.json:
        document = {"machine": machine(), "rows": [asdict(row) for row in rows]}
        Path(chosen.json).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    if chosen.readme:
        text = README.read_text(encoding="utf-8")
        block = TABLES.get(chosen.case[0], "benchmark") if chosen.case else "benchmark"
        place = re.compile(BLOCK.format(block, block), re.DOTALL)
        README.write_text(place.sub(lambda m: f"{m[1]}{table}\n{m[2]}", text), encoding="utf-8")


def machine() -> str:
    """Where it was measured, and with what."""
    import os

    names = ("highspy", "pyomo", "linopy", "pyscipopt", "ema_workbench", "numpy")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {versions}"


def markdown(rows: list[Row]) -> list[str]:
    """The table that README.md shows."""
    lines = [
        f"Measured in one run on {machine()}.",
        "",
        "| case | | seconds | ratio | |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2g}" if row.ratio < 100 else f"{row.ratio:.0f}"
        lines.append(f"| {row.case} | {row.competitor} | {row.seconds:.3g} | {ratio} | {row.note} |")
    return lines


if __name__ == "__main__":
    if sys.argv[1:2] == ["--alone"]:
        home = published if sys.argv[2].startswith("published_") else alone
        result = getattr(home, sys.argv[2])(*map(json.loads, sys.argv[3:]))
        print(json.dumps(result))
    else:
        main(sys.argv[1:])
