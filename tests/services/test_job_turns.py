"""Jobs take turns: the urgent first, no process starves another, no type runs more than it may."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.clock import ManualClock
from flowcase.handlers import Side
from flowcase.services.running.jobs import AT_ONCE, FIRST_PAUSE, PAUSE_GROWTH
from flowcase.services.transactions import Transactions
from flowcase.store import DatabaseLost
from tests.services.conftest import OPERATOR
from tests.services.diagrams import end, process, service_task, start

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def nobody_gives_back_because_the_machine_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits behind another job is claimed once more then, and in another turn."""
    monkeypatch.setattr("flowcase.services.running.jobs.PATIENCE_SECONDS", 60)


def sending(id: str, priority: str = "") -> bytes:
    return process(id, start(), service_task("send", "test.send", priority=priority), end())


def claimed(flow: Flowcase) -> int:
    return len(flow.jobs.list(status="claimed"))


def leased(flow: Flowcase) -> int:
    """How many jobs a worker holds; one that was given back is anybody's at once."""
    now = flow.clock.now()
    return sum(
        row.lease_until is not None and row.lease_until > now for row in flow.jobs.list(status="claimed")
    )


def begin(flow: Flowcase, id: str, times: int = 1, **variables: Any) -> None:
    for _ in range(times):
        flow.instances.start(id, variables, actor=OPERATOR)


def test_a_flood_of_one_process_does_not_keep_the_others_waiting(
    flow: Flowcase, register: Callable[..., None], deploy: Callable[..., Any]
) -> None:
    ran: list[str] = []
    register("test.send", lambda job, outbox: ran.append(job.process), Side.OUTSIDE)
    deploy(sending("flod"), sending("anden"), sending("tredje"))
    begin(flow, "flod", 6)
    begin(flow, "anden", 2)
    begin(flow, "tredje", 1)

    assert flow.jobs.run_due(20) == 9

    assert ran == ["anden", "flod", "tredje", "anden", "flod", "flod", "flod", "flod", "flod"]


def test_the_higher_priority_goes_first_and_may_be_an_expression(
    flow: Flowcase, register: Callable[..., None], deploy: Callable[..., Any]
) -> None:
    ran: list[str] = []
    register("test.send", lambda job, outbox: ran.append(job.process), Side.OUTSIDE)
    deploy(sending("almindelig"), sending("haster", "=if akut then 90 else 10"), sending("lav", "-5"))
    begin(flow, "lav")
    begin(flow, "almindelig", 2)
    begin(flow, "haster", akut=False)
    begin(flow, "haster", akut=True)

    flow.jobs.run_due(20)

    assert ran == ["haster", "haster", "almindelig", "almindelig", "lav"]


def test_a_priority_that_is_no_number_is_an_incident_and_runs_nothing(
    flow: Flowcase, register: Callable[..., None], deploy: Callable[..., Any]
) -> None:
    register("test.send", lambda job, outbox: None, Side.OUTSIDE)
    deploy(sending("p", "=hvor_meget"))

    begin(flow, "p", hvor_meget="meget")

    (incident,) = flow.incidents.list()
    assert "job priority of 'send'" in incident.message


def test_no_more_of_a_type_run_at_once_than_it_allows_and_others_go_on(
    flow: Flowcase, register: Callable[..., None], deploy: Callable[..., Any]
) -> None:
    seen: list[int] = []

    def slow(job: Any, outbox: Any) -> None:
        seen.append(flow.jobs.run_due(5))  # another worker looks for work meanwhile

    ran: list[str] = []
    register("test.slow", slow, Side.OUTSIDE, max_parallel=1)
    register("test.send", lambda job, outbox: ran.append(job.process), Side.OUTSIDE)
    deploy(process("langsom", start(), service_task("s", "test.slow"), end()), sending("hurtig"))
    begin(flow, "langsom", 2)
    begin(flow, "hurtig", 1)

    flow.jobs.run_due(1)  # "hurtig" comes first by its name
    flow.jobs.run_due(1)
    assert (ran, seen) == (["hurtig"], [0])

    flow.jobs.run_due(1)
    assert seen == [0, 0]


def test_a_type_with_a_pace_begins_evenly_spread_over_the_minute(
    flow: Flowcase, register: Callable[..., None], deploy: Callable[..., Any], clock: ManualClock
) -> None:
    ran: list[dt.datetime] = []
    register("test.send", lambda job, outbox: ran.append(clock.now()), Side.OUTSIDE, max_per_minute=2)
    deploy(sending("p"))
    begin(flow, "p", 3)
    begun = clock.now()

    for _ in range(8):
        flow.jobs.run_due(5)
        clock.advance(MINUTE / 4)

    assert ran == [begun, begun + MINUTE / 2, begun + MINUTE]


