"""Contents of documents in parts, uploads on their way, and what waits for its scan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select, text

from flowcase.store import tables
from flowcase.store.queries.rows import made, made_or_none
from flowcase.store.tx import Tx

PART_BYTES = 512 * 1024

_content, _part, _upload = tables.document_content, tables.document_part, tables.upload


@dataclass(frozen=True)
class ContentRow:
    stream: str
    digest: str
    size: int
    parts: int
    scan: str
    scan_tries: int
    scan_at: dt.datetime
    stored_at: dt.datetime


@dataclass(frozen=True)
class UploadRow:
    id: str
    stream: str
    digest: str
    sealed_name: bytes
    media_type: str
    size: int
    field: str
    stored_at: dt.datetime


def content(tx: Tx, stream: str, digest: str) -> ContentRow | None:
    return made_or_none(ContentRow, tx.first(_ONE, {"stream": stream, "digest": digest}))


def contents(tx: Tx) -> list[ContentRow]:
    """Of every document that still has one."""
    return [made(ContentRow, row) for row in tx.rows(select(_content).order_by(_content.c.stream))]


def write(tx: Tx, stream: str, digest: str, given: bytes, *, scan: str) -> None:
    """Seal the content in parts, unless the stream has it already. The stream is locked by the caller."""
    if content(tx, stream, digest) is not None:
        return
    parts = max(1, -(-len(given) // PART_BYTES))
    tx.insert(
        _content,
        stream=stream,
        digest=digest,
        size=len(given),
        parts=parts,
        scan=scan,
        scan_tries=0,
        scan_at=tx.now,
        stored_at=tx.now,
    )
    for number in range(parts):
        part = given[number * PART_BYTES : (number + 1) * PART_BYTES]
        sealed = tx.seal(stream, _place(digest, number), part)
        tx.insert(_part, stream=stream, digest=digest, number=number, sealed_content=sealed)


def read(tx: Tx, row: ContentRow) -> bytes | None:
    """The whole content; None when its key was destroyed or it was taken away."""
    pieces = list(_pieces(tx, row))
    if len(pieces) != row.parts or any(piece is None for piece in pieces):
        return None
    return b"".join(piece for piece in pieces if piece is not None)


def forget(tx: Tx, stream: str, digest: str) -> None:
    """Take the content away; what names it stays."""
    tx.delete_any(_part, {"stream": stream, "digest": digest})


def waiting(tx: Tx) -> ContentRow | None:
    """The content whose scan is due first."""
    statement = (
        select(_content)
        .where(text(tables.CONTENT_WAITS_FOR_ITS_SCAN), _content.c.scan_at <= tx.now)
        .order_by(_content.c.scan_at, _content.c.stream, _content.c.digest)
        .limit(1)
    )
    return made_or_none(ContentRow, tx.first(statement))


def uploads(tx: Tx, stream: str) -> list[UploadRow]:
    statement = select(_upload).where(_upload.c.stream == stream).order_by(_upload.c.stored_at, _upload.c.id)
    return [made(UploadRow, row) for row in tx.rows(statement)]


def bytes_of_uploads(tx: Tx) -> int:
    return int(tx.scalar(select(func.coalesce(func.sum(_upload.c.size), 0))) or 0)


def old_upload_streams(tx: Tx, before: dt.datetime, limit: int) -> list[str]:
    statement = select(_upload.c.stream).where(_upload.c.stored_at < before).distinct().limit(limit)
    return [row.stream for row in tx.rows(statement)]


def _pieces(tx: Tx, row: ContentRow) -> Iterator[bytes | None]:
    statement = (
        select(_part.c.number, _part.c.sealed_content)
        .where(_part.c.stream == row.stream, _part.c.digest == row.digest)
        .order_by(_part.c.number)
    )
    for part in tx.rows(statement):
        yield tx.open(row.stream, _place(row.digest, part.number), part.sealed_content)


def _place(digest: str, number: int) -> str:
    return f"document|{digest}|{number}"


_ONE = select(_content).where(
    _content.c.stream == bindparam("stream"), _content.c.digest == bindparam("digest")
)
