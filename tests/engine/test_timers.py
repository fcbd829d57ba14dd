"""Due instants in civil time: durations, dates, cycles and cron across months and clock changes."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from flowcase.engine import TimerTextError, next_occurrence
from flowcase.engine.timers import duration_from, instant_from, parse_cycle, parse_duration
from flowcase.values import YearMonthDuration

DK = ZoneInfo("Europe/Copenhagen")


def local(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=DK)


def seen(instant: dt.datetime | None) -> str | None:
    return instant and instant.astimezone(DK).isoformat(timespec="minutes")


def occurrences(text: str, after: str, count: int, **options) -> list[str]:
    found, instant = [], local(after)
    for _ in range(count):
        instant = next_occurrence(text, instant, zone=DK, **options)
        found.append(seen(instant))
    return found


@pytest.mark.parametrize(
    ("duration", "begin", "due"),
    [
        ("P6M", "2026-08-31T10:00", "2027-02-28T10:00+01:00"),
        ("P1M", "2028-01-31T10:00", "2028-02-29T10:00+01:00"),
        ("P4M", "2026-01-15T09:30", "2026-05-15T09:30+02:00"),
        ("P1D", "2026-03-28T12:00", "2026-03-29T12:00+02:00"),  # a day of 23 hours
        ("PT24H", "2026-03-28T12:00", "2026-03-29T13:00+02:00"),  # exactly 24 hours
        ("P1D", "2026-03-28T02:30", "2026-03-29T03:30+02:00"),  # 02:30 does not exist
        ("P1D", "2026-10-24T02:30", "2026-10-25T02:30+02:00"),  # the first of two
        ("P2W", "2026-02-20T08:00", "2026-03-06T08:00+01:00"),
        ("P1Y2M3DT4H5M6.5S", "2026-01-01T00:00", "2027-03-04T04:05+01:00"),
        ("PT0S", "2026-01-01T00:00", "2026-01-01T00:00+01:00"),
        ("-P1D", "2026-01-02T00:00", "2026-01-01T00:00+01:00"),
    ],
)
def test_durations_count_days_and_months_on_the_wall_clock(duration, begin, due):
    assert seen(parse_duration(duration).after(local(begin), DK)) == due


def test_feel_durations_of_whole_days_are_civil_days():
    begin = local("2026-03-28T12:00")

    assert seen(duration_from(dt.timedelta(days=1)).after(begin, DK)) == "2026-03-29T12:00+02:00"
    assert seen(duration_from(dt.timedelta(hours=25)).after(begin, DK)) == "2026-03-29T14:00+02:00"
    assert (
        seen(duration_from(YearMonthDuration(1)).after(local("2026-01-31T08:00"), DK))
        == "2026-02-28T08:00+01:00"
    )


@pytest.mark.parametrize(
    ("value", "due"),
    [
        ("2026-03-27T16:40:00+01:00", "2026-03-27T16:40+01:00"),
        ("2026-03-27T16:40:00Z", "2026-03-27T17:40+01:00"),
        ("2026-03-27T16:40:00", "2026-03-27T16:40+01:00"),
        ("2026-06-01T12:00:00@Europe/Copenhagen", "2026-06-01T12:00+02:00"),
        ("2026-06-01T12:00:00+02:00[Europe/Copenhagen]", "2026-06-01T12:00+02:00"),
        (dt.date(2026, 6, 1), "2026-06-01T00:00+02:00"),
        (dt.datetime(2026, 6, 1, 10, tzinfo=dt.UTC), "2026-06-01T12:00+02:00"),
    ],
)
def test_dates_are_instants_in_any_of_their_spellings(value, due):
    assert seen(instant_from(value, DK)) == due


@pytest.mark.parametrize("value", ["", "P", "PT", "P1H", "PT1D", "1D", "P1.5D", "P99999999999999Y", "P-1D"])
def test_what_is_no_duration_is_refused(value):
    with pytest.raises(TimerTextError):
        parse_duration(value)


@pytest.mark.parametrize(
    "value", ["", "i morgen", "2026-13-01T00:00:00", "2026-01-01T00:00:00@Europe/Atlantis", 7, None]
)
def test_what_is_no_instant_is_refused(value):
    with pytest.raises(TimerTextError):
        instant_from(value, DK)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "R3",
        "R3/",
        "R/PT0S",
        "R/P0D",
        "R3/2026-01-01/PT1H/PT1H",
        "Rx/PT1H",
        "R/PT0.5S",
        "* * *",
        "61 * * * *",
        "0 9 * * FOO",
        "0 9 31-1 * *",
        "*/0 * * * *",
        "0 9 ? ? ? ? ?",
    ],
)
def test_what_is_no_cycle_is_refused(text):
    with pytest.raises(TimerTextError):
        parse_cycle(text, DK)


def test_an_anchored_repetition_counts_from_its_start():
    text = "R5/2026-01-01T09:00:00+01:00/P1D"

    assert occurrences(text, "2025-12-24T12:00", 5) == [f"2026-01-0{day}T09:00+01:00" for day in range(1, 6)]
    assert occurrences(text, "2026-01-03T09:00", 2) == ["2026-01-04T09:00+01:00", "2026-01-05T09:00+01:00"]
    assert next_occurrence(text, local("2026-01-05T09:00"), zone=DK) is None


def test_a_monthly_repetition_keeps_the_day_of_its_start():
    text = "R/2026-01-31T09:00:00+01:00/P1M"

    assert occurrences(text, "2026-01-31T09:00", 4) == [
        "2026-02-28T09:00+01:00",
        "2026-03-31T09:00+02:00",
        "2026-04-30T09:00+02:00",
        "2026-05-31T09:00+02:00",
    ]


def test_a_repetition_without_a_start_counts_from_where_it_is_entered():
    assert occurrences("R/PT1H", "2026-01-01T09:30", 2) == [
        "2026-01-01T10:30+01:00",
        "2026-01-01T11:30+01:00",
    ]
    assert next_occurrence("R0/PT1H", local("2026-01-01T09:30"), zone=DK) is None


def test_the_next_of_a_repetition_that_is_a_century_old_is_found_at_once():
    text = "R/1926-01-01T00:00:00+01:00/PT1S"

    assert seen(next_occurrence(text, local("2026-01-01T12:00:00"), zone=DK)) == "2026-01-01T12:00+01:00"


@pytest.mark.parametrize(
    ("text", "after", "expected"),
    [
        ("0 8 * * *", "2026-03-28T09:00", ["2026-03-29T08:00+02:00", "2026-03-30T08:00+02:00"]),
        ("0 0 8 * * *", "2026-10-24T09:00", ["2026-10-25T08:00+01:00", "2026-10-26T08:00+01:00"]),
        ("30 2 * * *", "2026-03-28T09:00", ["2026-03-29T03:30+02:00", "2026-03-30T02:30+02:00"]),
        ("30 2 * * *", "2026-10-24T09:00", ["2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00"]),
        (
            "30 * * * *",
            "2026-10-25T01:30",
            ["2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00", "2026-10-25T03:30+01:00"],
        ),
        ("0 * * * *", "2026-03-29T01:00", ["2026-03-29T03:00+02:00", "2026-03-29T04:00+02:00"]),
        ("15,45 9-10 * * MON-FRI", "2026-03-06T10:30", ["2026-03-06T10:45+01:00", "2026-03-09T09:15+01:00"]),
        ("*/20 12 * * *", "2026-03-06T12:00", ["2026-03-06T12:20+01:00", "2026-03-06T12:40+01:00"]),
        ("0 9 L * *", "2026-02-01T00:00", ["2026-02-28T09:00+01:00", "2026-03-31T09:00+02:00"]),
        ("0 9 29 2 *", "2026-01-01T00:00", ["2028-02-29T09:00+01:00"]),
        ("0 9 ? * FRIL", "2026-02-01T00:00", ["2026-02-27T09:00+01:00", "2026-03-27T09:00+01:00"]),
        ("0 9 ? * MON#1", "2026-02-03T00:00", ["2026-03-02T09:00+01:00"]),
        ("0 9 13 * FRI", "2026-02-08T00:00", ["2026-02-13T09:00+01:00", "2026-02-20T09:00+01:00"]),  # or
        ("0 0 9 13 * FRI", "2026-02-14T00:00", ["2026-03-13T09:00+01:00", "2026-11-13T09:00+01:00"]),  # and
        ("0 9 * * 7", "2026-02-03T00:00", ["2026-02-08T09:00+01:00"]),
        ("0 9 * * FRI-SUN", "2026-02-03T00:00", ["2026-02-06T09:00+01:00", "2026-02-07T09:00+01:00"]),
        ("0 9 1 JAN,JUL ?", "2026-02-03T00:00", ["2026-07-01T09:00+02:00"]),
        ("@monthly", "2026-02-03T00:00", ["2026-03-01T00:00+01:00"]),
        ("@hourly", "2026-02-03T00:00", ["2026-02-03T01:00+01:00"]),
    ],
)
def test_cron_follows_the_wall_clock(text, after, expected):
    assert occurrences(text, after, len(expected)) == expected


def test_cron_that_never_matches_has_no_occurrence():
    assert next_occurrence("0 9 30 2 *", local("2026-01-01T00:00"), zone=DK) is None


def test_a_working_calendar_leaves_occurrences_out():
    def is_working_day(day: dt.date) -> bool:
        return day.isoweekday() < 6 and day != dt.date(2026, 4, 6)  # Easter Monday

    assert occurrences("0 8 * * *", "2026-04-03T08:00", 2, is_working_day=is_working_day) == [
        "2026-04-07T08:00+02:00", "2026-04-08T08:00+02:00",
    ]  # fmt: skip
    assert occurrences(
        "R/2026-04-03T08:00:00+02:00/P1D", "2026-04-03T08:00", 1, is_working_day=is_working_day
    ) == ["2026-04-07T08:00+02:00"]
    assert (
        next_occurrence("0 8 * * *", local("2026-04-03T08:00"), zone=DK, is_working_day=lambda day: False)
        is None
    )


def test_seconds_are_understood_by_cron_with_six_fields():
    after = local("2026-04-03T08:00:00")

    assert next_occurrence("*/15 * * * * *", after, zone=DK) == after + dt.timedelta(seconds=15)
