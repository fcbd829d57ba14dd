"""Checkpoints as they are stored, what they are checked against, and how they go outside."""

from __future__ import annotations

import datetime as dt
import json
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import zstandard
from sqlalchemy import BigInteger, Text, bindparam, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB

from flowcase.history.checkpoints import Checkpoint, End, from_line
from flowcase.store import tables
from flowcase.store.checkpoint_tables import checkpoint_delivery
from flowcase.store.prepared import Prepared
from flowcase.store.queries import chains
from flowcase.store.queries.outbox import Outgoing, OutgoingRow
from flowcase.store.tx import Tx

_table = tables.checkpoint
_KNOWN_AT_ONCE, _STREAMS_AT_ONCE = 50_000, 1000


@dataclass(frozen=True)
class DeliveryRow(OutgoingRow):
    number: int
    way: str
    body: str


DELIVERIES = Outgoing("checkpoint", checkpoint_delivery, DeliveryRow)


@dataclass(frozen=True)
class WayState:
    """How far receipts have got by one way."""

    way: str  # mail | webhook
    sent: int  # the newest checkpoint that left; 0 for none
    sent_at: dt.datetime | None
    waiting: int
    tried: int  # of those that wait, how many were tried in vain already
    failed: int


def newest(tx: Tx) -> Checkpoint | None:
    row = tx.first(select(_table).order_by(_table.c.number.desc()).limit(1))
    return None if row is None else _opened(row.content)


def checkpoints(tx: Tx, numbers: Iterable[int] | None = None) -> Iterator[Checkpoint]:
    """All, oldest first, or those of these numbers; one at a time, since one may name every stream.

    Raises ValueError for one that is not readable any more.
    """
    for number in _numbers(tx) if numbers is None else numbers:
        yield _opened(tx.scalar(select(_table.c.content).where(_table.c.number == number)))


def missing(tx: Tx, known: Collection[int]) -> list[int]:
    """Numbers of the checkpoints that are not among these."""
    return [number for number in _numbers(tx) if number not in known]


def _numbers(tx: Tx) -> list[int]:
    return [row.number for row in tx.rows(select(_table.c.number).order_by(_table.c.number))]


def grown(tx: Tx) -> Iterator[tuple[str, End, int]]:
    """Each stream that goes on behind what is signed: where its chain ends now, and how much is signed.

    Raises ValueError for a checkpoint that is not readable any more.
    """
    streams = tx.scalar(select(func.count()).select_from(tables.stream))
    rounds = 1 + streams // _KNOWN_AT_ONCE
    for number in range(rounds):  # so that the ends of no more than so many streams are held at once

        def is_of_this_round(stream: str, number: int = number) -> bool:
            return rounds == 1 or zlib.crc32(stream.encode()) % rounds == number

        known: dict[str, End] = {}
        for each in checkpoints(tx):
            known.update((stream, end) for stream, end in each.ends.items() if is_of_this_round(stream))
        after: str | None = ""
        while after is not None:
            page = chains.page(tx, after, _STREAMS_AT_ONCE)
            for row in page:
                end, signed = End(row.length, row.head), known.get(row.id)
                if row.length and end != signed and is_of_this_round(row.id):
                    yield row.id, end, signed.length if signed else 0
            after = page[-1].id if len(page) == _STREAMS_AT_ONCE else None


def add(tx: Tx, checkpoint: Checkpoint) -> None:
    content = zstandard.ZstdCompressor().compress(checkpoint.to_line().encode())
    tx.insert(_table, number=checkpoint.number, at=checkpoint.at, content=content)


def newest_put_out(tx: Tx, way: str) -> int:
    """The newest checkpoint whose receipt goes or went by a way; 0 for none."""
    table = checkpoint_delivery
    return tx.scalar(select(func.max(table.c.number)).where(table.c.way == way)) or 0


def put_out(tx: Tx, way: str, checkpoint: Checkpoint, receipt: str) -> None:
    """Let a receipt go by a way. The caller is the only one to put any out.

    After a recovery of the database another checkpoint has a number that went out before: whoever drops what
    came with the same id must not drop that one.
    """
    tx.insert(
        checkpoint_delivery,
        id=f"{checkpoint.number}.{checkpoint.hash.hex()[:8]}.{way}",
        number=checkpoint.number,
        way=way,
        body=receipt,
        status="waiting",
        due_at=tx.now,
        created_at=tx.now,
        attempts=0,
    )


def state_of(tx: Tx, way: str) -> WayState:
    table = checkpoint_delivery
    sent = select(table.c.number, table.c.sent_at).where(table.c.way == way, table.c.status == "sent")
    last = tx.first(sent.order_by(table.c.number.desc()).limit(1))
    counted = (
        select(table.c.status, func.count().label("number"))
        .where(table.c.way == way)
        .group_by(table.c.status)
    )
    number = {row.status: row.number for row in tx.rows(counted)}
    tried = select(func.count()).where(table.c.way == way, table.c.status == "waiting", table.c.attempts > 0)
    return WayState(
        way,
        0 if last is None else last.number,
        None if last is None else last.sent_at,
        number.get("waiting", 0) + number.get("claimed", 0),
        tx.scalar(tried) or 0,
        number.get("failed", 0),
    )


def ends_of(tx: Tx, wanted: Sequence[tuple[str, int]]) -> dict[tuple[str, int], bytes]:
    """Hash of the entry that ends at a number, for those (stream, number) where one does."""
    rows = tx.passing(_ENDS, {"wanted": json.dumps(wanted)})
    return {(row.stream, row.end): row.hash for row in rows}


def _ends_among(wanted: Any, stream: Any, length: Any) -> Any:
    """The entry that holds each number, if it is the entry's last: found in the index, one by one."""
    entry, before = tables.history.c, tables.history.alias().c
    number = cast(length, BigInteger)
    newest = select(func.max(before.seq)).where(before.stream == stream, before.seq <= number)
    end = (entry.seq + entry.size - 1).label("end")
    of_it = (entry.stream == stream) & (entry.seq == newest.correlate(wanted).scalar_subquery())
    return (
        select(entry.stream, end, entry.hash)
        .select_from(wanted.join(tables.history, of_it))
        .where(entry.seq + entry.size - 1 == number)
    )


_each = func.json_each(bindparam("wanted")).table_valued("value", name="wanted")
_element = func.jsonb_array_elements(cast(bindparam("wanted"), JSONB)).table_valued("value", name="wanted")
_ENDS = Prepared(
    _ends_among(_each, *(func.json_extract(_each.c.value, f"$[{n}]", type_=Text) for n in (0, 1))),
    on={
        "postgresql": _ends_among(
            _element, *(_element.c.value.op("->>", return_type=Text())(literal_column(n)) for n in "01")
        )
    },
)


def _opened(content: bytes) -> Checkpoint:
    try:
        return from_line(zstandard.ZstdDecompressor().decompress(content).decode())
    except (zstandard.ZstdError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError("a checkpoint is not readable any more") from error
