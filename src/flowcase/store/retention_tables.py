"""Tables of erasures that are proposed: by whom, which cases, and what a second person said."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, PrimaryKeyConstraint, Table, Text

from flowcase.store.columns import Instant
from flowcase.store.metadata import metadata

erasure_proposal = Table(
    "erasure_proposal",
    metadata,
    Column("id", Text, primary_key=True),
    Column("reason", Text, nullable=False),  # a code
    Column("status", Text, nullable=False),  # waiting | approved | declined | done
    Column("proposed_at", Instant, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("decided_at", Instant),
    Column("decided_by", Text),
)
Index("ix_erasure_proposal_status", erasure_proposal.c.status, erasure_proposal.c.proposed_at)

erasure_item = Table(
    "erasure_item",
    metadata,
    Column("proposal", Text, ForeignKey("erasure_proposal.id"), nullable=False),
    Column("case_code", Text, ForeignKey("case_file.code"), nullable=False),
    Column("document_class", Text, nullable=False),  # by which it was due when it was proposed
    Column("status", Text, nullable=False),  # waiting | erased | kept
    Column("because", Text),  # a code, of what is kept
    PrimaryKeyConstraint("proposal", "case_code"),
)
Index("ix_erasure_item_case_code", erasure_item.c.case_code)

document_period = Table(
    "document_period",
    metadata,
    Column("id", Text, primary_key=True),
    Column("document", Text, nullable=False),  # record id
    Column("case_code", Text, ForeignKey("case_file.code"), nullable=False),
    Column("until", Date, nullable=False),  # the last day that it is kept
    Column("reason", Text, nullable=False),  # a code
    Column("status", Text, nullable=False),  # waiting | approved | declined | replaced | done
    Column("proposed_at", Instant, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("decided_at", Instant),
    Column("decided_by", Text),
)
Index("ix_document_period_status", document_period.c.status, document_period.c.until)
Index("ix_document_period_case_code", document_period.c.case_code)
