"""Tables of what is deployed: files, process versions, drafts in the studio, and what starts instances."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from flowcase.store.columns import Instant, Json
from flowcase.store.metadata import metadata

deployment = Table(
    "deployment",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("status", Text, nullable=False),  # draft | active
)

# A source file, stored once however often it is deployed.
resource = Table(
    "resource",
    metadata,
    Column("hash", Text, primary_key=True),  # SHA-256 of the content, hex
    Column("content", LargeBinary, nullable=False),
    Column("stored_at", Instant, nullable=False),
)

deployment_resource = Table(
    "deployment_resource",
    metadata,
    Column("deployment", Text, ForeignKey("deployment.id"), nullable=False),
    Column("path", Text, nullable=False),
    Column("hash", Text, ForeignKey("resource.hash"), nullable=False),
    PrimaryKeyConstraint("deployment", "path"),
)

process_definition = Table(
    "process_definition",
    metadata,
    Column("id", Text, primary_key=True),  # <process>:<version>
    Column("process", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("hash", Text, ForeignKey("resource.hash"), nullable=False),
    Column("path", Text, nullable=False),
    Column("version_tag", Text),
    Column("deployment", Text, ForeignKey("deployment.id"), nullable=False),
    Column("status", Text, nullable=False),  # draft | active
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("process", "version"),
)

# A decision, form or rule set by the name that diagrams call it by.
named_resource = Table(
    "named_resource",
    metadata,
    Column("kind", Text, nullable=False),  # decision | form | ruleset | scenario
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("hash", Text, ForeignKey("resource.hash"), nullable=False),
    Column("path", Text, nullable=False),
    Column("version_tag", Text),
    Column("deployment", Text, ForeignKey("deployment.id"), nullable=False),
    Column("status", Text, nullable=False),  # draft | active
    Column("created_at", Instant, nullable=False),
    PrimaryKeyConstraint("kind", "name", "version"),
)

# A file that somebody is still working on in the studio. Each person has drafts of their own; a second
# window that did not see the first one's last save gets a copy beside it, so that nothing is lost.
draft = Table(
    "draft",
    metadata,
    Column("owner", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("copy", Integer, nullable=False),  # 0, or which copy beside it
    Column("hash", Text, nullable=False),  # SHA-256 of the content, hex
    Column("content", LargeBinary, nullable=False),
    Column("based_on", Text),  # hash of the deployed file that it began from; null for a new one
    Column("updated_at", Instant, nullable=False),
    Column("authors", Json, nullable=False, server_default="[]"),  # ids of who else had a hand in it
    PrimaryKeyConstraint("owner", "file_name", "copy"),
)
Index("ix_draft_file_name", draft.c.file_name)

# What starts new instances: message and signal start events of the newest active version only.
start_subscription = Table(
    "start_subscription",
    metadata,
    Column("process", Text, nullable=False),
    Column("element", Text, nullable=False),
    Column("definition", Text, ForeignKey("process_definition.id"), nullable=False),
    Column("kind", Text, nullable=False),  # message | signal
    Column("name", Text, nullable=False),
    Column("is_global", Boolean, nullable=False),
    PrimaryKeyConstraint("process", "element"),
)
Index("ix_start_subscription_name", start_subscription.c.kind, start_subscription.c.name)
