"""Killed (SIGKILL) around each commit of a move to another version: each instance is moved whole or not."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import signal
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flowcase import bootstrap
from flowcase.access.actor import Actor
from flowcase.bootstrap import Flowcase
from flowcase.clock import ManualClock
from flowcase.config import Config
from flowcase.services.operating.worklists import LEASE
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from tests.conftest import NOW
from tests.services.conftest import OPERATOR
from tests.services.diagrams import boundary, end, process, start, timer, user_task
from tests.services.killing import HANGS_SECONDS
from tests.services.test_kill import is_whole

OWNER = Actor("ole", groups=frozenset({"procesejer"}))
Act = Callable[[Flowcase], None]
Stand = tuple[int, frozenset[tuple[str, dt.datetime]]]


def version(*tasks: str, hours: int) -> bytes:
    late = boundary("for_sent", "a", timer("timeDuration", f"PT{hours}H"), to="end")
    return process("p", start(), user_task("a"), *map(user_task, tasks), end(), aside=(late,))


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Config:
    """An installation with two instances of version 1, one in `a` with its timer, one in `b`."""
    settings = Config(home=tmp_path, database_url=database, is_demonstration=True)
    settings.create_missing_key()
    bootstrap.upgrade(settings)
    flow = opened(settings, NOW)
    flow.deployments.deploy({"p.bpmn": version("b", hours=24)}, actor=OPERATOR)
    ids = [flow.instances.start("p", actor=OPERATOR) for _ in range(2)]
    [second] = [row.id for row in flow.user_tasks.list() if row.instance == ids[1]]
    flow.user_tasks.complete(second, {}, actor=OPERATOR)
    flow.deployments.deploy({"p.bpmn": version("b", "c", hours=48)}, actor=OPERATOR)
    flow.close()
    return settings


def opened(settings: Config, now: dt.datetime) -> Flowcase:
    return bootstrap.open(settings, clock=ManualClock(now))


def move(flow: Flowcase) -> None:
    """Planned, looked at, run and worked off, from wherever it stands."""
    plans = flow.migrations.list(actor=OWNER)
    if plans and plans[0].status in ("planned", "running", "done"):
        id, status = plans[0].id, plans[0].status
    else:
        id, status = flow.migrations.plan("p:1", "p:2", reason="Ny lov", actor=OWNER), "planned"
    if status == "planned":
        flow.migrations.preview(id, actor=OWNER)
        flow.migrations.run(id, actor=OWNER)
    work_off(flow)


def undo(flow: Flowcase) -> None:
    plan = flow.migrations.list(actor=OWNER)[0]
    if plan.status == "done":
        flow.migrations.undo(plan.id, reason="Fortrudt", actor=OWNER)
    work_off(flow)


def work_off(flow: Flowcase) -> None:
    while flow.migration_work.run_waiting():
        pass


def killed(settings: Config, act: Act, number: int, *, behind: bool, now: dt.datetime) -> bool:
    """Whether a process that does it was killed at its numbered commit; else it did all of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12: a fork beside threads
        child = os.fork()
    if child == 0:
        signal.alarm(HANGS_SECONDS)
        try:
            flow = opened(settings, now)
            place, name = (Transactions, "run") if behind else (Tx, "finish")
            real, counted = getattr(place, name), itertools.count(1)

            def die_at_its_number(*given: Any, **named: Any) -> Any:
                is_now = next(counted) == number
                if is_now and not behind:
                    os.kill(os.getpid(), signal.SIGKILL)
                answer = real(*given, **named)
                if is_now:
                    os.kill(os.getpid(), signal.SIGKILL)
                return answer

            setattr(place, name, die_at_its_number)
            act(flow)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(7)
    status = os.waitpid(child, 0)[1]
    assert status in (0, signal.SIGKILL), status
    return status != 0


def stands(flow: Flowcase) -> list[Stand]:
    """For each instance its version, and where it waits since and until when. All of it is whole."""
    assert flow.consistency.check() == []
    assert flow.history.verify() == []
    waiting = [(row.instance, row.element, row.created_at) for row in flow.user_tasks.list()]
    waiting += [(row.instance, row.element, row.due_at) for row in flow.timers.list()]
    found = []
    with flow.store.reading(flow.clock.now()) as tx:
        for row in sorted(flow.instances.list(limit=None), key=lambda row: row.id):
            is_whole(flow, tx, row.id)
            version = flow.instances.get(row.id).version
            found.append((version, frozenset(each[1:] for each in waiting if each[0] == row.id)))
    return found


def test_a_move_or_its_undoing_that_is_killed_at_any_commit_is_whole_and_goes_on(settings: Config) -> None:
    now = NOW + dt.timedelta(hours=1)
    flow = opened(settings, now)
    before = stands(flow)
    move(flow)
    moved = stands(flow)
    undo(flow)
    assert stands(flow) == before != moved
    assert [version for version, _ in moved] == [2, 2]
    flow.close()

    killings = {"moved": 0, "undone": 0}
    for behind in (False, True):
        for what, act, first, last in (("moved", move, before, moved), ("undone", undo, moved, before)):
            for number in itertools.count(1):
                was_killed = killed(settings, act, number, behind=behind, now=now)
                now += LEASE + dt.timedelta(seconds=1)
                flow = opened(settings, now)
                between = stands(flow)
                assert all(each in (a, b) for each, a, b in zip(between, first, last, strict=True))
                act(flow)
                assert stands(flow) == last, (what, number, behind)
                if was_killed:
                    killings[what] += 1
                    (undo if what == "moved" else move)(flow)
                    assert stands(flow) == first
                flow.close()
                if not was_killed:
                    break
    assert killings["moved"] >= 2 * 6  # plan, verdicts, run, claim, and both instances
    assert killings["undone"] >= 2 * 4
