"""Tables of the API: what programs may ask for, and what they were answered."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text

from flowcase.store.columns import Instant, Json
from flowcase.store.metadata import metadata

# What a program's account may be used for. A person's token carries whatever the person may.
service_account = Table(
    "service_account",
    metadata,
    Column("person", Text, ForeignKey("person.id"), primary_key=True),
    Column("scopes", Json, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("expires_at", Instant),  # None: until it is ended
)

# What a program was answered, so that a request that is sent again gets the same. Holds ids and codes only.
kept_answer = Table(
    "kept_answer",
    metadata,
    Column("account", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("request_hash", Text, nullable=False),  # keyed hash of method, address and body
    Column("at", Instant, nullable=False),
    Column("is_done", Boolean, nullable=False),  # written together with what the request did
    Column("status", Integer),  # None: not answered yet
    Column("content_type", Text),
    Column("body", Text),
    PrimaryKeyConstraint("account", "key"),
)
Index("ix_kept_answer_at", kept_answer.c.at)

# How much of its requests of a minute an account has used, in parts that web processes took.
api_use = Table(
    "api_use",
    metadata,
    Column("account", Text, primary_key=True),
    Column("minute", Instant, nullable=False),  # the machine's, not a demonstration's clock
    Column("taken", Integer, nullable=False),
    Column("refused", Integer, nullable=False),  # since the account was made
)
