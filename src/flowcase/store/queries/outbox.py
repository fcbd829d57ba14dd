"""What waits to be sent, whatever the way: the next one, whether there is one, and what failed for good."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, Table, delete, func, or_, select, text

from flowcase.store.delivery_columns import IS_UNSENT
from flowcase.store.queries.rows import made, made_or_none
from flowcase.store.tx import Tx
from flowcase.store.webhook_tables import OUTBOX_INCIDENT_IS_OPEN, outbox_incident

WAYS = ("mail", "webhook", "checkpoint")
DONE = ("sent", "dropped")  # nobody waits for it any more


@dataclass(frozen=True)
class OutgoingRow:
    """What every table of the outbox holds of one delivery."""

    id: str  # the same at every try
    status: str  # waiting | claimed | sent | failed | dropped
    due_at: dt.datetime
    created_at: dt.datetime
    attempts: int
    lease_owner: str | None
    lease_until: dt.datetime | None
    sent_at: dt.datetime | None
    outcome: str | None  # what was answered, as a code


Row = TypeVar("Row", bound=OutgoingRow)


def _all(statement: Select[Any], tx: Tx) -> Select[Any]:
    return statement


@dataclass(frozen=True)
class Outgoing(Generic[Row]):
    """One way out: the table that its deliveries wait in. `ready` leaves out what must wait nevertheless."""

    way: str  # one of WAYS
    table: Table
    row: type[Row]
    ready: Callable[[Select[Any], Tx], Select[Any]] = _all

    @property
    def is_unsent(self) -> Any:
        return text(f"{self.table.name}.{IS_UNSENT}")


@dataclass(frozen=True)
class OutboxIncidentRow:
    way: str
    delivery: str
    raised_at: dt.datetime
    message: str
    resolved_at: dt.datetime | None
    resolved_by: str | None


def get(tx: Tx, outgoing: Outgoing[Row], id: str) -> Row | None:
    return made_or_none(outgoing.row, tx.first(select(outgoing.table).where(outgoing.table.c.id == id)))


def next_to_send(tx: Tx, outgoing: Outgoing[Row]) -> Row | None:
    """What is due, or was claimed by a worker that has gone; locked until the commit."""
    table = outgoing.table
    statement = (
        outgoing.ready(select(table), tx)
        .where(outgoing.is_unsent, table.c.due_at <= tx.now)
        .where(or_(table.c.lease_until.is_(None), table.c.lease_until <= tx.now))
        .order_by(table.c.due_at, table.c.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=table)
    )
    return made_or_none(outgoing.row, tx.first(statement))


def is_waiting(tx: Tx, outgoing: Outgoing[Any]) -> bool:
    """Whether `next_to_send` may find one; takes no lock."""
    table = outgoing.table
    statement = select(table.c.id).where(outgoing.is_unsent, table.c.due_at <= tx.now).limit(1)
    return tx.first(statement) is not None


def newest(tx: Tx, outgoing: Outgoing[Row], *, status: str | None = None, limit: int) -> list[Row]:
    """Newest first."""
    table = outgoing.table
    statement = select(table).order_by(table.c.created_at.desc(), table.c.id.desc()).limit(limit)
    if status is not None:
        statement = statement.where(table.c.status == status)
    return [made(outgoing.row, row) for row in tx.rows(statement)]


def forget_sent(tx: Tx, outgoing: Outgoing[Any], before: dt.datetime) -> int:
    """Take away what was delivered or dropped before; how many."""
    table = outgoing.table
    return tx.execute(delete(table).where(table.c.status.in_(DONE), table.c.created_at < before))


def open_incidents(tx: Tx, *, limit: int) -> list[OutboxIncidentRow]:
    """Of every way, oldest first."""
    statement = (
        select(outbox_incident)
        .where(text(OUTBOX_INCIDENT_IS_OPEN))
        .order_by(outbox_incident.c.raised_at, outbox_incident.c.delivery)
        .limit(limit)
    )
    return [made(OutboxIncidentRow, row) for row in tx.rows(statement)]


def count_incidents(tx: Tx) -> Mapping[str, int]:
    """How many stand open, of each of WAYS."""
    statement = (
        select(outbox_incident.c.way, func.count().label("number"))
        .where(text(OUTBOX_INCIDENT_IS_OPEN))
        .group_by(outbox_incident.c.way)
    )
    return dict.fromkeys(WAYS, 0) | {row.way: row.number for row in tx.rows(statement)}
