"""The case file as one document, for access requests and appeals: filtered by class, and an event itself."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flowcase.access.actor import Actor
from flowcase.access.permissions import may_hand_out_case
from flowcase.cases.entities import DataClass, let_through
from flowcase.errors import Erased, Forbidden, InvalidValues
from flowcase.events import ExportMade
from flowcase.history.exports.line import values_of
from flowcase.history.exports.plain import jsonable
from flowcase.history.moment import Moment, RecordThen, moment
from flowcase.services.case_files.time_travel import events_of
from flowcase.services.casework.record_names import OpenRecord
from flowcase.services.entitled import case_access, confidentiality
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, Tx
from flowcase.store.queries import case_files, history
from flowcase.store.queries import records as record_rows
from flowcase.store.queries.history import EventRow

_ROWS_OF_CHILDREN = ("boern", "soeskende_boern")  # of a notification, each with the code of its case

PURPOSES = ("aktindsigt", "klage", "andet")


@dataclass(frozen=True)
class Dossier:
    """What the document holds; `machine` is the same for programs, `digest` its SHA-256."""

    case: str
    data_class: DataClass
    purpose: str
    at: dt.datetime
    by: str
    moment: Moment
    records: Sequence[RecordThen]  # oldest first, with values of the class asked for and below
    notifications: Sequence[OpenRecord]  # of the case, which they are not written on; as much of them
    events: int
    head: str  # hash of the newest event of the case, hex
    machine: bytes
    digest: str


class CaseDossiers:
    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def may_make(self, case: str, *, actor: Actor) -> bool:
        """Never of an erased one. Raises NotFound."""

        def work(tx: Tx) -> bool:
            row = case_access.existing(tx, case)
            return row.erased_at is None and _may(row, actor)

        return self._transactions.read(work)

    def check(self, case: str, *, actor: Actor) -> None:
        """Raises NotFound, Forbidden, and Erased for a case that is no more."""
        self._transactions.read(lambda tx: _entitled(tx, case, actor))

    def classes(self, case: str, *, actor: Actor) -> tuple[DataClass, ...]:
        """How confidential it may be for this actor; none for who may not make it. Raises NotFound."""

        def work(tx: Tx) -> tuple[DataClass, ...]:
            row = case_access.existing(tx, case)
            if not _may(row, actor):
                return ()
            return confidentiality.choices(confidentiality.highest_handed_out(actor, row))

        return self._transactions.read(work)

    def make(self, case: str, *, data_class: str, purpose: str, actor: Actor) -> Dossier:
        """Put it together; that it left the house is in the history before it does.

        Raises NotFound, Forbidden, Erased, and InvalidValues for a class or purpose that there is not, or a
        class above theirs.
        """

        def work(tx: Tx) -> Dossier:
            row = _entitled(tx, case, actor)
            wanted = _wanted(data_class, purpose)
            confidentiality.check_class(wanted, confidentiality.highest_handed_out(actor, row))
            return _put_together(tx, row, wanted, purpose, actor)

        dossier = self._transactions.read(work)

        def remember(tx: Tx) -> None:
            row = case_access.existing(tx, case)
            made = ExportMade(
                format=f"pdf:{purpose}",
                case=case,
                process=None,
                first=None,
                last=None,
                data_class=dossier.data_class.value,
                names_actors=True,
                events=dossier.events,
            )
            tx.append(INSTALLATION, made, concerns=[row.stream])

        self._transactions.run(actor, remember)
        return dossier


def _wanted(data_class: str, purpose: str) -> DataClass:
    """The class that was asked for. Raises InvalidValues."""
    errors = {}
    if data_class not in DataClass.__members__.values():
        errors["klasse"] = ["Vælg, hvor fortroligt det må være."]
    if purpose not in PURPOSES:
        errors["formaal"] = ["Vælg, hvad sagsakten skal bruges til."]
    if errors:
        raise InvalidValues("case file", errors)
    return DataClass(data_class)


def _entitled(tx: Tx, case: str, actor: Actor) -> case_files.CaseRow:
    row = case_access.existing(tx, case)
    if not _may(row, actor):
        raise Forbidden(f"hand out case '{case}'", "only its own and auditors may")
    if row.erased_at is not None:
        raise Erased("case", case)
    return row


def _may(row: case_files.CaseRow, actor: Actor) -> bool:
    return may_hand_out_case(actor, team=case_access.closest_group(row), caseworkers=row.caseworkers)


def _put_together(tx: Tx, row: case_files.CaseRow, wanted: DataClass, purpose: str, actor: Actor) -> Dossier:
    events = events_of(tx, row)
    found = moment(events, tx.now).of(row.code)
    notifications = _notifications(tx, row)
    told = [_about(row.code, each) for each in notifications]
    records = sorted([*told, *found.records.values()], key=lambda each: each.written_at)
    for record in records:
        record.values = let_through(record.entity, record.values, wanted)
    found.facts = let_through("Sag", found.facts or {}, wanted)
    head = history.streams(tx, row.stream)[0].head.hex()
    own = [each for each in events if _concerns(each, row)]
    machine = _machine(row, wanted, purpose, tx.now, actor, found, records, own, head)
    return Dossier(
        row.code,
        wanted,
        purpose,
        tx.now,
        actor.id,
        found,
        records,
        [
            OpenRecord(each.id, each.entity, let_through(each.entity, each.values, wanted), each.created_at)
            for each in notifications
        ],
        len(own),
        head,
        machine,
        hashlib.sha256(machine).hexdigest(),
    )


def _notifications(tx: Tx, row: case_files.CaseRow) -> list[record_rows.RecordRow]:
    """Those about the child: each lies on a stream of its own, for it may tell of other children too."""
    named = {str(each) for each in row.facts.get("underretninger") or ()}
    found = (record_rows.record(tx, id) for id in sorted(named))
    return [each for each in found if each is not None]


def _about(code: str, notification: record_rows.RecordRow) -> RecordThen:
    """What it says, without the rows and codes of other children's cases."""
    values = dict(notification.values)
    for name in _ROWS_OF_CHILDREN:
        rows: Any = values.get(name) or ()
        values[name] = [each for each in rows if each.get("sag") == code] or None
    values["sager"] = [code]
    written, changed = notification.created_at, notification.updated_at
    return RecordThen(notification.id, notification.entity, code, values, written, changed)


