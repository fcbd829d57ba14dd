"""A person's own deadlines, due user tasks and meetings, as entries of a calendar: codes and links only."""

from __future__ import annotations

import datetime as dt

from flowcase.access.actor import Actor
from flowcase.cases.calendar_files import Event
from flowcase.history.deadline_names import quoted
from flowcase.services.entitled.unnamed_cases import untold
from flowcase.services.meetings.meeting_calendars import event_of
from flowcase.services.meetings.meetings import Meetings
from flowcase.services.tasks.asked import Asked, View
from flowcase.services.tasks.inboxes import Inboxes
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import deadlines, mails
from flowcase.store.queries.deadlines import DeadlineRow

MOST = 500  # of each kind
_WORDS = {"da": ("Frist", "Opgave", "Møde"), "en": ("Deadline", "Task", "Meeting")}
BEHIND, AHEAD = dt.timedelta(days=31), dt.timedelta(days=366)  # of meetings


class OwnCalendars:
    def __init__(self, transactions: Transactions, inboxes: Inboxes, meetings: Meetings) -> None:
        self._transactions, self._inboxes, self._meetings = transactions, inboxes, meetings

    def events(self, actor: Actor, *, address: str) -> list[Event]:
        """What runs in the actor's cases, what the actor has taken with a due date, and meetings of a year.

        `address` is where the pages are.
        """

        def work(tx: Tx) -> tuple[list[DeadlineRow], frozenset[str], str]:
            rows, chosen = deadlines.of_person(tx, actor.id, limit=MOST), mails.choice(tx, actor.id)
            language = (chosen.language if chosen is not None else None) or "da"
            return rows, untold(tx, (row.case_code for row in rows), actor), language

        rows, kept, language = self._transactions.read(work)
        deadline, user_task, meeting = _WORDS[language]
        named = {row.id: row.case_code for row in rows if row.case_code not in kept}
        found = [
            Event(
                uid=f"frist-{row.id}@flowcase",
                summary=_named(f"{deadline}: {quoted(row.rule, language)}", named.get(row.id), ", "),
                starts_at=row.due_at,
                sequence=row.version,
                url=f"{address}/sager/{code}" if (code := named.get(row.id)) else "",
                categories=("frist",),
            )
            for row in rows
        ]
        asked = Asked(view=View.OWN, with_put_off=True)
        found += [
            Event(
                uid=f"opgave-{row.id}@flowcase",
                summary=_named(user_task, row.case_code),
                starts_at=row.due_at,
                url=f"{address}/opgaver/{row.id}",
                categories=("opgave",),
            )
            for row in self._inboxes.page(actor, asked, limit=MOST).rows
            if row.due_at is not None
        ]
        now = self._transactions.clock.now()
        found += [
            event_of(
                entry,
                summary=_named(meeting, entry.case),
                url=f"{address}/moeder/{entry.id}",
                length=dt.timedelta(),
            )
            for entry in self._meetings.between(actor, now - BEHIND, now + AHEAD)[:MOST]
            if entry.starts_at is not None
        ]
        return found


def _named(said: str, case: str | None, between: str = " ") -> str:
    return f"{said}{between}{case}" if case else said
