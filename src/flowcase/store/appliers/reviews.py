"""Reviews of drafts: what was asked, said and decided."""

from __future__ import annotations

from flowcase import events
from flowcase.store.appliers import applies
from flowcase.store.review_tables import review, review_comment, review_file
from flowcase.store.tx import LockedInstance, Tx


@applies(events.ReviewAsked)
def ask(tx: Tx, stream: str, instance: LockedInstance | None, event: events.ReviewAsked) -> None:
    tx.insert(
        review,
        id=event.review,
        file_name=event.file,
        owner=event.owner,
        copy=event.copy,
        hash=event.hash,
        authors=list(event.authors),
        note=event.note,
        at=tx.now,
        status="asked",
    )
    for file, hash in {event.file: event.hash, **event.others}.items():
        copy = event.copy if file == event.file else event.copies[file]
        tx.insert(review_file, review=event.review, file_name=file, copy=copy, hash=hash)


@applies(events.ReviewCommented)
def comment(tx: Tx, stream: str, instance: LockedInstance | None, event: events.ReviewCommented) -> None:
    tx.insert(
        review_comment,
        id=event.comment,
        review=event.review,
        file_name=event.file,
        element=event.element,
        text=event.text,
        actor=tx.actor.id,
        at=tx.now,
    )


@applies(events.ReviewCommentMarked)
def mark(tx: Tx, stream: str, instance: LockedInstance | None, event: events.ReviewCommentMarked) -> None:
    resolved = {"resolved_by": tx.actor.id, "resolved_at": tx.now}
    tx.update(
        review_comment,
        {"id": event.comment, "review": event.review},
        resolved if event.is_resolved else dict.fromkeys(resolved),
        attempt=f"mark comment '{event.comment}'",
    )


@applies(events.ReviewDecided)
def decide(tx: Tx, stream: str, instance: LockedInstance | None, event: events.ReviewDecided) -> None:
    """Who approved it stays on the row when it is voided or deployed behind that."""
    changes: dict[str, object] = {"status": event.act}
    if event.act in ("approved", "sent_back"):
        changes |= {
            "decided_by": tx.actor.id,
            "decided_at": tx.now,
            "reason": event.reason,
            "against": event.against,
        }
    if event.deployment is not None:
        changes["deployment"] = event.deployment
    attempt = f"decide review '{event.review}'"
    tx.update(review, {"id": event.review}, changes, attempt=attempt)
    if event.act == "approved":
        for file, against in {event.file: event.against, **event.others_against}.items():
            key = {"review": event.review, "file_name": file}
            tx.update(review_file, key, {"against": against}, attempt=attempt)
