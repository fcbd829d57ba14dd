"""What is kept of messages beside their rows, for comparing it with what the history tells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from sqlalchemy import func, literal, or_, select, tuple_

from flowcase.store import tables
from flowcase.store.tx import Tx

_AT_ONCE = 1000
_NAMED_AT_ONCE = 300  # ids of messages in one statement, three values each

MessageId = tuple[str, str, str]  # name, key and id of a message
_SEEN = tuple(tables.message_seen.c[name] for name in ("name", "correlation_key", "message_id"))


def receipts(tx: Tx, messages: Sequence[str]) -> dict[str, set[str]]:
    """Which processes have had these messages, which are kept for others, by message."""
    table, found = tables.message_receipt, dict[str, set[str]]()
    for begin in range(0, len(messages), _AT_ONCE):
        named = table.c.message.in_(messages[begin : begin + _AT_ONCE])
        for row in tx.rows(select(table).where(named)):
            found.setdefault(row.message, set()).add(row.process)
    return found


def seen(tx: Tx) -> Iterator[MessageId]:
    """The messages that have counted, some at a time."""
    after, key = ("", "", ""), tuple_(*_SEEN)
    while True:
        behind = select(*_SEEN).where(key > tuple_(*map(literal, after)))
        found = tx.rows(behind.order_by(*_SEEN).limit(_AT_ONCE))
        yield from (tuple(row) for row in found)
        if len(found) < _AT_ONCE:
            return
        after = tuple(found[-1])


def seen_among(tx: Tx, ids: Sequence[MessageId]) -> set[MessageId]:
    """Those of these messages that have counted."""
    found: set[MessageId] = set()
    for begin in range(0, len(ids), _NAMED_AT_ONCE):
        few = tuple_(*_SEEN).in_(ids[begin : begin + _NAMED_AT_ONCE])
        found |= {tuple(row) for row in tx.rows(select(*_SEEN).where(few))}
    return found


def number_seen(tx: Tx) -> int:
    return int(tx.scalar(select(func.count()).select_from(tables.message_seen)))


def is_told_where_erased(tx: Tx, kinds: Sequence[str], since: dt.datetime | None = None) -> bool:
    """Whether streams whose keys were destroyed have events of these kinds: what they said is not known."""
    table, stream = tables.history, tables.stream
    words = literal(" ") + table.c.kind + literal(" ")
    statement = (
        select(table.c.seq)
        .join(stream, stream.c.id == table.c.stream)
        .where(stream.c.wrapped_key.is_(None), or_(*(words.contains(f" {kind} ") for kind in kinds)))
    )
    if since is not None:
        statement = statement.where(table.c.at >= since)
    return tx.first(statement.limit(1)) is not None
