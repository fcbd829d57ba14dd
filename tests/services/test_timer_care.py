"""Timers in an operator's hands: moved or fired now, once and never lost, also while they are claimed."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest

from flowcase import model
from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.clock import ManualClock
from flowcase.errors import Conflict, Forbidden, Refused
from flowcase.services.operating.timer_care import ComesTwice, TimerAsked
from flowcase.store import Store
from tests.services.conftest import ANNA, OPERATOR
from tests.services.diagrams import Node, boundary, catch, end, process, start, timer, user_task
from tests.traffic import traffic

HOUR = dt.timedelta(hours=1)
WAIT = process("p", start(), catch("vent", timer("timeDuration", "PT24H")), user_task("efter"), end())
PAGE = 2  # statements: the timers of a page, and what they belong to
WHY = "Leverandøren svarer senere"


@pytest.fixture
def waiting(flow: Flowcase, deploy: Callable[..., Any]) -> str:
    """The timer of an instance that waits for a day."""
    deploy(WAIT)
    flow.instances.start("p", actor=OPERATOR)
    return flow.timers.list()[0].id


def told(flow: Flowcase, timer: str) -> list[tuple[str, str]]:
    events = flow.history.of_instance(timer.partition(".")[0], actor=SYSTEM)
    return [(row.event.act, row.event.reason) for row in events if row.kind == "InterventionMade"]


def test_a_timer_is_moved_with_a_reason_and_fires_at_its_new_instant(
    flow: Flowcase, clock: ManualClock, waiting: str
) -> None:
    later = clock.now() + 48 * HOUR

    flow.timer_care.move(waiting, later, reason=f" {WHY} ", actor=OPERATOR)

    clock.advance(47 * HOUR)
    assert flow.timers.fire_due() == 0
    clock.set(later)
    assert flow.timers.fire_due() == 1
    assert told(flow, waiting) == [("move_timer", WHY)]
    assert flow.consistency.check() == []


def test_a_timer_fires_now_and_never_again(flow: Flowcase, clock: ManualClock, waiting: str) -> None:
    flow.timer_care.fire(waiting, reason=WHY, actor=OPERATOR)

    assert [row.element for row in flow.user_tasks.list()] == ["efter"]
    with pytest.raises(Conflict, match="it is fired"):
        flow.timer_care.fire(waiting, reason=WHY, actor=OPERATOR)
    clock.advance(48 * HOUR)
    assert flow.timers.fire_due() == 0
    assert told(flow, waiting) == [("fire_timer", WHY)]


def test_what_cannot_be_is_refused_with_its_reason(flow: Flowcase, clock: ManualClock, waiting: str) -> None:
    due = flow.timer_care.get(waiting, actor=OPERATOR).row.due_at

    with pytest.raises(Forbidden):
        flow.timer_care.move(waiting, due + HOUR, reason=WHY, actor=ANNA)
    with pytest.raises(Refused, match="begrundelse"):
        flow.timer_care.move(waiting, due + HOUR, reason=" ", actor=OPERATOR)
    with pytest.raises(Refused, match="has passed"):
        flow.timer_care.move(waiting, clock.now(), reason=WHY, actor=OPERATOR)
    with pytest.raises(Conflict, match="has moved meanwhile"):
        flow.timer_care.move(waiting, due + HOUR, reason=WHY, actor=OPERATOR, seen=due - HOUR)
    flow.instances.suspend(waiting.partition(".")[0], reason="vent", actor=OPERATOR)
    with pytest.raises(Conflict, match="suspended"):
        flow.timer_care.fire(waiting, reason=WHY, actor=OPERATOR)

    assert told(flow, waiting) == []
    assert flow.timer_care.get(waiting, actor=OPERATOR).row.due_at == due


def test_facts_that_change_later_leave_a_moved_timer_there(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock
) -> None:
    deploy(process("q", start(), catch("vent", timer("timeDuration", "=laenge")), user_task("efter"), end()))
    instance = flow.instances.start("q", {"laenge": "PT24H"}, actor=OPERATOR)
    timer_id, later = flow.timers.list()[0].id, clock.now() + 72 * HOUR
    flow.timer_care.move(timer_id, later, reason=WHY, actor=OPERATOR)

    def change(tx: Any) -> None:
        locked = tx.lock(instance)
        flow.timer_care._advancing.carry_on(tx, locked, model.SetVariables(variables={"laenge": "PT1H"}))
        flow.timer_care._advancing.carry_on(tx, locked, model.ReevaluateTimers())

    flow.timer_care._transactions.run(SYSTEM, change)

    assert flow.timer_care.get(timer_id, actor=OPERATOR).row.due_at == later


def test_a_planned_start_is_moved_and_fired_too(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock
) -> None:
    begins = Node("start", "startEvent", timer("timeCycle", "R/PT24H"))
    deploy(process("daglig", begins, user_task("efter"), end()))
    planned = flow.timers.list()[0]

    flow.timer_care.move(planned.id, planned.due_at + HOUR, reason=WHY, actor=OPERATOR)
    clock.set(planned.due_at)
    assert flow.timers.fire_due() == 0
    flow.timer_care.fire(planned.id, reason=WHY, actor=OPERATOR)

    assert [row.element for row in flow.user_tasks.list()] == ["efter"]
    following = flow.timer_care.get(planned.id, actor=OPERATOR).row
    assert (following.status, following.due_at > clock.now()) == ("pending", True)


def test_a_planned_start_that_is_brought_forward_does_not_come_again(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock
) -> None:
    begins = Node("start", "startEvent", timer("timeCycle", "0 0 9 * * *"))
    deploy(process("daglig", begins, user_task("efter"), end()))
    planned = flow.timers.list()[0]
    clock.set(planned.due_at - HOUR)

    with pytest.raises(ComesTwice):
        flow.timer_care.move(planned.id, planned.due_at - HOUR / 2, reason=WHY, actor=OPERATOR)
    flow.timer_care.fire(planned.id, reason=WHY, actor=OPERATOR)

    assert flow.next_due() == planned.due_at + 24 * HOUR
    clock.set(planned.due_at)
    assert flow.timers.fire_due() == 0
    assert len(flow.instances.list()) == 1


def test_a_reminder_by_cron_that_is_brought_forward_does_not_come_again(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock
) -> None:
    daily = boundary("husk", "a", timer("timeCycle", "0 0 9 * * *"), to="husket", interrupting=False)
    told = Node("husket", "userTask", user_task("husket").inside, 'name="x"', (), ("end",))
    deploy(process("p", start(), user_task("a"), end(), aside=(daily, told)))
    flow.instances.start("p", actor=OPERATOR)
    planned = flow.timers.list()[0]
    clock.set(planned.due_at - 2 * HOUR)

    for moved_to in (planned.due_at - HOUR, planned.due_at + HOUR, planned.due_at - HOUR):
        flow.timer_care.move(planned.id, moved_to, reason=WHY, actor=OPERATOR)
    clock.set(planned.due_at - HOUR)

    assert flow.timers.fire_due() == 1
    assert flow.next_due() == planned.due_at + 24 * HOUR


def test_a_reminder_by_cron_that_is_put_off_is_followed_by_the_next_one(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock
) -> None:
    daily = boundary("husk", "a", timer("timeCycle", "0 0 9 * * *"), to="husket", interrupting=False)
    told = Node("husket", "userTask", user_task("husket").inside, 'name="x"', (), ("end",))
    deploy(process("p", start(), user_task("a"), end(), aside=(daily, told)))
    flow.instances.start("p", actor=OPERATOR)
    planned = flow.timers.list()[0]

    for hours in (2, 1):
        flow.timer_care.move(planned.id, planned.due_at + hours * HOUR, reason=WHY, actor=OPERATOR)
    clock.set(planned.due_at + HOUR)

    assert flow.timers.fire_due() == 1
    assert flow.next_due() == planned.due_at + 24 * HOUR


def test_the_list_goes_on_by_key_and_by_what_is_asked(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock, waiting: str
) -> None:
    for _ in range(4):
        clock.advance(HOUR)
        flow.instances.start("p", actor=OPERATOR)
    flow.instances.suspend(flow.timers.list()[-1].instance or "", reason="vent", actor=OPERATOR)

    found, place = [], None
    while True:
        rows, place = flow.timer_care.page(TimerAsked(), actor=OPERATOR, after=place, limit=2)
        found += [each.row.id for each in rows]
        if place is None:
            break
    held, _ = flow.timer_care.page(TimerAsked(state="held"), actor=OPERATOR)
    clock.advance(21 * HOUR)
    overdue, _ = flow.timer_care.page(TimerAsked(is_overdue=True, process="p"), actor=OPERATOR)
    other, _ = flow.timer_care.page(TimerAsked(element="andet"), actor=OPERATOR)

    assert found == [row.id for row in flow.timers.list()[:4]]
    assert [each.row.is_held for each in held] == [True]
    assert [each.row.id for each in overdue] == found[:2]
    assert list(other) == []


def test_a_page_of_timers_asks_as_much_for_fifty_as_for_one(
    flow: Flowcase, deploy: Callable[..., Any], store: Store, waiting: str
) -> None:
    begins = Node("start", "startEvent", timer("timeCycle", "R/PT24H"))
    deploy(process("daglig", begins, user_task("efter"), end()))
    flow.timer_care.page(TimerAsked(), actor=OPERATOR)  # what is cached by the first use is not counted
    for _ in range(60):
        flow.instances.start("p", actor=OPERATOR)

    with traffic(store) as for_one:
        rows, _ = flow.timer_care.page(TimerAsked(), actor=OPERATOR, limit=1)
    with traffic(store) as for_many:
        rows, _ = flow.timer_care.page(TimerAsked(), actor=OPERATOR)

    assert len(rows) == 50
    assert {row.process_name for row in rows} >= {"p"}
    assert len(for_many.statements) == len(for_one.statements) == PAGE, for_many


@pytest.mark.parametrize("act", ["move", "fire"])
def test_a_timer_that_is_claimed_meanwhile_fires_once_and_is_never_lost(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock, act: str
) -> None:
    deploy(WAIT)
    for _ in range(12):
        flow.instances.start("p", actor=OPERATOR)
    timers = flow.timers.list()
    clock.advance(24 * HOUR)
    later, moved = clock.now() + HOUR, []

    def attend() -> None:
        for each in reversed(timers):
            try:
                if act == "move":
                    flow.timer_care.move(each.id, later, reason=WHY, actor=OPERATOR)
                else:
                    flow.timer_care.fire(each.id, reason=WHY, actor=OPERATOR)
                moved.append(each.id)
            except Conflict:
                pass

    def fire() -> None:
        for _ in timers:
            flow.timers.fire_due(1)

    threads = [threading.Thread(target=work) for work in (attend, fire)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    pending = {row.id for row in flow.timers.list()}
    assert pending <= set(moved) if act == "move" else not pending
    clock.set(later)
    while flow.timers.fire_due():
        pass
    done = [
        row.kind
        for each in timers
        for row in flow.history.of_instance(str(each.instance), actor=SYSTEM)
        if row.kind == "TimerFired"
    ]
    assert len(done) == len(flow.user_tasks.list()) == len(timers)
    assert flow.consistency.check() == []
