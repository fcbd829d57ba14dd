"""Tables of webhooks: who is told of which events, what is on its way, and what waits for a person."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from flowcase.store.columns import Instant, Json
from flowcase.store.delivery_columns import delivery_columns, index_unsent
from flowcase.store.metadata import metadata

OUTBOX_INCIDENT_IS_OPEN = "resolved_at IS NULL"

webhook = Table(
    "webhook",
    metadata,
    Column("id", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("kinds", Json, nullable=False),
    Column("sealed_target", LargeBinary, nullable=False),  # its address and secret
    Column("is_active", Boolean, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("ended_at", Instant),
    Column("rests_until", Instant),  # after a failed try, so that it does not hold up the others
)

# The outbox: written in the transaction of the event that it tells of. Holds codes and ids only.
webhook_delivery = Table(
    "webhook_delivery",
    metadata,
    Column("id", Text, primary_key=True),  # the same at every try
    Column("webhook", Text, ForeignKey("webhook.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    *delivery_columns(),
)
index_unsent(webhook_delivery)
Index("ix_webhook_delivery_webhook", webhook_delivery.c.webhook, webhook_delivery.c.created_at)

# A delivery of the outbox that failed for good: stands still until a person has it sent again.
outbox_incident = Table(
    "outbox_incident",
    metadata,
    Column("way", Text, nullable=False),  # mail | webhook | checkpoint
    Column("delivery", Text, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("message", Text, nullable=False),  # a code
    Column("resolved_at", Instant),
    Column("resolved_by", Text),
    PrimaryKeyConstraint("way", "delivery"),
)
_open = text(OUTBOX_INCIDENT_IS_OPEN)
Index(
    "ix_outbox_incident_open",
    outbox_incident.c.raised_at,
    outbox_incident.c.delivery,
    postgresql_where=_open,
    sqlite_where=_open,
)
