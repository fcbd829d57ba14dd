"""Timers of running instances: never early, caught up as drawn, moved when facts move."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from by_hand import NOW, Hand
from small_diagrams import boundary, catch, cycle, date, duration, end, process, start, user

from flowcase.errors import Conflict
from flowcase.model import (
    FireTimer,
    ReevaluateTimers,
    StartInstance,
    TimerCancelled,
    TimerFired,
    TimerRescheduled,
    TimerScheduled,
    TimerSkipped,
    UserTaskCreated,
    UserTaskRedrawn,
    UserTaskRescheduled,
)
from flowcase.modeling.definition import CatchUp

HOUR = dt.timedelta(hours=1)


def reminded(event, *, interrupting=False):
    return process(
        start(), user("a"), boundary("husk", "a", event, interrupting=interrupting), end(), end("husket"),
        flows=("start -> a", "a -> end", "husk -> husket"),
    )  # fmt: skip


def hours(events, kind):
    return [(event.due_at - NOW) / HOUR for event in events if isinstance(event, kind)]


def late(event, by: dt.timedelta, **options):
    """An instance whose timer is fired, again and again, after the clock has jumped."""
    hand = Hand(reminded(event), **options)
    hand.do(StartInstance())
    hand.now = NOW + by
    fired = []
    while True:
        due = [each for each in hand.state.subscriptions.values() if each.due_at <= hand.now]
        if not due:
            return hand, fired
        fired += hand.do(FireTimer(timer=due[0].key))


def test_a_timer_is_never_fired_early():
    hand = Hand(process(start(), catch("pause", duration("PT1H")), end()))
    hand.do(StartInstance())
    timer = hand.waiting("pause")

    hand.now = NOW + HOUR - dt.timedelta(microseconds=1)
    with pytest.raises(Conflict):
        hand.do(FireTimer(timer=timer))
    hand.now = NOW + HOUR
    assert hours(hand.do(FireTimer(timer=timer)), TimerFired) == [1]


def test_a_timer_fires_only_once():
    hand = Hand(reminded(duration("PT1H")))
    hand.do(StartInstance())
    timer = hand.waiting("husk")
    hand.now = NOW + HOUR
    hand.do(FireTimer(timer=timer))

    with pytest.raises(Conflict):
        hand.do(FireTimer(timer=timer))


def test_catch_up_all_fires_every_missed_occurrence():
    hand, fired = late(cycle("R/PT1H", CatchUp.ALL), 4.5 * HOUR)

    assert hours(fired, TimerFired) == [1, 2, 3, 4]
    assert hours(hand.events, TimerScheduled) == [1, 2, 3, 4, 5]


def test_catch_up_once_fires_one_for_all_that_were_missed():
    hand, fired = late(cycle("R/PT1H", CatchUp.ONCE), 4.5 * HOUR)

    assert hours(fired, TimerFired) == [1]
    assert hours(fired, TimerSkipped) == [2, 3, 4]
    assert hours(hand.events, TimerScheduled) == [1, 5]


def test_catch_up_skip_leaves_out_what_was_missed():
    hand, fired = late(cycle("R/PT1H", CatchUp.SKIP), 4.5 * HOUR)

    assert hours(fired, TimerFired) == []
    assert hours(fired, TimerSkipped) == [1, 2, 3, 4]
    assert len([event for event in fired if isinstance(event, TimerCancelled)]) == 1
    assert hours(hand.events, TimerScheduled) == [1, 5]


def test_catch_up_skip_fires_what_is_hardly_late():
    _, fired = late(cycle("R/PT1H", CatchUp.SKIP), HOUR + dt.timedelta(seconds=30))

    assert hours(fired, TimerFired) == [1]


def test_a_missed_single_timer_fires_unless_it_is_to_be_skipped():
    _, all_of_them = late(duration("PT1H"), 10 * 24 * HOUR)
    _, skipped = late(duration("PT1H", CatchUp.SKIP), 10 * 24 * HOUR)

    assert hours(all_of_them, TimerFired) == [1]
    assert hours(skipped, TimerFired) == []
    assert hours(skipped, TimerSkipped) == [1]


def test_a_token_that_waits_for_nothing_but_a_timer_goes_on_however_late():
    hand = Hand(process(start(), catch("pause", duration("PT1H", CatchUp.SKIP)), end()))
    hand.do(StartInstance())
    hand.now = NOW + 30 * HOUR

    assert hours(hand.do(FireTimer(timer=hand.waiting("pause"))), TimerFired) == [1]


def test_a_bounded_cycle_ends_after_its_repetitions():
    hand, fired = late(cycle("R3/PT1H", CatchUp.ALL), 24 * HOUR)

    assert hours(fired, TimerFired) == [1, 2, 3]
    assert [e.repetitions_left for e in hand.events if isinstance(e, TimerScheduled)] == [2, 1, 0]
    assert hand.state.subscriptions == {}


def test_an_interrupting_cycle_fires_once():
    hand = Hand(reminded(cycle("R/PT1H"), interrupting=True))
    begun = hand.do(StartInstance())
    hand.now = NOW + 5 * HOUR

    fired = hand.do(FireTimer(timer=hand.waiting("husk")))

    assert [e.repetitions_left for e in begun if isinstance(e, TimerScheduled)] == [0]
    assert hours(fired, TimerFired) == [1]
    assert hours(fired, TimerScheduled) == []


def test_years_of_missed_seconds_do_not_fill_the_history():
    hand, fired = late(cycle("R/PT1S", CatchUp.ONCE), dt.timedelta(days=3650))

    assert len(fired) < 200
    assert [each.due_at for each in hand.state.subscriptions.values()] == [hand.now + dt.timedelta(seconds=1)]


def test_a_cycle_with_a_calendar_leaves_days_out():
    def no_tuesdays(day: dt.date) -> bool:
        return day.isoweekday() != 2

    _, fired = late(cycle("R/P1D", CatchUp.ALL, "arbejdsdage"), 73 * HOUR, is_working_day=no_tuesdays)

    assert hours(fired, TimerFired) == [48, 72]


def test_a_calendar_that_was_not_handed_in_is_an_incident():
    hand = Hand(reminded(cycle("R/P1D", CatchUp.ONCE, "arbejdsdage")))

    hand.do(StartInstance())

    assert hand.state.waiting()[0].status == "incident"


def test_moved_facts_move_date_timers_and_due_dates():
    drawn = process(
        start(), user("a", due_date="=frist.T04"),
        boundary("husk", "a", date("=frist.T04"), interrupting=False), end(), end("husket"),
        flows=("start -> a", "a -> end", "husk -> husket"),
    )  # fmt: skip
    hand = Hand(drawn)
    hand.do(StartInstance(), facts={"frist": {"T04": NOW + 5 * HOUR}})

    same = hand.do(ReevaluateTimers(), facts={"frist": {"T04": NOW + 5 * HOUR}})
    moved = hand.do(ReevaluateTimers(), facts={"frist": {"T04": NOW + 3 * HOUR}})
    gone = hand.do(ReevaluateTimers(), facts={})

    assert same == ()
    assert hours(moved, TimerRescheduled) == [3]
    assert [e.due_at for e in moved if isinstance(e, UserTaskRescheduled)] == [NOW + 3 * HOUR]
    assert hours(gone, TimerRescheduled) == []  # a timer is never lost by a fact that went away
    hand.now = NOW + 3 * HOUR
    assert hours(hand.do(FireTimer(timer=hand.waiting("husk"))), TimerFired) == [3]


def test_a_user_task_is_called_what_the_facts_say_and_anew_when_they_change():
    hand = Hand(process(start(), user("a", name="Godkend plan", called='="Godkend " + sag.plan'), end()))

    opened = hand.do(StartInstance(), facts={"sag": {"plan": "barnets plan"}})
    same = hand.do(ReevaluateTimers(), facts={"sag": {"plan": "barnets plan"}})
    changed = hand.do(ReevaluateTimers(), facts={"sag": {"plan": "ungeplan"}})
    gone = hand.do(ReevaluateTimers(), facts={})

    assert [e.name for e in opened if isinstance(e, UserTaskCreated)] == ["Godkend barnets plan"]
    assert [e.changes for e in changed if isinstance(e, UserTaskRedrawn)] == [{"name": "Godkend ungeplan"}]
    assert (same, gone) == ((), ())


def test_a_name_that_cannot_be_computed_is_the_one_that_is_drawn():
    for called in ("=sag.plan", "=1 + 1", '="Godkend " + sag.plan'):
        hand = Hand(process(start(), user("a", name="Godkend plan", called=called), end()))

        opened = hand.do(StartInstance())

        assert [e.name for e in opened if isinstance(e, UserTaskCreated)] == ["Godkend plan"]
        assert hand.state.waiting()[0].status != "incident"


def test_a_moved_duration_still_counts_from_where_it_began():
    hand = Hand(reminded(duration('=duration("PT" + string(timer) + "H")')), facts={"timer": Decimal(2)})
    hand.do(StartInstance())
    hand.now = NOW + HOUR

    moved = hand.do(ReevaluateTimers(), facts={"timer": Decimal(4)})

    assert hours(moved, TimerRescheduled) == [4]
