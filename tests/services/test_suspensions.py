"""A suspended process: refused by hand, held by message, signal, timer and handler, nothing lost or twice."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import random
import signal as signal_numbers
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import structlog
from sqlalchemy import text

from flowcase import bootstrap, events, handlers
from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.clock import ManualClock
from flowcase.errors import Conflict, Forbidden, Refused
from flowcase.services.operating.batches import Asked
from flowcase.services.operating.suspensions import Suspensions
from flowcase.services.requests import Start
from flowcase.services.running.holding import IsSuspended
from flowcase.store import INSTALLATION, Keyring, Store, Tx
from flowcase.store.batch_tables import batch_item
from flowcase.store.queries import suspensions as queries
from tests.services.conftest import ANNA, OPERATOR
from tests.services.diagrams import (
    call,
    end,
    message,
    process,
    properties,
    service_task,
    signal,
    start,
    timer,
    user_task,
)
from tests.services.killing import HANGS_SECONDS

WHY = "Skemaet spørger om det forkerte"


@pytest.fixture
def p(flow: Flowcase, deploy: Callable[..., Any]) -> None:
    deploy(process("p", start(), user_task("a"), end()))


def begun(flow: Flowcase, process: str = "p") -> list[str]:
    return [row.id for row in flow.instances.list(process=process, limit=None)]


def work_off(flow: Flowcase) -> None:
    while flow.suspensions.start_held() or flow.batch_work.run_waiting() or flow.timers.fire_due():
        pass


def suspend(flow: Flowcase, process: str = "p", **options: Any) -> str | None:
    return flow.suspensions.suspend(process, reason=WHY, actor=OPERATOR, **options)


def resume(flow: Flowcase, process: str = "p", **options: Any) -> Any:
    found = flow.suspensions.resume(process, reason="rettet", actor=OPERATOR, **options)
    work_off(flow)
    return found


def test_nobody_starts_it_by_hand_and_is_told_who_when_and_why(flow: Flowcase, p: None) -> None:
    suspend(flow)
    with pytest.raises(IsSuspended) as told:
        flow.instances.start("p", actor=ANNA)
    resume(flow)
    flow.instances.start("p", actor=ANNA)

    assert (told.value.row.actor, told.value.row.reason) == (OPERATOR.id, WHY)
    assert len(begun(flow)) == 1
    kinds = [row.kind for row in flow.history.of_stream(INSTALLATION)]
    assert {"ProcessSuspended", "ProcessResumed"} <= set(kinds)


def test_one_version_is_suspended_and_another_may_be_started(
    flow: Flowcase, deploy: Callable[..., Any], p: None
) -> None:
    deploy(process("p", start(), user_task("a"), user_task("b"), end()))
    suspend(flow, version=2)
    with pytest.raises(IsSuspended):
        flow.instances.start("p", actor=ANNA)
    flow.instances.start("p", version=1, actor=ANNA)
    deploy(process("p", start(), user_task("a"), user_task("c"), end()))
    flow.instances.start("p", actor=ANNA)

    assert sorted(row.definition for row in flow.instances.list(process="p")) == ["p:1", "p:3"]
    assert flow.suspensions.get("p", actor=OPERATOR).is_stopped is False


def test_messages_with_and_without_a_key_are_held_and_start_once_each(
    flow: Flowcase, deploy: Callable[..., Any]
) -> None:
    inside, roots = message("ny")
    deploy(process("p", start("begynd", inside=inside, roots=roots), user_task("a"), end()))
    suspend(flow)
    for key in ("", "", "7", "7", "8"):  # the second with key 7 waits for the end of the first, as ever
        flow.messages.correlate("ny", key, {"besked": True}, time_to_live=dt.timedelta(days=1), actor=ANNA)
    held = [row.start_key for row in flow.suspensions.held("p", actor=OPERATOR)]
    before = begun(flow)
    resume(flow)

    assert (sorted(held, key=str), before) == (["7", "8", None, None], [])
    assert len(begun(flow)) == 4
    assert flow.suspensions.start_held() == 0
    assert {flow.instances.get(id).variables["besked"] for id in begun(flow)} == {True}
    first = next(id for id in begun(flow) if flow.instances.get(id).row.start_key == "7")
    flow.user_tasks.complete(f"{first}.2", {}, actor=OPERATOR)
    assert len(begun(flow)) == 5
    assert flow.consistency.check() == []


def test_a_signal_a_handler_and_a_timer_start_it_when_it_is_resumed(
    flow: Flowcase, deploy: Callable[..., Any], register: Callable[..., None], clock: ManualClock
) -> None:
    def begin(job: Any, case: Any) -> None:
        case.requests.append(Start(process="h", variables={"n": 1}, case=None))

    register("begynd", begin)
    inside, roots = signal("alarm")
    deploy(
        process("s", start("begynd", inside=inside, roots=roots), user_task("a"), end()),
        process("t", start("begynd", inside=timer("timeCycle", "R/PT24H")), user_task("a"), end()),
        process("h", start(), user_task("a"), end()),
        process("q", start(), service_task("begynd", "begynd"), end()),
    )
    for each in ("s", "t", "h"):
        suspend(flow, each)
    flow.signals.broadcast("alarm", actor=ANNA)
    flow.instances.start("q", actor=ANNA)
    clock.advance(dt.timedelta(hours=50))
    work_off(flow)
    before = [begun(flow, each) for each in ("s", "t", "h")]
    for each in ("s", "t", "h"):
        resume(flow, each)

    assert before == [[], [], []]
    assert [len(begun(flow, each)) for each in ("s", "h")] == [1, 1]
    assert len(begun(flow, "t")) in (1, 2)  # what was missed, as its catch-up policy says
    assert flow.instances.get(begun(flow, "h")[0]).variables == {"n": 1}


def test_a_new_version_of_a_suspended_process_waits_with_its_timer_too(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock
) -> None:
    deploy(process("t", start("begynd", inside=timer("timeDuration", "PT1H")), user_task("a"), end()))
    suspend(flow, "t")
    deploy(process("t", start("begynd", inside=timer("timeDuration", "PT1H")), user_task("b"), end()))
    clock.advance(dt.timedelta(hours=2))
    work_off(flow)
    before = begun(flow, "t")
    resume(flow, "t")

    assert before == []
    assert [row.definition for row in flow.instances.list(process="t")] == ["t:2"]


def test_a_call_of_a_suspended_process_is_an_incident_that_resuming_tries_again(
    flow: Flowcase, deploy: Callable[..., Any], p: None
) -> None:
    deploy(process("q", start(), call("kald", "p"), end()))
    suspend(flow)
    caller = flow.instances.start("q", actor=ANNA)
    (incident,) = flow.instances.get(caller).incidents
    resume(flow, with_calls=True)

    assert incident.kind == "called_process_suspended"
    assert flow.instances.get(caller).incidents == ()
    assert len(flow.instances.get(caller).children) == 1


def test_running_instances_are_suspended_with_it_and_only_those_are_resumed(flow: Flowcase, p: None) -> None:
    many = [flow.instances.start("p", actor=ANNA) for _ in range(4)]
    flow.instances.suspend(many[0], reason="en anden grund", actor=OPERATOR)
    batch = suspend(flow, with_instances=True)
    work_off(flow)
    suspended = [flow.instances.get(id).status for id in many]
    resume(flow, with_instances=True)

    assert batch is not None
    assert suspended == ["suspended"] * 4
    assert [flow.instances.get(id).status for id in many] == ["suspended", "active", "active", "active"]
    assert flow.consistency.check() == []


def test_resuming_in_the_middle_leaves_the_rest_running(flow: Flowcase, p: None) -> None:
    many = [flow.instances.start("p", actor=ANNA) for _ in range(4)]
    suspend(flow, with_instances=True)
    flow.batch_work.run_waiting(1)
    resume(flow, with_instances=True)

    assert [flow.instances.get(id).status for id in many] == ["active"] * 4
    assert flow.batches.chosen(Asked(process="p", status="suspended"), actor=OPERATOR) == []


def test_one_held_start_that_cannot_begin_holds_up_no_other(
    flow: Flowcase, deploy: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, clock: ManualClock
) -> None:
    inside, roots = message("ny")
    deploy(process("p", start("begynd", inside=inside, roots=roots), user_task("a"), end()))
    suspend(flow)
    for key in ("1", "2"):
        flow.messages.correlate("ny", key, {}, actor=ANNA)
    real = type(flow.suspensions)._definition

    def broken(self: Any, tx: Any, row: Any) -> Any:
        if row.start_key == "1" and clock.now() < broken_until:
            raise ZeroDivisionError
        return real(self, tx, row)

    broken_until = clock.now() + dt.timedelta(minutes=1)
    monkeypatch.setattr(type(flow.suspensions), "_definition", broken)
    resume(flow)
    first = len(begun(flow))
    clock.advance(dt.timedelta(minutes=2))
    work_off(flow)

    assert (first, len(begun(flow))) == (1, 2)


def test_only_operators_suspend_and_never_without_a_reason_or_twice(flow: Flowcase, p: None) -> None:
    with pytest.raises(Forbidden):
        flow.suspensions.suspend("p", reason=WHY, actor=ANNA)
    with pytest.raises(Refused):
        flow.suspensions.suspend("p", reason=" ", actor=OPERATOR)
    with pytest.raises(Conflict):
        flow.suspensions.resume("p", reason=WHY, actor=OPERATOR)
    suspend(flow)

    with pytest.raises(Conflict, match="already"):
        suspend(flow)


def test_every_line_of_a_held_start_says_which_it_is(
    flow: Flowcase, deploy: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, roots = message("ny")
    deploy(process("p", start("begynd", inside=inside, roots=roots), user_task("a"), end()))
    suspend(flow)
    for _ in range(2):
        flow.messages.correlate("ny", "", {}, time_to_live=dt.timedelta(days=1), actor=ANNA)
    held = [row.id for row in flow.suspensions.held("p", actor=OPERATOR)]
    carried, start_one = [], Suspensions._start

    def seen(self: Suspensions, tx: Tx, id: str) -> int:
        carried.append((id, structlog.contextvars.get_contextvars()))
        return start_one(self, tx, id)

    monkeypatch.setattr(Suspensions, "_start", seen)
    resume(flow)

    assert len(held) == 2 and sorted(id for id, _ in carried) == sorted(held)
    assert all(ids == {"held": id} for id, ids in carried)
    assert structlog.contextvars.get_contextvars() == {}


# --- dropping what is held ----------------------------------------------------------------------------


@pytest.fixture
def begun_by_message(flow: Flowcase, deploy: Callable[..., Any]) -> Callable[[str], None]:
    """A suspended process, and how to send it what would start it."""
    inside, roots = message("ny")
    deploy(process("p", start("begynd", inside=inside, roots=roots), user_task("a"), end()))
    suspend(flow)

    def send(key: str) -> None:
        flow.messages.correlate("ny", key, {"besked": key}, time_to_live=dt.timedelta(days=1), actor=ANNA)

    return send


def test_what_is_dropped_never_begins_and_the_history_says_who_and_why(
    flow: Flowcase, begun_by_message: Callable[[str], None]
) -> None:
    for key in ("1", "2", "3"):
        begun_by_message(key)
    first, second, _ = (row.id for row in flow.suspensions.held("p", actor=OPERATOR))

    chosen = [first, second, second, "findes-ikke"]
    dropped = flow.suspensions.drop(chosen, process="p", reason="sendt to gange", actor=OPERATOR)
    again = flow.suspensions.drop([first], process="p", reason="sendt to gange", actor=OPERATOR)
    resume(flow)

    assert (dropped, again) == ((first, second), ())
    assert [flow.instances.get(id).variables["besked"] for id in begun(flow)] == ["3"]
    told = [row for row in flow.history.of_stream(INSTALLATION) if row.kind == "HeldStartDropped"]
    assert [(row.actor, row.event.reason) for row in told] == [(OPERATOR.id, "sendt to gange")] * 2


def test_the_next_message_with_the_key_of_what_is_dropped_takes_its_place(
    flow: Flowcase, begun_by_message: Callable[[str], None]
) -> None:
    begun_by_message("7")
    begun_by_message("7")
    [first] = flow.suspensions.held("p", actor=OPERATOR)

    flow.suspensions.drop([first.id], process="p", reason="fejl", actor=OPERATOR)
    [second] = flow.suspensions.held("p", actor=OPERATOR)
    resume(flow)

    assert second.id != first.id
    assert len(begun(flow)) == 1
    assert flow.consistency.check() == []


def test_held_starts_are_dropped_by_operators_with_a_reason_and_of_the_process_that_they_name(
    flow: Flowcase, begun_by_message: Callable[[str], None]
) -> None:
    begun_by_message("1")
    [row] = flow.suspensions.held("p", actor=OPERATOR)

    for actor, reason, ids in ((ANNA, WHY, [row.id]), (OPERATOR, " ", [row.id]), (OPERATOR, WHY, [])):
        with pytest.raises((Forbidden, Refused)):
            flow.suspensions.drop(ids, process="p", reason=reason, actor=actor)
    elsewhere = flow.suspensions.drop([row.id], process="q", reason=WHY, actor=OPERATOR)

    assert elsewhere == ()
    assert [each.id for each in flow.suspensions.held("p", actor=OPERATOR)] == [row.id]


# --- killed while it starts what was held -------------------------------------------------------------


def killed_while_starting(flow: Flowcase, database: str, keyring: Keyring, moment: str, number: int) -> None:
    """A worker of its own starts what was held, and ends by SIGKILL at its numbered start."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12: a fork beside threads
        child = os.fork()
    if child == 0:
        signal_numbers.alarm(HANGS_SECONDS)
        try:
            store = Store(database, keyring)
            worker = bootstrap.assemble(flow.settings, store, flow.clock, handlers=handlers._registered)
            _die_at(moment, number)
            worker.suspensions.start_held()
            time.sleep(60)  # "at any moment" may be the moment behind the last start
        finally:
            os._exit(7)  # it was not killed
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal_numbers.SIGKILL, status


