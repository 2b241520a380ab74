"""What must hold between the columns and tables of an instance.

Each rule says which inputs it reads, so that a variant re-checks only what its change can break.
Rows in which something is wrong already are passed over: no problem is reported twice in other words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import numpy as np

from optimiser.instance.checking.problems import Findings, listing, quote
from optimiser.instance.content import Content
from optimiser.instance.schema.schema import TABLES, TOML_TABLES

Rule = Callable[[Content, Findings], None]
RULES: list[tuple[frozenset[str], Rule]] = []
_TOLERANCE = 1e-9  # of sums
_LEAST_EIGENVALUE = -1e-8


def rule(*reads: str) -> Callable[[Rule], Rule]:
    """Register a rule, and which inputs it reads: 'table.column', or 'table' for all of its columns."""

    def register(function: Rule) -> Rule:
        RULES.append((frozenset(reads), function))
        return function

    return register


def rows_where(mask: np.ndarray) -> list[int]:
    """The rows in which a condition holds."""
    return np.flatnonzero(mask).tolist()


@rule("decisions", "levels")
def something_to_decide(instance: Content, findings: Findings) -> None:
    """There is a decision, and more than one level."""
    for name, least, why in (("levels", 2, "two levels"), ("decisions", 1, "one decision")):
        if instance[name].rows < least and name not in findings.unreliable:
            findings.add(name, None, "", f"at least {why} must be given")


@rule("weights")
def something_weighs(instance: Content, findings: Findings) -> None:
    """Some weight is above 0."""
    sound = findings.all_sound("weights", "weight") and findings.all_sound("swings", "from", "to", "points")
    if sound and not any(instance.weights.values()):
        table = "swings" if "points" in getattr(findings.located["swings"], "header", ()) else "weights"
        findings.add(table, None, "", "all are 0; one at least must be above 0")


@rule("scenarios.probability")
def probabilities_sum_to_one(instance: Content, findings: Findings) -> None:
    """The probabilities of scenarios sum to 1."""
    total = instance["scenarios"]["probability"].sum()
    if findings.all_sound("scenarios", "scenario", "probability") and abs(total - 1) > _TOLERANCE:
        findings.add(
            "scenarios", None, "probability", f"they sum to {quote(float(round(total, 12)))}, not to 1"
        )


@rule("organisations.level", "organisations.parent", "levels.level")
def organisations_are_a_tree(instance: Content, findings: Findings) -> None:
    """One at the top, parents exactly one level up, and a locality under each."""
    table, levels = instance["organisations"], list(instance["levels"]["level"])
    if {"levels", "organisations"} & findings.unreliable or len(set(levels)) < max(2, len(levels)):
        return
    depth = [levels.index(level) if level in levels else -1 for level in table["level"]]
    known = {name: row for row, name in reversed(list(enumerate(table["organisation"])))}
    sound = findings.sound("organisations", table.rows, "organisation", "level", "parent")
    tops = [row for row in range(table.rows) if depth[row] == 0]
    if not tops:
        findings.add(
            "organisations", None, "level", f"no organisation is at level {quote(levels[0])}, the top"
        )
    for row in tops[1:]:
        other = f"{quote(table['organisation'][tops[0]])} is, {findings.line('organisations', tops[0])}"
        findings.add("organisations", row, "level", f"only one organisation can be at the top; {other}")
    astray = {depth[row] for row in rows_where(~sound)}  # levels at which someone's parent is not known
    for row in rows_where(sound):
        parent = table["parent"][row]
        if depth[row] == 0 and parent:
            findings.add("organisations", row, "parent", f"{quote(parent)} is above the top; leave it empty")
        elif depth[row] > 0 and (parent not in known or depth[known[parent]] not in (-1, depth[row] - 1)):
            up = f"an organisation at level {levels[depth[row] - 1]}, one above {table['level'][row]}"
            findings.add("organisations", row, "parent", f"{quote(parent)} is not {up}")
            astray.add(depth[row])
    parents = set(table["parent"])
    for row in rows_where(sound):
        name, below = table["organisation"][row], depth[row] + 1
        if 0 < below < len(levels) and not {below, -1} & astray and name not in parents:
            findings.add("organisations", row, "organisation", f"{quote(name)} has no locality under it")


@rule("organisations.population", "organisations.rating", "organisations.level")
def population_and_rating_belong_to_localities(instance: Content, findings: Findings) -> None:
    """Only localities have them; all of them have a population, and not all 0, or none has."""
    table, lowest = instance["organisations"], instance["levels"]["level"][-1]
    if not findings.all_sound("levels", "level"):
        return
    sound = findings.sound("organisations", table.rows, "level") & (table["level"] != "")
    local = table["level"] == lowest
    for column in ("population", "rating"):
        for row in rows_where(sound & ~local & ~np.isnan(table[column])):
            value = quote(float(table[column][row]))
            text = (
                f"{value} is given at level {table['level'][row]}; only localities ({lowest}) have a {column}"
            )
            findings.add("organisations", row, column, text)
    given = ~np.isnan(table["population"]) & local
    if not given.any():
        return
    for row in rows_where(local & ~given & findings.sound("organisations", table.rows, "population")):
        one = rows_where(given)[0]
        has = f"{table['organisation'][one]} has one, so every locality must"
        findings.add("organisations", row, "population", f"'' is not a number of at least 0 ({has})")
    if not table["population"][given].any() and findings.all_sound("organisations", "population"):
        findings.add("organisations", None, "population", "all are 0; at least one must be above 0")


@rule("decisions.flex", "decisions.flexes")
def flex_has_a_resource(instance: Content, findings: Findings) -> None:
    """What is flexed is named."""
    table = instance["decisions"]
    for row in rows_where((table["flex"] > 0) & (table["flexes"] == "")):
        value = quote(float(table["flex"][row]))
        findings.add("decisions", row, "flex", f"{value} is given, but not which resource it flexes (flexes)")


@rule("workload")
def fixed_work_falls_where_it_is_held(instance: Content, findings: Findings) -> None:
    """Fixed hours and costs stand on rows with at = level; what is fixed is of no one locality."""
    table = instance["workload"]
    for column in ("fixed_hours", "fixed_cost"):
        for row in rows_where((table["organisation"] != "") & (table[column] > 0)):
            value, place = quote(float(table[column][row])), quote(table["organisation"][row])
            text = f"{value} is given for {place} alone; it belongs on a row without an organisation"
            findings.add("workload", row, column, text)
    away = (table["at"] != table["level"]) & findings.sound("workload", table.rows, "at", "level")
    for column in ("fixed_hours", "fixed_cost", "cost"):
        for row in rows_where(away & (table[column] > 0)):
            value = quote(float(table[column][row]))
            text = f"{value} is given where at is {table['at'][row]}; it belongs on a row with at = level"
            findings.add("workload", row, column, text)


@rule("correlations", "decisions.correlation", "risk", "organisations.population", "organisations.level")
def correlations_are_possible(instance: Content, findings: Findings) -> None:
    """Every decision's correlation matrix, given or implied, is positive semidefinite where burdens vary."""
    given = instance["correlations"]
    for row in rows_where((given["organisation_a"] == given["organisation_b"]) & (given["decision"] != "")):
        name = quote(given["organisation_b"][row])
        findings.add("correlations", row, "organisation_b", f"{name} is the same locality as organisation_a")
    if not _burdens_are_known(findings) or not findings.all_sound(
        "correlations", "decision", "organisation_a", "organisation_b", "correlation"
    ):
        return
    rows_of = defaultdict(list)
    for row, decision in enumerate(given["decision"]):
        rows_of[decision].append(row)
    localities = {name: o for o, name in enumerate(instance.localities)}
    for d, (decision, rho) in enumerate(
        zip(instance["decisions"]["decision"], instance["decisions"]["correlation"], strict=True)
    ):
        varies = instance.sd[d] > 0
        if not rows_of[decision]:
            if not _possible(rho, int(varies.sum())):
                findings.add("decisions", d, "correlation", _impossible(rho, int(varies.sum())))
            continue
        matrix = np.full((len(localities), len(localities)), rho)
        np.fill_diagonal(matrix, 1.0)
        a = [localities[given["organisation_a"][row]] for row in rows_of[decision]]
        b = [localities[given["organisation_b"][row]] for row in rows_of[decision]]
        matrix[a, b] = matrix[b, a] = given["correlation"][rows_of[decision]]
        least = _least_eigenvalue(matrix[np.ix_(varies, varies)])
        if least < _LEAST_EIGENVALUE:
            text = f"the matrix of {quote(decision)} is not positive semidefinite (eigenvalue {least:.3g})"
            findings.add("correlations", rows_of[decision][0], "correlation", text)


