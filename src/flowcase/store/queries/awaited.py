"""Everything that a message or a signal could reach just now: waiting instances, and start events."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from flowcase.store import tables
from flowcase.store.queries.rows import made
from flowcase.store.tx import Tx

_starts, _messages, _signals = (
    tables.start_subscription,
    tables.message_subscription,
    tables.signal_subscription,
)


@dataclass(frozen=True)
class AwaitedRow:
    """One that waits."""

    process: str
    element: str
    name: str
    stream: str
    key: str | None  # of a message


@dataclass(frozen=True)
class StartRow:
    """A start event of the newest version that a message or a signal reaches."""

    process: str
    element: str
    kind: str  # message | signal
    name: str


def awaited_messages(tx: Tx) -> list[AwaitedRow]:
    """Oldest first."""
    statement = (
        select(
            _messages.c.process,
            _messages.c.element,
            _messages.c.name,
            _messages.c.stream,
            _messages.c.correlation_key.label("key"),
        )
        .where(_messages.c.is_held.is_(False))
        .order_by(_messages.c.created_at, _messages.c.id)
    )
    return [made(AwaitedRow, row) for row in tx.rows(statement)]


def awaited_signals(tx: Tx) -> list[AwaitedRow]:
    """Oldest first."""
    statement = (
        select(_signals.c.process, _signals.c.element, _signals.c.name, _signals.c.stream)
        .where(_signals.c.is_held.is_(False))
        .order_by(_signals.c.created_at, _signals.c.id)
    )
    return [AwaitedRow(row.process, row.element, row.name, row.stream, None) for row in tx.rows(statement)]


def start_events(tx: Tx) -> list[StartRow]:
    """By process."""
    statement = select(_starts.c.process, _starts.c.element, _starts.c.kind, _starts.c.name).order_by(
        _starts.c.process, _starts.c.element
    )
    return [made(StartRow, row) for row in tx.rows(statement)]
