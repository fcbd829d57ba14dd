"""SIGKILL at every step of random processes: what is left is what an undisturbed run leaves."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import random
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import event, select

from faults import random_drawing
from faults.counting import count
from faults.outcome import Outcome
from faults.places import CLIENT, installation
from faults.servers import folder
from flowcase import bootstrap, config, handlers
from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.clock import ManualClock
from flowcase.errors import FlowcaseError
from flowcase.store import tables

BEGIN = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
BETWEEN = dt.timedelta(minutes=10)  # longer than every timer drawn
PATIENCE = dt.timedelta(seconds=5)  # longer than a lease: what a killed process had claimed is taken over
LATEST_POINT = 30  # statements, commits and ends of transactions that a child may live to see
ACTS = ("UserTaskCompleted", "TimerFired", "JobCompleted", "MessageReceived", "MessageCorrelated")


def at_every_step(*, processes: int, seed: int, size: int = 3) -> Outcome:
    """Each process runs undisturbed, and again in children of which every one is killed at some point."""
    outcome = Outcome("steps", "SIGKILL at every step of random processes; the same end as undisturbed")
    outcome.tried = {"processes": 0, "kills": 0, "steps": 0}
    outcome.wrong = {"different from undisturbed": 0, "stuck": 0}
    chance, number = random.Random(seed), 0
    while outcome.tried["processes"] < processes:
        number += 1
        drawn = random_drawing.draw(seed * 10_000 + number, size=size)
        with folder() as place:
            if not _prepared(place / "calm", drawn) or not _prepared(place / "wild", drawn):
                continue  # the check of deployments refuses this one
            calm, _ = _walk(place / "calm", seed + number, None)
            wild, kills = _walk(place / "wild", seed + number, chance)
            outcome.tried["processes"] += 1
            outcome.tried["kills"] += kills
            outcome.tried["steps"] += len(calm)
            outcome.wrong["stuck"] += ("end" not in calm) + ("end" not in wild)
            same = all(calm.get(step) == seen for step, seen in wild.items())
            outcome.wrong["different from undisturbed"] += not same
            if not same:
                outcome.notes.append(f"different: drawing {seed * 10_000 + number}")
            with _opened(place / "wild", BEGIN + dt.timedelta(days=365)) as flow:
                outcome.add(count(flow))
    return outcome


def _prepared(home: Path, drawn: bytes) -> bool:
    try:
        with installation(home, "", drawn, clock=ManualClock(BEGIN), durable=False) as (flow, _):
            flow.instances.start("random", {"k": "1"}, actor=SYSTEM)
    except FlowcaseError:
        return False
    return True


def _opened(home: Path, now: dt.datetime) -> contextlib.closing[Flowcase]:
    settings = config.Config(home=home, node=f"child-{os.getpid()}", is_durable=False)
    flow = bootstrap.open(settings, clock=ManualClock(now), handlers=handlers.load_handlers())
    return contextlib.closing(flow)


def _walk(home: Path, seed: int, chance: random.Random | None) -> tuple[dict[str, Any], int]:
    """(what was seen after each number of acts, kills): children one after the other until the end."""
    seen: dict[str, Any] = {}
    kills, hurried = 0, chance is not None
    for _ in range(3_000):
        point = chance.randint(1, LATEST_POINT) if chance is not None and hurried else 0
        told, was_killed = _child(home, seed, point, kills)
        kills += was_killed
        new = {step: what for step, what in told.items() if step not in seen}
        seen.update(new)
        if "end" in seen:
            break
        hurried = bool(new) if was_killed else True  # who got nowhere is left alone once
        if not was_killed and not new:
            break
    return seen, kills


def _child(home: Path, seed: int, point: int, kills: int) -> tuple[dict[str, Any], bool]:
    """Fork one that goes on; it is killed at its `point`, 0: after its first act it ends by itself."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reading)
            _go_on(home, seed, point, kills, writing)
            status = 0
        except BaseException as error:
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        lines = [line for line in pipe.read().splitlines() if line.endswith("}")]
    _, status = os.waitpid(child, 0)
    told: dict[str, Any] = {}
    for line in lines:
        told.update(json.loads(line))
    return told, os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _go_on(home: Path, seed: int, point: int, kills: int, writing: int) -> None:
    with _opened(home, BEGIN + kills * PATIENCE) as flow:
        left = [point]

        def come_nearer(*_: Any) -> None:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        (instance,) = flow.instances.list(process="random", limit=None)
        began = _acts(flow)
        if point:
            for name in ("before_cursor_execute", "checkin"):  # the latter also behind a commit
                event.listen(flow.store.engine, name, come_nearer)
            for name in ("do_commit", "do_rollback"):
                _before(flow.store.engine.dialect, name, come_nearer)
        while True:
            done = _acts(flow)
            os.write(writing, (json.dumps({str(done): _look(flow)}) + "\n").encode())
            if flow.instances.get(instance.id).status == "completed":
                os.write(writing, (json.dumps({"end": done}) + "\n").encode())
                return
            if not point and kills and done > began:
                return  # left alone for one act
            flow.clock.set(max(flow.clock.now(), BEGIN + (done + 1) * BETWEEN + kills * PATIENCE))
            if not _act(flow, instance.id, random.Random(f"{seed} {done}"), done):
                return


