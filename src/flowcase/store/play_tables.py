"""The table of plays: what process owners play through by hand, act by act."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from flowcase.store.columns import Instant, Json
from flowcase.store.metadata import metadata

# What is typed in a play is made up, but nobody checks that: it is sealed as text about people is.
play = Table(
    "play",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("path", Text, nullable=False),  # the diagram that it was begun from
    Column("begun_at", Instant, nullable=False),
    Column("used_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),  # counts what was done and undone
    Column("acts", Integer, nullable=False),  # how many there are now
    Column("has_drafts", Integer, nullable=False),  # 1: with the owner's drafts over what is in force
    Column("digest", Text, nullable=False),  # of all files that are played
    Column("files", Json, nullable=False),  # path -> hash of what was in force
    Column("drafts", LargeBinary),  # the owner's drafts as they were then: JSON, compressed
    Column("sealed", LargeBinary, nullable=False),  # scene and acts: JSON, compressed, sealed
)
Index("ix_play_owner", play.c.owner, play.c.used_at)
Index("ix_play_used_at", play.c.used_at)
