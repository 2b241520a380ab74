"""The model: what may be chosen. One file a mechanism of the paper; `build` is their table of contents."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from optimiser.instance.instance import Instance

if TYPE_CHECKING:
    import pyomo.environ as pyo

    from optimiser.coefficients import Coefficients


def build(instance: Instance) -> pyo.ConcreteModel:
    """The whole model of an instance in Pyomo, to read, extend and solve.

    Variables are those of the page of mathematics, indexed by the names in the tables: ``held[d, o, l]``
    (and ``held[d, "", l]`` for a uniform decision), ``exercised`` and ``monitored[d, o, l, s]``,
    ``support[n]``, ``added[o, r]``, ``lent`` and ``borrowed[o, r, l, s]``, ``unmet[o, r, s]``,
    ``buffer[d, n, t]`` (t a scenario with a correlation of its own, or ``shared``; a share of the decision's
    summed deviations), ``achieved[g, s]``. That n holds d for some locality is ``holds[d, n]``: Pyomo keeps
    the word active for itself. Numbers are mutable parameters, and hours, money and amounts are in the units
    of the tables (what HiGHS is given are shares of them).

    Parameters
    ----------
    instance : Instance
        The facts.

    Returns
    -------
    pyomo.environ.ConcreteModel
        The pools of asymmetric decisions are second-order cones: for a solver without them, use `solve`.

    Raises
    ------
    InputError
        For what is no instance.

    Examples
    --------
    >>> import optimiser
    >>> model = optimiser.build(optimiser.read("instances/archetype"))
    >>> [level for level in model.LEVELS]
    ['central', 'local']
    >>> len(model.one_level)
    6
    """
    from optimiser.coefficients import coefficients
    from optimiser.instance.arguments import check_instance
    from optimiser.model.declare import written_out
    from optimiser.model.objectives import cones

    check_instance(instance)
    c = coefficients(instance)
    m = assemble(c, name=instance.name)
    cones(m, c)
    return written_out(m)


def assemble(
    c: Coefficients, name: str = "model", between: Callable[[], object] = lambda: None
) -> pyo.ConcreteModel:
    """Put the mechanisms together, in the order of model/README.md; all of it linear (cones are apart).

    Its large constraints are one equation each (`declare.rows`). `between` is called after each mechanism,
    and may raise what stops the building.
    """
    import pyomo.environ as pyo

    m = pyo.ConcreteModel(name=name)
    fill(m, c, between)
    return m


def fill(m: pyo.Block, c: Coefficients, between: Callable[[], object] = lambda: None) -> None:
    """Put the mechanisms into a model that is empty, or into a block of a larger one."""
    from optimiser.model import autonomy, budget, holding, objectives, skill_and_morale, slack, staffing

    for mechanism in (
        holding.one_level_each,  #                (1) (2)
        holding.earned_autonomy,  #               (3)
        holding.rules,  #                         (4)
        staffing.hours_suffice,  #                (5)
        autonomy.granted_willing_able,  #         (7)
        autonomy.partners,  #                     (8)
        staffing.hours_suffice_in_scenario,  #    (6)
        slack.slack_in_scenario,  #               (9) (10)
        budget.within_budget,  #                  (11)
        holding.limited_change,  #                (12)
        skill_and_morale.states,  #               (14) (15) (16), in a period of a path
        objectives.scores,
        objectives.value,
    ):
        mechanism(m, c)
        between()
