"""First-order indices from a plain sample: the share of an outcome's variance that goes with one input.

The samples are parted into B bins of equal count along the input. What the means of the bins vary, as a share
of what the outcome varies, is the correlation ratio (Pearson 1905). (B - 1) / (n - 1) of it would be there if
the input were shuffled, exactly, in the mean over all shuffles, and is taken away. Its error follows from
what each sample adds to it (its influence), so nothing is drawn at random.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.stats import f, rankdata

from optimiser.studies.sensitivity.findings.ensemble import Array

FEWEST = 10  # samples from which an index is computed


def bins(standing: Array, most: float) -> Array:
    """(n,) the bin of each sample by ranks (n, k) from 0 to 1, about so many.

    They are of equal count, but that what is equal stays together. Where an input has several dimensions,
    what falls into one bin of the first is parted along the second, and so on.
    """
    n, dimensions = standing.shape
    count = round(most ** (1 / dimensions))
    found = np.zeros(n, int)
    for rank in standing.T:
        within = np.empty(n)
        for bin_ in range(found.max() + 1):
            mine = found == bin_
            within[mine] = (rankdata(rank[mine]) - 0.5) / mine.sum()
        found = np.unique(found * count + np.floor(within * count), return_inverse=True)[1]
    return found


def first_order(standing: Array, outcomes: Array, *, whole: bool = False) -> tuple[Array, Array, Array]:
    """The index of an input for each outcome, the influence of each sample on it, and what chance may do.

    Parameters
    ----------
    standing : (n, k)
        Where the input stands, as ranks from 0 to 1.
    outcomes : (n, M)
        None of them constant.
    whole
        The samples are all that there are (a grid): nothing is due to chance.

    Returns
    -------
    index : (M,)
        0 in the mean where the input moves nothing (so it may come out below), 1 where it alone decides.
    influence : (n, M)
        Of mean 0; the index's variance is the mean of its square over n.

    chance : (M,)
        How likely so large an index is where the input moves nothing (F test).

    Examples
    --------
    Of y = (a > 0.7 and b < 0.4), a moves 0.318 on its own:

    >>> import numpy as np
    >>> a, b = np.random.default_rng(2).random((2, 10_000))
    >>> index, influence, chance = first_order(a[:, None], ((a > 0.7) & (b < 0.4))[:, None])
    >>> f"{index[0]:.3f} +- {1.96 * np.sqrt((influence**2).mean() / 10_000):.3f}"
    '0.326 +- 0.017'
    """
    n = len(standing)
    bin_ = bins(standing, np.sqrt(n))  # as many as there are samples in each
    members = csr_array((np.ones(n), (bin_, np.arange(n))))
    often = np.asarray(members.sum(axis=1))
    centred = outcomes - outcomes.mean(axis=0)
    total = (centred**2).mean(axis=0)
    means = (members @ centred / often[:, None])[bin_]
    raw = (means**2).mean(axis=0) / total
    influence = (2 * centred * means - means**2 - raw * centred**2) / total
    free, left = len(often) - 1, n - len(often)
    with np.errstate(divide="ignore", invalid="ignore"):  # where it alone decides, or never changes
        ratio = np.nan_to_num(raw / free / ((1 - raw) / left))
    shuffled = 0.0 if whole else free / (n - 1)
    return (raw - shuffled) / (1 - shuffled), influence / (1 - shuffled), f.sf(ratio, free, left)
