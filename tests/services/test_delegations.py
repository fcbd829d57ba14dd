"""Delegation: who may lend a user task to whom, what comes back with it, and who completes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flowcase import events
from flowcase.access.actor import SYSTEM, Actor
from flowcase.bootstrap import Flowcase
from flowcase.errors import Conflict, Forbidden, InvalidValues, Refused
from flowcase.services.tasks.asked import Asked, View
from flowcase.services.tasks.inboxes import Order
from tests.services.conftest import ANNA, BO, CLARA, OPERATOR
from tests.services.diagrams import end, process, start, user_task

LEADER = Actor("lene", groups=frozenset({"teamleder_fronten"}))


@pytest.fixture
def task(flow: Flowcase, deploy: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> str:
    settings = {"teamledere": {"fronten": ["teamleder_fronten"]}}
    monkeypatch.setattr(flow.delegations._rule_sets, "settings", lambda tx: settings)
    for person in (ANNA, BO, CLARA):
        flow.people.add(person.id, groups=person.groups, actor=SYSTEM)
    deploy(process("p", start(), user_task("vurder", groups="fronten"), end()))
    flow.instances.start("p", actor=OPERATOR)
    (row,) = flow.user_tasks.list()
    flow.user_tasks.claim(row.id, actor=ANNA)
    return row.id


def holders(flow: Flowcase) -> tuple[str | None, str | None]:
    """(owner, who has it)"""
    (row,) = flow.user_tasks.list()
    return row.owner, row.assignee


def own(flow: Flowcase, actor: Actor) -> list[str]:
    return [row.id for row in flow.inboxes.page(actor, Asked(View.OWN)).rows]


def test_the_delegate_gives_it_back_and_only_then_its_owner_completes_it(flow: Flowcase, task: str) -> None:
    flow.delegations.delegate(task, "bo", reason=" Ring til skolen ", actor=ANNA)

    assert holders(flow) == ("anna", "bo")
    with pytest.raises(Refused):
        flow.user_tasks.complete(task, {}, actor=BO)
    with pytest.raises(Conflict):
        flow.user_tasks.complete(task, {}, actor=ANNA)

    flow.delegations.give_back(task, actor=BO)
    assert holders(flow) == (None, "anna")
    flow.user_tasks.complete(task, {}, actor=ANNA)
    told = [row.event for row in flow.history.everything()]
    assert [
        (each.owner, each.assignee, each.reason)
        for each in told
        if isinstance(each, events.UserTaskDelegated)
    ] == [("anna", "bo", "Ring til skolen")]
    assert [
        (each.owner, each.delegate, each.is_taken_back)
        for each in told
        if isinstance(each, events.UserTaskGivenBack)
    ] == [("anna", "bo", False)]


def test_it_stays_in_the_owners_list_in_every_order_and_counts_once(flow: Flowcase, task: str) -> None:
    flow.delegations.delegate(task, "bo", actor=ANNA)

    for person in (ANNA, BO):
        assert own(flow, person) == [task]
        assert flow.inboxes.counts(person, Asked())[View.OWN] == 1
        for order in Order:
            rows = flow.inboxes.page(person, Asked(View.BOTH, order)).rows
            assert [(row.owner, row.assignee) for row in rows] == [("anna", "bo")]
    assert own(flow, CLARA) == []


def test_what_was_typed_goes_with_it_and_comes_back(flow: Flowcase, task: str) -> None:
    flow.user_tasks.save_draft(task, {"noter": "begyndt"}, actor=ANNA)
    flow.delegations.delegate(task, "bo", actor=ANNA)
    assert flow.user_tasks.draft(task, actor=BO) == {"noter": "begyndt"}
    flow.user_tasks.save_draft(task, {"noter": "gjort"}, actor=BO)

    flow.delegations.give_back(task, actor=BO)

    assert flow.user_tasks.draft(task, actor=ANNA) == {"noter": "gjort"}
    assert flow.user_tasks.draft(task, actor=BO) is None


def test_its_owner_and_who_leads_the_owner_may_take_it_back_and_nobody_else(
    flow: Flowcase, task: str
) -> None:
    flow.delegations.delegate(task, "bo", actor=ANNA)
    flow.user_tasks.save_draft(task, {"noter": "halvt"}, actor=BO)

    for stranger in (BO, CLARA, OPERATOR):
        with pytest.raises(Forbidden):
            flow.delegations.take_back(task, actor=stranger)
    with pytest.raises(Forbidden):
        flow.delegations.give_back(task, actor=ANNA)
    flow.delegations.take_back(task, actor=LEADER)
    assert holders(flow) == (None, "anna")
    assert flow.user_tasks.draft(task, actor=ANNA) == {"noter": "halvt"}
    flow.delegations.delegate(task, "bo", actor=ANNA)
    flow.delegations.take_back(task, actor=ANNA)

    assert holders(flow) == (None, "anna")
    assert flow.user_tasks.draft(task, actor=BO) == {"noter": "halvt"}  # nothing typed is lost


def test_a_delegate_neither_lays_it_back_nor_passes_it_on(flow: Flowcase, task: str) -> None:
    flow.delegations.delegate(task, "bo", actor=ANNA)

    with pytest.raises(Conflict):
        flow.user_tasks.unclaim(task, actor=BO)
    with pytest.raises(Conflict):
        flow.delegations.delegate(task, "anna", actor=BO)
    with pytest.raises(Forbidden):
        flow.user_task_moves.hand_over(task, "anna", actor=BO)
    assert holders(flow) == ("anna", "bo")


def test_the_owner_may_hand_it_over_for_good_also_to_its_delegate(flow: Flowcase, task: str) -> None:
    flow.delegations.delegate(task, "bo", actor=ANNA)

    flow.user_task_moves.hand_over(task, "bo", actor=ANNA)

    assert holders(flow) == (None, "bo")
    flow.user_tasks.complete(task, {}, actor=BO)


def test_it_goes_to_who_may_do_it_alone(flow: Flowcase, task: str) -> None:
    for person in ("clara", "ingen", "anna"):
        with pytest.raises(InvalidValues) as refused:
            flow.delegations.delegate(task, person, actor=ANNA)
        assert list(refused.value.errors) == ["kollega"]
    with pytest.raises(Forbidden):
        flow.delegations.delegate(task, "bo", actor=BO)

    assert holders(flow) == (None, "anna")


def test_the_other_is_told_each_time(flow: Flowcase, task: str) -> None:
    flow.delegations.delegate(task, "bo", actor=ANNA)
    flow.delegations.give_back(task, actor=BO)
    flow.delegations.delegate(task, "bo", actor=ANNA)
    flow.delegations.take_back(task, actor=ANNA)

    told = {who.id: [row.text_code for row in flow.notices.page(who).rows] for who in (ANNA, BO)}
    assert told["anna"] == ["opgave_givet_tilbage"]
    assert sorted(told["bo"]) == ["opgave_taget_tilbage", "opgave_uddelegeret", "opgave_uddelegeret"]
