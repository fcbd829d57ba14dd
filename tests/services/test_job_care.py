"""Jobs in an operator's hands: tried at once, put before others, given back; each once, with a reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.clock import ManualClock
from flowcase.errors import Conflict, Forbidden, Refused
from flowcase.handlers import Side
from flowcase.services.operating.job_care import JobAsked
from tests.services.conftest import ANNA, OPERATOR
from tests.services.diagrams import end, process, service_task, start

WHY = "Journalen svarer igen"


@pytest.fixture
def tries(register: Callable[..., None]) -> list[str]:
    """Jobs that were tried; the first try of each fails."""
    seen: list[str] = []

    def handle(job: Any, outbox: Any) -> None:
        seen.append(job.instance)
        if seen.count(job.instance) == 1:
            raise ValueError("away")

    register("brev.send", handle, Side.OUTSIDE)
    return seen


@pytest.fixture
def job(flow: Flowcase, deploy: Callable[..., Any]) -> str:
    deploy(process("p", start(), service_task("send", "brev.send", retries=2), end()))
    flow.instances.start("p", actor=OPERATOR)
    return flow.jobs.list()[0].id


def told(flow: Flowcase, job: str) -> list[str]:
    events = flow.history.of_instance(job.partition(".")[0], actor=SYSTEM)
    return [row.event.act for row in events if row.kind in ("InterventionMade", "JobAdjusted")]


def test_one_that_backs_off_is_tried_at_once(
    tries: list[str], flow: Flowcase, job: str, clock: ManualClock
) -> None:
    flow.jobs.run_due()
    assert flow.job_care.get(job, actor=OPERATOR).try_at > clock.now()

    flow.job_care.try_now(job, reason=WHY, actor=OPERATOR)
    flow.jobs.run_due()

    assert len(tries) == 2
    assert flow.job_care.get(job, actor=OPERATOR).status == "completed"
    assert told(flow, job) == ["try_job_now", "try_now"]


def test_one_whose_tries_are_used_up_gets_new_ones(
    tries: list[str], flow: Flowcase, deploy: Callable[..., Any]
) -> None:
    deploy(process("en", start(), service_task("send", "brev.send", retries=1), end()))
    flow.instances.start("en", actor=OPERATOR)
    flow.jobs.run_due()
    (failed,), _ = flow.job_care.page(JobAsked("failed"), actor=OPERATOR)

    flow.job_care.try_now(failed.id, reason=WHY, actor=OPERATOR)
    flow.jobs.run_due()

    assert flow.job_care.get(failed.id, actor=OPERATOR).status == "completed"
    assert flow.incidents.list() == []


def test_a_higher_priority_goes_first(tries: list[str], flow: Flowcase, job: str) -> None:
    other = flow.instances.start("p", actor=OPERATOR)

    flow.job_care.set_priority(flow.jobs.list(instance=other)[0].id, 7, reason=WHY, actor=OPERATOR)
    flow.jobs.run_due(1)

    assert tries == [other]
    with pytest.raises(Refused):
        flow.job_care.set_priority(job, 10**9, reason=WHY, actor=OPERATOR)


def test_what_a_worker_holds_is_given_back_and_counts_once(
    tries: list[str], register: Callable[..., None], flow: Flowcase, job: str
) -> None:
    ran: list[int] = []

    def handle(inner: Any, outbox: Any) -> None:
        ran.append(outbox.attempt)
        if len(ran) == 1:  # an operator gives it back while it runs, and another takes it
            flow.job_care.give_back(job, reason=WHY, actor=OPERATOR)
            flow.jobs.run_due(1)

    register("brev.send", handle, Side.OUTSIDE)

    flow.jobs.run_due(1)

    kinds = [row.kind for row in flow.history.of_instance(job.partition(".")[0], actor=SYSTEM)]
    assert ran == [1, 2]
    assert kinds.count("JobCompleted") == 1
    assert flow.job_care.get(job, actor=OPERATOR).retries == 2
    with pytest.raises(Conflict, match="no worker holds it"):
        flow.job_care.give_back(job, reason=WHY, actor=OPERATOR)


def test_lists_by_state_and_type_and_refuses_who_may_not(
    tries: list[str], flow: Flowcase, job: str, clock: ManualClock
) -> None:
    clock.advance(dt.timedelta(minutes=1))
    flow.instances.start("p", actor=OPERATOR)

    first, place = flow.job_care.page(JobAsked(type="brev.send"), actor=OPERATOR, limit=1)
    second, end_of_list = flow.job_care.page(JobAsked(), actor=OPERATOR, after=place, limit=1)
    nothing, _ = flow.job_care.page(JobAsked(type="andet"), actor=OPERATOR)

    assert [row.id for row in (*first, *second)] == [row.id for row in flow.jobs.list()]
    assert (end_of_list, list(nothing)) == (None, [])
    with pytest.raises(Forbidden):
        flow.job_care.page(JobAsked(), actor=ANNA)
    with pytest.raises(Refused, match="begrundelse"):
        flow.job_care.try_now(job, reason="", actor=OPERATOR)
