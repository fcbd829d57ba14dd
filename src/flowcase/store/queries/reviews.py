"""Reviews of drafts and the comments in them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, func, select

from flowcase.store.queries.rows import made
from flowcase.store.review_tables import review, review_comment, review_file
from flowcase.store.tx import Tx

ASKED, APPROVED, SENT_BACK, DEPLOYED = "asked", "approved", "sent_back", "deployed"


@dataclass(frozen=True)
class ReviewedFile:
    """One of the files that a review is of."""

    file_name: str
    copy: int
    hash: str
    against: str | None  # hash of the file in force that it was approved against; None for a new file


@dataclass(frozen=True)
class ReviewRow:
    """A review; what it says of a file is about the first of `files`."""

    id: str
    file_name: str
    owner: str
    copy: int
    hash: str
    authors: Sequence[str]
    note: str
    at: dt.datetime
    status: str
    against: str | None
    decided_by: str | None
    decided_at: dt.datetime | None
    reason: str | None
    deployment: str | None
    files: Sequence[ReviewedFile] = ()


@dataclass(frozen=True)
class CommentRow:
    id: str
    review: str
    file_name: str
    element: str
    text: str
    actor: str
    at: dt.datetime
    resolved_by: str | None
    resolved_at: dt.datetime | None


def one(tx: Tx, id: str) -> ReviewRow | None:
    return next(iter(_whole(tx, select(review).where(review.c.id == id))), None)


def reviews(
    tx: Tx, *, file_name: str | None = None, statuses: Sequence[str] = (), limit: int = 200
) -> list[ReviewRow]:
    """Newest first."""
    statement = select(review).order_by(review.c.at.desc(), review.c.id.desc()).limit(limit)
    if file_name is not None:
        statement = statement.where(_has(review_file.c.file_name == file_name))
    if statuses:
        statement = statement.where(review.c.status.in_(list(statuses)))
    return _whole(tx, statement)


def of_draft(tx: Tx, owner: str, file_name: str, copy: int) -> list[ReviewRow]:
    """Those that one draft is or was in, newest first."""
    statement = (
        select(review)
        .where(
            review.c.owner == owner, _has(review_file.c.file_name == file_name, review_file.c.copy == copy)
        )
        .order_by(review.c.at.desc(), review.c.id.desc())
    )
    return _whole(tx, statement)


def approved(tx: Tx, file_name: str, hash: str) -> list[ReviewRow]:
    """Approvals with exactly this content that nothing has voided since, newest first."""
    statement = (
        select(review)
        .where(
            _has(review_file.c.file_name == file_name, review_file.c.hash == hash),
            review.c.status == APPROVED,
        )
        .order_by(review.c.decided_at.desc(), review.c.id.desc())
    )
    return _whole(tx, statement)


def by_deployment(tx: Tx, file_name: str) -> Mapping[str, ReviewRow]:
    """The review behind each deployment of a file that had one."""
    statement = select(review).where(
        _has(review_file.c.file_name == file_name), review.c.deployment.is_not(None)
    )
    return {row.deployment: row for row in _whole(tx, statement) if row.deployment is not None}


def of_deployment(tx: Tx, deployment: str) -> list[ReviewRow]:
    """The reviews behind one deployment, by their first file."""
    statement = select(review).where(review.c.deployment == deployment).order_by(review.c.file_name)
    return _whole(tx, statement)


def _has(*conditions: Any) -> Any:
    """A review is of a file that meets the conditions."""
    return exists().where(review_file.c.review == review.c.id, *conditions)


def _whole(tx: Tx, statement: Select[Any]) -> list[ReviewRow]:
    """The reviews that a statement finds, each with its files: the first one first, the others by name."""
    rows = list(tx.rows(statement))
    found: dict[str, list[ReviewedFile]] = {row.id: [] for row in rows}
    if found:
        files = select(review_file).where(review_file.c.review.in_(list(found)))
        for row in tx.rows(files.order_by(review_file.c.file_name)):
            found[row.review].append(ReviewedFile(row.file_name, row.copy, row.hash, row.against))
    names = [field.name for field in dataclasses.fields(ReviewRow) if field.name != "files"]
    return [
        ReviewRow(
            **{name: getattr(row, name) for name in names},
            files=sorted(found[row.id], key=lambda file: file.file_name != row.file_name)
            or [
                ReviewedFile(row.file_name, row.copy, row.hash, row.against)
            ],  # of a node of an older release
        )
        for row in rows
    ]


def comments(tx: Tx, id: str) -> list[CommentRow]:
    """Oldest first."""
    statement = (
        select(review_comment)
        .where(review_comment.c.review == id)
        .order_by(review_comment.c.at, review_comment.c.id)
    )
    return [made(CommentRow, row) for row in tx.rows(statement)]


def open_comments(tx: Tx) -> dict[str, int]:
    """How many comments of each review are not resolved."""
    statement = (
        select(review_comment.c.review, func.count().label("number"))
        .where(review_comment.c.resolved_at.is_(None))
        .group_by(review_comment.c.review)
    )
    return {row.review: row.number for row in tx.rows(statement)}
