"""Tables of calendars that people subscribe to."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, PrimaryKeyConstraint, Table, Text

from flowcase.store.columns import Instant
from flowcase.store.metadata import metadata

# One address per person and series of meetings. Renewing it replaces the row, ending it deletes it.
calendar_feed = Table(
    "calendar_feed",
    metadata,
    Column("person", Text, ForeignKey("person.id"), nullable=False),
    Column("series", Text, nullable=False),  # id of a series of conferences, or the kind of meeting
    Column("secret_hash", Text, nullable=False),  # SHA-256 of 256 random bits in the address
    Column("made_at", Instant, nullable=False),
    PrimaryKeyConstraint("person", "series"),
)
Index("ix_calendar_feed_secret_hash", calendar_feed.c.secret_hash, unique=True)
