"""Tables of messages and signals: what is published, what was seen, and who listens."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, LargeBinary, PrimaryKeyConstraint, Table, Text

from flowcase.store.columns import Instant
from flowcase.store.metadata import alive, metadata

# A published message that may still find a receiver.
message = Table(
    "message",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("correlation_key", Text, nullable=False),
    Column("message_id", Text),
    Column("stream", Text, nullable=False),  # whose key seals the variables: the publisher's
    Column("case_code", Text),
    Column("sealed_variables", LargeBinary, nullable=False),
    Column("published_at", Instant, nullable=False),
    Column("expires_at", Instant),  # None: waits for ever
)
Index("ix_message_name", message.c.name, message.c.correlation_key, message.c.published_at)
alive("ix_message_expires_at", message.c.expires_at, where="expires_at IS NOT NULL")

# Which processes have had a buffered message: at most one instance per process id gets it.
message_receipt = Table(
    "message_receipt",
    metadata,
    Column("message", Text, ForeignKey("message.id", ondelete="CASCADE"), nullable=False),
    Column("process", Text, nullable=False),
    PrimaryKeyConstraint("message", "process"),
)

# A message id counts once, for all time.
message_seen = Table(
    "message_seen",
    metadata,
    Column("name", Text, nullable=False),
    Column("correlation_key", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("name", "correlation_key", "message_id"),
)

message_subscription = Table(
    "message_subscription",
    metadata,
    Column("id", Text, primary_key=True),  # <instance>.<subscription>
    Column("instance", Text, ForeignKey("instance.id"), nullable=False),
    Column("subscription", Text, nullable=False),
    Column("process", Text, nullable=False),
    Column("element", Text, nullable=False),
    Column("element_instance", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("correlation_key", Text, nullable=False),
    Column("is_interrupting", Boolean, nullable=False),
    Column("stream", Text, nullable=False),
    Column("is_held", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
)
Index("ix_message_subscription_name", message_subscription.c.name, message_subscription.c.correlation_key)
Index("ix_message_subscription_instance", message_subscription.c.instance)

signal_subscription = Table(
    "signal_subscription",
    metadata,
    Column("id", Text, primary_key=True),  # <instance>.<subscription>
    Column("instance", Text, ForeignKey("instance.id"), nullable=False),
    Column("subscription", Text, nullable=False),
    Column("process", Text, nullable=False),
    Column("element", Text, nullable=False),
    Column("element_instance", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("is_global", Boolean, nullable=False),
    Column("stream", Text, nullable=False),
    Column("is_held", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
)
Index("ix_signal_subscription_name", signal_subscription.c.name, signal_subscription.c.stream)
Index("ix_signal_subscription_instance", signal_subscription.c.instance)
