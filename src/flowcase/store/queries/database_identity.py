"""Which cluster of PostgreSQL the database lies in, and on which timeline it goes on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean, ColumnElement, DateTime, String, literal_column, select

from flowcase.store.tx import Tx

# A server that keeps these from the service's role is told apart first: asked all the same, it would fail.
_MAY_ASK = select(
    literal_column(
        "NOT pg_is_in_recovery() AND has_function_privilege('pg_control_system()', 'EXECUTE')"
        " AND has_function_privilege('pg_walfile_name(pg_lsn)', 'EXECUTE')",
        Boolean,
    )
)
_TOLD: tuple[ColumnElement[Any], ...] = (
    literal_column("(SELECT system_identifier::text FROM pg_control_system())", String).label("cluster"),
    literal_column("left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)", String).label("timeline"),
    literal_column("pg_last_xact_replay_timestamp()", DateTime(timezone=True)).label("replayed"),
)
_ASK = select(*_TOLD)


@dataclass(frozen=True)
class Identity:
    """A recovery to a moment, or a standby that takes over, begins another timeline of the same cluster."""

    cluster: str
    timeline: int
    replayed: dt.datetime | None  # the last commit that a recovery read, until the server is started again


def identity(tx: Tx) -> Identity | None:
    """None where the server does not tell; PostgreSQL only."""
    if not tx.scalar(_MAY_ASK):
        return None
    [row] = tx.rows(_ASK)
    return Identity(row.cluster, int(row.timeline, 16), row.replayed)
