"""The domain's events: cases, records, deadlines and notices."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select, text, update

from flowcase.cases import events
from flowcase.cases.deadlines import kept_of
from flowcase.errors import NotFound
from flowcase.model import Values
from flowcase.store import known_people, tables
from flowcase.store.appliers import applies, history_only
from flowcase.store.prepared import Prepared
from flowcase.store.tx import LockedInstance, Tx
from flowcase.values import canonical_json, to_json

history_only(events.NotificationReceived, events.IntakeRefused)

# Facts of a case that lists filter by: fact -> column.
_COPIED_FACTS = {
    "status": "status",
    "team": "team",
    "sagsbehandler": "caseworker",
    "distrikt": "district",
    "omraade": "area",
    "trin": "step",
}


# --- cases -----------------------------------------------------------------------------------------


@applies(events.CaseOpened)
def open_case(tx: Tx, stream: str, instance: LockedInstance | None, event: events.CaseOpened) -> None:
    tx.stream(stream)
    tx.insert(
        tables.case_file,
        code=event.case,
        stream=stream,
        child=event.child,
        rule_set=event.rule_set,
        rule_set_version=event.rule_set_version,
        facts=dict(event.facts),
        version=1,
        opened_at=tx.now,
        updated_at=tx.now,
        **{column: _copied(event.facts.get(fact)) for fact, column in _COPIED_FACTS.items()},
    )


@applies(events.CaseRuleSetChanged)
def change_rule_set(
    tx: Tx, stream: str, instance: LockedInstance | None, event: events.CaseRuleSetChanged
) -> None:
    tx.stream(stream)
    row = _existing(tx, _READ_CASE, "case", event.case)
    tx.update(
        tables.case_file,
        {"code": event.case, "version": row.version},
        {
            "rule_set": event.rule_set,
            "rule_set_version": event.rule_set_version,
            "version": row.version + 1,
            "updated_at": tx.now,
        },
        attempt=f"move case '{event.case}' to another rule set",
    )
    pin = f"{event.rule_set}:{event.rule_set_version}"
    for running in tx.rows(_RUNNING_OF_CASE, {"case": event.case}):
        tx.lock(running.id).rule_set = pin
        tx.update_all(tables.instance, {"id": running.id}, {"rule_set": pin})


@applies(events.CaseFactSet)
def set_fact(tx: Tx, stream: str, instance: LockedInstance | None, event: events.CaseFactSet) -> None:
    tx.stream(stream)
    row = _existing(tx, _READ_CASE, "case", event.case)
    changes: dict[str, Any] = {
        "facts": {**row.facts, event.name: event.value},
        "version": row.version + 1,
        "updated_at": tx.now,
    }
    if event.name in _COPIED_FACTS:
        changes[_COPIED_FACTS[event.name]] = _copied(event.value)
    tx.update(
        tables.case_file,
        {"code": event.case, "version": row.version},
        changes,
        attempt=f"set '{event.name}' of case '{event.case}'",
    )


def _copied(value: Any) -> str | None:
    return None if value in (None, "") else str(value)


@applies(events.CaseClosed)
def close_case(tx: Tx, stream: str, instance: LockedInstance | None, event: events.CaseClosed) -> None:
    tx.stream(stream)
    row = _existing(tx, _READ_CASE, "case", event.case)
    tx.update(
        tables.case_file,
        {"code": event.case, "version": row.version},
        {"closed_at": tx.now, "outcome": event.outcome, "version": row.version + 1, "updated_at": tx.now},
        attempt=f"close case '{event.case}'",
    )


@applies(events.CaseReopened)
def reopen_case(tx: Tx, stream: str, instance: LockedInstance | None, event: events.CaseReopened) -> None:
    tx.stream(stream)
    row = _existing(tx, _READ_CASE, "case", event.case)
    tx.update(
        tables.case_file,
        {"code": event.case, "version": row.version},
        {"closed_at": None, "outcome": None, "version": row.version + 1, "updated_at": tx.now},
        attempt=f"open case '{event.case}' again",
    )


# --- records ---------------------------------------------------------------------------------------


@applies(events.RecordCreated)
def create_record(tx: Tx, stream: str, instance: LockedInstance | None, event: events.RecordCreated) -> None:
    tx.stream(stream)
    tx.insert(
        tables.record,
        id=event.record,
        entity=event.entity,
        stream=stream,
        case_code=event.case,
        open=dict(event.open),
        secret=sealed(tx, stream, event.record, event.secret),
        version=1,
        created_at=tx.now,
        updated_at=tx.now,
    )
    _index(tx, event.record, event.entity, event.search)
    known_people.index(tx, event.record, event.entity)


@applies(events.RecordUpdated)
def update_record(tx: Tx, stream: str, instance: LockedInstance | None, event: events.RecordUpdated) -> None:
    """A record stays under the key of the stream that it was created in."""
    tx.stream(stream)
    row = _existing(tx, _READ_RECORD, "record", event.record)
    changes: dict[str, Any] = {
        "open": {**row.open, **event.open},
        "secret": {**row.secret, **sealed(tx, row.stream, event.record, event.secret)},
        "version": row.version + 1,
        "updated_at": tx.now,
    }
    if event.case is not None:
        changes["case_code"] = event.case
    tx.update(
        tables.record,
        {"id": event.record, "version": row.version},
        changes,
        attempt=f"change {event.entity} '{event.record}'",
    )
    for attribute in event.search:
        tx.delete_all(tables.search_key, {"record": event.record, "attribute": attribute})
    _index(tx, event.record, event.entity, event.search)
    known_people.index(tx, event.record, event.entity, event.secret)


def sealed(tx: Tx, stream: str, record: str, secret: Values) -> dict[str, str]:
    """Each secret attribute as its column holds it."""
    return {
        name: base64.b64encode(
            tx.seal(stream, f"record|{record}|{name}", canonical_json(to_json(value)))
        ).decode()
        for name, value in secret.items()
    }


def _index(tx: Tx, record: str, entity: str, search: Mapping[str, str]) -> None:
    for attribute, sought in search.items():
        digest = tx.digest(f"{entity}.{attribute}", sought)
        tx.insert(tables.search_key, record=record, attribute=attribute, digest=digest)


@applies(events.NoteWritten)
def write_note(tx: Tx, stream: str, instance: LockedInstance | None, event: events.NoteWritten) -> None:
    tx.stream(stream)
    tx.insert(
        tables.record,
        id=event.note,
        entity="Notat",
        stream=stream,
        case_code=event.case,
        open={"type": event.kind, "kilde": event.source, "skrevet": tx.now},
        secret=sealed(tx, stream, event.note, {"indhold": event.text}),
        version=1,
        created_at=tx.now,
        updated_at=tx.now,
    )


# --- deadlines -------------------------------------------------------------------------------------


@applies(events.DeadlineOpened)
def open_deadline(tx: Tx, stream: str, instance: LockedInstance | None, event: events.DeadlineOpened) -> None:
    _outdate(tx, event)
    tx.insert(
        tables.deadline,
        id=event.deadline,
        rule=event.rule,
        rule_set=event.rule_set,
        rule_set_version=event.rule_set_version,
        start_fact=event.start_fact,
        start=event.start,
        amount=event.amount,
        unit=event.unit,
        convention=event.convention,
        legal_basis=event.legal_basis,
        considered=list(event.considered),
        due_at=event.due_at,
        due_local=event.due_local,
        internal_target=event.internal_target,
        status="open",
        opened_at=tx.now,
        plan=dict(event.plan),
        reminders=[],
        escalations=[],
        stream=stream,
        case_code=event.case,
        subject=event.subject,
        part=event.part,
        responsible=event.responsible,
        instance=event.instance,
        element=event.element,
        version=1,
        is_current=True,
    )


def _outdate(tx: Tx, event: events.DeadlineOpened) -> None:
    """Those before it of the same rule and instance that are done are read by no diagram any more."""
    table = tables.deadline
    if event.case is not None:
        tx.execute(
            update(table)
            .where(
                table.c.case_code == event.case,
                text(tables.DEADLINE_IS_CURRENT),
                table.c.rule == event.rule,
                table.c.instance.is_not_distinct_from(event.instance),
                table.c.status.in_(("met", "cancelled")),
            )
            .values(is_current=False)
        )


@applies(events.DeadlineMoved)
def move_deadline(tx: Tx, stream: str, instance: LockedInstance | None, event: events.DeadlineMoved) -> None:
    changes: dict[str, Any] = {
        "start": event.start,
        "due_at": event.due_at,
        "due_local": event.due_local,
        "internal_target": event.internal_target,
        "plan": dict(event.plan),
    }
    if event.is_reopened:
        changes.update(status="open", breached_at=None)
    if event.rule_set:
        changes.update(
            amount=event.amount,
            unit=event.unit,
            rule_set=event.rule_set,
            rule_set_version=event.rule_set_version,
            considered=list(event.considered),
        )
    _change_deadline(tx, stream, event.deadline, "move", changes)


@applies(events.DeadlineMet)
def meet_deadline(tx: Tx, stream: str, instance: LockedInstance | None, event: events.DeadlineMet) -> None:
    changes = {
        "status": "met",
        "met_at": event.met_at,
        "seconds_late": event.seconds_late,
        "days_late": event.days_late,
    }
    _change_deadline(tx, stream, event.deadline, "meet", changes)


@applies(events.DeadlineBreached)
def breach_deadline(
    tx: Tx, stream: str, instance: LockedInstance | None, event: events.DeadlineBreached
) -> None:
    changes = {"status": "breached", "breached_at": event.breached_at}
    _change_deadline(tx, stream, event.deadline, "breach", changes)


@applies(events.DeadlineCancelled)
def cancel_deadline(
    tx: Tx, stream: str, instance: LockedInstance | None, event: events.DeadlineCancelled
) -> None:
    _change_deadline(tx, stream, event.deadline, "cancel", {"status": "cancelled", "cancelled_at": tx.now})


@applies(events.ReminderSent)
def send_reminder(tx: Tx, stream: str, instance: LockedInstance | None, event: events.ReminderSent) -> None:
    sent = {
        "nr": event.nr,
        "planned_at": event.planned_at,
        "sent_at": tx.now,
        "groups": list(event.groups),
        "people": list(event.people),
    }
    row = _existing(tx, _READ_DEADLINE, "deadline", event.deadline)
    _change_deadline(tx, stream, event.deadline, "remind of", {"reminders": [*row.reminders, sent]})


@applies(events.EscalationSent)
def send_escalation(
    tx: Tx, stream: str, instance: LockedInstance | None, event: events.EscalationSent
) -> None:
    sent = {
        "step": event.step,
        "planned_at": event.planned_at,
        "sent_at": tx.now,
        "groups": list(event.groups),
        "people": list(event.people),
    }
    row = _existing(tx, _READ_DEADLINE, "deadline", event.deadline)
    _change_deadline(
        tx, stream, event.deadline, "escalate", {"escalations": kept_of([*row.escalations, sent])}
    )


def _change_deadline(tx: Tx, stream: str, deadline: str, verb: str, changes: dict[str, Any]) -> None:
    """Only what is open or breached can still change: a met or cancelled deadline is history."""
    tx.stream(stream)
    row = _existing(tx, _READ_DEADLINE, "deadline", deadline)
    changes["version"] = row.version + 1
    status = row.status if row.status in ("open", "breached") else "open"
    tx.update(
        tables.deadline,
        {"id": deadline, "version": row.version, "status": status},
        changes,
        attempt=f"{verb} deadline '{deadline}'",
    )


# --- notices ---------------------------------------------------------------------------------------


@applies(events.NoticeSent)
def send_notice(tx: Tx, stream: str, instance: LockedInstance | None, event: events.NoticeSent) -> None:
    recipients = [("group", name) for name in dict.fromkeys(event.groups)]
    recipients += [("person", name) for name in dict.fromkeys(event.people)]
    for kind, name in recipients:
        tx.insert(
            tables.notice,
            id=event.notice,
            recipient_kind=kind,
            recipient=name,
            kind=event.kind,
            text_code=event.text,
            stream=stream,
            case_code=event.case,
            deadline=event.deadline,
            due_at=event.due_at,
            at=tx.now,
        )


_RUNNING_OF_CASE = Prepared(
    select(tables.instance.c.id)
    .where(tables.instance.c.case_code == bindparam("case"), tables.instance.c.ended_at.is_(None))
    .order_by(tables.instance.c.started_at, tables.instance.c.id)
)
_READ_CASE = Prepared(select(tables.case_file).where(tables.case_file.c.code == bindparam("key")))
_READ_RECORD = Prepared(select(tables.record).where(tables.record.c.id == bindparam("key")))
_READ_DEADLINE = Prepared(select(tables.deadline).where(tables.deadline.c.id == bindparam("key")))


def _existing(tx: Tx, statement: Any, kind: str, key: str) -> Any:
    row = tx.first(statement, {"key": key})
    if row is None:
        raise NotFound(kind, key)
    return row