def _concerns(event: EventRow, row: case_files.CaseRow) -> bool:
    """A notification may tell of other children too: of its stream, what names this case."""
    return event.event is not None and (
        event.stream == row.stream or getattr(event.event, "case", None) == row.code
    )


def _machine(
    row: case_files.CaseRow,
    wanted: DataClass,
    purpose: str,
    at: dt.datetime,
    actor: Actor,
    found: Moment,
    records: Sequence[RecordThen],
    events: Sequence[EventRow],
    head: str,
) -> bytes:
    whole: dict[str, Any] = {
        "case": row.code,
        "class": wanted.value,
        "purpose": purpose,
        "made_at": at,
        "made_by": actor.id,
        "rule_set": found.rule_set,
        "opened_at": found.opened_at,
        "closed_at": found.closed_at,
        "outcome": found.outcome,
        "head": head,
        "facts": found.facts,
        "records": [
            {
                "id": each.id,
                "entity": each.entity,
                "written_at": each.written_at,
                "changed_at": each.changed_at,
                "values": each.values,
            }
            for each in records
        ],
        "deadlines": [vars(each) for each in found.deadlines.values()],
        "events": [
            {
                "stream": each.stream,
                "seq": each.seq,
                "at": each.at,
                "kind": each.kind,
                "actor": each.actor,
                "element": each.element,
                "values": values_of(each.event, wanted, lambda value: value) if each.event else {},
            }
            for each in events
        ],
    }
    return (json.dumps(jsonable(whole), ensure_ascii=False, indent=1) + "\n").encode()
