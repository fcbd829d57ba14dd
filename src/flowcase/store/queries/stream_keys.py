"""Which installation key wraps the keys of the streams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from flowcase.store import tables
from flowcase.store.keys import ID_BYTES
from flowcase.store.queries.rows import made
from flowcase.store.tx import Tx

_stream = tables.stream
_wrapped_by = func.substr(_stream.c.wrapped_key, 1, ID_BYTES)


@dataclass(frozen=True)
class WrappedKey:
    """The key of a stream as it is stored."""

    id: str
    wrapped_key: bytes


def counts(tx: Tx) -> dict[str, int]:
    """How many keys each installation key wraps, by its id."""
    statement = (
        select(_wrapped_by.label("by"), func.count().label("streams"))
        .where(_stream.c.wrapped_key.is_not(None))
        .group_by(_wrapped_by)
    )
    return {bytes(row.by).hex(): row.streams for row in tx.rows(statement)}


def next_not_wrapped_by(tx: Tx, key: str, *, after: str, limit: int) -> Sequence[WrappedKey]:
    """Keys that another installation key wraps, in order of their streams, locked.

    Those that somebody works under just now are passed over where the database can tell.
    """
    statement = (
        select(_stream.c.id, _stream.c.wrapped_key)
        .where(_stream.c.wrapped_key.is_not(None), _wrapped_by != bytes.fromhex(key), _stream.c.id > after)
        .order_by(_stream.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return [made(WrappedKey, row) for row in tx.rows(statement)]


def after(tx: Tx, stream: str, limit: int) -> Sequence[WrappedKey]:
    """The next keys in order of their streams."""
    statement = (
        select(_stream.c.id, _stream.c.wrapped_key)
        .where(_stream.c.wrapped_key.is_not(None), _stream.c.id > stream)
        .order_by(_stream.c.id)
        .limit(limit)
    )
    return [made(WrappedKey, row) for row in tx.rows(statement)]


def of_stream(tx: Tx, stream: str) -> bytes | None:
    """The wrapped key of one stream, locked."""
    return tx.scalar(select(_stream.c.wrapped_key).where(_stream.c.id == stream).with_for_update())
