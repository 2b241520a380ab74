"""A real series of demand, which `replay` runs designs through: a table beside an instance."""

from __future__ import annotations

from optimiser.instance.schema.column import TableSchema, a_amount, a_name, a_text

SERIES = TableSchema(
    "series",
    "What was needed, day by day: on every date every locality of a resource.",
    (
        a_text("date", "the day", required=True, what="a date, written as 2020-10-01"),
        a_name("organisation", "localities", "the locality", required=True),
        a_name("resource", "resource_types", "the resource", required=True),
        a_amount("demand", "what was needed that day", None, "units of the resource", required=True),
        a_amount(
            "capacity", "what there was; without the column the instance's", None, "units of the resource"
        ),
    ),
    ("date", "organisation", "resource"),
)
