"""The way on the ladder: order, direction and length of the stays."""

from __future__ import annotations

import datetime as dt

from flowcase.cases.ladder import Direction, Placed, way

PLACED = [
    Placed("c", 2, dt.date(2026, 6, 1)),
    Placed("a", 2, dt.date(2025, 9, 1), dt.date(2026, 1, 15), "trappet_op"),
    Placed("b", 5, dt.date(2026, 1, 15), dt.date(2026, 6, 1), "nedtrappet"),
]


def test_the_way_is_told_in_order_with_the_direction_of_each_step():
    steps = way(PLACED)

    assert [(each.measure, each.direction) for each in steps] == [
        ("a", Direction.FIRST),
        ("b", Direction.UP),
        ("c", Direction.DOWN),
    ]


def test_a_stay_that_goes_on_is_as_long_as_until_today():
    steps = way(PLACED)

    assert [each.days(dt.date(2026, 6, 11)) for each in steps] == [136, 137, 10]


def test_a_further_measure_on_the_same_step_is_no_move():
    steps = way([Placed("a", 2, dt.date(2026, 1, 1)), Placed("b", 2, dt.date(2026, 2, 1))])

    assert steps[1].direction is Direction.SAME


def test_no_measure_is_no_way():
    assert way([]) == []
