"""What a preview of an operator's hand on a token says is what happens then, and it leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.errors import Conflict
from flowcase.services.operating.token_moves import Foreseen, TokenAct
from tests.services.conftest import ANNA, OPERATOR
from tests.services.diagrams import call, end, process, service_task, start, user_task

WHY = "Er gjort på papir"
SKIP = TokenAct("skip")


def seen_and_done(flow: Flowcase, id: str, act: TokenAct = SKIP) -> Foreseen:
    [place] = flow.token_moves.places(id, actor=OPERATOR)
    before = len(flow.history.of_instance(id, actor=SYSTEM))
    seen = flow.token_moves.preview(id, place.element_instance, act, actor=OPERATOR)
    assert len(flow.history.of_instance(id, actor=SYSTEM)) == before
    assert flow.instances.get(id).active_elements == (place.element,)
    flow.token_moves.do(id, place.element_instance, act, reason=WHY, actor=OPERATOR)
    return seen


def test_a_preview_goes_on_through_what_is_done_at_once(
    flow: Flowcase, deploy: Callable[..., Any], register: Callable[..., None]
) -> None:
    ran: list[str] = []
    register("skriv", lambda job, case: ran.append(job.element) or {})
    deploy(process("p", start(), user_task("a"), service_task("s", "skriv"), user_task("b"), end()))
    id = flow.instances.start("p", actor=OPERATOR)

    seen = seen_and_done(flow, id)

    assert seen.stands_at == ("b",) == flow.instances.get(id).active_elements
    assert [(each.code, each.name) for each in seen.changes] == [
        ("task_closed", "a"),
        ("job_asked", "s"),
        ("task_opened", "b"),
    ]
    assert flow.consistency.check() == []


def test_a_preview_says_that_the_process_would_get_stuck(
    flow: Flowcase, deploy: Callable[..., Any], register: Callable[..., None]
) -> None:
    def fail(job: Any, case: Any) -> None:
        raise ValueError("no")

    register("skriv", fail)
    deploy(process("p", start(), user_task("a"), service_task("s", "skriv", retries=1), end()))
    id = flow.instances.start("p", actor=OPERATOR)

    seen = seen_and_done(flow, id)

    assert ("incident_raised", "s") in [(each.code, each.name) for each in seen.changes]
    assert len(flow.incidents.list(instance=id)) == 1


def test_a_preview_of_the_end_tells_what_it_closes_also_in_what_it_called(
    flow: Flowcase, deploy: Callable[..., Any]
) -> None:
    deploy(
        process("inde", start(), user_task("x"), end()),
        process("ude", start(), call("kald", "inde"), user_task("y"), end()),
    )
    outer = flow.instances.start("ude", actor=OPERATOR)
    [inner] = flow.instances.get(outer).children

    seen = flow.token_moves.preview_of_the_end(outer, actor=OPERATOR)
    called = flow.token_moves.preview_of_the_end(inner, actor=OPERATOR)

    assert ("task_closed", "x", "inde") in [(each.code, each.name, each.process) for each in seen.changes]
    assert (seen.stands_at, seen.obstacle) == ((), "")
    assert called.obstacle == "was_called"
    assert flow.instances.get(inner).status == "active"
    flow.instances.cancel(outer, reason=WHY, actor=OPERATOR)
    assert flow.token_moves.preview_of_the_end(outer, actor=OPERATOR).obstacle == "cancelled"


def test_only_elements_that_take_a_token_are_offered(flow: Flowcase, deploy: Callable[..., Any]) -> None:
    deploy(process("p", start(), user_task("a"), user_task("b"), end()))
    id = flow.instances.start("p", actor=OPERATOR)

    [place] = flow.token_moves.places(id, actor=OPERATOR)

    assert [element for element, _ in place.targets] == ["b", "end"]


def test_who_loses_a_user_task_to_an_operator_is_told(flow: Flowcase, deploy: Callable[..., Any]) -> None:
    deploy(process("p", start(), user_task("a", groups="fronten"), user_task("b"), end()))
    id = flow.instances.start("p", actor=OPERATOR)
    [row] = flow.user_tasks.list(instance=id)
    flow.user_tasks.claim(row.id, actor=ANNA)

    seen_and_done(flow, id)

    assert [each.text_code for each in flow.notices.page(ANNA).rows] == ["opgave_bortfaldet"]


def test_suspending_twice_and_resuming_what_runs_are_refused(
    flow: Flowcase, deploy: Callable[..., Any]
) -> None:
    deploy(process("p", start(), user_task("a"), end()))
    id = flow.instances.start("p", actor=OPERATOR)

    with pytest.raises(Conflict, match="not suspended"):
        flow.instances.resume(id, reason=WHY, actor=OPERATOR)
    flow.instances.suspend(id, reason=WHY, actor=OPERATOR)
    with pytest.raises(Conflict, match="already"):
        flow.instances.suspend(id, reason=WHY, actor=OPERATOR)
