"""Meetings: a person's week, by codes only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flowcase.access.actor import Actor
from flowcase.cases.civil_time import at_wall_clock, local_date
from flowcase.services import meeting_parts
from flowcase.services.definitions import Definitions
from flowcase.services.meeting_parts import DAILY, MEETING
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import records as record_rows

CANCELLED = ("aflyst", "sprunget_over")
_WEEK = dt.timedelta(days=7)


@dataclass(frozen=True)
class Entry:
    """A meeting in a list or a calendar: codes only."""

    id: str
    kind: str
    case: str | None
    starts_at: dt.datetime | None
    status: str
    is_cancelled: bool
    is_daily: bool
    version: int = 0  # of its record: grows with each change
    changed_at: dt.datetime | None = None

    @property
    def day(self) -> dt.date | None:
        return local_date(self.starts_at) if self.starts_at else None


class Meetings:
    """One transaction per method, for reading only."""

    def __init__(self, transactions: Transactions, definitions: Definitions) -> None:
        self._transactions, self._definitions = transactions, definitions

    def is_daily(self, id: str) -> bool:
        """Whether it is one of Fronten's, which have a screen of their own."""
        row = self._transactions.read(lambda tx: record_rows.record(tx, id))
        return row is not None and row.entity == MEETING and row.open.get("slags") == DAILY

    def week(self, actor: Actor, day: dt.date) -> list[Entry]:
        """The actor's meetings in the week of a day, earliest first; also the cancelled ones."""
        monday = day - dt.timedelta(days=day.weekday())
        first = at_wall_clock(monday, dt.time())
        return self.between(actor, first, at_wall_clock(monday + _WEEK, dt.time()))

    def between(self, actor: Actor, first: dt.datetime, last: dt.datetime) -> list[Entry]:
        """The actor's meetings that begin from `first` until before `last`."""

        def work(tx: Tx) -> list[Entry]:
            rows = record_rows.records_between(tx, MEETING, "tid", first, last)
            invited = meeting_parts.invited_to(tx, actor, (row.id for row in rows))
            found = [
                row for row in rows if meeting_parts.is_theirs(tx, self._definitions, row, actor, invited)
            ]
            entries = [entry_of(row, names_case=meeting_parts.names_case(tx, row, actor)) for row in found]
            return sorted(entries, key=lambda each: (each.starts_at or first, each.id))

        return self._transactions.read(work)


def entry_of(row: record_rows.RecordRow, *, names_case: bool) -> Entry:
    """A meeting's record as an entry."""
    values = row.open
    status = str(values.get("status") or "")
    return Entry(
        row.id,
        str(values.get("slags") or ""),
        row.case_code if names_case else None,
        values.get("tid"),
        status,
        status in CANCELLED,
        values.get("slags") == DAILY,
        row.version,
        row.updated_at,
    )
