"""All chains, some streams and some entries at a time: who walks them holds few, and no transaction open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, func, select, tuple_

from flowcase.store import tables
from flowcase.store.prepared import Prepared
from flowcase.store.queries.history import SealedRow
from flowcase.store.tx import Tx

_LAST_NUMBER = 2**63 - 1


class ChainRow(NamedTuple):
    """What the row of a stream remembers of its chain, and what opens it."""

    id: str
    length: int
    head: bytes
    wrapped_key: bytes | None  # None: the key was destroyed


class Extent(NamedTuple):
    """How much history there is."""

    events: int
    streams: int


class Place(NamedTuple):
    """Of an entry among those of all streams; behind it the next page begins."""

    stream: str
    seq: int = _LAST_NUMBER


def extent(tx: Tx) -> Extent:
    [row] = tx.rows(_EXTENT)
    return Extent(int(row.events or 0), int(row.streams))


def page(tx: Tx, after: str, limit: int) -> Sequence[ChainRow]:
    """Streams in the order of their names, beginning behind `after`."""
    return tx.passing(_PAGE, {"after": after, "limit": limit})


def row_of(tx: Tx, stream: str) -> ChainRow | None:
    found: ChainRow | None = tx.first(_ONE, {"id": stream})
    return found


def entries(tx: Tx, after: Place, up_to: str | None, limit: int) -> Sequence[SealedRow]:
    """Entries stream by stream, each in order, beginning behind `after`; those of `up_to` are the last.

    Entries whose stream has no row are among them.
    """
    given = {"stream": after.stream, "seq": after.seq, "limit": limit}
    if up_to is None:
        return tx.passing(_ENTRIES, given)
    return tx.passing(_ENTRIES_UP_TO, {**given, "up_to": up_to})


def all_entries(tx: Tx, after: Place, up_to: str | None, at_once: int = 500) -> Iterator[SealedRow]:
    """As `entries`, one page after the other."""
    rows: Sequence[SealedRow] | None = None
    while rows is None or len(rows) >= at_once:
        rows = entries(tx, after, up_to, at_once)
        yield from rows
        if rows:
            after = Place(rows[-1].stream, rows[-1].seq)


def all_of(tx: Tx, stream: str, at_once: int = 500) -> Iterator[SealedRow]:
    """Of one stream."""
    return all_entries(tx, Place(stream, 0), stream, at_once)


_stream, _history = tables.stream.c, tables.history.c
_EXTENT = Prepared(select(func.count(_stream.id).label("streams"), func.sum(_stream.length).label("events")))
_ROWS = select(*(_stream[name] for name in ChainRow._fields))
_ONE = Prepared(_ROWS.where(_stream.id == bindparam("id")), row=ChainRow)
_PAGE = Prepared(
    _ROWS.where(_stream.id > bindparam("after")).order_by(_stream.id).limit(bindparam("limit")),
    row=ChainRow,
)
_FROM = (
    select(*(_history[name] for name in SealedRow._fields))
    .where(tuple_(_history.stream, _history.seq) > tuple_(bindparam("stream"), bindparam("seq")))
    .order_by(_history.stream, _history.seq)
    .limit(bindparam("limit"))
)
_ENTRIES = Prepared(_FROM, row=SealedRow)
_ENTRIES_UP_TO = Prepared(_FROM.where(_history.stream <= bindparam("up_to")), row=SealedRow)
