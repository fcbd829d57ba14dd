"""Ages: whole years on a day."""

from __future__ import annotations

import datetime as dt

import pytest

from flowcase.cases.ages import age_on

BORN = dt.date(2008, 5, 12)


@pytest.mark.parametrize(
    ("day", "age"),
    [(dt.date(2026, 5, 11), 17), (dt.date(2026, 5, 12), 18), (dt.date(2027, 1, 1), 18)],
)
def test_a_year_is_added_on_the_birthday_and_not_before(day, age):
    assert age_on(BORN, day) == age


def test_who_was_born_on_a_leap_day_turns_older_on_the_first_of_march():
    born = dt.date(2008, 2, 29)

    assert age_on(born, dt.date(2026, 2, 28)) == 17
    assert age_on(born, dt.date(2026, 3, 1)) == 18
