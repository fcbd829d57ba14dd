"""Whoever steps into a flow is an operator and says why: the services ask, whatever way one comes by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flowcase.access.actor import Actor
from flowcase.bootstrap import Flowcase
from flowcase.errors import Forbidden, Refused
from flowcase.handlers import Side
from tests.services import diagrams
from tests.services.conftest import ANNA, OPERATOR

ACTS: dict[str, Callable[[Flowcase, str, Actor, str], None]] = {
    "set variables": lambda flow, id, who, why: flow.instances.set_variables(
        id, {"n": 2}, reason=why, actor=who
    ),
    "suspend": lambda flow, id, who, why: flow.instances.suspend(id, reason=why, actor=who),
    "resume": lambda flow, id, who, why: flow.instances.resume(id, reason=why, actor=who),
    "cancel": lambda flow, id, who, why: flow.instances.cancel(id, reason=why, actor=who),
    "retry an incident": lambda flow, id, who, why: flow.incidents.retry(
        _incident(flow), reason=why, actor=who
    ),
    "retry incidents": lambda flow, id, who, why: _retry_all(flow, why, who),
    "resolve an incident": lambda flow, id, who, why: flow.incidents.resolve(
        _incident(flow), reason=why, actor=who
    ),
    "retry a job": lambda flow, id, who, why: flow.job_care.try_now(_job(flow), reason=why, actor=who),
}
OTHERS = {
    "casework": ANNA,
    "an auditor": Actor("vera", groups=frozenset({"revisor"})),
    "a process owner": Actor("jens", groups=frozenset({"procesejer"})),
    "a program of the intake": Actor("portal", groups=frozenset({"indtag"}), kind="service"),
    "nobody": Actor("nobody"),
}


def _incident(flow: Flowcase) -> str:
    return flow.incidents.list()[0].id


def _job(flow: Flowcase) -> str:
    return flow.jobs.list()[0].id


def _retry_all(flow: Flowcase, why: str, who: Actor) -> None:
    flow.incidents.retry_all([_incident(flow)], reason=why, actor=who)


@pytest.fixture
def stuck(register: Callable[..., None], flow: Flowcase, deploy: Callable[..., Any]) -> str:
    """An instance that stands still where a job failed as often as it may."""

    def handle(job: Any, outbox: Any) -> None:
        raise ConnectionError

    register("test.send", handle, Side.OUTSIDE)
    send = diagrams.service_task("send", "test.send", retries=1)
    deploy(diagrams.process("standing", diagrams.start(), send, diagrams.end()))
    instance = flow.instances.start("standing", {"n": 1}, actor=OPERATOR)
    flow.jobs.run_due()
    return instance


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("who", OTHERS)
def test_nobody_but_an_operator_steps_into_a_flow(flow: Flowcase, stuck: str, act: str, who: str) -> None:
    before = len(flow.history.everything())

    with pytest.raises(Forbidden):
        ACTS[act](flow, stuck, OTHERS[who], "fordi jeg kan")

    assert len(flow.history.everything()) == before


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    "why", ["", "  \n\t ", "Barnet er 010203-1234", "x" * 2001], ids=["none", "blank", "cpr", "long"]
)
def test_an_operator_steps_into_no_flow_without_a_reason_that_can_be_kept(
    flow: Flowcase, stuck: str, act: str, why: str
) -> None:
    before = len(flow.history.everything())

    with pytest.raises(Refused, match=r"(?i)begrundelse"):
        ACTS[act](flow, stuck, OPERATOR, why)

    assert len(flow.history.everything()) == before
