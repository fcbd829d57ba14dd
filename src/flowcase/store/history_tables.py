"""Tables of the history: streams, their chained entries, and the checkpoints over all chains."""

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

from flowcase.store.columns import Instant
from flowcase.store.metadata import metadata

stream = Table(
    "stream",
    metadata,
    Column("id", Text, primary_key=True),  # case:<code>, notification:<id>, process:<instance>, ...
    Column("wrapped_key", LargeBinary),  # None: the key was destroyed, the contents are gone
    Column("length", BigInteger, nullable=False),
    Column("head", LargeBinary, nullable=False),  # hash of the newest event; 32 zero bytes when empty
    Column("created_at", Instant, nullable=False),
)

# One row is one entry: what one transaction did in one stream, as one or more events.
history = Table(
    "history",
    metadata,
    Column("stream", Text, ForeignKey("stream.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),  # number of its first event: 1, then on without gaps
    Column("size", Integer, nullable=False, server_default="1"),  # how many events
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("kind", Text, nullable=False),  # class names of its events, each once, parted by blanks
    Column("instance", Text),  # ids of the instances they belong to, each once, parted by blanks
    Column("element", Text),  # only in rows of the first installations, one event each
    Column("sealed_payload", LargeBinary, nullable=False),
    Column("prev_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("stream", "seq"),
)

Index("ix_history_at", history.c.at, history.c.stream, history.c.seq)

# The ends of all chains, signed together from time to time; also kept outside of the database.
checkpoint = Table(
    "checkpoint",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("content", LargeBinary, nullable=False),  # one line of JSON, compressed; nothing personal
)
