"""What is kept of messages beside their rows, for comparing it with what the history tells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from sqlalchemy import literal, or_, select, tuple_

from flowcase.store import tables
from flowcase.store.tx import Tx

_AT_ONCE = 1000

MessageId = tuple[str, str, str]  # name, key and id of a message


def receipts(tx: Tx) -> dict[str, set[str]]:
    """Which processes have had a message that is kept for others, by message."""
    found: dict[str, set[str]] = {}
    for row in tx.rows(select(tables.message_receipt)):
        found.setdefault(row.message, set()).add(row.process)
    return found


def seen(tx: Tx) -> Iterator[MessageId]:
    """The messages that have counted, some at a time."""
    table, after = tables.message_seen, ("", "", "")
    key = tuple_(table.c.name, table.c.correlation_key, table.c.message_id)
    while True:
        found = tx.rows(select(*key).where(key > tuple_(*map(literal, after))).order_by(*key).limit(_AT_ONCE))
        yield from (tuple(row) for row in found)
        if len(found) < _AT_ONCE:
            return
        after = tuple(found[-1])


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
