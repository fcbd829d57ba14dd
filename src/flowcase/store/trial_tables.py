"""The table of scenario trials: how a scenario went with exactly these files."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Table, Text

from flowcase.store.columns import Instant, Json
from flowcase.store.metadata import metadata

# Nothing of it is about a person: scenarios are made up. A trial holds for one content of all files together.
scenario_trial = Table(
    "scenario_trial",
    metadata,
    Column("files", Text, primary_key=True),  # digest of the files that were played
    Column("scenario", Text, primary_key=True),  # its id
    Column("story", Text, primary_key=True),  # digest of the scenario's file
    Column("passed", Boolean, nullable=False),
    Column("report", Json, nullable=False),  # as `flowcase scenario --json`, or {"trouble": sentence}
    Column("actor", Text, nullable=False),
    Column("at", Instant, nullable=False),
)
