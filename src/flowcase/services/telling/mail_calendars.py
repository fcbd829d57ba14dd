"""The calendar files of a mail: one for each meeting that its notices invite to, move, cancel or close.

As RFC 6047 has it: a part `text/calendar` with the method in its type. Codes and links only, like the mail.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from email.message import EmailMessage as Message
from email.utils import parseaddr

from flowcase.cases import calendar_files
from flowcase.cases.calendar_files import Event
from flowcase.services.entitled.meeting_parts import INVITATION, INVITED
from flowcase.services.meetings.meeting_calendars import LENGTH, event_of
from flowcase.services.meetings.meetings import CANCELLED, entry_of
from flowcase.store import Tx
from flowcase.store.queries import records as record_rows
from flowcase.store.queries.mails import Told
from flowcase.store.queries.records import RecordRow
from flowcase.values import Value

_INVITED, _MOVED = "moede_indkaldelse", "moede_flyttet"  # sentences of notices
_OVER = {
    "moede_aflyst": "aflyst",
    "moede_invitation_trukket": "trukket_tilbage",
}  # -> status of the invitation
_SUMMARY = {"da": "Møde", "en": "Meeting"}


def events_of(
    tx: Tx,
    told: Sequence[Told],
    *,
    mine: Collection[str],
    settings: Mapping[str, Value],
    to: str,
    sender: str,
    address: str,
    language: str,
) -> list[Event]:
    """The meetings that the notices tell somebody of, as they stand now; `mine` are their id and groups."""
    minutes = settings.get(LENGTH)
    length = dt.timedelta(minutes=int(str(minutes))) if minutes is not None else dt.timedelta()
    found: dict[str, Event] = {}
    for each in told:
        for invitation in _told_of(tx, each, mine):
            meeting = record_rows.record(tx, str(invitation.open["moede_id"]))
            if meeting is None or meeting.is_erased or meeting.open.get("tid") is None:
                continue
            is_anonymous = meeting.open.get("anonymt") is True and invitation.open.get("ekstern") is True
            entry = entry_of(meeting, names_case=not is_anonymous)
            event = event_of(
                entry,
                summary=f"{_SUMMARY.get(language, _SUMMARY['da'])} {entry.case or ''}".strip(),
                url=f"{address}/moeder/{entry.id}",
                length=length,
                organizer=parseaddr(sender)[1],
                attendee=to,
            )
            is_over = entry.is_cancelled or invitation.open.get("status") != INVITED
            found[entry.id] = replace(event, is_cancelled=is_over)
    return [found[id] for id in sorted(found)]


def attach(message: Message, events: Sequence[Event], *, id: str, at: dt.datetime) -> None:
    """Each file is a part of its own; written again, the mail is the same to the letter."""
    for event in events:
        method = calendar_files.method_of(event)
        content = calendar_files.invitation(event, now=at).decode()
        message.add_attachment(
            content, subtype="calendar", charset="utf-8", filename="moede.ics", params={"method": str(method)}
        )
    if events:
        message.set_boundary(f"=_{id}")


def _told_of(tx: Tx, told: Told, mine: Collection[str]) -> list[RecordRow]:
    """The invitations that a notice is about."""
    if told.text_code not in (_INVITED, _MOVED, *_OVER):
        return []
    rows = record_rows.records(tx, entity=INVITATION, stream=told.stream)
    theirs = [row for row in rows if row.open.get("modtager") in mine]
    if told.text_code == _INVITED:
        return [row for row in theirs if row.open.get("sendt") == told.at]
    if told.text_code == _MOVED:
        return [row for row in theirs if row.open.get("status") == INVITED and not _is_off(tx, row)]
    return [row for row in theirs if row.open.get("status") == _OVER[told.text_code]]


def _is_off(tx: Tx, invitation: RecordRow) -> bool:
    meeting = record_rows.record(tx, str(invitation.open["moede_id"]))
    return meeting is None or meeting.open.get("status") in CANCELLED
