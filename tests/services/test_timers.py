"""Timers: never early, each once, by their catch-up policy, and start events by the newest version."""

from __future__ import annotations

import datetime as dt
import functools
import threading
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from flowcase import scheduler
from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.clock import ManualClock
from flowcase.services.machines.nodes import FAR_AHEAD
from flowcase.store.queries import waiting
from tests.services.conftest import OPERATOR
from tests.services.diagrams import Node, boundary, catch, end, process, properties, start, timer, user_task
from tests.traffic import traffic

HOUR = dt.timedelta(hours=1)


def elements(flow: Flowcase) -> list[str]:
    return [row.element for row in flow.user_tasks.list()]


def reminding(policy: str, text: str = "R/PT1H") -> bytes:
    """A user task with a reminder every hour."""
    inside = properties(catchUp=policy) + timer("timeCycle", text)
    return process(
        "p",
        start(),
        user_task("hoved"),
        end(),
        aside=(
            boundary("paamind", "hoved", inside, to="paamindet", interrupting=False),
            Node("paamindet", "userTask", user_task("paamindet").inside, 'name="x"', (), ("end",)),
        ),
    )


def test_a_timer_fires_at_its_instant_and_not_before(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock
) -> None:
    deploy(process("p", start(), catch("vent", timer("timeDuration", "PT24H")), user_task("efter"), end()))
    flow.instances.start("p", actor=OPERATOR)
    due = clock.now() + dt.timedelta(hours=24)
    assert flow.next_due() == due

    clock.set(due - dt.timedelta(microseconds=1))
    assert flow.timers.fire_due() == 0
    clock.set(due)
    assert flow.timers.fire_due() == 1

    assert elements(flow) == ["efter"]
    assert flow.timers.fire_due() == 0
    assert flow.next_due() is None


