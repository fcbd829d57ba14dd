"""The history: events in order, opened with their stream's key."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select

from flowcase.model import Event
from flowcase.store import codec, tables
from flowcase.store.tx import Tx

_table = tables.history


@dataclass(frozen=True)
class EventRow:
    stream: str
    seq: int
    at: dt.datetime
    actor: str
    kind: str
    instance: str | None
    element: str | None
    event: Event | None  # None: the stream's key was destroyed
    request_id: str


@dataclass(frozen=True)
class SealedRow:
    """An event as it is stored, for the verification of its chain."""

    stream: str
    seq: int
    at: dt.datetime
    actor: str
    kind: str
    instance: str | None
    element: str | None
    sealed_payload: bytes
    prev_hash: bytes
    hash: bytes


@dataclass(frozen=True)
class StreamRow:
    id: str
    length: int
    head: bytes
    is_erased: bool
    created_at: dt.datetime


def events(
    tx: Tx,
    stream: str,
    *,
    after: int = 0,
    limit: int | None = None,
    kinds: Sequence[str] | None = None,
    instance: str | None = None,
) -> list[EventRow]:
    """Events of a stream in order, beginning behind number `after`."""
    statement = (
        select(_table)
        .where(_table.c.stream == stream, _table.c.seq > after)
        .order_by(_table.c.seq)
        .limit(limit)
    )
    if kinds is not None:
        statement = statement.where(_table.c.kind.in_(list(kinds)))
    if instance is not None:
        statement = statement.where(_table.c.instance == instance)
    return [_opened(tx, row) for row in tx.rows(statement)]


def events_of_instance(tx: Tx, instance: str, *, kinds: Sequence[str] | None = None) -> list[EventRow]:
    """Everything that one process instance led to, also from before it joined a case."""
    statement = select(_table).where(_table.c.instance == instance).order_by(_table.c.at, _table.c.seq)
    if kinds is not None:
        statement = statement.where(_table.c.kind.in_(list(kinds)))
    return [_opened(tx, row) for row in tx.rows(statement)]


def elements_of_instance(tx: Tx, instance: str, kind: str) -> list[str]:
    """Ids of the elements that events of one kind are about; opens nothing."""
    statement = (
        select(_table.c.element, func.min(_table.c.seq))
        .where(_table.c.instance == instance, _table.c.kind == kind, _table.c.element.is_not(None))
        .group_by(_table.c.element)
        .order_by(func.min(_table.c.seq))
    )
    return [row.element for row in tx.rows(statement)]


def streams(tx: Tx) -> list[StreamRow]:
    table = tables.stream
    return [
        StreamRow(row.id, row.length, row.head, row.wrapped_key is None, row.created_at)
        for row in tx.rows(select(table).order_by(table.c.id))
    ]


def sealed(tx: Tx, stream: str, *, page: int = 1000) -> Iterator[SealedRow]:
    """Every stored event of a stream in order, a page at a time."""
    after = None
    while True:
        statement = select(_table).where(_table.c.stream == stream).order_by(_table.c.seq).limit(page)
        if after is not None:
            statement = statement.where(_table.c.seq > after)
        rows = tx.rows(statement)
        for row in rows:
            yield SealedRow(*(row._mapping[name] for name in SealedRow.__dataclass_fields__))
        if len(rows) < page:
            return
        after = rows[-1].seq


def newest_instant(tx: Tx) -> dt.datetime | None:
    """When the newest event of the whole installation happened."""
    return tx.scalar(select(func.max(_table.c.at)))


def _opened(tx: Tx, row: Row[Any]) -> EventRow:
    payload = tx.open(row.stream, f"history|{row.seq}", row.sealed_payload)
    event, request_id = (None, "") if payload is None else codec.decode(row.kind, payload)
    return EventRow(
        row.stream, row.seq, row.at, row.actor, row.kind, row.instance, row.element, event, request_id
    )
