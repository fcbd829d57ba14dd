"""How long single documents are kept; and the erasure of one, whose case goes on."""

from __future__ import annotations

from sqlalchemy import select

from flowcase.cases import events
from flowcase.store import tables
from flowcase.store.appliers import applies
from flowcase.store.retention_tables import document_period
from flowcase.store.tx import LockedInstance, Tx


@applies(events.DocumentPeriodProposed)
def propose(
    tx: Tx, stream: str, instance: LockedInstance | None, event: events.DocumentPeriodProposed
) -> None:
    tx.insert(
        document_period,
        id=event.period,
        document=event.document,
        case_code=event.case,
        until=event.until,
        reason=event.reason,
        status="waiting",
        proposed_at=tx.now,
        proposed_by=tx.actor.id,
    )


@applies(events.DocumentPeriodDecided)
def decide(tx: Tx, stream: str, instance: LockedInstance | None, event: events.DocumentPeriodDecided) -> None:
    if event.is_approved:  # in place of what was approved before
        named = select(document_period.c.document).where(document_period.c.id == event.period)
        document = tx.scalar(named)
        tx.update_any(document_period, {"document": document, "status": "approved"}, {"status": "replaced"})
    tx.update(
        document_period,
        {"id": event.period, "status": "waiting"},
        {
            "status": "approved" if event.is_approved else "declined",
            "decided_at": tx.now,
            "decided_by": tx.actor.id,
        },
        attempt=f"decide how long a document is kept '{event.period}'",
    )


@applies(events.DocumentErased)
def erase(tx: Tx, stream: str, instance: LockedInstance | None, event: events.DocumentErased) -> None:
    table = tables.record
    row = tx.first(select(table.c.open).where(table.c.id == event.document))
    if row is not None:
        left = {**row.open, "status": "slettet"}
        changes = {"open": left, "secret": {}, "updated_at": tx.now}
        tx.update_all(table, {"id": event.document}, changes)
    tx.delete_all(tables.search_key, {"record": event.document})
    if event.content:
        for parts in (tables.document_part, tables.document_content):
            tx.delete_all(parts, {"stream": stream, "digest": event.content})
    tx.update(
        document_period,
        {"id": event.period, "status": "approved"},
        {"status": "done"},
        attempt=f"erase document '{event.document}'",
    )
