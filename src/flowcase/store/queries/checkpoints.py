"""Checkpoints as they are stored, and what they are checked against."""

from __future__ import annotations

import json
from collections.abc import Iterable

import zstandard
from sqlalchemy import select

from flowcase.history.checkpoints import Checkpoint, End, from_line
from flowcase.store import tables
from flowcase.store.tx import Tx

_table = tables.checkpoint


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