def _before(dialect: Any, name: str, also: Callable[..., None]) -> None:
    """Transactions end where SQLAlchemy's events do not tell of it."""
    end = getattr(dialect, name)

    def also_and_end(connection: Any) -> None:
        also()
        end(connection)

    setattr(dialect, name, also_and_end)


def _acts(flow: Any) -> int:
    return sum(row.kind in ACTS for row in flow.history.everything())


def _look(flow: Any) -> Any:
    """What waits, by element: the same at the same number of acts, whoever was killed on the way."""
    with flow.store.reading(flow.clock.now()) as tx:
        tasks = tx.rows(select(tables.user_task.c.element).where(tables.user_task.c.status == "open"))
        timers = tx.rows(select(tables.timer.c.element).where(tables.timer.c.status == "pending"))
        jobs = tx.rows(select(tables.job.c.element).where(tables.job.c.status.in_(["pending", "claimed"])))
        messages = tx.rows(select(tables.message_subscription.c.element))
    (row,) = flow.instances.list(process="random", limit=None)
    seen = [sorted(each.element for each in rows) for rows in (tasks, timers, jobs, messages)]
    return [*seen, row.status, sorted(map(str, flow.instances.get(row.id).variables.items()))]


def _act(flow: Any, instance: str, chance: random.Random, done: int) -> bool:
    """One act that is possible, the same for the same state."""
    tasks = sorted(flow.user_tasks.list(instance=instance), key=lambda row: (row.element, row.id))
    now = flow.clock.now()
    timers = [row for row in flow.timers.list() if row.due_at <= now]
    with flow.store.reading(now) as tx:
        waits = bool(tx.rows(select(tables.message_subscription.c.id)))
        jobs = bool(tx.rows(select(tables.job.c.id).where(tables.job.c.status.in_(["pending", "claimed"]))))
    possible = ["job"] if jobs else ["timer"] if timers else []
    if not possible:
        possible = ["task"] * bool(tasks) + ["message"] * waits
    if not possible:
        return False
    chosen = chance.choice(possible)
    if chosen == "job":
        return bool(flow.jobs.run_due(1))
    if chosen == "timer":
        return bool(flow.timers.fire_due(1))
    if chosen == "message":
        flow.messages.correlate("news", "1", message_id=f"news-{done}", actor=SYSTEM)
        return True
    actor = flow.people.actor(CLIENT)
    flow.user_tasks.complete(chance.choice(tasks).id, {}, actor=actor)
    return True
