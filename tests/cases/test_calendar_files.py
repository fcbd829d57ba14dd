"""Calendar files: what another program reads in them, across the clock changes and through every change."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import icalendar
import pytest

from flowcase.cases.calendar_files import Event, feed, invitation

LOCAL = ZoneInfo("Europe/Copenhagen")
NOW = dt.datetime(2026, 3, 20, 12, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def meeting(starts_at, **values):
    return Event("M-7@flowcase.test", "Netværksmøde", starts_at, length=HOUR, **values)


def read(content):
    return icalendar.Calendar.from_ical(content)


def entries(content):
    return read(content).walk("VEVENT")


def test_an_invitation_asks_the_receiver_and_says_where_to_look():
    starts = dt.datetime(2026, 4, 7, 14, 0, tzinfo=LOCAL)
    asked = meeting(
        starts, url="https://flowcase.test/moeder/M-7", attendee="ppr@skole.test", organizer="fc@by.test"
    )

    [entry] = entries(invitation(asked, now=NOW))

    assert read(invitation(asked, now=NOW))["METHOD"] == "REQUEST"
    assert (entry["UID"], entry["SEQUENCE"], entry["STATUS"]) == ("M-7@flowcase.test", 0, "CONFIRMED")
    assert entry["URL"] == "https://flowcase.test/moeder/M-7"
    assert entry["ATTENDEE"] == "mailto:ppr@skole.test"
    assert entry["ATTENDEE"].params["PARTSTAT"] == "NEEDS-ACTION"
    assert entry["ORGANIZER"] == "mailto:fc@by.test"
    assert (entry.decoded("DTSTART"), entry.decoded("DTEND") - entry.decoded("DTSTART")) == (starts, HOUR)


def test_a_meeting_that_moved_keeps_its_uid_and_counts_up():
    before = meeting(dt.datetime(2026, 4, 7, 14, 0, tzinfo=LOCAL))
    after = meeting(dt.datetime(2026, 4, 9, 10, 0, tzinfo=LOCAL), sequence=1)

    [first], [second] = entries(invitation(before, now=NOW)), entries(invitation(after, now=NOW))

    assert first["UID"] == second["UID"]
    assert second["SEQUENCE"] > first["SEQUENCE"]


def test_a_cancelled_meeting_is_taken_out_again():
    gone = meeting(dt.datetime(2026, 4, 7, 14, 0, tzinfo=LOCAL), sequence=2, is_cancelled=True, reminder=HOUR)

    content = invitation(gone, now=NOW)

    [entry] = entries(content)
    assert read(content)["METHOD"] == "CANCEL"
    assert (entry["STATUS"], entry["SEQUENCE"]) == ("CANCELLED", 2)
    assert not entry.walk("VALARM")


@pytest.mark.parametrize(
    ("starts", "utc"),
    [
        (dt.datetime(2026, 3, 28, 9, 0, tzinfo=LOCAL), 8),
        (dt.datetime(2026, 3, 30, 9, 0, tzinfo=LOCAL), 7),  # the clocks went forward on the 29th
        (dt.datetime(2026, 10, 23, 9, 0, tzinfo=LOCAL), 7),
        (dt.datetime(2026, 10, 26, 9, 0, tzinfo=LOCAL), 8),  # and back on the 25th
    ],
)
def test_nine_o_clock_stays_nine_o_clock_when_the_clocks_change(starts, utc):
    content = invitation(meeting(starts), now=NOW)

    [entry] = entries(content)
    assert f"DTSTART;TZID=Europe/Copenhagen:{starts:%Y%m%dT090000}".encode() in content
    assert entry.decoded("DTSTART").astimezone(dt.UTC).hour == utc


@pytest.mark.parametrize("year", [2005, 2026, 2041])
def test_the_zone_that_is_sent_along_changes_the_clocks_on_the_right_days(year):
    """A program that trusts the file alone reads the same instants as the zone database."""
    [zone] = read(invitation(meeting(dt.datetime(2026, 4, 7, 14, 0, tzinfo=LOCAL)), now=NOW)).walk(
        "VTIMEZONE"
    )
    found = {}
    for part in zone.subcomponents:
        assert part["RRULE"]["BYDAY"] == ["-1SU"]
        [month] = part["RRULE"]["BYMONTH"]
        last = dt.datetime(year, month, 31, part.decoded("DTSTART").hour)
        found[part.name] = last - dt.timedelta(days=(last.weekday() + 1) % 7)

    summer, winter = found["DAYLIGHT"], found["STANDARD"]
    for change, before, after in ((summer, HOUR, 2 * HOUR), (winter, 2 * HOUR, HOUR)):
        instant = (change - before).replace(tzinfo=dt.UTC)
        assert (instant - dt.timedelta(seconds=1)).astimezone(LOCAL).utcoffset() == before
        assert instant.astimezone(LOCAL).utcoffset() == after


def test_an_hour_that_comes_twice_makes_no_meeting_longer():
    starts = dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)  # half past two, the first time

    [entry] = entries(invitation(meeting(starts), now=NOW))

    assert entry.decoded("DTEND").replace(tzinfo=None) == dt.datetime(2026, 10, 25, 2, 30)


def test_a_feed_lists_meetings_and_whole_days_under_its_name():
    due = Event("F-3@flowcase.test", "R-003", None, day=dt.date(2026, 4, 1), reminder=HOUR)

    content = feed(
        [meeting(dt.datetime(2026, 4, 7, 14, 0, tzinfo=LOCAL)), due],
        name="Møder",
        now=NOW,
        organizer="fc@by.test",
    )

    calendar = read(content)
    assert (calendar["METHOD"], calendar["X-WR-CALNAME"]) == ("PUBLISH", "Møder")
    assert [entry.decoded("DTSTART") for entry in entries(content)][1] == dt.date(2026, 4, 1)
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H" in content


def test_what_is_written_in_a_summary_can_neither_break_out_of_its_line_nor_of_its_entry():
    tricky = Event("M-8@flowcase.test", "Møde; a,b\\\r\nEND:VEVENT\r\nBEGIN:VALARM " + "æ" * 90, NOW)

    content = invitation(tricky, now=NOW)

    [entry] = entries(content)
    assert not entry.walk("VALARM")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))


def test_a_file_that_asks_nobody_is_published_and_no_request():
    starts = dt.datetime(2026, 4, 7, 14, 0, tzinfo=LOCAL)

    content = invitation(meeting(starts, organizer="fc@by.test"), now=NOW)

    assert read(content)["METHOD"] == "PUBLISH"
    assert "ATTENDEE" not in entries(content)[0]


@pytest.mark.parametrize(
    ("method", "content"),
    [
        ("REQUEST", lambda event: invitation(event, now=NOW)),
        ("CANCEL", lambda event: invitation(replace(event, is_cancelled=True, sequence=4), now=NOW)),
        ("PUBLISH", lambda event: invitation(replace(event, attendee=""), now=NOW)),
        ("PUBLISH", lambda event: feed([event] * 2, name="Møder", now=NOW, organizer="fc@by.test")),
    ],
)
def test_every_file_keeps_the_rules_of_rfc_5545_and_5546(method, content):
    starts = dt.datetime(2026, 3, 28, 23, 30, tzinfo=LOCAL)  # over midnight, into the night of the change
    event = meeting(
        starts, organizer="fc@by.test", attendee="ppr@skole.test", url="https://fc.test/" + "m" * 90
    )

    written = content(event)

    assert written.endswith(b"\r\n") and b"\n" not in written.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
    calendar = read(written)
    assert (calendar["VERSION"], calendar["METHOD"]) == ("2.0", method)
    assert isinstance(calendar["PRODID"], str)
    zones = {str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")}
    for entry in calendar.walk("VEVENT"):
        for once in ("UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "STATUS", "SUMMARY", "ORGANIZER"):
            assert once in entry and not isinstance(entry[once], list), once
        assert entry.decoded("DTSTAMP").utcoffset() == dt.timedelta()
        assert {entry[name].params["TZID"] for name in ("DTSTART", "DTEND")} == zones
        assert entry.decoded("DTEND") - entry.decoded("DTSTART") == HOUR
        assert ("ATTENDEE" in entry) == (method != "PUBLISH")
        assert (entry["STATUS"] == "CANCELLED") == (method == "CANCEL")
