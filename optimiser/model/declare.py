"""How numbers enter the model: mutable parameters that remember their place in the vector of all numbers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import pyomo.environ as pyo

from optimiser.coefficients import Coefficients


def number(m: pyo.ConcreteModel, c: Coefficients, name: str, *axes: Sequence[Any], doc: str) -> pyo.Param:
    """Declare the array `name` of the coefficients as a mutable parameter over its axes.

    Entries that are not there (NaN) are left out: whether an entry is there is structure. The component
    is called as the array, dots made underscores.
    """
    array = c[name]
    keys = list(product(*axes)) if len(axes) != 1 else list(axes[0])
    values = np.ravel(array)
    if len(keys) != len(values):
        raise ValueError(f"{name} has {len(values)} entries and its axes {len(keys)}")
    there = np.flatnonzero(~np.isnan(values))
    entries = {keys[i]: values[i] for i in there.tolist()}
    component = pyo.Param(list(entries), initialize=entries, mutable=True, within=pyo.Any, doc=doc)
    m.add_component(name.replace(".", "_"), component)
    if not hasattr(m, "places"):
        m.places = {}  # id of a parameter's datum -> its place in Coefficients.theta
    start = c.offsets[name]
    for i in there.tolist():
        m.places[id(component[keys[i]])] = start + i
    return component
