"""Tables of reviews in the studio: who asked a second person to look at a draft, and what came of it."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text

from flowcase.store.columns import Instant, Json
from flowcase.store.metadata import metadata

# A review is of one content of each draft in it. What was looked at lies in `resource` under its hash, so
# that it can be read when the draft is long gone. What is said here of a file is about the first one; all of
# them, the first included, have a row in `review_file`.
review = Table(
    "review",
    metadata,
    Column("id", Text, primary_key=True),
    Column("file_name", Text, nullable=False),
    Column("owner", Text, nullable=False),  # whose draft it is; who asked
    Column("copy", Integer, nullable=False),
    Column("hash", Text, ForeignKey("resource.hash"), nullable=False),
    Column("authors", Json, nullable=False),  # ids of everybody who had a hand in the draft
    Column("note", Text, nullable=False),
    Column("at", Instant, nullable=False),
    # asked | approved | sent_back | withdrawn | voided | outdated | deployed
    Column("status", Text, nullable=False),
    Column("against", Text),  # hash of the file in force that it was approved against; null for a new file
    Column("decided_by", Text),  # who approved it or sent it back
    Column("decided_at", Instant),
    Column("reason", Text),
    Column("deployment", Text, ForeignKey("deployment.id")),  # that put it into force
)
Index("ix_review_file_name", review.c.file_name, review.c.at)
Index("ix_review_status", review.c.status, review.c.at)
Index("ix_review_deployment", review.c.deployment)

review_file = Table(
    "review_file",
    metadata,
    Column("review", Text, ForeignKey("review.id"), nullable=False),
    Column("file_name", Text, nullable=False),
    Column("copy", Integer, nullable=False),
    Column("hash", Text, ForeignKey("resource.hash"), nullable=False),
    Column("against", Text),  # as in `review`
    PrimaryKeyConstraint("review", "file_name"),
)
Index("ix_review_file_file_name", review_file.c.file_name, review_file.c.hash)

review_comment = Table(
    "review_comment",
    metadata,
    Column("id", Text, primary_key=True),
    Column("review", Text, ForeignKey("review.id"), nullable=False),
    Column("element", Text, nullable=False),  # id of an element, a row or a field; empty: the file
    Column("file_name", Text, nullable=False, server_default=""),  # which of the files
    Column("text", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("resolved_by", Text),
    Column("resolved_at", Instant),
)
Index("ix_review_comment_review", review_comment.c.review, review_comment.c.at)

# Who has a file open in an editor just now; kept for a minute only.
draft_presence = Table(
    "draft_presence",
    metadata,
    Column("file_name", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("seen_at", Instant, nullable=False),
    PrimaryKeyConstraint("file_name", "person"),
)
