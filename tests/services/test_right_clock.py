"""What is written bears a right time, however wrong the clock of the machine is that writes it."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from flowcase import bootstrap, handlers, scheduler
from flowcase.bootstrap import Flowcase
from flowcase.cli import examining
from flowcase.clock import ManualClock, WallClock
from flowcase.config import Config
from flowcase.events import ClockCorrected, ClockCorrectionEnded
from flowcase.handlers import Side
from flowcase.services.machines import nodes
from flowcase.services.machines.clock_watch import ASK_SECONDS, WRONG_SECONDS, RightClock
from flowcase.services.machines.nodes import Correction, Nodes
from flowcase.services.machines.reckoning import AGREE_SECONDS, Reckoning, outvoted, reckoned
from flowcase.services.sending.signed_posts import Reach, networks
from flowcase.services.sending.webhooks import Webhooks
from flowcase.services.transactions import DatabaseLost, Transactions
from flowcase.store import Store
from tests.conftest import NOW
from tests.services.conftest import OPERATOR
from tests.services.diagrams import catch, end, process, service_task, start, timer, user_task
from tests.services.test_clock_watch import Asked
from tests.traffic import traffic

SECOND, HOUR, DAY = dt.timedelta(seconds=1), dt.timedelta(hours=1), dt.timedelta(days=1)
WAITING = process("t", start(), catch("vent", timer("timeDuration", "PT30M")), user_task("efter"), end())
SOON = process("t", start(), catch("vent", timer("timeDuration", "PT0S")), user_task("efter"), end())
on_postgresql = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


class Machine:
    """Its clock is ahead of the real time, which PostgreSQL's is."""

    ahead = dt.timedelta()


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine()
    monkeypatch.setattr(WallClock, "now", lambda _: dt.datetime.now(dt.UTC) + machine.ahead)
    return machine


@pytest.fixture
def real(
    machine: Machine, register: Callable[..., None], store: Store, database: str, tmp_path: Path
) -> Iterator[Flowcase]:
    """An installation that goes by the clock of its machine, as one at work does."""
    key = base64.b64encode(bytes(range(32))).decode()
    settings = Config(home=tmp_path, database_url=database, key=key)
    yield bootstrap.assemble(settings, store, handlers=handlers._registered)


def _deploy(flow: Flowcase, *diagrams: bytes) -> None:
    flow.deployments.deploy({f"p{nr}.bpmn": each for nr, each in enumerate(diagrams)}, actor=OPERATOR)


def _is_now(at: dt.datetime) -> bool:
    return abs(dt.datetime.now(dt.UTC) - at) < dt.timedelta(minutes=5)


@on_postgresql
@pytest.mark.parametrize("ahead", [HOUR, -HOUR, DAY, -DAY])
def test_whatever_the_clock_of_the_machine_says_the_history_bears_the_right_time(
    machine: Machine, real: Flowcase, ahead: dt.timedelta
) -> None:
    machine.ahead = ahead  # since before it started
    _deploy(real, process("p", start(), user_task("a"), user_task("b"), end()))
    instance = real.instances.start("p", {}, actor=OPERATOR)
    machine.ahead = -ahead
    real.user_tasks.complete(real.user_tasks.list()[0].id, {}, actor=OPERATOR)
    machine.ahead = dt.timedelta()
    real.user_tasks.complete(real.user_tasks.list()[0].id, {}, actor=OPERATOR)

    told = [row for row in real.history.everything() if row.instance == instance]
    assert {"UserTaskCompleted", "ProcessInstanceCompleted"} & {row.kind for row in told}
    assert all(_is_now(row.at) for row in told)
    assert [row.at for row in told] == sorted(row.at for row in told)


@on_postgresql
@pytest.mark.parametrize("leap", [HOUR, -HOUR])
def test_the_next_try_of_a_job_is_not_put_off_by_a_leap_while_it_runs(
    machine: Machine, register: Callable[..., None], real: Flowcase, leap: dt.timedelta
) -> None:
    def falter(job: Any, outbox: Any) -> None:
        machine.ahead = leap
        raise OSError

    register("test.falter", falter, Side.OUTSIDE)
    _deploy(real, process("p", start(), service_task("falter", "test.falter"), end()))
    real.instances.start("p", {}, actor=OPERATOR)

    assert real.jobs.run_due(1) == 1

    (job,) = real.jobs.list()
    assert _is_now(job.try_at)