def test_a_pace_that_a_clock_of_tomorrow_has_written_keeps_nobody_waiting_until_then(
    flow: Flowcase, register: Callable[..., None], deploy: Callable[..., Any], clock: ManualClock
) -> None:
    ran: list[dt.datetime] = []
    register("test.send", lambda job, outbox: ran.append(clock.now()), Side.OUTSIDE, max_per_minute=2)
    deploy(sending("p"))
    begin(flow, "p", 3)
    begun = clock.now()
    clock.advance(24 * 60 * MINUTE)
    flow.jobs.run_due(5)
    clock._now = begun  # its machine is set right

    for _ in range(4):
        flow.jobs.run_due(5)
        clock.advance(MINUTE / 4)

    assert ran == [begun + 24 * 60 * MINUTE, begun, begun + MINUTE / 2]


def test_what_has_outrun_its_lease_is_not_handed_back_but_costs_a_try(
    flow: Flowcase, register: Callable[..., None], deploy: Callable[..., Any], clock: ManualClock
) -> None:
    attempts: list[int] = []

    def hang(job: Any, outbox: Any) -> None:
        attempts.append(outbox.attempt)
        clock.advance(MINUTE)
        assert flow.jobs.hand_back() == 0
        if len(attempts) < 5:
            flow.jobs.run_due(1)  # another worker

    register("test.send", hang, Side.OUTSIDE)
    deploy(sending("p"))
    begin(flow, "p")

    flow.jobs.run_due(1)

    assert attempts == [1, 2, 3]
    (incident,) = flow.incidents.list()
    assert "WorkerLost" in incident.message


@pytest.mark.parametrize("given_back", [0, 1, 5])
def test_a_job_waits_by_how_often_it_failed_however_often_it_was_given_back(
    flow: Flowcase,
    register: Callable[..., None],
    deploy: Callable[..., Any],
    clock: ManualClock,
    given_back: int,
) -> None:
    attempts: list[int] = []

    def work(job: Any, outbox: Any) -> None:
        attempts.append(outbox.attempt)
        if len(attempts) <= given_back:
            assert flow.jobs.hand_back() == 1  # its node is told to stop
            flow.jobs.run_due(1)  # another one takes it over
            return
        raise OSError

    register("test.send", work, Side.OUTSIDE)
    deploy(sending("p"))
    begin(flow, "p")

    flow.jobs.run_due(1)
    first = flow.jobs.next_due()
    assert first == clock.now() + FIRST_PAUSE
    clock.set(first)
    flow.jobs.run_due(1)

    assert flow.jobs.next_due() == clock.now() + FIRST_PAUSE * PAUSE_GROWTH
    assert flow.altered_rows.find(casework=True) == []


def test_a_job_that_was_given_new_tries_waits_as_briefly_as_at_first(
    flow: Flowcase, register: Callable[..., None], deploy: Callable[..., Any], clock: ManualClock
) -> None:
    def fail(job: Any, outbox: Any) -> None:
        raise OSError

    register("test.send", fail, Side.OUTSIDE)
    deploy(sending("p"))
    begin(flow, "p")
    while (due := flow.jobs.next_due()) is not None:
        clock.set(max(due, clock.now()))
        flow.jobs.run_due(1)
    (incident,) = flow.incidents.list()

    flow.incidents.retry(incident.id, actor=OPERATOR, reason="Serveren er oppe igen.")
    flow.jobs.run_due(1)

    assert flow.jobs.next_due() == clock.now() + FIRST_PAUSE
    assert flow.altered_rows.find(casework=True) == []


def test_a_job_whose_worker_is_lost_after_it_was_given_back_still_ends_as_an_incident(
    flow: Flowcase, register: Callable[..., None], deploy: Callable[..., Any], clock: ManualClock
) -> None:
    attempts: list[int] = []

    def work(job: Any, outbox: Any) -> None:
        attempts.append(outbox.attempt)
        if len(attempts) == 1:
            assert flow.jobs.hand_back() == 1
        raise KeyboardInterrupt  # like a kill: nothing is recorded

    register("test.send", work, Side.OUTSIDE)
    deploy(sending("p"))
    begin(flow, "p")
    for _ in range(4):
        with pytest.raises(KeyboardInterrupt):
            flow.jobs.run_due(1)
        clock.advance(MINUTE)
    flow.jobs.run_due(1)

    assert attempts == [1, 2, 3, 4]  # the one that was given back costs none
    (incident,) = flow.incidents.list()
    assert "WorkerLost" in incident.message


