"""Dates as people write them, read on Friday 27 March 2026."""

from __future__ import annotations

import datetime as dt

import pytest

from flowcase.cases.danish_dates import (
    NoDate,
    NoSuchMonth,
    NotInMonth,
    OtherWeekday,
    WrongYear,
    read_date,
    read_instant,
    read_time,
)

TODAY = dt.date(2026, 3, 27)


@pytest.mark.parametrize(
    "written",
    [
        "2026-04-03",
        "3/4-26",
        "3/4\u201326",
        "d.3/4",
        "fredag d. 3/4",
        "2026/04/03",
        "3/4 2026",
        "3/4/26",
        "3.4.2026",
        "03.04.26",
        "3-4-2026",
        "03042026",
        "030426",
        "20260403",
        "3. april",
        "3 apr. 26",
        "d. 3. april 2026",
        "Fredag den 3. april",
        "fre. 3. apr. 2026",
        "3/4",
        "om 7 dage",
        "om 1 uge",
        "på fredag",
        "3 April 2026",
    ],
)
def test_every_danish_habit_reads_as_the_same_day(written):
    assert read_date(written, TODAY).day == dt.date(2026, 4, 3)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("i dag", "2026-03-27"),
        ("I morgen", "2026-03-28"),
        ("i overmorgen", "2026-03-29"),
        ("i går", "2026-03-26"),
        ("20. december", "2025-12-20"),  # nearest: three months ago, not nine months ahead
        ("1/9", "2026-09-01"),
        ("12/5-98", "1998-05-12"),
    ],
)
def test_what_is_left_out_is_concluded_from_today_and_said_to_be(written, day):
    found = read_date(written, TODAY)

    assert (found.day.isoformat(), found.is_plain) == (day, False)


@pytest.mark.parametrize(
    "written",
    ["31/4-2026", "29.2.2026", "29. februar", "32. maj", "snart", "", "3/13-2026", "4", "2026-02-30"],
)
def test_what_no_calendar_has_is_refused(written):
    with pytest.raises(NoDate):
        read_date(written, TODAY)


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("31/4-2026", 30),
        ("31.4.26", 30),
        ("31. april", 30),
        ("29.2.2026", 28),
        ("30/2-2028", 29),
        ("31042026", 30),
    ],
)
def test_a_day_that_the_month_has_not_is_told_with_how_many_it_has(written, days):
    with pytest.raises(NotInMonth) as refused:
        read_date(written, TODAY)

    assert refused.value.days == days


@pytest.mark.parametrize(
    ("written", "problem"),
    [("3/13-2026", NoSuchMonth), ("3.0.2026", NoSuchMonth), ("3/13", NoSuchMonth)]
    + [(year, WrongYear) for year in ("3/4-226", "3.4.20266", "3-4-6")],
)
def test_a_month_and_a_year_that_cannot_be_are_told_apart(written, problem):
    with pytest.raises(problem):
        read_date(written, TODAY)


def test_a_weekday_that_does_not_fit_is_refused():
    with pytest.raises(OtherWeekday):
        read_date("torsdag den 3. april 2026", TODAY)


@pytest.mark.parametrize("written", ["i morgen", "3/4-26", "3. april", "fredag"])
def test_without_today_only_whole_dates_are_read(written):
    assert read_date("3.4.2026").is_plain
    with pytest.raises(NoDate):
        read_date(written)


@pytest.mark.parametrize(
    "written",
    [
        "2026-04-03T14:05",
        "2026-04-03 14:05",
        "3/4-26 kl. 14.05",
        "3. april, 14:05",
        "3.4.2026 14.05",
        "kl. 14.05 den 3. april",
        "kl 14:05 3/4-26",
        "d. 3/4 klokken 14.05",
    ],
)
def test_a_time_beside_the_date_is_read_with_it(written):
    assert read_instant(written, TODAY).at == dt.datetime(2026, 4, 3, 14, 5)


def test_a_time_is_read_in_its_habits():
    assert {read_time(each) for each in ("14:05", "14.05", "kl. 14.05", "1405")} == {dt.time(14, 5)}
    assert read_instant("i morgen kl. 9", TODAY).at == dt.datetime(2026, 3, 28, 9)
    for wrong in ("25:00", "14:60", "snart"):
        with pytest.raises(NoDate):
            read_time(wrong)