@on_postgresql
def test_a_timer_that_begins_by_a_wrong_clock_is_due_when_it_should(machine: Machine, real: Flowcase) -> None:
    machine.ahead = DAY
    _deploy(real, WAITING)

    real.instances.start("t", {}, actor=OPERATOR)

    (waiting,) = real.timers.list()
    assert _is_now(waiting.due_at - HOUR / 2)


@on_postgresql
def test_a_clock_that_was_set_back_makes_nothing_late(machine: Machine, real: Flowcase) -> None:
    _deploy(real, SOON)
    real.instances.start("t", {}, actor=OPERATOR)

    machine.ahead = -HOUR

    assert real.timers.fire_due() == 1
    (fired,) = [row for row in real.history.everything() if row.kind == "TimerFired"]
    assert _is_now(fired.at)


@on_postgresql
def test_where_only_the_database_says_that_a_clock_is_behind_nothing_is_called_due_early(
    machine: Machine, real: Flowcase
) -> None:
    machine.ahead = -HOUR  # since before it started: or is it PostgreSQL that is an hour ahead?
    _deploy(real, SOON)
    real.instances.start("t", {}, actor=OPERATOR)
    assert real.timers.fire_due() == 0

    machine.ahead = dt.timedelta()

    assert real.timers.fire_due() == 1


@on_postgresql
def test_a_right_time_costs_no_statement(machine: Machine, real: Flowcase, store: Store) -> None:
    real.clock.now()

    with traffic(store) as sent:
        for _ in range(1000):
            real.clock.now()
    assert sent.statements == []
    machine.ahead = HOUR
    with traffic(store) as sent:
        for _ in range(1000):
            real.clock.now()

    assert len(sent.statements) == 1


def test_a_clock_that_is_given_is_nobodys_to_set_right(
    machine: Machine, flow: Flowcase, clock: ManualClock
) -> None:
    machine.ahead = DAY
    _deploy(flow, process("p", start(), user_task("a"), end()))

    assert {row.at for row in flow.history.everything()} == {clock.now()} == {NOW}
    assert flow.clock is clock
    assert abs(flow.wall.now() - dt.datetime.now(dt.UTC) - DAY) < HOUR


def test_on_sqlite_the_clock_is_the_machines(machine: Machine, real: Flowcase, store: Store) -> None:
    machine.ahead = DAY

    assert isinstance(real.clock, RightClock) is not store.is_sqlite
    assert _is_now(real.clock.now()) is not store.is_sqlite


@on_postgresql
def test_a_webhook_is_stamped_with_the_time_that_its_receiver_checks(
    machine: Machine, real: Flowcase, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted: list[int] = []

    def receive(address: str, headers: Any, *_: object) -> tuple[int, bytes]:
        posted.append(int(headers["webhook-timestamp"]))
        return 200, b""

    monkeypatch.setattr(real.webhook_sending, "_send", receive)
    hooks = Webhooks(real.webhooks._transactions, Reach(networks("127.0.0.0/8")))
    hooks.make("http://127.0.0.1:9/", ["UserTaskCreated"], actor=OPERATOR)
    real.webhooks.refresh()
    _deploy(real, process("p", start(), user_task("a"), end()))
    machine.ahead = -HOUR
    real.instances.start("p", {}, actor=OPERATOR)

    while real.webhook_sending.send_due():
        pass

    (stamp,) = posted
    assert _is_now(dt.datetime.fromtimestamp(stamp, dt.UTC))


@on_postgresql
def test_doctor_and_the_log_say_what_is_taken_off_and_since_when(machine: Machine, real: Flowcase) -> None:
    with capture_logs() as said:
        for ahead in (dt.timedelta(), HOUR, HOUR, -HOUR, dt.timedelta()):
            machine.ahead = ahead
            real.clock.now()
            real.nodes.beat("web", WallClock().now())
            (node,) = real.nodes.overview(real.wall.now()).nodes
            assert not node.is_silent
            assert _is_now(node.heartbeat_at)
            told = [each.message for each in examining._work(real) if "The clock of" in each.message]
            if not ahead:
                assert (node.correction, told) == (None, [])
                continue
            assert node.correction is not None
            assert abs(node.correction.by - ahead) < AGREE_SECONDS * SECOND
            assert f"corrected by as much since {node.correction.since:%Y-%m-%d %H:%M} UTC" in told[0]

    lines = [each for each in said if "wrong clock" in each["event"]]
    assert [each["log_level"] for each in lines] == ["error", "error", "warning"]
    assert [round(each["ahead_seconds"] / 3600) for each in lines[:2]] == [1, -1]
    assert all(each["since"] for each in lines)


# --- which clock is right --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "machine", "database", "right", "is_sure"),
    [
        (None, 0, 0, 0, True),
        (None, 3600, 0, 0, False),  # as it starts there are but two
        (0, 3600, 0, 0, True),  # this machine's was set
        (0, 0, -3600, 0, True),  # the database's was set
        (0, 3600, 3600, 3600, True),  # both, so this machine slept
        (0, 3600, 7200, 7200, False),  # no two agree
        (0, 3, -3, -3, True),
    ],
)
def test_two_clocks_that_agree_are_right(
    before: float | None, machine: float, database: float, right: float, is_sure: bool
) -> None:
    was = None if before is None else Reckoning(before, is_sure=True)

    assert reckoned(was, machine, database) == Reckoning(right, is_sure)


