"""Who holds what, as a table that a person would write."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optimiser import Instance


def rows(instance: Instance, held: np.ndarray) -> pd.DataFrame:
    """A design (D, O) as a table by hand, every decision for every locality where it may differ."""
    decisions, levels = instance["decisions"], instance["levels"]["level"]
    return pd.DataFrame(
        [
            {"decision": name, "organisation": "" if whole else place, "level": levels[held[d, o]]}
            for d, (name, whole) in enumerate(zip(decisions["decision"], decisions["uniform"], strict=True))
            for o, place in enumerate(instance.localities[:1] if whole else instance.localities)
        ]
    )