def _die_at(moment: str, number: int) -> None:
    started, real = itertools.count(1), Suspensions._start

    def die() -> None:
        os.kill(os.getpid(), signal_numbers.SIGKILL)

    def start_and_die(self: Suspensions, tx: Tx, id: str) -> int:
        turn = next(started)
        if moment == "behind the commit" and turn == number + 1:
            die()
        found = real(self, tx, id)
        if moment == "before the commit" and turn == number:
            tx.send()  # it has been sent, and nothing of it is to stay
            die()
        if moment == "at any moment" and turn == number:
            threading.Timer(random.uniform(0, 0.02), die).start()
        return found

    Suspensions._start = start_and_die  # type: ignore[method-assign]


def test_killed_while_they_are_started_each_held_start_begins_exactly_once(
    flow: Flowcase, begun_by_message: Callable[[str], None], database: str, keyring: Keyring
) -> None:
    keys = [str(number) for number in range(8)]
    for key in keys:
        begun_by_message(key)
    flow.suspensions.resume("p", reason="rettet", actor=OPERATOR)
    left = []

    for moment, number in (("before the commit", 1), ("before the commit", 2), ("behind the commit", 2)):
        killed_while_starting(flow, database, keyring, moment, number)
        left.append(len(flow.suspensions.held("p", actor=OPERATOR)))
        assert len(begun(flow)) + left[-1] == len(keys)
    killed_while_starting(flow, database, keyring, "at any moment", 1)
    work_off(flow)

    assert left == [8, 7, 5]
    assert sorted(flow.instances.get(id).variables["besked"] for id in begun(flow)) == keys
    released = [row for row in flow.history.of_stream(INSTALLATION) if row.kind == "HeldStartReleased"]
    assert len(released) == len(keys)
    assert (flow.consistency.check(), flow.history.verify()) == ([], [])


