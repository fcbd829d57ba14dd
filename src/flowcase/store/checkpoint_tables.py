"""The table of checkpoints on their way to where they are kept outside."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text, text

from flowcase.store.columns import Instant
from flowcase.store.metadata import metadata

_UNSENT = text("status IN ('waiting', 'claimed')")

# Written in the transaction that signs the checkpoint. Rows are kept: the newest tells what was sent last.
checkpoint_delivery = Table(
    "checkpoint_delivery",
    metadata,
    Column("id", Text, primary_key=True),  # number and way: the same at every try
    Column("number", Integer, nullable=False),
    Column("way", Text, nullable=False),  # mail | webhook
    Column("body", Text, nullable=False),  # the receipt; nothing personal
    Column("status", Text, nullable=False),  # waiting | claimed | sent | failed | dropped
    Column("due_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease_owner", Text),
    Column("lease_until", Instant),
    Column("sent_at", Instant),
    Column("outcome", Text),
)
Index(
    "ix_checkpoint_delivery_unsent",
    checkpoint_delivery.c.due_at,
    checkpoint_delivery.c.id,
    postgresql_where=_UNSENT,
    sqlite_where=_UNSENT,
)
Index("ix_checkpoint_delivery_way", checkpoint_delivery.c.way, checkpoint_delivery.c.number)
