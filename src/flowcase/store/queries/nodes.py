"""The nodes of an installation, and how far behind they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Table, func, select, text

from flowcase.store import tables
from flowcase.store.prepared import Prepared
from flowcase.store.queries import outbox
from flowcase.store.queries.rows import made
from flowcase.store.streams import INSTALLATION_END
from flowcase.store.tx import Tx


@dataclass(frozen=True)
class NodeRow:
    id: str
    started_at: dt.datetime
    heartbeat_at: dt.datetime
    details: Mapping[str, str]  # kind: web | worker; release


@dataclass(frozen=True)
class Backlog:
    """What is due and not done yet."""

    timers: int
    timers_since: dt.datetime | None  # the due instant of the one that has waited longest
    jobs: int
    jobs_since: dt.datetime | None
    jobs_running: int
    incidents: int  # of instances
    undelivered: Mapping[str, int]  # by way of the outbox: what failed for good and waits for a person


def nodes(tx: Tx) -> list[NodeRow]:
    """All that have not said goodbye, the longest running first.

    Every node asks for them with each heartbeat, and hears whether the database under it is another one.
    """
    rows = tx.rows(_NODES)
    for row in rows[:1]:
        tx.count_on_settled(row.length, row.head)
    return [made(NodeRow, row) for row in rows]


def backlog(tx: Tx) -> Backlog:
    """Reads the small indexes of what is still alive, never the finished rows."""
    timer, job, incident = tables.timer, tables.job, tables.incident
    timers = _waiting(tx, timer, tables.TIMER_IS_PENDING)
    jobs = _waiting(tx, job, tables.JOB_IS_PENDING)
    running = select(func.count()).select_from(job).where(text(tables.JOB_IS_CLAIMED))
    open_ones = select(func.count()).select_from(incident).where(text(tables.INCIDENT_IS_OPEN))
    return Backlog(*timers, *jobs, tx.scalar(running), tx.scalar(open_ones), outbox.count_incidents(tx))


def _waiting(tx: Tx, table: Table, condition: str) -> tuple[int, dt.datetime | None]:
    """How many are due, and since when the first of them is."""
    due = (text(condition), table.c.try_at <= tx.now)
    number = tx.scalar(select(func.count()).select_from(table).where(*due))
    return number, tx.scalar(select(func.min(table.c.try_at)).where(*due)) if number else None


_NODES = Prepared(select(tables.node, *INSTALLATION_END).order_by(tables.node.c.started_at, tables.node.c.id))
