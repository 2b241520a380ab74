"""Hold paths against the enumeration of all sequences of designs, on more random instances than the tests do.

    python scripts/enumerate_paths.py 100 200 [--most 2000]

Seeds from the first to before the second; an instance with more sequences than `--most` is passed over.
Prints a line a seed, and stops at the first that disagrees, with its files kept.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
import time
from pathlib import Path

import click

import optimiser

HELPERS = Path(__file__).parent.parent / "tests" / "helpers"


@click.command(help=__doc__)
@click.argument("first", type=int)
@click.argument("last", type=int)
@click.option("--most", default=2000, show_default=True, help="Sequences of designs to enumerate.")
def main(first: int, last: int, most: int) -> None:
    """Compare seed by seed."""
    sys.path.append(str(HELPERS))
    draws, agreement = importlib.import_module("random_paths"), importlib.import_module("path_agreement")
    for seed in range(first, last):
        files, folder = draws.random_path_files(seed), Path(tempfile.mkdtemp(prefix=f"path-{seed}-"))
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        instance, began = optimiser.read(folder), time.process_time()
        paths = agreement.Agreement(instance, files).paths
        sequences = len(paths.designs) ** len(paths.the)
        if sequences > most:
            click.echo(f"{seed}: {sequences} sequences, passed over")
            continue
        try:
            document = optimiser.path(instance).document()
        except optimiser.InfeasibleError:
            if paths.best() is not None:
                raise click.ClickException(f"{seed}: not infeasible; its files are in {folder}") from None
            click.echo(f"{seed}: infeasible, {sequences} sequences")
            continue
        try:
            agreement.agrees(instance, files, document)
        except AssertionError as error:
            raise click.ClickException(f"{seed}: {error}; its files are in {folder}") from error
        values = ", ".join(f"{path['foresight']} {path['value']}" for path in document["paths"])
        click.echo(f"{seed}: {values}; {sequences} sequences, {time.process_time() - began:.1f} s")


if __name__ == "__main__":
    main()
