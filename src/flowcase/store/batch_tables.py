"""Tables of batch operations: what is done to which instances, and how far each of them is."""

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

batch = Table(
    "batch",
    metadata,
    Column("id", Text, primary_key=True),
    Column("act", Text, nullable=False),  # retry | suspend | resume | cancel | skip | move | migrate
    Column("asked", Json, nullable=False),  # the filter by which the instances were chosen
    Column(
        "details", Json, nullable=False
    ),  # element and target of skip and move; target and mapping of migrate, and who corrected it
    Column("reason", Text, nullable=False),
    Column(
        "status", Text, nullable=False
    ),  # planned | running | paused | done | stopped | undoing | undo_paused | undone
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),  # who planned it
    Column("decided_by", Text, nullable=False),  # who let it run: the history of each instance says so
)
Index("ix_batch_at", batch.c.at, batch.c.id)
Index("ix_batch_status", batch.c.status)

batch_item = Table(
    "batch_item",
    metadata,
    Column("batch", Text, ForeignKey("batch.id"), nullable=False),
    Column("instance", Text, ForeignKey("instance.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("status", Text, nullable=False),  # waiting | done | refused | stopped | undone | undo_refused
    Column("because", Text, nullable=False),  # why it was refused; no personal data
    Column("lease_until", Instant),
    Column("done_at", Instant),
    # Of a move to another version: from which, and what the instance was before, sealed by its stream.
    Column("source", Text),
    Column("version", BigInteger),
    Column("sealed_before", LargeBinary),
    Column("verdict", Json),  # what was foreseen, then what was
    PrimaryKeyConstraint("batch", "instance"),
)
Index("ix_batch_item_status", batch_item.c.batch, batch_item.c.status, batch_item.c.number)
Index("ix_batch_item_instance", batch_item.c.instance)