def test_what_a_node_hands_back_is_taken_by_another_at_once_and_costs_no_try(
    flow: Flowcase, register: Callable[..., None], deploy: Callable[..., Any]
) -> None:
    attempts: list[int] = []

    def hang(job: Any, outbox: Any) -> dict[str, int]:
        attempts.append(outbox.attempt)
        if len(attempts) == 1:
            assert flow.jobs.hand_back() == 1
            assert flow.jobs.run_due(1) == 1  # another node takes it over
        return {"af": outbox.attempt}

    register("test.send", hang, Side.OUTSIDE)
    deploy(sending("p"))
    begin(flow, "p")

    flow.jobs.run_due(1)

    (job,) = flow.jobs.list()
    assert attempts == [1, 2]
    assert (job.status, job.attempts, job.retries) == ("completed", 2, 3)
    (instance,) = flow.instances.list()
    assert flow.instances.get(instance.id).variables["af"] == 2  # the first one's result came too late


def test_a_thread_claims_a_few_at_once_and_records_each_by_itself(
    flow: Flowcase, register: Callable[..., None], deploy: Callable[..., Any]
) -> None:
    held: list[int] = []
    register("test.send", lambda job, outbox: held.append(claimed(flow)), Side.OUTSIDE)
    deploy(sending("p"))
    begin(flow, "p", AT_ONCE + 2)

    assert flow.jobs.run_due(20) == AT_ONCE + 2

    assert held == [*range(AT_ONCE, 0, -1), 2, 1]


