"""Meetings: a person's week, by codes only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flowcase.access.actor import Actor
from flowcase.cases.civil_time import at_wall_clock, local_date
from flowcase.services.definitions import Definitions
from flowcase.services.entitled import meeting_parts
from flowcase.services.entitled.meeting_parts import CONFERENCE, DAILY, MEETING
from flowcase.services.rule_sets import RuleSets
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import people as person_rows
from flowcase.store.queries import records as record_rows
from flowcase.store.queries.people import PersonRow
from flowcase.store.queries.records import RecordRow

PLANNED = "planlagt"
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
    is_uncalled: bool = False  # it has a time, and nobody is invited yet
    version: int = 0  # of its record: grows with each change
    changed_at: dt.datetime | None = None

    @property
    def day(self) -> dt.date | None:
        return local_date(self.starts_at) if self.starts_at else None


class Meetings:
    """One transaction per method, for reading only."""

    def __init__(self, transactions: Transactions, definitions: Definitions, rule_sets: RuleSets) -> None:
        self._transactions, self._definitions, self._rule_sets = transactions, definitions, rule_sets

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
        """The actor's meetings that begin from `first` until before `last`; also those that they convene."""

        def work(tx: Tx) -> list[Entry]:
            rows = record_rows.records_between(tx, MEETING, "tid", first, last)
            sent, mine = meeting_parts.sent_to(tx, (row.id for row in rows)), {actor.id, *actor.groups}
            invited = {meeting for meeting, guests in sent.items() if mine & guests}
            entries = [
                entry_of(
                    row,
                    names_case=meeting_parts.names_case(tx, row, actor),
                    is_uncalled=_waits(row) and row.id not in sent,
                )
                for row in self._theirs(tx, rows, actor, invited)
            ]
            return sorted(entries, key=lambda each: (each.starts_at or first, each.id))

        return self._transactions.read(work)

    def _theirs(
        self, tx: Tx, rows: Iterable[RecordRow], actor: Actor, invited: Iterable[str]
    ) -> Iterator[RecordRow]:
        person: PersonRow | None = None
        for row in rows:
            if meeting_parts.is_theirs(tx, self._definitions, row, actor, invited):
                yield row
            elif row.open.get("slags") == CONFERENCE:
                person = person or person_rows.person(tx, actor.id)
                district = person.district if person is not None else None
                if meeting_parts.convenes(tx, self._rule_sets, row, actor, district):
                    yield row


def _waits(row: RecordRow) -> bool:
    """Whether it is still to come, and no daily meeting, which invites nobody."""
    return row.open.get("status") == PLANNED and row.open.get("slags") != DAILY


def entry_of(row: RecordRow, *, names_case: bool, is_uncalled: bool = False) -> Entry:
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
        is_uncalled,
        row.version,
        row.updated_at,
    )