def test_a_tick_that_fired_all_that_is_due_claims_no_further_time(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(process("p", start(), catch("vent", timer("timeDuration", "PT1H")), end()))
    for _ in range(3):
        flow.instances.start("p", actor=OPERATOR)
    clock.advance(HOUR)
    claims: list[int] = []

    def claiming(tx: Any, limit: int, claimed: Any = waiting.claimed_timers, **more: Any) -> Any:
        claims.append(limit)
        return claimed(tx, limit, **more)

    monkeypatch.setattr(waiting, "claimed_timers", claiming)

    assert flow.timers.fire_due() == 3
    assert len(claims) == 1


@pytest.mark.parametrize(("policy", "fired"), [("all", 4), ("once", 1), ("skip", 0)])
def test_after_downtime_the_policy_of_the_timer_decides(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock, policy: str, fired: int
) -> None:
    deploy(reminding(policy))
    flow.instances.start("p", actor=OPERATOR)
    begun = clock.now()

    clock.advance(dt.timedelta(hours=4, minutes=30))
    while flow.timers.fire_due():
        pass

    assert elements(flow).count("paamindet") == fired
    assert flow.timers.next_due() == begun + 5 * HOUR


def test_a_completed_task_takes_its_timers_along(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock
) -> None:
    deploy(reminding("all"))
    instance = flow.instances.start("p", actor=OPERATOR)

    flow.user_tasks.complete(f"{instance}.2", {}, actor=OPERATOR)

    clock.advance(10 * HOUR)
    assert flow.timers.fire_due() == 0
    assert {row.status for row in flow.timers.list(status=None)} == {"cancelled"}


def test_a_suspended_instance_lets_its_timers_wait(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock
) -> None:
    deploy(reminding("once"))
    instance = flow.instances.start("p", actor=OPERATOR)
    flow.instances.suspend(instance, reason="test", actor=OPERATOR)
    clock.advance(3 * HOUR)
    assert flow.timers.fire_due() == 0
    assert flow.next_due() is None

    flow.instances.resume(instance, reason="test", actor=OPERATOR)

    assert flow.timers.fire_due() == 1


def test_several_workers_fire_each_timer_once(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock
) -> None:
    deploy(process("p", start(), catch("vent", timer("timeDuration", "PT1H")), user_task("efter"), end()))
    for _ in range(24):
        flow.instances.start("p", actor=OPERATOR)
    clock.advance(HOUR)
    fired: list[int] = []

    def work() -> None:
        while count := flow.timers.fire_due(5):
            fired.append(count)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work()

    assert sum(fired) == 24
    assert elements(flow) == ["efter"] * 24


def test_a_timer_that_cannot_be_fired_holds_up_no_other_and_is_tried_again(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(process("p", start(), catch("vent", timer("timeDuration", "PT1H")), user_task("efter"), end()))
    broken = flow.instances.start("p", actor=OPERATOR)
    flow.instances.start("p", actor=OPERATOR)
    clock.advance(HOUR)
    advancing = flow.timers._advancing
    carry_on = advancing.carry_on

    def fail(tx: Any, instance: Any, command: Any) -> None:
        if instance.id == broken:
            raise RuntimeError("a fault in the engine")
        carry_on(tx, instance, command)

    monkeypatch.setattr(advancing, "carry_on", fail)
    assert flow.timers.fire_due() == 1
    monkeypatch.undo()

    assert flow.timers.fire_due() == 0
    clock.advance(dt.timedelta(minutes=1))
    assert flow.timers.fire_due() == 1
    assert elements(flow) == ["efter", "efter"]


def test_a_timer_that_was_moved_after_a_failed_try_is_due_when_it_was_moved_to(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(process("p", start(), catch("vent", timer("timeDuration", "PT1H")), user_task("efter"), end()))
    flow.instances.start("p", actor=OPERATOR)
    clock.advance(HOUR)
    (due,) = flow.timers.list()
    later = clock.now() + 48 * HOUR

    def move() -> None:
        flow.timer_care.move(due.id, later, reason="aftalt", actor=OPERATOR)

    fail_once(flow.timers, monkeypatch, meanwhile=move)
    assert flow.timers.fire_due() == 0

    assert flow.next_due() == later
    assert not flow.consistency.check()


def fail_once(timers: Any, monkeypatch: pytest.MonkeyPatch, *, meanwhile: Callable[[], object]) -> None:
    """One try of a timer fails; before the worker that failed puts it off, something else happens."""
    postpone = timers._postpone

    def fail(*_: object) -> None:
        raise RuntimeError("a fault in the engine")

    def postpone_later(timer: Any) -> None:
        monkeypatch.undo()
        meanwhile()
        postpone(timer)

    monkeypatch.setattr(timers, "_fire", fail)
    monkeypatch.setattr(timers, "_postpone", postpone_later)


def test_of_two_timers_due_together_the_first_takes_the_other_along(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock
) -> None:
    early, late = (
        boundary(name, "hoved", timer("timeDuration", text), to=f"efter_{name}")
        for name, text in (("kort", "PT1H"), ("lang", "PT2H"))
    )
    after = [
        Node(f"efter_{name}", "userTask", user_task("x").inside, 'name="x"', (), ("end",))
        for name in ("kort", "lang")
    ]
    deploy(process("p", start(), user_task("hoved"), end(), aside=(early, late, *after)))
    flow.instances.start("p", actor=OPERATOR)
    clock.advance(3 * HOUR)

    assert flow.timers.fire_due() == 1

    assert elements(flow) == ["efter_kort"]
    assert sorted(row.status for row in flow.timers.list(status=None)) == ["cancelled", "fired"]


def test_many_timers_are_claimed_and_read_by_as_many_statements_as_two(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock
) -> None:
    deploy(process("p", start(), catch("vent", timer("timeDuration", "PT1H")), user_task("efter"), end()))
    instances = [flow.instances.start("p", actor=OPERATOR) for _ in range(30)]
    clock.advance(HOUR)

    def claim(limit: int) -> int:
        with traffic(flow.store) as sent, flow.store.begin(SYSTEM, clock.now()) as tx:
            claimed = waiting.claimed_timers(tx, limit)
            tx.lock_held(str(each.instance) for each in claimed)
            assert [each.instance for each in claimed] == instances[:limit]
        return len(sent.statements)

    for_two = claim(2)

    assert claim(30) == for_two == (2 if flow.store.is_sqlite else 3)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_the_timers_of_a_case_that_somebody_works_on_are_passed_over(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock
) -> None:
    deploy(process("p", start(), catch("vent", timer("timeDuration", "PT1H")), user_task("efter"), end()))
    held = flow.instances.start("p", actor=OPERATOR)
    for _ in range(3):
        flow.instances.start("p", actor=OPERATOR)
    clock.advance(HOUR)
    fired: list[int] = []

    with flow.store.begin(SYSTEM, clock.now()) as tx:
        tx.lock(held)
        worker = threading.Thread(target=lambda: fired.append(flow.timers.fire_due()))
        worker.start()
        worker.join(20)

    assert fired == [3]
    assert flow.timers.fire_due() == 1


# --- start events ----------------------------------------------------------------------------------


def every(
    text: str, *, id: str = "s", policy: str = "once", task: str = "gjort", kind: str = "timeCycle"
) -> bytes:
    return process(id, start("ur", properties(catchUp=policy) + timer(kind, text)), user_task(task), end())


def test_a_cycle_starts_an_instance_at_each_occurrence(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock
) -> None:
    deploy(every("R3/PT1H"))

    for hour in range(1, 6):
        clock.advance(HOUR)
        flow.timers.fire_due()
        assert len(flow.instances.list()) == min(hour, 3)
    assert flow.next_due() is None


def test_a_cron_keeps_its_local_time_across_the_clock_change(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock
) -> None:
    clock.set(dt.datetime(2026, 3, 28, 9, 0, tzinfo=dt.UTC))
    deploy(every("0 0 9 * * *"))
    assert flow.next_due() == dt.datetime(2026, 3, 29, 7, 0, tzinfo=dt.UTC)

    clock.set(dt.datetime(2026, 3, 29, 7, 0, tzinfo=dt.UTC))
    assert flow.timers.fire_due() == 1

    assert flow.next_due() == dt.datetime(2026, 3, 30, 7, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(("policy", "started"), [("all", 4), ("once", 1), ("skip", 0)])
def test_missed_starts_follow_the_policy(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock, policy: str, started: int
) -> None:
    deploy(every("R/PT1H", policy=policy))
    begun = clock.now()
    clock.advance(dt.timedelta(hours=4, minutes=30))

    while flow.timers.fire_due():
        pass

    assert len(flow.instances.list()) == started
    assert flow.next_due() == begun + 5 * HOUR


def test_an_occurrence_that_another_worker_starts_after_a_failed_try_brings_the_next_one_no_earlier(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(every("R/P1D"))
    clock.advance(24 * HOUR)
    fail_once(flow.timers, monkeypatch, meanwhile=lambda: flow.timers.fire_due())
    flow.timers.fire_due()
    assert len(flow.instances.list()) == 1

    clock.advance(2 * HOUR)

    assert flow.timers.fire_due() == 0
    assert len(flow.instances.list()) == 1
    assert flow.next_due() == clock.now() + 22 * HOUR


def test_a_new_version_takes_over_the_start_events_of_the_older_one(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock
) -> None:
    deploy(every("R/PT1H", task="gammel"))
    deploy(every("R/PT2H", task="ny"))
    clock.advance(2 * HOUR)

    while flow.timers.fire_due():
        pass

    assert elements(flow) == ["ny"]


def test_a_version_without_the_timer_ends_it(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock
) -> None:
    deploy(every("R/PT1H"))
    deploy(process("s", start(), user_task("gjort"), end()))

    assert flow.next_due() is None


@pytest.mark.parametrize(
    ("deployed", "text", "due"),
    [
        ("2027-01-31T09:00", "R/P1M", ["2027-02-28T09:00", "2027-03-31T09:00", "2027-04-30T09:00"]),
        ("2026-03-28T02:30", "R/P1D", ["2026-03-29T03:30", "2026-03-30T02:30", "2026-03-31T02:30"]),
        (
            "2028-02-29T09:00",
            "R/P1Y",
            [f"{day}T09:00" for day in ("2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29")],
        ),
    ],
    ids=["the 31st", "an hour that the clock change takes", "leap day"],
)
def test_a_series_of_starts_keeps_the_day_and_hour_of_its_deployment(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock, deployed: str, text: str, due: list[str]
) -> None:
    clock.set(copenhagen(deployed))
    deploy(every(text))

    for each in due:
        assert flow.next_due() == copenhagen(each)
        clock.set(copenhagen(each))
        assert flow.timers.fire_due() == 1


def copenhagen(local: str) -> dt.datetime:
    there = dt.datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("Europe/Copenhagen"))
    return there.astimezone(dt.UTC)


@pytest.mark.parametrize(("policy", "started"), [("all", 3), ("once", 1), ("skip", 0)])
def test_what_was_due_before_a_deployment_and_not_fired_is_caught_up_by_the_new_version(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock, policy: str, started: int
) -> None:
    deploy(every("0 30 8 * * *", policy=policy, task="gammel"))
    clock.set(copenhagen("2026-03-05T08:45"))  # from Tuesday on no worker ran

    deploy(every("0 0 7 * * *", policy=policy, task="ny"))
    while flow.timers.fire_due():
        pass

    assert elements(flow) == ["ny"] * started
    assert flow.next_due() == copenhagen("2026-03-06T07:00")
    assert flow.consistency.check() == []


def test_a_counted_series_of_a_new_version_comes_whole_behind_what_the_older_one_owed(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock
) -> None:
    deploy(every("R/PT24H", policy="all", task="gammel"))
    clock.advance(dt.timedelta(hours=24, minutes=5))

    deploy(every("R2/PT1H", policy="all", task="ny"))
    clock.advance(24 * HOUR)
    while flow.timers.fire_due():
        pass

    assert elements(flow) == ["ny"] * 3
    assert flow.next_due() is None


def test_a_date_that_passed_unfired_before_a_deployment_still_starts_once(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock
) -> None:
    due = clock.now() + HOUR
    deploy(every(due.isoformat(), kind="timeDate", policy="all", task="gammel"))
    clock.advance(2 * HOUR)

    deploy(every(due.isoformat(), kind="timeDate", policy="all", task="ny"))

    assert flow.timers.fire_due() == 1
    deploy(every(due.isoformat(), kind="timeDate", policy="all", task="nyest"))
    assert flow.timers.fire_due() == 0
    assert elements(flow) == ["ny"]


def test_a_deployment_beside_two_workers_at_the_very_instant_leaves_one_start_a_day(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock
) -> None:
    deploy(every("0 0 9 * * *", policy="all", task="dag_0"))

    for day in range(1, 6):
        due = flow.next_due()
        assert due is not None
        clock.set(due)
        files = {"file0.bpmn": every("0 0 9 * * *", policy="all", task=f"dag_{day}")}
        flow.deployments.check(files)  # what takes long comes before the race
        together = threading.Barrier(3)

        def race(act: Callable[[], object], together: threading.Barrier = together) -> None:
            together.wait(20)
            act()

        deploying = functools.partial(flow.deployments.deploy, files, actor=OPERATOR)
        acts = (deploying, flow.timers.fire_due, flow.timers.fire_due)
        threads = [threading.Thread(target=race, args=(act,)) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        while flow.timers.fire_due():
            pass

        assert len(flow.instances.list()) == day
        assert flow.next_due() == due + 24 * HOUR
    assert flow.consistency.check() == []


MANIFEST = (
    'kind: profile\nid: STANDARD\nversion: "{version}"\ntitle: P\nin_force_from: 2024-01-01\n'
    "compose: [{{set: PROEVE}}]\nsettings: {{time: {hour}, closing_days: [{closed}]}}\n"
)
RULES = (
    b'id: PROEVE\nversion: "1"\ntitle: P\norigin: P\nin_force_from: 2024-01-01\n'
    b"tables: []\nsettings: {a: 1}\n"
)


@pytest.mark.parametrize(
    ("changed", "due"),
    [
        ({"hour": 7}, ["2026-03-10T07:00", "2026-03-11T07:00"]),
        ({"hour": 10}, ["2026-03-09T10:00", "2026-03-10T10:00", "2026-03-11T10:00"]),
        ({"closed": '"03-10"'}, ["2026-03-11T09:00"]),
    ],
    ids=["earlier", "later", "a closing day"],
)
def test_a_changed_setting_moves_the_next_start_and_brings_none_twice(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock, changed: dict[str, Any], due: list[str]
) -> None:
    as_it_was: dict[str, Any] = {"hour": 9, "closed": ""}
    named = {"calendar": "arbejdsdage"}
    cycle = timer("timeCycle", '="0 0 " + string(indstilling.time) + " * * *"')
    clock.set(copenhagen("2026-03-09T09:30"))  # a Monday
    flow.deployments.deploy(
        {
            "rulesets/standard.yaml": MANIFEST.format(version=1, **as_it_was).encode(),
            "rulesets/p.yaml": RULES,
            "s.bpmn": process("s", start("ur", properties(**named) + cycle), user_task("gjort"), end()),
        },
        actor=OPERATOR,
    )
    assert flow.next_due() == copenhagen("2026-03-10T09:00")

    manifest = MANIFEST.format(version=2, **{**as_it_was, **changed}).encode()
    flow.deployments.deploy({"rulesets/standard.yaml": manifest}, actor=OPERATOR)

    for each in due:
        assert flow.next_due() == copenhagen(each)
        clock.set(copenhagen(each))
        assert flow.timers.fire_due() == 1
    assert flow.consistency.check() == []


def test_a_date_starts_once(flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock) -> None:
    due = clock.now() + HOUR
    deploy(every(due.isoformat(), kind="timeDate", policy="all"))
    clock.set(due)

    assert flow.timers.fire_due() == 1
    assert flow.next_due() is None


def test_the_ticker_does_everything_that_is_due(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock
) -> None:
    deploy(every("R2/PT1H", policy="all"))
    clock.advance(3 * HOUR)

    assert {way: n for way, n in scheduler.run_once(flow).items() if n} == {"timers": 2}


def test_the_ticker_runs_in_the_background_until_it_is_stopped(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "TICK_SECONDS", 0.05)
    fired = threading.Event()
    fire_due = flow.timers.fire_due
    monkeypatch.setattr(
        flow.timers, "fire_due", lambda limit: (count := fire_due(limit)) and (fired.set() or count)
    )
    deploy(every("R1/PT1H"))
    clock.advance(HOUR)

    ticking = scheduler.start(flow)
    assert fired.wait(20)
    ticking.shutdown(wait=True)

    assert len(flow.instances.list()) == 1


def test_the_ticker_goes_on_when_the_clock_of_the_machine_is_set_back(
    flow: Flowcase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "TICK_SECONDS", 0.05)
    ticks, three_more, stopping = 0, threading.Event(), threading.Event()
    wanted = 1

    def fire_due(limit: int) -> int:
        nonlocal ticks
        ticks += 1
        if ticks >= wanted:
            three_more.set()
        return 0

    monkeypatch.setattr(flow.timers, "fire_due", fire_due)
    worker = threading.Thread(target=lambda: scheduler.run_until(flow, stopping))
    ahead = FAR_AHEAD - dt.timedelta(seconds=10)
    with time_machine.travel(dt.datetime.now(dt.UTC) + ahead):
        worker.start()
        assert three_more.wait(20)

    three_more.clear()
    wanted = ticks + 3
    goes_on = three_more.wait(20)
    stopping.set()
    worker.join(30)

    assert goes_on


def test_the_ticker_goes_on_after_a_clock_that_was_ahead_for_so_short_that_nobody_saw_it_leap(
    flow: Flowcase, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticked = threading.Event()
    monkeypatch.setattr(scheduler, "TICK_SECONDS", 0.05)
    monkeypatch.setattr(flow.timers, "fire_due", lambda limit: ticked.set() or 0)
    ticking = scheduler.start(flow)
    monkeypatch.setattr(scheduler, "start", lambda *_: ticking)
    stopping = threading.Event()
    worker = threading.Thread(target=lambda: scheduler.run_until(flow, stopping))

    for job in ticking.get_jobs():  # the last ones that it set were set by the clock that was ahead
        job.modify(next_run_time=dt.datetime.now(dt.UTC) + HOUR)
    ticked.clear()
    worker.start()
    goes_on = ticked.wait(20)
    stopping.set()
    worker.join(30)

    assert goes_on
