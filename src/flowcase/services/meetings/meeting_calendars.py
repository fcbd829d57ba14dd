"""Meetings in people's own calendars: one meeting as an invitation, a series as a feed to subscribe to.

A feed is read without signing in, by an address that holds a secret. What it shows is decided anew at each
reading, as the person who made it may see it then; and it is codes only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from flowcase.access.actor import Actor
from flowcase.cases.calendar_files import Event
from flowcase.errors import Forbidden, NotFound
from flowcase.services.definitions import Definitions
from flowcase.services.entitled import meeting_parts
from flowcase.services.entitled.meeting_parts import CONFERENCE, DAILY, MEETING
from flowcase.services.meetings import calendar_addresses
from flowcase.services.meetings.meetings import Entry, entry_of
from flowcase.services.rule_sets import RuleSets
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import calendar_feeds
from flowcase.store.queries import people as person_rows
from flowcase.store.queries import records as record_rows
from flowcase.store.queries.records import RecordRow

LENGTH = "moede_varighed_minutter"  # setting: no diagram knows when a meeting ends
SERIES = "Konferenceserie"
BEHIND = dt.timedelta(days=31)  # how far back a feed goes
_NEVER = dt.datetime(9000, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Series:
    """Meetings that follow each other, and whether the reader subscribes to them."""

    id: str
    kind: str
    type: str | None = None
    area: str | None = None
    district: str | None = None
    next_at: dt.datetime | None = None
    subscribed_at: dt.datetime | None = None


@dataclass(frozen=True)
class Feed:
    series: Series
    meetings: tuple[Entry, ...]
    length: dt.timedelta


def event_of(
    entry: Entry, *, summary: str, url: str, length: dt.timedelta, organizer: str = "", attendee: str = ""
) -> Event:
    """A meeting as an entry of a calendar. Each change of its record counts up; the UID stays."""
    return Event(
        uid=f"moede-{entry.id}@flowcase",
        summary=summary,
        starts_at=entry.starts_at,
        length=length,
        sequence=entry.version,
        changed_at=entry.changed_at,
        url=url,
        is_cancelled=entry.is_cancelled,
        is_tentative=entry.is_uncalled,
        organizer=organizer,
        attendee=attendee,
        categories=(entry.kind,),
    )


class MeetingCalendars:
    """One transaction per method."""

    def __init__(self, transactions: Transactions, definitions: Definitions, rule_sets: RuleSets) -> None:
        self._transactions, self._definitions, self._rule_sets = transactions, definitions, rule_sets

    def meeting(self, id: str, *, actor: Actor) -> tuple[Entry, dt.timedelta]:
        """One meeting and how long it lasts. Raises NotFound (also before it has a time), and Forbidden."""

        def work(tx: Tx) -> tuple[Entry, dt.timedelta]:
            row = record_rows.record(tx, id)
            if row is None or row.entity != MEETING or row.open.get("tid") is None:
                raise NotFound("meeting", id)
            asked = meeting_parts.invitations_of(tx, row)
            participates = meeting_parts.participates(row, actor, asked, frozenset())
            is_theirs = participates or self._is_theirs(tx, row, actor, ())
            if not (is_theirs or meeting_parts.may_open(tx, row, actor)):
                raise Forbidden(f"see meeting '{id}'", "they have no part in it")
            names_case = meeting_parts.names_case(tx, row, actor)
            return entry_of(row, names_case=names_case), self._length(tx)

        return self._transactions.read(work)

    def series(self, actor: Actor) -> list[Series]:
        """What the actor may subscribe to."""
        return self._transactions.read(lambda tx: self._series(tx, actor))

    def subscribe(self, series: str, *, actor: Actor) -> str:
        """A new secret for the address of a feed; one that was there before is worth nothing any more.

        It is told this once: only its hash is kept. Raises NotFound for a series that is not theirs.
        """

        def work(tx: Tx) -> str:
            if series not in {each.id for each in self._series(tx, actor)}:
                raise NotFound("series of meetings", series)
            return calendar_addresses.make(tx, series)

        return self._transactions.run(actor, work)

    def end(self, series: str, *, actor: Actor) -> None:
        """The address is worth nothing any more; also fine where there is none."""
        self._transactions.run(actor, lambda tx: calendar_addresses.end(tx, series))

    def read(self, secret: str) -> Feed:
        """What an address shows now. Raises NotFound for a wrong one, whatever is wrong with it."""

        def work(tx: Tx) -> Feed:
            row = calendar_feeds.feed_by_hash(tx, calendar_addresses.hash_of(secret))
            person = person_rows.person(tx, row.person) if row is not None else None
            if row is None or person is None or not person.is_active:
                raise NotFound("calendar", "of this address")
            actor = Actor(person.id, groups=frozenset(person.groups))
            found = next((each for each in self._series(tx, actor) if each.id == row.series), None)
            if found is None:
                raise NotFound("calendar", "of this address")
            return Feed(found, tuple(self._meetings(tx, found, actor)), self._length(tx))

        return self._transactions.read(work)

    # --- inside ------------------------------------------------------------------------------------

    def _series(self, tx: Tx, actor: Actor) -> list[Series]:
        subscribed = {row.series: row.made_at for row in calendar_feeds.feeds_of(tx, actor.id)}
        found = []
        daily = next(record_rows.latest(tx, MEETING, "tid", {"slags": DAILY}), None)
        if daily is not None and self._is_theirs(tx, daily, actor, ()):
            found.append(Series(DAILY, DAILY, subscribed_at=subscribed.get(DAILY)))
        conferences: dict[str, list[RecordRow]] = {}
        held = record_rows.records(tx, entity=MEETING, k0={"slags": CONFERENCE})
        invited = meeting_parts.invited_to(tx, actor, (row.id for row in held))
        for row in held:
            if row.open.get("serie_id"):
                conferences.setdefault(str(row.open["serie_id"]), []).append(row)
        for series in record_rows.records(tx, entity=SERIES):
            rows = conferences.get(series.id, [])
            if not any(self._is_theirs(tx, row, actor, invited) for row in rows):
                continue
            coming = [row.open["tid"] for row in rows if row.open.get("tid") and row.open["tid"] >= tx.now]
            found.append(
                Series(
                    series.id,
                    CONFERENCE,
                    series.open.get("type"),
                    series.open.get("omraade"),
                    series.open.get("distrikt"),
                    min(coming, default=None),
                    subscribed.get(series.id),
                )
            )
        return found

    def _meetings(self, tx: Tx, series: Series, actor: Actor) -> Sequence[Entry]:
        name, wanted = ("slags", DAILY) if series.kind == DAILY else ("serie_id", series.id)
        since = tx.now - BEHIND
        rows = record_rows.records_between(tx, MEETING, "tid", since, _NEVER)
        entries = [
            entry_of(row, names_case=meeting_parts.names_case(tx, row, actor))
            for row in rows
            if row.open.get(name) == wanted
        ]
        return sorted(entries, key=lambda each: (each.starts_at or since, each.id))

    def _is_theirs(
        self, tx: Tx, row: RecordRow, actor: Actor, invited: frozenset[str] | tuple[str, ...]
    ) -> bool:
        if meeting_parts.is_theirs(tx, self._definitions, row, actor, invited):
            return True
        if row.open.get("slags") == DAILY:
            return False
        return bool(meeting_parts.conveners(tx, self._rule_sets, row) & actor.groups)

    def _length(self, tx: Tx) -> dt.timedelta:
        minutes = self._rule_sets.settings(tx).get(LENGTH)
        return dt.timedelta(minutes=int(str(minutes))) if minutes is not None else dt.timedelta()
