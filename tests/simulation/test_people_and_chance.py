"""Working time, absence, chance and confidence intervals."""

from __future__ import annotations

import datetime as dt

import pytest

from flowcase.cases.calendar import Calendar
from flowcase.services.simulation.chance import Chance, Spread, chosen, count
from flowcase.services.simulation.comparing import Interval, compared, interval, t_quantile
from flowcase.services.simulation.measuring import Measured
from flowcase.services.simulation.plots import ticks_to
from flowcase.services.simulation.report import said
from flowcase.services.simulation.staff import LOCAL, Absence, Hours, Person

WEEK = frozenset(range(5))


def _at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=LOCAL).astimezone(dt.UTC)


def test_work_that_is_begun_late_on_a_friday_goes_on_on_monday() -> None:
    person = Person("p", frozenset(), Hours(), WEEK)
    working = Calendar().is_working_day

    begun = person.begins(_at("2026-01-09T15:00"), working)
    ended = person.ends(begun, dt.timedelta(hours=3), working)

    assert ended == _at("2026-01-12T10:00")


def test_half_a_day_for_these_flows_makes_work_last_twice_as_long() -> None:
    person = Person("p", frozenset(), Hours(share=0.5), WEEK)
    working = Calendar().is_working_day

    ended = person.ends(_at("2026-01-12T08:00"), dt.timedelta(hours=2), working)

    assert ended == _at("2026-01-12T12:00")


def test_open_cases_take_their_part_of_the_day_before_user_tasks_get_theirs() -> None:
    hours = Hours(share=0.6, per_case=dt.timedelta(minutes=45))
    person = Person("p", frozenset(), hours, WEEK)
    working, monday = Calendar().is_working_day, _at("2026-01-12T08:00")

    ended = [person.ends(monday, dt.timedelta(hours=1), working, cases) for cases in (0, 16, 200)]

    assert ended[0] == _at("2026-01-12T09:40")
    assert ended[1] == _at("2026-01-12T11:20")  # sixteen cases take twelve of forty hours
    assert ended[2] > _at("2026-01-13T16:00")  # far too many, and still something gets done


def test_a_group_has_weekdays_of_its_own_and_who_is_always_there_works_on_sundays_and_holidays() -> None:
    working, friday = Calendar().is_working_day, _at("2026-04-02T16:00")  # before Easter
    tuesdays = Person("p", frozenset(), Hours(), frozenset({1}))
    saturdays = Person("p", frozenset(), Hours(), frozenset({5}))
    always = Person("p", frozenset(), Hours(), frozenset(range(7)), always=True)

    begins = [each.begins(friday, working) for each in (tuesdays, saturdays, always)]

    assert begins == [_at("2026-04-07T08:00"), _at("2026-04-04T08:00"), _at("2026-04-03T08:00")]


def test_nobody_works_on_easter_monday_or_while_away() -> None:
    away = ((dt.date(2026, 4, 7), dt.date(2026, 4, 8)),)
    person = Person("p", frozenset(), Hours(), WEEK, away)

    begins = person.begins(_at("2026-04-02T16:00"), Calendar().is_working_day)

    assert begins == _at("2026-04-09T08:00")


def test_absence_comes_to_about_its_share_of_the_days() -> None:
    absence = Absence(share=0.1, spell_days=5)
    years = (dt.date(2026, 1, 1), dt.date(2036, 1, 1))

    spells = absence.of("p", Chance(1, 1), *years)

    days = sum((last - first).days + 1 for first, last in spells)
    assert 0.07 < days / (years[1] - years[0]).days < 0.13


def test_chance_belongs_to_the_thing_and_not_to_the_order_of_asking() -> None:
    one, other = Chance(7, 1), Chance(7, 1)
    other.number("something else")

    assert one.number("SAG-1", "vurder", 1) == other.number("SAG-1", "vurder", 1)
    assert one.number("SAG-1", "vurder", 1) != Chance(7, 2).number("SAG-1", "vurder", 1)


def test_spreads_and_shares_have_the_means_that_they_say() -> None:
    chance = Chance(3, 1)
    numbers = [chance.number(n) for n in range(20_000)]

    assert abs(sum(Spread(30, 0.6).at(n) for n in numbers) / len(numbers) - 30) < 0.5
    assert abs(sum(chosen({"a": 3, "b": 1}, n) == "a" for n in numbers) / len(numbers) - 0.75) < 0.01
    assert abs(sum(count(2.5, n) for n in numbers) / len(numbers) - 2.5) < 0.05
    assert Spread(0, 1).at(0.99) == 0


def test_an_interval_is_students_and_one_run_alone_has_none() -> None:
    found = interval([1.0, 2.0, 3.0])

    assert found is not None and found.half is not None
    assert abs(found.half - 4.303 / 3**0.5) < 0.001
    assert interval([1.0]).half is None  # type: ignore[union-attr]
    assert abs(t_quantile(40) - 2.0211) < 0.001


def test_who_was_not_there_in_a_run_counts_as_none_there() -> None:
    runs = [[Measured(values={"ladder|3|count": 4.0, "queue|a|wait": 2.0}), Measured(values={})]]

    told = {figure.key: figure.of[0] for figure in compared(runs)}

    step, wait = told["ladder|3|count"], told["queue|a|wait"]
    assert step is not None and (step.mean, step.runs) == (2.0, 2)
    assert wait is not None and (wait.mean, wait.runs) == (2.0, 1)


@pytest.mark.parametrize(
    ("highest", "ticks"),
    [
        (0, [0, 1]),
        (0.37, [0, 0.1, 0.2, 0.3, 0.4]),
        (1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (21.75, [0, 5, 10, 15, 20, 25]),
        (148.2, [0, 50, 100, 150]),
    ],
)
def test_an_axis_has_round_ticks_that_reach_the_highest(highest: float, ticks: list[float]) -> None:
    assert ticks_to(highest) == ticks


def test_a_difference_is_told_in_points_without_a_sign_where_there_is_none() -> None:
    assert said(Interval(-0.0004, 0.001, 8), "deadline|T01|share", is_difference=True) == (
        "0,0 ± 0,1 procentpoint"
    )
    assert said(Interval(0.02, 0.01, 8), "deadline|T01|share", is_difference=True) == (
        "+2,0 ± 1,0 procentpoint *"
    )
    assert said(Interval(0.98, 0.01, 8), "deadline|T01|share") == "98,0 ± 1,0 %"