def test_a_database_whose_clock_is_set_wrong_is_not_followed() -> None:
    asked = Asked()
    was = asked.watch.now().timestamp()
    asked.database += 3600
    asked.passes(ASK_SECONDS)

    with capture_logs() as said:
        asked.watch.refresh()

    assert asked.watch.now().timestamp() == was + ASK_SECONDS
    assert [each["event"] for each in said] == ["the database's clock was set wrong: it is not followed"]
    asked.passes(ASK_SECONDS)
    asked.watch.refresh()
    assert asked.watch.now().timestamp() == was + 2 * ASK_SECONDS


def test_a_machine_that_slept_goes_by_its_own_clock_when_it_wakes() -> None:
    asked = Asked()
    was = asked.watch.now().timestamp()
    asked.database, asked.machine = asked.database + 3600, asked.machine + 3600  # no seconds were counted

    assert asked.watch.now().timestamp() == was + 3600
    assert asked.watch.correction() is None


def test_while_the_database_gives_no_answer_a_leap_is_taken_off_by_what_is_known() -> None:
    asked = Asked()
    asked.is_away = True
    with pytest.raises(DatabaseLost):
        asked.watch.now()
    asked.is_away = False
    was = asked.watch.now().timestamp()
    asked.is_away = True
    asked.machine -= 86400

    assert asked.watch.now().timestamp() == was


def test_who_needs_the_time_waits_for_the_answer_that_another_thread_asked_for() -> None:
    asked = Asked()
    was = asked.watch.now().timestamp()
    hangs, released = threading.Event(), threading.Event()
    ask = asked.clock_ahead
    asked.clock_ahead = lambda machine: (hangs.set(), released.wait(60), ask(machine))[2]  # type: ignore[method-assign]
    asked.database, asked.machine = asked.database + 3600, asked.machine + 3600  # it slept
    told: list[float] = []
    threads = [threading.Thread(target=lambda: told.append(asked.watch.now().timestamp())) for _ in range(2)]
    threads[0].start()
    assert hangs.wait(60)
    threads[1].start()
    released.set()
    for thread in threads:
        thread.join(60)

    assert told == [was + 3600, was + 3600]
    assert asked.times == 2


def test_a_clock_that_drifts_off_stands_still_where_it_would_go_back() -> None:
    asked = Asked()
    told = [asked.watch.now().timestamp()]
    for _ in range(30):
        asked.passes(ASK_SECONDS)
        asked.machine += 0.9  # fast, and nobody sets it
        asked.watch.refresh()
        told.append(asked.watch.now().timestamp())
        asked.passes(1)
        told.append(asked.watch.now().timestamp())

    assert told == sorted(told)
    assert told[-1] == asked.database
    asked.machine -= 26.5  # by NTP, slowly: it is corrected until it is right to the second
    asked.watch.refresh()
    assert asked.watch.now().timestamp() == pytest.approx(asked.database + 0.5)
    assert asked.watch.correction() is None


def test_a_clock_that_leaps_while_the_database_is_asked_is_asked_about_anew() -> None:
    asked = Asked()
    ask = asked.clock_ahead

    def leap_once(machine: Callable[[], dt.datetime]) -> dt.timedelta:
        if not asked.times:
            asked.machine += 3600
        return ask(machine)

    asked.clock_ahead = leap_once  # type: ignore[method-assign]

    assert asked.watch.now().timestamp() + 3600 in (asked.machine, asked.machine + 3600)
    assert asked.watch.now().timestamp() == asked.database
    assert asked.times == 2