# --- two at once, on PostgreSQL (SQLite lets one in at a time) ---------------------------------------


def waits_for_the_other(flow: Flowcase, worker: threading.Thread, kind: str = "advisory") -> bool:
    """Whether the worker came to stand before a lock of another transaction, rather than to its end."""
    question = (
        "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) "
        f"WHERE NOT granted AND locktype = '{kind}' AND datname = current_database()"
    )
    until = time.monotonic() + 20
    while worker.is_alive() and time.monotonic() < until:
        with flow.store.engine.connect() as connection:
            if connection.exec_driver_sql(question).scalar_one():
                return True
        worker.join(0.01)
    return False


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_suspension_waits_for_a_start_that_has_been_let_in_and_takes_its_instance_along(
    flow: Flowcase, deploy: Callable[..., Any]
) -> None:
    deploy(process("p", start("begynd", properties(starters="fronten", case="none")), user_task("a"), end()))
    asked: list[Any] = []
    with flow.store.begin(ANNA, flow.clock.now()) as tx:
        begun_before = flow.startable_flows.start_within(tx, "p", actor=ANNA)
        worker = threading.Thread(target=lambda: asked.append(suspend(flow, with_instances=True)))
        worker.start()
        had_to_wait = waits_for_the_other(flow, worker)
        tx.execute(text("SET LOCAL lock_timeout = '500ms'"))
        tx.stream(INSTALLATION)  # which nobody keeps from those who are at work
    worker.join(20)
    work_off(flow)

    assert had_to_wait
    assert flow.instances.get(begun_before).status == "suspended"


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_start_waits_for_a_suspension_that_is_being_decided_and_is_refused(flow: Flowcase, p: None) -> None:
    refused: list[IsSuspended] = []

    def start_it() -> None:
        with pytest.raises(IsSuspended) as told:
            flow.instances.start("p", actor=ANNA)
        refused.append(told.value)

    with flow.store.begin(OPERATOR, flow.clock.now()) as tx:
        queries.no_starts(tx, "p")
        tx.append(INSTALLATION, events.ProcessSuspended(process="p", version=None, reason=WHY, batch=None))
        worker = threading.Thread(target=start_it)
        worker.start()
        had_to_wait = waits_for_the_other(flow, worker)
    worker.join(20)

    assert had_to_wait
    assert [each.row.reason for each in refused] == [WHY]
    assert begun(flow) == []


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_who_resumes_and_waits_for_an_instance_at_work_keeps_nobody_from_the_installation(
    flow: Flowcase, p: None
) -> None:
    flow.instances.start("p", actor=ANNA)
    batch = suspend(flow, with_instances=True)
    resumed = []

    def resume() -> None:
        resumed.append(flow.suspensions.resume("p", reason=WHY, actor=OPERATOR, with_instances=True))

    with flow.store.begin(SYSTEM, flow.clock.now()) as tx:  # as a worker with one of the batch in its hands
        tx.update_all(batch_item, {"batch": batch}, {"lease_until": tx.now})
        tx.execute(text("SET LOCAL lock_timeout = '500ms'"))
        worker = threading.Thread(target=resume)
        worker.start()
        had_to_wait = waits_for_the_other(flow, worker, "transactionid")
        tx.stream(INSTALLATION)
    worker.join(20)

    assert had_to_wait
    assert resumed == [[]]
    assert flow.suspensions.in_force("p") == []
