"""Meetings: a person's week, by codes only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from flowcase.access.actor import Actor
from flowcase.cases.civil_time import at_wall_clock, local_date
from flowcase.services import daily_parts
from flowcase.services.definitions import Definitions
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import case_files
from flowcase.store.queries import records as record_rows

MEETING, DAILY = "Moede", "dagsmoede"
CANCELLED = ("aflyst", "sprunget_over")
INVITED = "inviteret"
_NAMED = ("indkalder", "moedeleder", "referent", "medleder")
_LISTED = ("inviterede", "til_stede", "frontpersonale", "forebyggende", "familieteam")
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

    @property
    def day(self) -> dt.date | None:
        return local_date(self.starts_at) if self.starts_at else None


class Meetings:
    """One transaction per method, for reading only."""

    def __init__(self, transactions: Transactions, definitions: Definitions) -> None:
        self._transactions, self._definitions = transactions, definitions

    def week(self, actor: Actor, day: dt.date) -> list[Entry]:
        """The actor's meetings in the week of a day, earliest first; also the cancelled ones."""
        monday = day - dt.timedelta(days=day.weekday())
        first = at_wall_clock(monday, dt.time())
        return self.between(actor, first, at_wall_clock(monday + _WEEK, dt.time()))

    def between(self, actor: Actor, first: dt.datetime, last: dt.datetime) -> list[Entry]:
        """The actor's meetings that begin from `first` until before `last`."""

        def work(tx: Tx) -> list[Entry]:
            invited = self._invited(tx, actor)
            found = [
                row
                for row in record_rows.records(tx, entity=MEETING)
                if row.open.get("tid") and first <= row.open["tid"] < last
                if self._is_theirs(tx, row, actor, invited)
            ]
            return sorted(map(_entry, found), key=lambda each: (each.starts_at or first, each.id))

        return self._transactions.read(work)

    # --- inside ------------------------------------------------------------------------------------

    def _invited(self, tx: Tx, actor: Actor) -> frozenset[str]:
        """Meetings that the actor is invited to, by name or by a group."""
        mine = {actor.id, *actor.groups}
        rows = record_rows.records(tx, entity="Invitation", k0={"status": INVITED})
        return frozenset(str(row.open["moede_id"]) for row in rows if row.open.get("modtager") in mine)

    def _is_theirs(self, tx: Tx, row: record_rows.RecordRow, actor: Actor, invited: Iterable[str]) -> bool:
        values = row.open
        mine = {actor.id, *actor.groups}
        named = {values.get(name) for name in _NAMED} | {
            one for name in _LISTED for one in values.get(name) or []
        }
        if row.id in set(invited) or mine & named:
            return True
        if values.get("slags") == DAILY:
            return daily_parts.takes_part(tx, self._definitions, row, actor)
        case = case_files.case(tx, row.case_code) if row.case_code else None
        return case is not None and actor.id in (case.caseworker, case.facts.get("stedfortraeder"))


def _entry(row: record_rows.RecordRow) -> Entry:
    values = row.open
    status = str(values.get("status") or "")
    return Entry(
        row.id,
        str(values.get("slags") or ""),
        row.case_code,
        values.get("tid"),
        status,
        status in CANCELLED,
        values.get("slags") == DAILY,
    )
