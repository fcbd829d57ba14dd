"""Outside jobs: claimed with a lease, retried with back-off, taken over, and never counted twice."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.clock import ManualClock
from flowcase.errors import BpmnError
from flowcase.handlers import Side
from flowcase.services.running.jobs import FIRST_PAUSE, PAUSE_GROWTH
from flowcase.store import Tx, tables
from flowcase.store.queries import waiting
from tests.services.conftest import OPERATOR
from tests.services.diagrams import end, process, service_task, start, user_task


@pytest.fixture
def begin(flow: Flowcase, register: Callable[..., None], deploy: Callable[..., Any]) -> Callable[..., str]:
    def begin(handle: Callable[..., Any], headers: dict[str, str] | None = None) -> str:
        register("test.send", handle, Side.OUTSIDE)
        deploy(process("p", start(), service_task("send", "test.send", headers), user_task("efter"), end()))
        return flow.instances.start("p", {"a": True}, actor=OPERATOR)

    return begin


def elements(flow: Flowcase) -> list[str]:
    return [row.element for row in flow.user_tasks.list()]


def test_a_job_waits_for_a_worker_and_its_result_carries_the_instance_on(
    flow: Flowcase, begin: Callable[..., str]
) -> None:
    seen = []
    instance = begin(
        lambda job, outbox: seen.append((job.key, dict(job.inputs), outbox.attempt)) or {"b": True}
    )
    assert elements(flow) == []

    assert flow.jobs.run_due() == 1

    assert seen == [(f"{instance}.2", {"a": True}, 1)]
    assert elements(flow) == ["efter"]
    assert flow.instances.get(instance).variables["b"] is True
    assert flow.jobs.run_due() == 0


def test_a_failing_job_is_tried_again_later_each_time_and_then_becomes_an_incident(
    flow: Flowcase, begin: Callable[..., str], clock: ManualClock
) -> None:
    tries = []
    broken = True

    def handle(job: Any, outbox: Any) -> None:
        tries.append(clock.now())
        if broken:
            raise ConnectionError("token=secret")

    begin(handle)
    begun = clock.now()

    for _ in range(3):
        assert flow.jobs.run_due() == 1
        assert flow.jobs.run_due() == 0
        due = flow.jobs.next_due()
        if due is not None:
            clock.set(due)

    assert [at - begun for at in tries] == [
        dt.timedelta(0),
        FIRST_PAUSE,
        FIRST_PAUSE + FIRST_PAUSE * PAUSE_GROWTH,
    ]
    (incident,) = flow.incidents.list()
    assert incident.kind == "job_failed"
    assert "ConnectionError" in incident.message
    assert "secret" not in incident.message
    broken = False
    flow.incidents.retry(incident.id, actor=OPERATOR, reason="prøve")
    assert flow.jobs.run_due() == 1
    assert elements(flow) == ["efter"]


def test_the_diagram_may_say_how_long_to_wait_before_a_retry(
    flow: Flowcase, begin: Callable[..., str], clock: ManualClock
) -> None:
    def handle(job: Any, outbox: Any) -> None:
        raise OSError

    begin(handle, {"retryBackoff": "PT5M"})
    flow.jobs.run_due()

    assert flow.jobs.next_due() == clock.now() + dt.timedelta(minutes=5)


def test_a_job_whose_worker_died_is_taken_over_when_its_lease_has_run_out(
    flow: Flowcase, begin: Callable[..., str], clock: ManualClock
) -> None:
    attempts: list[int] = []

    def handle(job: Any, outbox: Any) -> None:
        attempts.append(outbox.attempt)
        if len(attempts) == 1:
            raise KeyboardInterrupt  # like a kill: nothing is recorded

    begin(handle)
    with pytest.raises(KeyboardInterrupt):
        flow.jobs.run_due()
    assert flow.jobs.run_due() == 0

    clock.advance(dt.timedelta(seconds=31))

    assert flow.jobs.run_due() == 1
    assert attempts == [1, 2]
    assert elements(flow) == ["efter"]


def test_a_job_that_kills_every_worker_ends_as_an_incident(
    flow: Flowcase, begin: Callable[..., str], clock: ManualClock
) -> None:
    deaths = 0

    def handle(job: Any, outbox: Any) -> None:
        nonlocal deaths
        deaths += 1
        raise KeyboardInterrupt

    begin(handle)
    for _ in range(10):
        try:
            if flow.jobs.run_due() and flow.incidents.list():
                break
        except KeyboardInterrupt:
            clock.advance(dt.timedelta(seconds=31))

    assert deaths == 3
    assert [incident.kind for incident in flow.incidents.list()] == ["job_failed"]


def test_a_result_that_comes_after_the_lease_was_taken_over_does_not_count(
    flow: Flowcase, begin: Callable[..., str], clock: ManualClock
) -> None:
    results: list[str] = []

    def handle(job: Any, outbox: Any) -> dict[str, Any]:
        if not results:
            results.append("slow")
            clock.advance(dt.timedelta(seconds=31))
            flow.jobs.run_due()  # another worker takes over while this one sleeps
            return {"by": "slow"}
        results.append("fast")
        return {"by": "fast"}

    instance = begin(handle)
    flow.jobs.run_due()

    assert results == ["slow", "fast"]
    assert elements(flow) == ["efter"]
    assert flow.instances.get(instance).variables["by"] == "fast"


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_result_that_loses_to_a_takeover_while_it_is_written_down_does_not_count(
    flow: Flowcase, begin: Callable[..., str], clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As workers of the release before do, which take over what is written down. On SQLite nobody does."""
    tries: list[int] = []
    taken_over = threading.Event()

    def handle(job: Any, outbox: Any) -> dict[str, Any]:
        tries.append(outbox.attempt)
        if outbox.attempt == 2:
            taken_over.set()
        return {"by": outbox.attempt}

    instance = begin(handle)
    advancing: Any = flow.jobs._advancing
    carry_on, other = advancing.carry_on, threading.Thread(target=flow.jobs.run_due)

    def lost_job(tx: Tx, **_: Any) -> waiting.JobRow | None:
        ended = (tables.job.c.status == "claimed", tables.job.c.lease_until <= tx.now)
        found = tx.first(select(tables.job.c.id).where(*ended).with_for_update(skip_locked=True))
        return None if found is None else waiting.job(tx, found.id)

    monkeypatch.setattr(waiting, "lost_job", lost_job)

    def carry_on_slowly(*arguments: Any) -> None:
        if not taken_over.is_set():  # it has looked whether the job is still its own
            clock.advance(dt.timedelta(seconds=31))
            other.start()
            assert taken_over.wait(30)
        carry_on(*arguments)

    monkeypatch.setattr(advancing, "carry_on", carry_on_slowly)

    flow.jobs.run_due()
    other.join(30)

    assert tries == [1, 2]
    assert elements(flow) == ["efter"]
    assert flow.instances.get(instance).variables["by"] == 2


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_job_whose_result_waits_for_the_lock_of_its_case_is_done_by_nobody_else_meanwhile(
    flow: Flowcase, begin: Callable[..., str], clock: ManualClock
) -> None:
    ran, done = [], threading.Event()
    instance = begin(lambda job, outbox: ran.append(outbox.attempt) or done.set())
    claims: list[int] = []
    worker = threading.Thread(target=flow.jobs.run_due)
    others = [threading.Thread(target=lambda: claims.append(flow.jobs.run_due())) for _ in range(3)]

    with flow.store.begin(SYSTEM, clock.now()) as tx:
        tx.lock(instance)  # as who is cut off from the network in the middle of a step
        worker.start()
        assert done.wait(20)
        for other in others:
            clock.advance(dt.timedelta(minutes=1))
            other.start()
            other.join(5)
    for thread in (worker, *others):
        thread.join(60)

    assert (ran, claims) == ([1], [0, 0, 0])
    assert [row.status for row in flow.jobs.list()] == ["completed"]
    assert elements(flow) == ["efter"]


def test_a_job_of_a_cancelled_instance_is_not_run(flow: Flowcase, begin: Callable[..., str]) -> None:
    instance = begin(lambda job, outbox: pytest.fail("must not run"))
    flow.instances.cancel(instance, reason="test", actor=OPERATOR)

    assert flow.jobs.run_due() == 0
    (job,) = flow.jobs.list()
    assert job.status == "cancelled"


def test_an_uncaught_bpmn_error_of_a_job_is_an_incident(flow: Flowcase, begin: Callable[..., str]) -> None:
    def handle(job: Any, outbox: Any) -> None:
        raise BpmnError("afvist")

    begin(handle)
    flow.jobs.run_due()

    assert [incident.kind for incident in flow.incidents.list()] == ["uncaught_error"]
