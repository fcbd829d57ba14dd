"""Conventions C1 to C3 and C8: instants of the domain specification, not of the code."""

import datetime as dt

import pytest

from flowcase.cases.civil_time import (
    COPENHAGEN,
    MonthEnd,
    add_hours,
    add_months,
    at_wall_clock,
    end_of_day,
    local_date,
    possible_instants,
    span_of_days,
)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-03-27T16:40:00+01:00", "2026-03-28T15:40:00+00:00"),
        ("2026-03-28T18:15:00+01:00", "2026-03-29T19:15:00+02:00"),
        ("2026-10-24T18:15:00+02:00", "2026-10-25T17:15:00+01:00"),
        ("2026-10-25T02:30:00+02:00", "2026-10-26T01:30:00+01:00"),
        ("2026-10-25T02:30:00+01:00", "2026-10-26T02:30:00+01:00"),
    ],
)
def test_hours_are_elapsed_hours_across_clock_changes(received, due):
    assert add_hours(dt.datetime.fromisoformat(received), 24) == dt.datetime.fromisoformat(due)


@pytest.mark.parametrize(
    ("start", "months", "due"),
    [
        ("2026-03-27", 4, "2026-07-27"),
        ("2025-10-31", 4, "2026-02-28"),
        ("2025-08-31", 6, "2026-02-28"),
        ("2027-08-31", 6, "2028-02-29"),
        ("2025-11-30", 9, "2026-08-30"),
        ("2026-05-12", 4, "2026-09-12"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2026-01-31", -2, "2025-11-30"),
    ],
)
def test_months_keep_the_day_or_take_the_last_one(start, months, due):
    assert add_months(dt.date.fromisoformat(start), months) == dt.date.fromisoformat(due)


def test_a_start_on_the_last_day_can_stick_to_the_end_of_the_month():
    assert add_months(dt.date(2026, 2, 28), 6, MonthEnd.STICK_TO_END) == dt.date(2026, 8, 31)
    assert add_months(dt.date(2026, 2, 28), 6, MonthEnd.CLAMP) == dt.date(2026, 8, 28)
    assert add_months(dt.date(2026, 2, 27), 6, MonthEnd.STICK_TO_END) == dt.date(2026, 8, 27)


def test_whole_days_are_open_at_the_ends_of_the_calendar():
    midnight = dt.datetime(2026, 3, 29, 22, tzinfo=dt.UTC)  # the clock was put forward that day

    assert span_of_days(dt.date(2026, 3, 30), dt.date(2026, 3, 29)) == (midnight, midnight)
    assert span_of_days(dt.date.min, dt.date.max) == span_of_days(None, None) == (None, None)
    assert None not in span_of_days(dt.date.max, dt.date.min)


def test_a_day_ends_at_its_last_local_second_in_summer_and_in_winter():
    assert end_of_day(dt.date(2026, 7, 27)).astimezone(dt.UTC).isoformat() == "2026-07-27T21:59:59+00:00"
    assert end_of_day(dt.date(2026, 2, 28)).astimezone(dt.UTC).isoformat() == "2026-02-28T22:59:59+00:00"


def test_an_instant_falls_on_the_local_date():
    assert local_date(dt.datetime(2026, 7, 27, 22, 30, tzinfo=dt.UTC)) == dt.date(2026, 7, 28)


def test_a_local_time_that_the_clock_skips_means_no_instant():
    assert possible_instants(dt.datetime(2026, 3, 29, 2, 30)) == ()


def test_a_local_time_that_comes_twice_means_two_instants():
    found = possible_instants(dt.datetime(2026, 10, 25, 2, 30))

    assert [instant.isoformat() for instant in found] == [
        "2026-10-25T02:30:00+02:00",
        "2026-10-25T02:30:00+01:00",
    ]


def test_any_other_local_time_means_one_instant():
    found = possible_instants(dt.datetime(2026, 3, 27, 16, 40))

    assert [instant.isoformat() for instant in found] == ["2026-03-27T16:40:00+01:00"]


def test_a_meeting_keeps_its_wall_clock_time_across_the_clock_change():
    before = at_wall_clock(dt.date(2026, 10, 21), dt.time(14, 0))
    after = at_wall_clock(dt.date(2026, 11, 4), dt.time(14, 0))

    assert before.astimezone(dt.UTC).hour == 12
    assert after.astimezone(dt.UTC).hour == 13


def test_a_meeting_at_a_skipped_time_is_held_after_the_change():
    meeting = at_wall_clock(dt.date(2026, 3, 29), dt.time(2, 30), COPENHAGEN)

    assert meeting.isoformat() == "2026-03-29T03:30:00+02:00"
