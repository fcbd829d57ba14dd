"""A person's absence on an open transaction: what is reported, joined and ended, with or without cases."""

from __future__ import annotations

import datetime as dt

from flowcase.access.events import AbsenceEnded, AbsenceLastDayChanged, AbsenceReported
from flowcase.cases.civil_time import local_date
from flowcase.store import INSTALLATION, Tx
from flowcase.store.queries import absences as rows
from flowcase.store.queries.absences import PersonsAbsenceRow
from flowcase.store.queries.people import person as person_row


def report(tx: Tx, person: str, first: dt.date, last: dt.date) -> None:
    """Somebody is away on these days; what overlaps with what was reported before becomes one absence.

    Nothing is written of days that are reported already or are past, nor of who has no account.
    """
    today = local_date(tx.now)
    _hold(tx, person)
    touching = [row for row in _of(tx, person) if row.first <= last and first <= row.last]
    is_known = any(row.first <= first and last <= row.last for row in touching)
    if is_known or last < max(first, today) or person_row(tx, person) is None:
        return
    reported = AbsenceReported(
        absence=tx.new_id(),
        person=person,
        first=min([first, *(row.first for row in touching)]),
        last=max([last, *(row.last for row in touching)]),
        joins=tuple(row.id for row in touching),
    )
    tx.append(INSTALLATION, reported)


def end(tx: Tx, person: str) -> bool:
    """Ends what is under way; whether there was any."""
    today = local_date(tx.now)
    _hold(tx, person)
    return _ended(tx, [row for row in _of(tx, person) if row.first <= today])


def change_last_day(tx: Tx, person: str, last_before: dt.date, last: dt.date) -> PersonsAbsenceRow | None:
    """What is under way or announced until one day lasts until another; how it was, None where none is.

    What was announced and overlaps with days that are added becomes part of it. `last` is not past, and
    nothing happens where it is before the first day.
    """
    _hold(tx, person)
    known = _of(tx, person)
    changed = next((row for row in known if row.first <= last and row.last == last_before), None)
    if changed is None:
        return None
    joined = [
        row for row in known if row.id != changed.id and row.first <= last and changed.first <= row.last
    ]
    until = max([last, *(row.last for row in joined)])
    if until != last_before or joined:
        event = AbsenceLastDayChanged(
            absence=changed.id,
            person=person,
            first=changed.first,
            last=until,
            last_before=last_before,
            joins=tuple(row.id for row in joined),
        )
        tx.append(INSTALLATION, event)
    return changed


def call_off(tx: Tx, person: str, first: dt.date, last: dt.date) -> bool:
    """Ends what was announced within these days and has not begun; whether there was any."""
    today = local_date(tx.now)
    _hold(tx, person)
    within = [row for row in _of(tx, person) if first <= row.first and row.last <= last]
    return _ended(tx, [row for row in within if row.first > today])


def _ended(tx: Tx, found: list[PersonsAbsenceRow]) -> bool:
    for row in found:
        ended = AbsenceEnded(absence=row.id, person=row.person, first=row.first, last=row.last)
        tx.append(INSTALLATION, ended)
    return bool(found)


def _hold(tx: Tx, person: str) -> None:
    """Until the commit: two windows would not see what the other one reports."""
    tx.exclusive(f"absences of {person}")


def _of(tx: Tx, person: str) -> list[PersonsAbsenceRow]:
    return rows.of_person(tx, person, local_date(tx.now))
