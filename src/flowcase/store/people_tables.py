"""Tables of people and the installation: who there is, how they sign in, settings and nodes."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    false,
)

from flowcase.store.columns import FeelJson, Instant, Json
from flowcase.store.metadata import metadata

person = Table(
    "person",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),  # person | service
    Column("team", Text),
    Column("district", Text),
    Column("locale", Text, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("signed_in_at", Instant),  # the last time; NULL: not yet, or not since this was kept
)

person_group = Table(
    "person_group",
    metadata,
    Column("person", Text, ForeignKey("person.id"), nullable=False),
    Column("group", Text, nullable=False),
    PrimaryKeyConstraint("person", "group"),
)
Index("ix_person_group_group", person_group.c.group)

credential = Table(
    "credential",
    metadata,
    Column("person", Text, ForeignKey("person.id"), nullable=False),
    Column("kind", Text, nullable=False),  # password
    Column("secret_hash", Text, nullable=False),  # argon2id, with its parameters
    Column("failures", Integer, nullable=False),  # no longer read: `sign_in_brake` counts wrong tries
    Column("locked_until", Instant),  # the same
    Column("changed_at", Instant, nullable=False),
    Column("must_change", Boolean, nullable=False, server_default=false()),  # somebody else chose it
    PrimaryKeyConstraint("person", "kind"),
)

# Somebody is away on these days, whatever cases they have. One that has ended early has no row any more.
absence = Table(
    "absence",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person", Text, ForeignKey("person.id"), nullable=False),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    Column("reported_by", Text, nullable=False),
)
Index("ix_absence_last", absence.c.last)

setting = Table(
    "setting",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", FeelJson),
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", Text, nullable=False),
)

node = Table(
    "node",
    metadata,
    Column("id", Text, primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("heartbeat_at", Instant, nullable=False),
    Column("details", Json, nullable=False),
)