@rule("scenarios", "risk", "organisations.population", "organisations.level")
def shared_shocks_are_possible(instance: Content, findings: Findings) -> None:
    """A scenario's correlation can hold among all localities whose burden varies; one for all, or by name."""
    scenarios = instance["scenarios"]
    single = {name: scenarios[f"correlation.{name}"] for name in instance["decisions"]["decision"]}
    for row, rho in enumerate(scenarios["correlation"]):
        named = [name for name, column in single.items() if not np.isnan(column[row])]
        if named and not np.isnan(rho):
            text = f"{quote(float(rho))} is given for every decision, and others for {listing(named)}"
            findings.add("scenarios", row, "correlation", f"{text}: one or the other")
    if not _burdens_are_known(findings):
        return
    varying = (instance.sd > 0).sum(axis=1)
    most = int(varying.max(initial=0))
    for row, rho in enumerate(scenarios["correlation"]):
        if not _possible(rho, most):
            findings.add("scenarios", row, "correlation", _impossible(rho, most))
    for name, localities in zip(single, varying.tolist(), strict=True):
        for row, rho in enumerate(single[name]):
            if not _possible(rho, localities):
                findings.add("scenarios", row, f"correlation.{name}", _impossible(rho, localities))


def _burdens_are_known(findings: Findings) -> bool:
    return (
        findings.all_sound("organisations", "organisation", "level", "population")
        and findings.all_sound("levels", "level")
        and findings.all_sound("decisions", "decision", "correlation")
        and findings.all_sound("risk", "decision", "organisation", "sd")
    )


