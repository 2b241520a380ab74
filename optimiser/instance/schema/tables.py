"""The CSV tables of an instance, each once: part of the schema."""

from __future__ import annotations

from dataclasses import replace

from optimiser.instance.schema.column import (
    Column,
    TableSchema,
    a_amount,
    a_correlation,
    a_name,
    a_number,
    a_share,
    a_text,
)

_NOTE = a_text("note", "anything worth saying; not used")
_DECISION = a_name("decision", "decisions", "the decision", required=True)
_LEVEL = a_name("level", "levels", "the level", required=True)
_LOCALITY = a_name("organisation", "localities", "the locality", required=True)
_SOME_LOCALITY = a_name(
    "organisation", "localities", "the locality", otherwise="every locality without a row of its own"
)
_RESOURCE = a_name("resource", "resource_types", "the resource", required=True)

CSV_FILES = (
    TableSchema(
        "decisions",
        "What is to be decided about: each is held at one level or, where not uniform, at one a locality.",
        (
            Column("decision", "name", "the decision", required=True),
            Column(
                "type",
                "name",
                "what it is about; it groups and reports, and never fixes a level",
                required=True,
                choices=("input", "process", "outcome"),
                what="a decision type",
            ),
            a_text("label", "what reports call it", caption=True),
            a_name("levels", "levels", "the levels allowed, separated by `;`", several=True, otherwise="all"),
            Column("uniform", "flag", "whether it has the same level for every locality", True),
            a_share(
                "stake_{}", "how much the objective is at stake in this decision", 1.0, each="objectives"
            ),
            a_amount(
                "half_life_days",
                "delay after which a decision is worth half",
                None,
                "days",
                above=True,
                otherwise="none: not urgent",
            ),
            a_amount(
                "heterogeneity",
                "what one policy loses per squared distance between a locality's need and its pool's",
                0.0,
                "per squared unit of need",
            ),
            a_amount(
                "spillover",
                "what a locality on its own loses of the fit, because it ignores what it does to all others",
                0.0,
            ),
            a_correlation("correlation", "between any two localities in this decision's volatility", 0.0),
            a_share(
                "monitoring_effect", "part of the lost accountability that full monitoring wins back", 0.0
            ),
            a_amount(
                "monitoring_hours", "what monitoring one locality costs the centre", 0.0, "hours a week"
            ),
            a_amount("reporting_hours", "what being monitored costs the locality", 0.0, "hours a week"),
            a_share("fear", "share of willingness that full monitoring takes away", 0.0),
            Column("joint", "flag", "whether acting on it locally depends on partners", False),
            a_number("min_rating", "rating that a locality needs to hold it"),
            a_name("flexes", "resource_types", "the resource that local teams can stretch by exercising it"),
            a_amount("flex", "by how much, fully exercised", 0.0, "share of supply"),
            a_amount(
                "switch_cost",
                "what moving it costs on a path, in years of all that the decision can score",
                0.0,
                "years",
                linking=True,
            ),
            _NOTE,
        ),
        ("decision",),
    ),
    TableSchema(
        "organisations",
        "A tree: one organisation at the top, each other one under a parent exactly one level up, and under "
        "each at least one locality (an organisation of the lowest level). Without this table there is one "
        "at each level, named as the level.",
        (
            Column("organisation", "name", "the organisation", required=True),
            _LEVEL,
            a_name("parent", "organisations", "the organisation above; empty at the top", required=True),
            a_text("name", "what reports call it", caption=True),
            a_amount(
                "population",
                "people served; for every locality, not all 0, or for none",
                None,
                "people",
                otherwise="none: localities count alike",
            ),
            a_amount(
                "staff_hours", "staff time for decisions", None, "hours a week", otherwise="none: not limited"
            ),
            a_share("vacancy", "share of posts vacant", 0.0),
            a_share("absence", "share of staff normally absent", 0.0),
            a_share(
                "willingness", "share of the decision space granted that its staff are willing to use", 1.0
            ),
            a_share("ability", "share of the decision space granted that its staff are able to use", 1.0),
            a_number(
                "rating",
                "its rating, compared with min_rating; localities only",
                otherwise="none: passes every bar",
            ),
            a_amount(
                "support_cost",
                "what raising its ability from 0 to 1 would cost",
                None,
                "money a year",
                above=True,
                otherwise="none: no support",
            ),
            *(
                a_share(name, f"on a path: {meaning}", otherwise="that of `[path]`", linking=True)
                for name, meaning in (
                    ("learn", "how far a year takes its skill to what it practises"),
                    ("heal", "how far a year takes its morale to what circumstances allow"),
                    ("hurt", "share of its willingness that being monitored in full takes in the end"),
                    ("burn", "share of its willingness that working all hours takes in the end"),
                    ("safe", "share of its hours that it may work at no cost to morale"),
                )
            ),
            a_share("skill", "on a path: its ability at the start", otherwise="`ability`", linking=True),
            a_share(
                "morale", "on a path: its willingness at the start", otherwise="`willingness`", linking=True
            ),
            _NOTE,
        ),
        ("organisation",),
    ),
    TableSchema(
        "workload",
        "What holding a decision takes.",
        (
            _DECISION,
            a_name("level", "levels", "where the decision is held", required=True),
            a_name("at", "levels", "where the hours fall", otherwise="`level`"),
            replace(_SOME_LOCALITY, otherwise="every locality without a cell of its own"),
            a_amount("hours", "for each locality", unit="hours a week"),
            a_amount(
                "fixed_hours",
                "once for each organisation that holds it; only where at = level, for no one locality",
                unit="hours a week",
            ),
            a_amount(
                "fixed_cost",
                "once for each organisation that holds it; only where at = level, for no one locality",
                unit="money a year",
            ),
            a_amount("cost", "for each locality; only where at = level", unit="money a year"),
        ),
        ("decision", "level", "at", "organisation"),
    ),
    TableSchema(
        "delays",
        "How long a decision held at a level takes to reach practice, where that is not the level's delay.",
        (
            _DECISION,
            a_name("level", "levels", "where the decision is held", required=True),
            a_amount("days", "how long it takes", None, "days", required=True),
            a_name(
                "scenario",
                "scenarios",
                "the scenario",
                otherwise="every scenario without a row of its own",
            ),
        ),
        ("decision", "level", "scenario"),
    ),
    TableSchema(
        "risk",
        "What a locality's burden from a decision is, and how much it varies.",
        (
            _DECISION,
            _LOCALITY,
            a_amount(
                "sd",
                "standard deviation",
                None,
                "any, the same for all localities",
                otherwise="square root of population (1 where no population is given)",
            ),
            a_number("mean", "expected burden per head", unit="per head"),
        ),
        ("decision", "organisation"),
    ),
    TableSchema(
        "correlations",
        "How two localities' burdens go together; a pair not given has the decision's correlation. The "
        "matrix must be positive semidefinite.",
        (
            _DECISION,
            a_name("organisation_a", "localities", "one locality", required=True),
            a_name("organisation_b", "localities", "the other", required=True),
            a_correlation("correlation", "of the two, the same both ways", required=True),
        ),
        ("decision", "organisation_a", "organisation_b"),
    ),
    TableSchema(
        "needs",
        "What a locality needs: one policy for a pool fits its members as far as they are alike.",
        (
            _LOCALITY,
            a_number("need", "on any scale", required=True),
            a_name(
                "decision",
                "decisions",
                "the decision",
                otherwise="every decision that has no row of its own there",
            ),
        ),
        ("organisation", "decision"),
    ),
    TableSchema(
        "resources",
        "What each locality has and normally needs of each resource; without a row it has none of either.",
        (
            _LOCALITY,
            _RESOURCE,
            a_amount("capacity", "what there is", None, "the resource's own", required=True),
            a_amount("demand", "what is normally needed", None, "the resource's own", required=True),
            a_amount(
                "reserve",
                "on a path: what is set aside beside the capacity, and is gone once it is used",
                0.0,
                "the resource's own",
                linking=True,
            ),
        ),
        ("organisation", "resource"),
    ),
    TableSchema(
        "surges",
        "Where a scenario strikes one locality differently.",
        (
            a_name("scenario", "scenarios", "the scenario", required=True),
            _RESOURCE,
            _LOCALITY,
            a_number(
                "surge", "growth of demand", None, "share of demand", low=-1, otherwise="the scenario's"
            ),
            a_share("loss", "share of capacity lost", otherwise="the scenario's"),
        ),
        ("scenario", "resource", "organisation"),
    ),
    TableSchema(
        "scores",
        "Scores given directly, as a workshop does. Once a decision has a score for an objective, every "
        "locality needs one at every allowed level.",
        (
            _DECISION,
            _LEVEL,
            replace(_SOME_LOCALITY, otherwise="every locality; its own row wins, cell by cell"),
            a_share("{}", "score for the objective", each="objectives", otherwise="not scored"),
        ),
        ("decision", "level", "organisation"),
    ),
    TableSchema(
        "links",
        "Decisions that belong together, or that get in each other's way.",
        (
            a_name("decision_a", "decisions", "one decision", required=True),
            a_name("decision_b", "decisions", "the other", required=True),
            a_name("objective", "objectives", "the objective that loses", required=True),
            a_number(
                "loss",
                "what is lost (negative: gained) when the two are held at different levels, or at the two "
                "levels named",
                unit="of one decision's score",
                required=True,
            ),
            a_name("level_a", "levels", "where decision_a is held", otherwise="none: any two that differ"),
            a_name(
                "level_b",
                "levels",
                "where decision_b is held; both or neither",
                otherwise="none: any two that differ",
            ),
        ),
    ),
    TableSchema(
        "rules",
        "If one decision is held at a level, another must be held at one of some levels.",
        (
            a_name("if_decision", "decisions", "if this decision", required=True),
            a_name("if_level", "levels", "is held here", required=True),
            a_name("then_decision", "decisions", "then this one", required=True),
            a_name(
                "then_level",
                "levels",
                "is held here, or at one of these, separated by `;`",
                required=True,
                several=True,
            ),
            a_amount(
                "lag",
                "on a path: so many periods before; elsewhere the rule holds at once",
                0.0,
                "periods",
                whole=True,
                linking=True,
            ),
            _NOTE,
        ),
        ("if_decision", "if_level", "then_decision", "then_level"),
    ),
    TableSchema(
        "partners",
        "On whom a locality depends in joint decisions, without authority over them.",
        (
            _LOCALITY,
            a_name("partner", "localities", "another locality", required=True),
            a_share("dependence", "how much; a locality's sum to 1 at most", required=True),
        ),
        ("organisation", "partner"),
    ),
    TableSchema(
        "current",
        "The current design. What is not listed cannot count as changed.",
        (_DECISION, _LEVEL, _SOME_LOCALITY),
        ("decision", "organisation"),
    ),
    TableSchema(
        "sources",
        "Where each column's numbers come from, and how far they can be trusted.",
        (
            Column("table", "text", "a table of this dictionary", required=True),
            Column("column", "text", "a column of that table", required=True),
            Column(
                "grade",
                "name",
                "how it was come by",
                required=True,
                what="a grade",
                choices=("measured", "proxy", "elicited", "illustrative"),
            ),
            a_text("source", "where it comes from"),
            a_text("note", "how, and why"),
            a_amount("low", "lowest plausible value", None, "multiple of the value given"),
            a_amount("high", "highest plausible value; both or neither", None, "multiple of the value given"),
        ),
        ("table", "column"),
    ),
)
