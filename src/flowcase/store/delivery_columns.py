"""The columns that every table of the outbox has: how far a delivery has got, and who is at it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Index, Integer, Table, Text

from flowcase.store.columns import Instant
from flowcase.store.metadata import alive

IS_UNSENT = "status IN ('waiting', 'claimed')"


def delivery_columns() -> list[Column[Any]]:
    """New ones at each call: a column belongs to one table."""
    return [
        Column("status", Text, nullable=False),  # waiting | claimed | sent | failed | dropped
        Column("due_at", Instant, nullable=False),
        Column("created_at", Instant, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("lease_owner", Text),
        Column("lease_until", Instant),
        Column("sent_at", Instant),
        Column("outcome", Text),  # what was answered, as a code; nothing of what was sent
    ]


def index_unsent(table: Table) -> Index:
    """Over what is still to be sent."""
    return alive(f"ix_{table.name}_unsent", table.c.due_at, table.c.id, where=IS_UNSENT)