def _possible(rho: float, localities: int) -> bool:
    """Whether that many can all correlate so: the least eigenvalue is 1 + (n - 1) rho where rho < 0."""
    return not rho < 0 or 1 + (localities - 1) * rho >= _LEAST_EIGENVALUE


def _impossible(rho: float, localities: int) -> str:
    least = quote(float(round(-1 / (localities - 1), 6)))
    given = quote(round(float(rho), 12))  # moved by a factor, it has more digits than anyone gave it
    return f"{given} is not possible between {localities} localities; {least} is the least"


def _least_eigenvalue(matrix: np.ndarray) -> float:
    """The least eigenvalue, or 0 where a Cholesky factor shows that it is not below the tolerance."""
    try:
        np.linalg.cholesky(matrix - _LEAST_EIGENVALUE * np.eye(len(matrix)))
    except np.linalg.LinAlgError:
        return float(np.linalg.eigvalsh(matrix)[0])
    return 0.0


@rule("partners")
def nobody_depends_wholly_and_more(instance: Content, findings: Findings) -> None:
    """Nobody is their own partner, and dependence sums to 1 at most."""
    table = instance["partners"]
    for row in rows_where((table["organisation"] == table["partner"]) & (table["partner"] != "")):
        findings.add("partners", row, "partner", f"{quote(table['partner'][row])} is the locality itself")
    total: defaultdict[str, float] = defaultdict(float)
    last: dict[str, int] = {}
    sound = findings.sound("partners", table.rows, "organisation", "dependence")
    for row in rows_where(sound):
        total[table["organisation"][row]] += table["dependence"][row]
        last[table["organisation"][row]] = row
    for name, value in total.items():
        if value > 1 + _TOLERANCE:
            text = f"the dependence of {quote(name)} sums to {quote(round(value, 12))}, above 1"
            findings.add("partners", last[name], "dependence", text)


@rule("links")
def links_join_two_decisions(instance: Content, findings: Findings) -> None:
    """Two different decisions, both levels or neither, and each link once."""
    table = instance["links"]
    first: dict[tuple[object, ...], int] = {}
    for row in range(table.rows):
        a, b, at_a, at_b = (table[c][row] for c in ("decision_a", "decision_b", "level_a", "level_b"))
        if a == b and a:
            findings.add("links", row, "decision_b", f"{quote(b)} is the same decision as decision_a")
        if bool(at_a) != bool(at_b):
            findings.add(
                "links", row, "level_b" if at_a else "level_a", "'' is not a level; give both or neither"
            )
        key = (*sorted([(a, at_a), (b, at_b)]), table["objective"][row])
        before = first.setdefault(key, row)
        if before != row and a and b:
            given = quote(", ".join(filter(None, (a, b, table["objective"][row], at_a, at_b))))
            text = f"{given} has a row already, {findings.line('links', before)}"
            findings.add("links", row, "decision_a, decision_b", text)


@rule("limits.max_changes", "current", "periods")
def changes_are_from_something(instance: Content, findings: Findings) -> None:
    """max_changes needs a current design, or periods."""
    most, given = instance.limits["max_changes"], instance["current"].rows or instance["periods"].rows
    if most is not None and not given and not {"current", "periods"} & findings.unreliable:
        findings.add(
            "limits", 0, "max_changes", f"{quote(most)} is given, but no current design (current.csv)"
        )


