"""Meetings other than the daily one: a person's week, and one meeting with all that belongs to it.

Who is invited, named on the meeting or may see its case may see it. What was said there (purpose, subject of
an item, minutes, agreements) is for the authority's people on the case; somebody invited from outside sees
the items they may hear and the agreements they have a part in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flowcase.access.actor import Actor
from flowcase.access.groups import group_name
from flowcase.access.permissions import may_see_cases
from flowcase.cases.civil_time import at_wall_clock, local_date
from flowcase.errors import Forbidden, NotFound
from flowcase.services.candidates import is_candidate
from flowcase.services.case_work import CaseWork, Record
from flowcase.services.cases import may_see
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import case_files
from flowcase.store.queries import records as record_rows
from flowcase.store.queries import user_tasks as task_rows
from flowcase.store.queries.user_tasks import UserTaskRow

MEETING, DAILY = "Moede", "dagsmoede"
CANCELLED, MOVED = ("aflyst", "sprunget_over"), "flyttet"
INVITED, LEFT_OUT, WITHDRAWN = "inviteret", "ikke_inviteret", "trukket_tilbage"
_NAMED = ("indkalder", "moedeleder", "referent", "medleder")
_LISTED = ("inviterede", "til_stede", "frontpersonale", "forebyggende", "familieteam")
_WEEK = dt.timedelta(days=7)

OpenWork = Callable[..., CaseWork]


@dataclass(frozen=True)
class Entry:
    """A meeting in a list or a calendar: codes only."""

    id: str
    kind: str
    case: str | None
    starts_at: dt.datetime | None
    status: str
    series: str | None
    version: int
    changed_at: dt.datetime
    is_cancelled: bool
    is_daily: bool

    @property
    def day(self) -> dt.date | None:
        return local_date(self.starts_at) if self.starts_at else None


@dataclass(frozen=True)
class AgendaItem:
    number: int
    case: str | None
    subject: str | None  # None where the reader may not know it
    status: str
    is_hidden: bool  # the reader lacks the consent that the item asks for
    treatment: str | None  # what is done about those without consent: uden_dem, anonym, traek
    without: tuple[str, ...]  # names of who may not hear the item
    is_anonymous: bool


@dataclass(frozen=True)
class Guest:
    recipient: str
    name: str
    status: str
    is_outside: bool
    missing: str | None  # whose consent is missing, and the way out


@dataclass(frozen=True)
class Agreement:
    what: str | None
    who: tuple[str, ...]
    coordinator: str | None
    due: dt.date | None
    status: str


@dataclass(frozen=True)
class Meeting:
    """One meeting as far as its reader may see it."""

    entry: Entry
    values: Mapping[str, Any]  # attributes of the record that the reader may see
    is_inside: bool
    agenda: tuple[AgendaItem, ...]
    guests: tuple[Guest, ...]
    agreements: tuple[Agreement, ...]
    tasks: tuple[UserTaskRow, ...]  # open ones that the reader may do: hold, decide on consent, write down


class Meetings:
    """One transaction per method, for reading only."""

    def __init__(self, transactions: Transactions, open_work: OpenWork) -> None:
        self._transactions, self._open_work = transactions, open_work

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

    def get(self, id: str, *, actor: Actor) -> Meeting:
        """Raises NotFound, and Forbidden for who has no part in it."""

        def work(tx: Tx) -> Meeting:
            row = self._row(tx, id)
            is_inside = self._is_inside(tx, row, actor)
            if not is_inside and not self._is_theirs(tx, row, actor, self._invited(tx, actor, id)):
                raise Forbidden(f"see meeting '{id}'", "they have no part in it")
            return self._meeting(tx, row, actor, is_inside)

        return self._transactions.read(work)

    def entry(self, id: str, *, actor: Actor) -> Entry:
        """One meeting for a calendar; raises as `get` does."""
        return self.get(id, actor=actor).entry

    def series(self, id: str, *, actor: Actor) -> list[Entry]:
        """The conferences of a series, for who plans, is invited to or sits in one of them."""

        def work(tx: Tx) -> list[Entry]:
            invited = self._invited(tx, actor)
            rows = record_rows.records(tx, entity=MEETING, k0={"serie_id": id})
            if not rows:
                raise NotFound("series", id)
            if not may_see_cases(actor) and not any(self._is_theirs(tx, row, actor, invited) for row in rows):
                raise Forbidden(f"see series '{id}'", "they have no part in it")
            return sorted(
                map(_entry, rows), key=lambda each: (each.starts_at is None, each.starts_at, each.id)
            )

        return self._transactions.read(work)

    # --- inside ------------------------------------------------------------------------------------

    def _row(self, tx: Tx, id: str) -> record_rows.RecordRow:
        row = record_rows.record(tx, id)
        if row is None or row.entity != MEETING:
            raise NotFound("meeting", id)
        return row

    def _invited(self, tx: Tx, actor: Actor, meeting: str | None = None) -> frozenset[str]:
        """Meetings that the actor is invited to, by name or by a group."""
        asked = {} if meeting is None else {"moede_id": meeting}
        mine = {actor.id, *actor.groups}
        rows = record_rows.records(tx, entity="Invitation", k0={**asked, "status": INVITED})
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
            return self._has_part_in_daily(tx, row, actor)
        case = case_files.case(tx, row.case_code) if row.case_code else None
        return case is not None and actor.id in (case.caseworker, case.facts.get("stedfortraeder"))

    def _has_part_in_daily(self, tx: Tx, row: record_rows.RecordRow, actor: Actor) -> bool:
        instance = row.stream.partition(":")[2]
        tasks = task_rows.user_tasks(tx, instance=instance, status=None, limit=3)
        return any(is_candidate(tx, each, actor) for each in tasks)

    def _is_inside(self, tx: Tx, row: record_rows.RecordRow, actor: Actor) -> bool:
        if row.case_code:
            case = case_files.case(tx, row.case_code)
            return case is not None and may_see(actor, case)
        return may_see_cases(actor)

    def _meeting(self, tx: Tx, row: record_rows.RecordRow, actor: Actor, is_inside: bool) -> Meeting:
        work = self._open_work(tx)
        mine = {actor.id, *actor.groups}
        guests = work.records("Invitation", moede_id=row.id)
        names = {str(each["modtager"]): _name(each) for each in guests}
        items = [
            _agenda_item(each, names, mine, is_inside)
            for each in work.records("Dagsordenspunkt", moede_id=row.id)
        ]
        agreements = [
            _agreement(each)
            for each in work.records("Aftale", moede_id=row.id)
            if is_inside or mine & {each["tovholder"], *(each["hvem"] or [])}
        ]
        return Meeting(
            entry=_entry(row),
            values=row.values if is_inside else row.open,
            is_inside=is_inside,
            agenda=tuple(sorted(items, key=lambda item: item.number)),
            guests=tuple(
                Guest(
                    str(each["modtager"]),
                    _name(each),
                    str(each["status"]),
                    each["ekstern"] is True,
                    str(each["mangler"]) if each["mangler"] and is_inside else None,
                )
                for each in guests
                if is_inside or each["modtager"] in mine
            ),
            agreements=tuple(agreements),
            tasks=tuple(self._tasks(tx, row, actor)),
        )

    def _tasks(self, tx: Tx, row: record_rows.RecordRow, actor: Actor) -> list[UserTaskRow]:
        if row.case_code:
            rows = task_rows.user_tasks(tx, case=row.case_code)
        else:
            rows = task_rows.user_tasks(tx, instance=row.stream.partition(":")[2])
        holding = ("moede", "koordineringskonference", "familiemoede", "kreativt_raad", "netvaerksmoede")
        return [each for each in rows if each.process in holding and is_candidate(tx, each, actor)]


def _entry(row: record_rows.RecordRow) -> Entry:
    values = row.open
    status = str(values.get("status") or "")
    return Entry(
        row.id,
        str(values.get("slags") or ""),
        row.case_code,
        values.get("tid"),
        status,
        values.get("serie_id"),
        row.version,
        row.updated_at,
        status in CANCELLED,
        values.get("slags") == DAILY,
    )


def _agenda_item(row: Record, names: Mapping[str, str], mine: set[str], is_inside: bool) -> AgendaItem:
    without = [str(each) for each in row["udelukkede"] or []]
    is_hidden = not is_inside and bool(mine & set(without))
    is_anonymous = row["anonym"] is True
    knows_case = is_inside or not (is_hidden or is_anonymous)
    return AgendaItem(
        int(row["nr"] or 0),
        str(row["sag_id"] or row.case or "") or None if knows_case else None,
        None if is_hidden else row["emne"] or row["opgave"],
        str(row["status"] or ""),
        is_hidden,
        row["behandling"],
        tuple(names.get(each, group_name(each)) for each in without) if is_inside else (),
        is_anonymous,
    )


def _agreement(row: Record) -> Agreement:
    return Agreement(
        row["hvad"],
        tuple(str(each) for each in row["hvem"] or []),
        row["tovholder"],
        row["ny_frist"] or row["frist"],
        str(row["status"] or ""),
    )


def _name(row: Record) -> str:
    recipient = str(row["modtager"])
    return str(row["navn"] or (group_name(recipient) if row["art"] == "gruppe" else recipient))
