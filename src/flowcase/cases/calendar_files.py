"""Calendar files (iCalendar, RFC 5545 and 5546): invitations to meetings, and feeds to subscribe to.

Codes and links only: what leaves the house this way lies in calendars of others, so no name, no subject and
no place of a meeting is ever written. Local time with the zone's own rules, so that a series keeps its hour
when the clocks change.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

import icalendar

from flowcase.cases.civil_time import COPENHAGEN

MEDIA_TYPE = "text/calendar"
PRODUCT = "-//flowcase//Kalender//DA"
ZONE = "Europe/Copenhagen"
REFRESH = dt.timedelta(hours=1)  # how often a subscriber looks again
_SUMMER = ("DAYLIGHT", "CEST", "19810329T020000", 3, "+0100", "+0200")
_WINTER = ("STANDARD", "CET", "19961027T030000", 10, "+0200", "+0100")


class Method(StrEnum):
    """What the receiver is to do with it."""

    REQUEST = "REQUEST"  # enter it, or change what was entered
    CANCEL = "CANCEL"
    PUBLISH = "PUBLISH"  # a feed: nobody is asked anything


@dataclass(frozen=True)
class Event:
    """One entry of a calendar. `uid` stays the same for ever, `sequence` grows with each change."""

    uid: str
    summary: str  # a kind of meeting or a rule id, never words about a person
    starts_at: dt.datetime | None  # None for an entry of a whole day
    day: dt.date | None = None
    length: dt.timedelta | None = None
    sequence: int = 0
    changed_at: dt.datetime | None = None
    url: str = ""
    is_cancelled: bool = False
    is_tentative: bool = False  # it has a time, and nobody is invited yet
    attendee: str = ""  # mail address of the one it is sent to
    organizer: str = ""
    categories: tuple[str, ...] = ()
    reminder: dt.timedelta | None = None  # before it begins


def invitation(event: Event, *, now: dt.datetime) -> bytes:
    """The file of one meeting: a request, or its cancellation."""
    return _written([event], method_of(event), now=now)


def method_of(event: Event) -> Method:
    """A request needs somebody who is asked (RFC 5546 section 3.2.2); for nobody it is just published."""
    if event.is_cancelled:
        return Method.CANCEL
    return Method.REQUEST if event.attendee else Method.PUBLISH


def feed(events: Iterable[Event], *, name: str, now: dt.datetime, organizer: str) -> bytes:
    """A calendar to subscribe to, under a name that its subscriber reads.

    Whoever publishes an entry is named in it (RFC 5546 section 3.2.1), and nobody is asked by it.
    """
    published = (replace(each, organizer=organizer, attendee="") for each in events)
    return _written(published, Method.PUBLISH, now=now, name=name)


def _written(events: Iterable[Event], method: Method, *, now: dt.datetime, name: str = "") -> bytes:
    calendar = icalendar.Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", method)
    if name:
        calendar.add("NAME", name)
        calendar.add("X-WR-CALNAME", name)
        calendar.add("X-WR-TIMEZONE", ZONE)
        calendar.add("REFRESH-INTERVAL", REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("X-PUBLISHED-TTL", icalendar.vDuration(REFRESH))
    calendar.add_component(_zone())
    for event in events:
        calendar.add_component(_event(event, now))
    return calendar.to_ical()


def _event(event: Event, now: dt.datetime) -> icalendar.Event:
    entry = icalendar.Event()
    entry.add("UID", event.uid)
    entry.add("DTSTAMP", (event.changed_at or now).astimezone(dt.UTC))
    entry.add("SEQUENCE", event.sequence)
    entry.add("SUMMARY", event.summary)
    if event.starts_at is not None:
        local = event.starts_at.astimezone(COPENHAGEN)
        entry.add("DTSTART", local)
        if event.length:
            # By elapsed time: an hour that is skipped or comes twice makes no meeting longer.
            entry.add("DTEND", (event.starts_at.astimezone(dt.UTC) + event.length).astimezone(COPENHAGEN))
    elif event.day is not None:
        entry.add("DTSTART", event.day)
        entry.add("TRANSP", "TRANSPARENT")
    if event.url:
        entry.add("URL", event.url)
        entry.add("DESCRIPTION", event.url)
    if event.categories:
        entry.add("CATEGORIES", list(event.categories))
    stands = "TENTATIVE" if event.is_tentative else "CONFIRMED"
    entry.add("STATUS", "CANCELLED" if event.is_cancelled else stands)
    entry.add("CLASS", "CONFIDENTIAL")
    if event.organizer:
        entry.add("ORGANIZER", f"mailto:{event.organizer}")
    if event.attendee:
        asked = {"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "FALSE"}
        entry.add("ATTENDEE", f"mailto:{event.attendee}", parameters=asked)
    if event.reminder is not None and not event.is_cancelled:
        alarm = icalendar.Alarm()
        alarm.add("ACTION", "DISPLAY")
        alarm.add("DESCRIPTION", event.summary)
        alarm.add("TRIGGER", -event.reminder)
        entry.add_component(alarm)
    return entry


def _zone() -> icalendar.Timezone:
    """The rules of the European Union since 1996: last Sundays of March and October."""
    zone = icalendar.Timezone()
    zone.add("TZID", ZONE)
    for kind, name, since, month, before, after in (_SUMMER, _WINTER):
        part = icalendar.TimezoneDaylight() if kind == "DAYLIGHT" else icalendar.TimezoneStandard()
        part.add("DTSTART", dt.datetime.strptime(since, "%Y%m%dT%H%M%S"))  # noqa: DTZ007 - a local hour
        part.add("RRULE", {"FREQ": "YEARLY", "BYMONTH": month, "BYDAY": "-1SU"})
        part.add("TZOFFSETFROM", _offset(before))
        part.add("TZOFFSETTO", _offset(after))
        part.add("TZNAME", name)
        zone.add_component(part)
    return zone


def _offset(said: str) -> dt.timedelta:
    return dt.timedelta(hours=int(said[:3]))