@rule("sources")
def sources_name_columns(instance: Content, findings: Findings) -> None:
    """Each row of sources names a table and one of its columns, and both ends of a range or neither."""
    table = instance["sources"]
    for row, (name, column) in enumerate(zip(table["table"], table["column"], strict=True)):
        low, high = float(table["low"][row]), float(table["high"][row])
        if np.isnan(low) != np.isnan(high) and findings.sound("sources", table.rows, "low", "high")[row]:
            text = "'' is not a number of at least 0 (give both ends of the range, or neither)"
            findings.add("sources", row, "low" if np.isnan(low) else "high", text)
        elif low > high:
            findings.add("sources", row, "high", f"{quote(high)} is below low ({quote(low)})")
        if name and name not in TABLES:
            findings.unknown("sources", row, "table", name, "a table", TABLES)
        elif name and column and not set(TOML_TABLES) & findings.unreliable:
            columns = source_columns(instance, name)
            if column not in columns:
                findings.unknown("sources", row, "column", column, f"a column of {name}", columns)


def source_columns(instance: Content, table: str) -> list[str]:
    """What sources.csv may call a column of a table."""
    if table in ("weights", "swings"):
        return list(instance.objectives)
    schema = TABLES[table]
    names = list(schema.expand(*instance.axes))
    if table == "resources":  # in instance.toml both lists bear this name
        names += [c.name for c in TABLES["resource_types"].columns[1:]]
    return names + [
        c.name.split(".")[0] for c in schema.columns if c.each in ("resources", "decisions", "weighed")
    ]


@rule("scores", "decisions.levels", "levels.level", "organisations.level")
def scores_are_complete(instance: Content, findings: Findings) -> None:
    """Once a decision has a score for an objective, every locality has one at every allowed level."""
    table, levels = instance["scores"], tuple(instance["levels"]["level"])
    if not table.rows or {"scores", "levels", "organisations", "decisions"} & findings.unreliable:
        return
    rows_of: defaultdict[str, list[int]] = defaultdict(list)
    for row, decision in enumerate(table["decision"]):
        rows_of[decision].append(row)
    decisions = instance["decisions"]
    allowed = {
        name: tuple(level for level in given.split(";") if level in levels) if given else levels
        for name, given in zip(decisions["decision"], decisions["levels"], strict=True)
    }
    for objective in [name for name in table if name not in TABLES["scores"].by_name]:
        scored = ~np.isnan(table[objective])
        sound = findings.sound("scores", table.rows, objective)
        for decision, rows in rows_of.items():
            if decision in allowed and sound[rows].all() and scored[rows].any():
                for level in allowed[decision]:
                    _level_is_scored(instance, findings, objective, rows, level)


def _level_is_scored(
    instance: Content, findings: Findings, objective: str, rows: list[int], level: str
) -> None:
    """One decision, scored for an objective, has a score for it at this level in every locality."""
    table = instance["scores"]
    here = [row for row in rows if table["level"][row] == level]
    scored = [row for row in here if not np.isnan(table[objective][row])]
    if any(not table["organisation"][row] for row in scored):
        return
    own = set(table["organisation"][scored])
    missing = [name for name in instance.localities if name not in own]
    if not missing:
        return
    other = next(row for row in rows if not np.isnan(table[objective][row]))
    decision, whom = quote(table["decision"][other]), f" for {listing(missing)}" if scored else ""
    blank = next((row for row in here if np.isnan(table[objective][row])), None)
    if blank is None:
        text = f"{decision} is scored here, but not at {quote(level)}{whom}"
        findings.add("scores", other, objective, text)
    else:
        why = f"{decision} is scored {findings.line('scores', other)}, so it must be scored here, too{whom}"
        findings.add("scores", blank, objective, f"'' is not a number from 0 to 1; {why}")


@rule("scores")
def columns_of_scores_hold_scores(instance: Content, findings: Findings) -> None:
    """A column of scores.csv in which nothing is scored yet is one that somebody still has to fill."""
    header = getattr(findings.located["scores"], "header", ())
    table = instance["scores"]
    for objective in [name for name in header if name in table and name not in TABLES["scores"].by_name]:
        if table.rows and np.isnan(table[objective]).all() and findings.all_sound("scores", objective):
            for row in range(table.rows):
                findings.add(
                    "scores", row, objective, "'' is not a number from 0 to 1 (nothing is scored yet)"
                )
