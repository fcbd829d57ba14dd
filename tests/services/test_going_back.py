"""An operator puts an instance back to an earlier step: previewed, with a reason, told in the history."""

from __future__ import annotations

import pytest

from flowcase.errors import Conflict, Forbidden, NotFound, Refused
from flowcase.handlers import Side
from flowcase.store import tables
from tests.services.conftest import ANNA, OPERATOR
from tests.services.diagrams import call, end, process, service_task, start, user_task

REASON = "Der blev trykket forkert"


@pytest.fixture
def moved(register, flow, deploy):
    """An instance that has gone from `a` over a handler to `b`."""
    register("skriv", lambda job, case: {"skrevet": True})
    deploy(process("sag", start(), user_task("a"), service_task("skriv", "skriv"), user_task("b"), end()))
    id = flow.instances.start("sag", {"trin": 1}, actor=OPERATOR)
    flow.user_tasks.complete(flow.user_tasks.list()[0].id, {}, actor=OPERATOR)
    return id


def snapshots(flow):
    with flow.store.begin(OPERATOR, flow.clock.now()) as tx:
        return len(tx.rows(tables.instance_snapshot.select()))


def open_tasks(flow):
    return [(row.element, row.id) for row in flow.user_tasks.list()]


def test_the_preview_says_what_would_happen_and_changes_nothing(flow, moved):
    before = open_tasks(flow)

    [step] = flow.going_back.steps(moved, actor=OPERATOR)
    seen = flow.going_back.preview(moved, step.element_instance, actor=OPERATOR)

    assert (step.element, step.completed_by) == ("a", "operator")
    assert (seen.opens, seen.cancels, seen.variables, seen.obstacles) == (("a",), ("b",), ("skrevet",), ())
    assert [(each.kind, each.element, each.count) for each in seen.lasting] == [("HandlerRan", "skriv", 1)]
    assert open_tasks(flow) == before


def test_going_back_opens_the_earlier_user_task_anew_and_cancels_the_later(flow, moved):
    [(_, later)] = open_tasks(flow)
    [step] = flow.going_back.steps(moved, actor=OPERATOR)

    flow.going_back.go_back(moved, step.element_instance, reason=REASON, actor=OPERATOR)

    [(element, again)] = open_tasks(flow)
    assert element == "a" and again not in (later, f"{moved}.{step.element_instance}")
    assert flow.instances.get(moved).variables == {"trin": 1}
    told = flow.history.of_instance(moved, actor=OPERATOR)
    assert [row.event.reason for row in told if row.kind == "InterventionMade"] == [REASON]
    flow.user_tasks.complete(again, {}, actor=OPERATOR)
    flow.user_tasks.complete(open_tasks(flow)[0][1], {}, actor=OPERATOR)
    assert flow.instances.get(moved).status == "completed"
    assert snapshots(flow) == 0  # nothing is kept of what has ended


def test_one_can_go_back_after_having_gone_back(flow, moved):
    [step] = flow.going_back.steps(moved, actor=OPERATOR)
    flow.going_back.go_back(moved, step.element_instance, reason=REASON, actor=OPERATOR)
    flow.user_tasks.complete(open_tasks(flow)[0][1], {}, actor=OPERATOR)

    steps = flow.going_back.steps(moved, actor=OPERATOR)
    flow.going_back.go_back(moved, steps[0].element_instance, reason=REASON, actor=OPERATOR)

    assert [each.element for each in steps] == ["a", "a"]
    assert [element for element, _ in open_tasks(flow)] == ["a"]


def test_only_an_operator_may_and_only_with_a_reason_while_it_runs(flow, moved):
    [step] = flow.going_back.steps(moved, actor=OPERATOR)
    key = step.element_instance

    with pytest.raises(Forbidden):
        flow.going_back.go_back(moved, key, reason=REASON, actor=ANNA)
    with pytest.raises(Forbidden):
        flow.going_back.preview(moved, key, actor=ANNA)
    with pytest.raises(Refused):
        flow.going_back.go_back(moved, key, reason="  ", actor=OPERATOR)
    with pytest.raises(NotFound):
        flow.going_back.preview(moved, "999", actor=OPERATOR)
    flow.instances.cancel(moved, reason="slut", actor=OPERATOR)
    with pytest.raises(Conflict, match="cancelled"):
        flow.going_back.go_back(moved, key, reason=REASON, actor=OPERATOR)


def test_only_the_last_steps_are_kept(flow, deploy):
    tasks = [user_task(f"t{number}") for number in range(40)]
    deploy(process("lang", start(), *tasks, end()))
    id = flow.instances.start("lang", {}, actor=OPERATOR)

    for _ in range(39):
        flow.user_tasks.complete(open_tasks(flow)[0][1], {}, actor=OPERATOR)

    steps = flow.going_back.steps(id, actor=OPERATOR)
    assert 24 <= len(steps) <= 32
    assert steps[0].element == "t38"
    assert snapshots(flow) <= 32


def test_a_job_that_others_have_done_since_is_not_asked_for_again(register, flow, deploy):
    register("send", lambda job, case: {}, Side.OUTSIDE)
    deploy(
        process(
            "brev",
            start(),
            user_task("a"),
            service_task("send", "send"),
            user_task("b"),
            user_task("c"),
            end(),
        )
    )
    id = flow.instances.start("brev", {}, actor=OPERATOR)
    flow.user_tasks.complete(open_tasks(flow)[0][1], {}, actor=OPERATOR)
    flow.jobs.run_due()
    flow.user_tasks.complete(open_tasks(flow)[0][1], {}, actor=OPERATOR)

    before_b, before_a = flow.going_back.steps(id, actor=OPERATOR)
    near = flow.going_back.preview(id, before_b.element_instance, actor=OPERATOR)
    far = flow.going_back.preview(id, before_a.element_instance, actor=OPERATOR)

    assert near.lasting == () and near.obstacles == ()
    assert [(each.kind, each.element) for each in far.lasting] == [("JobCompleted", "send")]
    assert far.obstacles == ()  # it was not asked for yet: it is sent again, and the preview says so


def test_a_called_process_that_was_started_since_is_cancelled(flow, deploy):
    deploy(
        process("ydre", start(), user_task("a"), call("kald", "indre"), user_task("b"), end()),
        process("indre", start(), user_task("inde"), end()),
    )
    id = flow.instances.start("ydre", {}, actor=OPERATOR)
    flow.user_tasks.complete(open_tasks(flow)[0][1], {}, actor=OPERATOR)
    [step] = flow.going_back.steps(id, actor=OPERATOR)
    [child] = flow.instances.get(id).children

    seen = flow.going_back.preview(id, step.element_instance, actor=OPERATOR)
    flow.going_back.go_back(id, step.element_instance, reason=REASON, actor=OPERATOR)

    assert seen.cancels == ("kald",)
    assert [(each.kind, each.element) for each in seen.lasting] == [("CallRequested", "kald")]
    assert flow.instances.get(child).status == "cancelled"
    assert [element for element, _ in open_tasks(flow)] == ["a"]


def test_a_suspended_instance_goes_back_only_when_it_goes_on(flow, moved):
    [step] = flow.going_back.steps(moved, actor=OPERATOR)
    flow.instances.suspend(moved, reason="vent", actor=OPERATOR)

    with pytest.raises(Conflict, match="suspended"):
        flow.going_back.go_back(moved, step.element_instance, reason=REASON, actor=OPERATOR)
    flow.instances.resume(moved, reason="videre", actor=OPERATOR)

    assert flow.going_back.go_back(moved, step.element_instance, reason=REASON, actor=OPERATOR).opens == (
        "a",
    )