def test_what_is_corrected_is_said_once() -> None:
    asked = Asked()
    asked.watch.refresh()
    asked.machine += 3600

    with capture_logs() as said:
        asked.watch.refresh()
        asked.passes(1)
        asked.watch.refresh()

    assert [each["event"] for each in said] == ["wrong clock: corrected in what is written"]


# --- what other machines tell ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("machine", "database", "witnesses", "right", "is_sure"),
    [
        (-3600, 0, [], 0, False),
        (-3600, 0, [1], 0, True),  # this machine's is behind
        (0, 3600, [-1], 0, True),  # it is PostgreSQL's that is ahead
        (0, 3600, [-7200], 3600, False),  # three that do not agree
        (0, 3600, [0, 3600], 3600, False),  # two against two
        (-3600, 3600, [0, 2], 0, True),  # both are wrong
    ],
)
def test_where_two_clocks_differ_those_of_other_machines_tell_which_is_right(
    machine: float, database: float, witnesses: list[float], right: float, is_sure: bool
) -> None:
    assert outvoted(machine, database, witnesses) == Reckoning(right, is_sure)


def test_a_machine_that_started_behind_goes_by_the_right_time_once_another_tells_it() -> None:
    asked = Asked()
    asked.machine -= 3600
    assert asked.watch.now_for_due().timestamp() == asked.machine  # PostgreSQL's may be the wrong one
    asked.others = [asked.database]
    asked.passes(WRONG_SECONDS)

    asked.watch.refresh()

    assert asked.watch.now_for_due().timestamp() == asked.database


def test_a_process_that_starts_while_postgresqls_clock_is_wrong_goes_by_one_that_another_confirms() -> None:
    asked = Asked()
    asked.database += 3600
    asked.others = [asked.machine]

    with capture_logs() as said:
        assert asked.watch.now().timestamp() == asked.machine
    asked.passes(ASK_SECONDS)
    asked.watch.refresh()

    assert asked.watch.now().timestamp() == asked.machine
    assert asked.watch.database_ahead() == 3600
    assert [each["event"] for each in said] == ["the database's clock was set wrong: it is not followed"]


@on_postgresql
def test_other_nodes_heartbeats_tell_it_unless_they_are_of_the_same_machine_or_old(
    machine: Machine, real: Flowcase, monkeypatch: pytest.MonkeyPatch
) -> None:
    def witnesses() -> list[int]:
        found = real.nodes.witnesses(dt.datetime.now(dt.UTC))
        return [round(each / 60) for each in found]

    def beat(node: str, **clock: Any) -> None:
        Nodes(real.nodes._transactions, node, lambda: [Correction(**clock)] if clock else []).beat(
            "worker", WallClock().now()
        )

    beat("beside it")
    assert witnesses() == []
    for name in ("two", "three"):
        with monkeypatch.context() as patch:
            patch.setattr(nodes, "machine_id", lambda name=name: name)
            beat(name)
            beat(f"{name}, again")
    assert witnesses() == [0, 0]

    machine.ahead = HOUR
    with monkeypatch.context() as patch:
        patch.setattr(nodes, "machine_id", lambda: "three")
        beat("three", by=HOUR, since=NOW)
    assert witnesses() == [0, 0], "what it has corrected is right"
    with monkeypatch.context() as patch:
        patch.setattr(nodes, "machine_id", lambda: "three")
        beat("three", by=HOUR, since=NOW, is_sure=False)
        beat("three, again", by=HOUR, since=NOW, is_sure=False)
    assert sorted(witnesses()) == [0, 60], "what only the database says is no witness for it"
    with monkeypatch.context() as patch:
        patch.setattr(nodes, "SILENT_AFTER", dt.timedelta(seconds=-1))
        assert witnesses() == []


@on_postgresql
def test_a_worker_alone_goes_on_by_the_right_time_however_far_ahead_it_is(
    machine: Machine, real: Flowcase
) -> None:
    _deploy(real, WAITING, SOON.replace(b'"t"', b'"s"'))
    machine.ahead = HOUR  # since before it started
    real.instances.start("t", {}, actor=OPERATOR)
    real.instances.start("s", {}, actor=OPERATOR)

    done = scheduler.run_once(real)

    assert done["timers"] == 1
    (waiting,) = real.timers.list()
    assert _is_now(waiting.due_at - HOUR / 2)
    real.nodes.beat("worker", WallClock().now())
    seen = real.nodes.overview(real.wall.now())
    assert (seen.has_worker, seen.workers_ahead, seen.clocks_corrected) == (True, 0, 1)


# --- the history says so ---------------------------------------------------------------------------------


