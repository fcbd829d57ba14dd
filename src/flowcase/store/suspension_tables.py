"""Tables of suspended processes, and of the starts that are held until they are resumed."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from flowcase.store.columns import Instant
from flowcase.store.metadata import metadata

# One row while nothing new may start: of a process in all its versions, or of one version.
suspension = Table(
    "suspension",
    metadata,
    Column("scope", Text, primary_key=True),  # <process>, or <process>:<version>
    Column("process", Text, nullable=False),
    Column("version", Integer),
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("batch", Text, ForeignKey("batch.id")),  # that suspended the running instances with it
)
Index("ix_suspension_process", suspension.c.process)

# What would have begun meanwhile. The row goes in the transaction that starts the instance.
held_start = Table(
    "held_start",
    metadata,
    Column("id", Text, primary_key=True),
    Column("process", Text, nullable=False),
    Column("definition", Text, ForeignKey("process_definition.id"), nullable=False),
    Column("kind", Text, nullable=False),  # message | signal | handler
    Column("element", Text),  # the start event; None: the one without trigger
    Column("name", Text, nullable=False),  # of the message or signal
    Column("start_key", Text),
    Column("stream", Text, nullable=False),  # whose key seals the variables
    Column("case_code", Text),
    Column("sealed_variables", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    Column("try_at", Instant, nullable=False),  # later than `at` after a failed try
    Column("has_failed", Boolean, nullable=False),
)
Index("ix_held_start_process", held_start.c.process, held_start.c.at, held_start.c.id)
