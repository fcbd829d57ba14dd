"""Tables of process instances: where each is, what its last steps replaced, and its incidents."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from flowcase.store.columns import Instant, Json
from flowcase.store.metadata import alive, metadata

# What partial indexes hold, in the very words of the queries; see `metadata.alive`.
INCIDENT_IS_OPEN = "status = 'open'"

instance = Table(
    "instance",
    metadata,
    Column("id", Text, primary_key=True),
    Column("process", Text, nullable=False),
    Column("definition", Text, ForeignKey("process_definition.id"), nullable=False),
    Column("parent", Text, ForeignKey("instance.id")),
    Column("parent_element_instance", Text),
    Column("depth", Integer, nullable=False),  # 0 for an instance that nobody called
    Column("stream", Text, ForeignKey("stream.id"), nullable=False),
    Column("case_code", Text),
    Column("rule_set", Text),  # <manifest name>:<version> that was in force at the start
    Column("start_key", Text),  # correlation key of the message that started it
    Column("status", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("end_elements", Json),
    Column("migrated_version", BigInteger),  # of its state when it was moved to this definition; None: never
)
Index("ix_instance_parent", instance.c.parent)
Index("ix_instance_case_code", instance.c.case_code)
Index("ix_instance_definition", instance.c.definition, instance.c.status)
Index("ix_instance_started_at", instance.c.started_at, instance.c.id)
alive(
    "uq_instance_start_key",
    instance.c.process,
    instance.c.start_key,
    where="start_key IS NOT NULL AND ended_at IS NULL",
    unique=True,
)

instance_state = Table(
    "instance_state",
    metadata,
    Column("instance", Text, ForeignKey("instance.id"), primary_key=True),
    Column("version", BigInteger, nullable=False),  # counts the saves; the optimistic lock
    Column("sealed_state", LargeBinary, nullable=False),
)

# What the last steps of a running instance replaced; written by a trigger, gone when the instance ends.
instance_snapshot = Table(
    "instance_snapshot",
    metadata,
    Column("instance", Text, ForeignKey("instance.id"), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("sealed_state", LargeBinary, nullable=False),
    PrimaryKeyConstraint("instance", "version"),
)

incident = Table(
    "incident",
    metadata,
    Column("id", Text, primary_key=True),
    Column("instance", Text, ForeignKey("instance.id"), nullable=False),
    Column("process", Text, nullable=False),
    Column("element", Text, nullable=False),
    Column("element_instance", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("case_code", Text),
    Column("kind", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("resolved_at", Instant),
    Column("resolved_by", Text),
)
Index("ix_incident_instance", incident.c.instance)
alive("ix_incident_open", incident.c.raised_at, incident.c.id, where=INCIDENT_IS_OPEN)
