"""Holidays, closing days, working days and *hverdage*."""

import datetime as dt

import pytest

from flowcase.cases.calendar import Calendar

CLOSED = {"closing_days": ["06-05", "12-24", "12-31"]}
day = dt.date.fromisoformat


@pytest.fixture
def calendar():
    return Calendar.from_settings(CLOSED)


@pytest.mark.parametrize(
    ("received", "limit"),
    [
        ("2026-03-27", "2026-04-09"),
        ("2026-05-12", "2026-05-21"),
        ("2025-10-31", "2025-11-10"),
        ("2026-09-07", "2026-09-15"),
        ("2026-10-15", "2026-10-23"),
        ("2026-10-28", "2026-11-05"),
    ],
)
def test_six_hverdage_skip_weekends_and_holidays(calendar, received, limit):
    assert calendar.add_hverdage(day(received), 6) == day(limit)


def test_saturday_counts_as_hverdag_where_the_setting_says_so():
    calendar = Calendar.from_settings(CLOSED | {"saturday_is_hverdag": True})

    assert calendar.add_hverdage(day("2026-03-27"), 6) == day("2026-04-07")
    assert not calendar.is_working_day(day("2026-03-28"))


def test_store_bededag_is_no_holiday_from_2024(calendar):
    assert calendar.holiday(day("2023-05-05")) == "Store bededag"
    assert calendar.is_working_day(day("2024-04-26"))
    assert calendar.is_working_day(day("2026-05-01"))


def test_closing_days_are_no_working_days_and_are_data(calendar):
    assert not calendar.is_working_day(day("2026-06-05"))
    assert not calendar.is_hverdag(day("2026-12-31"))
    assert Calendar().is_working_day(day("2026-06-05"))


def test_the_holiday_table_can_be_corrected_by_a_rule_set():
    calendar = Calendar.from_settings({"extra_holidays": ["2026-05-13"], "dropped_holidays": ["2026-05-14"]})

    assert not calendar.is_working_day(day("2026-05-13"))
    assert calendar.is_working_day(day("2026-05-14"))


def test_a_meeting_moves_to_the_next_working_day(calendar):
    assert calendar.next_working_day(day("2026-10-31")) == day("2026-11-02")
    assert calendar.next_working_day(day("2026-12-31")) == day("2027-01-04")


def test_the_internal_target_is_the_last_working_day_before(calendar):
    assert calendar.last_working_day(day("2026-09-12")) == day("2026-09-11")
    assert calendar.last_working_day(day("2026-04-06")) == day("2026-04-01")


def test_working_days_are_counted_back_from_a_date(calendar):
    assert calendar.working_days_before(day("2026-03-16"), 5) == day("2026-03-09")
    assert calendar.working_days_before(day("2026-03-16"), 1) == day("2026-03-13")
    assert calendar.working_days_before(day("2026-04-08"), 5) == day("2026-03-27")


def test_working_days_are_counted_forward_over_easter(calendar):
    assert calendar.working_days_after(day("2026-04-01"), 1) == day("2026-04-07")
