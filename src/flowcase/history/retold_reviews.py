"""What rows of reviews have to say, told anew from events alone: who asked, of which content, who had a hand
in it, who approved it, and what was said.

Who could write there alone would be both pairs of eyes.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flowcase import events
from flowcase.model import Event


@dataclass(frozen=True)
class Review:
    file_name: str
    owner: str
    copy: int
    hash: str
    authors: list[str]
    note: str
    at: dt.datetime
    status: str = "asked"
    against: str | None = None
    decided_by: str | None = None
    decided_at: dt.datetime | None = None
    reason: str | None = None
    deployment: str | None = None


@dataclass(frozen=True)
class ReviewedFile:
    """One of the files that a review is of; named by both."""

    review: str
    file_name: str
    copy: int
    hash: str
    against: str | None = None


@dataclass(frozen=True)
class Comment:
    review: str
    element: str
    file_name: str
    text: str
    actor: str
    at: dt.datetime
    resolved_by: str | None = None
    resolved_at: dt.datetime | None = None


@dataclass
class Reviews:
    """What the events of the installation's stream add up to."""

    reviews: dict[str, Review] = field(default_factory=dict)
    files: dict[str, ReviewedFile] = field(default_factory=dict)  # by `id_of_file`
    comments: dict[str, Comment] = field(default_factory=dict)


TOLD: Mapping[str, type[Any]] = {
    "review": Review,
    "reviewed file": ReviewedFile,
    "review comment": Comment,
}
KINDS = (
    events.ReviewAsked,
    events.ReviewCommented,
    events.ReviewCommentMarked,
    events.ReviewDecided,
)
_OF_COMMENTS = (events.ReviewCommented, events.ReviewCommentMarked)


def id_of_file(review: str, file_name: str) -> str:
    return f"{review} {file_name}"


def named_by(event: Event) -> str:
    """The review, or the comment, that an event tells of."""
    named: Any = event
    return str(named.comment if isinstance(event, _OF_COMMENTS) else named.review)


def tell(found: Reviews, actor: str, at: dt.datetime, event: Event) -> None:
    """One more event."""
    match event:
        case events.ReviewAsked():
            asked = (event.file, event.owner, event.copy, event.hash, list(event.authors), event.note, at)
            found.reviews[event.review] = Review(*asked)
            copies = {**event.copies, event.file: event.copy}
            for file, hash in {event.file: event.hash, **event.others}.items():
                of = ReviewedFile(event.review, file, copies[file], hash)
                found.files[id_of_file(event.review, file)] = of
        case events.ReviewCommented():
            said = (event.review, event.element, event.file, event.text, actor, at)
            found.comments[event.comment] = Comment(*said)
        case events.ReviewCommentMarked():
            by, when = (actor, at) if event.is_resolved else (None, None)
            found.comments[event.comment] = dataclasses.replace(
                found.comments[event.comment], resolved_by=by, resolved_at=when
            )
        case events.ReviewDecided():
            _decide(found, actor, at, event)


def _decide(found: Reviews, actor: str, at: dt.datetime, event: events.ReviewDecided) -> None:
    """Who approved it stays when it is voided or deployed behind that."""
    changes: dict[str, Any] = {"status": event.act}
    if event.act in ("approved", "sent_back"):
        changes |= {
            "decided_by": actor,
            "decided_at": at,
            "reason": event.reason,
            "against": event.against,
        }
    if event.deployment is not None:
        changes["deployment"] = event.deployment
    found.reviews[event.review] = dataclasses.replace(found.reviews[event.review], **changes)
    if event.act == "approved":
        for file, against in {event.file: event.against, **event.others_against}.items():
            id = id_of_file(event.review, file)
            found.files[id] = dataclasses.replace(found.files[id], against=against)
