"""Constraints 7 and 8: willing, able, afraid, dependent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.coefficients.sets import Array, Sets
from optimiser.instance.instance import Instance
from optimiser.instance.period import Period


@dataclass(frozen=True, eq=False)
class Autonomy:
    """Numbers of what bounds the use of a decision space."""

    willingness: Array  # (N,) share of the decision space that n is willing to use; on a path, its morale
    undaunted: Array  # (N,) its willingness whatever the path did to it: fear takes a share of that
    ability: Array  # (N,) share of the decision space that n is able to use; on a path, its skill
    capable: Array  # (N,) the lesser of the two
    unable: Array  # (N,) what support can build
    fear: Array  # (D,) share of willingness that full monitoring takes
    oversight: Array  # (S,) the most monitoring that goes on
    dependence: Array  # (rows of partners,) on that partner
    independent: Array  # (O,) what a locality can do on its own


def autonomy_of(instance: Instance, sets: Sets) -> Autonomy:
    """Read attitudes off the tables of organisations, decisions and partners."""
    org, partners = instance["organisations"], instance["partners"]
    independent = np.ones(len(sets.localities))
    np.subtract.at(independent, sets.rows.partners[0], partners["dependence"])
    willingness, ability = org["willingness"], org["ability"]
    if isinstance(instance, Period):
        willingness, ability = instance.inherited.morale, instance.inherited.skill
    return Autonomy(
        willingness=willingness,
        undaunted=org["willingness"].copy(),
        ability=ability,
        capable=np.minimum(willingness, ability),
        unable=1 - org["ability"],
        fear=instance["decisions"]["fear"],
        oversight=instance["scenarios"]["oversight"],
        dependence=partners["dependence"],
        independent=independent,
    )
