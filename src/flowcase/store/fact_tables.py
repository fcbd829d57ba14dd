"""Facts of cases as rows of their own, by which any of them can be looked for and sorted by."""

from __future__ import annotations

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, Text
from sqlalchemy.schema import FetchedValue

from flowcase.store.metadata import metadata

# Written by triggers on `case_file.facts` and by nothing else: texts, numbers, dates, and yes or no.
case_fact = Table(
    "case_fact",
    metadata,
    Column("case_code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("sorted_by", Text, FetchedValue()),  # computed from the value: a number sorts as one
    PrimaryKeyConstraint("case_code", "name"),
)
Index("ix_case_fact_value", case_fact.c.name, case_fact.c.value, case_fact.c.case_code)
Index("ix_case_fact_sorted", case_fact.c.name, case_fact.c.sorted_by, case_fact.c.case_code)
