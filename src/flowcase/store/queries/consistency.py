"""What the rows of running instances say, to be compared with their saved states."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, null, select

from flowcase.store import tables
from flowcase.store.queries.rows import made
from flowcase.store.tx import Tx

_ROWS: dict[Table, tuple[str, str | None, tuple[str, ...]]] = {
    # the key's column, the status of what is open, what is compared
    tables.user_task: ("element_instance", "open", ("element",)),
    tables.timer: ("timer", "pending", ("element", "due_at")),
    tables.message_subscription: ("subscription", None, ("element", "name", "correlation_key")),
    tables.signal_subscription: ("subscription", None, ("element", "name")),
    tables.incident: ("element_instance", "open", ("element",)),
}


def running(tx: Tx) -> list[str]:
    """Ids of all instances that have not ended, oldest first."""
    table = tables.instance
    statement = (
        select(table.c.id)
        .where(table.c.status.in_(("active", "suspended")))
        .order_by(table.c.started_at, table.c.id)
    )
    return [row.id for row in tx.rows(statement)]


def present(tx: Tx, table: Table, instance: str) -> dict[str, Any]:
    """What is compared, by key; a single value stands for itself."""
    key, status, columns = _ROWS[table]
    statement = select(table).where(table.c.instance == instance)
    if status is not None:
        statement = statement.where(table.c.status == status)
    found = {}
    for row in tx.rows(statement):
        values = tuple(getattr(row, column) for column in columns)
        found[getattr(row, key)] = values if len(columns) > 1 else values[0]
    return found


@dataclass(frozen=True)
class Waiting:
    """How a row waits that a worker or a message would take."""

    key: str
    is_held: bool
    due_at: dt.datetime | None  # of timers
    try_at: dt.datetime | None


def waiting(tx: Tx, table: Table, instance: str) -> list[Waiting]:
    """Timers that have not gone off, or subscriptions, of an instance."""
    key, status, _ = _ROWS[table]
    names = (table.c.due_at, table.c.try_at) if table is tables.timer else (null(), null())
    times = (each.label(name) for each, name in zip(names, ("due_at", "try_at"), strict=True))
    statement = select(table.c[key].label("key"), table.c.is_held, *times).where(table.c.instance == instance)
    if status is not None:
        statement = statement.where(table.c.status == status)
    return [made(Waiting, row) for row in tx.rows(statement)]


def tasks_of_another_definition(tx: Tx, instance: str, definition: str) -> list[str]:
    """Open user tasks whose rows name another definition than their instance has."""
    table = tables.user_task
    statement = select(table.c.element_instance).where(
        table.c.instance == instance, table.c.status == "open", table.c.definition != definition
    )
    return [row.element_instance for row in tx.rows(statement)]
