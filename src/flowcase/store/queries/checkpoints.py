"""Checkpoints as they are stored, what they are checked against, and how they go outside."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass

import zstandard
from sqlalchemy import func, select

from flowcase.history.checkpoints import Checkpoint, End, from_line
from flowcase.store import tables
from flowcase.store.checkpoint_tables import checkpoint_delivery
from flowcase.store.queries.outbox import Outgoing, OutgoingRow
from flowcase.store.tx import Tx

_table = tables.checkpoint


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


def checkpoints(tx: Tx) -> list[Checkpoint]:
    """All, oldest first. Raises ValueError for one that is not readable any more."""
    return [_opened(row.content) for row in tx.rows(select(_table).order_by(_table.c.number))]


def known_ends(tx: Tx) -> dict[str, End]:
    """The newest end of every stream that any checkpoint names."""
    known: dict[str, End] = {}
    for each in checkpoints(tx):
        known.update(each.ends)
    return known


def present_ends(tx: Tx) -> dict[str, End]:
    """Where every chain ends now; empty ones are left out."""
    table = tables.stream
    statement = select(table.c.id, table.c.length, table.c.head).where(table.c.length > 0)
    return {row.id: End(row.length, row.head) for row in tx.rows(statement)}


def add(tx: Tx, checkpoint: Checkpoint) -> None:
    content = zstandard.ZstdCompressor().compress(checkpoint.to_line().encode())
    tx.insert(_table, number=checkpoint.number, at=checkpoint.at, content=content)


def newest_put_out(tx: Tx, way: str) -> int:
    """The newest checkpoint whose receipt goes or went by a way; 0 for none."""
    table = checkpoint_delivery
    return tx.scalar(select(func.max(table.c.number)).where(table.c.way == way)) or 0


def put_out(tx: Tx, way: str, number: int, receipt: str) -> None:
    """Let a receipt go by a way. The caller is the only one to put any out."""
    tx.insert(
        checkpoint_delivery,
        id=f"{number}.{way}",
        number=number,
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


def ends_of(tx: Tx, wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], bytes]:
    """Hash of the entry that ends at a number, for those (stream, number) where one does."""
    table = tables.history
    found: dict[tuple[str, int], bytes] = {}
    by_stream: dict[str, set[int]] = {}
    for stream, length in wanted:
        by_stream.setdefault(stream, set()).add(length)
    for stream, lengths in by_stream.items():
        statement = select((table.c.seq + table.c.size - 1).label("end"), table.c.hash).where(
            table.c.stream == stream, (table.c.seq + table.c.size - 1).in_(sorted(lengths))
        )
        found.update({(stream, row.end): row.hash for row in tx.rows(statement)})
    return found


def _opened(content: bytes) -> Checkpoint:
    try:
        return from_line(zstandard.ZstdDecompressor().decompress(content).decode())
    except (zstandard.ZstdError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError("a checkpoint is not readable any more") from error
