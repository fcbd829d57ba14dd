"""Access reports: asked for, read by those whose cases they are, answered by a second person."""

from __future__ import annotations

from flowcase.cases import events
from flowcase.store.access_report_tables import access_report, access_report_choice
from flowcase.store.appliers import applies
from flowcase.store.tx import LockedInstance, Tx


@applies(events.AccessReportAsked)
def ask(tx: Tx, stream: str, instance: LockedInstance | None, event: events.AccessReportAsked) -> None:
    tx.insert(
        access_report,
        id=event.report,
        case_code=event.case,
        place=event.place,
        person=event.person,
        recipient=event.recipient,
        cases=list(event.cases),
        status="waiting",
        asked_at=tx.now,
        asked_by=tx.actor.id,
    )


@applies(events.AccessReportRead)
def read(tx: Tx, stream: str, instance: LockedInstance | None, event: events.AccessReportRead) -> None:
    tx.delete_all(access_report_choice, {"report": event.report, "case_code": event.case})
    for part in event.given:
        tx.insert(
            access_report_choice,
            report=event.report,
            case_code=event.case,
            part=part,
            judged_by=tx.actor.id,
        )


@applies(events.AccessReportAnswered)
def answer(tx: Tx, stream: str, instance: LockedInstance | None, event: events.AccessReportAnswered) -> None:
    tx.update(
        access_report,
        {"id": event.report, "status": "waiting"},
        {
            "status": "approved" if event.is_approved else "declined",
            "decided_at": tx.now,
            "decided_by": tx.actor.id,
            "content": event.content,
        },
        attempt=f"answer access report '{event.report}'",
    )
