"""Moving user tasks: who may give them to whom, and for how long they may be out of sight."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from flowcase import events
from flowcase.access.actor import SYSTEM, Actor
from flowcase.bootstrap import Flowcase
from flowcase.errors import Conflict, Forbidden, InvalidValues
from flowcase.services.tasks.asked import Asked, View
from flowcase.services.tasks.user_task_moves import LONGEST_REASON
from tests.services.conftest import ANNA, BO, CLARA, OPERATOR
from tests.services.diagrams import end, process, start, user_task

LEADER = Actor("lene", groups=frozenset({"teamleder_fronten"}))
HEAD = Actor("anders", groups=frozenset({"myndighedsansvarlig"}))


@pytest.fixture
def task(flow: Flowcase, deploy: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(
        flow.user_task_moves._rule_sets,
        "settings",
        lambda tx: {"teamledere": {"fronten": ["teamleder_fronten"]}},
    )
    for person in (ANNA, BO, CLARA):
        flow.people.add(person.id, groups=person.groups, actor=SYSTEM)
    deploy(process("p", start(), user_task("vurder", groups="fronten"), end()))
    flow.instances.start("p", actor=OPERATOR)
    (row,) = flow.user_tasks.list()
    return row.id


def holder(flow: Flowcase) -> str | None:
    (row,) = flow.user_tasks.list()
    return row.assignee


def test_a_colleague_gets_what_one_has_or_is_offered_and_the_history_says_why(
    flow: Flowcase, task: str
) -> None:
    flow.user_task_moves.hand_over(task, "bo", actor=ANNA)
    assert holder(flow) == "bo"
    flow.user_task_moves.hand_over(task, "anna", reason=" Kender skolen ", actor=BO)

    assert holder(flow) == "anna"
    told = [
        row.event for row in flow.history.everything() if isinstance(row.event, events.UserTaskHandedOver)
    ]
    assert [(each.previous, each.assignee, each.reason) for each in told] == [
        (None, "bo", ""),
        ("bo", "anna", "Kender skolen"),
    ]


def test_nobody_gives_away_what_another_has_except_who_leads_them(flow: Flowcase, task: str) -> None:
    flow.user_tasks.claim(task, actor=ANNA)

    for stranger in (BO, CLARA, OPERATOR):
        with pytest.raises(Forbidden):
            flow.user_task_moves.hand_over(task, "bo", actor=stranger)
    flow.user_task_moves.hand_over(task, "bo", actor=LEADER)
    assert holder(flow) == "bo"
    flow.user_task_moves.hand_over(task, "anna", actor=HEAD)
    assert holder(flow) == "anna"


def test_a_leader_gives_out_what_the_team_is_offered(flow: Flowcase, task: str) -> None:
    with pytest.raises(Forbidden):
        flow.user_task_moves.hand_over(task, "bo", actor=CLARA)

    flow.user_task_moves.hand_over(task, "bo", actor=LEADER)

    assert holder(flow) == "bo"


def test_who_may_not_do_it_does_not_get_it(flow: Flowcase, task: str) -> None:
    flow.people.add("dan", groups=["fronten"], actor=SYSTEM)
    flow.people.deactivate("dan", actor=SYSTEM)
    flow.people.add_program("robot", groups=["fronten"], scopes=["tasks:read"], actor=SYSTEM)

    for person in ("clara", "dan", "robot", "ingen"):
        with pytest.raises(InvalidValues) as refused:
            flow.user_task_moves.hand_over(task, person, actor=ANNA)
        assert list(refused.value.errors) == ["kollega"]
    with pytest.raises(InvalidValues):
        flow.user_task_moves.hand_over(task, "bo", reason="x" * (LONGEST_REASON + 1), actor=ANNA)
    assert holder(flow) is None


def test_what_is_done_is_neither_handed_over_nor_put_off(flow: Flowcase, task: str) -> None:
    flow.user_tasks.complete(task, {}, actor=ANNA)

    with pytest.raises(Conflict):
        flow.user_task_moves.hand_over(task, "bo", actor=ANNA)
    with pytest.raises(Conflict):
        flow.user_task_moves.put_off(task, dt.date(2099, 1, 1), actor=ANNA)


def test_what_is_put_off_comes_back_as_its_day_begins_in_denmark(
    flow: Flowcase, task: str, clock: Any
) -> None:
    clock.set(dt.datetime(2026, 3, 27, 9, tzinfo=dt.UTC))
    flow.user_tasks.claim(task, actor=ANNA)

    flow.user_task_moves.put_off(task, dt.date(2026, 3, 30), actor=ANNA)

    assert flow.inboxes.counts(ANNA, Asked())[View.OWN] == 0
    clock.set(dt.datetime(2026, 3, 29, 21, 59, tzinfo=dt.UTC))
    assert flow.inboxes.counts(ANNA, Asked())[View.OWN] == 0
    clock.set(dt.datetime(2026, 3, 29, 22, 0, tzinfo=dt.UTC))  # summer time began that night
    assert flow.inboxes.counts(ANNA, Asked())[View.OWN] == 1


@pytest.mark.parametrize("leave", ["shown at once", "given back", "handed over"])
def test_who_gets_what_was_put_off_sees_it(flow: Flowcase, task: str, leave: str, clock: Any) -> None:
    flow.user_tasks.claim(task, actor=ANNA)
    flow.user_task_moves.put_off(task, clock.now().date() + dt.timedelta(days=9), actor=ANNA)

    if leave == "shown at once":
        flow.user_task_moves.put_off(task, None, actor=ANNA)
    elif leave == "given back":
        flow.user_tasks.unclaim(task, actor=ANNA)
    else:
        flow.user_task_moves.hand_over(task, "bo", actor=ANNA)

    (row,) = flow.user_tasks.list()
    assert row.follow_up_at is None


def test_only_ones_own_may_be_put_off_and_not_past_the_due_date(
    flow: Flowcase, task: str, clock: Any, deploy: Callable[..., Any]
) -> None:
    today = clock.now().date()
    for who in (ANNA, BO):
        with pytest.raises(Forbidden):
            flow.user_task_moves.put_off(task, today + dt.timedelta(days=2), actor=who)
    flow.user_tasks.claim(task, actor=ANNA)

    with pytest.raises(InvalidValues):
        flow.user_task_moves.put_off(task, today, actor=ANNA)
    drawn = user_task("b", groups="fronten")
    schedule = '<zeebe:taskSchedule dueDate="=now() + @&quot;P3D&quot;"/>'
    due = drawn.inside.replace("<zeebe:userTask/>", f"<zeebe:userTask/>{schedule}")
    deploy(process("q", start(), type(drawn)(drawn.id, drawn.tag, due, drawn.attributes), end()))
    flow.instances.start("q", actor=OPERATOR)
    (other,) = [row for row in flow.user_tasks.list() if row.element == "b"]
    flow.user_tasks.claim(other.id, actor=ANNA)
    with pytest.raises(InvalidValues):
        flow.user_task_moves.put_off(other.id, today + dt.timedelta(days=4), actor=ANNA)
    flow.user_task_moves.put_off(other.id, today + dt.timedelta(days=2), actor=ANNA)


def test_the_priority_is_set_by_hand_and_the_history_says_why(flow: Flowcase, task: str) -> None:
    flow.user_task_moves.prioritise(task, 75, actor=ANNA)
    flow.user_task_moves.prioritise(task, 75, actor=ANNA)
    for lower in ("", "  "):
        with pytest.raises(InvalidValues) as refused:
            flow.user_task_moves.prioritise(task, 25, reason=lower, actor=ANNA)
        assert "begrundelse" in refused.value.errors
    flow.user_task_moves.prioritise(task, 25, reason=" Skolen er lukket ", actor=LEADER)

    (row,) = flow.user_tasks.list()
    assert row.priority == 25
    told = [
        row.event for row in flow.history.everything() if isinstance(row.event, events.UserTaskPrioritised)
    ]
    assert [(each.previous, each.priority, each.reason) for each in told] == [
        (50, 75, ""),
        (75, 25, "Skolen er lukket"),
    ]


def test_who_may_not_give_a_task_away_may_not_put_it_first(flow: Flowcase, task: str) -> None:
    flow.user_tasks.claim(task, actor=ANNA)

    for stranger in (BO, CLARA, OPERATOR):
        with pytest.raises(Forbidden):
            flow.user_task_moves.prioritise(task, 75, actor=stranger)
    for number in (-1, 101):
        with pytest.raises(InvalidValues):
            flow.user_task_moves.prioritise(task, number, actor=ANNA)
    with pytest.raises(InvalidValues):
        flow.user_task_moves.prioritise(task, 75, reason="x" * (LONGEST_REASON + 1), actor=ANNA)
    (row,) = flow.user_tasks.list()
    assert row.priority == 50
