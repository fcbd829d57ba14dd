"""A breach that is told again and again: every day at the same hour, every two hours exactly."""

from __future__ import annotations

import datetime as dt

import pytest

from flowcase.cases.deadlines import repeated_at, repetitions_by

instant = dt.datetime.fromisoformat
DAY, TWO_HOURS = dt.timedelta(days=1), dt.timedelta(hours=2)


@pytest.mark.parametrize(
    ("due", "every", "expected"),
    [
        ("2026-03-28T23:59:59+01:00", DAY, "2026-03-29T23:59:59+02:00"),
        ("2026-03-28T02:30:00+01:00", DAY, "2026-03-29T03:30:00+02:00"),
        ("2026-10-24T23:59:59+02:00", DAY, "2026-10-25T23:59:59+01:00"),
        ("2026-10-24T23:59:59+02:00", 7 * DAY, "2026-10-31T23:59:59+01:00"),
        ("2026-03-29T01:00:00+01:00", TWO_HOURS, "2026-03-29T04:00:00+02:00"),
        ("2026-10-25T02:00:00+02:00", TWO_HOURS, "2026-10-25T03:00:00+01:00"),
    ],
)
def test_days_keep_the_local_time_across_a_clock_change_and_hours_are_counted(due, every, expected):
    assert repeated_at(instant(due), every, 1).isoformat() == expected


@pytest.mark.parametrize("due", ["2026-03-25T23:59:59+01:00", "2026-10-22T23:59:59+02:00"])
@pytest.mark.parametrize("every", [DAY, TWO_HOURS])
def test_what_comes_next_is_counted_from_the_very_instant_at_which_the_last_one_came(due, every):
    second = dt.timedelta(seconds=1)

    for nr in range(1, 40):
        at = repeated_at(instant(due), every, nr)
        assert repetitions_by(at, instant(due), every) == nr
        assert repetitions_by(at - second, instant(due), every) == nr - 1
    assert repetitions_by(instant(due) - 30 * DAY, instant(due), every) == 0
