"""Reviews of drafts and the comments in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from flowcase.store.queries.rows import made, made_or_none
from flowcase.store.review_tables import review, review_comment
from flowcase.store.tx import Tx

ASKED, APPROVED, SENT_BACK, DEPLOYED = "asked", "approved", "sent_back", "deployed"


@dataclass(frozen=True)
class ReviewRow:
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


@dataclass(frozen=True)
class CommentRow:
    id: str
    review: str
    element: str
    text: str
    actor: str
    at: dt.datetime
    resolved_by: str | None
    resolved_at: dt.datetime | None


def one(tx: Tx, id: str) -> ReviewRow | None:
    return made_or_none(ReviewRow, tx.first(select(review).where(review.c.id == id)))


def reviews(
    tx: Tx, *, file_name: str | None = None, statuses: Sequence[str] = (), limit: int = 200
) -> list[ReviewRow]:
    """Newest first."""
    statement = select(review).order_by(review.c.at.desc(), review.c.id.desc()).limit(limit)
    if file_name is not None:
        statement = statement.where(review.c.file_name == file_name)
    if statuses:
        statement = statement.where(review.c.status.in_(list(statuses)))
    return [made(ReviewRow, row) for row in tx.rows(statement)]


def of_draft(tx: Tx, owner: str, file_name: str, copy: int) -> list[ReviewRow]:
    """Those of one draft, newest first."""
    statement = (
        select(review)
        .where(review.c.owner == owner, review.c.file_name == file_name, review.c.copy == copy)
        .order_by(review.c.at.desc(), review.c.id.desc())
    )
    return [made(ReviewRow, row) for row in tx.rows(statement)]


def approved(tx: Tx, file_name: str, hash: str) -> list[ReviewRow]:
    """Approvals of exactly this content that nothing has voided since, newest first."""
    statement = (
        select(review)
        .where(review.c.file_name == file_name, review.c.hash == hash, review.c.status == APPROVED)
        .order_by(review.c.decided_at.desc(), review.c.id.desc())
    )
    return [made(ReviewRow, row) for row in tx.rows(statement)]


def by_deployment(tx: Tx, file_name: str) -> Mapping[str, ReviewRow]:
    """The review behind each deployment of a file that had one."""
    statement = select(review).where(review.c.file_name == file_name, review.c.deployment.is_not(None))
    return {row.deployment: made(ReviewRow, row) for row in tx.rows(statement)}


def of_deployment(tx: Tx, deployment: str) -> list[ReviewRow]:
    """The reviews behind one deployment, by file."""
    statement = select(review).where(review.c.deployment == deployment).order_by(review.c.file_name)
    return [made(ReviewRow, row) for row in tx.rows(statement)]


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