def _told(flow: Flowcase) -> list[ClockCorrected | ClockCorrectionEnded]:
    kinds = (ClockCorrected, ClockCorrectionEnded)
    return [row.event for row in flow.history.everything() if isinstance(row.event, kinds)]


def _said(event: ClockCorrected | ClockCorrectionEnded) -> tuple[str, Any]:
    if isinstance(event, ClockCorrectionEnded):
        return type(event).__name__, event.because
    return event.side, round(event.seconds / 60)


@on_postgresql
def test_the_history_says_once_that_a_clock_is_corrected_that_it_changes_and_that_it_ends(
    machine: Machine, real: Flowcase
) -> None:
    minute = dt.timedelta(minutes=1)
    for ahead in (dt.timedelta(), HOUR, HOUR, HOUR + 2 * minute, HOUR + 10 * minute, -HOUR, dt.timedelta()):
        machine.ahead = ahead
        real.clock.now()
        for _ in range(2):
            real.nodes.beat("web", WallClock().now())

    assert [_said(each) for each in _told(real)] == [
        ("ahead", 60),
        ("ahead", 70),
        ("behind", 60),
        ("ClockCorrectionEnded", "clock_right"),
    ]
    first = _told(real)[0]
    assert isinstance(first, ClockCorrected)
    assert _is_now(first.since) and first.is_sure
    assert real.history.verify() == []


@on_postgresql
def test_what_leapt_between_two_heartbeats_is_told_too(machine: Machine, real: Flowcase) -> None:
    real.nodes.beat("worker", WallClock().now())
    for ahead in (HOUR, dt.timedelta()):
        machine.ahead = ahead
        real.clock.now()

    real.nodes.beat("worker", WallClock().now())

    assert [_said(each) for each in _told(real)] == [("ahead", 60), ("ClockCorrectionEnded", "clock_right")]


@on_postgresql
@pytest.mark.parametrize("ahead", [dt.timedelta(), HOUR])
def test_a_process_that_was_killed_goes_on_with_what_the_history_says(
    machine: Machine, real: Flowcase, ahead: dt.timedelta
) -> None:
    def again() -> Flowcase:
        return bootstrap.assemble(
            dataclasses.replace(real.settings, node="n1"), real.store, handlers=real.handlers
        )

    machine.ahead = HOUR
    again().nodes.beat("worker", WallClock().now())  # and is killed
    machine.ahead = ahead

    again().nodes.beat("worker", WallClock().now())

    ended = [] if ahead else [("ClockCorrectionEnded", "clock_right")]
    assert [_said(each) for each in _told(real)] == [("ahead", 60), *ended]


@on_postgresql
def test_a_node_that_ends_or_is_forgotten_is_corrected_no_more(machine: Machine, real: Flowcase) -> None:
    machine.ahead = HOUR
    real.nodes.beat("worker", WallClock().now())
    real.nodes.leave()
    killed = Nodes(Transactions(real.store, real.clock), "killed", lambda: [Correction(HOUR, NOW)])
    killed.beat("worker", real.clock.now() + HOUR - 2 * DAY)
    real.nodes.beat("worker", WallClock().now())

    told = [_said(each) for each in _told(real) if isinstance(each, ClockCorrectionEnded)]
    assert told == [("ClockCorrectionEnded", "node_stopped"), ("ClockCorrectionEnded", "node_silent")]


@on_postgresql
def test_a_heartbeat_says_nothing_more_of_a_clock_that_is_right(
    machine: Machine, real: Flowcase, store: Store
) -> None:
    real.nodes.beat("worker", WallClock().now())

    with traffic(store) as sent:
        real.nodes.beat("worker", WallClock().now())

    assert not [each for each in sent.statements if "history" in each]
    assert _told(real) == []


@on_postgresql
def test_doctor_says_of_clocks_that_differ_whether_it_is_known_which_is_right(
    machine: Machine, real: Flowcase, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> list[str]:
        return [f"{each.level}: {each.message}" for each in examining._clocks(real)]

    machine.ahead = -HOUR
    real.clock.now()
    (said,) = told()
    assert said.startswith("warning: The clock of this machine is 3600 s behind the database's.")
    assert "No node of a third machine tells" in said

    monkeypatch.setattr(real.clock_watch._nodes, "witnesses", lambda _: [-3600.0])
    monkeypatch.setattr("flowcase.services.machines.clock_watch.WRONG_SECONDS", 0)
    real.clock_watch.refresh()
    assert told() == ["error: The clock of the database's machine is 3600 s ahead, as two others tell."]