def test_what_waits_behind_a_slow_job_is_given_back_while_it_runs_and_costs_no_try(
    flow: Flowcase,
    register: Callable[..., None],
    deploy: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("flowcase.services.running.jobs.PATIENCE_SECONDS", 0.05)
    ran: list[str] = []
    held: list[int] = []

    def send(job: Any, outbox: Any) -> None:
        ran.append(job.key)
        until = time.monotonic() + 20
        while len(ran) == 1 and leased(flow) > 1 and time.monotonic() < until:
            time.sleep(0.01)
        held.append(leased(flow))

    register("test.send", send, Side.OUTSIDE)
    deploy(sending("p"))
    begin(flow, "p", 3)
    retries = [row.retries for row in flow.jobs.list()]

    assert flow.jobs.run_due(3) == 3

    assert held[0] == 1  # the slow one alone is still held: another worker may take the two behind it
    assert len(set(ran)) == len(ran) == 3
    assert [row.retries for row in flow.jobs.list()] == retries


def test_what_waits_behind_a_job_that_cannot_be_recorded_is_given_back(
    flow: Flowcase,
    register: Callable[..., None],
    deploy: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    register("test.send", lambda job, outbox: None, Side.OUTSIDE)
    deploy(sending("p"))
    begin(flow, "p", 3)

    def fail(*given: Any) -> None:
        raise RuntimeError("the database is away")

    monkeypatch.setattr(flow.jobs, "_record", fail)
    with pytest.raises(RuntimeError):
        flow.jobs.run_due(3)

    assert leased(flow) == 1


@pytest.mark.parametrize("error", [DatabaseLost(), RuntimeError("a fault of ours")], ids=["away", "fault"])
def test_what_cannot_be_given_back_in_time_is_given_back_by_the_next_tick(
    flow: Flowcase,
    register: Callable[..., None],
    deploy: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    """No thread ends in an error that nobody hears of: pytest would tell of it as a warning, which fails."""
    monkeypatch.setattr("flowcase.services.running.jobs.PATIENCE_SECONDS", 0.05)
    run, is_away, tried = Transactions.run, threading.Event(), threading.Event()
    ran: list[str] = []

    def cut_off(*given: Any, **named: Any) -> Any:
        if is_away.is_set():
            tried.set()
            raise error
        return run(*given, **named)

    def send(job: Any, outbox: Any) -> None:
        ran.append(job.key)
        if len(ran) == 1:
            is_away.set()
            assert tried.wait(20)

    monkeypatch.setattr(Transactions, "run", cut_off)
    register("test.send", send, Side.OUTSIDE)
    deploy(sending("p"))
    begin(flow, "p", 3)

    with pytest.raises(type(error)):
        flow.jobs.run_due(3)
    held_while_away = leased(flow)
    is_away.clear()
    until = time.monotonic() + 20
    while len(ran) < 3 and time.monotonic() < until:
        flow.jobs.run_due(3)

    assert held_while_away == 3
    assert len(set(ran)) == len(ran) == 3  # the two behind it too, though their leases have not ended
    assert leased(flow) == 1  # what was done and could not be recorded


def lost(flow: Flowcase, jobs: int) -> None:
    """A worker dies right after it has claimed so many jobs together."""
    claimed, _ = flow.jobs._transactions.run(SYSTEM, partial(flow.jobs._claim, limit=jobs, with_lost=True))
    assert len(claimed) == jobs


def test_what_a_worker_was_lost_with_is_claimed_alone(
    flow: Flowcase, register: Callable[..., None], deploy: Callable[..., Any], clock: ManualClock
) -> None:
    held: list[int] = []
    register("test.send", lambda job, outbox: held.append(claimed(flow)), Side.OUTSIDE)
    deploy(sending("p"))
    begin(flow, "p", 3)
    lost(flow, 3)
    clock.advance(2 * MINUTE)

    assert flow.jobs.run_due(3) == 3

    assert [row for row in flow.jobs.list() if row.status != "completed"] == []
    assert held == [3, 2, 1]  # two of them under leases that have run out


def test_a_job_that_only_waited_behind_the_one_that_ended_its_worker_loses_no_try(
    flow: Flowcase, register: Callable[..., None], deploy: Callable[..., Any], clock: ManualClock
) -> None:
    register("test.send", lambda job, outbox: None, Side.OUTSIDE)
    deploy(sending("p"))
    begin(flow, "p", 3)
    lost(flow, 3)
    clock.advance(2 * MINUTE)

    assert flow.jobs.run_due(10) == 3

    assert sorted(row.retries for row in flow.jobs.list()) == [2, 3, 3]


def test_a_process_runs_one_job_at_a_time_that_a_worker_was_lost_with_and_new_ones_beside_it(
    flow: Flowcase, register: Callable[..., None], deploy: Callable[..., Any], clock: ManualClock
) -> None:
    beside: list[list[str]] = []
    running: list[str] = []

    def look(job: Any, outbox: Any) -> None:
        running.append(job.key)
        if len(running) == 1:
            while flow.jobs.run_due(1):  # another thread of this process looks for work meanwhile
                pass
            beside.append(running[1:])

    register("test.send", look, Side.OUTSIDE)
    deploy(sending("p"))
    begin(flow, "p", 2)
    lost(flow, 1)
    lost(flow, 1)
    clock.advance(2 * MINUTE)
    begin(flow, "p")
    (new,) = flow.jobs.list(status="pending")

    assert flow.jobs.run_due(10) == 2

    assert beside == [[new.id]]
    assert {row.status for row in flow.jobs.list()} == {"completed"}


def test_a_lost_job_that_hangs_keeps_the_other_lost_ones_waiting_only_until_its_lease_ends(
    flow: Flowcase, register: Callable[..., None], deploy: Callable[..., Any], clock: ManualClock
) -> None:
    running: list[str] = []

    def hang(job: Any, outbox: Any) -> None:
        running.append(job.key)
        if len(running) == 1:
            assert flow.jobs.run_due(1) == 0
            clock.advance(2 * MINUTE)
            assert flow.jobs.run_due(2) == 2

    register("test.send", hang, Side.OUTSIDE)
    deploy(sending("p"))
    begin(flow, "p", 2)
    lost(flow, 1)
    lost(flow, 1)
    clock.advance(2 * MINUTE)

    flow.jobs.run_due(1)

    assert {row.status for row in flow.jobs.list()} == {"completed"}
    assert len(running) == 3


def test_a_job_behind_another_one_has_an_owner_from_when_it_begins(
    flow: Flowcase, register: Callable[..., None], deploy: Callable[..., Any]
) -> None:
    owners: list[int] = []

    def look(job: Any, outbox: Any) -> None:
        owners.append(sum(row.lease_owner is not None for row in flow.jobs.list(status="claimed")))

    register("test.send", look, Side.OUTSIDE)
    deploy(sending("p"))
    begin(flow, "p", 3)

    assert flow.jobs.run_due(3) == 3

    assert owners == [1, 1, 1]
