"""Dates, times, durations and zones, above all around the nights when the clocks change."""

from __future__ import annotations

import datetime as dt

import pytest

from flowcase.feel import compile_expression
from flowcase.feel.wide import WideDate

COPENHAGEN = "@Europe/Copenhagen"


def value(text, variables=None):
    return compile_expression(text).evaluate(variables or {}).value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # 29 March 2026, 02:00 becomes 03:00 in Copenhagen; 25 October 2026, 03:00 becomes 02:00.
        ('@"2026-03-29T02:30:00@Europe/Copenhagen"', "2026-03-29T03:30:00@Europe/Copenhagen"),
        ('@"2026-03-28T12:00:00@Europe/Copenhagen" + @"P1D"', "2026-03-29T13:00:00@Europe/Copenhagen"),
        ('@"2026-03-28T12:00:00@Europe/Copenhagen" + @"PT24H"', "2026-03-29T13:00:00@Europe/Copenhagen"),
        ('@"2026-10-24T12:00:00@Europe/Copenhagen" + @"P1D"', "2026-10-25T11:00:00@Europe/Copenhagen"),
        ('@"2026-02-28T12:00:00@Europe/Copenhagen" + @"P1M"', "2026-03-28T12:00:00@Europe/Copenhagen"),
        ('@"2026-02-28T12:00:00@Europe/Copenhagen" + @"P2M"', "2026-04-28T12:00:00@Europe/Copenhagen"),
        ('@"2026-03-29T01:59:59@Europe/Copenhagen" + @"PT1S"', "2026-03-29T03:00:00@Europe/Copenhagen"),
        ('@"2026-02-28T02:30:00@Europe/Copenhagen" + @"P1M1D"', None),
        (
            '@"2026-02-28T02:30:00@Europe/Copenhagen" + @"P1M" + @"P1D"',
            "2026-03-29T03:30:00@Europe/Copenhagen",
        ),
        ('@"2025-03-29T02:30:00@Europe/Copenhagen" + @"P1Y"', "2026-03-29T03:30:00@Europe/Copenhagen"),
        ('@"2026-03-29T12:00:00@Europe/Copenhagen" - @"2026-03-28T12:00:00@Europe/Copenhagen"', "PT23H"),
        ('@"2026-10-25T12:00:00@Europe/Copenhagen" - @"2026-10-24T12:00:00@Europe/Copenhagen"', "P1DT1H"),
        ('@"2026-03-29T12:00:00@Europe/Copenhagen".time offset', "PT2H"),
        ('@"2026-03-28T12:00:00@Europe/Copenhagen".time offset', "PT1H"),
        ('@"2026-03-28T12:00:00@Europe/Copenhagen".timezone', "Europe/Copenhagen"),
        ('@"2026-03-28T12:00:00+01:00".timezone', None),
        ('@"2026-03-28T12:00:00".time offset', None),
        ('date(@"2026-03-29T00:30:00@Europe/Copenhagen")', "2026-03-29"),
        (
            'date and time(@"2026-03-29", @"02:15:00@Europe/Copenhagen")',
            "2026-03-29T03:15:00@Europe/Copenhagen",
        ),
        # calendars
        ('@"2026-08-31" + @"P6M"', "2027-02-28"),
        ('@"2024-02-29" + @"P1Y"', "2025-02-28"),
        ('@"2026-03-31" - @"P1M"', "2026-02-28"),
        ('@"2026-01-01" + @"P1D"', "2026-01-02"),
        ('@"2026-01-01" + @"PT36H"', "2026-01-02"),
        ('@"2026-01-01" - @"PT1S"', "2025-12-31"),
        ('@"2026-03-01" - @"2026-02-01"', "P28D"),
        ('@"2026-03-01" - @"2026-03-01T12:00:00Z"', "-PT12H"),
        ('@"2026-03-01T00:00:00" - @"2026-03-01T12:00:00Z"', None),
        ('@"23:30:00" + @"PT1H"', "00:30:00"),
        ('@"00:30:00+02:00" - @"PT1H"', "23:30:00+02:00"),
        ('@"12:00:00Z" - @"12:00:00+02:00"', "PT2H"),
        ('@"P1D" * 1.5', "P1DT12H"),
        ('@"P1Y" / 2', "P6M"),
        ('@"P1D" / @"PT6H"', "4"),
        ('@"P1Y" + @"P1D"', None),
        ('@"P1D" - @"P2D"', "-P1D"),
        ('@"2026-01-01" + 1', None),
        ('@"2026-12-31T23:59:59Z".second + @"2026-05-01".weekday', "64"),
        ('@"P1DT2H3M4S".minutes', "3"),
        ('-@"P1Y2M".months', "-2"),
        ('(-@"P1Y2M").months', "-2"),
        ('@"P1Y2M".days', None),
        ('@"10:11:12.5".second', "12.5"),
        # text
        ('@"2026-13-01"', None),
        ('@"24:00:00"', None),
        ('@"10:00:00+15:61"', None),
        ('@"10:00:00@Mars/Base"', None),
        ('@"P"', None),
        ('@"PT"', None),
        ('@"P1DT"', None),
    ],
)
def test_dates_and_durations(text, expected):
    result = compile_expression(f"string({text})").value({})

    assert result == expected


def test_an_hour_that_comes_twice_is_two_instants():
    first = dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)
    second = first + dt.timedelta(hours=1)
    expression = compile_expression("now()")

    instants = [expression.value({}, now=moment) for moment in (first, second)]

    assert [moment.hour for moment in instants] == [2, 2]
    assert value("b - a", {"a": instants[0], "b": instants[1]}) == dt.timedelta(hours=1)
    assert value("a < b", {"a": instants[0], "b": instants[1]}) is True
    assert value("a = b", {"a": instants[0], "b": instants[1]}) is False
    assert value('a + @"PT1H" = b', {"a": instants[0], "b": instants[1]}) is True


def test_a_moment_without_zone_borrows_the_others_for_order_only():
    assert value('@"2026-03-01T12:00:00" < @"2026-03-01T12:00:01@Europe/Copenhagen"') is True
    assert value('@"2026-03-01T12:00:00" >= @"2026-03-01T12:00:00Z"') is True
    assert value('@"2026-03-01T12:00:00" = @"2026-03-01T12:00:00Z"') is False


def test_one_instant_in_two_zones_is_equal():
    assert value('@"2026-07-01T12:00:00@Europe/Copenhagen" = @"2026-07-01T10:00:00Z"') is True


def test_years_reach_further_than_the_hosts_calendar():
    far = value('@"9999-12-31" + @"P1D"')

    assert isinstance(far, WideDate)
    assert value("[string(d), d.year, d.weekday]", {"d": far}) == ["10000-01-01", 10000, 6]
    assert value('@"999999999-12-31" - @"-999999999-01-01" > @"P700000000000D"') is None
    assert value('@"-0001-03-01" < @"0001-01-01"') is True
    assert value('@"10000-01-01" - @"9999-12-31" = @"P1D"') is True
    assert value('@"10000-02-29T12:00:00Z" + @"P1Y" = @"10001-02-28T12:00:00Z"') is True
    assert value('@"999999999-12-31" + @"P1D"') is None


def test_a_far_date_comes_back():
    assert value('@"9999-12-31" + @"P1D" - @"P1D"') == dt.date(9999, 12, 31)
