"""The history: events in order, opened with their stream's key."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Row, func, literal, or_, select
from sqlalchemy.sql.elements import ColumnElement

from flowcase.history.chain import binding
from flowcase.model import Event
from flowcase.store import codec, tables
from flowcase.store.keys import Cipher, SealBroken
from flowcase.store.tx import Tx

_table = tables.history
_AT_ONCE = 500  # streams in one statement
_BOUND = ("stream", "seq", "size", "at", "actor", "kind", "instance", "element")


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


class SealedRow(NamedTuple):
    """An entry as it is stored, for the verification of its chain."""

    stream: str
    seq: int
    size: int
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


@dataclass(frozen=True)
class SetBack:
    """An entry that was written when the clock stood before the entry in front of it."""

    stream: str
    seq: int
    at: dt.datetime
    before: dt.datetime

    def __str__(self) -> str:
        told = str(self.before - self.at).partition(".")[0]
        return f"Stream {self.stream}: event {self.seq} is dated {told} before the one in front of it."


def events(
    tx: Tx,
    stream: str,
    *,
    after: int = 0,
    limit: int | None = None,
    kinds: Sequence[str] | None = None,
    instance: str | None = None,
    up_to: int | None = None,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
) -> list[EventRow]:
    """Events of a stream in order, beginning behind number `after` and ending with `up_to`.

    `since` is included, `until` is not.
    """
    statement = select(_table).where(_table.c.stream == stream).order_by(_table.c.seq).limit(limit)
    if after:
        # The entry that holds the number may hold later ones too.
        holding = select(func.max(_table.c.seq)).where(_table.c.stream == stream, _table.c.seq <= after)
        statement = statement.where(_table.c.seq >= func.coalesce(holding.scalar_subquery(), 0))
        statement = statement.limit(None if limit is None else limit + 1)
    if kinds is not None:
        statement = statement.where(_of_kinds(tuple(kinds)))
    if instance is not None:
        statement = statement.where(_names(_table.c.instance, instance))
    if up_to is not None:
        statement = statement.where(_table.c.seq <= up_to)
    if since is not None:
        statement = statement.where(_table.c.at >= since)
    if until is not None:
        statement = statement.where(_table.c.at < until)
    found = [
        row
        for entry in tx.rows(statement)
        for row in opened(tx, entry, kinds)
        if row.seq > after
        and (up_to is None or row.seq <= up_to)
        and (instance is None or row.instance == instance)
    ]
    return found if limit is None else found[:limit]


def events_of_streams(tx: Tx, streams: Sequence[str]) -> dict[str, list[EventRow]]:
    """By stream, its events in order: many streams with few questions."""
    found: dict[str, list[EventRow]] = {stream: [] for stream in streams}
    for begin in range(0, len(streams), _AT_ONCE):
        few = _table.c.stream.in_(streams[begin : begin + _AT_ONCE])
        statement = select(_table).where(few).order_by(_table.c.stream, _table.c.seq)
        for entry in tx.rows(statement):
            found[entry.stream] += opened(tx, entry)
    return found


def streams_with(tx: Tx, streams: Sequence[str], kinds: Sequence[str]) -> list[str]:
    """Those of these streams that hold an event of these kinds."""
    statement = select(_table.c.stream).distinct().where(_table.c.stream.in_(streams))
    return sorted(row.stream for row in tx.rows(statement.where(_of_kinds(tuple(kinds)))))


@dataclass(frozen=True)
class Narrowed:
    """Which entries of the whole history; what is None leaves nothing out."""

    streams: Sequence[str] | None = None
    actor: str | None = None
    kind: str | None = None
    instance: str | None = None
    since: dt.datetime | None = None  # included
    until: dt.datetime | None = None  # not included


Place = tuple[dt.datetime, str, int]  # instant, stream and number of an entry


def newest(
    tx: Tx, wanted: Narrowed, *, after: Place | None, limit: int
) -> list[tuple[Place, list[EventRow]]]:
    """Entries of all streams with their events, the newest first, beginning behind `after`."""
    table = _table
    statement = select(table).order_by(table.c.at.desc(), table.c.stream.desc(), table.c.seq.desc())
    if wanted.streams is not None:
        statement = statement.where(table.c.stream.in_(list(wanted.streams)))
    if wanted.actor is not None:
        statement = statement.where(table.c.actor == wanted.actor)
    if wanted.kind is not None:
        statement = statement.where(_names(table.c.kind, wanted.kind))
    if wanted.instance is not None:
        statement = statement.where(_names(table.c.instance, wanted.instance))
    if wanted.since is not None:
        statement = statement.where(table.c.at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(table.c.at < wanted.until)
    if after is not None:
        at, stream, seq = after
        same = (table.c.stream < stream) | ((table.c.stream == stream) & (table.c.seq < seq))
        statement = statement.where((table.c.at < at) | ((table.c.at == at) & same))
    return [((row.at, row.stream, row.seq), opened(tx, row)) for row in tx.rows(statement.limit(limit))]


def events_of_instance(tx: Tx, instance: str, *, kinds: Sequence[str] | None = None) -> list[EventRow]:
    """Everything that one process instance led to, in order; it never leaves its stream."""
    stream = tx.scalar(select(tables.instance.c.stream).where(tables.instance.c.id == instance))
    return [] if stream is None else events(tx, stream, kinds=kinds, instance=instance)


def elements_of_instance(tx: Tx, instance: str, kind: str) -> list[str]:
    """Ids of the elements that events of one kind are about, in the order in which they came first."""
    found = events_of_instance(tx, instance, kinds=[kind])
    return list(dict.fromkeys(row.element for row in found if row.element is not None))


def streams(tx: Tx, stream: str | None = None) -> list[StreamRow]:
    """Every stream, or the one that is asked for."""
    table = tables.stream
    statement = select(table).order_by(table.c.id)
    if stream is not None:
        statement = statement.where(table.c.id == stream)
    return [
        StreamRow(row.id, row.length, row.head, row.wrapped_key is None, row.created_at)
        for row in tx.rows(statement)
    ]


def lengths(tx: Tx, stream: str | None = None) -> list[tuple[str, int]]:
    """How far each readable stream goes, or the one that is asked for: by one statement, of one instant."""
    table = tables.stream
    statement = select(table.c.id, table.c.length).where(table.c.wrapped_key.is_not(None))
    if stream is not None:
        statement = statement.where(table.c.id == stream)
    return [(row.id, row.length) for row in tx.rows(statement.order_by(table.c.id))]


def size(
    tx: Tx, stream: str | None, *, since: dt.datetime | None, until: dt.datetime | None
) -> tuple[int, int, int]:
    """(events, streams, stored bytes) of the readable streams, or of the one that is asked for."""
    table = tables.stream
    statement = (
        select(
            func.coalesce(func.sum(_table.c.size), 0).label("events"),
            func.count(_table.c.stream.distinct()).label("streams"),
            func.coalesce(func.sum(func.length(_table.c.sealed_payload)), 0).label("bytes"),
        )
        .join(table, table.c.id == _table.c.stream)
        .where(table.c.wrapped_key.is_not(None))
    )
    if stream is not None:
        statement = statement.where(_table.c.stream == stream)
    if since is not None:
        statement = statement.where(_table.c.at >= since)
    if until is not None:
        statement = statement.where(_table.c.at < until)
    [row] = tx.rows(statement)
    return int(row.events), int(row.streams), int(row.bytes)


def sealed(tx: Tx, stream: str, *, page: int = 1000) -> Iterator[SealedRow]:
    """Every stored entry of a stream in order, a page at a time."""
    after = None
    while True:
        statement = select(_table).where(_table.c.stream == stream).order_by(_table.c.seq).limit(page)
        if after is not None:
            statement = statement.where(_table.c.seq > after)
        rows = tx.rows(statement)
        for row in rows:
            yield SealedRow(*(row._mapping[name] for name in SealedRow._fields))
        if len(rows) < page:
            return
        after = rows[-1].seq


def is_as_sealed(cipher: Cipher | None, entry: SealedRow) -> bool | None:
    """Whether an entry opens, and was sealed with what stands in the open there and with the hash before.

    None where nothing tells: its stream's key was destroyed, or an older release wrote it.
    """
    if cipher is None:
        return None
    try:
        payload = cipher.open(entry.sealed_payload, f"{entry.stream}|history|{entry.seq}")
    except SealBroken:
        return False
    bound = codec.bound(payload)
    return None if bound is None else bound == _binding(entry)


def _binding(entry: Any) -> str:
    return binding(entry.prev_hash, **{name: getattr(entry, name) for name in _BOUND})


def newest_instant(tx: Tx) -> dt.datetime | None:
    """When the newest event of the whole installation happened."""
    return tx.scalar(select(func.max(_table.c.at)))


@functools.lru_cache(maxsize=64)
def _of_kinds(kinds: tuple[str, ...]) -> ColumnElement[bool]:
    """Made once: of many kinds it takes longer to write than the answer takes to read."""
    return or_(*(_names(_table.c.kind, kind) for kind in kinds))


def _names(column: ColumnElement[str], word: str) -> ColumnElement[bool]:
    """Whether a word stands in a column of words that are parted by blanks."""
    return (literal(" ") + column + literal(" ")).contains(f" {word} ", autoescape=True)


def opened(tx: Tx, row: Row[Any] | SealedRow, kinds: Collection[str] | None = None) -> list[EventRow]:
    """The events of an entry, or those of these kinds. Without the stream's key its events are counted, and
    say no more.

    Raises SealBroken also where what stands in the open is not what the entry was sealed with.
    """
    return opened_with_versions(tx, row, kinds)[0]


def versions_saved(tx: Tx, row: SealedRow) -> dict[str, int]:
    """Of the states that were saved with an entry, by instance; none where an older release wrote it."""
    payload = tx.open(row.stream, f"history|{row.seq}", row.sealed_payload)
    return {} if payload is None else codec.versions(payload)


def opened_with_versions(
    tx: Tx, row: Row[Any] | SealedRow, kinds: Collection[str] | None = None
) -> tuple[list[EventRow], Mapping[str, int]]:
    """As `opened`, with the versions of the states that were saved with the entry."""
    versions: Mapping[str, int] = {}
    payload = tx.open(row.stream, f"history|{row.seq}", row.sealed_payload)
    if payload is None:
        kind = "" if " " in row.kind else row.kind
        recorded, request_id = [codec.Recorded(kind, None, row.element, None)] * row.size, ""
    elif codec.is_entry(payload):
        recorded, request_id, bound, versions = codec.decode(payload, kinds)
        if bound is not None and bound != _binding(row):
            raise SealBroken(f"{row.stream}|history|{row.seq}")
    else:
        event, request_id = codec.decode_single(row.kind, payload)
        recorded = [codec.Recorded(row.kind, row.instance, row.element, event)]
    found = [
        EventRow(
            row.stream, seq, row.at, row.actor, each.kind, each.instance, each.element, each.event, request_id
        )
        for seq, each in enumerate(recorded, start=row.seq)
        if kinds is None or each.kind in kinds
    ]
    return found, versions
