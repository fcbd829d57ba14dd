"""Inside handlers: in the transaction that moves the token, and what happens when one fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from flowcase.bootstrap import Flowcase
from flowcase.errors import BpmnError, Refused
from flowcase.store import tables
from tests.services.conftest import ANNA, OPERATOR
from tests.services.diagrams import boundary, end, process, service_task, start, user_task

ONE_JOB = process(
    "p", start(), user_task("foer"), service_task("regn", "test.regn"), user_task("efter"), end()
)


def begin(flow: Flowcase) -> str:
    return flow.instances.start("p", {"a": 2}, actor=OPERATOR)


def elements(flow: Flowcase) -> list[str]:
    return [row.element for row in flow.user_tasks.list()]


def test_what_a_handler_returns_becomes_variables_within_the_same_click(
    flow: Flowcase, register: Callable[..., None], deploy: Callable[..., Any]
) -> None:
    seen = []

    def handle(job: Any, case: Any) -> dict[str, Any]:
        seen.append(job)
        return {"b": job.inputs["a"] + 1}

    register("test.regn", handle)
    deploy(ONE_JOB)
    instance = begin(flow)

    flow.user_tasks.complete(f"{instance}.2", {}, actor=ANNA)

    assert elements(flow) == ["efter"]
    assert flow.instances.get(instance).variables["b"] == 3
    assert (seen[0].type, seen[0].element, seen[0].now) == ("test.regn", "regn", flow.clock.now())


@pytest.mark.parametrize("error", [ValueError("Cpr 010116-0001"), Refused("do it", "it is forbidden")])
def test_a_handler_that_fails_leaves_an_incident_and_nothing_it_wrote(
    flow: Flowcase, register: Callable[..., None], deploy: Callable[..., Any], error: Exception
) -> None:
    broken = True

    def handle(job: Any, case: Any) -> None:
        case.create("Notat", {"type": "x"})
        case.publish("til_nogen", "1")
        if broken:
            raise error

    register("test.regn", handle)
    deploy(ONE_JOB)
    instance = begin(flow)

    flow.user_tasks.complete(f"{instance}.2", {}, actor=ANNA)

    (incident,) = flow.incidents.list()
    assert (incident.element, incident.kind) == ("regn", "handler_failed")
    assert "010116" not in incident.message
    assert elements(flow) == []
    with flow.store.reading(flow.clock.now()) as tx:
        assert tx.rows(select(tables.record)) == []
        assert tx.rows(select(tables.message)) == []
    broken = False
    flow.incidents.retry(incident.id, actor=OPERATOR, reason="mended")
    assert flow.incidents.list() == []
    assert elements(flow) == ["efter"]
    with flow.store.reading(flow.clock.now()) as tx:
        assert len(tx.rows(select(tables.record))) == 1
        assert len(tx.rows(select(tables.message))) == 1


def test_a_bpmn_error_reaches_its_boundary_event_and_keeps_what_was_written(
    flow: Flowcase, register: Callable[..., None], deploy: Callable[..., Any]
) -> None:
    def handle(job: Any, case: Any) -> None:
        case.create("Notat", {"type": "x"})
        raise BpmnError("ukendt", variables={"grund": "kode"})

    register("test.regn", handle)
    error = '<error id="error_ukendt" errorCode="ukendt"/>'
    deploy(
        process(
            "p",
            start(),
            service_task("regn", "test.regn"),
            end(),
            aside=(
                boundary(
                    "fejl",
                    "regn",
                    '<errorEventDefinition errorRef="error_ukendt"/>',
                    to="rette",
                    roots=(error,),
                ),
                type(end())("rette", "userTask", user_task("rette").inside, 'name="r"', (), ("end",)),
            ),
        )
    )
    begin(flow)

    assert elements(flow) == ["rette"]
    with flow.store.reading(flow.clock.now()) as tx:
        assert len(tx.rows(select(tables.record))) == 1


def test_an_incident_can_be_resolved_by_doing_the_work_by_hand(
    flow: Flowcase, register: Callable[..., None], deploy: Callable[..., Any]
) -> None:
    def handle(job: Any, case: Any) -> None:
        raise ValueError

    register("test.regn", handle)
    deploy(ONE_JOB)
    instance = begin(flow)
    flow.user_tasks.complete(f"{instance}.2", {}, actor=ANNA)
    (incident,) = flow.incidents.list()

    flow.incidents.resolve(incident.id, actor=OPERATOR, reason="done by phone", variables={"b": True})

    assert elements(flow) == ["efter"]
    assert flow.instances.get(instance).variables["b"] is True
    (resolved,) = flow.incidents.list(status="resolved")
    assert resolved.resolved_by == "operator"
    told = [row.event for row in flow.history.of_instance(instance, actor=OPERATOR)]
    assert [event.reason for event in told if type(event).__name__ == "InterventionMade"] == ["done by phone"]


def test_what_a_handler_starts_and_publishes_happens_in_the_same_transaction(
    flow: Flowcase, register: Callable[..., None], deploy: Callable[..., Any]
) -> None:
    register("test.regn", lambda job, case: case.start("andet", {"fra": "p"}))
    deploy(ONE_JOB, process("andet", start(), user_task("i_andet"), end()))
    instance = begin(flow)

    flow.user_tasks.complete(f"{instance}.2", {}, actor=ANNA)

    assert sorted(elements(flow)) == ["efter", "i_andet"]


def test_a_job_type_that_lost_its_handler_leaves_an_incident(
    flow: Flowcase, register: Callable[..., None], deploy: Callable[..., Any]
) -> None:
    register("test.regn", lambda job, case: None)
    deploy(ONE_JOB)
    instance = begin(flow)
    del flow.handlers["test.regn"]  # type: ignore[attr-defined]

    flow.user_tasks.complete(f"{instance}.2", {}, actor=ANNA)

    (incident,) = flow.incidents.list()
    assert "no" in incident.message or "none" in incident.message
