"""The sections of instance.toml, each once: part of the schema."""

from __future__ import annotations

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

SECTIONS = (
    TableSchema(
        "instance",
        "What the instance is called and whose view it takes.",
        (
            Column("name", "name", "a short name: letters, digits, `-` and `_`", required=True),
            a_text("title", "a title"),
            a_text("description", "what the instance is about"),
            a_text("perspective", "who decides, and whose interest counts"),
            a_text("licence", "under which licence the data may be used"),
        ),
        shape="record",
    ),
    TableSchema(
        "levels",
        "The levels at which a decision can be held, from the top down; at least two.",
        (
            Column("level", "name", "the level", required=True),
            a_amount("delay_days", "how long a decision takes to reach practice", unit="days"),
            a_share(
                "accountability",
                "how much upward accountability a decision held here retains",
                otherwise="1 at the top, 0 at the bottom, even steps between",
            ),
            a_share(
                "mobilisation",
                "share of lent slack that arrives in time in a pool at this level",
                otherwise="1, at the lowest level 0",
            ),
        ),
        ("level",),
        "list",
        "levels",
    ),
    TableSchema(
        "weights",
        "What each objective weighs; normalised to sum to 1. Objectives left out keep their default.",
        (
            a_name("objective", "objectives", "the objective", required=True),
            a_amount(
                "weight",
                "its weight",
                None,
                required=True,
                otherwise="1 for risk_pooling, accountability and responsiveness, 0 for the others",
            ),
        ),
        ("objective",),
        "keyed",
        "weights",
    ),
    TableSchema(
        "swings",
        "Swing weights, in place of weights: weight = points / (to - from). Those left out weigh nothing.",
        (
            a_name("objective", "objectives", "the objective", required=True),
            a_number("from", "the worst value that the swing starts from", required=True),
            a_number("to", "the better value that it leads to, above `from`", required=True),
            a_amount("points", "what the swing is worth beside the others", None, required=True),
        ),
        ("objective",),
        "keyed",
        "swings",
    ),
    TableSchema(
        "objectives",
        "The user's own objectives, scored in scores.csv.",
        (
            Column("objective", "name", "the objective", required=True),
            a_text("zero", "what a score of 0 means, in words"),
            a_text("one", "what a score of 1 means, in words"),
        ),
        ("objective",),
        "list",
        "objectives",
    ),
    TableSchema(
        "limits",
        "Limits on any design.",
        (
            a_amount(
                "budget",
                "the most that slack, support and holding decisions may cost together "
                "(none: costs are only reported, and no slack or support is bought)",
                None,
                "money a year",
            ),
            a_amount(
                "max_changes", "the most decisions that may differ from the current design", None, whole=True
            ),
            a_share("reserve", "share of staff time never planned away: time to think", 0.0),
        ),
        shape="record",
        section="limits",
    ),
    TableSchema(
        "uncertainty",
        "How scenarios are weighed: (1 - risk_aversion) times the mean plus risk_aversion times the mean of "
        "the worst share 1 - beta.",
        (
            a_share("risk_aversion", "how much the worst scenarios count beyond their probability", 0.0),
            a_share(
                "beta",
                "the worst share 1 - beta of probability is what risk aversion looks at",
                0.9,
                below=True,
            ),
        ),
        shape="record",
        section="uncertainty",
    ),
    TableSchema(
        "resource_types",
        "What can run short: beds, ventilators, protective equipment. In instance.toml `[[resources]]`; in a "
        "workbook this sheet, because the sheet `resources` holds each locality's capacity.",
        (
            Column("resource", "name", "the resource", required=True),
            a_name(
                "governed_by",
                "decisions",
                "the decision that moves it between localities",
                otherwise="none: no mutual aid",
            ),
            a_share("max_occupancy", "most of the capacity that normal demand may take", above=True),
            a_share("max_unmet", "most of the demand that may stay unmet in any scenario"),
            a_amount(
                "slack_cost",
                "what a unit of slack costs; without it none can be bought",
                None,
                "money a year per unit",
                above=True,
            ),
            a_share(
                "refill",
                "share of the reserve that a year puts back, before each period of a path",
                1.0,
                linking=True,
            ),
        ),
        ("resource",),
        "list",
        "resources",
    ),
    TableSchema(
        "scenarios",
        "What may happen. With none given there is one, `normal`, which changes nothing.",
        (
            Column("scenario", "name", "the scenario", required=True),
            a_share(
                "probability",
                "its probability; they sum to 1. At 0 it still binds every constraint",
                required=True,
            ),
            a_amount("urgency", "multiplies every delay", 1.0),
            a_share("absence", "share of staff absent on top of normal absence", 0.0),
            a_share("oversight", "the most monitoring that goes on", 1.0),
            a_correlation(
                "correlation",
                "replaces every decision's correlation, and any matrix: of what stays unknown in it",
            ),
            a_correlation(
                "correlation.{}",
                "the same for one decision; in instance.toml `correlation = { ppe = 0.6 }`, in place of a "
                "number for every decision",
                each="decisions",
            ),
            a_number(
                "surge.{}",
                "growth of demand for the resource; in instance.toml `surge = { beds = 0.25 }`",
                0.0,
                "share of demand",
                low=-1,
                each="resources",
            ),
            a_share(
                "loss.{}",
                "share of the resource's capacity lost; in instance.toml `loss = { beds = 0.05 }`",
                0.0,
                each="resources",
            ),
        ),
        ("scenario",),
        "list",
        "scenarios",
    ),
    TableSchema(
        "path",
        "What links the periods of a path: how skill and morale come and go, and what the future counts.",
        (
            a_amount("discount", "by how much a year is worth less than the one before", 0.0, "a year"),
            a_share("learn", "how far a year takes skill to what is practised", 0.0),
            a_share("heal", "how far a year takes morale to what circumstances allow", 0.0),
            a_share("hurt", "share of willingness that being monitored in full takes in the end", 0.0),
            a_share("burn", "share of willingness that working all hours takes in the end", 0.0),
            a_share("safe", "share of its hours that an organisation may work at no cost to morale", 1.0),
        ),
        shape="record",
        section="path",
    ),
    TableSchema(
        "periods",
        "The periods of a path, in their order, each with one of the scenarios for certain. For `optimiser "
        "path` alone.",
        (
            Column("period", "name", "the period", required=True),
            a_name("scenario", "scenarios", "what it is like", required=True),
            a_amount("years", "how long it is", 1.0, "years", above=True),
            a_amount(
                "weights.{}",
                "what the objective weighs in it; in instance.toml `weights = { accountability = 1 }`: those "
                "not named weigh nothing",
                None,
                otherwise="the weights of the instance, where none is named",
                each="weighed",
            ),
        ),
        ("period",),
        "list",
        "periods",
    ),
)
