"""Tables of documents: contents by digest, in parts, and uploads that belong to nothing yet."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from flowcase.store.columns import Instant
from flowcase.store.metadata import alive, metadata

# What partial indexes hold, in the very words of the queries; see `metadata.alive`.
CONTENT_WAITS_FOR_ITS_SCAN = "scan = 'waiting'"

# What a document says, once for each stream; the record `Dokument` names it by its digest.
document_content = Table(
    "document_content",
    metadata,
    Column("stream", Text, ForeignKey("stream.id"), nullable=False),
    Column("digest", Text, nullable=False),  # keyed hash of the content, hex
    Column("size", BigInteger, nullable=False),  # bytes
    Column("parts", Integer, nullable=False),
    Column("scan", Text, nullable=False),  # waiting | passed | refused
    Column("scan_tries", Integer, nullable=False),
    Column("scan_at", Instant, nullable=False),  # not before; also the end of a lease
    Column("stored_at", Instant, nullable=False),
    PrimaryKeyConstraint("stream", "digest"),
)
alive("ix_document_content_waiting", document_content.c.scan_at, where=CONTENT_WAITS_FOR_ITS_SCAN)

document_part = Table(
    "document_part",
    metadata,
    Column("stream", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("sealed_content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("stream", "digest", "number"),
)

# A file of a form that is not sent yet and belongs to nothing: in a stream of its own, for a day.
upload = Table(
    "upload",
    metadata,
    Column("id", Text, primary_key=True),  # of the document that it becomes
    Column("stream", Text, ForeignKey("stream.id"), nullable=False),
    Column("digest", Text, nullable=False),
    Column("sealed_name", LargeBinary, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("field", Text, nullable=False),
    Column("stored_at", Instant, nullable=False),
)
Index("ix_upload_stream", upload.c.stream)
Index("ix_upload_stored_at", upload.c.stored_at)
