"""Tables of access reports: about whom (a keyed hash), in which cases, what was read and found giveable."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, PrimaryKeyConstraint, Table, Text

from flowcase.store.columns import Instant, Json
from flowcase.store.metadata import metadata

access_report = Table(
    "access_report",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_code", Text, ForeignKey("case_file.code"), nullable=False),  # where it was asked for
    Column("place", Text, nullable=False),  # where that case knows the person; ids only
    Column("person", Text, nullable=False),  # keyed hash of the name: it is still the same person
    Column("recipient", Text, nullable=False),  # a code: the person, or who answers for them
    Column("cases", Json, nullable=False),  # codes of every case that knew the person then
    Column("status", Text, nullable=False),  # waiting | approved | declined
    Column("asked_at", Instant, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("decided_at", Instant),
    Column("decided_by", Text),
    Column("content", Text),  # SHA-256 of what was approved
)
Index("ix_access_report_case_code", access_report.c.case_code)
Index("ix_access_report_status", access_report.c.status, access_report.c.asked_at)

access_report_choice = Table(
    "access_report_choice",
    metadata,
    Column("report", Text, ForeignKey("access_report.id"), nullable=False),
    Column("case_code", Text, ForeignKey("case_file.code"), nullable=False),
    Column("part", Text, nullable=False),  # <record>.<attribute> that may be given
    Column("judged_by", Text, nullable=False),
    PrimaryKeyConstraint("report", "case_code", "part"),
)
