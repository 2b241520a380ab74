"""Whether HiGHS's bounds hold: one master problem under many seeds, of which no bound may lie below a value.

    python scripts/seeds.py instances/england
    python scripts/seeds.py instances/england --tolerance 1e-9

The relaxation is cut as a solve cuts it; then the mixed-integer program in which uniform decisions are whole
and all others relaxed is solved to a gap of 1e-4, with the options of a solve and one seed after the other.
Each seed takes another way through the same program: a bound below the best value of all is wrong. Exits with
1 if there is one (England takes half a minute a seed).
"""

from __future__ import annotations

import time

import click
import numpy as np

import optimiser
from optimiser.solver.clock import Clock
from optimiser.solver.search.master import Master, Progress, relax
from optimiser.solver.session import Session
from optimiser.tolerances import NOISE, WHOLE


def cut_master(session: Session) -> Master:
    """The master problem of a session with the cuts of its relaxation."""
    master = session._master(session.program, session.no_cuts(), {})
    separate = session._separator(Clock(), {})
    relax(master, separate, Progress(0.0, np.inf), Clock(), lambda text: None)
    return master


@click.command()
@click.argument("instance")
@click.option("--seeds", type=click.IntRange(1), default=9, show_default=True)
@click.option(
    "--tolerance", type=float, default=WHOLE, show_default=True, help="How far from whole numbers and limits."
)
@click.option(
    "--time-limit", type=click.FloatRange(0), default=120.0, show_default=True, help="Seconds a seed."
)
def ask(instance: str, seeds: int, tolerance: float, time_limit: float) -> None:
    """Solve INSTANCE's master problem with so many seeds, and hold each bound against the best value."""
    session = Session(optimiser.read(instance))
    master, placing = cut_master(session), session.placing
    whole = placing.uniform if placing.uniform.any() else np.ones(len(placing.uniform), bool)
    master._solver._set("mip_feasibility_tolerance", tolerance)
    best, bounds = -np.inf, []
    for seed in range(seeds):
        master.relaxed()
        master.run(Clock())  # every seed begins from the relaxation's basis
        master.integral(placing.placed[whole].ravel())
        master._solver._set("random_seed", seed)
        began = time.process_time()
        outcome = master.run(Clock(time_limit), 1e-4)
        best = max(best, outcome.value)
        bounds.append(outcome.bound)
        took = time.process_time() - began
        click.echo(f"seed {seed}: value {outcome.value:.6f}, bound {outcome.bound:.6f}, {took:.1f} s")
    wrong = int((np.array(bounds) < best - NOISE).sum())
    click.echo(f"best value {best:.6f}; {wrong} of {seeds} bounds lie below it")
    raise SystemExit(wrong > 0)


if __name__ == "__main__":
    ask()
