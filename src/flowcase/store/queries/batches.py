"""Batch operations, and the running instances that a filter chooses."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select

from flowcase.store import tables
from flowcase.store.batch_tables import batch, batch_item
from flowcase.store.queries.instances import RUNNING, InstanceRow
from flowcase.store.queries.rows import made, made_or_none
from flowcase.store.tx import Tx

Place = tuple[dt.datetime, str]  # at and id of the last row of a page


@dataclass(frozen=True)
class BatchRow:
    id: str
    act: str
    asked: Mapping[str, Any]
    details: Mapping[str, Any]
    reason: str
    status: str
    at: dt.datetime
    actor: str
    decided_by: str


@dataclass(frozen=True)
class BatchItemRow:
    batch: str
    instance: str
    number: int
    status: str
    because: str
    done_at: dt.datetime | None
    source: str | None
    verdict: Mapping[str, Any] | None
    version: int | None


_ITEM = tuple(batch_item.c[name] for name in BatchItemRow.__dataclass_fields__)


def chosen(
    tx: Tx,
    *,
    process: str | None = None,
    definition: str | None = None,
    element: str | None = None,
    incident: str | None = None,
    status: str | None = None,
    is_overdue: bool = False,
    started_from: dt.datetime | None = None,
    started_before: dt.datetime | None = None,
    limit: int,
) -> list[InstanceRow]:
    """Running instances, oldest first; what is left out leaves nothing out. `incident` "any": of any kind."""
    table = tables.instance
    statement = (
        select(table)
        .where(table.c.status.in_(RUNNING if status is None else (status,)))
        .order_by(table.c.started_at, table.c.id)
        .limit(limit)
    )
    for column, value in ((table.c.process, process), (table.c.definition, definition)):
        if value is not None:
            statement = statement.where(column == value)
    if started_from is not None:
        statement = statement.where(table.c.started_at >= started_from)
    if started_before is not None:
        statement = statement.where(table.c.started_at < started_before)
    if element is not None:
        statement = statement.where(or_(*(each.exists() for each in _at(element))))
    if incident is not None:
        stuck = tables.incident
        having = select(stuck.c.id).where(stuck.c.instance == table.c.id, stuck.c.status == "open")
        statement = statement.where(
            (having if incident == "any" else having.where(stuck.c.kind == incident)).exists()
        )
    if is_overdue:
        task = tables.user_task
        late = select(task.c.id).where(
            task.c.instance == table.c.id, task.c.status == "open", task.c.due_at < tx.now
        )
        statement = statement.where(late.exists())
    return [made(InstanceRow, row) for row in tx.rows(statement)]


def _at(element: str) -> list[Any]:
    """Rows that say that an instance waits in an element."""
    found = []
    for table, statuses in (
        (tables.user_task, ("open",)),
        (tables.job, ("pending", "claimed", "failed")),
        (tables.timer, ("pending",)),
        (tables.incident, ("open",)),
    ):
        found.append(
            select(table.c.id).where(
                table.c.instance == tables.instance.c.id,
                table.c.element == element,
                table.c.status.in_(statuses),
            )
        )
    for table in (tables.message_subscription, tables.signal_subscription):
        found.append(
            select(table.c.id).where(table.c.instance == tables.instance.c.id, table.c.element == element)
        )
    return found


def get(tx: Tx, id: str) -> BatchRow | None:
    return made_or_none(BatchRow, tx.first(select(batch).where(batch.c.id == id)))


def newest(tx: Tx, *, after: Place | None = None, limit: int = 50) -> list[BatchRow]:
    statement = select(batch).order_by(batch.c.at.desc(), batch.c.id.desc()).limit(limit)
    if after is not None:
        at, id = after
        statement = statement.where(batch.c.at <= at, or_(batch.c.at < at, batch.c.id < id))
    return [made(BatchRow, row) for row in tx.rows(statement)]


def at_work(tx: Tx) -> list[BatchRow]:
    """Those that a worker may go on with, oldest first."""
    statement = (
        select(batch).where(batch.c.status.in_(("running", "undoing"))).order_by(batch.c.at, batch.c.id)
    )
    return [made(BatchRow, row) for row in tx.rows(statement)]


def items(
    tx: Tx,
    id: str,
    *,
    status: str | None = None,
    source: str | None = None,
    after: int | None = None,
    limit: int | None = None,
) -> list[BatchItemRow]:
    """In the order in which they are worked off, those behind number `after`."""
    statement = select(*_ITEM).where(batch_item.c.batch == id).order_by(batch_item.c.number).limit(limit)
    if status is not None:
        statement = statement.where(batch_item.c.status == status)
    if source is not None:
        statement = statement.where(batch_item.c.source == source)
    if after is not None:
        statement = statement.where(batch_item.c.number > after)
    return [made(BatchItemRow, row) for row in tx.rows(statement)]


def item(tx: Tx, id: str, instance: str) -> BatchItemRow | None:
    statement = select(*_ITEM).where(batch_item.c.batch == id, batch_item.c.instance == instance)
    return made_or_none(BatchItemRow, tx.first(statement))


def before(tx: Tx, id: str, instance: str) -> bytes | None:
    """The sealed state before a move."""
    here = select(batch_item.c.sealed_before)
    return tx.scalar(here.where(batch_item.c.batch == id, batch_item.c.instance == instance))


def verdicts(tx: Tx, id: str) -> dict[str, int]:
    """How many instances have which kind of verdict, of those that were looked through."""
    statement = select(batch_item.c.verdict).where(batch_item.c.batch == id)
    return dict(Counter(row.verdict["kind"] for row in tx.rows(statement) if row.verdict is not None))


def incidents_of(tx: Tx, kind: str) -> int:
    """How many of this kind are open."""
    table = tables.incident
    return tx.scalar(
        select(func.count()).select_from(table).where(table.c.kind == kind, table.c.status == "open")
    )
