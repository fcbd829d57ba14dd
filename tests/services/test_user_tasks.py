"""Completing user tasks: who may, what is stored, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from flowcase.bootstrap import Flowcase
from flowcase.errors import Conflict, Forbidden, NotFound
from flowcase.store import tables
from tests.services.conftest import ANNA, BO, CLARA, OPERATOR
from tests.services.diagrams import end, process, start, user_task

TWO_TASKS = process("to", start(), user_task("vurder", groups="fronten"), user_task("afgoer"), end())


@pytest.fixture
def task(flow: Flowcase, deploy: Callable[..., Any]) -> str:
    deploy(TWO_TASKS)
    flow.instances.start("to", {"x": True}, actor=OPERATOR)
    (row,) = flow.user_tasks.list()
    return row.id


def test_an_inbox_shows_what_is_offered_to_ones_groups(flow: Flowcase, task: str) -> None:
    assert [row.id for row in flow.user_tasks.inbox(ANNA)] == [task]
    assert flow.user_tasks.inbox(CLARA) == []


def test_what_is_claimed_leaves_the_inboxes_of_the_others(flow: Flowcase, task: str) -> None:
    flow.user_tasks.claim(task, actor=ANNA)

    assert [row.id for row in flow.user_tasks.inbox(ANNA)] == [task]
    assert flow.user_tasks.inbox(BO) == []
    flow.user_tasks.unclaim(task, actor=ANNA)
    assert [row.id for row in flow.user_tasks.inbox(BO)] == [task]


def test_completing_carries_the_instance_on_and_the_next_task_is_there_at_once(
    flow: Flowcase, task: str
) -> None:
    flow.user_tasks.complete(task, {"acute": False}, actor=ANNA)

    (following,) = flow.user_tasks.list()
    assert (following.element, following.status) == ("afgoer", "open")
    flow.user_tasks.complete(following.id, {}, actor=CLARA)
    (instance,) = flow.instances.list()
    assert instance.status == "completed"
    assert flow.instances.get(instance.id).variables["acute"] is False


def test_completing_twice_names_who_was_faster(flow: Flowcase, task: str) -> None:
    flow.user_tasks.complete(task, {}, actor=ANNA)

    with pytest.raises(Conflict, match="already completed by 'anna'"):
        flow.user_tasks.complete(task, {}, actor=BO)


def test_a_task_that_somebody_else_has_claimed_is_theirs(flow: Flowcase, task: str) -> None:
    flow.user_tasks.claim(task, actor=ANNA)

    for act in (flow.user_tasks.claim, flow.user_tasks.complete, flow.user_tasks.unclaim):
        with pytest.raises(Conflict, match="claimed by 'anna'"):
            act(task, actor=BO)


def test_a_cancelled_task_says_so(flow: Flowcase, task: str) -> None:
    flow.instances.cancel(task.rpartition(".")[0], reason="test", actor=OPERATOR)

    with pytest.raises(Conflict, match="already cancelled by 'operator'"):
        flow.user_tasks.complete(task, {}, actor=ANNA)


def test_who_is_no_candidate_may_not(flow: Flowcase, task: str) -> None:
    for act in (flow.user_tasks.claim, flow.user_tasks.complete):
        with pytest.raises(Forbidden, match="fronten"):
            act(task, actor=CLARA)


def test_an_unknown_task_is_not_found(flow: Flowcase) -> None:
    for id in ("nothing", "no.thing", ""):
        with pytest.raises(NotFound):
            flow.user_tasks.complete(id, {}, actor=ANNA)


def test_nothing_can_be_done_while_the_instance_is_suspended(flow: Flowcase, task: str) -> None:
    instance = task.rpartition(".")[0]
    flow.instances.suspend(instance, reason="test", actor=OPERATOR)

    with pytest.raises(Conflict, match="suspended"):
        flow.user_tasks.complete(task, {}, actor=ANNA)
    flow.instances.resume(instance, reason="test", actor=OPERATOR)
    flow.user_tasks.complete(task, {}, actor=ANNA)


def test_a_draft_is_its_writers_own_sealed_and_gone_at_the_end(flow: Flowcase, task: str) -> None:
    typed = {"bekymring": "noget fortroligt", "boern": [{"navn": "x"}]}
    flow.user_tasks.save_draft(task, {"bekymring": "noget"}, actor=ANNA)
    flow.user_tasks.save_draft(task, typed, actor=ANNA)

    assert flow.user_tasks.draft(task, actor=ANNA) == typed
    assert flow.user_tasks.draft(task, actor=BO) is None
    with flow.store.reading(flow.clock.now()) as tx:
        (row,) = tx.rows(select(tables.user_task_draft))
    assert b"fortroligt" not in bytes(row.sealed_values)
    flow.user_tasks.complete(task, {}, actor=ANNA)
    assert flow.user_tasks.draft(task, actor=ANNA) is None


def test_an_assignee_drawn_in_the_diagram_is_the_only_one(flow: Flowcase, deploy: Callable[..., Any]) -> None:
    drawn = user_task("a").inside.replace(
        "<zeebe:userTask/>", '<zeebe:userTask/><zeebe:assignmentDefinition assignee="bo"/>'
    )
    node = user_task("a")
    deploy(process("p", start(), type(node)(node.id, node.tag, drawn, node.attributes), end()))
    flow.instances.start("p", actor=OPERATOR)

    (row,) = flow.user_tasks.inbox(BO)
    assert flow.user_tasks.inbox(ANNA) == []
    with pytest.raises(Forbidden, match="for 'bo' alone"):
        flow.user_tasks.complete(row.id, {}, actor=ANNA)
    flow.user_tasks.complete(row.id, {}, actor=BO)


def test_an_inbox_is_read_a_page_at_a_time(flow: Flowcase, deploy: Callable[..., Any]) -> None:
    deploy(TWO_TASKS)
    for _ in range(7):
        flow.instances.start("to", actor=OPERATOR)

    seen, after = [], None
    while page := flow.user_tasks.inbox(ANNA, after=after, limit=3):
        seen += [row.id for row in page]
        after = (page[-1].created_at, page[-1].id)

    assert seen == [row.id for row in flow.user_tasks.inbox(ANNA)]
    assert len(set(seen)) == 7


def test_the_page_of_a_task_is_for_its_candidates_and_knows_the_variables(flow: Flowcase, task: str) -> None:
    shown = flow.user_tasks.get(task, actor=ANNA)

    assert (shown.name, shown.form, shown.facts["x"], shown.may_complete) == ("vurder", None, True, True)
    with pytest.raises(Forbidden):
        flow.user_tasks.get(task, actor=CLARA)
    assert flow.user_tasks.get(task, actor=OPERATOR).may_complete
