"""Legal holds, and the erasure of a case: keys destroyed, and what lay beside them taken away.

A stream without its key holds ciphertext that nobody can open; the chain over it still verifies. What is
left in the open are the case's code, facts that tell of no person, and what figures count of its records.
"""

from __future__ import annotations

from sqlalchemy import delete, or_, select, update

from flowcase.cases import events
from flowcase.history.indicators import NEEDED
from flowcase.model import Values
from flowcase.store import access_report_tables, tables
from flowcase.store.appliers import applies
from flowcase.store.appliers.cases import sealed
from flowcase.store.retention_tables import erasure_item, erasure_proposal
from flowcase.store.tx import LockedInstance, Tx


@applies(events.LegalHoldPlaced)
def place_hold(tx: Tx, stream: str, instance: LockedInstance | None, event: events.LegalHoldPlaced) -> None:
    tx.insert(
        tables.legal_hold,
        case_code=event.case,
        reason=event.reason,
        placed_at=tx.now,
        placed_by=tx.actor.id,
    )


@applies(events.LegalHoldLifted)
def lift_hold(tx: Tx, stream: str, instance: LockedInstance | None, event: events.LegalHoldLifted) -> None:
    tx.delete(
        tables.legal_hold, {"case_code": event.case}, attempt=f"lift the legal hold of case '{event.case}'"
    )


@applies(events.ErasureProposed)
def propose_erasure(
    tx: Tx, stream: str, instance: LockedInstance | None, event: events.ErasureProposed
) -> None:
    tx.insert(
        erasure_proposal,
        id=event.proposal,
        reason=event.reason,
        status="waiting",
        proposed_at=tx.now,
        proposed_by=tx.actor.id,
    )
    for case, document_class in zip(event.cases, event.document_classes, strict=True):
        values = {"case_code": case, "document_class": document_class, "status": "waiting"}
        tx.insert(erasure_item, proposal=event.proposal, **values)


@applies(events.ErasureDecided)
def decide_erasure(
    tx: Tx, stream: str, instance: LockedInstance | None, event: events.ErasureDecided
) -> None:
    status = "approved" if event.is_approved else "declined"
    tx.update(
        erasure_proposal,
        {"id": event.proposal, "status": "waiting"},
        {"status": status, "decided_at": tx.now, "decided_by": tx.actor.id},
        attempt=f"decide erasure '{event.proposal}'",
    )


@applies(events.ErasureCarriedOut)
def carry_out_erasure(
    tx: Tx, stream: str, instance: LockedInstance | None, event: events.ErasureCarriedOut
) -> None:
    tx.update(
        erasure_item,
        {"proposal": event.proposal, "case_code": event.case, "status": "waiting"},
        {"status": "erased" if event.because is None else "kept", "because": event.because},
        attempt=f"carry out erasure '{event.proposal}'",
    )


@applies(events.RecordMoved)
def move_record(tx: Tx, stream: str, instance: LockedInstance | None, event: events.RecordMoved) -> None:
    row = tx.first(select(tables.record.c.version).where(tables.record.c.id == event.record))
    version = 0 if row is None else row.version
    changes = {
        "stream": stream,
        "case_code": event.case,
        "open": dict(event.open),
        "secret": sealed(tx, stream, event.record, event.secret),
        "version": version + 1,
        "updated_at": tx.now,
    }
    tx.update(
        tables.record,
        {"id": event.record, "version": version},
        changes,
        attempt=f"move {event.entity} '{event.record}'",
    )


@applies(events.CaseErased)
def erase_case(tx: Tx, stream: str, instance: LockedInstance | None, event: events.CaseErased) -> None:
    for name in event.streams:
        # What this transaction still writes there is sealed with the key that it holds since before.
        tx.stream(name)
        tx.update_all(tables.stream, {"id": name}, {"wrapped_key": None})
    _reduce_records(tx, event)
    _take_away_rows(tx, event)
    tx.update(
        tables.case_file,
        {"code": event.case},
        {
            "facts": dict(event.facts),
            "child": None,
            "team": event.facts.get("team"),
            "caseworker": event.facts.get("sagsbehandler"),
            "erased_at": tx.now,
            "updated_at": tx.now,
        },
        attempt=f"erase case '{event.case}'",
    )


def _reduce_records(tx: Tx, event: events.CaseErased) -> None:
    table = tables.record
    found = tx.rows(
        select(table.c.id, table.c.entity, table.c.stream, table.c.open).where(
            or_(table.c.case_code == event.case, table.c.stream.in_(event.streams))
        )
    )
    for row in found:
        changes: Values = {"open": _open_that_stays(row.entity, row.open), "updated_at": tx.now}
        if row.stream not in event.streams:  # its ciphertext could still be opened
            changes = {**changes, "secret": {}}
        tx.update_all(table, {"id": row.id}, changes)
        tx.delete_all(tables.search_key, {"record": row.id})


def _open_that_stays(entity: str, values: Values) -> Values:
    """What figures count, and nothing by which a flow would find the record and go on with it."""
    return {name: value for name, value in values.items() if name in NEEDED.get(entity, ())}


def _take_away_rows(tx: Tx, event: events.CaseErased) -> None:
    """Drafts, contents of documents, messages on their way and notices: nobody will read them again."""
    of_case = or_(tables.user_task.c.case_code == event.case, tables.user_task.c.stream.in_(event.streams))
    drafts = tables.user_task_draft
    tx.execute(delete(drafts).where(drafts.c.user_task.in_(select(tables.user_task.c.id).where(of_case))))
    presences = tables.user_task_presence
    tx.execute(
        delete(presences).where(presences.c.user_task.in_(select(tables.user_task.c.id).where(of_case)))
    )
    for table in (tables.document_part, tables.document_content):
        tx.execute(delete(table).where(table.c.stream.in_(event.streams)))
    for table in (tables.message, tables.notice):
        tx.execute(
            delete(table).where(or_(table.c.case_code == event.case, table.c.stream.in_(event.streams)))
        )
    report, choice = access_report_tables.access_report, access_report_tables.access_report_choice
    asked_here = select(report.c.id).where(report.c.case_code == event.case)
    tx.execute(delete(choice).where(or_(choice.c.case_code == event.case, choice.c.report.in_(asked_here))))
    tx.execute(delete(report).where(report.c.case_code == event.case))
    deadlines = tables.deadline
    tx.execute(
        update(deadlines)
        .where(or_(deadlines.c.case_code == event.case, deadlines.c.stream.in_(event.streams)))
        .values(responsible=None, plan={})
    )
