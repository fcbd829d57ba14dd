"""Called processes: instances of their own, in one transaction with their caller."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowcase.bootstrap import Flowcase
from flowcase.store import tables
from tests.services.conftest import ANNA, OPERATOR
from tests.services.diagrams import Node, boundary, call, end, process, start, user_task

CALLER = process("ydre", start(), call("kald", "indre"), user_task("efter"), end())
CALLED = process("indre", start(), user_task("inde"), end())


def elements(flow: Flowcase) -> list[str]:
    return [row.element for row in flow.user_tasks.list()]


def complete(flow: Flowcase, element: str, values: dict[str, Any] | None = None) -> None:
    (task,) = [row.id for row in flow.user_tasks.list() if row.element == element]
    flow.user_tasks.complete(task, values or {}, actor=ANNA)


def test_variables_go_in_and_come_back(flow: Flowcase, deploy: Callable[..., Any]) -> None:
    deploy(CALLER, CALLED)
    caller = flow.instances.start("ydre", {"a": True}, actor=OPERATOR)

    (child,) = [row for row in flow.instances.list() if row.parent == caller]
    assert flow.instances.get(child.id).variables["a"] is True
    complete(flow, "inde", {"b": False})

    assert elements(flow) == ["efter"]
    assert flow.instances.get(caller).variables["b"] is False
    assert flow.instances.get(child.id).status == "completed"


def test_cancelling_the_caller_cancels_what_it_calls(flow: Flowcase, deploy: Callable[..., Any]) -> None:
    deploy(process("yderst", start(), call("kald", "ydre"), end()), CALLER, CALLED)
    top = flow.instances.start("yderst", actor=OPERATOR)

    flow.instances.cancel(top, reason="test", actor=OPERATOR)

    assert {row.status for row in flow.instances.list()} == {"cancelled"}
    assert elements(flow) == []


def test_an_error_of_the_called_process_reaches_the_boundary_of_the_call(
    flow: Flowcase, deploy: Callable[..., Any]
) -> None:
    error = '<error id="error_x" errorCode="x"/>'
    deploy(
        process(
            "ydre",
            start(),
            call("kald", "indre"),
            end(),
            aside=(
                boundary(
                    "fejl", "kald", '<errorEventDefinition errorRef="error_x"/>', to="rette", roots=(error,)
                ),
                Node("rette", "userTask", user_task("rette").inside, 'name="r"', (), ("end",)),
            ),
        ),
        process(
            "indre",
            start(),
            user_task("inde"),
            end("fejlslut", '<errorEventDefinition errorRef="error_x"/>', (error,)),
        ),
    )
    flow.instances.start("ydre", actor=OPERATOR)

    complete(flow, "inde")

    assert elements(flow) == ["rette"]
    assert sorted(row.status for row in flow.instances.list()) == ["active", "cancelled"]


def test_a_process_that_is_not_deployed_is_an_incident_and_can_be_retried(
    flow: Flowcase, deploy: Callable[..., Any]
) -> None:
    deploy(CALLER, CALLED)
    with flow.store.begin(OPERATOR, flow.clock.now()) as tx:
        tx.update_any(tables.process_definition, {"process": "indre"}, {"status": "draft"})
    flow.instances.start("ydre", actor=OPERATOR)

    (incident,) = flow.incidents.list()
    assert incident.kind == "called_process_missing"
    with flow.store.begin(OPERATOR, flow.clock.now()) as tx:
        tx.update_any(tables.process_definition, {"process": "indre"}, {"status": "active"})
    flow.incidents.retry(incident.id, actor=OPERATOR, reason="prøve")
    assert elements(flow) == ["inde"]


def test_processes_that_call_each_other_without_end_become_an_incident(
    flow: Flowcase, deploy: Callable[..., Any]
) -> None:
    deploy(process("a", start(), call("kald", "=hvem"), end()))

    flow.instances.start("a", {"hvem": "a"}, actor=OPERATOR)

    (incident,) = flow.incidents.list()
    assert incident.kind == "called_process_missing"


def test_suspending_the_caller_suspends_what_it_calls(flow: Flowcase, deploy: Callable[..., Any]) -> None:
    deploy(CALLER, CALLED)
    caller = flow.instances.start("ydre", actor=OPERATOR)

    flow.instances.suspend(caller, reason="test", actor=OPERATOR)
    assert {row.status for row in flow.instances.list()} == {"suspended"}

    flow.instances.resume(caller, reason="test", actor=OPERATOR)
    assert {row.status for row in flow.instances.list()} == {"active"}
