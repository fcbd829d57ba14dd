"""Table of simulations that process owners have asked for: what was asked, how far it is, what it found."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, LargeBinary, Table, Text

from flowcase.store.columns import Instant, Json
from flowcase.store.metadata import metadata

# Numbers and definitions only: nothing of a case of the installation is in it.
simulation = Table(
    "simulation",
    metadata,
    Column("id", Text, primary_key=True),
    Column("asked", Text, nullable=False),  # id of the shipped file, or `kladde`
    Column("title", Text, nullable=False),
    Column("case_years", Float, nullable=False),  # at most so many, by the estimate
    Column("replications", Integer, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("from_history", Boolean, nullable=False),
    Column("drafts_of", Text),  # whose drafts are held against what is in force
    Column("question", Text),  # the whole as the command takes it (YAML), with every number
    Column("sources", Json),  # estimated: place -> observations; changed: places that somebody set
    Column("files", Json, nullable=False),  # path -> hash of what was in force when it was asked for
    Column("drafts", LargeBinary),  # the drafts as they were then: JSON, compressed
    Column("status", Text, nullable=False),  # waiting | running | done | stopped | failed
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("stopped_by", Text),
    Column("progress", Float, nullable=False),  # 0 to 1
    Column("holder", Text),  # which worker runs it, while its lease lasts
    Column("lease_until", Instant),
    Column("began_at", Instant),
    Column("ended_at", Instant),
    Column("problem", Text, nullable=False),  # why it failed
    Column("result", LargeBinary),  # JSON, compressed
)
Index("ix_simulation_at", simulation.c.at, simulation.c.id)
Index("ix_simulation_status", simulation.c.status)
