"""Tables of what is done without people: jobs and timers, by the instant at which each is tried."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from flowcase.store.columns import Instant, Json
from flowcase.store.metadata import alive, metadata

# What partial indexes hold, in the very words of the queries; see `metadata.alive`.
TIMER_IS_PENDING = "status = 'pending' AND NOT is_held"
JOB_IS_PENDING = "status = 'pending' AND NOT is_held"
JOB_IS_CLAIMED = "status = 'claimed'"
JOB_HAS_FAILED = "status = 'failed'"
TIMER_IS_HELD = "status = 'pending' AND is_held"

job = Table(
    "job",
    metadata,
    Column("id", Text, primary_key=True),  # <instance>.<element instance>
    Column("instance", Text, ForeignKey("instance.id"), nullable=False),
    Column("element_instance", Text, nullable=False),
    Column("element", Text, nullable=False),
    Column("process", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("case_code", Text),
    Column("status", Text, nullable=False),
    Column("headers", Json, nullable=False),
    Column("sealed_inputs", LargeBinary, nullable=False),
    Column("priority", Integer, nullable=False, server_default="0"),  # the higher first
    Column("retries", Integer, nullable=False),  # tries left
    Column("attempts", Integer, nullable=False),  # tries begun
    Column("failures", Integer, nullable=False, server_default="0"),  # since somebody gave it new tries
    Column("try_at", Instant, nullable=False),  # not before; moved by back-off
    Column("lease_owner", Text),
    Column("lease_until", Instant),
    Column("is_held", Boolean, nullable=False),  # its instance is suspended
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
)
Index("ix_job_instance", job.c.instance)
alive("ix_job_pending", job.c.try_at, job.c.id, where=JOB_IS_PENDING)
# Claims go by priority, then from process to process in turn: a flood of one never starves the others.
alive("ix_job_in_turn", job.c.priority, job.c.process, job.c.try_at, job.c.id, where=JOB_IS_PENDING)
alive("ix_job_claimed", job.c.lease_until, where=JOB_IS_CLAIMED)
alive("ix_job_failed", job.c.try_at, job.c.id, where=JOB_HAS_FAILED)

# Job types that may run only so often: when the next one may begin.
job_pace = Table(
    "job_pace",
    metadata,
    Column("type", Text, primary_key=True),
    Column("free_at", Instant, nullable=False),
)

timer = Table(
    "timer",
    metadata,
    Column("id", Text, primary_key=True),  # <instance>.<timer>, or start:<process>:<element>
    Column("instance", Text, ForeignKey("instance.id")),  # None: a timer start event
    Column("timer", Text, nullable=False),
    Column("definition", Text, ForeignKey("process_definition.id")),  # of a timer start event
    Column("process", Text, nullable=False),
    Column("element", Text, nullable=False),
    Column("element_instance", Text),
    Column("stream", Text, nullable=False),
    Column("case_code", Text),
    Column("kind", Text, nullable=False),
    Column("catch_up", Text, nullable=False),
    Column("repetitions_left", Integer),
    Column("due_at", Instant, nullable=False),
    Column("try_at", Instant, nullable=False),  # the due instant, or later after a failed try
    Column("status", Text, nullable=False),
    Column("is_held", Boolean, nullable=False),  # its instance is suspended
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
)
Index("ix_timer_instance", timer.c.instance)
alive("ix_timer_due", timer.c.try_at, timer.c.id, where=TIMER_IS_PENDING)
alive("ix_timer_held", timer.c.try_at, timer.c.id, where=TIMER_IS_HELD)
