"""Tables of moves to another version of a process: what was planned, and how far each instance is."""

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
from flowcase.store.metadata import metadata

migration = Table(
    "migration",
    metadata,
    Column("id", Text, primary_key=True),
    Column("process", Text, nullable=False),
    Column("source", Text, ForeignKey("process_definition.id"), nullable=False),
    Column("target", Text, ForeignKey("process_definition.id"), nullable=False),
    Column("mapping", Json, nullable=False),  # element of the target by element of the source
    Column("reason", Text, nullable=False),
    # planned | running | paused | done | undoing | undo_paused | undone
    Column("status", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),  # who planned it
    # Who let it run, or be undone: the history of each instance names that person.
    Column("decided_by", Text, nullable=False, server_default="system"),
)
Index("ix_migration_at", migration.c.at, migration.c.id)

# One running instance of a plan. `version` is that of its state right after the move: undone only while
# it still has it. What it was before is sealed under the key of its stream.
migration_item = Table(
    "migration_item",
    metadata,
    Column("migration", Text, ForeignKey("migration.id"), nullable=False),
    Column("instance", Text, ForeignKey("instance.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("status", Text, nullable=False),  # waiting | moved | refused | undone | undo_refused
    Column("verdict", Json),
    Column("lease_until", Instant),
    Column("version", BigInteger),
    Column("sealed_before", LargeBinary),
    Column("done_at", Instant),
    PrimaryKeyConstraint("migration", "instance"),
)
Index(
    "ix_migration_item_status", migration_item.c.migration, migration_item.c.status, migration_item.c.number
)
Index("ix_migration_item_instance", migration_item.c.instance)
