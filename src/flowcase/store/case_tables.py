"""Tables of cases: files, records, deadlines and holds. `sealed_...` and `secret` hold ciphertext."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    true,
)

from flowcase.store.columns import FeelJson, Instant, Json
from flowcase.store.metadata import alive, metadata

# What partial indexes hold, in the very words of the queries; see `metadata.alive`.
DEADLINE_IS_CURRENT = "is_current"

case_file = Table(
    "case_file",
    metadata,
    Column("code", Text, primary_key=True),
    Column("stream", Text, ForeignKey("stream.id"), nullable=False),
    Column("child", Text),  # record id
    Column("status", Text),  # copies of the facts that lists filter by
    Column("team", Text),
    Column("caseworker", Text),
    Column("rule_set", Text, nullable=False),
    Column("rule_set_version", Text, nullable=False),
    Column("facts", FeelJson, nullable=False),  # K0 only
    Column("version", BigInteger, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("outcome", Text),
    Column("district", Text),
    Column("area", Text),
    Column("step", Text),  # of the ladder
    Column("erased_at", Instant),  # its keys were destroyed: what is left is for figures
)
Index("ix_case_file_opened", case_file.c.opened_at, case_file.c.code)
Index("ix_case_file_caseworker", case_file.c.caseworker, case_file.c.status)
Index("ix_case_file_team", case_file.c.team, case_file.c.status)
Index("ix_case_file_child", case_file.c.child)
# Inboxes are sorted by these facts of the case, and in each by its code.
for _fact in ("district", "area", "step", "team", "status", "caseworker"):
    Index(f"ix_case_file_{_fact}_code", case_file.c[_fact], case_file.c.code)

record = Table(
    "record",
    metadata,
    Column("id", Text, primary_key=True),
    Column("entity", Text, nullable=False),
    Column("stream", Text, ForeignKey("stream.id"), nullable=False),
    Column("case_code", Text),
    Column("open", FeelJson, nullable=False),  # attributes of class K0
    Column("secret", Json, nullable=False),  # attribute of class K1 or K2 -> base64 of its ciphertext
    Column("version", BigInteger, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
)
Index("ix_record_entity", record.c.entity, record.c.case_code)
Index("ix_record_case_code", record.c.case_code)
Index("ix_record_stream", record.c.stream)
# Indexes over texts inside `open`, in the words of `columns.held`. Migrations make them: SQLite does not tell
# SQLAlchemy of indexes over expressions.
RECORD_TEXTS = {
    "ix_record_status": ("status",),
    "ix_record_meeting": ("moede_id",),
    "ix_record_kind": ("slags", "tid.v"),
    "ix_record_at": ("tid.v",),
    "ix_record_unnamed": ("anonymt",),
}

# Finds a record by a confidential value (CPR number) without storing the value.
search_key = Table(
    "search_key",
    metadata,
    Column("record", Text, ForeignKey("record.id"), nullable=False),
    Column("attribute", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),  # HMAC-SHA-256
    PrimaryKeyConstraint("record", "attribute", "digest"),
)
Index("ix_search_key_digest", search_key.c.digest)

# Cases that must not be erased.
legal_hold = Table(
    "legal_hold",
    metadata,
    Column("case_code", Text, ForeignKey("case_file.code"), primary_key=True),
    Column("reason", Text, nullable=False),  # a code
    Column("placed_at", Instant, nullable=False),
    Column("placed_by", Text, nullable=False),
)

# The home of a due date, with everything that answers "why this date?".
deadline = Table(
    "deadline",
    metadata,
    Column("id", Text, primary_key=True),
    Column("rule", Text, nullable=False),  # T01 ... of the domain specification
    Column("rule_set", Text, nullable=False),
    Column("rule_set_version", Text, nullable=False),
    Column("start_fact", Text, nullable=False),
    Column("start", FeelJson),  # instant or date that it counts from
    Column("amount", Integer),
    Column("unit", Text, nullable=False),
    Column("convention", Text, nullable=False),
    Column("legal_basis", Text, nullable=False),
    Column("considered", FeelJson, nullable=False),  # every rule set that was asked
    Column("due_at", Instant, nullable=False),
    Column("due_local", Text, nullable=False),
    Column("internal_target", Date),
    Column("status", Text, nullable=False),  # open | met | breached | cancelled
    Column("opened_at", Instant, nullable=False),
    Column("met_at", Instant),
    Column("seconds_late", BigInteger),
    Column("days_late", Integer),
    Column("breached_at", Instant),
    Column("cancelled_at", Instant),
    Column("plan", FeelJson, nullable=False),  # when to tell whom, and what the tables were asked
    Column("reminders", FeelJson, nullable=False),  # sent ones: {nr, planned_at, sent_at, groups, people}
    Column("escalations", FeelJson, nullable=False),  # sent ones: {step, planned_at, sent_at, groups}
    Column("stream", Text, nullable=False),
    Column("case_code", Text),
    Column("subject", Text),  # record that it is about
    Column("part", Text),
    Column("responsible", Text),
    Column("instance", Text),
    Column("element", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    # False once it is done and a later one of the same rule and instance was opened.
    Column("is_current", Boolean, nullable=False, server_default=true()),
)
Index("ix_deadline_case_code", deadline.c.case_code)
Index("ix_deadline_subject", deadline.c.subject, deadline.c.part)
alive("ix_deadline_current", deadline.c.case_code, where=DEADLINE_IS_CURRENT)
Index("ix_deadline_stream", deadline.c.stream)
alive("ix_deadline_open", deadline.c.due_at, deadline.c.id, where="status IN ('open', 'breached')")
