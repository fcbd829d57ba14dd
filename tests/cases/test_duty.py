"""The duty roster: who is on duty, where nobody is, and what counts as office hours."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from flowcase.cases.duty import Duty, gaps, is_office_hour, on_duty

LOCAL = ZoneInfo("Europe/Copenhagen")


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=LOCAL)


EVENING = Duty("AV-1", at("2026-09-04T16:00"), at("2026-09-05T08:00"))
DAY = Duty("AV-2", at("2026-09-05T08:00"), at("2026-09-05T20:00"))


def test_at_the_change_the_next_one_has_the_duty():
    assert on_duty([EVENING, DAY], at("2026-09-05T07:59")) == ["AV-1"]
    assert on_duty([EVENING, DAY], at("2026-09-05T08:00")) == ["AV-2"]
    assert on_duty([EVENING, DAY], at("2026-09-05T20:00")) == []


def test_two_may_share_a_duty_and_each_is_named_once():
    beside = Duty("AV-2", at("2026-09-04T22:00"), at("2026-09-05T08:00"))

    assert on_duty([EVENING, beside, beside], at("2026-09-05T01:00")) == ["AV-1", "AV-2"]


def test_gaps_are_found_whatever_the_order_and_overlaps_are_none():
    later = Duty("AV-3", at("2026-09-05T22:00"), at("2026-09-06T08:00"))
    inside = Duty("AV-3", at("2026-09-05T09:00"), at("2026-09-05T10:00"))

    assert gaps([DAY, EVENING]) == []
    assert gaps([later, inside, DAY, EVENING]) == [(at("2026-09-05T20:00"), at("2026-09-05T22:00"))]
    assert gaps([]) == []


def test_a_duty_across_the_end_of_summer_time_has_no_gap():
    night = Duty("AV-1", at("2026-10-24T16:00"), at("2026-10-25T08:00"))
    sunday = Duty("AV-2", at("2026-10-25T08:00"), at("2026-10-26T08:00"))

    assert gaps([night, sunday]) == []
    assert on_duty([night, sunday], dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC)) == ["AV-1"]


@pytest.mark.parametrize(
    ("clock", "is_working_day", "is_open"),
    [
        ("07:59", True, False),
        ("08:00", True, True),
        ("15:59", True, True),
        ("16:00", True, False),
        ("12:00", False, False),
    ],
)
def test_office_hours_are_on_working_days_only(clock, is_working_day, is_open):
    moment = at(f"2026-09-04T{clock}")

    found = is_office_hour(moment, is_working_day=is_working_day, opens=dt.time(8, 0), closes=dt.time(16, 0))

    assert found is is_open
